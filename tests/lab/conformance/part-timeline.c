// SPDX-License-Identifier: MIT
/* Timeline syncobjs. */
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

static void signal_point(struct file *file, uint32_t handle, uint64_t point)
{
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle, .points = (uintptr_t)&point, .count_handles = 1};

	call(file->fd, &timeline_signal_call, &args);
}

static void query(struct file *file, uint32_t handle)
{
	struct drm_syncobj_timeline_array args;
	uint32_t flags;
	uint64_t point;

	for (flags = 0; flags < 2; flags++) {
		point = 77;
		args = (struct drm_syncobj_timeline_array){.handles = (uintptr_t)&handle,
							   .points = (uintptr_t)&point,
							   .count_handles = 1,
							   .flags = flags};
		call(file->fd, &syncobj_query_call, &args);
		trace("  point %llu", (unsigned long long)point);
	}
}

static void waits(struct file *file, uint32_t handle, uint64_t point)
{
	struct syncobj_timeline_wait args;
	uint32_t flags;

	for (flags = 0; flags < 8; flags++) {
		args = (struct syncobj_timeline_wait){
			.handles = (uintptr_t)&handle,
			.points = (uintptr_t)&point,
			.count_handles = 1,
			.flags = flags,
			.first_signaled = 77,
		};
		call(file->fd, &timeline_wait_call, &args);
	}
}

static void transfer(struct file *file, uint32_t dst, uint64_t dst_point, uint32_t src,
		     uint64_t src_point)
{
	struct drm_syncobj_transfer args = {.src_handle = src,
					    .src_point = src_point,
					    .dst_handle = dst,
					    .dst_point = dst_point};

	call(file->fd, &syncobj_transfer_call, &args);
}

static void bad(struct file *file)
{
	static const struct variation arrays[] = {
		{"handles", 0},       {"handles", BAD_POINTER},
		{"points", 0},        {"points", BAD_POINTER},
		{"count_handles", 0}, {"count_handles", 2},
		{"flags", 1},         {"flags", 2},
		{"flags", 3},
	};
	static const struct variation waits_bad[] = {
		{"handles", 0},       {"handles", BAD_POINTER},
		{"points", 0},        {"points", BAD_POINTER},
		{"count_handles", 0}, {"count_handles", 2},
		{"flags", 8},         {"flags", 16},
		{"pad", 1},           {"timeout_nsec", 1},
	};
	static const struct variation transfers[] = {
		{"src_handle", 0},  {"src_handle", 99}, {"dst_handle", 0},
		{"dst_handle", 99}, {"src_point", 9},   {"flags", 1},
		{"flags", 4},       {"pad", 1},         {"dst_point", 0},
	};
	uint32_t handles[2] = {syncobj_create(file), 99};
	uint64_t points[2] = {1, 2};
	struct drm_syncobj_timeline_array array = {
		.handles = (uintptr_t)handles, .points = (uintptr_t)points, .count_handles = 1};
	struct syncobj_timeline_wait wait = {
		.handles = (uintptr_t)handles, .points = (uintptr_t)points, .count_handles = 1};
	struct drm_syncobj_transfer move = {
		.src_handle = handles[0], .dst_handle = handles[0], .dst_point = 5};

	trace_begin("timeline/bad-signal");
	call_variations(file->fd, &timeline_signal_call, &array, arrays, NUM(arrays), NULL);
	query(file, handles[0]);
	trace_end();
	trace_begin("timeline/bad-query");
	call_variations(file->fd, &syncobj_query_call, &array, arrays, NUM(arrays), NULL);
	trace_end();
	trace_begin("timeline/bad-wait");
	call_variations(file->fd, &timeline_wait_call, &wait, waits_bad, NUM(waits_bad), NULL);
	trace_end();
	trace_begin("timeline/bad-transfer");
	call_variations(file->fd, &syncobj_transfer_call, &move, transfers, NUM(transfers), NULL);
	query(file, handles[0]);
	trace_end();
	syncobj_destroy(file, handles[0]);
}

/* Points that are signaled as soon as they are there. */
static void points(struct file *file)
{
	uint32_t handle = syncobj_create(file), binary = syncobj_create(file);
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handle, .count_handles = 1};

	trace_begin("timeline/points");
	query(file, handle);
	waits(file, handle, 0);
	waits(file, handle, 1);
	signal_point(file, handle, 5);
	query(file, handle);
	waits(file, handle, 0);
	waits(file, handle, 1);
	waits(file, handle, 5);
	waits(file, handle, 6);
	signal_point(file, handle, 5);
	query(file, handle);
	signal_point(file, handle, 3);
	query(file, handle);
	waits(file, handle, 5);
	signal_point(file, handle, 1ull << 40);
	query(file, handle);
	waits(file, handle, 1ull << 40);
	signal_point(file, handle, ~0ull);
	query(file, handle);
	trace_end();

	trace_begin("timeline/mixed-with-binary");
	call(file->fd, &syncobj_signal_call, &array);
	query(file, handle);
	waits(file, handle, 1);
	signal_point(file, handle, 2);
	query(file, handle);
	transfer(file, binary, 0, handle, 2);
	query(file, binary);
	transfer(file, binary, 0, handle, 3);
	transfer(file, handle, 7, binary, 0);
	query(file, handle);
	transfer(file, handle, 7, binary, 1);
	transfer(file, handle, 6, binary, 0);
	query(file, handle);
	call(file->fd, &syncobj_reset_call, &array);
	query(file, handle);
	transfer(file, binary, 0, handle, 0);
	transfer(file, handle, 4, binary, 0);
	query(file, handle);
	trace_end();
	syncobj_destroy(file, handle);
	syncobj_destroy(file, binary);
}

