/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fence.h"

/* What kmalloc() gives for a list of @num, of which the head takes 24 bytes: all of it is used. */
static unsigned round_up(unsigned num)
{
	size_t bytes = 24 + num * sizeof(void *), bucket = 64;

	while (bucket < bytes)
		bucket = bucket == 64    ? 96
			 : bucket == 96  ? 128
			 : bucket == 128 ? 192
			 : bucket == 192 ? 256
					 : 2 * bucket;
	return (bucket - 24) / sizeof(void *);
}

static unsigned power_of_two(unsigned num)
{
	unsigned power = 4;

	while (power < num)
		power *= 2;
	return power;
}

int resv_reserve(struct resv *resv, unsigned more)
{
	struct resv_entry *old = resv->entries;
	unsigned num = resv->num, max, i;

	if (num + more <= resv->max)
		return 0;
	if (!resv->max)
		max = power_of_two(more);
	else
		max = num + more > 2 * resv->max ? num + more : 2 * resv->max;
	max = round_up(max);
	resv->entries = malloc(max * sizeof(*resv->entries));
	if (!resv->entries) {
		resv->entries = old;
		return -ENOMEM;
	}
	resv->max = max;
	resv->num = 0;
	for (i = 0; i < num; i++) {
		if (fence_is_signaled(old[i].fence))
			fence_put(old[i].fence);
		else
			resv->entries[resv->num++] = old[i];
	}
	free(old);
	return 0;
}

static bool supersedes(struct fence *fence, enum resv_usage usage, const struct resv_entry *old)
{
	if (fence_is_signaled(old->fence))
		return true;
	return old->fence->context == fence->context && old->usage >= usage &&
	       (old->fence == fence || fence_is_later(fence, old->fence));
}

int resv_add(struct resv *resv, struct fence *fence, enum resv_usage usage)
{
	struct fence *old = NULL;
	unsigned i;
	int err;

	err = resv_reserve(resv, 1);
	if (err)
		return err;
	for (i = 0; i < resv->num; i++) {
		if (supersedes(fence, usage, &resv->entries[i])) {
			old = resv->entries[i].fence;
			break;
		}
	}
	resv->entries[i].fence = fence_get(fence);
	resv->entries[i].usage = usage;
	if (i == resv->num)
		resv->num++;
	fence_put(old);
	return 0;
}

void resv_replace(struct resv *resv, uint64_t context, struct fence *fence, enum resv_usage usage)
{
	unsigned i;

	for (i = 0; i < resv->num; i++) {
		struct fence *old = resv->entries[i].fence;

		if (old->context != context)
			continue;
		resv->entries[i].fence = fence_get(fence);
		resv->entries[i].usage = usage;
		fence_put(old);
	}
}

int resv_for_each(struct resv *resv, enum resv_usage usage,
		  int (*each)(struct fence *fence, void *arg), void *arg)
{
	unsigned i;
	int ret = 0;

	for (i = 0; i < resv->num && !ret; i++) {
		if (resv->entries[i].usage <= usage)
			ret = each(resv->entries[i].fence, arg);
	}
	return ret;
}

void resv_move(struct resv *to, struct resv *from)
{
	unsigned num = to->num + from->num;
	struct resv_entry *entries = to->entries;

	if (num > to->max)
		entries = realloc(to->entries, 2 * num * sizeof(*entries));
	if (entries && from->num) {
		to->max = num > to->max ? 2 * num : to->max;
		to->entries = entries;
		memcpy(entries + to->num, from->entries, from->num * sizeof(*entries));
		to->num = num;
		from->num = 0;
	}
	resv_fini(from);
}

void resv_fini(struct resv *resv)
{
	unsigned i;

	for (i = 0; i < resv->num; i++)
		fence_put(resv->entries[i].fence);
	free(resv->entries);
	memset(resv, 0, sizeof(*resv));
}
