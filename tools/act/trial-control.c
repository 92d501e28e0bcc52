// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"

#include <errno.h>

static int run(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queue = NULL;
	uint32_t syncobj = 0;
	int err, freed;

	err = bench_queue(bench, DOORBELL_TRIAL, false, &queue);
	if (!err)
		err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_signal(bench, queue, syncobj);
	if (!err)
		err = bench_wait(bench, queue, syncobj, slot);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	return err ? err : freed;
}

/*
 * A queue that never signals does not tell its slot. The kernel hands out the
 * lowest free one: when the queues made before and after it have slots with
 * just one in between, that one is its. Otherwise something was freed meanwhile
 * or there was a gap, which the marks have now filled: once more.
 */
static int run_silent(struct bench *bench, uint32_t *slot)
{
	int err, freed;

	for (unsigned attempt = 0; attempt < 16; attempt++) {
		struct auq_queue *before = NULL, *judged = NULL, *after = NULL;
		uint32_t first, last;

		err = bench_queue(bench, DOORBELL_SECOND, false, &before);
		if (!err)
			err = auq_queue_slot(before, &first);
		if (!err)
			err = bench_queue(bench, DOORBELL_TRIAL, false, &judged);
		if (!err)
			err = bench_queue(bench, DOORBELL_THIRD, false, &after);
		if (!err)
			err = auq_queue_slot(after, &last);
		freed = bench_free(bench, judged);
		err = err ? err : freed;
		freed = bench_free(bench, after);
		err = err ? err : freed;
		freed = bench_free(bench, before);
		err = err ? err : freed;
		if (err)
			return err;
		if (last == first + 2) {
			*slot = first + 1;
			return 0;
		}
	}
	return -EAGAIN;
}

const struct trial trial_control = {.id = "control", .run = run};
const struct trial trial_control_silent = {.id = "control", .run = run_silent};
