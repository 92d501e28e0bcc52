/* SPDX-License-Identifier: MIT */
/* USERQ: queues are made and freed. amdgpu_userq.c, mes_userqueue.c. */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdlib.h>

#include "device.h"
#include "drm-core.h"

#define NSEC_PER_MSEC 1000000ull
#define HANG_NS       (2000 * NSEC_PER_MSEC) /* gfx_timeout's default */

#define CSA_SDMA_BYTES 32
#define EOP_BYTES      2048
#define SHADOW_BYTES   73728
#define CSA_GFX_BYTES  484

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

static struct doorbell_entry **find_doorbell(struct gpu *gpu, uint32_t doorbell)
{
	struct doorbell_entry **p = &gpu->doorbells;

	while (*p && (*p)->doorbell != doorbell)
		p = &(*p)->next;
	return p;
}

static void erase_doorbell(struct gpu_queue *queue)
{
	struct doorbell_entry **p = find_doorbell(queue->gpu, queue->doorbell), *entry = *p;

	/* The entry of a fence driver goes with the driver, a queue's with the queue. */
	if (queue->gpu->quirks.wakes_by_driver || !entry || entry->queue != queue)
		return;
	*p = entry->next;
	free(entry);
}

static int store_doorbell(struct gpu_queue *queue)
{
	struct gpu *gpu = queue->gpu;
	struct doorbell_entry **p = find_doorbell(gpu, queue->doorbell), *entry = *p;

	if (entry && entry->queue && !gpu->quirks.takes_doorbell_over)
		return -EBUSY;
	if (!entry) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entry->doorbell = queue->doorbell;
		*p = entry;
	}
	entry->driver = gpu->quirks.wakes_by_driver ? queue->driver : NULL;
	entry->queue = gpu->quirks.wakes_by_driver ? NULL : queue;
	return 0;
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
	engine_remove(queue);
	erase_doorbell(queue);
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
static void detect_hang(struct sim_work *work)
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

/* ---- CREATE -------------------------------------------------------------- */

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

/* amdgpu_userq_input_va_validate(): up to 7.2 what does not fill a page is not looked at. */
static bool is_mapped(const struct gpu_file *file, uint64_t va, uint64_t bytes)
{
	struct gpu_mapping *mapping;
	uint64_t end;

	va &= GPU_HOLE_MASK;
	mapping = gpu_vm_find(file, va);
	if (!mapping || __builtin_add_overflow(va, bytes - 1, &end))
		return false;
	if (file->gpu->quirks.checks_last_page)
		return end / GPU_PAGE <= mapping->last;
	return mapping->last - va / GPU_PAGE + 1 >= bytes / GPU_PAGE;
}

static int get_doorbell(struct gpu_queue *queue, const struct auq_uapi_userq_in *in)
{
	const struct quirks *quirks = &queue->gpu->quirks;
	struct gem_object *object = gem_lookup(queue->file->drm, in->doorbell_handle);
	uint32_t index = in->doorbell_offset;
	struct gpu_bo *bo;

	if (!object)
		return -EINVAL;
	bo = gpu_bo_of(object);
	if (!bo || !bo->doorbell_page)
		goto refuse;
	if ((uint64_t)index * 8 + 8 > bo->base.bytes) {
		if (quirks->checks_doorbell_range)
			goto refuse;
		/* The kernel takes whatever lies there; here the index wraps in the buffer. */
		gpu_report(queue->gpu, "a doorbell outside its buffer was accepted");
		index %= (uint32_t)(bo->base.bytes / 8);
	}
	queue->doorbell_bo = bo;
	queue->doorbell_cpu = (uint64_t *)bo->base.memory->cpu + index;
	queue->doorbell = (bo->doorbell_page * DOORBELLS_PER_PAGE + index) * 2;
	return 0;

refuse:
	gem_put(object);
	return -EINVAL;
}

