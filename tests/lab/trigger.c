// SPDX-License-Identifier: MIT
/*
 * usage: trigger DEFECT, as root in the lab. Exit status: 1 seen, 0 not seen,
 * 2 trouble. The kernel's own reports are for who reads its log.
 */
#include <config.h>

#include "trigger.h"
#include "vasic-control.h"

#include "libamdgpu_userq/uapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#define GTT_USED       "/sys/class/drm/renderD128/device/mem_info_gtt_used"
#define TRIALS         64
#define LATE_MS        300
#define DOORBELL_PAGES 4200 /* a little more than the virtual device has */

int raw_wait(struct bench *bench, struct auq_queue *waitq, uint32_t syncobj, uint16_t num_fences,
	     uint64_t out_fences)
{
	struct auq_uapi_wait args = {
		.waitq_id = auq_queue_id(waitq),
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = syncobj ? 1 : 0,
		.num_fences = num_fences,
		.out_fences = out_fences,
	};

	return drmIoctl(auq_device_fd(bench->dev),
			DRM_IOWR(DRM_COMMAND_BASE + 0x18, struct auq_uapi_wait), &args)
		       ? -errno
		       : 0;
}

/* A queue of whose fences one is pending: submitted, and not begun. */
static int make_pending(struct bench *bench, struct auq_queue *queue, uint32_t syncobj)
{
	int err = auq_queue_emit_nop(queue, 16);

	if (!err)
		err = auq_queue_submit(queue, NULL);
	return err ? err : bench_signal(bench, queue, syncobj);
}

/*
 * The last reference to a fence driver is held by a fence of another queue,
 * which completes by an interrupt whose handler holds the lock of userq_xa.
 */
static int last_put_in_handler(struct bench *bench)
{
	struct auq_queue *victim, *waitq;
	uint32_t syncobj, slot;
	int err;

	vasic_set("irq_locked", 1);
	vasic_set("hold", 1);
	err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_queue(bench, 0, true, &victim);
	if (!err)
		err = bench_queue(bench, 1, true, &waitq);
	if (!err)
		err = bench_signal(bench, victim, syncobj);
	if (!err)
		err = bench_wait(bench, waitq, syncobj, &slot);
	if (!err)
		err = make_pending(bench, waitq, 0);
	if (err)
		return err;
	bench_syncobj_destroy(bench, syncobj);
	bench_free(bench, victim);
	slots_settled();
	vasic_set("hold", 0);
	err = auq_queue_wait_idle(waitq, 1000000000);
	bench_free(bench, waitq);
	vasic_set("irq_locked", 0);
	return err;
}

/*
 * A fence is done and found to be, its queue is freed, and its doorbell given
 * to another queue, before the interrupt comes.
 */
static int late_interrupt(struct bench *bench)
{
	int before = slots_settled();

	vasic_set("irq_delay_ms", LATE_MS);
	for (unsigned i = 0; i < TRIALS / 4; i++) {
		struct auq_queue *queue;
		uint32_t syncobj;
		int err;

		vasic_set("hold", 1);
		err = bench_syncobj(bench, &syncobj);
		if (!err)
			err = bench_queue(bench, 0, true, &queue);
		if (!err)
			err = make_pending(bench, queue, syncobj);
		vasic_set("hold", 0);
		if (!err)
			err = auq_queue_wait_idle(queue, 1000000000);
		if (!err)
			err = drmSyncobjWait(auq_device_fd(bench->dev), &syncobj, 1, 0, 0, NULL);
		if (!err)
			err = bench_free(bench, queue);
		if (!err)
			err = bench_queue(bench, 0, true, &queue);
		if (err)
			return err;
		sleep_ms(2 * LATE_MS);
		bench_free(bench, queue);
		bench_syncobj_destroy(bench, syncobj);
	}
	vasic_set("irq_delay_ms", 0);
	return slots_settled() - before;
}

