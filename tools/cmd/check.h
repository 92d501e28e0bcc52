/* SPDX-License-Identifier: MIT */
/* The trials of leak-check, for whichever command asks for them. */
#ifndef AMDFENCE_CMD_CHECK_H
#define AMDFENCE_CMD_CHECK_H

#include "model/plan.h"

#include <argp.h>

#define CHECK_ANY_IP UINT32_MAX /* the cheapest that can */
#define CHECK_TRIALS 8          /* of each defect, unless told otherwise */

struct check_options {
	const char *device;       /* as find_gpu() takes it */
	struct plan_options plan; /* but for its probes */
	unsigned ip;              /* enum auq_ip or CHECK_ANY_IP */
	unsigned settle_ms;       /* 0: as long as this kernel may take */
	unsigned deadline_s;      /* for a call to the kernel */
	bool is_quiet;            /* the cost is not said before */
	bool use[NUM_EVIDENCE];   /* must be had */
	bool any;                 /* what else can be had, or anything if none is named */
};

extern const struct check_options check_defaults;

/** Its options of device, engine, evidence and times, for commands that have them as a child. */
extern const struct argp check_argp;

/**
 * Engine, evidence and the time to settle, on the GPU of @report, whose system
 * is known. False, with a message, if one is not to be had.
 */
bool check_target(struct report *report, const struct check_options *options);

/**
 * What will be tried on the GPU of @report, whose system is known, and by which
 * evidence; says what it costs. False, with a message, when nothing may run.
 */
bool check_prepare(struct report *report, const struct check_options *options);

/**
 * Tries and judges. SIGINT, SIGTERM and SIGHUP end it early from now on, a
 * second one ends the process. False, with a message, if it could not begin.
 */
bool check_run(struct report *report, const struct check_options *options);

#endif
