/* SPDX-License-Identifier: MIT */
/*
 * Which kernel is simulated. What the library's table of traits knows (auq_release_trait()) is
 * taken from there; here is only what no library needs to know.
 */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include <stdbool.h>

#define SIM_RELEASE_SUFFIX                                                                         \
	"-amdfence-sim" /* in uname -r: how an output knows that it is simulated */

struct sim_profile {
	const char *name;    /* as --profile has it: "6.18.15", "fixed" */
	const char *release; /* the kernel it is */
	bool fixed;          /* all that kernel-patch/ has for it */
};

const struct sim_profile *sim_profile_find(const char *name); /* NULL: unknown */
extern const struct sim_profile sim_profiles[]; /* oldest first, .name NULL at the end */

#endif
