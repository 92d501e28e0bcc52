/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_SYNC_RUN_H
#define AMDFENCE_SYNC_RUN_H

#include "model/sync.h"

#include <signal.h>

struct sync_options {
	const char *path;    /* of sw_sync */
	uint64_t count;      /* of cases in a random group, if time_s is 0 */
	unsigned time_s;     /* for each random group */
	unsigned deadline_s; /* for a call to the kernel */
	const volatile sig_atomic_t *stop;
};

/** 0 if timelines can be made, else -errno: -ENOTTY when it is something else. */
int sync_probe(const char *path);

/** Tries all groups, in a worker process, and fills in the report. 0 or -errno. */
int sync_run(struct sync_report *report, const struct sync_options *options);

#endif
