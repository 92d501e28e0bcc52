// SPDX-License-Identifier: MIT
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <amdgpu_drm.h>

#include "internal.h"

static int gem_create(struct auq_buffer *buf, const struct auq_buffer_args *args)
{
	static const uint64_t domains[] = {
		[AUQ_DOMAIN_GTT] = AMDGPU_GEM_DOMAIN_GTT,
		[AUQ_DOMAIN_VRAM] = AMDGPU_GEM_DOMAIN_VRAM,
		[AUQ_DOMAIN_DOORBELL] = AUQ_UAPI_DOMAIN_DOORBELL,
	};
	union drm_amdgpu_gem_create create = {
		.in =
			{
				.bo_size = buf->bytes,
				.alignment = AUQ_PAGE,
				.domains = domains[args->domain],
				.domain_flags = AMDGPU_GEM_CREATE_CPU_ACCESS_REQUIRED,
			},
	};
	int r;

	r = auq_ioctl(buf->dev->fd, DRM_IOCTL_AMDGPU_GEM_CREATE, &create);
	if (!r)
		buf->handle = create.out.handle;
	return r;
}

static void gem_close(struct auq_buffer *buf)
{
	struct drm_gem_close gem = {.handle = buf->handle};

	auq_ioctl(buf->dev->fd, DRM_IOCTL_GEM_CLOSE, &gem);
}

static int map_cpu(struct auq_buffer *buf)
{
	union drm_amdgpu_gem_mmap map = {.in = {.handle = buf->handle}};
	void *cpu;
	int r;

	r = auq_ioctl(buf->dev->fd, DRM_IOCTL_AMDGPU_GEM_MMAP, &map);
	if (r)
		return r;
	cpu = mmap(NULL, buf->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, buf->dev->fd,
		   (off_t)map.out.addr_ptr);
	if (cpu == MAP_FAILED)
		return -errno;
	buf->cpu = cpu;
	return 0;
}

static int va_op(struct auq_buffer *buf, uint32_t operation, uint32_t flags, uint64_t point)
{
	struct auq_uapi_gem_va va = {
		.handle = buf->handle,
		.operation = operation,
		.flags = flags,
		.va_address = buf->va,
		.map_size = buf->bytes,
		.vm_timeline_syncobj_out = point ? buf->dev->map_syncobj : 0,
		.vm_timeline_point = point,
	};

	return auq_ioctl(buf->dev->fd, AUQ_IOCTL_GEM_VA, &va);
}

/*
 * Page tables are written by the GPU, some time after GEM_VA has returned, and
 * a user queue does not wait for them as a command submission does. One
 * timeline a device, not a syncobj a mapping: up to 6.18.15 GEM_VA loses a
 * reference to it each time (amdgpu_gem.c, amdgpu_gem_update_timeline_node()).
 */
static int map_gpu(struct auq_buffer *buf, uint32_t flags)
{
	struct auq_device *dev = buf->dev;
	uint32_t syncobj = dev->map_syncobj;
	uint64_t point = 0;
	struct drm_syncobj_timeline_wait wait = {
		.handles = (uintptr_t)&syncobj,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.timeout_nsec = INT64_MAX,
	};
	int r;

	pthread_mutex_lock(&dev->map_lock);
	if (syncobj)
		point = ++dev->map_point;
	r = va_op(buf, AMDGPU_VA_OP_MAP, flags, point);
	pthread_mutex_unlock(&dev->map_lock);
	if (r || !syncobj)
		return r;

	r = auq_ioctl(dev->fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &wait);
	if (r)
		va_op(buf, AMDGPU_VA_OP_UNMAP, 0, 0);
	return r;
}

static int check(const struct auq_buffer_args *args)
{
	if ((unsigned int)args->domain > AUQ_DOMAIN_DOORBELL)
		return -EINVAL;
	if (args->flags & ~AUQ_BUFFER_UNCACHED)
		return -EINVAL;
	if (!args->bytes || args->bytes > INT64_MAX - AUQ_PAGE)
		return -EINVAL;
	if (args->alignment & (args->alignment - 1))
		return -EINVAL;
	return 0;
}

int auq_buffer_create(struct auq_device *dev, const struct auq_buffer_args *user_args,
		      struct auq_buffer **out)
{
	const uint32_t access =
		AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE | AMDGPU_VM_PAGE_EXECUTABLE;
	struct auq_buffer_args args;
	struct auq_buffer *buf;
	int r;

	if (!dev || !out)
		return -EINVAL;
	r = auq_args_get(&args, user_args, sizeof(args));
	if (!r)
		r = check(&args);
	if (r)
		return r;

	buf = calloc(1, sizeof(*buf));
	if (!buf)
		return -ENOMEM;
	buf->refs = 1;
	buf->dev = auq_device_ref(dev);
	buf->bytes = (args.bytes + AUQ_PAGE - 1) & ~(uint64_t)(AUQ_PAGE - 1);

	r = gem_create(buf, &args);
	if (r)
		goto free_buf;
	r = map_cpu(buf);
	if (r)
		goto close_gem;
	if (args.domain == AUQ_DOMAIN_DOORBELL)
		goto done; /* writing there rings, and engines never read it */

	memset(buf->cpu, 0, buf->bytes);
	r = amdgpu_va_range_alloc(dev->amdgpu, amdgpu_gpu_va_range_general, buf->bytes,
				  args.alignment > AUQ_PAGE ? args.alignment : AUQ_PAGE, 0,
				  &buf->va, &buf->va_range, 0);
	if (r)
		goto unmap_cpu;
	r = map_gpu(buf, access | (args.flags & AUQ_BUFFER_UNCACHED ? AMDGPU_VM_MTYPE_UC : 0));
	if (r)
		goto free_va;
done:
	*out = buf;
	return 0;

free_va:
	amdgpu_va_range_free(buf->va_range);
unmap_cpu:
	munmap(buf->cpu, buf->bytes);
close_gem:
	gem_close(buf);
free_buf:
	auq_device_unref(buf->dev);
	free(buf);
	return r;
}

struct auq_buffer *auq_buffer_ref(struct auq_buffer *buf)
{
	if (buf)
		atomic_fetch_add(&buf->refs, 1);
	return buf;
}

void auq_buffer_unref(struct auq_buffer *buf)
{
	if (!buf || atomic_fetch_sub(&buf->refs, 1) != 1)
		return;
	if (buf->va_range) {
		va_op(buf, AMDGPU_VA_OP_UNMAP, 0, 0);
		amdgpu_va_range_free(buf->va_range);
	}
	munmap(buf->cpu, buf->bytes);
	gem_close(buf);
	auq_device_unref(buf->dev);
	free(buf);
}

uint64_t auq_buffer_va(const struct auq_buffer *buf)
{
	return buf->va;
}

void *auq_buffer_cpu(const struct auq_buffer *buf)
{
	return buf->cpu;
}

uint64_t auq_buffer_size(const struct auq_buffer *buf)
{
	return buf->bytes;
}

uint32_t auq_buffer_handle(const struct auq_buffer *buf)
{
	return buf->handle;
}