/* Each WAIT with an array that can't be written puts the fence once too often. */
static int bad_out_fences(struct bench *bench)
{
	int before = slots_settled(), err;
	struct auq_queue *queue;
	uint32_t syncobj;

	err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_queue(bench, 0, false, &queue);
	if (!err)
		err = bench_signal(bench, queue, syncobj);
	for (unsigned i = 0; !err && i < 4; i++) {
		err = raw_wait(bench, queue, syncobj, 1, 8);
		err = err == -EFAULT ? 0 : -EPROTO;
		slots_settled();
	}
	bench_syncobj_destroy(bench, syncobj);
	bench_free(bench, queue);
	return err ? err : slots_settled() - before;
}

/* Nothing to wait for, and the first entry of the array was never written. */
static int nothing_to_wait_for(struct bench *bench)
{
	struct auq_uapi_fence_info infos[TRIALS];
	struct auq_queue *queue;
	int err, failed = 0;

	err = bench_queue(bench, 0, false, &queue);
	for (unsigned num = 1; !err && num <= TRIALS; num++)
		failed += raw_wait(bench, queue, 0, num, (uintptr_t)infos) != 0;
	bench_free(bench, queue);
	return err ? err : failed;
}

/* L4 with timelines, of fences that are pending: the fence is lost, and its place in the chain,
 * too. */
static int short_timeline(struct bench *bench)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	const int fd = auq_device_fd(bench->dev);
	int before = slots_settled(), err;
	const uint64_t points[2] = {1, 2};
	uint32_t syncobj, timelines[2];
	struct auq_queue *queue;
	struct auq_fence fence;
	uint32_t num = 1;

	vasic_set("hold", 1);
	err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_syncobj(bench, &timelines[0]);
	if (!err)
		err = bench_queue(bench, 0, true, &queue);
	timelines[1] = timelines[0];
	for (unsigned i = 0; !err && i < 2; i++) {
		err = make_pending(bench, queue, syncobj);
		if (!err && drmSyncobjTransfer(fd, timelines[0], points[i], syncobj, 0, 0))
			err = -errno;
	}
	if (!err) {
		args.queue_id = auq_queue_id(queue);
		args.flags = AUQ_WAIT_SHORT;
		args.timelines = timelines;
		args.points = points;
		args.num_timelines = 2;
		err = auq_wait(bench->dev, &args, &fence, &num) == -EINVAL ? 0 : -EPROTO;
	}
	vasic_set("hold", 0);
	if (!err)
		err = auq_queue_wait_idle(queue, 1000000000);
	bench_syncobj_destroy(bench, syncobj);
	bench_syncobj_destroy(bench, timelines[0]);
	bench_free(bench, queue);
	return err ? err : slots_settled() - before;
}

/* Runs @client in a process of its own, which ends with a queue that is not freed. */
static int in_child(int (*client)(struct bench *bench), unsigned deadline_s)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		struct heartbeat beat;
		struct lifeline line = {.beat = &beat};
		struct bench bench;
		int err = bench_open(&bench, &line, TRIGGER_NODE, AUQ_IP_SDMA);

		_exit(-(err ? err : client(&bench)));
	}
	for (unsigned i = 0; i < deadline_s * 100; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
		sleep_ms(10);
	}
	return -ETIME;
}

static int leave_pending(struct bench *bench)
{
	struct auq_queue *queue;
	int err = bench_queue(bench, 0, true, &queue);

	if (!err)
		err = auq_queue_set_wptr(queue, 1);
	return err ? err : bench_signal(bench, queue, 0);
}

/* The process never ends, nor does it take SIGKILL. */
static int exit_pending(struct bench *bench)
{
	int err = in_child(leave_pending, 10);

	(void)bench;
	return err == -ETIME ? 1 : err;
}

/*
 * Clients, one after the other, each with a page of doorbells of its own, which make a queue and
 * close their file, or try to: then the wptr buffer is longer than a page.
 */
