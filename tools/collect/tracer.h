/* SPDX-License-Identifier: MIT */
/*
 * Probes of our own on the functions that give out fence slots and take them
 * back, in a stock kernel, through tracefs: kprobe events in a group of our own,
 * recorded in an instance of our own. Nobody else's buffer or switch is touched.
 * Documentation/trace/kprobetrace.rst of the kernel; $argN at a function's
 * return takes Linux 6.9. The kernel's own tracepoints of queues, where it has them,
 * are recorded there as well.
 */
#ifndef AMDFENCE_COLLECT_TRACER_H
#define AMDFENCE_COLLECT_TRACER_H

#include "model/ledger.h"
#include "model/snapshot.h"

/** Plain data, with nothing to be freed: may be copied into a child. */
struct tracer {
	char root[256];     /* of tracefs */
	char instance[300]; /* in it */
	char group[32];     /* of the events */
	char module[64];    /* "amdgpu:", or "" where the driver is built in */
	uint64_t missed;    /* FREEs, as the kernel counted them when last looked */
	uint64_t dropped;   /* events, likewise */
};

/**
 * Whether there is what it takes; changes nothing. @prefix goes before all paths:
 * "" but in tests. Fills in @snapshot but for its counts.
 */
void tracer_find(struct tracer *tracer, const char *prefix, struct trace_snapshot *snapshot);

/**
 * Removes what earlier ones left behind whose process is no more, sets the
 * probes and begins. Only after tracer_find() with SOURCE_OK. If it cannot,
 * @snapshot says why, and nothing is left.
 */
void tracer_start(struct tracer *tracer, struct trace_snapshot *snapshot);

/** What has been recorded goes into @ledger; if it cannot be read, something is lost there. */
void tracer_read(struct tracer *tracer, struct ledger *ledger);

/** Removes probes and instance, if they are there, whichever process asks. 0 or -errno. */
int tracer_stop(const struct tracer *tracer);

#endif
