/* SPDX-License-Identifier: MIT */
/* USERQ CREATE: what it takes, and what it refuses. amdgpu_userq.c, mes_userqueue.c. */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdlib.h>

#include "device.h"
#include "drm-core.h"

#define CSA_SDMA_BYTES 32
#define EOP_BYTES      2048
#define SHADOW_BYTES   73728
#define CSA_GFX_BYTES  484

static int store_doorbell(struct gpu_queue *queue)
{
	struct gpu *gpu = queue->gpu;
	struct doorbell_entry **p = gpu_doorbell_find(gpu, queue->doorbell), *entry = *p;

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

int gpu_queue_create(struct gpu_file *file, struct sim_task *task,
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
	queue->hang_work.func = gpu_queue_detect_hang;

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
	queue->id = *id;
	file->num_queues++;
	engine_add(queue, in->queue_va, (uint32_t)in->queue_size);
	gpu_queue_show(queue, true);
	return 0;

erase_doorbell:
	gpu_doorbell_erase(queue);
put_driver:
	fence_driver_put(queue->driver);
put_doorbell:
	gem_put(&queue->doorbell_bo->base);
free_queue:
	free(queue);
	return err;
}
