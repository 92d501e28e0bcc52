/* SPDX-License-Identifier: MIT */
/*
 * Modes: no display is connected to this device, nor could one be. What amdgpu without its display
 * code answers; framebuffers, dumb buffers and blobs, which it would create, are not modelled.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "drm-core.h"

#define IGNORE(file, task, data)                                                                   \
	do {                                                                                       \
		(void)(file);                                                                      \
		(void)(task);                                                                      \
		(void)(data);                                                                      \
	} while (0)

int mode_get_resources_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	IGNORE(file, task, data);
	memset(data, 0, sizeof(struct drm_mode_card_res));
	return 0;
}

int mode_get_planes_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_mode_get_plane_res *args = data;

	IGNORE(file, task, data);
	args->count_planes = 0;
	return 0;
}

/* CURSOR and CURSOR2, which begin alike. */
int mode_cursor_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_mode_cursor *args = data;

	IGNORE(file, task, data);
	if (!args->flags || args->flags & ~(uint32_t)DRM_MODE_CURSOR_FLAGS)
		return -EINVAL;
	return -ENOENT;
}

int mode_no_such_object_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	IGNORE(file, task, data);
	return -ENOENT;
}

int mode_invalid_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	IGNORE(file, task, data);
	return -EINVAL;
}

int mode_not_supported_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	IGNORE(file, task, data);
	return -EOPNOTSUPP;
}

/* A lease of nothing is one: another file, whose user may do what modes need. */
int mode_create_lease_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_mode_create_lease *args = data;
	struct sim_fd *lessee;
	int fd;

	if (args->flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (args->object_count)
		return -ENOENT;
	lessee = sim_open(file->base.sim, task, false);
	if (!lessee)
		return -ENOMEM;
	drm_file_of(lessee)->is_authenticated = true;
	fd = task->ops->install_fd(task, lessee, args->flags & O_CLOEXEC);
	if (fd < 0)
		return fd;
	args->fd = (uint32_t)fd;
	args->lessee_id = ++file->base.sim->last_lessee;
	return 0;
}

int mode_list_lessees_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_mode_list_lessees *args = data;

	IGNORE(file, task, data);
	if (args->pad)
		return -EINVAL;
	args->count_lessees = 0; /* those of nothing do not count */
	return 0;
}

int mode_get_lease_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_mode_get_lease *args = data;

	IGNORE(file, task, data);
	if (args->pad)
		return -EINVAL;
	args->count_objects = 0;
	return 0;
}
