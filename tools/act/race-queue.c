// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/race-queue.h"

#define PAGE_BYTES 4096

static int make_buffer(struct bench *bench, uint64_t bytes, uint64_t alignment,
		       struct auq_buffer **out)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);

	args.bytes = bytes;
	args.alignment = alignment;
	args.domain = AUQ_DOMAIN_GTT;
	args.flags = AUQ_BUFFER_UNCACHED;
	line_call(bench->line, "GEM_CREATE");
	return auq_buffer_create(bench->dev, &args, out);
}

static int make_areas(struct race_queue *queue, struct bench *bench)
{
	struct auq_ip_info info = AUQ_ARGS(auq_ip_info);
	int err = auq_device_query_ip(bench->dev, bench->ip, &info);

	if (err)
		return err;
	switch (bench->ip) {
	case AUQ_IP_GFX:
		err = make_buffer(bench, info.shadow_size, info.shadow_alignment, &queue->areas[0]);
		if (err)
			return err;
		return make_buffer(bench, info.csa_size, info.csa_alignment, &queue->areas[1]);
	case AUQ_IP_COMPUTE:
		return make_buffer(bench, info.eop_size, info.eop_alignment, &queue->areas[0]);
	default:
		return make_buffer(bench, info.csa_size, info.csa_alignment, &queue->areas[1]);
	}
}

static int make_memory(struct race_queue *queue, struct bench *bench)
{
	int err;

	err = make_buffer(bench, PAGE_BYTES, 0, &queue->ring);
	if (!err)
		err = make_buffer(bench, PAGE_BYTES, 0, &queue->rptr);
	if (!err)
		err = make_areas(queue, bench);
	if (err) {
		race_queue_fini(queue);
		return err;
	}
	/* An engine that reads wptr from memory, doorbell or not, finds nothing to do. */
	auq_packet_nop(bench->ip, auq_buffer_cpu(queue->ring), PAGE_BYTES / sizeof(uint32_t),
		       PAGE_BYTES / sizeof(uint32_t));
	return 0;
}

/*
 * With a doorbell of its own: an engine listens to those of its own part of a
 * page, which the library knows. And with a wptr of its own, but one for all
 * that come after it: up to 6.18 a queue keeps its page for ever.
 */
static int create_working(struct race_queue *queue, struct bench *bench)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	int err = queue->wptr ? 0 : make_buffer(bench, PAGE_BYTES, 0, &queue->wptr);

	if (err)
		return err;
	*(volatile uint64_t *)auq_buffer_cpu(queue->wptr) = 0;
	args.ip = bench->ip;
	args.ring_bytes = PAGE_BYTES;
	args.wptr = queue->wptr;
	line_call(bench->line, "USERQ CREATE");
	err = auq_queue_create(bench->dev, &args, &queue->queue);
	if (!err)
		queue->id = auq_queue_id(queue->queue);
	return err;
}

int race_queue_create(struct race_queue *queue, struct bench *bench, uint32_t doorbell, bool works)
{
	struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);
	int err;

	if (works)
		return create_working(queue, bench);
	err = queue->ring ? 0 : make_memory(queue, bench);
	if (err)
		return err;
	args.ip = bench->ip;
	args.doorbell_handle = auq_buffer_handle(bench->doorbells);
	args.doorbell_index = doorbell;
	args.ring_va = auq_buffer_va(queue->ring);
	args.ring_bytes = PAGE_BYTES;
	args.rptr_va = auq_buffer_va(queue->rptr);
	args.wptr_va = auq_buffer_va(bench->wptr);
	if (bench->ip == AUQ_IP_GFX)
		args.shadow_va = auq_buffer_va(queue->areas[0]);
	if (bench->ip == AUQ_IP_COMPUTE)
		args.eop_va = auq_buffer_va(queue->areas[0]);
	else
		args.csa_va = auq_buffer_va(queue->areas[1]);
	line_call(bench->line, "USERQ CREATE");
	return auq_raw_queue_create(bench->dev, &args, &queue->id);
}

int race_queue_free(struct race_queue *queue, struct bench *bench)
{
	if (!queue->id)
		return 0;
	line_call(bench->line, "USERQ FREE");
	return queue->queue ? auq_queue_free(queue->queue)
			    : auq_raw_queue_free(bench->dev, queue->id);
}

void race_queue_clear(struct race_queue *queue, struct bench *bench)
{
	bench_free(bench, queue->queue);
	queue->queue = NULL;
	queue->id = 0;
}

void race_queue_fini(struct race_queue *queue)
{
	auq_buffer_unref(queue->areas[1]);
	auq_buffer_unref(queue->areas[0]);
	auq_buffer_unref(queue->rptr);
	auq_buffer_unref(queue->ring);
	auq_buffer_unref(queue->wptr);
	*queue = (struct race_queue){0};
}
