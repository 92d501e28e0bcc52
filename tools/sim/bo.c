/* SPDX-License-Identifier: MIT */
/* Buffers: amdgpu_gem.c, amdgpu_object.c. All memory is the system's; VRAM is only a name. */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define DOMAINS                                                                                    \
	(AMDGPU_GEM_DOMAIN_CPU | AMDGPU_GEM_DOMAIN_GTT | AMDGPU_GEM_DOMAIN_VRAM |                  \
	 AMDGPU_GEM_DOMAIN_GDS | AMDGPU_GEM_DOMAIN_GWS | AMDGPU_GEM_DOMAIN_OA |                    \
	 AUQ_UAPI_DOMAIN_DOORBELL)
#define ON_CHIP (AMDGPU_GEM_DOMAIN_GDS | AMDGPU_GEM_DOMAIN_GWS | AMDGPU_GEM_DOMAIN_OA)

/* AMDGPU_GEM_CREATE_SETTABLE_MASK without ENCRYPTED, for there is no trusted memory. */
#define SETTABLE 0x1f2cfull
/* What every buffer gets: VRAM_CLEARED, and wiped when it goes. */
#define ALWAYS (AMDGPU_GEM_CREATE_VRAM_CLEARED | AMDGPU_GEM_CREATE_VRAM_WIPE_ON_RELEASE)

#define MAX_BYTES (1ull << 36)

static int open_bo(struct gem_object *object, struct drm_file *drm)
{
	struct gpu_file *file = drm->gpu;
	struct gpu_bo_use *use;
	int err;

	for (use = file->uses; use && &use->bo->base != object; use = use->next)
		;
	err = eviction_open(file, gpu_bo_of(object), !use);
	if (err)
		return err;
	if (!use) {
		use = calloc(1, sizeof(*use));
		if (!use)
			return -ENOMEM;
		use->bo = gpu_bo_of(object);
		use->next = file->uses;
		file->uses = use;
	}
	use->handles++;
	return 0;
}

/* A file's last handle takes the mappings of the buffer along. */
static void close_bo(struct gem_object *object, struct drm_file *drm)
{
	struct gpu_file *file = drm->gpu;
	struct gpu_bo_use **p = &file->uses, *use;

	while (&(*p)->bo->base != object)
		p = &(*p)->next;
	use = *p;
	eviction_close(file, use->bo, use->handles == 1);
	if (--use->handles)
		return;
	gpu_vm_forget(file, use->bo);
	*p = use->next;
	free(use);
}

static int export_bo(struct gem_object *object)
{
	return gpu_bo_of(object)->flags & AMDGPU_GEM_CREATE_VM_ALWAYS_VALID ? -EPERM : 0;
}

static void release_bo(struct gem_object *object)
{
	struct gpu_bo *bo = gpu_bo_of(object);
	uint64_t pages = (object->bytes + GPU_PAGE - 1) / GPU_PAGE;

	if (bo->doorbell_page)
		bo->gpu->doorbell_pages &= ~(((1ull << pages) - 1) << bo->doorbell_page);
	free(bo);
}

static const struct gem_ops bo_ops = {
	.open = open_bo,
	.close = close_bo,
	.export = export_bo,
	.release = release_bo,
};

struct gpu_bo *gpu_bo_of(struct gem_object *object)
{
	return object->ops == &bo_ops ? (struct gpu_bo *)object : NULL;
}

static int take_doorbells(struct gpu_bo *bo, uint64_t bytes)
{
	uint64_t pages = bytes / GPU_PAGE, mask;
	uint32_t first;

	for (first = 1; pages < 64 && first + pages <= 64; first++) {
		mask = ((1ull << pages) - 1) << first;
		if (bo->gpu->doorbell_pages & mask)
			continue;
		bo->gpu->doorbell_pages |= mask;
		bo->doorbell_page = first;
		return 0;
	}
	return -ENOMEM;
}

