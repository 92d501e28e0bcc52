/* SPDX-License-Identifier: MIT */
/* Address spaces: amdgpu_vm.c and GEM_VA of amdgpu_gem.c. */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define RESERVED_BOTTOM (1ull << 16)
#define HOLE_START      (1ull << 47)
#define HOLE_END        0xffff800000000000ull
/* Newer than the oldest libdrm that we build with. */
#define VM_PAGE_NOALLOC (1u << 9)

static const uint32_t valid_flags = AMDGPU_VM_DELAY_UPDATE | AMDGPU_VM_PAGE_READABLE |
				    AMDGPU_VM_PAGE_WRITEABLE | AMDGPU_VM_PAGE_EXECUTABLE |
				    AMDGPU_VM_MTYPE_MASK | VM_PAGE_NOALLOC;
static const uint32_t prt_flags = AMDGPU_VM_DELAY_UPDATE | AMDGPU_VM_PAGE_PRT;

struct gpu_mapping *gpu_vm_find(const struct gpu_file *file, uint64_t va)
{
	struct gpu_mapping *mapping;
	uint64_t page = va / GPU_PAGE;

	for (mapping = file->mappings; mapping; mapping = mapping->next) {
		if (mapping->start <= page && page <= mapping->last)
			return mapping;
	}
	return NULL;
}

/* ---- the engine's accesses ----------------------------------------------- */

/* Where @va is in memory, up to the end of its mapping; NULL: not for this access. */
static void *find_memory(const struct gpu_file *file, uint64_t va, uint32_t access, uint64_t *room)
{
	struct gpu_mapping *mapping;
	uint64_t offset;

	va &= GPU_HOLE_MASK;
	if (va >= SEQ64_START && va < SEQ64_START + SEQ64_BYTES) {
		offset = va - SEQ64_START;
		*room = SEQ64_BYTES - offset;
		return access == AMDGPU_VM_PAGE_READABLE ? (char *)file->gpu->seq64->cpu + offset
							 : NULL;
	}
	mapping = gpu_vm_find(file, va);
	if (!mapping || !mapping->bo || !(mapping->flags & access))
		return NULL;
	offset = va - mapping->start * GPU_PAGE;
	*room = (mapping->last + 1 - mapping->start) * GPU_PAGE - offset;
	return (char *)mapping->bo->base.memory->cpu + mapping->offset + offset;
}

/* Whole words, so that who polls them sees the old value or the new one. */
static void copy(void *dst, const void *src, uint64_t bytes)
{
	uint64_t i;

	if (((uintptr_t)dst | (uintptr_t)src | bytes) & 7) {
		for (i = 0; i + 4 <= bytes; i += 4)
			__atomic_store_n((uint32_t *)((char *)dst + i),
					 __atomic_load_n((const uint32_t *)((const char *)src + i),
							 __ATOMIC_ACQUIRE),
					 __ATOMIC_RELEASE);
		memcpy((char *)dst + i, (const char *)src + i, bytes - i);
		return;
	}
	for (i = 0; i < bytes; i += 8)
		__atomic_store_n((uint64_t *)((char *)dst + i),
				 __atomic_load_n((const uint64_t *)((const char *)src + i),
						 __ATOMIC_ACQUIRE),
				 __ATOMIC_RELEASE);
}

int gpu_vm_read(const struct gpu_file *file, uint64_t va, void *dst, uint32_t bytes)
{
	uint64_t room;
	void *memory;

	for (; bytes; bytes -= (uint32_t)room) {
		memory = find_memory(file, va, AMDGPU_VM_PAGE_READABLE, &room);
		if (!memory)
			return -EFAULT;
		if (room > bytes)
			room = bytes;
		copy(dst, memory, room);
		dst = (char *)dst + room;
		va += room;
	}
	return 0;
}

int gpu_vm_write(const struct gpu_file *file, uint64_t va, const void *src, uint32_t bytes)
{
	uint64_t room;
	void *memory;

	for (; bytes; bytes -= (uint32_t)room) {
		memory = find_memory(file, va, AMDGPU_VM_PAGE_WRITEABLE, &room);
		if (!memory)
			return -EFAULT;
		if (room > bytes)
			room = bytes;
		copy(memory, src, room);
		src = (const char *)src + room;
		va += room;
	}
	return 0;
}

/* ---- mappings ------------------------------------------------------------ */

