/* SPDX-License-Identifier: MIT */
/*
 * Without memory: the same calls again and again, each time one allocation later fails. Every call
 * says so or succeeds, and nothing is lost, which a sanitizer sees best.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>

#include "../lib/tap.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"
#include "uapi-drm.h"

static const struct sim_profile profile = {"7.3.4", "7.3.4", false};

static struct local_machine m;

/* ---- the allocator ------------------------------------------------------- */

static int left = -1; /* until one fails; negative: none does */

static bool is_out(void)
{
	return left >= 0 && left-- == 0;
}

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
	return is_out() ? NULL : __real_malloc(bytes);
}

void *__real_calloc(size_t num, size_t bytes);
void *__wrap_calloc(size_t num, size_t bytes);
void *__wrap_calloc(size_t num, size_t bytes)
{
	return is_out() ? NULL : __real_calloc(num, bytes);
}

void *__real_realloc(void *ptr, size_t bytes);
void *__wrap_realloc(void *ptr, size_t bytes);
void *__wrap_realloc(void *ptr, size_t bytes)
{
	return is_out() ? NULL : __real_realloc(ptr, bytes);
}

/* ---- the calls ----------------------------------------------------------- */

static int unexpected; /* errors that are neither 0 nor -ENOMEM */

static long call_at(int fd, unsigned long cmd, void *arg)
{
	long err = local_ioctl(&m.task, fd, cmd, arg);

	if (err && err != -ENOMEM)
		unexpected++;
	return err;
}

static long call(unsigned long cmd, void *arg)
{
	return call_at(m.fd, cmd, arg);
}

static uint32_t create_syncobj(uint32_t flags)
{
	struct drm_syncobj_create args = {.flags = flags};

	return call(DRM_IOCTL_SYNCOBJ_CREATE, &args) ? 0 : args.handle;
}

static int export_fence(uint32_t handle)
{
	struct abi_syncobj_handle args = {.handle = handle, .flags = 1};

	return call(ABI_SYNCOBJ_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

static struct fence *fences[2]; /* an array keeps its members until they signal */

static void add_fences(uint32_t handle)
{
	struct gem_object *object;
	unsigned i;

	sim_lock(m.sim);
	object = gem_lookup(drm_file_of(m.process.fds[m.fd - LOCAL_FD_FIRST]), handle);
	for (i = 0; i < 2; i++) {
		fences[i] = null_fence(m.sim, 500 + i, 1);
		if (fences[i])
			resv_add(&object->resv, fences[i], RESV_WRITE);
	}
	gem_put(object);
	sim_unlock(m.sim);
}

static void complete_fences(void)
{
	unsigned i;

	sim_lock(m.sim);
	for (i = 0; i < 2; i++) {
		if (fences[i])
			fence_signal(fences[i]);
		fence_put(fences[i]);
		fences[i] = NULL;
	}
	sim_unlock(m.sim);
}

static void merge_and_ask(int a, int b)
{
	struct sync_merge_data merge = {.fd2 = b};
	struct sync_fence_info infos[4];
	struct sync_file_info info = {.num_fences = 4, .sync_fence_info = (uintptr_t)infos};

	if (call_at(a, SYNC_IOC_MERGE, &merge))
		return;
	call_at(merge.fence, SYNC_IOC_FILE_INFO, &info);
	local_close(&m.process, merge.fence);
}

static void use_dmabuf(uint32_t handle)
{
	struct drm_prime_handle prime = {.handle = handle};
	struct dma_buf_export_sync_file export = {.flags = DMA_BUF_SYNC_READ};
	struct dma_buf_import_sync_file import = {.flags = DMA_BUF_SYNC_READ};

	add_fences(handle);
	if (call(DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
		return;
	if (!call_at(prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export)) {
		import.fd = export.fd;
		call_at(prime.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import);
		merge_and_ask(export.fd, export.fd);
		local_close(&m.process, export.fd);
	}
	call(DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
	local_close(&m.process, prime.fd);
}

static void use_syncobjs(uint32_t binary, uint32_t timeline)
{
	uint32_t handles[2] = {binary, timeline};
	uint64_t points[2] = {1, 2};
	struct drm_syncobj_timeline_array array = {
		.handles = (uintptr_t)&handles[1],
		.points = (uintptr_t)points,
		.count_handles = 1,
	};
	struct drm_syncobj_transfer transfer = {binary, timeline, 0, 5, 0, 0};
	struct abi_syncobj_wait wait = {.handles = (uintptr_t)handles, .count_handles = 1};
	struct drm_syncobj_array both = {.handles = (uintptr_t)handles, .count_handles = 2};
	struct abi_syncobj_eventfd event = {.handle = binary, .fd = eventfd(0, EFD_CLOEXEC)};
	struct abi_syncobj_handle file = {.handle = binary};
	int fd;

	call(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &array);
	call(DRM_IOCTL_SYNCOBJ_TRANSFER, &transfer);
	call(DRM_IOCTL_SYNCOBJ_QUERY, &array);
	call(ABI_SYNCOBJ_WAIT, &wait);
	call(DRM_IOCTL_SYNCOBJ_SIGNAL, &both);
	call(ABI_SYNCOBJ_EVENTFD, &event);
	close(event.fd);
	if (!call(ABI_SYNCOBJ_HANDLE_TO_FD, &file)) {
		call(ABI_SYNCOBJ_FD_TO_HANDLE, &file);
		local_close(&m.process, file.fd);
	}
	fd = export_fence(binary);
	if (fd >= 0) {
		file = (struct abi_syncobj_handle){timeline, 3, fd, 0, 9};
		call(ABI_SYNCOBJ_FD_TO_HANDLE, &file);
		local_close(&m.process, fd);
	}
}

static void use_all(void)
{
	struct drm_mode_create_lease lease = {0};
	struct null_create object = {.bytes = 4096};
	uint32_t binary, timeline;
	int card;

	m.fd = local_open(&m.task, true);
	if (m.fd < 0)
		return;
	if (!call(NULL_CREATE, &object))
		use_dmabuf(object.handle);
	binary = create_syncobj(DRM_SYNCOBJ_CREATE_SIGNALED);
	timeline = create_syncobj(0);
	if (binary && timeline)
		use_syncobjs(binary, timeline);
	card = local_open(&m.task, false);
	if (card >= 0 && !call_at(card, DRM_IOCTL_MODE_CREATE_LEASE, &lease))
		local_close(&m.process, (int)lease.fd);
	complete_fences();
	local_process_fini(&m.process);
}

int main(void)
{
	int first, lost = 0;

	/* The machine itself needs some. */
	for (first = 0; !m.sim; first++) {
		left = first;
		m.sim = sim_create(&profile, 1);
	}
	left = -1;
	is(first, 2, "a machine is begun with the second attempt");
	local_process_init(&m.process, m.sim, 1000);
	local_task_init(&m.task, &m.process);

	for (first = 0;; first++) {
		left = first;
		use_all();
		lost += null_gpu.fences + null_gpu.objects;
		if (left >= 0)
			break;
		left = -1;
	}
	ok(first > 30, "%d allocations could fail", first);
	is(unexpected, 0, "each call that failed said -ENOMEM");
	is(lost, 0, "and nothing was left behind");
	left = -1;
	sim_destroy(m.sim);
	return tap_done();
}
