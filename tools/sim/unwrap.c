/* SPDX-License-Identifier: MIT */
/* What is in containers of fences, and merging them: dma_fence_unwrap. */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

static int each_member(struct fence *fence, int (*each)(struct fence *fence, void *arg), void *arg)
{
	struct fence *const *members;
	unsigned num, i;
	int ret = 0;

	if (!fence_is_array(fence))
		return each(fence, arg);
	num = fence_array_members(fence, &members);
	for (i = 0; i < num && !ret; i++)
		ret = each(members[i], arg);
	return ret;
}

int fence_unwrap(struct fence *head, int (*each)(struct fence *fence, void *arg), void *arg)
{
	struct fence *link;
	int ret;

	for (link = fence_get(head); link; link = fence_chain_walk(link)) {
		ret = each_member(fence_chain_contained(link), each, arg);
		if (ret) {
			fence_put(link);
			return ret;
		}
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct fence *x = *(struct fence *const *)a, *y = *(struct fence *const *)b;

	if (x->context != y->context)
		return x->context < y->context ? -1 : 1;
	return fence_is_later(y, x) - fence_is_later(x, y);
}

unsigned fence_dedup(struct fence **fences, unsigned num)
{
	unsigned kept = 0, i;

	if (num)
		qsort(fences, num, sizeof(*fences), compare);
	for (i = 0; i < num; i++) {
		if (kept && fences[kept - 1]->context == fences[i]->context)
			fence_put(fences[i]);
		else
			fences[kept++] = fences[i];
	}
	return kept;
}

struct merge {
	struct fence **fences; /* the pending ones, with references */
	unsigned num, max;
	uint64_t last; /* when the last of the others signaled */
};

static int merge_one(struct fence *fence, void *arg)
{
	struct merge *merge = arg;
	struct fence **fences;

	if (fence_is_signaled(fence)) {
		if (fence->timestamp > merge->last)
			merge->last = fence->timestamp;
		return 0;
	}
	if (merge->num == merge->max) {
		merge->max = merge->max ? 2 * merge->max : 4;
		fences = realloc(merge->fences, merge->max * sizeof(*fences));
		if (!fences)
			return -ENOMEM;
		merge->fences = fences;
	}
	merge->fences[merge->num++] = fence_get(fence);
	return 0;
}

struct fence *fence_merge(struct sim *sim, struct fence *const *fences, unsigned num)
{
	struct merge merge = {0};
	struct fence *result = NULL;
	unsigned i;

	for (i = 0; i < num; i++) {
		if (fence_unwrap(fences[i], merge_one, &merge))
			goto put_fences;
	}
	merge.num = fence_dedup(merge.fences, merge.num);
	if (merge.num == 0) {
		result = fence_stub_at(sim, merge.last);
	} else if (merge.num == 1) {
		result = fence_get(merge.fences[0]);
	} else {
		result = fence_array_create(sim, merge.fences, merge.num,
					    fence_context_alloc(sim, 1), 1);
		if (result)
			return result;
	}

put_fences:
	for (i = 0; i < merge.num; i++)
		fence_put(merge.fences[i]);
	free(merge.fences);
	return result;
}
