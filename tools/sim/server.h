/* SPDX-License-Identifier: MIT */
/*
 * The server: carries the calls of clients to the simulated kernel.
 *
 * Some threads take turns: one waits for the next request, hands the turn on and then carries the
 * request out. So requests begin in the order in which they, or the closing of a file, arrived,
 * and each may sleep.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>

#include "kernel.h"

struct sim_server;

/* Listens in @folder. 0 or -errno. */
int sim_server_start(struct sim *sim, const char *folder, struct sim_server **out);
/* Interrupts what is under way. False: some call cannot be, and @sim is still in use. */
bool sim_server_stop(struct sim_server *server);

/* Becomes readable when the last client has gone; reading from it is the caller's. */
int sim_server_event(const struct sim_server *server);
/* Whether a client has a file open. */
bool sim_server_is_in_use(struct sim_server *server);

#endif
