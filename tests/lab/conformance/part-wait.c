// SPDX-License-Identifier: MIT
/* WAIT: counting and filling. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

/*
 * Up to 7.0, and in 7.1.3, filling with no fence at all uses a pointer that was never set:
 * amdgpu_userq_wait_ioctl(), dma_fence_dedup_array() of nothing.
 */
static bool may_fill_nothing(void)
{
	struct utsname name;
	int sublevel = 0;

	if (kernel_before(7, 1))
		return false;
	uname(&name);
	return !kernel_before(7, 2)
		       ? true
		       : sscanf(name.release, "7.1.%d", &sublevel) == 1 && sublevel >= 13;
}

static void bad(struct file *file, struct queue *queue)
{
	uint32_t syncobjs[2] = {syncobj_create(file), 99}, bos[2] = {file->rings.handle, 99};
	/* Room for points of either width. */
	uint64_t points[2] = {0, 0};
	struct auq_uapi_fence_info fences[4];
	const struct variation counts[] = {
		{"waitq_id", 0},
		{"waitq_id", 99},
		{"pad", 1},
		{"syncobj_handles", 0},
		{"syncobj_handles", BAD_POINTER},
		{"num_syncobj_handles", 0},
		{"num_syncobj_handles", 2},
		{"num_syncobj_handles", 65535},
		{"syncobj_timeline_handles", 0},
		{"syncobj_timeline_handles", BAD_POINTER},
		{"syncobj_timeline_points", 0},
		{"syncobj_timeline_points", BAD_POINTER},
		{"num_syncobj_timeline_handles", 0},
		{"num_syncobj_timeline_handles", 2},
		{"num_syncobj_timeline_handles", 65535},
		{"bo_read_handles", 0},
		{"bo_read_handles", BAD_POINTER},
		{"num_bo_read_handles", 0},
		{"num_bo_read_handles", 2},
		{"num_bo_read_handles", 65537},
		{"num_bo_read_handles", ~0u},
		{"bo_write_handles", 0},
		{"bo_write_handles", BAD_POINTER},
		{"num_bo_write_handles", 1},
		{"num_bo_write_handles", 2},
		{"num_bo_write_handles", 65537},
		{"num_bo_write_handles", ~0u},
		{"out_fences", BAD_POINTER},
	};
	/* Not a bad out_fences: up to 7.0 that drops references which are not WAIT's own. */
	const struct variation fills[] = {
		{"waitq_id", 0},
		{"waitq_id", 99},
		{"waitq_id", ~0u},
		{"syncobj_handles", BAD_POINTER},
		{"num_syncobj_handles", 2},
		{"num_fences", 65535},
		{"bo_read_handles", BAD_POINTER},
		{"num_bo_read_handles", 2},
	};
	struct auq_uapi_wait args = {
		.waitq_id = queue->id,
		.syncobj_handles = (uintptr_t)syncobjs,
		.num_syncobj_handles = 1,
		.syncobj_timeline_handles = (uintptr_t)syncobjs,
		.syncobj_timeline_points = (uintptr_t)points,
		.num_syncobj_timeline_handles = 1,
		.bo_read_handles = (uintptr_t)bos,
		.num_bo_read_handles = 1,
		.bo_write_handles = (uintptr_t)bos,
	};

	trace_begin("wait/bad-count");
	queue_signal(queue, syncobjs[0]);
	call(file->fd, &wait_call, &args);
	args.num_fences = 0;
	call_variations(file->fd, &wait_call, &args, counts, NUM(counts), NULL);
	call_as(file->fd, &wait_call, _IOWR('d', 0x58, char[64]), &args, "64 bytes");
	args.num_fences = 0;
	call_as(file->fd, &wait_call, _IOWR('d', 0x58, char[8]), &args, "8 bytes");
	trace_end();

	trace_begin("wait/bad-fill");
	args.num_fences = 4;
	args.out_fences = (uintptr_t)fences;
	call_variations(file->fd, &wait_call, &args, fills, NUM(fills), NULL);
	if (!kernel_before(7, 1)) {
		const struct variation out[] = {{"out_fences", 0}, {"out_fences", BAD_POINTER}};

		call_variations(file->fd, &wait_call, &args, out, NUM(out), NULL);
	}
	trace_end();
	syncobj_destroy(file, syncobjs[0]);
}

