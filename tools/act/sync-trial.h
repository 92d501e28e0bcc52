/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_SYNC_TRIAL_H
#define AMDFENCE_SYNC_TRIAL_H

#include "act/child.h"
#include "model/sync.h"

#include <sched.h>

/**
 * Does what @trial says with timelines of @path, and judges each time it asks.
 * A second thread may run on @cpus.
 */
void sync_trial(const char *path, const struct sync_case *trial, const cpu_set_t *cpus,
		struct lifeline *line, struct sync_outcome *outcome);

#endif
