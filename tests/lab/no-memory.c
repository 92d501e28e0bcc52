// SPDX-License-Identifier: MIT
/*
 * Each allocation that CREATE, SIGNAL and WAIT make fails once, where there are references to lose.
 * An error is -ENOMEM, and no slot stays. As root in the lab, on a kernel with --debug; what else
 * stays is kmemleak's to say. FREE allocates nothing (6.18.15, 7.3.4).
 */
#include <config.h>

#include "act/clock.h"
#include "act/trial.h"
#include "tap.h"
#include "vasic-control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#define NODE     "/dev/dri/renderD128"
#define FAIL_NTH "/proc/thread-self/fail-nth"
#define MAX_NTH  2000

/* What a call finds: a victim's signaled fence in a syncobj, and on a point of a timeline. */
struct scene {
	struct bench bench;
	struct auq_buffer *areas;
	struct auq_queue *victim, *queue;
	uint32_t syncobj, timeline;
};

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		fprintf(stderr, "no-memory: cannot write '%s': %s\n", path, strerror(errno));
		exit(2);
	}
	close(fd);
}

/* The allocation after the next @nth - 1 of this thread fails; 0 for none. */
static void fail_nth(int fd, unsigned nth)
{
	if (dprintf(fd, "%u\n", nth) < 0) {
		fprintf(stderr, "no-memory: cannot write '" FAIL_NTH "': %s\n", strerror(errno));
		exit(2);
	}
}

static bool has_failed(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0) {
		fprintf(stderr, "no-memory: cannot read '" FAIL_NTH "': %s\n", strerror(errno));
		exit(2);
	}
	return atoi(text) == 0;
}

static int wait_for(struct scene *scene, uint32_t num_syncobjs, uint32_t num_timelines)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	const uint64_t point = 1;
	struct auq_fence fence;
	uint32_t num = 1;

	args.queue_id = auq_queue_id(scene->queue);
	args.syncobjs = &scene->syncobj;
	args.num_syncobjs = num_syncobjs;
	args.timelines = &scene->timeline;
	args.points = &point;
	args.num_timelines = num_timelines;
	return auq_wait(scene->bench.dev, &args, &fence, &num);
}

static int wait_syncobj(struct scene *scene)
{
	return wait_for(scene, 1, 0);
}

static int wait_timeline(struct scene *scene)
{
	return wait_for(scene, 0, 1);
}

/* What was gathered is inherited by a fence that the engine has yet to complete. */
static int submit(struct scene *scene)
{
	int err = wait_syncobj(scene);

	vasic_set("hold", 1);
	if (!err)
		err = auq_queue_emit_nop(scene->queue, 16);
	return err ? err : auq_queue_submit(scene->queue, NULL);
}

/* CREATE alone: its buffers are another's. */
static int make_queue(struct scene *scene)
{
	struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);
	uint32_t id;
	int err;

	args.ip = scene->bench.ip;
	args.doorbell_handle = auq_buffer_handle(scene->bench.doorbells);
	args.doorbell_index = 2;
	args.ring_bytes = 4096;
	args.ring_va = args.rptr_va = args.csa_va = auq_buffer_va(scene->areas);
	args.wptr_va = auq_buffer_va(scene->bench.wptr);
	err = auq_raw_queue_create(scene->bench.dev, &args, &id);
	return err ? err : auq_raw_queue_free(scene->bench.dev, id);
}

static int signal_syncobj(struct scene *scene)
{
	return bench_signal(&scene->bench, scene->queue, scene->syncobj);
}

static const struct {
	const char *name;
	int (*prepare)(struct scene *scene); /* or NULL */
	int (*call)(struct scene *scene);
} cases[] = {
	{"CREATE, and FREE", NULL, make_queue},
	{"SIGNAL of what is done, which inherits", wait_syncobj, signal_syncobj},
	{"SIGNAL of what is pending, which inherits", submit, signal_syncobj},
	{"WAIT for a syncobj", NULL, wait_syncobj},
	{"WAIT for a point of a timeline", NULL, wait_timeline},
	{"WAIT, when others were gathered", wait_syncobj, wait_syncobj},
};

static int scene_open(struct scene *scene, struct lifeline *line)
{
	struct bench *bench = &scene->bench;
	struct auq_buffer_args areas = AUQ_ARGS(auq_buffer_args);
	int err = bench_open(bench, line, NODE, AUQ_IP_SDMA);

	areas.domain = AUQ_DOMAIN_GTT;
	areas.bytes = 1 << 20;
	if (!err)
		err = auq_buffer_create(bench->dev, &areas, &scene->areas);
	if (!err)
		err = bench_syncobj(bench, &scene->syncobj);
	if (!err)
		err = bench_syncobj(bench, &scene->timeline);
	if (!err)
		err = bench_queue(bench, 0, true, &scene->victim);
	if (!err)
		err = bench_queue(bench, 1, true, &scene->queue);
	if (!err)
		err = bench_signal(bench, scene->victim, scene->syncobj);
	if (!err &&
	    drmSyncobjTransfer(auq_device_fd(bench->dev), scene->timeline, 1, scene->syncobj, 0, 0))
		err = -errno;
	return err;
}

static void scene_close(struct scene *scene)
{
	vasic_set("hold", 0);
	bench_syncobj_destroy(&scene->bench, scene->syncobj);
	bench_syncobj_destroy(&scene->bench, scene->timeline);
	bench_free(&scene->bench, scene->queue);
	bench_free(&scene->bench, scene->victim);
	auq_buffer_unref(scene->areas);
	bench_close(&scene->bench);
}

static void try_case(unsigned i, struct lifeline *line, int fd)
{
	const int before = slots_settled();
	unsigned nth = 0, errors = 0, others = 0;
	bool failed;

	do {
		struct scene scene = {0};
		int err = scene_open(&scene, line);

		if (!err && cases[i].prepare)
			err = cases[i].prepare(&scene);
		if (err) {
			ok(false, "%s: before allocation %u: %s", cases[i].name, nth + 1,
			   auq_strerror(err));
			scene_close(&scene);
			return;
		}
		fail_nth(fd, ++nth);
		err = cases[i].call(&scene);
		failed = has_failed(fd);
		fail_nth(fd, 0);
		if (err == -ENOMEM) {
			errors++;
		} else if (err) {
			others++;
			printf("# %s: allocation %u: %s\n", cases[i].name, nth, auq_strerror(err));
		}
		scene_close(&scene);
	} while (failed && nth < MAX_NTH);

	ok(!failed && nth > 1 && others == 0,
	   "%s: each of %u allocations fails once, %u times the call does", cases[i].name, nth - 1,
	   errors);
	is(slots_settled(), before, "and no slot stays");
}

int main(void)
{
	struct heartbeat beat = {.call = "start"};
	struct lifeline line = {.beat = &beat};
	int fd;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* By default only allocations fail that must not sleep. */
	write_file("/sys/kernel/debug/failslab/ignore-gfp-wait", "N\n");
	write_file("/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N\n");
	write_file("/sys/kernel/debug/fail_page_alloc/min-order", "0\n");
	write_file("/sys/kernel/debug/failslab/verbose", "0\n");
	write_file("/sys/kernel/debug/fail_page_alloc/verbose", "0\n");
	fd = open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "no-memory: cannot open '" FAIL_NTH "': %s\n", strerror(errno));
		return 2;
	}
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		try_case(i, &line, fd);
	close(fd);
	return tap_done();
}
