/* SPDX-License-Identifier: MIT */
/* USERQ, and how a queue ends. amdgpu_userq.c, mes_userqueue.c. */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdlib.h>

#include "device.h"
#include "drm-core.h"

#define NSEC_PER_MSEC 1000000ull
#define HANG_NS       (2000 * NSEC_PER_MSEC) /* gfx_timeout's default */

void gpu_queue_get(struct gpu_queue *queue)
{
	queue->refs++;
}

int gpu_queue_gather(struct gpu_queue *queue, struct fence_driver *driver)
{
	if (queue->num_gathered == queue->max_gathered) {
		unsigned max = queue->max_gathered ? 2 * queue->max_gathered : 8;
		struct fence_driver **gathered =
			reallocarray(queue->gathered, max, sizeof(struct fence_driver *));

		if (!gathered)
			return -ENOMEM;
		queue->gathered = gathered;
		queue->max_gathered = max;
	}
	queue->gathered[queue->num_gathered++] = driver;
	fence_driver_get(driver);
	driver->gathered++;
	return 0;
}

/* The mutex of a file's queues, which FREE holds while it waits. */
static void lock_file(struct gpu_file *file)
{
	while (file->is_locked && !file->gpu->is_ending)
		sim_wait(file->gpu->sim, NULL, SIM_NO_DEADLINE);
	file->is_locked = true;
}

static void unlock_file(struct gpu_file *file)
{
	file->is_locked = false;
	sim_wake(file->gpu->sim);
}

void gpu_file_sync(struct gpu_file *file)
{
	lock_file(file);
	unlock_file(file);
}

/* ---- the end of a queue -------------------------------------------------- */

struct doorbell_entry **gpu_doorbell_find(struct gpu *gpu, uint32_t doorbell)
{
	struct doorbell_entry **p = &gpu->doorbells;

	while (*p && (*p)->doorbell != doorbell)
		p = &(*p)->next;
	return p;
}

void gpu_doorbell_erase(struct gpu_queue *queue)
{
	struct doorbell_entry **p = gpu_doorbell_find(queue->gpu, queue->doorbell), *entry = *p;

	/* The entry of a fence driver goes with the driver, a queue's with the queue. */
	if (queue->gpu->quirks.wakes_by_driver || !entry || entry->queue != queue)
		return;
	*p = entry->next;
	free(entry);
}

static void wait_for_last_fence(struct gpu_queue *queue, struct sim_task *task)
{
	struct gpu *gpu = queue->gpu;
	enum free_pending how = gpu->quirks.free_pending;
	uint64_t deadline =
		how == FREE_WAITS_100_MS ? sim_now() + 100 * NSEC_PER_MSEC : SIM_NO_DEADLINE;
	struct fence *fence = fence_get(queue->last_fence);
	int err = 0;

	if (how == FREE_WAITS_FOREVER)
		task = NULL;
	if (fence && how == FREE_WAITS_100_MS)
		fence_is_signaled(fence);
	/* Later kernels do not look at the slot: it takes an interrupt. */
	while (!err && fence && !fence->signaled && !gpu->is_ending)
		err = sim_wait(gpu->sim, task, deadline);
	fence_put(fence);
}

static void drop_gathered(struct gpu_queue *queue)
{
	unsigned i;

	for (i = 0; i < queue->num_gathered; i++) {
		queue->gathered[i]->gathered--;
		fence_driver_put(queue->gathered[i]);
	}
	free(queue->gathered);
	queue->gathered = NULL;
	queue->num_gathered = queue->max_gathered = 0;
}

/* amdgpu_userq_fence_driver_free() */
static void drop_driver(struct gpu_queue *queue)
{
	if (!queue->gpu->quirks.leaks_pending)
		fence_driver_cancel(queue->driver);
	if (queue->gpu->quirks.leaks_last_fence)
		gpu_forget(queue->gpu, queue->last_fence);
	else
		fence_put(queue->last_fence);
	queue->last_fence = NULL;
	drop_gathered(queue);
	queue->driver->owner_is_gone = true;
	fence_driver_put(queue->driver);
}

static void destroy_queue(struct gpu_queue *queue, struct sim_task *task)
{
	struct gpu *gpu = queue->gpu;
	struct gpu_file *file = queue->file;

	lock_file(file);
	if (gpu->quirks.cancels_detection_first)
		sim_cancel_work(gpu->sim, &queue->hang_work);
	wait_for_last_fence(queue, task);
	sim_cancel_work(gpu->sim, &queue->hang_work);
	gpu_queue_show(queue, false);
	engine_remove(queue);
	gpu_doorbell_erase(queue);
	drop_driver(queue);
	unlock_file(file);
	file->num_queues--;
	gem_put(&queue->doorbell_bo->base);
	free(queue);
}