static int create_bo(struct gpu *gpu, const struct drm_amdgpu_gem_create_in *in,
		     struct gpu_bo **out)
{
	uint64_t bytes = (in->bo_size + GPU_PAGE - 1) & ~(GPU_PAGE - 1);
	struct sim_memory *memory = NULL;
	struct gpu_bo *bo;

	if (in->domains & ON_CHIP)
		bytes = in->bo_size;
	else if (!bytes)
		return -ENOSPC;
	if (bytes > MAX_BYTES)
		return -ENOMEM;
	bo = calloc(1, sizeof(*bo));
	if (!bo)
		return -ENOMEM;
	bo->gpu = gpu;
	bo->domains = (uint32_t)in->domains;
	/* All VRAM is visible to the CPU: nothing to require. */
	bo->flags = (in->domain_flags & ~(uint64_t)AMDGPU_GEM_CREATE_CPU_ACCESS_REQUIRED) | ALWAYS;
	bo->alignment = (in->alignment + GPU_PAGE - 1) & ~(GPU_PAGE - 1);
	if (in->domains & AUQ_UAPI_DOMAIN_DOORBELL && take_doorbells(bo, bytes))
		goto free_bo;
	if (!(in->domains & ON_CHIP)) {
		memory = sim_memory_create(bytes);
		if (!memory)
			goto free_doorbells;
	}
	gem_init(&bo->base, gpu->sim, &bo_ops, bytes, memory);
	*out = bo;
	return 0;

free_doorbells:
	if (bo->doorbell_page)
		gpu->doorbell_pages &= ~(((1ull << bytes / GPU_PAGE) - 1) << bo->doorbell_page);
free_bo:
	free(bo);
	return -ENOMEM;
}

int gem_create_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	union drm_amdgpu_gem_create *args = data;
	struct gpu_bo *bo;
	uint32_t handle;
	int err;

	(void)task;
	if (args->in.domain_flags & ~SETTABLE || args->in.domains & ~(uint64_t)DOMAINS)
		return -EINVAL;
	if (args->in.domains & ON_CHIP && args->in.domain_flags & AMDGPU_GEM_CREATE_VM_ALWAYS_VALID)
		return -EINVAL;
	err = create_bo(drm->gpu->gpu, &args->in, &bo);
	if (err)
		return err;
	err = gem_handle_create(drm, &bo->base, &handle);
	gem_put(&bo->base);
	if (err)
		return err;
	memset(args, 0, sizeof(*args));
	args->out.handle = handle;
	return 0;
}

int gem_mmap_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	union drm_amdgpu_gem_mmap *args = data;
	struct gem_object *object = gem_lookup(drm, args->in.handle);
	int err = 0;

	(void)task;
	memset(args, 0, sizeof(*args));
	if (!object)
		return -ENOENT;
	if (gpu_bo_of(object)->flags & AMDGPU_GEM_CREATE_NO_CPU_ACCESS)
		err = -EPERM;
	else
		args->out.addr_ptr = object->mmap_offset;
	gem_put(object);
	return err;
}

static int set_metadata(struct gpu_bo *bo, const struct drm_amdgpu_gem_metadata *args)
{
	if (args->data.data_size_bytes > sizeof(args->data.data))
		return -EINVAL;
	bo->tiling_flags = args->data.tiling_info;
	bo->metadata_bytes = args->data.data_size_bytes;
	if (!bo->metadata_bytes)
		return 0;
	bo->metadata_flags = args->data.flags;
	memcpy(bo->metadata, args->data.data, bo->metadata_bytes);
	return 0;
}

