/* SPDX-License-Identifier: MIT */
/* The ioctls of syncobjs that do not wait. */
#include <errno.h>
#include <stdlib.h>

#include "syncobj.h"

/* ---- handles and files --------------------------------------------------- */

struct syncobj_file {
	struct sim_fd base;
	struct syncobj *syncobj;
};

static void file_release(struct sim_fd *base)
{
	syncobj_put(((struct syncobj_file *)base)->syncobj);
	free(base);
}

static const struct sim_fd_ops file_ops = {
	.kind = "anon_inode:syncobj_file",
	.release = file_release,
};

static int assign_signaled(struct syncobj *syncobj)
{
	struct fence *fence = fence_stub_at(syncobj->sim, sim_now());

	if (!fence)
		return -ENOMEM;
	syncobj_replace_fence(syncobj, fence);
	fence_put(fence);
	return 0;
}

int syncobj_create_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_syncobj_create *args = data;
	struct syncobj *syncobj;
	int err = 0;

	(void)task;
	if (args->flags & ~DRM_SYNCOBJ_CREATE_SIGNALED)
		return -EINVAL;
	syncobj = syncobj_create(file->base.sim);
	if (!syncobj)
		return -ENOMEM;
	if (args->flags)
		err = assign_signaled(syncobj);
	if (!err)
		err = syncobj_handle_alloc(file, syncobj, &args->handle);
	if (err)
		syncobj_put(syncobj);
	return err;
}

int syncobj_destroy_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_syncobj_destroy *args = data;
	struct syncobj *syncobj;

	(void)task;
	if (args->pad)
		return -EINVAL;
	syncobj = syncobj_handle_remove(file, args->handle);
	if (!syncobj)
		return -EINVAL;
	syncobj_put(syncobj);
	return 0;
}

/* Takes over the reference on @new, which is NULL if there was no memory for it. */
static int install(struct sim_task *task, struct sim_fd *new, int32_t *fd)
{
	int ret;

	if (!new)
		return -ENOMEM;
	ret = task->ops->install_fd(task, new, true);
	if (ret < 0)
		return ret;
	*fd = ret;
	return 0;
}

static int export_syncobj(struct drm_file *file, struct sim_task *task,
			  struct abi_syncobj_handle *args)
{
	struct syncobj *syncobj = syncobj_lookup(file, args->handle);
	struct syncobj_file *new;

	if (!syncobj)
		return -EINVAL;
	new = malloc(sizeof(*new));
	if (!new) {
		syncobj_put(syncobj);
		return -ENOMEM;
	}
	sim_fd_init(&new->base, file->base.sim, &file_ops);
	new->syncobj = syncobj;
	return install(task, &new->base, &args->fd);
}

static int export_sync_file(struct drm_file *file, struct sim_task *task, uint64_t point,
			    struct abi_syncobj_handle *args)
{
	struct sim_fd *sync_file;
	struct fence *fence;
	int err;

	err = syncobj_find_fence(file, task, args->handle, point, false, &fence);
	if (err)
		return err;
	sync_file = sync_file_create(fence);
	fence_put(fence);
	return install(task, sync_file, &args->fd);
}

int syncobj_handle_to_fd_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct abi_syncobj_handle *args = data;

	if (args->pad || args->flags & ~(ABI_SYNCOBJ_FD_TIMELINE |
					 DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE))
		return -EINVAL;
	if (args->flags & DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE)
		return export_sync_file(
			file, task, args->flags & ABI_SYNCOBJ_FD_TIMELINE ? args->point : 0, args);
	return args->point ? -EINVAL : export_syncobj(file, task, args);
}

static int import_syncobj(struct drm_file *file, struct sim_task *task,
			  struct abi_syncobj_handle *args)
{
	struct syncobj *syncobj;
	struct sim_fd *found;
	int err;

	if (task->ops->find_fd(task, args->fd, &found) || !found || found->ops != &file_ops)
		return -EINVAL;
	syncobj = ((struct syncobj_file *)found)->syncobj;
	err = syncobj_handle_alloc(file, syncobj, &args->handle);
	if (!err)
		syncobj_get(syncobj);
	return err;
}

static int import_sync_file(struct drm_file *file, struct sim_task *task, uint64_t point,
			    const struct abi_syncobj_handle *args)
{
	struct fence *fence = sync_file_get_fence(task, args->fd);
	struct syncobj *syncobj;
	int err = 0;

	if (!fence)
		return -EINVAL;
	syncobj = syncobj_lookup(file, args->handle);
	if (!syncobj) {
		fence_put(fence);
		return -ENOENT;
	}
	if (!point)
		syncobj_replace_fence(syncobj, fence);
	else
		err = syncobj_add_point(syncobj, fence_get(fence), point);
	if (err)
		fence_put(fence);
	fence_put(fence);
	syncobj_put(syncobj);
	return err;
}

int syncobj_fd_to_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct abi_syncobj_handle *args = data;

	if (args->pad || args->flags & ~(ABI_SYNCOBJ_FD_TIMELINE |
					 DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE))
		return -EINVAL;
	if (args->flags & DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE)
		return import_sync_file(
			file, task, args->flags & ABI_SYNCOBJ_FD_TIMELINE ? args->point : 0, args);
	return args->point ? -EINVAL : import_syncobj(file, task, args);
}

