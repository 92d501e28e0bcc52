/* SPDX-License-Identifier: MIT */
/* USERQ_SIGNAL: amdgpu_userq_fence.c, amdgpu_userq_signal_ioctl(). */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdlib.h>

#include "device.h"

#define KMALLOC_MAX (4u << 20)

int copy_array(struct sim_task *task, uint64_t user, size_t num, size_t size, void **out)
{
	size_t bytes;
	void *array;

	*out = NULL;
	if (!num)
		return 0;
	if (__builtin_mul_overflow(num, size, &bytes) || bytes > KMALLOC_MAX)
		return -ENOMEM;
	array = malloc(bytes);
	if (!array)
		return -ENOMEM;
	if (task->ops->read(task, array, user, bytes)) {
		free(array);
		return -EFAULT;
	}
	*out = array;
	return 0;
}

void put_objects(struct gem_object **objects, unsigned num)
{
	while (num--)
		gem_put(objects[num]);
	free(objects);
}

int lookup_objects(struct drm_file *file, const uint32_t *handles, unsigned num,
		   struct gem_object ***out)
{
	struct gem_object **objects;
	unsigned i;

	*out = NULL;
	if (!num)
		return 0;
	objects = calloc(num, sizeof(struct gem_object *));
	if (!objects)
		return -ENOMEM;
	for (i = 0; i < num; i++) {
		objects[i] = gem_lookup(file, handles[i]);
		if (!objects[i]) {
			put_objects(objects, i);
			return -ENOENT;
		}
	}
	*out = objects;
	return 0;
}

static int compare_pointers(const void *a, const void *b)
{
	const struct gem_object *const *x = a, *const *y = b;

	return (*x > *y) - (*x < *y);
}

static struct gem_object *object_at(struct gem_object **a, unsigned num_a, struct gem_object **b,
				    unsigned i)
{
	return i < num_a ? a[i] : b[i - num_a];
}

/* How many come before the first that was named before. */
static int count_different(struct gem_object **a, unsigned num_a, struct gem_object **b,
			   unsigned num_b, unsigned *different)
{
	unsigned num = num_a + num_b, i, j;
	struct gem_object **all;
	bool is_twice = false;

	*different = num;
	if (num < 2)
		return 0;
	all = calloc(num, sizeof(struct gem_object *));
	if (!all)
		return -ENOMEM;
	for (i = 0; i < num; i++)
		all[i] = object_at(a, num_a, b, i);
	qsort(all, num, sizeof(struct gem_object *), compare_pointers);
	for (i = 1; i < num; i++)
		is_twice |= all[i] == all[i - 1];
	free(all);
	for (i = 1; is_twice && *different == num; i++)
		for (j = 0; j < i; j++)
			if (object_at(a, num_a, b, i) == object_at(a, num_a, b, j))
				*different = i;
	return 0;
}

int lock_objects(const struct gpu *gpu, struct gem_object **a, unsigned num_a,
		 struct gem_object **b, unsigned num_b)
{
	unsigned num = num_a + num_b, different = num, i;
	int err = 0;

	if (gpu->quirks.refuses_same_bo)
		err = count_different(a, num_a, b, num_b, &different);
	for (i = 0; i < different && !err; i++)
		err = resv_reserve(&object_at(a, num_a, b, i)->resv, 1);
	return err ? err : different < num ? -EALREADY : 0;
}

static int lookup_syncobjs(struct drm_file *file, const uint32_t *handles, unsigned num,
			   struct syncobj ***out)
{
	struct syncobj **syncobjs = NULL;
	unsigned i;

	if (num) {
		syncobjs = calloc(num, sizeof(struct syncobj *));
		if (!syncobjs)
			return -ENOMEM;
	}
	for (i = 0; i < num; i++) {
		syncobjs[i] = syncobj_lookup(file, handles[i]);
		if (!syncobjs[i])
			goto put_all;
	}
	*out = syncobjs;
	return 0;

put_all:
	while (i--)
		syncobj_put(syncobjs[i]);
	free(syncobjs);
	return -ENOENT;
}

