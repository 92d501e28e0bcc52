// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"
#include "act/victim.h"

/*
 * The wptr is 0 and so is the slot: each fence is signaled when it is made. The
 * second SIGNAL hands what WAIT gathered to such a fence, which nobody will
 * ever process (amdgpu_userq_fence_create(), amdgpu_userq_fence.c, 6.18).
 */
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
	if (!err)
		err = bench_signal(bench, queue, 0);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	return err ? err : freed;
}

static int run_two_queues(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queue = NULL;
	uint32_t syncobj = 0;
	int err, freed;

	err = victim_signal(bench->victim, bench, &syncobj);
	if (err)
		return err;
	err = bench_queue(bench, DOORBELL_TRIAL, false, &queue);
	if (!err)
		err = bench_wait(bench, queue, syncobj, slot);
	if (!err)
		err = bench_signal(bench, queue, 0);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	err = err ? err : freed;
	freed = victim_free(bench->victim, bench);
	return err ? err : freed;
}

const struct trial trial_l1 = {.id = "L1", .run = run};
const struct trial trial_l1_two_queues = {
	.id = "L1-2q",
	.needs_victim = true,
	.run = run_two_queues,
};
