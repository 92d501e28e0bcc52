/* SPDX-License-Identifier: MIT */
/*
 * A session: a simulated machine, and the folder through which programs reach it. One process
 * serves it, others of the same user may join it by its name.
 */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile.h"

/* In the environment of programs that run in one: its folder. */
#define SIM_SESSION_ENV "AMDFENCE_SIM"

struct sim_session;

struct sim_session_args {
	const char *name; /* letters, digits, ".", "_", "-"; NULL: its own */
	const struct sim_profile
		*profile; /* NULL: of a session that is joined any, else the default */
	uint64_t seed;
};

/* The newest kernel as it was released. */
const struct sim_profile *sim_session_default_profile(void);

/*
 * The folder for sessions, which is made; -EPERM: it is not the user's alone, but @base names it.
 */
int sim_session_base(char *base, size_t room);

/*
 * Joins the session of that name or, if there is none, begins it; removes what sessions that were
 * killed have left behind.
 *
 * -EINVAL: no name for a session
 * -EEXIST: there is one of that name with another profile
 * -ENAMETOOLONG: the user's folder for sessions has too long a name
 * -EPERM: that folder is somebody else's
 * anything else: what the system said
 */
int sim_session_open(const struct sim_session_args *args, struct sim_session **out);
/* The folder for SIM_SESSION_ENV. */
const char *sim_session_folder(const struct sim_session *session);
/* Whether the session of that folder runs @profile. */
bool sim_folder_has_profile(const char *folder, const struct sim_profile *profile);
/* Whether it was joined: another process serves it. Nothing of what follows is for these. */
bool sim_session_is_joined(const struct sim_session *session);
/* A file of debugfs' vasic/: 0, -EINVAL or -ERANGE; anything else: there is none. */
int sim_session_set(struct sim_session *session, const char *control, const char *value);
/* Becomes readable when the last client has gone. */
int sim_session_event(const struct sim_session *session);
bool sim_session_is_in_use(struct sim_session *session);
/*
 * Ends it for all clients. @report: gets text to be freed: what the device knows at the end; may
 * be NULL. False: a call that the simulated kernel cannot end is still under way, or a file open.
 */
bool sim_session_close(struct sim_session *session, char **report);

#endif
