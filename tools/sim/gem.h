/* SPDX-License-Identifier: MIT */
/* The core's own: GEM's ioctls and what a handle is. */
#ifndef SIM_GEM_H
#define SIM_GEM_H

#include "sim.h"
#include "uapi-drm.h"

struct gem_handle {
	struct gem_object *object;
	struct sim_fd *dmabuf; /* a reference once it was exported or imported here, or NULL */
};

int gem_close_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_flink_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_open_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_change_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int prime_handle_to_fd_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int prime_fd_to_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data);

#endif
