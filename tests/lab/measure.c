// SPDX-License-Identifier: MIT
/*
 * Costs of fences on a kernel with mutations/measure-lock, as root in the lab,
 * in nanoseconds, a line each, the median of many: see bench-fix.
 */
#include <config.h>

#include "act/clock.h"
#include "act/trial.h"
#include "vasic-control.h"

#include <stdio.h>
#include <stdlib.h>

#define LOCK_NS "/sys/module/amdgpu/parameters/userq_lock_ns"
#define CALLS   4000
#define ROUNDS  15

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static uint64_t median(uint64_t *times, unsigned num)
{
	qsort(times, num, sizeof(*times), by_size);
	return times[num / 2];
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* @num fences, each of which inherited a reference, that one interrupt completes. */
static int hold_once(struct bench *bench, struct auq_queue *queue, uint32_t syncobj, unsigned num,
		     uint64_t *ns)
{
	uint32_t slot;
	int err;

	vasic_set("hold", 1);
	err = auq_queue_emit_nop(queue, 16);
	if (!err)
		err = auq_queue_submit(queue, NULL);
	for (unsigned i = 0; !err && i < num; i++) {
		err = bench_wait(bench, queue, syncobj, &slot);
		if (!err)
			err = bench_signal(bench, queue, 0);
	}
	vasic_set("hold", 0);
	if (!err)
		err = auq_queue_wait_idle(queue, 10000000000);
	*ns = read_number(LOCK_NS);
	return err;
}

static int measure_lock(struct bench *bench, unsigned num)
{
	struct auq_queue *producer, *queue;
	uint64_t times[ROUNDS];
	uint32_t syncobj;
	int err;

	err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_queue(bench, 0, true, &producer);
	if (!err)
		err = bench_queue(bench, 1, true, &queue);
	if (!err)
		err = bench_signal(bench, producer, syncobj);
	for (unsigned i = 0; !err && i < ROUNDS; i++)
		err = hold_once(bench, queue, syncobj, num, &times[i]);
	if (err)
		return err;
	printf("lock_%u %llu\n", num, (unsigned long long)median(times, ROUNDS));
	bench_free(bench, queue);
	bench_free(bench, producer);
	bench_syncobj_destroy(bench, syncobj);
	return 0;
}

/* Of fences that are signaled when they are made, each of which inherits a reference. */
static int measure_calls(struct bench *bench)
{
	static uint64_t signals[CALLS], waits[CALLS];
	struct auq_queue *producer, *queue;
	uint32_t syncobj, slot;
	int err;

	err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_queue(bench, 0, true, &producer);
	if (!err)
		err = bench_queue(bench, 1, true, &queue);
	if (!err)
		err = bench_signal(bench, producer, syncobj);
	for (unsigned i = 0; !err && i < CALLS; i++) {
		uint64_t start = clock_ns();

		err = bench_wait(bench, queue, syncobj, &slot);
		waits[i] = clock_ns() - start;
		start = clock_ns();
		if (!err)
			err = bench_signal(bench, queue, 0);
		signals[i] = clock_ns() - start;
	}
	if (err)
		return err;
	printf("signal %llu\n", (unsigned long long)median(signals, CALLS));
	printf("wait %llu\n", (unsigned long long)median(waits, CALLS));
	bench_free(bench, queue);
	bench_free(bench, producer);
	bench_syncobj_destroy(bench, syncobj);
	return 0;
}

int main(void)
{
	struct heartbeat beat = {.call = "start"};
	struct lifeline line = {.beat = &beat};
	struct bench bench;
	int err;

	err = bench_open(&bench, &line, "/dev/dri/renderD128", AUQ_IP_SDMA);
	if (!err)
		err = measure_lock(&bench, 1);
	if (!err)
		err = measure_lock(&bench, 64);
	if (!err)
		err = measure_lock(&bench, 4096);
	if (!err)
		err = measure_calls(&bench);
	if (err)
		fprintf(stderr, "measure: in %s: %s\n", atomic_load(&beat.call), auq_strerror(err));
	bench_close(&bench);
	return err ? 2 : 0;
}
