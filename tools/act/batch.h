/* SPDX-License-Identifier: MIT */
/* All trials of one defect, in a worker of their own. */
#ifndef AMDFENCE_BATCH_H
#define AMDFENCE_BATCH_H

#include "act/trial.h"
#include "act/fates.h"

#include <signal.h>

struct batch_options {
	const char *node;
	const struct trial *trial;
	enum auq_ip ip;
	unsigned trials;
	bool probe; /* look at the slots afterwards */
	unsigned settle_ms;
	unsigned deadline_s; /* for a call to the kernel */
	const volatile sig_atomic_t *stop;
	/* Unless NULL, called with the trials done so far, with all of them again while slots
	 * settle.
	 */
	void (*progress)(void *arg, unsigned done);
	/* Unless NULL, called with each process that makes queues, before the first progress. */
	void (*started)(void *arg, pid_t pid);
	void *arg;
};

struct batch_result {
	unsigned run;
	struct fates fates; /* slots and fates of those run; fates_fini() by the caller */
	unsigned probes;
	unsigned made;    /* queues in all, if the worker ended */
	unsigned judged;  /* of these, in trials; the others looked for slots afterwards */
	unsigned unsure;  /* more calls that failed, and may have made one */
	int err;          /* what ended it early, or 0; -EINTR when it was asked to stop */
	const char *call; /* that err is of */
	bool stuck;       /* call did not return within the deadline; the worker was left to it */
	bool died;        /* the worker did */
};

/** Only for want of memory or processes a negative errno; all else is in @result. */
int batch_run(const struct batch_options *options, struct batch_result *result);

#endif