void gpu_queue_put(struct gpu_queue *queue)
{
	if (!--queue->refs)
		destroy_queue(queue, NULL);
}

void gpu_file_release(struct drm_file *drm)
{
	struct gpu_file *file = drm->gpu;
	struct gpu_queue *queue;
	uint32_t id;

	for (id = 1; (queue = idr_next(&file->queues, &id)); id++) {
		if (file->gpu->quirks.close_hangs && queue->last_fence &&
		    !fence_is_signaled(queue->last_fence))
			gpu_report(
				file->gpu,
				"close() with a pending fence: the task would hang here for ever");
		idr_remove(&file->queues, id);
		gpu_queue_put(queue);
	}
	idr_fini(&file->queues);
}

/* What hang detection makes of a queue: amdgpu_userq_fence_driver_force_completion(). */
void gpu_queue_detect_hang(struct sim_work *work)
{
	struct gpu_queue *queue =
		(struct gpu_queue *)((char *)work - offsetof(struct gpu_queue, hang_work));
	struct fence *last = queue->last_fence;

	if (!queue->driver->pending || !last)
		return;
	gpu_report(queue->gpu, "a user queue hangs and is reset");
	if (!fence_is_signaled(last))
		last->error = -ECANCELED;
	fence_driver_write(queue->driver, last->seqno);
	fence_driver_process(queue->driver);
	queue->state = QUEUE_HUNG;
	queue->hung_why = "reset";
	queue->hung_va = 0;
}

void gpu_queue_watch(struct gpu_queue *queue)
{
	if (queue->gpu->quirks.detects_hangs && queue->driver->pending && !queue->hang_work.queued)
		sim_queue_work(queue->gpu->sim, &queue->hang_work, sim_now() + HANG_NS);
}

/* ---- USERQ --------------------------------------------------------------- */

static int check_args(const struct quirks *quirks, const struct auq_uapi_userq_in *in)
{
	if (in->op == AUQ_UAPI_OP_FREE) {
		if (in->ip_type || in->doorbell_handle || in->doorbell_offset || in->flags ||
		    in->queue_va || in->queue_size || in->rptr_va || in->wptr_va || in->mqd ||
		    in->mqd_size)
			return -EINVAL;
		return 0;
	}
	if (in->op != AUQ_UAPI_OP_CREATE)
		return -EINVAL;
	if (in->flags & ~(AUQ_UAPI_PRIORITY_MASK | AUQ_UAPI_FLAG_SECURE) ||
	    in->ip_type >= GPU_NUM_IPS)
		return -EINVAL;
	if (in->flags & AUQ_UAPI_FLAG_SECURE && in->ip_type == 2)
		return -EINVAL;
	if (!in->queue_va || in->queue_va == UINT64_MAX || !in->queue_size || !in->wptr_va ||
	    !in->rptr_va)
		return -EINVAL;
	if (quirks->checks_ring_size &&
	    (in->queue_size & (in->queue_size - 1) || in->queue_size < GPU_PAGE))
		return -EINVAL;
	if (quirks->checks_ring_align && (in->wptr_va | in->rptr_va) & 7)
		return -EINVAL;
	return 0;
}

static int free_queue(struct gpu_file *file, struct sim_task *task, uint32_t id)
{
	struct gpu_queue *queue = idr_find(&file->queues, id);

	if (!queue)
		return file->gpu->quirks.unknown_queue_is_einval ? -EINVAL : -ENOENT;
	/* Up to 6.18 the id is there as long as FREE waits. */
	if (file->gpu->quirks.free_pending == FREE_WAITS_100_MS)
		wait_for_last_fence(queue, task);
	if (idr_find(&file->queues, id) != queue)
		return -EINVAL;
	idr_remove(&file->queues, id);
	gpu_queue_put(queue);
	return 0;
}

int userq_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	struct gpu_file *file = drm->gpu;
	union auq_uapi_userq *args = data;
	struct auq_uapi_userq_in in = args->in;
	uint32_t id = 0;
	int err;

	if (!file->gpu->is_on)
		return file->gpu->quirks.create_disabled_errno;
	err = check_args(&file->gpu->quirks, &in);
	if (err)
		return err;
	if (in.op == AUQ_UAPI_OP_FREE)
		return free_queue(file, task, in.queue_id);
	err = gpu_queue_create(file, task, &in, &id);
	if (!err)
		args->out.queue_id = id;
	return err;
}
