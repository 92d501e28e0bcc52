// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cp.h"
#include "device.h"
#include "trace.h"

/* A queue's place: everything but wptr, which wants a buffer of its own. */
#define PLACE_BYTES (128u << 10)
#define AT_RPTR     RING_BYTES
#define AT_CSA      (RING_BYTES + PAGE)
#define AT_EOP      (RING_BYTES + 2 * PAGE)
#define AT_SHADOW   (32u << 10)

bool kernel_before(int major, int minor)
{
	int got_major = 0, got_minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%d.%d", &got_major, &got_minor);
	return got_major < major || (got_major == major && got_minor < minor);
}

void buffer_create(struct file *file, struct buffer *buffer, uint64_t bytes, uint64_t domains)
{
	union drm_amdgpu_gem_create create = {
		.in = {.bo_size = bytes, .alignment = PAGE, .domains = domains, .domain_flags = 1}};
	union drm_amdgpu_gem_mmap map = {0};
	struct auq_uapi_gem_va va = {.operation = AMDGPU_VA_OP_MAP, .map_size = bytes};

	call_quiet(file->fd, &gem_create_call, &create);
	*buffer = (struct buffer){.handle = create.out.handle, .bytes = bytes};
	map.in.handle = buffer->handle;
	call_quiet(file->fd, &gem_mmap_call, &map);
	buffer->cpu = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file->fd,
			   (off_t)map.out.addr_ptr);
	if (buffer->cpu == MAP_FAILED)
		die("cannot map a buffer: %s", strerror(errno));
	if (domains == AUQ_UAPI_DOMAIN_DOORBELL)
		return;
	buffer->va = file->next_va;
	file->next_va += (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
	va.handle = buffer->handle;
	va.va_address = buffer->va;
	va.flags = AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE | AMDGPU_VM_PAGE_EXECUTABLE;
	call_quiet(file->fd, &gem_va_call, &va);
}

void buffer_destroy(struct file *file, struct buffer *buffer)
{
	struct drm_gem_close gem = {.handle = buffer->handle};
	struct auq_uapi_gem_va va = {
		.handle = buffer->handle,
		.operation = AMDGPU_VA_OP_UNMAP,
		.va_address = buffer->va,
		.map_size = buffer->bytes,
	};

	if (buffer->va)
		call_quiet(file->fd, &gem_va_call, &va);
	munmap(buffer->cpu, buffer->bytes);
	call_quiet(file->fd, &gem_close_call, &gem);
}

void file_open(struct file *file)
{
	unsigned int i;

	*file = (struct file){.next_va = 1ull << 32};
	file->fd = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);
	if (file->fd < 0)
		die("cannot open '/dev/dri/renderD128': %s", strerror(errno));
	buffer_create(file, &file->rings, MOST_QUEUES * PLACE_BYTES, AMDGPU_GEM_DOMAIN_GTT);
	buffer_create(file, &file->doorbell, PAGE, AUQ_UAPI_DOMAIN_DOORBELL);
	for (i = 0; i < MOST_QUEUES; i++)
		buffer_create(file, &file->wptr[i], PAGE, AMDGPU_GEM_DOMAIN_GTT);
}

/* A mapping would keep the file. */
void file_close(struct file *file)
{
	unsigned int i;

	for (i = 0; i < MOST_QUEUES; i++)
		munmap(file->wptr[i].cpu, PAGE);
	munmap(file->doorbell.cpu, PAGE);
	munmap(file->rings.cpu, file->rings.bytes);
	close(file->fd);
}

static char *place(struct file *file, unsigned int index)
{
	return (char *)file->rings.cpu + index * PLACE_BYTES;
}

union auq_uapi_userq queue_args(struct file *file, unsigned int index, enum ip ip,
				struct auq_uapi_mqd_gfx *mqd)
{
	uint64_t va = file->rings.va + index * PLACE_BYTES;

	if (ip == GFX)
		*mqd = (struct auq_uapi_mqd_gfx){va + AT_SHADOW, va + AT_CSA};
	else
		*mqd = (struct auq_uapi_mqd_gfx){va + (ip == COMPUTE ? AT_EOP : AT_CSA), 0};
	return (union auq_uapi_userq){
		.in =
			{
				.op = AUQ_UAPI_OP_CREATE,
				.ip_type = ip,
				.doorbell_handle = file->doorbell.handle,
				.doorbell_offset = index,
				.queue_va = va,
				.queue_size = RING_BYTES,
				.rptr_va = va + AT_RPTR,
				.wptr_va = file->wptr[index].va,
				.mqd = (uintptr_t)mqd,
				.mqd_size = ip == GFX ? sizeof(*mqd) : sizeof(uint64_t),
			},
	};
}

static volatile uint64_t *wptr(const struct queue *queue)
{
	return queue->file->wptr[queue->index].cpu;
}

static volatile uint64_t *rptr(const struct queue *queue)
{
	return (volatile uint64_t *)(place(queue->file, queue->index) + AT_RPTR);
}