static void advance(struct queue *queue, uint64_t value)
{
	queue_submit(queue, value);
	queue_wait_idle(queue);
}

/* Points of a queue that is told by its value in memory when they come. */
static void pending(struct file *file)
{
	uint32_t handle = syncobj_create(file), binary = syncobj_create(file);
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct syncobj_eventfd on = {.handle = handle, .fd = event};
	struct pollfd poller = {.fd = event, .events = POLLIN};
	struct syncobj_handle file_args;
	struct queue queue;
	uint64_t point;

	trace_begin("timeline/pending");
	queue_create(file, &queue, 0, COMPUTE);
	on.point = 2;
	call(file->fd, &syncobj_eventfd_call, &on);
	on.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
	for (point = 1; point <= 3; point++) {
		queue_set_wptr(&queue, 16 * point);
		queue_signal(&queue, binary);
		transfer(file, handle, point, binary, 0);
		query(file, handle);
	}
	trace("event %d", poll(&poller, 1, 0));
	call(file->fd, &syncobj_eventfd_call, &on);
	trace("event %d", poll(&poller, 1, 0));
	for (point = 0; point <= 4; point++)
		waits(file, handle, point);
	for (point = 1; point <= 3; point++) {
		advance(&queue, 16 * point);
		query(file, handle);
		waits(file, handle, point);
	}
	queue_free(&queue);
	trace_end();

	trace_begin("timeline/pending-out-of-order");
	queue_create(file, &queue, 0, COMPUTE);
	queue_set_wptr(&queue, 32);
	queue_signal(&queue, binary);
	transfer(file, handle, 4, binary, 0);
	queue_set_wptr(&queue, 16);
	queue_signal(&queue, binary);
	transfer(file, handle, 5, binary, 0);
	query(file, handle);
	advance(&queue, 16);
	query(file, handle);
	waits(file, handle, 4);
	waits(file, handle, 5);
	signal_point(file, handle, 6);
	query(file, handle);
	waits(file, handle, 6);
	advance(&queue, 32);
	query(file, handle);
	waits(file, handle, 6);
	queue_free(&queue);
	trace_end();

	/*
	 * From and to sync files at a point: 6.16. Not from one timeline to the other: for a chain
	 * in a chain the kernel WARNs.
	 */
	trace_begin("timeline/sync-file");
	file_args = (struct syncobj_handle){
		.handle = handle, .flags = HANDLE_SYNC_FILE | HANDLE_TIMELINE, .point = 6};
	call(file->fd, &syncobj_to_fd_call, &file_args);
	close(file_args.fd);
	file_args = (struct syncobj_handle){.handle = binary, .flags = HANDLE_SYNC_FILE};
	call(file->fd, &syncobj_to_fd_call, &file_args);
	file_args.handle = handle;
	file_args.flags |= HANDLE_TIMELINE;
	file_args.point = 20;
	call(file->fd, &syncobj_from_fd_call, &file_args);
	query(file, handle);
	file_args.point = 3;
	call(file->fd, &syncobj_from_fd_call, &file_args);
	query(file, handle);
	close(file_args.fd);
	file_args.point = 99;
	call(file->fd, &syncobj_to_fd_call, &file_args);
	file_args = (struct syncobj_handle){.handle = handle, .flags = HANDLE_TIMELINE, .point = 1};
	call(file->fd, &syncobj_to_fd_call, &file_args);
	trace_end();
	close(event);
	syncobj_destroy(file, handle);
	syncobj_destroy(file, binary);
}

/* Two handles at once: what first_signaled is, and which flag needs which. */
static void two(struct file *file)
{
	uint32_t handles[2] = {syncobj_create(file), syncobj_create(file)};
	uint64_t at[2] = {5, 5};
	struct syncobj_timeline_wait args = {
		.handles = (uintptr_t)handles, .points = (uintptr_t)at, .count_handles = 2};
	uint32_t flags;

	trace_begin("timeline/two");
	signal_point(file, handles[1], 5);
	for (flags = 0; flags < 8; flags++) {
		args.flags = flags;
		args.first_signaled = 77;
		args.timeout_nsec = 0;
		call(file->fd, &timeline_wait_call, &args);
		args.timeout_nsec = in_ms(20);
		call(file->fd, &timeline_wait_call, &args);
	}
	signal_point(file, handles[0], 4);
	for (flags = 0; flags < 8; flags++) {
		args.flags = flags;
		args.first_signaled = 77;
		call(file->fd, &timeline_wait_call, &args);
	}
	trace_end();
	syncobj_destroy(file, handles[0]);
	syncobj_destroy(file, handles[1]);
}

void part_timeline(void)
{
	struct file file;

	file_open(&file);
	bad(&file);
	points(&file);
	pending(&file);
	two(&file);
	file_close(&file);
}