static struct gpu_mapping *find_overlap(const struct gpu_file *file, uint64_t start, uint64_t last)
{
	struct gpu_mapping *mapping;

	for (mapping = file->mappings; mapping; mapping = mapping->next) {
		if (mapping->start <= last && start <= mapping->last)
			return mapping;
	}
	return NULL;
}

static void insert(struct gpu_file *file, struct gpu_mapping *mapping)
{
	mapping->next = file->mappings;
	file->mappings = mapping;
}

static int check_range(const struct gpu_bo *bo, uint64_t va, uint64_t offset, uint64_t bytes)
{
	uint64_t end;

	if ((va | offset | bytes) & (GPU_PAGE - 1))
		return -EINVAL;
	if (__builtin_add_overflow(va, bytes, &end) ||
	    __builtin_add_overflow(offset, bytes, &end) || !bytes)
		return -EINVAL;
	if (bo && offset + bytes > bo->base.bytes)
		return -EINVAL;
	return (va + bytes - 1) / GPU_PAGE >= GPU_MAX_PFN ? -EINVAL : 0;
}

static struct gpu_mapping *create_mapping(struct gpu_bo *bo, const struct auq_uapi_gem_va *args)
{
	struct gpu_mapping *mapping = calloc(1, sizeof(*mapping));

	if (!mapping)
		return NULL;
	mapping->start = args->va_address / GPU_PAGE;
	mapping->last = mapping->start + (args->map_size - 1) / GPU_PAGE;
	mapping->offset = args->offset_in_bo;
	mapping->flags = args->flags;
	mapping->bo = bo;
	return mapping;
}

static int map(struct gpu_file *file, struct gpu_bo *bo, const struct auq_uapi_gem_va *args)
{
	struct gpu_mapping *mapping;
	int err;

	err = check_range(bo, args->va_address, args->offset_in_bo, args->map_size);
	if (err)
		return err;
	mapping = create_mapping(bo, args);
	if (!mapping)
		return -ENOMEM;
	if (find_overlap(file, mapping->start, mapping->last)) {
		free(mapping);
		return -EINVAL;
	}
	insert(file, mapping);
	return 0;
}

static int unmap(struct gpu_file *file, const struct gpu_bo *bo, uint64_t va)
{
	struct gpu_mapping **p = &file->mappings, *mapping;

	while ((mapping = *p)) {
		if (mapping->bo == bo && mapping->start == va / GPU_PAGE) {
			*p = mapping->next;
			free(mapping);
			return 0;
		}
		p = &mapping->next;
	}
	return -ENOENT;
}

/* What lies beyond the range stays, as one mapping or two. */
static int clear(struct gpu_file *file, uint64_t va, uint64_t bytes)
{
	uint64_t start = va / GPU_PAGE, last = start + (bytes - 1) / GPU_PAGE;
	struct gpu_mapping **p = &file->mappings, *mapping, *after;
	int err;

	err = check_range(NULL, va, 0, bytes);
	if (err)
		return err;
	while ((mapping = *p)) {
		if (mapping->start > last || mapping->last < start) {
			p = &mapping->next;
			continue;
		}
		if (mapping->last > last) {
			after = malloc(sizeof(*after));
			if (!after)
				return -ENOMEM;
			*after = *mapping;
			after->offset += (last + 1 - mapping->start) * GPU_PAGE;
			after->start = last + 1;
			after->next = mapping->next;
			mapping->next = after;
			mapping->last = last;
		}
		if (mapping->start < start) {
			mapping->last = start - 1;
			p = &mapping->next;
			continue;
		}
		*p = mapping->next;
		free(mapping);
	}
	return 0;
}

static int replace(struct gpu_file *file, struct gpu_bo *bo, const struct auq_uapi_gem_va *args)
{
	int err;

	err = check_range(bo, args->va_address, args->offset_in_bo, args->map_size);
	if (!err)
		err = clear(file, args->va_address, args->map_size);
	return err ? err : map(file, bo, args);
}

void gpu_vm_forget(struct gpu_file *file, const struct gpu_bo *bo)
{
	struct gpu_mapping **p = &file->mappings, *mapping;

	while ((mapping = *p)) {
		if (bo && mapping->bo != bo) {
			p = &mapping->next;
			continue;
		}
		*p = mapping->next;
		free(mapping);
	}
}

/* ---- GEM_VA -------------------------------------------------------------- */

