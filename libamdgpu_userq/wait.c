// SPDX-License-Identifier: MIT
/* USERQ_WAIT as count and fill. Called for each submission: `make bench` counts instructions. */
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

static bool exceeds(const struct auq_wait_args *args)
{
	return args->num_syncobjs > AUQ_UAPI_MAX_HANDLES ||
	       args->num_timelines > AUQ_UAPI_MAX_HANDLES || args->num_bo_read > AUQ_UAPI_MAX_BOS ||
	       args->num_bo_write > AUQ_UAPI_MAX_BOS;
}

/* No limit is below this. Whether arrays can be read the kernel finds out. */
static inline bool too_many(const struct auq_wait_args *args)
{
	return (args->num_syncobjs | args->num_timelines | args->num_bo_read | args->num_bo_write) >
		       UINT16_MAX &&
	       exceeds(args);
}

/*
 * Kernels that read points as 4-byte elements count in 16 bits: 65536 fences are none. Each syncobj
 * and point has one at least; how many a BO has is not known here.
 */
static bool wraps(const struct auq_wait_args *args)
{
	return args->num_syncobjs + args->num_timelines > MAX_FENCES;
}

/* The kernel does not look at @fences when it counts. */
static inline void wait_init(struct auq_uapi_wait *wait, const struct auq_wait_args *args,
			     struct auq_fence *fences)
{
	*wait = (struct auq_uapi_wait){
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
		.out_fences = (uintptr_t)fences,
	};
}

/* For kernels that read points as 4-byte elements; to be freed unless it is @on_stack. */
static int narrow_points(const struct auq_wait_args *args, uint32_t *on_stack, uint32_t **out)
{
	uint32_t *points = on_stack, i;

	if (!args->points)
		return -EFAULT;
	for (i = 0; i < args->num_timelines; i++) {
		if (args->points[i] > UINT32_MAX)
			return -EOVERFLOW;
	}
	if (args->num_timelines > POINTS_ON_STACK) {
		points = malloc(args->num_timelines * sizeof(*points));
		if (!points)
			return -ENOMEM;
	}
	for (i = 0; i < args->num_timelines; i++)
		points[i] = (uint32_t)args->points[i];
	*out = points;
	return 0;
}

static inline int count(struct auq_device *dev, struct auq_uapi_wait *wait)
{
	wait->num_fences = 0;
	return auq_ioctl(dev->fd, AUQ_IOCTL_WAIT, wait);
}

/*
 * A signal that interrupts WAIT while it waits for another driver's fence is
 * an error on a path that puts fences twice up to 7.0: none may come in then.
 */
static __attribute__((noinline)) int fill_undisturbed(struct auq_device *dev,
						      struct auq_uapi_wait *wait)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = auq_ioctl(dev->fd, AUQ_IOCTL_WAIT, wait);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* -EINVAL of a fill is -ENOSPC if there are more fences now than there is room. */
static __attribute__((noinline)) int explain(struct auq_device *dev, struct auq_uapi_wait *wait,
					     uint32_t room)
{
	return !count(dev, wait) && wait->num_fences > room ? -ENOSPC : -EINVAL;
}

/* @is_plain and @flags are constants where it is called for each submission. */
static inline __attribute__((always_inline)) int count_and_fill(struct auq_device *dev,
								struct auq_uapi_wait *wait,
								uint32_t flags, bool is_plain,
								uint32_t *num_fences)
{
	uint32_t room = *num_fences < MAX_FENCES ? *num_fences : MAX_FENCES;
	int r;

	r = count(dev, wait);
	if (r)
		return r;
	if (wait->num_fences) {
		if (wait->num_fences > room && !(flags & AUQ_WAIT_SHORT && room))
			return -ENOSPC;
		wait->num_fences = (uint16_t)room;
		if (is_plain || dev->traits[AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT] == AUQ_NO)
			r = auq_ioctl(dev->fd, AUQ_IOCTL_WAIT, wait);
		else
			r = fill_undisturbed(dev, wait);
		if (r)
			return r == -EINVAL && !(flags & AUQ_WAIT_SHORT) ? explain(dev, wait, room)
									 : r;
	}
	*num_fences = wait->num_fences;
	return 0;
}

/* All kernels, sizes and flags. @only_count: the number of fences, to @num_fences. */
static __attribute__((noinline)) int wait_carefully(struct auq_device *dev,
						    const struct auq_wait_args *args,
						    struct auq_fence *fences, uint32_t *num_fences,
						    bool only_count)
{
	uint32_t on_stack[POINTS_ON_STACK], *points = on_stack;
	struct auq_uapi_wait wait;
	int r;

	r = auq_args_check(args, sizeof(*args));
	if (r)
		return r;
	if (args->flags & ~(AUQ_WAIT_UNSAFE | AUQ_WAIT_SHORT) || too_many(args))
		return -EINVAL;
	if (dev->traits[AUQ_TRAIT_POINTS_U64] != AUQ_YES && wraps(args))
		return -EINVAL;

	wait_init(&wait, args, fences);
	if (args->num_timelines && dev->traits[AUQ_TRAIT_POINTS_U64] != AUQ_YES) {
		if (dev->traits[AUQ_TRAIT_POINTS_U64] == AUQ_UNKNOWN)
			return -EOPNOTSUPP;
		r = narrow_points(args, on_stack, &points);
		if (r)
			return r;
		wait.syncobj_timeline_points = (uintptr_t)points;
	}
	if (only_count) {
		r = count(dev, &wait);
		if (!r)
			*num_fences = wait.num_fences;
	} else if (auq_wait_is_unsafe(dev) && !(args->flags & AUQ_WAIT_UNSAFE)) {
		r = -EOPNOTSUPP;
	} else {
		r = count_and_fill(dev, &wait, args->flags, false, num_fences);
	}
	if (points != on_stack)
		free(points);
	return r;
}

bool auq_wait_is_unsafe(const struct auq_device *dev)
{
	return dev->traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] != AUQ_NO;
}

bool auq_wait_is_plain(const struct auq_device *dev)
{
	return !auq_wait_is_unsafe(dev) && dev->traits[AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT] == AUQ_NO &&
	       dev->traits[AUQ_TRAIT_POINTS_U64] == AUQ_YES;
}

int auq_wait_count(struct auq_device *dev, const struct auq_wait_args *args, uint32_t *num)
{
	if (!dev || !num)
		return -EINVAL;
	return wait_carefully(dev, args, NULL, num, true);
}

int auq_wait(struct auq_device *dev, const struct auq_wait_args *args, struct auq_fence *fences,
	     uint32_t *num_fences)
{
	struct auq_uapi_wait wait;

	if (!dev || !args || !num_fences || (!fences && *num_fences))
		return -EINVAL;
	if (!dev->wait_is_plain || args->size != sizeof(*args) || args->flags)
		return wait_carefully(dev, args, fences, num_fences, false);
	if (too_many(args))
		return -EINVAL;
	wait_init(&wait, args, fences);
	return count_and_fill(dev, &wait, 0, true, num_fences);
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
