// SPDX-License-Identifier: MIT
/* Defects that need two threads or two processes at the right moment. */
#include <config.h>

#include "trigger.h"
#include "vasic-control.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Another thread beside the trigger's own. */
struct rival {
	struct bench *bench;
	uint32_t queue_id;
	uint32_t syncobj;
	atomic_bool stop;
};

static uint64_t race_end(void)
{
	const char *seconds = getenv("TRIGGER_SECONDS");

	return clock_ms() + 1000ull * (seconds ? strtoul(seconds, NULL, 10) : 20);
}

static int raw_signal(struct bench *bench, uint32_t queue_id, uint32_t syncobj)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = queue_id;
	args.syncobjs = &syncobj;
	args.num_syncobjs = syncobj ? 1 : 0;
	return auq_signal(bench->dev, &args);
}

/* Makes and frees a queue until it is killed. */
static void churn(uint32_t doorbell)
{
	struct heartbeat beat;
	struct lifeline line = {.beat = &beat};
	struct bench bench;
	struct auq_queue *queue;

	if (bench_open(&bench, &line, TRIGGER_NODE, AUQ_IP_SDMA))
		_exit(1);
	while (!bench_queue(&bench, doorbell, false, &queue) && !bench_free(&bench, queue))
		;
	_exit(1);
}

/* Bits of one word of the pool, set by CREATE and cleared by FREE of another process. */
static int slot_bits(struct bench *bench)
{
	int before = slots_settled(), status = 0;
	uint64_t end = race_end();
	pid_t pids[2];

	(void)bench;
	for (unsigned i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			return -errno;
		if (pids[i] == 0)
			churn(i);
	}
	while (clock_ms() < end && waitpid(-1, &status, WNOHANG) == 0)
		sleep_ms(100);
	for (unsigned i = 0; i < 2; i++)
		kill(pids[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return status ? -ECHILD : abs(slots_settled() - before);
}

static void *use_queue(void *arg)
{
	struct rival *rival = arg;

	/* The id is given out again as soon as it is free. */
	while (!atomic_load(&rival->stop)) {
		struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
		struct auq_fence fence;
		uint32_t num = 1;

		raw_signal(rival->bench, rival->queue_id, 0);
		args.queue_id = rival->queue_id;
		args.syncobjs = &rival->syncobj;
		args.num_syncobjs = 1;
		auq_wait(rival->bench->dev, &args, &fence, &num);
	}
	return NULL;
}

/* SIGNAL and WAIT with a queue that another thread frees. */
static int freed_in_use(struct bench *bench)
{
	struct rival rival = {.bench = bench};
	uint64_t end = race_end();
	struct auq_queue *queue;
	pthread_t thread;
	int err;

	err = bench_syncobj(bench, &rival.syncobj);
	if (!err)
		err = bench_queue(bench, 0, false, &queue);
	if (!err)
		err = bench_signal(bench, queue, rival.syncobj);
	if (err)
		return err;
	rival.queue_id = auq_queue_id(queue);
	if (pthread_create(&thread, NULL, use_queue, &rival))
		return -EAGAIN;
	while (!err && clock_ms() < end) {
		bench_free(bench, queue);
		err = bench_queue(bench, 0, false, &queue);
	}
	atomic_store(&rival.stop, true);
	pthread_join(thread, NULL);
	if (!err)
		bench_free(bench, queue);
	bench_syncobj_destroy(bench, rival.syncobj);
	return err;
}

static void *keep_signaling(void *arg)
{
	struct rival *rival = arg;

	while (!atomic_load(&rival->stop))
		raw_signal(rival->bench, rival->queue_id, 0);
	return NULL;
}

/*
 * WAIT of a fence that holds the last reference to its driver, while another
 * thread's SIGNAL takes over what the queue gathered and gives it back at once.
 */
static int published_first(struct bench *bench)
{
	int before = slots_settled(), err;
	struct rival rival = {.bench = bench};
	uint64_t end = race_end();
	struct auq_queue *producer, *waitq;
	pthread_t thread;
	uint32_t slot;

	err = bench_syncobj(bench, &rival.syncobj);
	if (!err)
		err = bench_queue(bench, 0, false, &producer);
	if (!err)
		err = bench_signal(bench, producer, rival.syncobj);
	if (!err)
		err = bench_free(bench, producer);
	if (!err)
		err = bench_queue(bench, 1, false, &waitq);
	if (err)
		return err;
	rival.queue_id = auq_queue_id(waitq);
	if (pthread_create(&thread, NULL, keep_signaling, &rival))
		return -EAGAIN;
	while (!err && clock_ms() < end)
		err = bench_wait(bench, waitq, rival.syncobj, &slot);
	atomic_store(&rival.stop, true);
	pthread_join(thread, NULL);
	bench_free(bench, waitq);
	bench_syncobj_destroy(bench, rival.syncobj);
	return err ? err : abs(slots_settled() - before);
}

const struct trigger race_triggers[] = {
	{"D3", slot_bits, true},
	{"D5", freed_in_use, false},
	{"D6", published_first, false},
	{0},
};
