/* SPDX-License-Identifier: MIT */
/* Waiting for syncobjs, in a call and by eventfd. */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syncobj.h"

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define FOR_SUBMIT (DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE)

/* ---- in a call ----------------------------------------------------------- */

struct call;

struct entry {
	struct syncobj_waiter waiter;
	struct fence_cb cb;
	bool has_cb;
	struct call *call;
};

struct call {
	struct sim *sim;
	struct entry *entries;
	uint32_t count;
	uint32_t flags;
	uint32_t first; /* the result */
	bool woken;
};

static void fence_signaled(struct fence *fence, struct fence_cb *cb)
{
	(void)fence;
	container_of(cb, struct entry, cb)->call->woken = true;
}

static void fence_found(struct syncobj_waiter *waiter)
{
	struct call *call = container_of(waiter, struct entry, waiter)->call;

	call->woken = true;
	sim_wake(call->sim);
}

/* Whether it need not be waited for; enables the signaling of what has to. */
static bool is_done(struct entry *entry, uint32_t flags)
{
	struct fence *fence = entry->waiter.fence;

	if (!fence)
		return false;
	if (flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE || fence_is_signaled(fence))
		return true;
	if (entry->has_cb)
		return false;
	entry->has_cb = !fence_add_callback(fence, &entry->cb, fence_signaled);
	return !entry->has_cb;
}

static bool is_call_done(struct call *call)
{
	uint32_t done = 0, i;

	for (i = 0; i < call->count; i++) {
		if (!is_done(&call->entries[i], call->flags))
			continue;
		done++;
		if (!(call->flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL)) {
			call->first = i;
			return true;
		}
	}
	return done == call->count;
}

/*
 * The fences that are there, and all that are not wanted yet: -EINVAL. Whether it is over already
 * is told by @done; the first that is shows in the result even of a wait for all.
 */
static int look_at_all(struct call *call, struct syncobj **syncobjs, bool *over)
{
	uint32_t done = 0, i;

	for (i = 0; i < call->count; i++) {
		struct entry *entry = &call->entries[i];

		entry->waiter.fence = syncobj_fence_at(syncobjs[i], entry->waiter.point);
		if (!entry->waiter.fence) {
			if (!(call->flags & FOR_SUBMIT))
				return -EINVAL;
			continue;
		}
		if (call->flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE ||
		    fence_is_signaled(entry->waiter.fence)) {
			if (!done++)
				call->first = i;
		}
	}
	*over = done == call->count || (done && !(call->flags & DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL));
	return 0;
}

/* Woken by what it waits for alone: a fence whose interrupt got lost is seen at the deadline. */
static int sleep_until_done(struct call *call, struct sim_task *task, uint64_t deadline)
{
	int ret = 0;

	for (;;) {
		call->woken = false;
		if (is_call_done(call))
			return 0;
		if (ret)
			return ret;
		if (sim_now() >= deadline)
			return -ETIME;
		while (!call->woken && !ret)
			ret = sim_wait(call->sim, task, deadline);
	}
}

static int wait_for_all(struct call *call, struct syncobj **syncobjs, struct sim_task *task,
			int64_t timeout_nsec)
{
	uint64_t deadline = timeout_nsec > 0 ? (uint64_t)timeout_nsec : 0;
	bool over;
	uint32_t i;
	int ret;

	ret = look_at_all(call, syncobjs, &over);
	if (ret || over)
		return ret;
	if (call->flags & FOR_SUBMIT) {
		for (i = 0; i < call->count; i++) {
			if (!call->entries[i].waiter.fence)
				syncobj_add_waiter(syncobjs[i], &call->entries[i].waiter);
		}
	}
	return sleep_until_done(call, task, deadline);
}

static int call_init(struct call *call, struct sim_task *task, uint64_t user_points)
{
	uint64_t *points = syncobj_kmalloc_array(call->count, sizeof(*points));
	int err = 0;
	uint32_t i;

	if (!points)
		return -ENOMEM;
	if (user_points)
		err = task->ops->read(task, points, user_points, call->count * sizeof(*points));
	if (err)
		goto free_points;
	call->entries = calloc(call->count, sizeof(*call->entries));
	if (!call->entries) {
		err = -ENOMEM;
		goto free_points;
	}
	for (i = 0; i < call->count; i++) {
		call->entries[i].call = call;
		call->entries[i].waiter.point = points[i];
		call->entries[i].waiter.found = fence_found;
	}

free_points:
	free(points);
	return err;
}

