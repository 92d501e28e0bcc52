/* SPDX-License-Identifier: MIT */
/*
 * Eviction fences, amdgpu_eviction_fence.c: from its first queue on, a file's buffers carry a
 * pending one. Nothing is evicted here, but it has its entry in a buffer's reservation, and
 * when it comes it takes that of a fence that has signaled.
 */
#include <errno.h>
#include <stdlib.h>

#include "device.h"

static const char *timeline_name(struct fence *fence)
{
	(void)fence;
	return "eviction";
}

static void release(struct fence *fence)
{
	free(fence);
}

static const struct fence_ops eviction_ops = {
	.driver_name = "amdgpu_eviction_fence",
	.timeline_name = timeline_name,
	.release = release,
};

static int attach(struct gpu_file *file, struct gpu_bo *bo)
{
	return file->eviction ? resv_add(&bo->base.resv, file->eviction, RESV_BOOKKEEP) : 0;
}

int eviction_open(struct gpu_file *file, struct gpu_bo *bo, bool is_first)
{
	int err = resv_reserve(&bo->base.resv, file->gpu->quirks.open_reserves);

	if (!err && (is_first || file->gpu->quirks.attaches_each_open))
		err = attach(file, bo);
	return err;
}

void eviction_close(struct gpu_file *file, struct gpu_bo *bo, bool is_last)
{
	struct fence *stub;

	if (!is_last && !file->gpu->quirks.attaches_each_open)
		return;
	stub = fence_stub(file->gpu->sim);
	resv_replace(&bo->base.resv, file->eviction_context, stub, RESV_BOOKKEEP);
	fence_put(stub);
}

int eviction_ensure(struct gpu_file *file)
{
	struct gpu_bo_use *use;
	struct fence *fence;
	int err = 0;

	if (file->eviction)
		return 0;
	fence = calloc(1, sizeof(*fence));
	if (!fence)
		return -ENOMEM;
	fence_init(fence, file->gpu->sim, &eviction_ops, file->eviction_context, 1);
	file->eviction = fence;
	for (use = file->uses; use && !err; use = use->next) {
		if (!use->was_mapped && !file->gpu->quirks.attaches_unmapped)
			continue;
		err = resv_reserve(&use->bo->base.resv, file->gpu->quirks.ensure_reserves);
		if (!err)
			err = attach(file, use->bo);
	}
	return err;
}
