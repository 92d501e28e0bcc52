/* SPDX-License-Identifier: MIT */
/* Open DRM files, and how an ioctl finds its function: drm_file.c, drm_ioctl(). */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "drm-core.h"
#include "gem.h"

static const struct sim_fd_ops render_ops, primary_ops;

struct drm_file *drm_file_of(struct sim_fd *file)
{
	if (file->ops != &render_ops && file->ops != &primary_ops)
		return NULL;
	return (struct drm_file *)file;
}

struct sim_fd *sim_open(struct sim *sim, struct sim_task *task, bool is_render_node)
{
	struct drm_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	sim_fd_init(&file->base, sim, is_render_node ? &render_ops : &primary_ops);
	file->client_id = sim->next_client++;
	file->is_render = is_render_node;
	/* drm_file_alloc(): for root, and on a render node authentication does not matter. */
	file->is_authenticated = task->may_admin;
	file->pid = task->pid;
	memcpy(file->comm, task->comm, sizeof(file->comm));
	file->gpu = gpu_file_open(file);
	if (!file->gpu) {
		free(file);
		return NULL;
	}
	file->next = sim->files;
	sim->files = file;
	sim_show_folder(sim, true, "client-%" PRIu64, file->client_id);
	if (!is_render_node)
		master_open(file);
	return &file->base;
}

static void drm_release(struct sim_fd *base)
{
	struct drm_file *file = drm_file_of(base), **p;
	struct sim *sim = base->sim;

	gpu_file_release(file);
	sim_show_folder(sim, false, "client-%" PRIu64, file->client_id);
	syncobj_close_all(file);
	gem_close_all(file);
	if (!file->is_render)
		master_release(file);
	gpu_file_close(file);

	for (p = &sim->files; *p != file; p = &(*p)->next)
		;
	*p = file->next;
	free(file);
}

static int permit(const struct drm_file *file, const struct sim_task *task, uint32_t flags)
{
	if (flags & DRM_TABLE_ROOT_ONLY && !task->may_admin)
		return -EACCES;
	if (flags & DRM_TABLE_AUTH && !file->is_render && !file->is_authenticated)
		return -EACCES;
	if (flags & DRM_TABLE_MASTER && !master_is_current(file))
		return -EACCES;
	if (!(flags & DRM_TABLE_RENDER) && file->is_render)
		return -EACCES;
	return 0;
}

static const struct drm_ioctl *find_ioctl(struct sim *sim, uint32_t nr)
{
	const struct drm_ioctl *table;
	unsigned num;

	if (nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END) {
		table = gpu_ioctls(sim->gpu, &num);
		nr -= DRM_COMMAND_BASE;
	} else {
		table = drm_core_ioctls(&num);
	}
	return nr < num && table[nr].func ? &table[nr] : NULL;
}

static uint32_t max_size(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * The size is the caller's: what the kernel knows beyond it is 0, and what it knows less of is
 * given back untouched. What is returned is copied out with an error, too.
 */
static long drm_ioctl(struct sim_fd *base, struct sim_task *task, uint32_t cmd, uint64_t arg)
{
	struct drm_file *file = drm_file_of(base);
	const struct drm_ioctl *ioctl;
	uint32_t in, out, both;
	void *data;
	int ret;

	if (_IOC_TYPE(cmd) != DRM_IOCTL_BASE)
		return -ENOTTY;
	ioctl = find_ioctl(base->sim, _IOC_NR(cmd));
	if (!ioctl)
		return -EINVAL;

	both = cmd & ioctl->cmd;
	in = both & IOC_IN ? _IOC_SIZE(cmd) : 0;
	out = both & IOC_OUT ? _IOC_SIZE(cmd) : 0;
	data = calloc(1, max_size(max_size(in, out), _IOC_SIZE(ioctl->cmd)) + 1);
	if (!data)
		return -ENOMEM;
	if (in && task->ops->read(task, data, arg, in)) {
		ret = -EFAULT;
		goto free_data;
	}

	/* Who uses a file that was passed on is its owner from then on, unless it was a master. */
	if (!file->was_master)
		file->pid = task->pid;
	ret = permit(file, task, ioctl->flags);
	if (!ret)
		ret = ioctl->func(file, task, data);
	if (out && task->ops->write(task, arg, data, out))
		ret = -EFAULT;

free_data:
	free(data);
	return ret;
}

static int drm_mmap(struct sim_fd *base, uint64_t offset, size_t bytes, struct sim_memory **memory,
		    uint64_t *memory_offset)
{
	struct gem_object *object = gem_find_offset(base->sim, offset, bytes);

	if (!object)
		return -EINVAL;
	if (!gem_is_open_in(object, drm_file_of(base)))
		return -EACCES;
	if (!object->memory)
		return -EINVAL;
	*memory = sim_memory_get(object->memory);
	*memory_offset = 0;
	return 0;
}

static const struct sim_fd_ops render_ops = {
	.kind = "/dev/dri/renderD128",
	.release = drm_release,
	.ioctl = drm_ioctl,
	.mmap = drm_mmap,
};

static const struct sim_fd_ops primary_ops = {
	.kind = "/dev/dri/card0",
	.release = drm_release,
	.ioctl = drm_ioctl,
	.mmap = drm_mmap,
};
