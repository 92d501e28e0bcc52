// SPDX-License-Identifier: MIT
/* A queue's life: everything the engine needs, in GTT, made before it and freed after it. */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

#define RING_BYTES     (64u << 10) /* as Mesa's amdgpu_userq.h, AMDGPU_USERQ_RING_SIZE */
#define RING_BYTES_MAX (1u << 30)

/*
 * Doorbells of one page that engines listen to, by their own range in it:
 * IGT lib/amdgpu/amd_ip_blocks.h; amdgpu_doorbell.h, gfx_userqueue_start.
 */
static const uint32_t own_doorbell_index[AUQ_NUM_IPS] = {
	[AUQ_IP_GFX] = 0x8d,
	[AUQ_IP_COMPUTE] = 4,
	[AUQ_IP_SDMA] = 0x100,
};

static int check(const struct auq_device *dev, const struct auq_queue_args *args)
{
	if ((unsigned int)args->ip >= AUQ_NUM_IPS)
		return -EINVAL;
	if (args->ring_bytes < AUQ_PAGE || args->ring_bytes > RING_BYTES_MAX ||
	    args->ring_bytes & (args->ring_bytes - 1))
		return -EINVAL;
	/* The kernel maps the wptr buffer as one page and reads its start. */
	if (args->wptr &&
	    (args->wptr->dev != dev || args->wptr->bytes != AUQ_PAGE || !args->wptr->va))
		return -EINVAL;
	if (args->doorbell && (args->doorbell->dev != dev || args->doorbell->va ||
			       args->doorbell_index >= args->doorbell->bytes / sizeof(uint64_t)))
		return -EINVAL;
	switch (dev->ip[args->ip].state) {
	case AUQ_IP_USABLE:
		return 0;
	case AUQ_IP_OFF:
		return -AUQ_ENOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

static int make_buffer(struct auq_device *dev, uint64_t bytes, uint64_t alignment,
		       struct auq_buffer **out)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);

	args.bytes = bytes;
	args.alignment = alignment;
	args.domain = AUQ_DOMAIN_GTT;
	args.flags = AUQ_BUFFER_UNCACHED;
	return auq_buffer_create(dev, &args, out);
}

static int make_areas(struct auq_queue *queue)
{
	const struct auq_ip_info *ip = &queue->dev->ip[queue->ip];
	int r;

	switch (queue->ip) {
	case AUQ_IP_GFX:
		r = make_buffer(queue->dev, ip->shadow_size, ip->shadow_alignment,
				&queue->areas[0]);
		if (r)
			return r;
		return make_buffer(queue->dev, ip->csa_size, ip->csa_alignment, &queue->areas[1]);
	case AUQ_IP_COMPUTE:
		return make_buffer(queue->dev, ip->eop_size, ip->eop_alignment, &queue->areas[0]);
	default:
		return make_buffer(queue->dev, ip->csa_size, ip->csa_alignment, &queue->areas[1]);
	}
}

static int make_buffers(struct auq_queue *queue, const struct auq_queue_args *args)
{
	struct auq_buffer_args doorbell = AUQ_ARGS(auq_buffer_args);
	int r;

	r = make_buffer(queue->dev, args->ring_bytes, 0, &queue->ring);
	if (!r)
		r = make_buffer(queue->dev, AUQ_PAGE, 0, &queue->rptr);
	if (!r)
		r = make_areas(queue);
	if (r)
		return r;

	queue->wptr = auq_buffer_ref(args->wptr);
	if (!queue->wptr) {
		r = make_buffer(queue->dev, AUQ_PAGE, 0, &queue->wptr);
		if (r)
			return r;
	}
	queue->doorbell = auq_buffer_ref(args->doorbell);
	queue->doorbell_index = args->doorbell_index;
	if (!queue->doorbell) {
		doorbell.bytes = AUQ_PAGE;
		doorbell.domain = AUQ_DOMAIN_DOORBELL;
		queue->doorbell_index = own_doorbell_index[queue->ip];
		r = auq_buffer_create(queue->dev, &doorbell, &queue->doorbell);
	}
	return r;
}

/* An engine that reads wptr from memory, doorbell or not, finds nothing to do. */
static void fill_with_nops(struct auq_queue *queue)
{
	size_t dwords = queue->ring->bytes / sizeof(uint32_t);

	auq_packet_nop(queue->ip, queue->ring->cpu, dwords, (uint32_t)dwords);
}

static void put_buffers(struct auq_queue *queue)
{
	auq_buffer_unref(queue->doorbell);
	auq_buffer_unref(queue->wptr);
	auq_buffer_unref(queue->areas[1]);
	auq_buffer_unref(queue->areas[0]);
	auq_buffer_unref(queue->rptr);
	auq_buffer_unref(queue->ring);
}

int auq_queue_create(struct auq_device *dev, const struct auq_queue_args *user_args,
		     struct auq_queue **out)
{
	struct auq_raw_queue_args raw = AUQ_ARGS(auq_raw_queue_args);
	struct auq_queue_args args;
	struct auq_queue *queue;
	int r;

	if (!dev || !out)
		return -EINVAL;
	r = auq_args_get(&args, user_args, sizeof(args));
	if (r)
		return r;
	if (!args.ring_bytes)
		args.ring_bytes = RING_BYTES;
	r = check(dev, &args);
	if (r)
		return r;

	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->refs = 1;
	queue->dev = auq_device_ref(dev);
	queue->ip = args.ip;
	r = make_buffers(queue, &args);
	if (r)
		goto put;
	fill_with_nops(queue);

	raw.ip = args.ip;
	raw.priority = args.priority;
	raw.flags = args.flags;
	raw.doorbell_handle = queue->doorbell->handle;
	raw.doorbell_index = queue->doorbell_index;
	raw.ring_va = queue->ring->va;
	raw.ring_bytes = args.ring_bytes;
	raw.rptr_va = queue->rptr->va;
	raw.wptr_va = queue->wptr->va;
	if (queue->ip == AUQ_IP_GFX)
		raw.shadow_va = queue->areas[0]->va;
	if (queue->ip == AUQ_IP_COMPUTE)
		raw.eop_va = queue->areas[0]->va;
	else
		raw.csa_va = queue->areas[1]->va;
	r = auq_raw_queue_create(dev, &raw, &queue->id);
	if (r)
		goto put;
	*out = queue;
	return 0;

put:
	put_buffers(queue);
	auq_device_unref(queue->dev);
	free(queue);
	return r;
}

int auq_queue_free(struct auq_queue *queue)
{
	if (!queue)
		return -EINVAL;
	if (atomic_exchange(&queue->freed, true))
		return 0;
	/* Whatever it returns, the id is gone: amdgpu_userq.c, amdgpu_userq_destroy(). */
	return auq_raw_queue_free(queue->dev, queue->id);
}

struct auq_queue *auq_queue_ref(struct auq_queue *queue)
{
	if (queue)
		atomic_fetch_add(&queue->refs, 1);
	return queue;
}

void auq_queue_unref(struct auq_queue *queue)
{
	if (!queue || atomic_fetch_sub(&queue->refs, 1) != 1)
		return;
	auq_queue_free(queue);
	put_buffers(queue);
	auq_device_unref(queue->dev);
	free(queue);
}

uint32_t auq_queue_id(const struct auq_queue *queue)
{
	return queue->id;
}

struct auq_device *auq_queue_device(const struct auq_queue *queue)
{
	return queue->dev;
}
