// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/clock.h"
#include "act/trial.h"

#include <errno.h>

/* Hang detection resets a queue whose fence was pending for 500 ms (7.0, 7.1) or 2 s (later). */
#define WINDOW_MS 400

/*
 * A trial that was held up is as good as any: a reset does not free the fence.
 * But a reset disturbs other programs; where the machine is that busy, stop.
 */
#define MOST_LATE 3

/*
 * Until a SIGNAL with wptr 0 succeeds the last fence of the queue is pending:
 * FREE would never return on 7.1 and 7.2, nor close on 6.18. All signals are
 * blocked, so want of memory is what can fail it, and that passes.
 */
#define ATTEMPTS 50

static int signal_again(struct bench *bench, struct auq_queue *queue)
{
	int err;

	for (unsigned attempt = 0; attempt < ATTEMPTS; attempt++) {
		err = bench_signal(bench, queue, 0);
		if (!err)
			return 0;
		sleep_ms(1);
	}
	return err;
}

static int run(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queue = NULL;
	uint32_t syncobj = 0;
	uint64_t since = 0;
	int err, freed;

	if (bench->late == MOST_LATE)
		return -ETIME;
	err = bench_queue(bench, DOORBELL_TRIAL, true, &queue);
	if (!err)
		err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = auq_queue_set_wptr(queue, 1);
	if (!err) {
		since = clock_ms();
		err = bench_signal(bench, queue, syncobj);
		/* Even a SIGNAL that failed may have made the fence. */
		auq_queue_set_wptr(queue, 0);
		freed = signal_again(bench, queue);
		if (freed) {
			/* Better a queue left to the end of the process than one that hangs. */
			bench_syncobj_destroy(bench, syncobj);
			return freed;
		}
	}
	/* After the window: WAIT takes a reference, and a later SIGNAL would be L1. */
	if (!err)
		err = bench_wait(bench, queue, syncobj, slot);
	bench_syncobj_destroy(bench, syncobj);
	freed = bench_free(bench, queue);
	if (!err && clock_ms() - since > WINDOW_MS)
		bench->late++;
	return err ? err : freed;
}

const struct trial trial_l3 = {.id = "L3", .run = run};