static void call_fini(struct call *call)
{
	uint32_t i;

	for (i = 0; i < call->count; i++) {
		struct entry *entry = &call->entries[i];

		syncobj_remove_waiter(&entry->waiter);
		if (entry->has_cb)
			fence_remove_callback(entry->waiter.fence, &entry->cb);
		fence_put(entry->waiter.fence);
	}
	free(call->entries);
}

/* A deadline is a hint that no fence of this device takes. */
static int array_wait(struct drm_file *file, struct sim_task *task, uint64_t handles,
		      uint64_t points, uint32_t count, uint32_t flags, int64_t timeout_nsec,
		      uint32_t *first)
{
	struct call call = {.sim = file->base.sim, .count = count, .flags = flags, .first = ~0u};
	struct syncobj **syncobjs;
	int ret;

	if (!count)
		return 0;
	ret = syncobj_lookup_array(file, task, handles, count, &syncobjs);
	if (ret)
		return ret;
	ret = call_init(&call, task, points);
	if (!ret) {
		ret = wait_for_all(&call, syncobjs, task, timeout_nsec);
		call_fini(&call);
	}
	if (!ret)
		*first = call.first;
	syncobj_put_array(syncobjs, count);
	return ret;
}

int syncobj_wait_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct abi_syncobj_wait *args = data;

	if (args->flags & ~(DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL |
			    DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT | ABI_SYNCOBJ_WAIT_DEADLINE))
		return -EINVAL;
	return array_wait(file, task, args->handles, 0, args->count_handles, args->flags,
			  args->timeout_nsec, &args->first_signaled);
}

int syncobj_timeline_wait_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct abi_syncobj_timeline_wait *args = data;

	if (args->flags &
	    ~(DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL | FOR_SUBMIT | ABI_SYNCOBJ_WAIT_DEADLINE))
		return -EINVAL;
	return array_wait(file, task, args->handles, args->points, args->count_handles, args->flags,
			  args->timeout_nsec, &args->first_signaled);
}

/* ---- by eventfd ---------------------------------------------------------- */

struct event {
	struct syncobj_waiter waiter;
	struct fence_cb cb;
	int fd;
	bool available; /* not when it signals: when it is there */
};

static void event_free(struct event *event)
{
	fence_put(event->waiter.fence);
	close(event->fd);
	free(event);
}

/* As eventfd_signal(), which never blocks: what is full stays full. */
static void event_signal(struct event *event)
{
	struct pollfd pfd = {.fd = event->fd, .events = POLLOUT};
	const uint64_t one = 1;
	bool is_told = poll(&pfd, 1, 0) == 1 && write(event->fd, &one, sizeof(one)) > 0;

	(void)is_told;
	event_free(event);
}

static void event_fence_signaled(struct fence *fence, struct fence_cb *cb)
{
	(void)fence;
	event_signal(container_of(cb, struct event, cb));
}

static void event_found(struct syncobj_waiter *waiter)
{
	struct event *event = container_of(waiter, struct event, waiter);

	if (!waiter->fence)
		event_free(event);
	else if (event->available ||
		 fence_add_callback(waiter->fence, &event->cb, event_fence_signaled))
		event_signal(event);
}

static bool is_eventfd(int fd)
{
	char path[32], name[32];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, name, sizeof(name) - 1);
	name[len > 0 ? len : 0] = '\0';
	return !strcmp(name, "anon_inode:[eventfd]");
}

int syncobj_eventfd_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct abi_syncobj_eventfd *args = data;
	struct syncobj *syncobj;
	struct event *event;
	int fd, err;

	if (args->flags & ~DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE || args->pad)
		return -EINVAL;
	syncobj = syncobj_lookup(file, args->handle);
	if (!syncobj)
		return -ENOENT;
	fd = task->ops->steal_fd(task, args->fd);
	if (fd < 0) {
		err = fd;
		goto put_syncobj;
	}
	if (!is_eventfd(fd)) {
		err = -EINVAL;
		goto close_fd;
	}
	event = calloc(1, sizeof(*event));
	if (!event) {
		err = -ENOMEM;
		goto close_fd;
	}
	event->fd = fd;
	event->available = args->flags;
	event->waiter.point = args->point;
	event->waiter.found = event_found;
	syncobj_add_waiter(syncobj, &event->waiter);
	syncobj_put(syncobj);
	return 0;

close_fd:
	close(fd);
put_syncobj:
	syncobj_put(syncobj);
	return err;
}