static void nothing(struct file *file, struct queue *queue)
{
	struct auq_uapi_wait args = {.waitq_id = queue->id};

	trace_begin("wait/nothing");
	call(file->fd, &wait_call, &args);
	args.waitq_id = 99;
	call(file->fd, &wait_call, &args);
	args.waitq_id = queue->id;
	if (may_fill_nothing())
		queue_wait(queue, &args, 3);
	trace_end();
}

/* Fences of two queues: which come back, in which order, what is one. */
static void pairs(struct file *file, struct queue *queue)
{
	uint32_t syncobjs[4], same[3], bo = file->wptr[5].handle;
	struct auq_uapi_wait args = {.syncobj_handles = (uintptr_t)syncobjs};
	struct auq_uapi_signal signal;
	struct queue queues[2];
	unsigned int i;

	trace_begin("wait/pairs");
	for (i = 0; i < 4; i++)
		syncobjs[i] = syncobj_create(file);
	queue_create(file, &queues[0], 1, SDMA);
	queue_create(file, &queues[1], 2, GFX);
	queue_signal(&queues[0], syncobjs[0]);
	queue_set_wptr(&queues[0], 8);
	queue_signal(&queues[0], syncobjs[1]);
	queue_set_wptr(&queues[0], 4);
	queue_signal(&queues[0], syncobjs[2]);
	queue_signal(&queues[1], syncobjs[3]);
	for (i = 1; i <= 4; i++) {
		args.num_syncobj_handles = i;
		args.num_fences = 0;
		call(file->fd, &wait_call, &args);
		queue_wait(queue, &args, 4);
	}
	same[0] = same[1] = same[2] = syncobjs[1];
	args.syncobj_handles = (uintptr_t)same;
	args.num_syncobj_handles = 3;
	args.num_fences = 0;
	call(file->fd, &wait_call, &args);
	queue_wait(queue, &args, 4);
	trace("waiting for itself");
	args.num_syncobj_handles = 1;
	queue_wait(&queues[0], &args, 1);

	trace("in a buffer, too");
	for (i = 0; i < 2; i++) {
		signal = (struct auq_uapi_signal){
			.queue_id = queues[i].id,
			.bo_read_handles = (uintptr_t)&bo,
			.num_bo_read_handles = i == 0,
			.bo_write_handles = (uintptr_t)&bo,
			.num_bo_write_handles = i == 1,
		};
		call(file->fd, &signal_call, &signal);
		args = (struct auq_uapi_wait){.bo_read_handles = (uintptr_t)&bo,
					      .num_bo_read_handles = 1};
		call(file->fd, &wait_call, &args);
		queue_wait(queue, &args, 4);
		args = (struct auq_uapi_wait){.bo_write_handles = (uintptr_t)&bo,
					      .num_bo_write_handles = 1};
		call(file->fd, &wait_call, &args);
		if (i == 1 || may_fill_nothing())
			queue_wait(queue, &args, 4);
	}
	args = (struct auq_uapi_wait){
		.syncobj_handles = (uintptr_t)syncobjs,
		.num_syncobj_handles = 4,
		.bo_read_handles = (uintptr_t)&bo,
		.num_bo_read_handles = 1,
	};
	call(file->fd, &wait_call, &args);
	queue_wait(queue, &args, 8);
	args.bo_write_handles = (uintptr_t)&bo;
	args.num_bo_write_handles = 1;
	args.num_fences = 0;
	call(file->fd, &wait_call, &args);

	queue_submit(&queues[0], 64);
	queue_wait_idle(&queues[0]);
	args = (struct auq_uapi_wait){.syncobj_handles = (uintptr_t)syncobjs,
				      .num_syncobj_handles = 4};
	queue_wait(queue, &args, 4);
	for (i = 0; i < 2; i++)
		queue_free(&queues[i]);
	for (i = 0; i < 4; i++)
		syncobj_destroy(file, syncobjs[i]);
	trace_end();
}

