// SPDX-License-Identifier: MIT
/* USERQ_WAIT as count and fill. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "internal.h"

#define POINTS_ON_STACK 32
#define MAX_FENCES      65535u /* the width of num_fences */
#define MAX_TRIES       8

_Static_assert(sizeof(struct auq_fence) == sizeof(struct auq_uapi_fence_info) &&
		       offsetof(struct auq_fence, va) == offsetof(struct auq_uapi_fence_info, va) &&
		       offsetof(struct auq_fence, value) ==
			       offsetof(struct auq_uapi_fence_info, value),
	       "the kernel writes into the caller's array");

struct request {
	struct auq_device *dev;
	struct auq_uapi_wait wait;
	uint32_t flags;
	uint32_t *points; /* what wait points to */
	uint32_t on_stack[POINTS_ON_STACK];
};

static int check(const struct auq_wait_args *args)
{
	if (args->flags & ~(AUQ_WAIT_UNSAFE | AUQ_WAIT_SHORT))
		return -EINVAL;
	if ((args->num_syncobjs && !args->syncobjs) || (args->num_bo_read && !args->bo_read) ||
	    (args->num_bo_write && !args->bo_write) ||
	    (args->num_timelines && (!args->timelines || !args->points)))
		return -EINVAL;
	if (args->num_syncobjs > AUQ_UAPI_MAX_HANDLES || args->num_bo_read > AUQ_UAPI_MAX_BOS ||
	    args->num_bo_write > AUQ_UAPI_MAX_BOS || args->num_timelines > AUQ_UAPI_MAX_HANDLES)
		return -EINVAL;
	return 0;
}

static int narrow_points(struct request *req, const struct auq_wait_args *args)
{
	uint32_t i;

	for (i = 0; i < args->num_timelines; i++) {
		if (args->points[i] > UINT32_MAX)
			return -EOVERFLOW;
	}
	req->points = req->on_stack;
	if (args->num_timelines > POINTS_ON_STACK) {
		req->points = malloc(args->num_timelines * sizeof(*req->points));
		if (!req->points)
			return -ENOMEM;
	}
	for (i = 0; i < args->num_timelines; i++)
		req->points[i] = (uint32_t)args->points[i];
	req->wait.syncobj_timeline_points = (uintptr_t)req->points;
	return 0;
}

static int request_init(struct request *req, struct auq_device *dev,
			const struct auq_wait_args *args)
{
	int r;

	if (!dev)
		return -EINVAL;
	r = auq_args_check(args, sizeof(*args));
	if (!r)
		r = check(args);
	if (r)
		return r;

	req->dev = dev;
	req->flags = args->flags;
	req->points = req->on_stack;
	req->wait = (struct auq_uapi_wait){
		.waitq_id = args->queue_id,
		.syncobj_handles = (uintptr_t)args->syncobjs,
		.num_syncobj_handles = (uint16_t)args->num_syncobjs,
		.syncobj_timeline_handles = (uintptr_t)args->timelines,
		.syncobj_timeline_points = (uintptr_t)args->points,
		.num_syncobj_timeline_handles = (uint16_t)args->num_timelines,
		.bo_read_handles = (uintptr_t)args->bo_read,
		.bo_write_handles = (uintptr_t)args->bo_write,
		.num_bo_read_handles = args->num_bo_read,
		.num_bo_write_handles = args->num_bo_write,
	};
	if (!args->num_timelines || dev->traits[AUQ_TRAIT_POINTS_U64] == AUQ_YES)
		return 0;
	if (dev->traits[AUQ_TRAIT_POINTS_U64] == AUQ_UNKNOWN)
		return -EOPNOTSUPP;
	return narrow_points(req, args);
}

static void request_fini(struct request *req)
{
	if (req->points != req->on_stack)
		free(req->points);
}

static int count(struct request *req, uint32_t *num)
{
	int r;

	req->wait.out_fences = 0;
	req->wait.num_fences = 0;
	r = auq_ioctl(req->dev->fd, AUQ_IOCTL_WAIT, &req->wait);
	if (!r)
		*num = req->wait.num_fences;
	return r;
}

/*
 * A signal that interrupts WAIT while it waits for another driver's fence is
 * an error on a path that puts fences twice up to 7.0: none may come in then.
 */
static int fill(struct request *req, struct auq_fence *fences, uint32_t capacity, uint32_t *num)
{
	bool defer = req->dev->traits[AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT] != AUQ_NO;
	sigset_t all, before;
	int r;

	req->wait.out_fences = (uintptr_t)fences;
	req->wait.num_fences = (uint16_t)capacity;
	if (defer) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
	}
	r = auq_ioctl(req->dev->fd, AUQ_IOCTL_WAIT, &req->wait);
	if (defer)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!r)
		*num = req->wait.num_fences;
	return r;
}

/* -EINVAL of a fill is -ENOSPC if there are more fences now than there is room. */
static int explain(struct request *req, uint32_t capacity)
{
	uint32_t num;

	return !count(req, &num) && num > capacity ? -ENOSPC : -EINVAL;
}

bool auq_wait_is_unsafe(const struct auq_device *dev)
{
	return dev->traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] != AUQ_NO;
}

int auq_wait_count(struct auq_device *dev, const struct auq_wait_args *args, uint32_t *num)
{
	struct request req;
	int r;

	if (!num)
		return -EINVAL;
	r = request_init(&req, dev, args);
	if (r)
		return r;
	r = count(&req, num);
	request_fini(&req);
	return r;
}

int auq_wait(struct auq_device *dev, const struct auq_wait_args *args, struct auq_fence *fences,
	     uint32_t *num_fences)
{
	uint32_t capacity, expected = 0;
	struct request req;
	int r;

	if (!num_fences || (!fences && *num_fences))
		return -EINVAL;
	r = request_init(&req, dev, args);
	if (r)
		return r;

	r = -EOPNOTSUPP;
	if (auq_wait_is_unsafe(dev) && !(req.flags & AUQ_WAIT_UNSAFE))
		goto out;
	r = count(&req, &expected);
	if (r)
		goto out;
	if (!expected) {
		*num_fences = 0;
		goto out;
	}
	capacity = *num_fences < MAX_FENCES ? *num_fences : MAX_FENCES;
	r = -ENOSPC;
	if (!capacity || (capacity < expected && !(req.flags & AUQ_WAIT_SHORT)))
		goto out;
	r = fill(&req, fences, capacity, num_fences);
	if (r == -EINVAL && !(req.flags & AUQ_WAIT_SHORT))
		r = explain(&req, capacity);
out:
	request_fini(&req);
	return r;
}

int auq_wait_alloc(struct auq_device *dev, const struct auq_wait_args *args,
		   struct auq_fence **out_fences, uint32_t *out_num)
{
	struct auq_fence *fences;
	uint32_t expected, num;
	int r, tries;

	if (!out_fences || !out_num)
		return -EINVAL;
	for (tries = 0; tries < MAX_TRIES; tries++) {
		r = auq_wait_count(dev, args, &expected);
		if (r)
			return r;
		/* Some more, for a BO that others use may gain fences before the fill. */
		num = expected + expected / 4 + 4;
		fences = malloc(num * sizeof(*fences));
		if (!fences)
			return -ENOMEM;
		r = auq_wait(dev, args, fences, &num);
		if (!r) {
			*out_fences = fences;
			*out_num = num;
			return 0;
		}
		free(fences);
		if (r != -ENOSPC)
			return r;
	}
	return r;
}
