// SPDX-License-Identifier: MIT
/* SIGNAL. */
#include <string.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

static void bad(struct file *file, struct queue *queue)
{
	uint32_t syncobjs[2] = {syncobj_create(file), 99}, bos[2] = {file->rings.handle, 99};
	const struct variation variations[] = {
		{"queue_id", 0},
		{"queue_id", 99},
		{"queue_id", ~0u},
		{"pad", 1},
		{"syncobj_handles", 0},
		{"syncobj_handles", BAD_POINTER},
		{"syncobj_handles", WILD_POINTER},
		{"num_syncobj_handles", 0},
		{"num_syncobj_handles", 2},
		{"num_syncobj_handles", 65535},
		{"bo_read_handles", 0},
		{"bo_read_handles", BAD_POINTER},
		{"num_bo_read_handles", 0},
		{"num_bo_read_handles", 2},
		{"num_bo_read_handles", 65537},
		{"num_bo_read_handles", ~0u},
		{"bo_write_handles", 0},
		{"bo_write_handles", BAD_POINTER},
		{"num_bo_write_handles", 2},
		{"num_bo_write_handles", 65537},
		{"num_bo_write_handles", ~0u},
	};
	struct auq_uapi_signal args = {
		.queue_id = queue->id,
		.syncobj_handles = (uintptr_t)syncobjs,
		.num_syncobj_handles = 1,
		.bo_read_handles = (uintptr_t)bos,
		.num_bo_read_handles = 1,
	};

	trace_begin("signal/bad");
	call_variations(file->fd, &signal_call, &args, variations, NUM(variations), NULL);
	syncobj_state(file, syncobjs[0], 0);
	call_as(file->fd, &signal_call, _IOWR('d', 0x57, char[24]), &args, "24 bytes");
	call_as(file->fd, &signal_call, _IO('d', 0x57), &args, "no bytes");
	args.queue_id = 99;
	call(file->fd, &signal_call, &args);
	/* The same buffer twice. */
	args.queue_id = queue->id;
	bos[1] = bos[0];
	args.num_bo_read_handles = 2;
	call(file->fd, &signal_call, &args);
	args.num_bo_read_handles = 1;
	args.bo_write_handles = (uintptr_t)bos;
	args.num_bo_write_handles = 1;
	call(file->fd, &signal_call, &args);
	args.num_bo_read_handles = 0;
	args.num_bo_write_handles = 0;
	syncobjs[1] = syncobjs[0];
	args.num_syncobj_handles = 2;
	call(file->fd, &signal_call, &args);
	syncobj_state(file, syncobjs[0], 0);
	trace_end();
	syncobj_destroy(file, syncobjs[0]);
}

/* Signaled or not is a question of the value alone. */
static void values(struct file *file, struct queue *queue)
{
	static const uint64_t some[] = {0, 1, 64, 63, 65, 0, 1ull << 40, 64};
	uint32_t syncobj = syncobj_create(file);
	size_t i;

	trace_begin("signal/values");
	queue_submit(queue, 64);
	queue_wait_idle(queue);
	for (i = 0; i < NUM(some); i++) {
		queue_set_wptr(queue, some[i]);
		queue_signal(queue, syncobj);
		syncobj_state(file, syncobj, 0);
		queue_wait_syncobj(queue, syncobj, 1);
	}
	trace_end();
	syncobj_destroy(file, syncobj);
}

/* The value is read at the start of wptr's buffer, and only while that is mapped. */
static void where(struct file *file)
{
	struct auq_uapi_gem_va va = {.operation = AMDGPU_VA_OP_UNMAP, .map_size = PAGE};
	uint32_t syncobj = syncobj_create(file);
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args;
	struct queue queue;

	trace_begin("signal/where");
	args = queue_args(file, 2, SDMA, &mqd);
	args.in.wptr_va += 8;
	call(file->fd, &userq_call, &args);
	queue = (struct queue){.file = file, .ip = SDMA, .index = 2, .id = args.out.queue_id};
	((uint64_t *)file->wptr[2].cpu)[1] = 1;
	queue_set_wptr(&queue, 0);
	queue_signal(&queue, syncobj);
	syncobj_state(file, syncobj, 0);
	((uint64_t *)file->wptr[2].cpu)[1] = 0;
	queue_free(&queue);

	queue_create(file, &queue, 2, SDMA);
	va.handle = file->wptr[2].handle;
	va.va_address = file->wptr[2].va;
	call(file->fd, &gem_va_call, &va);
	queue_signal(&queue, syncobj);
	va.operation = AMDGPU_VA_OP_MAP;
	va.flags = AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE;
	call(file->fd, &gem_va_call, &va);
	queue_signal(&queue, syncobj);
	queue_free(&queue);
	trace_end();
	syncobj_destroy(file, syncobj);
}

/* Fences in buffers: who waits for whom. */
static void buffers(struct file *file, struct queue *queue)
{
	uint32_t handle = file->rings.handle;
	struct auq_uapi_signal args = {.queue_id = queue->id};
	union drm_amdgpu_gem_wait_idle idle;
	struct buffer buffer;
	unsigned int i;

	buffer_create(file, &buffer, PAGE, AMDGPU_GEM_DOMAIN_GTT);
	handle = buffer.handle;
	trace_begin("signal/buffers");
	for (i = 0; i < 2; i++) {
		args = (struct auq_uapi_signal){
			.queue_id = queue->id,
			.bo_read_handles = (uintptr_t)&handle,
			.num_bo_read_handles = i == 0,
			.bo_write_handles = (uintptr_t)&handle,
			.num_bo_write_handles = i == 1,
		};
		queue_set_wptr(queue, 128 + 64 * i);
		call(file->fd, &signal_call, &args);
		idle = (union drm_amdgpu_gem_wait_idle){.in.handle = handle};
		call(file->fd, &gem_wait_idle_call, &idle);
		idle = (union drm_amdgpu_gem_wait_idle){
			.in = {.handle = handle, .timeout = in_ms(20)}};
		call(file->fd, &gem_wait_idle_call, &idle);
		queue_submit(queue, 128 + 64 * i);
		queue_wait_idle(queue);
		idle = (union drm_amdgpu_gem_wait_idle){.in.handle = handle};
		call(file->fd, &gem_wait_idle_call, &idle);
	}
	trace_end();
	buffer_destroy(file, &buffer);
}

void part_signal(void)
{
	struct queue queue;
	struct file file;

	file_open(&file);
	trace_begin("signal/begin");
	queue_create(&file, &queue, 0, SDMA);
	trace_end();
	bad(&file, &queue);
	values(&file, &queue);
	where(&file);
	buffers(&file, &queue);
	trace_begin("signal/end");
	queue_free(&queue);
	file_close(&file);
	trace_end();
}
