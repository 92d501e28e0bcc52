/* SPDX-License-Identifier: MIT */
/*
 * dma_fence_array and dma_fence_chain. Where the kernel puts off the signaling of a container to an
 * irq_work, it happens at once here: nobody can tell.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "sim.h"

static const char *unbound(struct fence *fence)
{
	(void)fence;
	return "unbound";
}

/* ---- arrays -------------------------------------------------------------- */

struct array_cb {
	struct fence_cb base;
	struct fence_array *array;
};

struct fence_array {
	struct fence base;
	struct fence **fences;
	unsigned num;
	unsigned num_pending; /* since signaling is enabled */
	int first_error;
	struct array_cb callbacks[];
};

static struct fence_array *to_array(struct fence *fence)
{
	return (struct fence_array *)fence;
}

static void array_count(struct fence_array *array, const struct fence *fence)
{
	if (!array->first_error)
		array->first_error = fence->error;
	array->num_pending--;
}

static void array_signal(struct fence_array *array)
{
	if (array->base.signaled)
		return;
	array->base.error = array->first_error;
	fence_signal(&array->base);
}

static void array_member_signaled(struct fence *fence, struct fence_cb *cb)
{
	struct fence_array *array = ((struct array_cb *)cb)->array;

	array_count(array, fence);
	if (!array->num_pending)
		array_signal(array);
	fence_put(&array->base);
}

static void array_enable_signaling(struct fence *fence)
{
	struct fence_array *array = to_array(fence);
	unsigned i;

	for (i = 0; i < array->num; i++) {
		array->callbacks[i].array = array;
		fence_get(&array->base); /* the callback's */
		if (!fence_add_callback(array->fences[i], &array->callbacks[i].base,
					array_member_signaled))
			continue;
		array_count(array, array->fences[i]);
		fence_put(&array->base);
	}
	if (!array->num_pending)
		array_signal(array);
}

static bool array_is_signaled(struct fence *fence)
{
	struct fence_array *array = to_array(fence);
	unsigned i;

	if (fence->signaling_enabled)
		return !array->num_pending;
	for (i = 0; i < array->num; i++) {
		if (!fence_is_signaled(array->fences[i]))
			return false;
	}
	/* The errors of its members are lost on this way, in the kernel too. */
	return true;
}

static void array_release(struct fence *fence)
{
	struct fence_array *array = to_array(fence);
	unsigned i;

	for (i = 0; i < array->num; i++)
		fence_put(array->fences[i]);
	free(array->fences);
	free(array);
}

static const struct fence_ops array_ops = {
	.driver_name = "dma_fence_array",
	.timeline_name = unbound,
	.is_signaled = array_is_signaled,
	.enable_signaling = array_enable_signaling,
	.release = array_release,
};

struct fence *fence_array_create(struct sim *sim, struct fence **fences, unsigned num,
				 uint64_t context, uint64_t seqno)
{
	struct fence_array *array = calloc(1, sizeof(*array) + num * sizeof(array->callbacks[0]));

	if (!array)
		return NULL;
	fence_init(&array->base, sim, &array_ops, context, seqno);
	array->fences = fences;
	array->num = num;
	array->num_pending = num;
	return &array->base;
}

bool fence_is_array(const struct fence *fence)
{
	return fence->ops == &array_ops;
}

unsigned fence_array_members(struct fence *fence, struct fence *const **members)
{
	*members = to_array(fence)->fences;
	return to_array(fence)->num;
}

/* ---- chains -------------------------------------------------------------- */

struct fence_chain {
	struct fence base;
	struct fence *prev; /* may shrink: see fence_chain_prev() */
	struct fence *contained;
	uint64_t prev_seqno;
	struct fence_cb callback; /* on the first fence along the chain that is pending */
};

static const struct fence_ops chain_ops;

bool fence_is_chain(const struct fence *fence)
{
	return fence->ops == &chain_ops;
}

/* NULL: no chain. */
static struct fence_chain *to_chain(struct fence *fence)
{
	return fence && fence_is_chain(fence) ? (struct fence_chain *)fence : NULL;
}

struct fence *fence_chain_contained(struct fence *fence)
{
	struct fence_chain *chain = to_chain(fence);

