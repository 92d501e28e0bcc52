/* SPDX-License-Identifier: MIT */
/* The core's own: the ioctls of syncobjs. */
#ifndef SIM_SYNCOBJ_H
#define SIM_SYNCOBJ_H

#include "sim.h"
#include "uapi-drm.h"

/*
 * Waits until there is a fence for a point. It is found in the moment it is there: later on the
 * syncobj may have another, or none.
 */
struct syncobj_waiter {
	struct syncobj_waiter *next, **link; /* link NULL: not on the list */
	uint64_t point;
	struct fence *fence; /* a reference, once there is one */
	/* It is off the list and has a fence, or none: the syncobj is gone. May free it. */
	void (*found)(struct syncobj_waiter *waiter);
};

struct syncobj {
	struct sim *sim;
	unsigned refs;
	struct fence *fence; /* a reference, or NULL */
	struct syncobj_waiter *waiters;
};

/* Takes over the reference, unless there is no memory: -ENOMEM. */
int syncobj_handle_alloc(struct drm_file *file, struct syncobj *syncobj, uint32_t *handle);
/* No reference, or that of the handle; NULL: no such handle. */
struct syncobj *syncobj_handle_find(const struct drm_file *file, uint32_t handle);
struct syncobj *syncobj_handle_remove(struct drm_file *file, uint32_t handle);

struct syncobj *syncobj_create(struct sim *sim); /* a reference; NULL: no memory */
/* The fence of that point, a reference, if there is one already. */
struct fence *syncobj_fence_at(struct syncobj *syncobj, uint64_t point);
/* @waiter: zeroed, but for point and found. */
void syncobj_add_waiter(struct syncobj *syncobj, struct syncobj_waiter *waiter);
void syncobj_remove_waiter(struct syncobj_waiter *waiter);

/* Those of the client's handles, with references: an array to be freed. 0 or -errno. */
int syncobj_lookup_array(struct drm_file *file, struct sim_task *task, uint64_t handles,
			 uint32_t count, struct syncobj ***syncobjs);
void syncobj_put_array(struct syncobj **syncobjs, uint32_t count);
void *syncobj_kmalloc_array(uint32_t count, size_t bytes); /* zeroed; what is too big for a kernel
							      is NULL */

int syncobj_create_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_destroy_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_handle_to_fd_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_fd_to_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_transfer_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_wait_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_timeline_wait_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_eventfd_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_reset_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_signal_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_timeline_signal_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int syncobj_query_ioctl(struct drm_file *file, struct sim_task *task, void *data);

#endif
