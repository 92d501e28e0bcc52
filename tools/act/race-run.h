/* SPDX-License-Identifier: MIT */
/* Some rounds of one kind of race, in a worker of their own. */
#ifndef AMDFENCE_RACE_RUN_H
#define AMDFENCE_RACE_RUN_H

#include "act/fates.h"
#include "model/race.h"

#include <signal.h>

struct race_options {
	enum race_kind kind;
	unsigned rounds;     /* at most */
	unsigned time_ms;    /* the last begins before that has passed; 0: no limit */
	bool is_one;         /* always the same round */
	uint64_t first;      /* number of the first round, or of that one */
	bool probe;          /* look at the slots afterwards */
	unsigned deadline_s; /* for a call to the kernel */
	const volatile sig_atomic_t *stop;
	/* Called now and then, with the rounds done so far; @settling: slots are waited for. */
	void (*progress)(void *arg, unsigned done, bool settling);
	void *progress_arg;
};

struct race_result {
	unsigned run;
	struct fates fates; /* the slots that the rounds had, and what became of them */
	uint64_t *numbers;  /* of the round that each entry of fates is of */
	int err;            /* that ended it early, not in a round; -EINTR when asked to stop */
	const char *call;   /* that err is of */
	bool stuck;         /* call did not return; the worker was left to it */
};

/**
 * Runs them, counts their faults into @report, but for leaks, which @result is
 * for. A negative errno only for want of memory or processes.
 */
int race_run(struct race_report *report, const struct race_options *options,
	     struct race_result *result);
void race_result_fini(struct race_result *result);

#endif
