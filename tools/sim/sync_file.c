/* SPDX-License-Identifier: MIT */
/*
 * A fence as a file: sync_file.c of the kernel. There a first poll() enables its signaling; here
 * nobody is told of a poll(), so it is enabled from the beginning, and what a poll() would find out
 * by looking at the hardware is looked at whenever that has changed.
 */
#include <errno.h>
#include <linux/sync_file.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "uapi-drm.h"

struct sync_file {
	struct sim_fd base;
	struct sync_file *next, **link; /* of all */
	struct fence *fence;
	struct fence_cb cb;
	char name[32]; /* of a merged one, else "" */
};

static const struct sim_fd_ops sync_file_ops;

static void fence_signaled(struct fence *fence, struct fence_cb *cb)
{
	struct sync_file *file = (struct sync_file *)((char *)cb - offsetof(struct sync_file, cb));

	(void)fence;
	sim_fd_set_readable(&file->base);
}

struct sim_fd *sync_file_create(struct fence *fence)
{
	struct sync_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	sim_fd_init(&file->base, fence->sim, &sync_file_ops);
	file->fence = fence_get(fence);
	file->next = fence->sim->sync_files;
	file->link = &fence->sim->sync_files;
	if (file->next)
		file->next->link = &file->next;
	fence->sim->sync_files = file;
	if (fence_is_signaled(fence) || fence_add_callback(fence, &file->cb, fence_signaled))
		sim_fd_set_readable(&file->base);
	return &file->base;
}

static void release(struct sim_fd *base)
{
	struct sync_file *file = (struct sync_file *)base;

	*file->link = file->next;
	if (file->next)
		file->next->link = file->link;
	fence_remove_callback(file->fence, &file->cb);
	fence_put(file->fence);
	free(file);
}

void sync_files_look(struct sim *sim)
{
	struct sync_file *file;

	for (file = sim->sync_files; file; file = file->next) {
		const struct fence_ops *ops = file->fence->ops;

		if (!file->base.is_readable && ops->is_signaled && ops->is_signaled(file->fence))
			sim_fd_set_readable(&file->base);
	}
}

static struct sync_file *find(struct sim_task *task, int fd)
{
	struct sim_fd *file;

	if (task->ops->find_fd(task, fd, &file) || !file || file->ops != &sync_file_ops)
		return NULL;
	return (struct sync_file *)file;
}

struct fence *sync_file_get_fence(struct sim_task *task, int fd)
{
	struct sync_file *file = find(task, fd);

	return file ? fence_get(file->fence) : NULL;
}

/* As strscpy(): cut, and with its NUL. */
static void copy_name(char dst[32], const char *src)
{
	snprintf(dst, 32, "%s", src);
}

static long merge_ioctl(struct sync_file *file, struct sim_task *task, uint64_t arg)
{
	struct fence *fences[2] = {file->fence}, *merged;
	struct sync_merge_data data;
	struct sim_fd *new;
	int err;

	err = task->ops->read(task, &data, arg, sizeof(data));
	if (err)
		return err;
	if (data.flags || data.pad)
		return -EINVAL;
	fences[1] = sync_file_get_fence(task, data.fd2);
	if (!fences[1])
		return -ENOENT;
	/* Before there is a descriptor that could not be told of. */
	err = task->ops->write(task, arg, &data, sizeof(data));
	if (err) {
		fence_put(fences[1]);
		return err;
	}
	merged = fence_merge(file->base.sim, fences, 2);
	fence_put(fences[1]);
	if (!merged)
		return -ENOMEM;
	new = sync_file_create(merged);
	fence_put(merged);
	if (!new)
		return -ENOMEM;
	data.name[sizeof(data.name) - 1] = '\0';
	copy_name(((struct sync_file *)new)->name, data.name);
	err = task->ops->install_fd(task, new, true);
	if (err < 0)
		return err;
	data.fence = err;
	return task->ops->write(task, arg, &data, sizeof(data));
}

struct listing {
	struct sync_fence_info *infos; /* NULL: only count */
	uint32_t num;
	int status;
};

static int list_one(struct fence *fence, void *arg)
{
	struct listing *listing = arg;
	struct sync_fence_info *info;

	listing->num++;
	if (!listing->infos)
		return 0;
	info = &listing->infos[listing->num - 1];
	copy_name(info->obj_name, fence_timeline_name(fence));
	copy_name(info->driver_name, fence_driver_name(fence));
	info->status = fence_status(fence);
	info->timestamp_ns = fence_is_signaled(fence) ? fence->timestamp : 0;
	if (listing->status > 0)
		listing->status = info->status;
	return 0;
}

static int list_fences(struct sync_file *file, struct sim_task *task, struct sync_file_info *info)
{
	struct listing listing = {.status = 1};
	int err;

	fence_unwrap(file->fence, list_one, &listing);
	if (!info->num_fences) {
		info->status = fence_status(file->fence);
		info->num_fences = listing.num;
		return 0;
	}
	if (info->num_fences < listing.num)
		return -EINVAL;
	listing.infos = calloc(listing.num + 1, sizeof(*listing.infos));
	if (!listing.infos)
		return -ENOMEM;
	listing.num = 0;
	fence_unwrap(file->fence, list_one, &listing);
	info->num_fences = listing.num;
	info->status = listing.status;
	err = task->ops->write(task, info->sync_fence_info, listing.infos,
			       listing.num * sizeof(*listing.infos));
	free(listing.infos);
	return err;
}

static long file_info_ioctl(struct sync_file *file, struct sim_task *task, uint64_t arg)
{
	struct fence *fence = file->fence;
	struct sync_file_info info;
	int err;

	err = task->ops->read(task, &info, arg, sizeof(info));
	if (err)
		return err;
	if (info.flags || info.pad)
		return -EINVAL;
	err = list_fences(file, task, &info);
	if (err)
		return err;
	if (file->name[0])
		copy_name(info.name, file->name);
	else
		snprintf(info.name, sizeof(info.name), "%s-%s%llu-%lld", fence_driver_name(fence),
			 fence_timeline_name(fence), (unsigned long long)fence->context,
			 (long long)fence->seqno);
	return task->ops->write(task, arg, &info, sizeof(info));
}

/* A hint that no fence of this device takes. */
static long set_deadline_ioctl(struct sim_task *task, uint64_t arg)
{
	struct abi_sync_set_deadline deadline;
	int err = task->ops->read(task, &deadline, arg, sizeof(deadline));

	if (err)
		return err;
	return deadline.pad ? -EINVAL : 0;
}

static long sync_file_ioctl(struct sim_fd *base, struct sim_task *task, uint32_t cmd, uint64_t arg)
{
	struct sync_file *file = (struct sync_file *)base;

	switch (cmd) {
	case SYNC_IOC_MERGE:
		return merge_ioctl(file, task, arg);
	case SYNC_IOC_FILE_INFO:
		return file_info_ioctl(file, task, arg);
	case ABI_SYNC_SET_DEADLINE:
		return set_deadline_ioctl(task, arg);
	default:
		return -ENOTTY;
	}
}

static const struct sim_fd_ops sync_file_ops = {
	.kind = "anon_inode:sync_file",
	.release = release,
	.ioctl = sync_file_ioctl,
};
