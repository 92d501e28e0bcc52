// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"

/* The reader never signals, so that it leaves nothing behind on any kernel. */
static int run(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queue = NULL, *reader = NULL;
	uint32_t syncobj = 0;
	int err, freed;

	err = bench_queue(bench, DOORBELL_TRIAL, false, &queue);
	if (!err)
		err = bench_queue(bench, DOORBELL_SECOND, false, &reader);
	if (!err)
		err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_signal(bench, queue, syncobj);
	if (!err)
		err = bench_wait(bench, reader, syncobj, slot);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	err = err ? err : freed;
	freed = bench_free(bench, reader);
	return err ? err : freed;
}

const struct trial trial_l2 = {.id = "L2", .run = run};