/* The first 8 bytes of the buffer behind the address, whatever the address's offset in it. */
static int read_wptr(const struct gpu_queue *queue, uint64_t *wptr)
{
	struct gpu_mapping *mapping = gpu_vm_find(queue->file, queue->wptr_va & GPU_HOLE_MASK);

	if (!mapping || !mapping->bo)
		return -EINVAL;
	*wptr = __atomic_load_n((uint64_t *)mapping->bo->base.memory->cpu, __ATOMIC_ACQUIRE);
	return 0;
}

struct signal_call {
	struct syncobj **syncobjs;
	struct gem_object **read, **write;
	unsigned num_syncobjs, num_read, num_write;
};

static int publish(struct gpu *gpu, const struct signal_call *call, struct fence *fence)
{
	unsigned i;
	int err;

	err = lock_objects(gpu, call->read, call->num_read, call->write, call->num_write);
	for (i = 0; !err && i < call->num_read; i++)
		err = resv_add(&call->read[i]->resv, fence, RESV_READ);
	for (i = 0; !err && i < call->num_write; i++)
		err = resv_add(&call->write[i]->resv, fence, RESV_WRITE);
	for (i = 0; !err && i < call->num_syncobjs; i++)
		syncobj_replace_fence(call->syncobjs[i], fence);
	return err;
}

static int signal_queue(struct gpu_queue *queue, const struct signal_call *call)
{
	struct fence *fence, *last;
	uint64_t wptr;
	int err;

	err = read_wptr(queue, &wptr);
	if (err)
		return err;
	gpu_file_sync(queue->file);
	fence = userq_fence_create(queue, wptr);
	if (!fence)
		return -ENOMEM;
	last = queue->last_fence;
	queue->last_fence = fence_get(fence);
	fence_put(last);
	gpu_queue_watch(queue);
	err = publish(queue->gpu, call, fence);
	fence_put(fence);
	sim_wake(queue->gpu->sim);
	return err;
}

int signal_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct auq_uapi_signal *args = data;
	struct gpu *gpu = file->gpu->gpu;
	void *syncobjs = NULL, *read = NULL, *write = NULL;
	struct signal_call call = {
		.num_syncobjs = args->num_syncobj_handles,
		.num_read = args->num_bo_read_handles,
		.num_write = args->num_bo_write_handles,
	};
	struct gpu_queue *queue;
	unsigned i;
	int err;

	if (!gpu->is_on && gpu->quirks.gates_signal)
		return -AUQ_ENOTSUPP;
	if (gpu->quirks.limits_bos && (args->num_bo_read_handles > AUQ_UAPI_MAX_BOS ||
				       args->num_bo_write_handles > AUQ_UAPI_MAX_BOS))
		return -EINVAL;

	err = copy_array(task, args->syncobj_handles, call.num_syncobjs, 4, &syncobjs);
	if (err)
		return err;
	err = lookup_syncobjs(file, syncobjs, call.num_syncobjs, &call.syncobjs);
	if (err)
		goto free_syncobjs;
	err = copy_array(task, args->bo_read_handles, call.num_read, 4, &read);
	if (!err)
		err = lookup_objects(file, read, call.num_read, &call.read);
	if (err)
		goto put_syncobjs;
	err = copy_array(task, args->bo_write_handles, call.num_write, 4, &write);
	if (!err)
		err = lookup_objects(file, write, call.num_write, &call.write);
	if (err)
		goto put_read;

	queue = idr_find(&file->gpu->queues, args->queue_id);
	if (queue) {
		gpu_queue_get(queue);
		err = signal_queue(queue, &call);
		gpu_queue_put(queue);
	} else {
		err = -ENOENT;
	}

	put_objects(call.write, call.num_write);
put_read:
	free(write);
	put_objects(call.read, call.num_read);
put_syncobjs:
	free(read);
	for (i = 0; i < call.num_syncobjs; i++)
		syncobj_put(call.syncobjs[i]);
	free(call.syncobjs);
free_syncobjs:
	free(syncobjs);
	return err;
}