static int check_va(const struct quirks *quirks, struct auq_uapi_gem_va *args)
{
	/* The area at the top that is the kernel's: traps, seq64, context save. */
	uint64_t top = SEQ64_START - quirks->trap_bytes, end;
	bool wraps;

	if (args->va_address < RESERVED_BOTTOM ||
	    (args->va_address >= HOLE_START && args->va_address < HOLE_END))
		return -EINVAL;
	args->va_address &= GPU_HOLE_MASK;
	wraps = __builtin_add_overflow(args->va_address, args->map_size, &end);
	if (end > top || (wraps && quirks->checks_va_overflow))
		return -EINVAL;
	if (args->flags & ~valid_flags && args->flags & ~prt_flags)
		return -EINVAL;
	return args->operation < AMDGPU_VA_OP_MAP || args->operation > AMDGPU_VA_OP_REPLACE
		       ? -EINVAL
		       : 0;
}

static int wait_for_inputs(struct drm_file *drm, struct sim_task *task,
			   const struct auq_uapi_gem_va *args)
{
	struct fence *fence;
	void *handles;
	uint32_t i;
	int err;

	err = copy_array(task, args->input_fence_syncobj_handles, args->num_syncobj_handles, 4,
			 &handles);
	for (i = 0; !err && i < args->num_syncobj_handles; i++) {
		if (!((uint32_t *)handles)[i]) {
			err = -EINVAL;
			break;
		}
		err = syncobj_find_fence(drm, task, ((uint32_t *)handles)[i], 0, false, &fence);
		if (err)
			break;
		err = fence_wait(fence, NULL, SIM_NO_DEADLINE);
		fence_put(fence);
	}
	free(handles);
	return err;
}

static int apply(struct gpu_file *file, struct gpu_bo *bo, const struct auq_uapi_gem_va *args)
{
	switch (args->operation) {
	case AMDGPU_VA_OP_MAP:
		return map(file, bo, args);
	case AMDGPU_VA_OP_UNMAP:
		return unmap(file, bo, args->va_address);
	case AMDGPU_VA_OP_CLEAR:
		return clear(file, args->va_address, args->map_size);
	default:
		return replace(file, bo, args);
	}
}

/* Page tables are written at once: the timeline's fence has signaled. */
static int update_timeline(struct gpu *gpu, struct syncobj *syncobj, uint64_t point)
{
	struct fence *done = fence_stub(gpu->sim);
	int err = 0;

	if (point) {
		err = syncobj_add_point(syncobj, done, point);
	} else {
		syncobj_replace_fence(syncobj, done);
		fence_put(done);
		return 0;
	}
	if (err)
		fence_put(done);
	return err;
}

static void note_mapped(struct gpu_file *file, const struct gem_object *object)
{
	struct gpu_bo_use *use;

	for (use = file->uses; use; use = use->next)
		use->was_mapped |= &use->bo->base == object;
}

int gem_va_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	struct gpu_file *file = drm->gpu;
	struct auq_uapi_gem_va *args = data;
	struct gem_object *object = NULL;
	struct syncobj *timeline = NULL;
	int err;

	err = check_va(&file->gpu->quirks, args);
	if (err)
		return err;
	if (args->flags & AMDGPU_VM_DELAY_UPDATE && args->vm_timeline_syncobj_out &&
	    file->gpu->quirks.refuses_late_timeline)
		return -EINVAL;
	if (args->operation != AMDGPU_VA_OP_CLEAR && !(args->flags & AMDGPU_VM_PAGE_PRT)) {
		object = gem_lookup(drm, args->handle);
		if (!object)
			return -ENOENT;
	}
	err = wait_for_inputs(drm, task, args);
	if (err)
		goto put_object;
	if (args->vm_timeline_syncobj_out) {
		timeline = syncobj_lookup(drm, args->vm_timeline_syncobj_out);
		err = timeline ? 0 : -ENOENT;
	}
	if (!err)
		err = apply(file, object ? gpu_bo_of(object) : NULL, args);
	if (!err && object && args->operation != AMDGPU_VA_OP_UNMAP &&
	    !(args->flags & AMDGPU_VM_DELAY_UPDATE))
		note_mapped(file, object);
	if (!err && timeline && !(args->flags & AMDGPU_VM_DELAY_UPDATE))
		err = update_timeline(file->gpu, timeline, args->vm_timeline_point);
	if (timeline)
		syncobj_put(timeline);
put_object:
	if (object)
		gem_put(object);
	return err;
}
