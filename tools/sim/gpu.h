/* SPDX-License-Identifier: MIT */
/* amdgpu: what the core calls. The lock is held. */
#ifndef SIM_GPU_H
#define SIM_GPU_H

#include "drm.h"

struct gpu; /* the device; in struct sim */

struct gpu *gpu_create(struct sim *sim, const struct sim_profile *profile, uint64_t seed);
/* Signals what is still pending, so that all who wait for it let go. */
void gpu_destroy(struct gpu *gpu);
/* Nothing of the device waits any more: the session ends. */
void gpu_end(struct gpu *gpu);
struct gpu *gpu_of(struct sim *sim);

struct gpu_file *gpu_file_open(struct drm_file *file); /* NULL: no memory */
/* The file is closed, first: frees its queues; may sleep as the kernel's does. */
void gpu_file_release(struct drm_file *file);
/* Then, when its handles of GEM and syncobjs are gone: its address space and itself. */
void gpu_file_close(struct drm_file *file);

/* The driver's ioctls, by number from DRM_COMMAND_BASE; cmd is 0 where there is none. */
const struct drm_ioctl *gpu_ioctls(const struct gpu *gpu, unsigned *num);

/* amdgpu_fence_drivers listing and what a person asks for at the end. Text to be freed. */
char *gpu_listing(struct gpu *gpu);

#endif
