// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* amdgpu_seq64.c: amdgpu_seq64_alloc(), and a pool whose address is a multiple of its size. */
uint32_t auq_fence_slot(const struct auq_fence *fence)
{
	return (uint32_t)(fence->va & (AUQ_SEQ64_BYTES - 1)) / sizeof(uint64_t);
}

int auq_queue_slot(struct auq_queue *queue, uint32_t *slot)
{
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	struct drm_syncobj_create create = {0};
	struct drm_syncobj_destroy destroy = {0};
	struct auq_fence fence;
	uint32_t num_fences = 1;
	int r;

	if (!queue || !slot)
		return -EINVAL;
	if (atomic_load(&queue->freed))
		return -ENODEV;
	if (auq_wait_is_unsafe(queue->dev))
		return -EOPNOTSUPP;
	r = auq_ioctl(queue->dev->fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);
	if (r)
		return r;

	signal.queue_id = queue->id;
	signal.syncobjs = &create.handle;
	signal.num_syncobjs = 1;
	r = auq_signal(queue->dev, &signal);
	if (r)
		goto destroy;

	wait.queue_id = queue->id;
	wait.syncobjs = &create.handle;
	wait.num_syncobjs = 1;
	r = auq_wait(queue->dev, &wait, &fence, &num_fences);
	if (!r && !num_fences)
		r = -EIO;
	if (!r)
		*slot = auq_fence_slot(&fence);
destroy:
	destroy.handle = create.handle;
	auq_ioctl(queue->dev->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
	return r;
}
