// SPDX-License-Identifier: MIT
/* Buffers, their addresses and what is known of them; contexts. */
#include <string.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

static void close_created(int fd, void *arg)
{
	const union drm_amdgpu_gem_create *create = arg;
	struct drm_gem_close gem = {.handle = create->out.handle};

	call_quiet(fd, &gem_close_call, &gem);
}

/* Not VRAM: the lab has no engine to clear it. */
static void create(struct file *file)
{
	static const struct variation variations[] = {
		{"bo_size", 0},
		{"bo_size", 1},
		{"bo_size", 4097},
		{"bo_size", 1ull << 40},
		{"bo_size", ~0ull},
		{"alignment", 0},
		{"alignment", 3},
		{"alignment", 1 << 16},
		{"domains", 0},
		{"domains", AMDGPU_GEM_DOMAIN_CPU},
		{"domains", AMDGPU_GEM_DOMAIN_CPU | AMDGPU_GEM_DOMAIN_GTT},
		{"domains", AMDGPU_GEM_DOMAIN_GDS},
		{"domains", AMDGPU_GEM_DOMAIN_GWS},
		{"domains", AMDGPU_GEM_DOMAIN_OA},
		{"domains", AUQ_UAPI_DOMAIN_DOORBELL},
		{"domains", 0x80},
		{"domains", 0x100},
		{"domains", 1ull << 32 | AMDGPU_GEM_DOMAIN_GTT},
		{"domain_flags", 1 << 0},
		{"domain_flags", 1 << 1},
		{"domain_flags", 1 << 2},
		{"domain_flags", 1 << 3},
		{"domain_flags", 1 << 4},
		{"domain_flags", 1 << 5},
		{"domain_flags", 1 << 6},
		{"domain_flags", 1 << 7},
		{"domain_flags", 1 << 8},
		{"domain_flags", 1 << 9},
		{"domain_flags", 1 << 10},
		{"domain_flags", 1 << 11},
		{"domain_flags", 1 << 12},
		{"domain_flags", 1 << 13},
		{"domain_flags", 1 << 14},
		{"domain_flags", 1 << 15},
		{"domain_flags", 1 << 16},
		{"domain_flags", 1 << 17},
		{"domain_flags", 1ull << 31},
		{"domain_flags", 1ull << 63},
	};
	union drm_amdgpu_gem_create good = {
		.in = {.bo_size = PAGE, .alignment = PAGE, .domains = AMDGPU_GEM_DOMAIN_GTT}};

	trace_begin("gem/create");
	call_variations(file->fd, &gem_create_call, &good, variations, NUM(variations),
			close_created);
	trace_end();
}

static void map(struct file *file, uint32_t handle)
{
	static const struct variation variations[] = {{"handle", 0}, {"handle", 99}, {"_pad", 1}};
	union drm_amdgpu_gem_mmap good = {.in.handle = handle};

	trace_begin("gem/mmap");
	call_variations(file->fd, &gem_mmap_call, &good, variations, NUM(variations), NULL);
	good.in.handle = file->doorbell.handle;
	call(file->fd, &gem_mmap_call, &good);
	trace_end();
}

static void unmap(int fd, void *arg)
{
	struct auq_uapi_gem_va va = *(struct auq_uapi_gem_va *)arg;

	if (va.operation == AMDGPU_VA_OP_UNMAP || va.operation == AMDGPU_VA_OP_CLEAR)
		return;
	va.operation = AMDGPU_VA_OP_CLEAR;
	va.handle = 0;
	va.flags = 0;
	va.num_syncobj_handles = 0;
	va.vm_timeline_syncobj_out = 0;
	call(fd, &gem_va_call, &va);
}

