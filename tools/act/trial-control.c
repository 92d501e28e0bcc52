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

/* A queue that signals, to know where we are. */
static int make_mark(struct bench *bench, uint32_t doorbell, struct auq_queue **out, uint32_t *slot)
{
	int err = bench_queue(bench, doorbell, false, out);

	if (err)
		return err;
	bench->marks++;
	err = auq_queue_slot(*out, slot);
	/* It may be that of an earlier trial, which was free then; the mark keeps it. */
	if (!err)
		fates_free(bench->fates, *slot);
	return err;
}

/*
 * A queue that never signals does not tell its slot. The kernel hands out the
 * lowest free one: when the marks made before and after it have slots with just
 * one in between, that one is its. Otherwise there was a gap, which is filled
 * now as long as we hold all that we made: go on from the last mark.
 */
static int run_silent(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queues[1 + 2 * 16] = {0};
	const unsigned room = sizeof(queues) / sizeof(queues[0]);
	uint32_t before, after = 0;
	unsigned num = 1;
	int err, freed;

	err = make_mark(bench, DOORBELL_PROBES, &queues[0], &after);
	do {
		before = after;
		if (!err)
			err = bench_queue(bench, DOORBELL_PROBES + num, false, &queues[num]);
		if (!err)
			err = make_mark(bench, DOORBELL_PROBES + num + 1, &queues[num + 1], &after);
		num += 2;
	} while (!err && after != before + 2 && num < room);
	if (!err && after != before + 2)
		err = -EAGAIN;
	*slot = before + 1;
	for (unsigned i = 0; i < room; i++) {
		freed = bench_free(bench, queues[i]);
		err = err ? err : freed;
	}
	return err;
}

const struct trial trial_control = {.id = "control", .run = run};
const struct trial trial_control_silent = {.id = "control", .run = run_silent};
