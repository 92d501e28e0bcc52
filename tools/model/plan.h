/* SPDX-License-Identifier: MIT */
/* What leak-check may do on this kernel and what it costs. Pure. */
#ifndef AMDFENCE_PLAN_H
#define AMDFENCE_PLAN_H

#include "model/report.h"

struct plan_options {
	const struct defect *only; /* beside the control; NULL for all */
	bool force;
	unsigned probes; /* queues that look for free slots after the trials of a defect, at most */
};

/** Fills in expected, wanted and skipped of each finding, and the planned cost. */
void plan(struct report *report, const struct plan_options *options);

/** Slots that a run may pin without --force: one in a hundred. */
uint64_t plan_limit(const struct report *report);

/**
 * Why no trial at all may run here, "" if they may. On kernels that put each
 * fence twice in WAIT every look at a slot corrupts memory: no force helps.
 */
const char *plan_refusal(const enum auq_answer *traits);

#endif
