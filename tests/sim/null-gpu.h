/* SPDX-License-Identifier: MIT */
/*
 * A driver that does nothing, in the place of the simulated amdgpu: the core's tests have the
 * fences in their own hands.
 */
#ifndef NULL_GPU_H
#define NULL_GPU_H

#include "drm.h"

/* A pending fence, signaled by fence_signal(). One reference; NULL: no memory. The lock is held. */
struct fence *null_fence(struct sim *sim, uint64_t context, uint64_t seqno);

struct null_gpu {
	int fences, objects; /* alive */
	int opened, closed;  /* handles */
	int open_error;      /* of the next handle */
	int export_error;    /* of the next dma-buf */
	bool refuses_files;
	char order[8]; /* of what was called while files closed: release, handles, close */
};
extern struct null_gpu null_gpu;
extern bool null_gpu_is_absent; /* gpu_create() fails */

/* Driver ioctl 0: takes an int, adds one to it, or fails with it if it is negative. */
#define NULL_IOCTL DRM_IOWR(DRM_COMMAND_BASE, int64_t)
/* Driver ioctl 1: an object of that many bytes, with memory if their number is even. */
struct null_create {
	uint64_t bytes;
	uint64_t mmap_offset;
	uint32_t handle;
	uint32_t pad;
};
#define NULL_CREATE DRM_IOWR(DRM_COMMAND_BASE + 1, struct null_create)

#endif
