// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"

#include <errno.h>

/* One syncobj twice, room for one. The fence is signaled: where the kernel waits, it need not. */
static int wait_short(struct bench *bench, struct auq_queue *queue, uint32_t syncobj)
{
	const uint32_t twice[2] = {syncobj, syncobj};
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_fence fence;
	uint32_t num = 1;
	int err;

	args.queue_id = auq_queue_id(queue);
	args.flags = AUQ_WAIT_SHORT;
	args.syncobjs = twice;
	args.num_syncobjs = 2;
	line_call(bench->line, "USERQ_WAIT");
	err = auq_wait(bench->dev, &args, &fence, &num);
	/* Up to 7.0 this is what the kernel says to it. */
	return err == -EINVAL ? 0 : err;
}

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
		err = wait_short(bench, queue, syncobj);
	if (!err)
		err = bench_wait(bench, queue, syncobj, slot);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	return err ? err : freed;
}

const struct trial trial_l4 = {.id = "L4", .run = run};