int gem_metadata_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	struct drm_amdgpu_gem_metadata *args = data;
	struct gem_object *object = gem_lookup(drm, args->handle);
	struct gpu_bo *bo;
	int err = 0;

	(void)task;
	if (!object)
		return -ENOENT;
	bo = gpu_bo_of(object);
	if (args->op == AMDGPU_GEM_METADATA_OP_SET_METADATA) {
		err = set_metadata(bo, args);
	} else if (args->op == AMDGPU_GEM_METADATA_OP_GET_METADATA) {
		args->data.tiling_info = bo->tiling_flags;
		args->data.flags = bo->metadata_flags;
		args->data.data_size_bytes = bo->metadata_bytes;
		memcpy(args->data.data, bo->metadata, bo->metadata_bytes);
	}
	gem_put(object);
	return err;
}

int gem_op_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	struct drm_amdgpu_gem_op *args = data;
	struct gem_object *object = gem_lookup(drm, args->handle);
	struct drm_amdgpu_gem_create_in info = {0};
	struct gpu_bo *bo;
	int err = 0;

	if (!object)
		return -ENOENT;
	bo = gpu_bo_of(object);
	switch (args->op) {
	case AMDGPU_GEM_OP_GET_GEM_CREATE_INFO:
		info.bo_size = object->bytes;
		info.alignment = bo->alignment;
		info.domains = bo->domains;
		info.domain_flags = bo->flags;
		err = task->ops->write(task, args->value, &info, sizeof(info));
		break;
	case AMDGPU_GEM_OP_SET_PLACEMENT:
		bo->domains = args->value & (AMDGPU_GEM_DOMAIN_VRAM | AMDGPU_GEM_DOMAIN_GTT |
					     AMDGPU_GEM_DOMAIN_CPU);
		break;
	default:
		err = -EINVAL;
	}
	gem_put(object);
	return err;
}

/* struct drm_amdgpu_gem_list_handles_entry */
struct list_entry {
	uint32_t handle;
	uint32_t flags; /* an import, but never of one of our own */
	uint64_t bytes;
	uint64_t domains;
	uint64_t alloc_flags;
	uint64_t alignment;
};

int gem_list_handles_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	bool in_pages = drm->gpu->gpu->quirks.counts_alignment;
	struct gpu_list_handles *args = data;
	uint32_t num = 0, room = args->num_entries, id;
	uint64_t user = args->entries;

	for (id = 1; idr_next(&drm->gem, &id); id++)
		num++;
	args->num_entries = num;
	if (room < num)
		return 0;
	for (id = 1; idr_next(&drm->gem, &id); id++) {
		struct gem_object *object = gem_lookup(drm, id);
		const struct gpu_bo *bo = gpu_bo_of(object);
		struct list_entry entry = {
			.handle = id,
			.bytes = object->bytes,
			.domains = bo->domains,
			.alloc_flags = bo->flags & (SETTABLE | AMDGPU_GEM_CREATE_ENCRYPTED),
			.alignment = in_pages ? bo->alignment / GPU_PAGE : bo->alignment,
		};

		gem_put(object);
		if (task->ops->write(task, user, &entry, sizeof(entry)))
			return -EFAULT;
		user += sizeof(entry);
	}
	return 0;
}

struct idle_wait {
	struct sim_task *task;
	uint64_t deadline;
};

static int wait_for_one(struct fence *fence, void *arg)
{
	struct idle_wait *wait = arg;
	int err;

	if (fence_is_signaled(fence))
		return 0;
	fence_get(fence);
	err = fence_wait(fence, wait->task, wait->deadline);
	fence_put(fence);
	return err ? err : 1;
}

int gem_wait_idle_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	union drm_amdgpu_gem_wait_idle *args = data;
	struct gem_object *object = gem_lookup(drm, args->in.handle);
	struct idle_wait wait = {.task = task, .deadline = args->in.timeout};
	int err;

	if (!object)
		return -ENOENT;
	/* The list may have changed while it waited: from the start. */
	do {
		err = resv_for_each(&object->resv, RESV_READ, wait_for_one, &wait);
	} while (err > 0);
	gem_put(object);
	if (err && err != -ETIME)
		return err;
	memset(args, 0, sizeof(*args));
	args->out.status = err == -ETIME;
	return 0;
}