/* ---- fences -------------------------------------------------------------- */

/* Takes over the reference, whatever becomes of it. */
static int transfer_to_timeline(struct syncobj *syncobj, struct fence *fence, uint64_t point)
{
	struct fence *merged = fence_merge(syncobj->sim, &fence, 1);
	int err = -ENOMEM;

	fence_put(fence);
	if (merged) {
		err = syncobj_add_point(syncobj, merged, point);
		if (err)
			fence_put(merged);
	}
	return err;
}

static int find_source(struct drm_file *file, struct sim_task *task,
		       const struct drm_syncobj_transfer *args, struct fence **fence)
{
	bool bad_flags = args->flags & ~DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT;

	/* drm_syncobj_find_fence() looked at the flags first up to 7.0, at the handle from 7.1 on.
	 */
	if (bad_flags && !syncobj_handle_find(file, args->src_handle) &&
	    !sim_is_before(file->base.sim, "7.1"))
		return -ENOENT;
	if (bad_flags)
		return -EINVAL;
	return syncobj_find_fence(file, task, args->src_handle, args->src_point, args->flags,
				  fence);
}

int syncobj_transfer_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_syncobj_transfer *args = data;
	struct syncobj *syncobj;
	struct fence *fence;
	int err;

	if (args->pad)
		return -EINVAL;
	syncobj = syncobj_lookup(file, args->dst_handle);
	if (!syncobj)
		return -ENOENT;
	err = find_source(file, task, args, &fence);
	if (!err && args->dst_point) {
		err = transfer_to_timeline(syncobj, fence, args->dst_point);
	} else if (!err) {
		syncobj_replace_fence(syncobj, fence);
		fence_put(fence);
	}
	syncobj_put(syncobj);
	return err;
}

static int reset_or_signal(struct drm_file *file, struct sim_task *task,
			   const struct drm_syncobj_array *args, bool signal)
{
	struct syncobj **syncobjs;
	uint32_t i;
	int err;

	if (args->pad || !args->count_handles)
		return -EINVAL;
	err = syncobj_lookup_array(file, task, args->handles, args->count_handles, &syncobjs);
	if (err)
		return err;
	for (i = 0; i < args->count_handles && !err; i++) {
		if (signal)
			err = assign_signaled(syncobjs[i]);
		else
			syncobj_replace_fence(syncobjs[i], NULL);
	}
	syncobj_put_array(syncobjs, args->count_handles);
	return err;
}

int syncobj_reset_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	return reset_or_signal(file, task, data, false);
}

int syncobj_signal_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	return reset_or_signal(file, task, data, true);
}

static int signal_points(struct sim_task *task, struct syncobj **syncobjs, uint32_t count,
			 uint64_t user_points)
{
	uint64_t *points = syncobj_kmalloc_array(count, sizeof(*points));
	struct fence *fence;
	uint32_t i;
	int err = 0;

	if (!points)
		return -ENOMEM;
	if (user_points)
		err = task->ops->read(task, points, user_points, count * sizeof(*points));
	for (i = 0; i < count && !err; i++) {
		fence = fence_stub(syncobjs[i]->sim);
		err = syncobj_add_point(syncobjs[i], fence, points[i]);
		if (err)
			fence_put(fence);
	}
	free(points);
	return err;
}

int syncobj_timeline_signal_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_syncobj_timeline_array *args = data;
	struct syncobj **syncobjs;
	int err;

	if (args->flags || !args->count_handles)
		return -EINVAL;
	err = syncobj_lookup_array(file, task, args->handles, args->count_handles, &syncobjs);
	if (err)
		return err;
	err = signal_points(task, syncobjs, args->count_handles, args->points);
	syncobj_put_array(syncobjs, args->count_handles);
	return err;
}

/* The last point of the newest timeline that is reached; what was out of order ends it. */
static uint64_t last_reached(struct fence *head)
{
	struct fence *last = fence_get(head), *link, *prev;
	uint64_t point;

	for (link = fence_get(head); link && link->context == head->context; link = prev) {
		prev = fence_chain_prev(link);
		fence_put(last);
		last = link;
	}
	fence_put(link);
	point = fence_is_signaled(last) ? last->seqno : fence_chain_prev_seqno(last);
	fence_put(last);
	return point;
}

int syncobj_query_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_syncobj_timeline_array *args = data;
	struct syncobj **syncobjs;
	uint32_t i;
	int err;

	if (args->flags & ~DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED || !args->count_handles)
		return -EINVAL;
	err = syncobj_lookup_array(file, task, args->handles, args->count_handles, &syncobjs);
	if (err)
		return err;
	for (i = 0; i < args->count_handles && !err; i++) {
		struct fence *fence = fence_get(syncobjs[i]->fence);
		uint64_t point = 0;

		if (fence && fence_is_chain(fence))
			point = args->flags ? fence->seqno : last_reached(fence);
		fence_put(fence);
		err = task->ops->write(task, args->points + i * sizeof(point), &point,
				       sizeof(point));
	}
	syncobj_put_array(syncobjs, args->count_handles);
	return err;
}
