/* SPDX-License-Identifier: MIT */
/* The core's own: the table of DRM's ioctls and who is master. */
#ifndef SIM_DRM_CORE_H
#define SIM_DRM_CORE_H

#include "sim.h"
#include "uapi-drm.h"

const struct drm_ioctl *drm_core_ioctls(unsigned *num);

/* The primary node's master: drm_auth.c. */
void master_open(struct drm_file *file);
void master_release(struct drm_file *file);
bool master_is_current(const struct drm_file *file);
int master_get_magic_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int master_auth_magic_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int master_set_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int master_drop_ioctl(struct drm_file *file, struct sim_task *task, void *data);

int mode_get_resources_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_get_planes_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_cursor_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_no_such_object_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_invalid_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_not_supported_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_create_lease_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_list_lessees_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int mode_get_lease_ioctl(struct drm_file *file, struct sim_task *task, void *data);

#endif
