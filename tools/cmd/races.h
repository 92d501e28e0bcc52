/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_CMD_RACES_H
#define AMDFENCE_CMD_RACES_H

#include "model/race.h"

#include <signal.h>

struct races_options {
	unsigned deadline_s;
	unsigned time_s; /* in all; 0: no limit */
	uint64_t count;  /* of rounds of each kind; 0: no limit */
	bool is_one;     /* always the same round, findings[].next */
	const volatile sig_atomic_t *stop;
	bool progress; /* on standard error, a terminal */
};

/**
 * Runs all kinds that are not skipped, in turn, and judges. -errno only for want
 * of memory or processes.
 */
int run_races(struct race_report *report, const struct races_options *options);

#endif