static int wear_out_doorbells(bool fails)
{
	for (unsigned i = 0; i < DOORBELL_PAGES; i++) {
		struct auq_buffer_args page = AUQ_ARGS(auq_buffer_args);
		struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);
		struct heartbeat beat = {.call = "start"};
		struct lifeline line = {.beat = &beat};
		struct auq_buffer *buffer;
		struct bench bench;
		uint32_t id;
		int err = bench_open(&bench, &line, TRIGGER_NODE, AUQ_IP_SDMA);

		if (err == -ENOMEM || err == -ENOSPC) {
			printf("# no doorbells are left after %u clients\n", i);
			return 1;
		}
		page.domain = AUQ_DOMAIN_GTT;
		page.bytes = 1 << 20;
		if (!err)
			err = auq_buffer_create(bench.dev, &page, &buffer);
		if (err)
			return err;
		args.ip = AUQ_IP_SDMA;
		args.doorbell_handle = auq_buffer_handle(bench.doorbells);
		args.ring_bytes = 4096;
		args.ring_va = args.rptr_va = args.csa_va = auq_buffer_va(buffer);
		args.wptr_va = auq_buffer_va(fails ? buffer : bench.wptr);
		err = auq_raw_queue_create(bench.dev, &args, &id);
		auq_buffer_unref(buffer);
		bench_close(&bench);
		if (err != (fails ? -EINVAL : 0))
			return err ? err : -EPROTO;
	}
	return 0;
}

static int doorbells_of_failed(struct bench *bench)
{
	(void)bench;
	return wear_out_doorbells(true);
}

static int doorbells_of_closed(struct bench *bench)
{
	(void)bench;
	return wear_out_doorbells(false);
}

/* Each queue with a wptr buffer of its own. */
static int wptr_buffers(struct bench *bench)
{
	struct auq_queue *queue;
	long before = 0;

	for (unsigned i = 0; i <= TRIALS; i++) {
		int err = bench_queue(bench, 0, true, &queue);

		if (err)
			return err;
		bench_free(bench, queue);
		slots_settled();
		/* The first may have made something that stays. */
		if (i == 0)
			before = read_number(GTT_USED);
	}
	return (read_number(GTT_USED) - before) / 4096;
}

const struct trigger triggers[] = {
	{"D1", last_put_in_handler, false}, {"D2", bad_out_fences, false},
	{"D4", nothing_to_wait_for, false}, {"D7", exit_pending, true},
	{"D11", doorbells_of_failed, true}, {"D11-close", doorbells_of_closed, true},
	{"D12", wptr_buffers, false},       {"L4-timeline", short_timeline, false},
	{"L5", late_interrupt, false},      {0},
};

static const struct trigger *find(const struct trigger *trigger, const char *id)
{
	while (trigger->id && strcmp(trigger->id, id))
		trigger++;
	return trigger->id ? trigger : NULL;
}

int main(int argc, char **argv)
{
	const struct trigger *trigger = NULL;
	struct heartbeat beat = {.call = "start"};
	struct lifeline line = {.beat = &beat};
	struct bench bench;
	int seen;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2) {
		trigger = find(triggers, argv[1]);
		if (!trigger)
			trigger = find(race_triggers, argv[1]);
	}
	if (!trigger) {
		fprintf(stderr, "usage: trigger DEFECT\n");
		return 2;
	}
	bench = (struct bench){.line = &line};
	seen = trigger->forks ? 0 : bench_open(&bench, &line, TRIGGER_NODE, AUQ_IP_SDMA);
	if (!seen)
		seen = trigger->run(&bench);
	if (seen < 0) {
		fprintf(stderr, "trigger: %s: in %s: %s\n", trigger->id, atomic_load(&beat.call),
			auq_strerror(seen));
		return 2;
	}
	printf("%s: seen %d times\n", trigger->id, seen);
	bench_close(&bench);
	return seen > 0;
}