static void address(struct file *file, uint32_t handle, uint64_t bytes)
{
	static const struct variation variations[] = {
		{"handle", 0},
		{"handle", 99},
		{"pad", 1},
		{"operation", 0},
		{"operation", AMDGPU_VA_OP_UNMAP},
		{"operation", AMDGPU_VA_OP_CLEAR},
		{"operation", AMDGPU_VA_OP_REPLACE},
		{"operation", 5},
		{"flags", 0},
		{"flags", 1 << 0},
		{"flags", AMDGPU_VM_PAGE_PRT},
		{"flags", AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_MTYPE_UC},
		{"flags", AMDGPU_VM_PAGE_READABLE | 0xf << 5},
		{"flags", AMDGPU_VM_PAGE_READABLE | 1 << 9},
		{"flags", AMDGPU_VM_PAGE_READABLE | 1 << 10},
		{"flags", AMDGPU_VM_PAGE_READABLE | 1u << 31},
		{"va_address", 0},
		{"va_address", PAGE},
		{"va_address", 0x10000},
		{"va_address", 0x200000},
		{"va_address", (1ull << 33) + 1},
		{"va_address", 1ull << 46},
		{"va_address", 1ull << 47},
		{"va_address", (1ull << 47) - PAGE},
		{"va_address", 1ull << 48},
		{"va_address", 0xffff800000000000ull},
		{"va_address", 0xfffffffffffff000ull},
		{"offset_in_bo", 1},
		{"offset_in_bo", PAGE},
		{"offset_in_bo", 4 * PAGE},
		{"offset_in_bo", ~0ull << 12},
		{"map_size", 0},
		{"map_size", 1},
		{"map_size", PAGE},
		{"map_size", 5 * PAGE},
		{"map_size", 1ull << 50},
		{"num_syncobj_handles", 1},
		{"vm_timeline_syncobj_out", 99},
		{"vm_timeline_point", 5},
	};
	struct auq_uapi_gem_va va = {
		.handle = handle,
		.operation = AMDGPU_VA_OP_MAP,
		.flags = AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE,
		.va_address = 1ull << 33,
		.map_size = bytes,
	};
	uint32_t syncobj = syncobj_create(file);
	uint64_t point = 0;
	struct syncobj_timeline_wait wait = {
		.handles = (uintptr_t)&syncobj,
		.points = (uintptr_t)&point,
		.count_handles = 1,
	};

	trace_begin("gem/va");
	call_variations(file->fd, &gem_va_call, &va, variations, NUM(variations), unmap);
	trace_end();

	trace_begin("gem/va-overlap");
	call(file->fd, &gem_va_call, &va);
	call(file->fd, &gem_va_call, &va);
	va.va_address += PAGE;
	call(file->fd, &gem_va_call, &va);
	va.operation = AMDGPU_VA_OP_REPLACE;
	call(file->fd, &gem_va_call, &va);
	va.operation = AMDGPU_VA_OP_UNMAP;
	call(file->fd, &gem_va_call, &va);
	call(file->fd, &gem_va_call, &va);
	va.va_address -= PAGE;
	call(file->fd, &gem_va_call, &va);
	trace_end();

	trace_begin("gem/va-timeline");
	va.operation = AMDGPU_VA_OP_MAP;
	va.vm_timeline_syncobj_out = syncobj;
	for (point = 1; point <= 2; point++) {
		va.vm_timeline_point = point;
		call(file->fd, &gem_va_call, &va);
		wait.timeout_nsec = in_ms(5000);
		wait.first_signaled = 7;
		call_quiet(file->fd, &timeline_wait_call, &wait);
		trace("point %u is there", (unsigned)point);
		va.operation = AMDGPU_VA_OP_UNMAP;
	}
	va.input_fence_syncobj_handles = (uintptr_t)&syncobj;
	va.num_syncobj_handles = 1;
	va.operation = AMDGPU_VA_OP_MAP;
	va.vm_timeline_syncobj_out = 0;
	va.vm_timeline_point = 0;
	call(file->fd, &gem_va_call, &va);
	va.operation = AMDGPU_VA_OP_UNMAP;
	va.num_syncobj_handles = 0;
	call(file->fd, &gem_va_call, &va);
	syncobj_destroy(file, syncobj);
	trace_end();
}

