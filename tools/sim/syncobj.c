/* SPDX-License-Identifier: MIT */
/* What a syncobj is to those in the kernel: drm_syncobj.c. */
#include <errno.h>
#include <stdlib.h>

#include "syncobj.h"

#define WAIT_FOR_SUBMIT_NS 5000000000ull /* DRM_SYNCOBJ_WAIT_FOR_SUBMIT_TIMEOUT */

struct syncobj *syncobj_create(struct sim *sim)
{
	struct syncobj *syncobj = calloc(1, sizeof(*syncobj));

	if (!syncobj)
		return NULL;
	syncobj->sim = sim;
	syncobj->refs = 1;
	return syncobj;
}

struct syncobj *syncobj_lookup(struct drm_file *file, uint32_t handle)
{
	struct syncobj *syncobj = syncobj_handle_find(file, handle);

	if (syncobj)
		syncobj_get(syncobj);
	return syncobj;
}

void syncobj_get(struct syncobj *syncobj)
{
	syncobj->refs++;
}

void syncobj_put(struct syncobj *syncobj)
{
	struct syncobj_waiter *waiter;

	if (--syncobj->refs)
		return;
	while ((waiter = syncobj->waiters)) {
		syncobj_remove_waiter(waiter);
		waiter->found(waiter);
	}
	fence_put(syncobj->fence);
	free(syncobj);
}

/* ---- its fence ----------------------------------------------------------- */

struct fence *syncobj_fence_at(struct syncobj *syncobj, uint64_t point)
{
	struct fence *fence = fence_get(syncobj->fence);

	if (!fence)
		return NULL;
	if (fence_chain_find_seqno(&fence, point)) {
		fence_put(fence);
		return NULL;
	}
	return fence ? fence : fence_stub(syncobj->sim);
}

/* Whether the waiter is served. */
static bool serve(struct syncobj *syncobj, struct syncobj_waiter *waiter)
{
	waiter->fence = syncobj_fence_at(syncobj, waiter->point);
	if (!waiter->fence)
		return false;
	syncobj_remove_waiter(waiter);
	waiter->found(waiter);
	return true;
}

static void serve_all(struct syncobj *syncobj)
{
	struct syncobj_waiter *waiter, *next;

	for (waiter = syncobj->waiters; waiter; waiter = next) {
		next = waiter->next;
		serve(syncobj, waiter);
	}
}

void syncobj_add_waiter(struct syncobj *syncobj, struct syncobj_waiter *waiter)
{
	if (serve(syncobj, waiter))
		return;
	waiter->next = syncobj->waiters;
	waiter->link = &syncobj->waiters;
	if (waiter->next)
		waiter->next->link = &waiter->next;
	syncobj->waiters = waiter;
}

void syncobj_remove_waiter(struct syncobj_waiter *waiter)
{
	if (!waiter->link)
		return;
	*waiter->link = waiter->next;
	if (waiter->next)
		waiter->next->link = waiter->link;
	waiter->link = NULL;
}

void syncobj_replace_fence(struct syncobj *syncobj, struct fence *fence)
{
	struct fence *old = syncobj->fence;

	syncobj->fence = fence_get(fence);
	if (fence != old)
		serve_all(syncobj);
	fence_put(old);
}

int syncobj_add_point(struct syncobj *syncobj, struct fence *fence, uint64_t point)
{
	struct fence *link = fence_get(syncobj->fence), *chain, *prev;

	chain = fence_chain_create(syncobj->sim, link, fence, point);
	if (!chain) {
		fence_put(link);
		return -ENOMEM;
	}
	/* The other reference on what it was: what has signaled is dropped on the way. */
	syncobj->fence = chain;
	serve_all(syncobj);
	for (; link; link = prev) {
		prev = fence_chain_prev(link);
		fence_put(link);
	}
	return 0;
}

static void wake_finder(struct syncobj_waiter *waiter)
{
	sim_wake(waiter->fence->sim);
}

/* Waits until it is there, at most 5 s. */
static int wait_for_submit(struct syncobj *syncobj, struct sim_task *task, uint64_t point,
			   struct fence **fence)
{
	struct syncobj_waiter waiter = {.point = point, .found = wake_finder};
	uint64_t deadline = sim_now() + WAIT_FOR_SUBMIT_NS;
	int ret = 0;

	syncobj_add_waiter(syncobj, &waiter);
	while (!waiter.fence && !ret)
		ret = sim_wait(syncobj->sim, task, deadline);
	syncobj_remove_waiter(&waiter);
	if (!waiter.fence)
		return ret;
	*fence = waiter.fence;
	return 0;
}

int syncobj_find_fence(struct drm_file *file, struct sim_task *task, uint32_t handle,
		       uint64_t point, bool wait_for_submit_too, struct fence **fence)
{
	struct syncobj *syncobj = syncobj_lookup(file, handle);
	int ret = 0;

	if (!syncobj)
		return -ENOENT;
	*fence = syncobj_fence_at(syncobj, point);
	if (!*fence)
		ret = wait_for_submit_too ? wait_for_submit(syncobj, task, point, fence) : -EINVAL;
	syncobj_put(syncobj);
	return ret;
}

/* ---- arrays of them ------------------------------------------------------ */

#define KMALLOC_MAX (4u << 20) /* KMALLOC_MAX_SIZE of x86-64 */

void *syncobj_kmalloc_array(uint32_t count, size_t bytes)
{
	return count > KMALLOC_MAX / bytes ? NULL : calloc(count, bytes);
}

int syncobj_lookup_array(struct drm_file *file, struct sim_task *task, uint64_t handles,
			 uint32_t count, struct syncobj ***syncobjs)
{
	uint32_t *ids = syncobj_kmalloc_array(count, sizeof(*ids)), i;
	struct syncobj **found = NULL;
	int err = -ENOMEM;

	if (!ids)
		return -ENOMEM;
	if (task->ops->read(task, ids, handles, count * sizeof(*ids))) {
		err = -EFAULT;
		goto free_ids;
	}
	found = syncobj_kmalloc_array(count, sizeof(struct syncobj *));
	if (!found)
		goto free_ids;
	for (i = 0; i < count; i++) {
		found[i] = syncobj_lookup(file, ids[i]);
		if (!found[i]) {
			err = -ENOENT;
			goto put_found;
		}
	}
	free(ids);
	*syncobjs = found;
	return 0;

put_found:
	syncobj_put_array(found, i);
free_ids:
	free(ids);
	return err;
}

void syncobj_put_array(struct syncobj **syncobjs, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		syncobj_put(syncobjs[i]);
	free(syncobjs);
}
