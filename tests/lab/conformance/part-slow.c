// SPDX-License-Identifier: MIT
/* What takes seconds by its nature. */
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

/* A syncobj without a fence, and a point without one: 5 seconds each. */
static void never_submitted(struct file *file)
{
	uint32_t syncobj = syncobj_create(file);
	uint64_t point = 9;
	struct queue queue;
	struct auq_uapi_wait args = {
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};

	trace_begin("slow/never-submitted");
	queue_create(file, &queue, 0, SDMA);
	call(file->fd, &wait_call, &args);
	queue_wait(&queue, &args, 1);
	queue_signal(&queue, syncobj);
	args = (struct auq_uapi_wait){
		.syncobj_timeline_handles = (uintptr_t)&syncobj,
		.syncobj_timeline_points = (uintptr_t)&point,
		.num_syncobj_timeline_handles = 1,
	};
	call(file->fd, &wait_call, &args);
	queue_free(&queue);
	trace_end();
	syncobj_destroy(file, syncobj);
}

static void info(int fd)
{
	struct sync_file_info args = {0};

	call(fd, &file_info_call, &args);
}

/* From 7.0 the driver resets such a queue after a while; before nobody notices. */
static void hung(struct file *file)
{
	uint32_t syncobjs[2] = {syncobj_create(file), syncobj_create(file)};
	struct queue queue;
	int fds[2], i;

	trace_begin("slow/hung");
	control_write("hang", 1);
	queue_create(file, &queue, 0, SDMA);
	for (i = 0; i < 2; i++) {
		queue_submit(&queue, 64 * (i + 1));
		queue_signal(&queue, syncobjs[i]);
		fds[i] = syncobj_export(file, syncobjs[i]);
	}
	syncobj_state(file, syncobjs[1], kernel_before(7, 0) ? 200 : 20000);
	syncobj_state(file, syncobjs[0], 0);
	info(fds[0]);
	info(fds[1]);
	control_write("hang", 0);
	queue_free(&queue);
	info(fds[0]);
	info(fds[1]);
	for (i = 0; i < 2; i++) {
		close(fds[i]);
		syncobj_destroy(file, syncobjs[i]);
	}
	trace_end();
}

/*
 * Interrupts complete fences in the order of SIGNAL. One that the engine has reached, behind one
 * that it has not, is signaled only for who looks at the slot; FREE does not, from 7.0 on. It
 * waits until the queue looks hung: from 7.1 to 7.2 for ever, because it has stopped that watch.
 */
static void out_of_order(struct file *file)
{
	uint32_t syncobjs[2] = {syncobj_create(file), syncobj_create(file)};
	static const uint64_t values[2] = {64, 12};
	struct queue queue;
	int fds[2], i;

	if (!kernel_before(7, 0) && kernel_before(7, 3))
		return;
	trace_begin("slow/out-of-order");
	queue_create(file, &queue, 0, SDMA);
	for (i = 0; i < 2; i++) {
		queue_set_wptr(&queue, values[i]);
		queue_signal(&queue, syncobjs[i]);
		fds[i] = syncobj_export(file, syncobjs[i]);
	}
	queue_submit(&queue, 16);
	queue_wait_idle(&queue);
	queue_free(&queue);
	for (i = 0; i < 2; i++) {
		info(fds[i]);
		close(fds[i]);
		syncobj_destroy(file, syncobjs[i]);
	}
	trace_end();
}

void part_slow(void)
{
	struct file file;

	file_open(&file);
	never_submitted(&file);
	hung(&file);
	out_of_order(&file);
	file_close(&file);
}
