/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

uint64_t fence_context_alloc(struct sim *sim, unsigned num)
{
	uint64_t first = sim->next_context;

	sim->next_context += num;
	return first;
}

void fence_init(struct fence *fence, struct sim *sim, const struct fence_ops *ops, uint64_t context,
		uint64_t seqno)
{
	*fence = (struct fence){
		.sim = sim,
		.ops = ops,
		.refs = 1,
		.context = context,
		.seqno = seqno,
	};
}

struct fence *fence_get(struct fence *fence)
{
	if (fence)
		fence->refs++;
	return fence;
}

void fence_put(struct fence *fence)
{
	if (!fence || --fence->refs)
		return;
	/* Somebody waits for it without a reference: dma_fence_release() signals it as an error. */
	if (fence->callbacks) {
		fence->refs = 1;
		fence->error = -EDEADLK;
		fence_signal(fence);
	}
	fence->ops->release(fence);
}

/* The caller has a reference, as in the kernel: callbacks may drop all others. */
void fence_signal(struct fence *fence)
{
	struct fence_cb *cb;

	if (fence->signaled)
		return;
	fence->signaled = true;
	fence->timestamp = sim_now();
	sim_wake(fence->sim);
	while ((cb = fence->callbacks)) {
		fence_remove_callback(fence, cb);
		cb->func(fence, cb);
	}
}

bool fence_is_signaled(struct fence *fence)
{
	if (!fence->signaled && fence->ops->is_signaled && fence->ops->is_signaled(fence))
		fence_signal(fence);
	return fence->signaled;
}

int fence_status(struct fence *fence)
{
	if (!fence_is_signaled(fence))
		return 0;
	return fence->error ? fence->error : 1;
}

void fence_enable_signaling(struct fence *fence)
{
	bool was_enabled = fence->signaling_enabled;

	fence->signaling_enabled = true;
	if (!was_enabled && !fence->signaled && fence->ops->enable_signaling)
		fence->ops->enable_signaling(fence);
}

int fence_add_callback(struct fence *fence, struct fence_cb *cb,
		       void (*func)(struct fence *fence, struct fence_cb *cb))
{
	struct fence_cb **p;

	cb->func = func;
	cb->link = NULL;
	fence_enable_signaling(fence);
	if (fence->signaled)
		return -ENOENT;
	for (p = &fence->callbacks; *p; p = &(*p)->next)
		;
	cb->next = NULL;
	cb->link = p;
	*p = cb;
	return 0;
}

bool fence_remove_callback(struct fence *fence, struct fence_cb *cb)
{
	(void)fence;
	if (!cb->link)
		return false;
	*cb->link = cb->next;
	if (cb->next)
		cb->next->link = cb->link;
	cb->link = NULL;
	return true;
}

/*
 * Looks at the hardware only in enable_signaling(), as dma_fence_default_wait(): whose interrupt
 * got lost is waited for in vain.
 */
int fence_wait(struct fence *fence, struct sim_task *task, uint64_t deadline)
{
	int ret = 0;

	fence_get(fence);
	fence_enable_signaling(fence);
	while (!fence->signaled && !ret)
		ret = sim_wait(fence->sim, task, deadline);
	fence_put(fence);
	return ret;
}

bool fence_is_later(const struct fence *a, const struct fence *b)
{
	return a->seqno > b->seqno;
}

/* ---- the stub ------------------------------------------------------------ */

static const char *stub_name(struct fence *fence)
{
	(void)fence;
	return "stub";
}

static void free_fence(struct fence *fence)
{
	free(fence);
}

static const struct fence_ops stub_ops = {
	.driver_name = "stub",
	.timeline_name = stub_name,
	.release = free_fence,
};

static void init_stub(struct fence *fence, struct sim *sim, uint64_t timestamp)
{
	fence_init(fence, sim, &stub_ops, 0, 0);
	fence->signaled = true;
	fence->timestamp = timestamp;
}

/* Its first reference is the machine's: it is never released. */
void fence_init_stub(struct sim *sim)
{
	init_stub(&sim->stub, sim, sim_now());
}

struct fence *fence_stub(struct sim *sim)
{
	return fence_get(&sim->stub);
}

struct fence *fence_stub_at(struct sim *sim, uint64_t timestamp)
{
	struct fence *fence = malloc(sizeof(*fence));

	if (fence)
		init_stub(fence, sim, timestamp);
	return fence;
}

/* ---- names --------------------------------------------------------------- */

/* In 7.1 dma_fence_signal() takes the driver from a fence only if that has no release(). */
static bool is_detached(const struct fence *fence)
{
	if (fence->ops != &stub_ops && !sim_is_before(fence->sim, "7.1") &&
	    sim_is_before(fence->sim, "7.2"))
		return false;
	return fence->signaled;
}

const char *fence_driver_name(const struct fence *fence)
{
	return is_detached(fence) ? "detached-driver" : fence->ops->driver_name;
}

const char *fence_timeline_name(struct fence *fence)
{
	return is_detached(fence) ? "signaled-timeline" : fence->ops->timeline_name(fence);
}