int queue_create(struct file *file, struct queue *queue, unsigned int index, enum ip ip)
{
	static const char *const names[] = {"gfx", "compute", "sdma"};
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args = queue_args(file, index, ip, &mqd);
	int err;

	*queue = (struct queue){.file = file, .ip = ip, .index = index};
	*wptr(queue) = 0;
	*rptr(queue) = 0;
	err = ioctl_errno(file->fd, &userq_call, &args);
	if (!err)
		queue->id = args.out.queue_id;
	trace("create %s: %s %u", names[ip], error_name(err), queue->id);
	return err;
}

int queue_free(struct queue *queue)
{
	union auq_uapi_userq args = {.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = queue->id}};
	int err = ioctl_errno(queue->file->fd, &userq_call, &args);

	trace("free %u: %s", queue->id, error_name(err));
	return err;
}

void queue_set_wptr(struct queue *queue, uint64_t value)
{
	*wptr(queue) = value;
	trace("wptr %u: %llu", queue->id, (unsigned long long)value);
}

static uint64_t to_dwords(const struct queue *queue, uint64_t value)
{
	return queue->ip == SDMA ? value / 4 : value;
}

void queue_submit(struct queue *queue, uint64_t value)
{
	static const uint32_t pm4[] = {VCP_PM4(VCP_OP_FENCE_SIGNAL, 0), 0};
	static const uint32_t sdma[] = {VCP_SDMA(VCP_SDMA_FENCE, VCP_SDMA_SUB_PROTECTED)};
	const uint32_t *end = queue->ip == SDMA ? sdma : pm4;
	uint64_t length = queue->ip == SDMA ? 1 : 2, at;
	uint32_t nop = queue->ip == SDMA ? VCP_SDMA_NOP : VCP_PM4(VCP_OP_NOP, VCP_PM4_HEADER_ONLY);
	uint32_t *ring = (uint32_t *)place(queue->file, queue->index);
	uint64_t stop = to_dwords(queue, value);
	volatile uint64_t *doorbell = queue->file->doorbell.cpu;

	at = to_dwords(queue, queue->written);
	if (stop < at + length || stop - at > RING_BYTES / 8)
		die("cannot submit up to %llu", (unsigned long long)value);
	for (; at < stop; at++)
		ring[at % (RING_BYTES / 4)] = at < stop - length ? nop : end[at + length - stop];
	queue->written = value;
	*wptr(queue) = value;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	doorbell[queue->index] = value;
	trace("submit %u: %llu", queue->id, (unsigned long long)value);
}

void queue_wait_idle(struct queue *queue)
{
	const struct timespec pause = {.tv_nsec = 200000};
	int64_t end = in_ms(20000);

	/* What the engine reports may be wrapped at the ring's size. */
	while ((*rptr(queue) - queue->written) % RING_BYTES &&
	       (queue->ip == SDMA || (*rptr(queue) - queue->written) % (RING_BYTES / 4))) {
		nanosleep(&pause, NULL);
		if (in_ms(0) > end)
			die("queue %u does not get idle: rptr %llu, wptr %llu", queue->id,
			    (unsigned long long)*rptr(queue), (unsigned long long)queue->written);
	}
	trace("idle %u", queue->id);
}

uint32_t syncobj_create(struct file *file)
{
	struct drm_syncobj_create args = {0};

	call_quiet(file->fd, &syncobj_create_call, &args);
	return args.handle;
}

void syncobj_destroy(struct file *file, uint32_t handle)
{
	struct drm_syncobj_destroy args = {.handle = handle};

	call_quiet(file->fd, &syncobj_destroy_call, &args);
}

int syncobj_state(struct file *file, uint32_t handle, int64_t ms)
{
	struct syncobj_wait args = {.handles = (uintptr_t)&handle, .count_handles = 1};

	if (ms)
		args.timeout_nsec = in_ms(ms);
	return call(file->fd, &syncobj_wait_call, &args);
}

int syncobj_export(struct file *file, uint32_t handle)
{
	struct syncobj_handle args = {.handle = handle, .flags = HANDLE_SYNC_FILE};

	if (call(file->fd, &syncobj_to_fd_call, &args))
		die("cannot export a sync_file");
	return args.fd;
}

int queue_signal(struct queue *queue, uint32_t syncobj)
{
	struct auq_uapi_signal args = {
		.queue_id = queue->id,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = syncobj != 0,
	};

	return call(queue->file->fd, &signal_call, &args);
}

int queue_wait(struct queue *queue, struct auq_uapi_wait *args, unsigned int room)
{
	struct auq_uapi_fence_info fences[64];
	unsigned int i;
	int err;

	if (room > 64)
		die("room for %u fences", room);
	memset(fences, 0xaa, sizeof(fences));
	args->waitq_id = queue->id;
	args->num_fences = room;
	args->out_fences = (uintptr_t)fences;
	err = call(queue->file->fd, &wait_call, args);
	for (i = 0; i < room; i++)
		if (fences[i].va != 0xaaaaaaaaaaaaaaaaull)
			trace("  fence %s %llu", trace_letter(fences[i].va),
			      (unsigned long long)fences[i].value);
	return err;
}

int queue_wait_syncobj(struct queue *queue, uint32_t syncobj, unsigned int room)
{
	struct auq_uapi_wait args = {
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};

	return queue_wait(queue, &args, room);
}

int64_t in_ms(int64_t ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec + ms * 1000000;
}
