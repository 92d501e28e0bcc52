/* SPDX-License-Identifier: MIT */
/* dma-bufs of GEM objects. There is one device, so an import always finds the object itself. */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdlib.h>

#include "gem.h"

#define NAME_MAX_BYTES 32 /* DMA_BUF_NAME_LEN, with the NUL */
#define PAGE_MASK      0xfffull

struct dmabuf {
	struct sim_fd base;
	struct gem_object *object;
};

static const struct sim_fd_ops dmabuf_ops;

static struct gem_object *object_of(struct sim_fd *file)
{
	return ((struct dmabuf *)file)->object;
}

static void dmabuf_release(struct sim_fd *file)
{
	gem_put(object_of(file));
	free(file);
}

static int dmabuf_mmap(struct sim_fd *file, uint64_t offset, size_t bytes,
		       struct sim_memory **memory, uint64_t *memory_offset)
{
	struct gem_object *object = object_of(file);
	uint64_t end = (object->bytes + PAGE_MASK) & ~PAGE_MASK;

	if (offset > end || bytes > end - offset || !object->memory)
		return -EINVAL;
	*memory = sim_memory_get(object->memory);
	*memory_offset = offset;
	return 0;
}

static int64_t dmabuf_size(struct sim_fd *file)
{
	return (int64_t)object_of(file)->bytes;
}

/* ---- ioctls on the dma-buf ----------------------------------------------- */

/* dma_resv_usage_rw(): who writes waits for all, who reads for those that write. */
static enum resv_usage usage_rw(bool write)
{
	return write ? RESV_READ : RESV_WRITE;
}

static int find_pending(struct fence *fence, void *arg)
{
	if (fence_is_signaled(fence))
		return 0;
	*(struct fence **)arg = fence;
	return 1;
}

static long sync_ioctl(struct sim_fd *file, struct sim_task *task, uint64_t arg)
{
	struct gem_object *object = object_of(file);
	struct dma_buf_sync sync;
	struct fence *fence;
	int err;

	err = task->ops->read(task, &sync, arg, sizeof(sync));
	if (err)
		return err;
	if (sync.flags & ~(uint64_t)DMA_BUF_SYNC_VALID_FLAGS_MASK ||
	    !(sync.flags & DMA_BUF_SYNC_RW))
		return -EINVAL;
	if (sync.flags & DMA_BUF_SYNC_END)
		return 0;
	while (!err && resv_for_each(&object->resv, usage_rw(sync.flags & DMA_BUF_SYNC_WRITE),
				     find_pending, &fence)) {
		fence_get(fence);
		err = fence_wait(fence, task, SIM_NO_DEADLINE);
		fence_put(fence);
	}
	return err;
}

struct collected {
	struct fence **fences;
	unsigned num;
};

static int collect(struct fence *fence, void *arg)
{
	struct collected *all = arg;

	if (!fence_is_signaled(fence))
		all->fences[all->num++] = fence_get(fence);
	return 0;
}

/* dma_resv_get_singleton(): of what is pending. NULL: no memory. */
static struct fence *resv_singleton(struct sim *sim, struct resv *resv, enum resv_usage usage)
{
	struct collected all = {0};
	struct fence *fence = NULL;

	all.fences = malloc((resv->num + 1) * sizeof(*all.fences));
	if (!all.fences)
		return NULL;
	resv_for_each(resv, usage, collect, &all);
	if (all.num == 0)
		fence = fence_stub(sim);
	else if (all.num == 1)
		fence = all.fences[0];
	else
		fence = fence_array_create(sim, all.fences, all.num, fence_context_alloc(sim, 1),
					   1);
	if (all.num > 1 && fence)
		return fence;
	while (!fence && all.num)
		fence_put(all.fences[--all.num]);
	free(all.fences);
	return fence;
}

static long export_sync_file_ioctl(struct sim_fd *file, struct sim_task *task, uint64_t arg)
{
	struct gem_object *object = object_of(file);
	struct dma_buf_export_sync_file args;
	struct fence *fence;
	struct sim_fd *sync_file;
	int err;

	err = task->ops->read(task, &args, arg, sizeof(args));
	if (err)
		return err;
	if (args.flags & ~(uint32_t)DMA_BUF_SYNC_RW || !(args.flags & DMA_BUF_SYNC_RW))
		return -EINVAL;
	/* Before there is a descriptor that could not be told of. */
	err = task->ops->write(task, arg, &args, sizeof(args));
	if (err)
		return err;

	fence = resv_singleton(file->sim, &object->resv, usage_rw(args.flags & DMA_BUF_SYNC_WRITE));
	if (!fence)
		return -ENOMEM;
	sync_file = sync_file_create(fence);
	fence_put(fence);
	if (!sync_file)
		return -ENOMEM;
	args.fd = task->ops->install_fd(task, sync_file, true);
	if (args.fd < 0)
		return args.fd;
	return task->ops->write(task, arg, &args, sizeof(args));
}

