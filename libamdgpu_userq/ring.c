// SPDX-License-Identifier: MIT
/*
 * Packets into the ring, and the engine's notice of them.
 *
 * Positions count dwords since the queue's creation and never wrap in 64 bits.
 * In memory and in doorbells SDMA counts bytes (sdma_v6_0.c,
 * sdma_v6_0_ring_set_wptr()), GFX and COMPUTE dwords. What an engine reports
 * as rptr may be wrapped at the ring's size or not: only the bits below it are
 * looked at, so a ring is never filled to the last dword.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#define POLL_NS_MIN 1000
#define POLL_NS_MAX 1000000

static unsigned int unit_shift(const struct auq_queue *queue)
{
	return queue->ip == AUQ_IP_SDMA ? 2 : 0;
}

static uint64_t ring_dwords(const struct auq_queue *queue)
{
	return queue->ring->bytes / sizeof(uint32_t);
}

/* Dwords between what the engine has read and @position. */
static uint64_t unread(const struct auq_queue *queue, uint64_t position)
{
	uint64_t *page = queue->rptr->cpu;
	uint64_t rptr = __atomic_load_n(page, __ATOMIC_ACQUIRE) >> unit_shift(queue);

	return (position - rptr) & (ring_dwords(queue) - 1);
}

/* Room for @count dwords and still for the fence signal that ends a submission. */
static int reserve(const struct auq_queue *queue, uint64_t count)
{
	uint64_t room = ring_dwords(queue) - 1;
	uint32_t scratch[AUQ_PACKET_MAX];
	uint64_t end = (uint64_t)auq_packet_fence_signal(queue->ip, scratch, AUQ_PACKET_MAX);

	if (atomic_load(&queue->freed))
		return -ENODEV;
	if (count > room - end)
		return -EMSGSIZE;
	return count + end > room - unread(queue, queue->emitted) ? -ENOSPC : 0;
}

static void put(struct auq_queue *queue, const uint32_t *dwords, uint64_t count)
{
	uint32_t *ring = queue->ring->cpu;
	uint64_t at = queue->emitted & (ring_dwords(queue) - 1);
	uint64_t straight = ring_dwords(queue) - at;

	if (straight > count)
		straight = count;
	memcpy(ring + at, dwords, straight * sizeof(*ring));
	memcpy(ring, dwords + straight, (count - straight) * sizeof(*ring));
	queue->emitted += count;
}

int auq_queue_emit(struct auq_queue *queue, const uint32_t *dwords, size_t count)
{
	int r;

	if (!queue || (!dwords && count))
		return -EINVAL;
	r = reserve(queue, count);
	if (!r && count)
		put(queue, dwords, count);
	return r;
}

int auq_queue_emit_nop(struct auq_queue *queue, uint32_t dwords)
{
	uint32_t nop;
	int r;

	if (!queue)
		return -EINVAL;
	r = reserve(queue, dwords);
	auq_packet_nop(queue->ip, &nop, 1, 1);
	while (!r && dwords--)
		put(queue, &nop, 1);
	return r;
}

int auq_queue_emit_write(struct auq_queue *queue, uint64_t va, uint32_t value)
{
	uint32_t packet[AUQ_PACKET_MAX];
	int count;

	if (!queue)
		return -EINVAL;
	count = auq_packet_write(queue->ip, packet, AUQ_PACKET_MAX, va, &value, 1);
	return count < 0 ? count : auq_queue_emit(queue, packet, (size_t)count);
}

int auq_queue_emit_fence_wait(struct auq_queue *queue, const struct auq_fence *fences,
			      uint32_t num_fences)
{
	uint32_t packet[AUQ_PACKET_MAX];
	uint64_t packets = (num_fences + (uint64_t)AUQ_FENCES_PER_WAIT - 1) / AUQ_FENCES_PER_WAIT;
	uint32_t done, n, i;
	int r, count;

	if (!queue || (!fences && num_fences))
		return -EINVAL;
	if (queue->ip == AUQ_IP_SDMA)
		return -EOPNOTSUPP;
	r = reserve(queue, 2 * packets + 4 * (uint64_t)num_fences);
	for (i = 0; !r && i < num_fences; i++) {
		if (fences[i].va & 7)
			r = -EINVAL;
	}
	for (done = 0; !r && done < num_fences; done += n) {
		n = num_fences - done;
		if (n > AUQ_FENCES_PER_WAIT)
			n = AUQ_FENCES_PER_WAIT;
		count = auq_packet_fence_wait(queue->ip, packet, AUQ_PACKET_MAX, fences + done, n);
		put(queue, packet, (uint64_t)count);
	}
	return r;
}

static void store_wptr(struct auq_queue *queue, uint64_t wptr)
{
	__atomic_store_n((uint64_t *)queue->wptr->cpu, wptr, __ATOMIC_RELEASE);
}

int auq_queue_submit(struct auq_queue *queue, uint64_t *value)
{
	uint32_t packet[AUQ_PACKET_MAX];
	uint64_t *doorbell, wptr;
	int r, count;

	if (!queue)
		return -EINVAL;
	r = reserve(queue, 0);
	if (r)
		return r;
	count = auq_packet_fence_signal(queue->ip, packet, AUQ_PACKET_MAX);
	put(queue, packet, (uint64_t)count);

	wptr = queue->emitted << unit_shift(queue);
	atomic_thread_fence(memory_order_seq_cst); /* the ring before wptr ... */
	store_wptr(queue, wptr);
	atomic_thread_fence(memory_order_seq_cst); /* ... and wptr before the doorbell */
	doorbell = (uint64_t *)queue->doorbell->cpu + queue->doorbell_index;
	__atomic_store_n(doorbell, wptr, __ATOMIC_RELEASE);
	queue->submitted = queue->emitted;
	if (value)
		*value = wptr;
	return 0;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

int auq_queue_wait_idle(struct auq_queue *queue, uint64_t timeout_ns)
{
	struct timespec pause = {.tv_nsec = POLL_NS_MIN};
	uint64_t start = now();

	if (!queue)
		return -EINVAL;
	for (;;) {
		if (atomic_load(&queue->freed))
			return -ENODEV;
		if (!unread(queue, queue->submitted))
			return 0;
		if (now() - start >= timeout_ns)
			return -ETIME;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < POLL_NS_MAX)
			pause.tv_nsec *= 2;
	}
}

int auq_queue_set_wptr(struct auq_queue *queue, uint64_t wptr)
{
	if (!queue)
		return -EINVAL;
	if (atomic_load(&queue->freed))
		return -ENODEV;
	store_wptr(queue, wptr);
	atomic_thread_fence(memory_order_seq_cst); /* SIGNAL reads it in the kernel */
	return 0;
}