/* The engine's areas, which the user's MQD names. */
static int check_mqd(struct gpu_queue *queue, struct sim_task *task,
		     const struct auq_uapi_userq_in *in)
{
	static const uint64_t bytes[GPU_NUM_IPS] = {
		sizeof(struct auq_uapi_mqd_gfx),
		sizeof(struct auq_uapi_mqd_compute),
		sizeof(struct auq_uapi_mqd_sdma),
	};
	uint64_t va[2] = {0};

	if (in->mqd_size != bytes[in->ip_type] || (!in->mqd && in->ip_type != 1))
		return -EINVAL;
	if (task->ops->read(task, va, in->mqd, in->mqd_size))
		return queue->gpu->quirks.mqd_fault_is_enomem ? -ENOMEM : -EFAULT;
	switch (in->ip_type) {
	case 0:
		return is_mapped(queue->file, va[0], SHADOW_BYTES) &&
				       is_mapped(queue->file, va[1], CSA_GFX_BYTES)
			       ? 0
			       : -EINVAL;
	case 1:
		return is_mapped(queue->file, va[0], EOP_BYTES) ? 0 : -EINVAL;
	default:
		return is_mapped(queue->file, va[0], CSA_SDMA_BYTES) ? 0 : -EINVAL;
	}
}

static int check_wptr(struct gpu_queue *queue)
{
	struct gpu_mapping *mapping = gpu_vm_find(queue->file, queue->wptr_va & GPU_HOLE_MASK);

	if (!mapping || !mapping->bo || mapping->bo->base.bytes > GPU_PAGE)
		return -EINVAL;
	if (queue->gpu->quirks.leaks_wptr_buffer)
		mapping->bo->base.heir = &queue->gpu->lost;
	return 0;
}

static int create_queue(struct gpu_file *file, struct sim_task *task,
			const struct auq_uapi_userq_in *in, uint32_t *id)
{
	struct gpu *gpu = file->gpu;
	struct gpu_queue *queue;
	int err;

	if ((in->flags & AUQ_UAPI_PRIORITY_MASK) == 3 && !task->may_nice &&
	    !master_is_current(file->drm))
		return -EACCES;
	gpu_file_sync(file);
	if (!gpu->quirks.late_eviction_fence) {
		err = eviction_ensure(file);
		if (err)
			return err;
	}

	queue = calloc(1, sizeof(*queue));
	if (!queue)
		return -ENOMEM;
	queue->gpu = gpu;
	queue->file = file;
	queue->refs = 1;
	queue->ip = in->ip_type;
	queue->rptr_va = in->rptr_va;
	queue->wptr_va = in->wptr_va;
	queue->hang_work.func = detect_hang;

	err = -EINVAL;
	if (!is_mapped(file, in->queue_va, in->queue_size) || !is_mapped(file, in->rptr_va, 8) ||
	    !is_mapped(file, in->wptr_va, 8))
		goto free_queue;
	err = get_doorbell(queue, in);
	if (err)
		goto free_queue;
	err = fence_driver_create(gpu, file->drm, queue->doorbell, &queue->driver);
	if (err)
		goto put_doorbell;
	err = check_mqd(queue, task, in);
	if (!err)
		err = check_wptr(queue);
	if (!err)
		err = store_doorbell(queue);
	if (err)
		goto put_driver;

	if (gpu->quirks.late_eviction_fence)
		err = eviction_ensure(file);
	if (err)
		goto erase_doorbell;
	err = gpu->quirks.too_many_errno;
	if (file->num_queues >= gpu->quirks.max_queues)
		goto erase_doorbell;
	err = -ENOMEM;
	*id = idr_alloc(&file->queues, queue);
	if (!*id)
		goto erase_doorbell;
	file->num_queues++;
	engine_add(queue, in->queue_va, (uint32_t)in->queue_size);
	return 0;

erase_doorbell:
	erase_doorbell(queue);
put_driver:
	fence_driver_put(queue->driver);
put_doorbell:
	gem_put(&queue->doorbell_bo->base);
free_queue:
	free(queue);
	return err;
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
	err = create_queue(file, task, &in, &id);
	if (!err)
		args->out.queue_id = id;
	return err;
}