struct import {
	struct resv *resv;
	enum resv_usage usage;
};

static int import_one(struct fence *fence, void *arg)
{
	struct import *import = arg;

	return resv_add(import->resv, fence, import->usage);
}

static long import_sync_file_ioctl(struct sim_fd *file, struct sim_task *task, uint64_t arg)
{
	struct import import = {.resv = &object_of(file)->resv};
	struct dma_buf_import_sync_file args;
	struct fence *fence;
	int err;

	err = task->ops->read(task, &args, arg, sizeof(args));
	if (err)
		return err;
	if (args.flags & ~(uint32_t)DMA_BUF_SYNC_RW || !(args.flags & DMA_BUF_SYNC_RW))
		return -EINVAL;
	fence = sync_file_get_fence(task, args.fd);
	if (!fence)
		return -EINVAL;
	import.usage = args.flags & DMA_BUF_SYNC_WRITE ? RESV_WRITE : RESV_READ;
	err = fence_unwrap(fence, import_one, &import);
	fence_put(fence);
	return err;
}

/* The name is shown nowhere: only whether it is one matters. */
static long set_name_ioctl(struct sim_task *task, uint64_t arg)
{
	unsigned i;
	char c = 1;
	int err;

	for (i = 0; i < NAME_MAX_BYTES; i++) {
		err = task->ops->read(task, &c, arg + i, 1);
		if (err)
			return err;
		if (!c)
			return 0;
	}
	return -EINVAL;
}

static long dmabuf_ioctl(struct sim_fd *file, struct sim_task *task, uint32_t cmd, uint64_t arg)
{
	switch (cmd) {
	case DMA_BUF_IOCTL_SYNC:
		return sync_ioctl(file, task, arg);
	case DMA_BUF_SET_NAME_A:
	case DMA_BUF_SET_NAME_B:
		return set_name_ioctl(task, arg);
	case DMA_BUF_IOCTL_EXPORT_SYNC_FILE:
		return export_sync_file_ioctl(file, task, arg);
	case DMA_BUF_IOCTL_IMPORT_SYNC_FILE:
		return import_sync_file_ioctl(file, task, arg);
	default:
		return -ENOTTY;
	}
}

static const struct sim_fd_ops dmabuf_ops = {
	.kind = "/dmabuf:",
	.release = dmabuf_release,
	.ioctl = dmabuf_ioctl,
	.mmap = dmabuf_mmap,
	.size = dmabuf_size,
};

/* ---- ioctls of the DRM file ---------------------------------------------- */

static struct sim_fd *dmabuf_create(struct gem_object *object)
{
	struct dmabuf *dmabuf = malloc(sizeof(*dmabuf));

	if (!dmabuf)
		return NULL;
	sim_fd_init(&dmabuf->base, object->sim, &dmabuf_ops);
	dmabuf->object = object;
	gem_get(object);
	return &dmabuf->base;
}

int prime_handle_to_fd_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_prime_handle *args = data;
	struct gem_handle *entry;
	struct gem_object *object;
	int fd, err;

	if (args->flags & ~(uint32_t)(DRM_CLOEXEC | DRM_RDWR))
		return -EINVAL;
	entry = idr_find(&file->gem, args->handle);
	if (!entry)
		return -ENOENT;
	object = entry->object;
	if (!object->dmabuf) {
		err = object->ops->export ? object->ops->export(object) : 0;
		if (err)
			return err;
		object->dmabuf = dmabuf_create(object);
		if (!object->dmabuf)
			return -ENOMEM;
	}
	if (!entry->dmabuf)
		entry->dmabuf = sim_fd_get(object->dmabuf);

	fd = task->ops->install_fd(task, sim_fd_get(object->dmabuf), args->flags & DRM_CLOEXEC);
	if (fd < 0)
		return fd;
	args->fd = fd;
	return 0;
}

int prime_fd_to_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_prime_handle *args = data;
	struct gem_handle *entry;
	struct gem_object *object;
	struct sim_fd *dmabuf;
	uint32_t id;
	int err;

	err = task->ops->find_fd(task, args->fd, &dmabuf);
	if (err)
		return err;
	if (!dmabuf || dmabuf->ops != &dmabuf_ops)
		return -EINVAL;
	for (id = 1; (entry = idr_next(&file->gem, &id)); id++) {
		if (entry->dmabuf == dmabuf) {
			args->handle = id;
			return 0;
		}
	}

	object = object_of(dmabuf);
	err = gem_handle_create(file, object, &args->handle);
	if (err)
		return err;
	if (!object->dmabuf)
		object->dmabuf = sim_fd_get(dmabuf);
	entry = idr_find(&file->gem, args->handle);
	entry->dmabuf = sim_fd_get(dmabuf);
	return 0;
}