static void metadata(struct file *file, uint32_t handle)
{
	struct drm_amdgpu_gem_metadata args;

	trace_begin("gem/metadata");
	args = (struct drm_amdgpu_gem_metadata){.handle = handle,
						.op = AMDGPU_GEM_METADATA_OP_GET_METADATA};
	call(file->fd, &gem_metadata_call, &args);
	args = (struct drm_amdgpu_gem_metadata){
		.handle = handle,
		.op = AMDGPU_GEM_METADATA_OP_SET_METADATA,
		.data = {.flags = 3, .tiling_info = 5, .data_size_bytes = 8, .data = {1, 2}},
	};
	call(file->fd, &gem_metadata_call, &args);
	args = (struct drm_amdgpu_gem_metadata){.handle = handle,
						.op = AMDGPU_GEM_METADATA_OP_GET_METADATA};
	call(file->fd, &gem_metadata_call, &args);
	args = (struct drm_amdgpu_gem_metadata){
		.handle = handle,
		.op = AMDGPU_GEM_METADATA_OP_SET_METADATA,
		.data = {.data_size_bytes = 257},
	};
	call(file->fd, &gem_metadata_call, &args);
	args.data.data_size_bytes = 0;
	call(file->fd, &gem_metadata_call, &args);
	args.op = AMDGPU_GEM_METADATA_OP_GET_METADATA;
	call(file->fd, &gem_metadata_call, &args);
	args.op = 0;
	call(file->fd, &gem_metadata_call, &args);
	args.op = 3;
	call(file->fd, &gem_metadata_call, &args);
	args.handle = 99;
	call(file->fd, &gem_metadata_call, &args);
	trace_end();
}

static void op(struct file *file, uint32_t handle)
{
	struct drm_amdgpu_gem_create_in info = {0};
	struct drm_amdgpu_gem_op args = {.handle = handle, .value = (uintptr_t)&info};

	trace_begin("gem/op");
	call(file->fd, &gem_op_call, &args);
	trace("bo_size %llu alignment %llu domains 0x%llx flags 0x%llx",
	      (unsigned long long)info.bo_size, (unsigned long long)info.alignment,
	      (unsigned long long)info.domains, (unsigned long long)info.domain_flags);
	args.value = BAD_POINTER;
	call(file->fd, &gem_op_call, &args);
	args.op = 3;
	call(file->fd, &gem_op_call, &args);
	args.op = 99;
	call(file->fd, &gem_op_call, &args);
	args = (struct drm_amdgpu_gem_op){.handle = 99};
	call(file->fd, &gem_op_call, &args);
	args = (struct drm_amdgpu_gem_op){.handle = handle, .op = AMDGPU_GEM_OP_SET_PLACEMENT};
	call(file->fd, &gem_op_call, &args);
	args.value = AMDGPU_GEM_DOMAIN_GTT;
	call(file->fd, &gem_op_call, &args);
	trace_end();
}

static void idle(struct file *file, uint32_t handle)
{
	static const struct variation variations[] = {
		{"handle", 0},  {"handle", 99}, {"flags", 1},
		{"timeout", 0}, {"timeout", 1}, {"timeout", ~0ull},
	};
	union drm_amdgpu_gem_wait_idle good = {.in = {.handle = handle}};

	trace_begin("gem/wait-idle");
	call_variations(file->fd, &gem_wait_idle_call, &good, variations, NUM(variations), NULL);
	trace_end();
}

static void context(struct file *file)
{
	static const struct variation variations[] = {
		{"op", 0}, {"op", 2}, {"op", 3}, {"op", 4},
		{"op", 5}, {"op", 6}, {"op", 7}, {"flags", 1},
	};
	static const struct variation priorities[] = {
		{"priority", (uint32_t)-1023},
		{"priority", (uint32_t)-512},
		{"priority", 0},
		{"priority", 1},
		{"priority", (uint32_t)-2048},
		{"priority", 2000},
	};
	union drm_amdgpu_ctx args = {.in = {.op = AMDGPU_CTX_OP_ALLOC_CTX}};

	trace_begin("gem/ctx");
	call_variations(file->fd, &ctx_call, &args, priorities, NUM(priorities), NULL);
	args = (union drm_amdgpu_ctx){.in = {.op = AMDGPU_CTX_OP_QUERY_STATE, .ctx_id = 1}};
	call_variations(file->fd, &ctx_call, &args, variations, NUM(variations), NULL);
	args.in.ctx_id = 99;
	call_variations(file->fd, &ctx_call, &args, variations, NUM(variations), NULL);
	trace_end();
}

void part_gem(void)
{
	struct buffer buffer;
	struct file file;

	file_open(&file);
	buffer_create(&file, &buffer, 4 * PAGE, AMDGPU_GEM_DOMAIN_GTT);
	create(&file);
	map(&file, buffer.handle);
	address(&file, buffer.handle, buffer.bytes);
	metadata(&file, buffer.handle);
	op(&file, buffer.handle);
	idle(&file, buffer.handle);
	context(&file);
	buffer_destroy(&file, &buffer);
	file_close(&file);
}
