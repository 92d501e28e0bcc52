/* SPDX-License-Identifier: MIT */
/*
 * Fence drivers and the fences of user queues: amdgpu_userq_fence.c.
 *
 * A fence holds its driver, a driver's list holds the fence: what stays on the list keeps both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

int fence_driver_create(struct gpu *gpu, const struct drm_file *file, uint32_t doorbell,
			struct fence_driver **out)
{
	struct fence_driver *driver = gpu->faults.no_memory ? NULL : calloc(1, sizeof(*driver));
	int err;

	if (!driver)
		return -ENOMEM;
	err = seq64_alloc(gpu, &driver->slot);
	if (err) {
		free(driver);
		return err;
	}
	driver->gpu = gpu;
	driver->refs = 1;
	driver->context = fence_context_alloc(gpu->sim, 1);
	driver->doorbell = doorbell;
	driver->pending_tail = &driver->pending;
	driver->pid = file->pid;
	memcpy(driver->comm, file->comm, sizeof(driver->comm));
	fence_driver_write(driver, 0);

	driver->next = gpu->drivers;
	driver->link = &gpu->drivers;
	if (driver->next)
		driver->next->link = &driver->next;
	gpu->drivers = driver;
	*out = driver;
	return 0;
}

void fence_driver_get(struct fence_driver *driver)
{
	driver->refs++;
}

static void fence_driver_destroy(struct fence_driver *driver)
{
	struct doorbell_entry *entry;

	if (driver->gpu->is_in_locked_irq)
		gpu_report(driver->gpu,
			   "deadlock: the interrupt handler takes userq_xa's lock twice");
	for (entry = driver->gpu->doorbells; entry; entry = entry->next) {
		if (entry->driver == driver)
			entry->driver = NULL;
	}
	*driver->link = driver->next;
	if (driver->next)
		driver->next->link = driver->link;
	seq64_free(driver->gpu, driver->slot);
	free(driver);
}

void fence_driver_put(struct fence_driver *driver)
{
	if (!--driver->refs)
		fence_driver_destroy(driver);
}

uint64_t fence_driver_value(const struct fence_driver *driver)
{
	return __atomic_load_n(seq64_cpu(driver->gpu, driver->slot), __ATOMIC_ACQUIRE);
}

void fence_driver_write(struct fence_driver *driver, uint64_t value)
{
	__atomic_store_n(seq64_cpu(driver->gpu, driver->slot), value, __ATOMIC_RELEASE);
}

/* ---- fences -------------------------------------------------------------- */

static void put_inherited(struct userq_fence *fence)
{
	unsigned i;

	for (i = 0; i < fence->num_inherited; i++) {
		fence->inherited[i]->inherited--;
		fence_driver_put(fence->inherited[i]);
	}
	fence->num_inherited = 0;
}

static const char *timeline_name(struct fence *fence)
{
	return userq_fence_of(fence)->driver->comm;
}

static bool is_signaled(struct fence *fence)
{
	return fence_driver_value(userq_fence_of(fence)->driver) >= fence->seqno;
}

static void free_fence(struct sim_work *work)
{
	struct userq_fence *fence =
		(struct userq_fence *)((char *)work - offsetof(struct userq_fence, rcu));
	unsigned i;

	if (fence->driver->gpu->quirks.leaks_born_signaled) {
		/* The array goes, the references in it stay: nobody holds them any more. */
		for (i = 0; i < fence->num_inherited; i++)
			fence->inherited[i]->inherited--;
	} else {
		put_inherited(fence);
	}
	fence->driver->fences--;
	fence_driver_put(fence->driver);
	free(fence->inherited);
	free(fence);
}

static void release(struct fence *base)
{
	sim_call_rcu(base->sim, &userq_fence_of(base)->rcu, free_fence);
}

static const struct fence_ops userq_fence_ops = {
	.driver_name = "amdgpu_userq_fence",
	.timeline_name = timeline_name,
	.is_signaled = is_signaled,
	.release = release,
};

struct userq_fence *userq_fence_of(struct fence *fence)
{
	return fence->ops == &userq_fence_ops ? (struct userq_fence *)fence : NULL;
}

struct fence *userq_fence_create(struct gpu_queue *queue, uint64_t seqno)
{
	struct fence_driver *driver = queue->driver;
	struct userq_fence *fence = NULL;
	unsigned i;

	if (!queue->gpu->faults.no_memory)
		fence = calloc(1, sizeof(*fence));
	if (!fence)
		return NULL;
	fence_init(&fence->base, queue->gpu->sim, &userq_fence_ops, driver->context, seqno);
	fence->driver = driver;
	fence_driver_get(driver);
	driver->fences++;

	fence->inherited = queue->gathered;
	fence->num_inherited = queue->num_gathered;
	queue->gathered = NULL;
	queue->num_gathered = queue->max_gathered = 0;
	for (i = 0; i < fence->num_inherited; i++) {
		fence->inherited[i]->gathered--;
		fence->inherited[i]->inherited++;
	}

	if (!fence_is_signaled(&fence->base)) {
		*driver->pending_tail = fence;
		driver->pending_tail = &fence->next;
		fence_get(&fence->base);
	} else if (!queue->gpu->quirks.leaks_born_signaled) {
		put_inherited(fence);
	}
	return &fence->base;
}

/* The first of the list is done with: off it, signaled, its references given back. */
static void complete_first(struct fence_driver *driver)
{
	struct userq_fence *fence = driver->pending;

	driver->pending = fence->next;
	if (!driver->pending)
		driver->pending_tail = &driver->pending;
	fence_signal(&fence->base);
	put_inherited(fence);
	fence_put(&fence->base);
}

void fence_driver_process(struct fence_driver *driver)
{
	uint64_t value = fence_driver_value(driver);

	fence_driver_get(driver);
	while (driver->pending && driver->pending->base.seqno <= value)
		complete_first(driver);
	fence_driver_put(driver);
}

void fence_driver_cancel(struct fence_driver *driver)
{
	uint64_t value = fence_driver_value(driver);

	fence_driver_get(driver);
	while (driver->pending) {
		struct fence *fence = &driver->pending->base;

		if (!fence_is_signaled(fence))
			fence->error = -ECANCELED;
		if (fence->seqno > value)
			value = fence->seqno;
		complete_first(driver);
	}
	/* For engines of other queues that wait there. */
	fence_driver_write(driver, value);
	fence_driver_put(driver);
}
