/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_CMD_TRIALS_H
#define AMDFENCE_CMD_TRIALS_H

#include "model/report.h"

#include <signal.h>

struct tracing;

struct trials_options {
	unsigned deadline_s;
	const volatile sig_atomic_t *stop;
	struct tracing *tracing; /* NULL: there is no trace */
	bool progress;           /* on standard error, a terminal */
};

/** Runs what the plan has not left out, and judges. -errno only for want of memory or processes. */
int run_trials(struct report *report, const struct trials_options *options);

#endif
