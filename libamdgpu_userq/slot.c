// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* As many doorbells are in a page, and no file may have more queues. */
#define MAX_PROBES (AUQ_PAGE / sizeof(uint64_t))

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

static enum auq_ip usable_ip(const struct auq_device *dev)
{
	static const enum auq_ip ips[] = {AUQ_IP_SDMA, AUQ_IP_COMPUTE, AUQ_IP_GFX};
	size_t i;

	for (i = 0; i < AUQ_NUM_IPS; i++) {
		if (dev->ip[ips[i]].state == AUQ_IP_USABLE)
			return ips[i];
	}
	return AUQ_IP_SDMA; /* creating its queue tells why not */
}

/* Queues are held until the end, so that each gets a higher slot than the one before. */
static int probe(struct auq_device *dev, struct auq_queue_args *args, uint32_t slot, bool *in_use)
{
	struct auq_queue *queues[MAX_PROBES];
	uint32_t got = 0, num;
	int r = -EMFILE;

	for (num = 0; num < MAX_PROBES; num++) {
		args->doorbell_index = num;
		r = auq_queue_create(dev, args, &queues[num]);
		/* Too many queues in this file: -ENOMEM up to 7.0. */
		if (r == -EBUSY || (r == -ENOMEM && num))
			r = -EMFILE;
		if (r)
			break;
		r = auq_queue_slot(queues[num], &got);
		if (r || got >= slot) {
			num++;
			break;
		}
		r = -EMFILE;
	}
	if (!r)
		*in_use = got > slot;
	if (r == -ENOSPC) { /* no slot is free at all */
		*in_use = true;
		r = 0;
	}
	while (num)
		auq_queue_unref(queues[--num]);
	return r;
}

int auq_slot_query(struct auq_device *dev, uint32_t slot, bool *in_use)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_buffer_args page = AUQ_ARGS(auq_buffer_args);
	int r;

	if (!dev || !in_use || slot >= dev->info.seq64_slots)
		return -EINVAL;
	if (auq_wait_is_unsafe(dev))
		return -EOPNOTSUPP;
	/* One wptr page for all: up to 6.18 each queue leaks a reference to its own. */
	page.bytes = AUQ_PAGE;
	r = auq_buffer_create(dev, &page, &args.wptr);
	if (r)
		return r;
	page.domain = AUQ_DOMAIN_DOORBELL;
	r = auq_buffer_create(dev, &page, &args.doorbell);
	if (!r) {
		args.ip = usable_ip(dev);
		args.ring_bytes = AUQ_PAGE;
		r = probe(dev, &args, slot, in_use);
	}
	auq_buffer_unref(args.doorbell);
	auq_buffer_unref(args.wptr);
	return r;
}
