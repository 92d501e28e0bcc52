/* SPDX-License-Identifier: MIT */
/* The device, its files, and the driver's table of ioctls: amdgpu_drv.c, amdgpu_kms.c. */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

/* The pages before are the kernel's own. */
#define FIRST_DOORBELL_PAGE 3

void gpu_report(struct gpu *gpu, const char *text)
{
	gpu->reports++;
	fprintf(stderr, "amdfence-sim: kernel report: %s\n", text);
}

struct gpu *gpu_create(struct sim *sim, const struct sim_profile *profile, uint64_t seed)
{
	struct gpu *gpu = calloc(1, sizeof(*gpu));

	if (!gpu)
		return NULL;
	gpu->sim = sim;
	gpu->profile = profile;
	gpu->is_on = true;
	gpu->faults.poll_us = 200;
	gpu->faults.max_slots = SEQ64_SLOTS;
	gpu->doorbell_pages = (1u << FIRST_DOORBELL_PAGE) - 1;
	quirks_of(profile, &gpu->quirks);
	gpu->used = calloc(SEQ64_SLOTS / 64, sizeof(uint64_t));
	gpu->seq64 = sim_memory_create(SEQ64_BYTES);
	if (!gpu->used || !gpu->seq64 || engine_start(gpu, seed))
		goto free_gpu;
	return gpu;

free_gpu:
	if (gpu->seq64)
		sim_memory_put(gpu->seq64);
	free(gpu->used);
	free(gpu);
	return NULL;
}

void gpu_end(struct gpu *gpu)
{
	gpu->is_ending = true;
	sim_wake(gpu->sim);
}

void gpu_forget(struct gpu *gpu, struct fence *fence)
{
	if (!fence)
		return;
	if (gpu->num_forgotten == gpu->max_forgotten) {
		unsigned max = gpu->max_forgotten ? 2 * gpu->max_forgotten : 16;
		struct fence **more = reallocarray(gpu->forgotten, max, sizeof(struct fence *));

		if (!more)
			return;
		gpu->forgotten = more;
		gpu->max_forgotten = max;
	}
	gpu->forgotten[gpu->num_forgotten++] = fence;
}

/* What the defects have kept goes now. */
static void free_leaked(struct gpu *gpu)
{
	struct fence_driver *driver;

	for (driver = gpu->drivers; driver; driver = driver->next)
		fence_driver_cancel(driver);
	while (gpu->num_forgotten)
		fence_put(gpu->forgotten[--gpu->num_forgotten]);
	free(gpu->forgotten);
	sim_rcu_barrier(gpu->sim);
	while ((driver = gpu->drivers)) {
		gpu->drivers = driver->next;
		free(driver);
	}
}

void gpu_destroy(struct gpu *gpu)
{
	struct doorbell_entry *entry;

	gpu_end(gpu);
	engine_stop(gpu);
	resv_fini(&gpu->lost);
	free_leaked(gpu);
	while ((entry = gpu->doorbells)) {
		gpu->doorbells = entry->next;
		free(entry);
	}
	sim_memory_put(gpu->seq64);
	free(gpu->used);
	free(gpu);
}

struct gpu_file *gpu_file_open(struct drm_file *drm)
{
	struct gpu_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->drm = drm;
	file->gpu = gpu_of(drm->base.sim);
	file->eviction_context = fence_context_alloc(drm->base.sim, 1);
	return file;
}

void gpu_file_close(struct drm_file *drm)
{
	gpu_vm_forget(drm->gpu, NULL);
	idr_fini(&drm->gpu->contexts);
	idr_fini(&drm->gpu->bo_lists);
	fence_put(drm->gpu->eviction);
	free(drm->gpu);
	drm->gpu = NULL;
}

/* Newer than the oldest libdrm that we build with. */
#define GPU_IOCTL_LIST_HANDLES DRM_IOWR(DRM_COMMAND_BASE + 0x19, struct gpu_list_handles)
#define GPU_IOCTL_PROC_OPTIONS DRM_IOWR(DRM_COMMAND_BASE + 0x1a, uint32_t[2])

#define IOCTL(nr, request, function)                                                               \
	[nr] = {.cmd = (uint32_t)(request),                                                        \
		.flags = DRM_TABLE_AUTH | DRM_TABLE_RENDER,                                        \
		.func = function}

static const struct drm_ioctl ioctls[] = {
	IOCTL(DRM_AMDGPU_GEM_CREATE, DRM_IOCTL_AMDGPU_GEM_CREATE, gem_create_ioctl),
	IOCTL(DRM_AMDGPU_GEM_MMAP, DRM_IOCTL_AMDGPU_GEM_MMAP, gem_mmap_ioctl),
	IOCTL(DRM_AMDGPU_BO_LIST, DRM_IOCTL_AMDGPU_BO_LIST, bo_list_ioctl),
	IOCTL(DRM_AMDGPU_CTX, DRM_IOCTL_AMDGPU_CTX, ctx_ioctl),
	IOCTL(DRM_AMDGPU_INFO, AUQ_IOCTL_INFO, info_ioctl),
	IOCTL(DRM_AMDGPU_GEM_METADATA, DRM_IOCTL_AMDGPU_GEM_METADATA, gem_metadata_ioctl),
	IOCTL(DRM_AMDGPU_GEM_WAIT_IDLE, DRM_IOCTL_AMDGPU_GEM_WAIT_IDLE, gem_wait_idle_ioctl),
	IOCTL(DRM_AMDGPU_GEM_VA, AUQ_IOCTL_GEM_VA, gem_va_ioctl),
	IOCTL(DRM_AMDGPU_GEM_OP, DRM_IOCTL_AMDGPU_GEM_OP, gem_op_ioctl),
	IOCTL(DRM_AMDGPU_GEM_USERPTR, DRM_IOCTL_AMDGPU_GEM_USERPTR, gem_userptr_ioctl),
	IOCTL(DRM_AMDGPU_VM, DRM_IOCTL_AMDGPU_VM, vm_ioctl),
	[DRM_AMDGPU_SCHED] = {.cmd = (uint32_t)DRM_IOCTL_AMDGPU_SCHED,
			      .flags = DRM_TABLE_MASTER,
			      .func = sched_ioctl},
	IOCTL(0x16, AUQ_IOCTL_USERQ, userq_ioctl),
	IOCTL(0x17, AUQ_IOCTL_SIGNAL, signal_ioctl),
	IOCTL(0x18, AUQ_IOCTL_WAIT, wait_ioctl),
	IOCTL(0x19, GPU_IOCTL_LIST_HANDLES, gem_list_handles_ioctl),
	IOCTL(0x1a, GPU_IOCTL_PROC_OPTIONS, proc_options_ioctl),
};

const struct drm_ioctl *gpu_ioctls(const struct gpu *gpu, unsigned *num)
{
	*num = sizeof(ioctls) / sizeof(ioctls[0]) - !gpu->quirks.has_proc_options;
	return ioctls;
}
