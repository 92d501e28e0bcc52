/* SPDX-License-Identifier: MIT */
/* A program on the simulated device. */
#ifndef AMDFENCE_SIMULATED_H
#define AMDFENCE_SIMULATED_H

#include "sim/session.h"

#define SIMULATION_CONTROLS 16u

struct simulation {
	const struct sim_profile *profile; /* NULL: the default */
	const char *session;
	bool report;
	bool is_quiet; /* the program itself says that it is simulated */
	uint64_t seed;
	const char *controls[SIMULATION_CONTROLS]; /* CONTROL=VALUE */
	unsigned num_controls;
	char **argv;
};

/** Runs it to its end. The exit status. */
int simulate(const struct simulation *simulation);

/** "sim" or "sim:PROFILE". */
bool is_name_of_simulated(const char *device);

/** Whether @device names what is simulated here; a message if not. */
bool is_of_this_simulation(const char *device);

/** Runs this very command again, on that device. The exit status. */
int simulate_this_command(const char *device);

#endif
