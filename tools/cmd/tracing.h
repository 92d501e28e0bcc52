/* SPDX-License-Identifier: MIT */
/* Trace evidence, from the first probe to the last: it is gone however this process ends. */
#ifndef AMDFENCE_CMD_TRACING_H
#define AMDFENCE_CMD_TRACING_H

#include "act/batch.h"
#include "act/child.h"
#include "collect/tracer.h"
#include "model/report.h"

struct tracing {
	struct tracer tracer;
	struct ledger *ledger;
	struct child sweeper;
};

/** Whether @report's kernel can be traced: state and reason go there. Changes nothing. */
void tracing_find(struct tracing *tracing, struct report *report);

/**
 * Sets the probes. If it cannot, @report says why and 0 is returned as well;
 * -errno for want of memory or processes.
 */
int tracing_start(struct tracing *tracing, struct report *report);

/** All below: NULL is fine, and means that nothing is traced. */

/** Before a batch. */
void tracing_begin(struct tracing *tracing);
/** @pid makes queues for us in this batch. */
void tracing_own(struct tracing *tracing, pid_t pid);
/** Reads what there is, so that the kernel need not drop it. */
void tracing_read(struct tracing *tracing);
/** After a batch. */
void tracing_expect(struct tracing *tracing, const struct batch_result *result);

/** Removes the probes; says so if that cannot be done. Counts go to @report. */
void tracing_end(struct tracing *tracing, struct report *report);

#endif