	return chain ? chain->contained : fence;
}

uint64_t fence_chain_prev_seqno(const struct fence *fence)
{
	return ((const struct fence_chain *)fence)->prev_seqno;
}

struct fence *fence_chain_prev(struct fence *fence)
{
	struct fence_chain *chain = to_chain(fence), *prev_chain;
	struct fence *prev;

	if (!chain)
		return NULL;
	while ((prev = fence_get(chain->prev))) {
		prev_chain = to_chain(prev);
		if (!fence_is_signaled(fence_chain_contained(prev)))
			break;
		/* Its callbacks may have walked along here, too. */
		if (chain->prev == prev) {
			chain->prev = prev_chain ? fence_get(prev_chain->prev) : NULL;
			fence_put(prev);
		}
		fence_put(prev);
	}
	return prev;
}

struct fence *fence_chain_walk(struct fence *fence)
{
	struct fence *prev = fence_chain_prev(fence);

	fence_put(fence);
	return prev;
}

int fence_chain_find_seqno(struct fence **fence, uint64_t point)
{
	struct fence_chain *head = to_chain(*fence);
	struct fence *link;

	if (!point)
		return 0;
	if (!head || head->base.seqno < point)
		return -EINVAL;
	for (link = fence_get(*fence); link; link = fence_chain_walk(link)) {
		if (link->context != head->base.context || fence_chain_prev_seqno(link) < point)
			break;
	}
	fence_put(*fence);
	*fence = link;
	return 0;
}

/* Waits for the first fence along the chain that is pending, then for the next. */
static void chain_arm(struct fence_chain *chain);

static void chain_link_signaled(struct fence *fence, struct fence_cb *cb)
{
	struct fence_chain *chain =
		(struct fence_chain *)((char *)cb - offsetof(struct fence_chain, callback));

	chain_arm(chain);
	fence_put(fence);
	fence_put(&chain->base);
}

static void chain_arm(struct fence_chain *chain)
{
	struct fence *link, *contained;

	for (link = fence_get(&chain->base); link; link = fence_chain_walk(link)) {
		contained = fence_get(fence_chain_contained(link));
		if (!fence_add_callback(contained, &chain->callback, chain_link_signaled)) {
			fence_get(&chain->base);
			fence_put(link);
			return;
		}
		fence_put(contained);
	}
	fence_signal(&chain->base);
}

static void chain_enable_signaling(struct fence *fence)
{
	chain_arm(to_chain(fence));
}

static bool chain_is_signaled(struct fence *fence)
{
	struct fence *link;

	for (link = fence_get(fence); link; link = fence_chain_walk(link)) {
		if (!fence_is_signaled(fence_chain_contained(link))) {
			fence_put(link);
			return false;
		}
	}
	return true;
}

/* Link by link, not by recursion: chains are long. */
static void chain_release(struct fence *fence)
{
	struct fence_chain *chain = to_chain(fence), *prev_chain;
	struct fence *prev;

	while ((prev = chain->prev) && prev->refs == 1 && (prev_chain = to_chain(prev))) {
		chain->prev = prev_chain->prev;
		prev_chain->prev = NULL;
		fence_put(prev);
	}
	fence_put(prev);
	fence_put(chain->contained);
	free(chain);
}

static const struct fence_ops chain_ops = {
	.driver_name = "dma_fence_chain",
	.timeline_name = unbound,
	.is_signaled = chain_is_signaled,
	.enable_signaling = chain_enable_signaling,
	.release = chain_release,
};

struct fence *fence_chain_create(struct sim *sim, struct fence *prev, struct fence *contained,
				 uint64_t seqno)
{
	struct fence_chain *chain = calloc(1, sizeof(*chain)), *prev_chain = to_chain(prev);
	uint64_t context;

	if (!chain)
		return NULL;
	if (prev_chain && seqno > prev->seqno) {
		context = prev->context;
		chain->prev_seqno = prev->seqno;
	} else {
		context = fence_context_alloc(sim, 1);
		if (prev_chain)
			seqno = prev->seqno; /* a point that comes too late is one nevertheless */
	}
	fence_init(&chain->base, sim, &chain_ops, context, seqno);
	chain->prev = prev;
	chain->contained = contained;
	return &chain->base;
}