/* Points; and what is no fence of a queue, which the CPU waits for. */
static void timelines(struct file *file, struct queue *queue)
{
	uint32_t binary = syncobj_create(file), timeline = syncobj_create(file), handles[3];
	struct drm_syncobj_array array = {.handles = (uintptr_t)&binary, .count_handles = 1};
	struct drm_syncobj_transfer move = {.src_handle = binary, .dst_handle = timeline};
	struct queue producer;
	uint64_t i;

	trace_begin("wait/timelines");
	queue_create(file, &producer, 1, SDMA);
	for (i = 1; i <= 3; i++) {
		queue_set_wptr(&producer, 64 * i);
		queue_signal(&producer, binary);
		move.dst_point = i;
		call(file->fd, &syncobj_transfer_call, &move);
		handles[i - 1] = timeline;
	}
	for (i = 0; i < 2; i++) {
		uint32_t narrow[3] = {1, 2, 3};
		uint64_t wide[3] = {1, 2, 3};
		struct auq_uapi_wait args = {
			.syncobj_timeline_handles = (uintptr_t)handles,
			.syncobj_timeline_points =
				kernel_before(7, 1) ? (uintptr_t)narrow : (uintptr_t)wide,
			.num_syncobj_timeline_handles = 3,
		};

		call(file->fd, &wait_call, &args);
		queue_wait(queue, &args, 16);
		args.num_syncobj_timeline_handles = 1;
		args.num_fences = 0;
		call(file->fd, &wait_call, &args);
		queue_wait(queue, &args, 4);
		narrow[0] = wide[0] = 0;
		args.num_fences = 0;
		call(file->fd, &wait_call, &args);
		queue_wait(queue, &args, 16);
		queue_submit(&producer, i ? 192 : 64);
		queue_wait_idle(&producer);
	}
	trace("a timeline as if it was binary");
	queue_wait_syncobj(queue, timeline, 4);
	trace("signaled by hand");
	call(file->fd, &syncobj_signal_call, &array);
	queue_wait_syncobj(queue, binary, 4);
	queue_free(&producer);
	trace_end();
	syncobj_destroy(file, binary);
	syncobj_destroy(file, timeline);
}

/*
 * A buffer keeps fences that have signaled until there is no room: how many, and what takes room,
 * is seen in when they go. @other: the buffer is also open in another file with queues.
 */
static void buffer_room(struct file *file, struct queue *queue, struct file *other,
			unsigned int num)
{
	struct drm_prime_handle share = {.flags = DRM_RDWR};
	struct auq_uapi_signal signal = {.num_bo_read_handles = 1};
	struct auq_uapi_wait args = {.num_bo_read_handles = 1};
	struct queue queues[MOST_QUEUES];
	struct buffer buffer;
	unsigned int i;

	trace_begin("wait/buffer-%s-%u", other ? "shared" : "own", num);
	buffer_create(file, &buffer, PAGE, AMDGPU_GEM_DOMAIN_GTT);
	if (other) {
		share.handle = buffer.handle;
		call_quiet(file->fd, &handle_to_fd_call, &share);
		call_quiet(other->fd, &fd_to_handle_call, &share);
		close(share.fd);
	}
	signal.bo_read_handles = args.bo_read_handles = (uintptr_t)&buffer.handle;
	for (i = 1; i <= num; i++) {
		queue_create(file, &queues[i], i, SDMA);
		queue_set_wptr(&queues[i], 64);
		signal.queue_id = queues[i].id;
		call(file->fd, &signal_call, &signal);
		args.num_fences = 0;
		call(file->fd, &wait_call, &args);
	}
	for (i = 1; i <= num; i++) {
		queue_submit(&queues[i], 64);
		queue_wait_idle(&queues[i]);
	}
	for (i = 1; i <= num; i++) {
		args.num_fences = 0;
		if (!call(file->fd, &wait_call, &args) && args.num_fences)
			queue_wait(queue, &args, 16);
		signal.queue_id = queues[i].id;
		call(file->fd, &signal_call, &signal);
	}
	for (i = 1; i <= num; i++)
		queue_free(&queues[i]);
	buffer_destroy(file, &buffer);
	if (other) {
		struct drm_gem_close gem = {.handle = share.handle};

		call_quiet(other->fd, &gem_close_call, &gem);
	}
	trace_end();
}

void part_wait(void)
{
	struct queue queue, in_other;
	struct file file, other;
	unsigned int num;

	file_open(&file);
	trace_begin("wait/begin");
	queue_create(&file, &queue, 0, SDMA);
	trace_end();
	bad(&file, &queue);
	nothing(&file, &queue);
	pairs(&file, &queue);
	timelines(&file, &queue);
	file_open(&other);
	trace_begin("wait/other");
	queue_create(&other, &in_other, 0, SDMA);
	trace_end();
	for (num = 1; num < MOST_QUEUES; num++) {
		buffer_room(&file, &queue, NULL, num);
		buffer_room(&file, &queue, &other, num);
	}
	file_close(&other);
	trace_begin("wait/end");
	queue_free(&queue);
	file_close(&file);
	trace_end();
}
