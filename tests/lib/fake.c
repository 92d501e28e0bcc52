// SPDX-License-Identifier: MIT
#include <config.h>

#include <amdgpu.h>
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xf86drm.h>

#include "fake.h"
#include "tap.h"

#define BUFFER_STRIDE (128u << 10)
#define MAP_SYNCOBJ   100 /* all syncobjs have this handle */
#define FILE_BYTES    (512u << 20)

struct fake fake;
static struct amdgpu_device *const the_device = (void *)&fake;
static uint32_t next_handle;
static uint64_t next_va;

void fake_reset(const char *release)
{
	fake = (struct fake){
		.release = release,
		.driver = "amdgpu",
		.drm_minor = 64,
		.userq_ip_mask = 7,
		.num_slots = 2,
		.version_major = 11,
		.discovery = {0x0b0000, 0x0b0000, 0x060000},
		.fail_after = -1,
	};
	next_handle = 0;
	next_va = 2u << 20;
}

int fake_fd(void)
{
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fake", MFD_CLOEXEC);
		if (ftruncate(fd, FILE_BYTES))
			return -1;
	}
	return fd;
}

struct auq_device *fake_device(void)
{
	struct auq_device *dev = NULL;

	is(auq_device_create(fake_fd(), &dev), 0, "device");
	return dev;
}

void fake_expect(const struct fake_step *steps, int num)
{
	static struct fake_step copy[32];

	memcpy(copy, steps, (size_t)num * sizeof(*steps));
	fake.steps = copy;
	fake.num_steps = num;
	fake.step = 0;
}

void fake_check(const char *what, int devices)
{
	bool pass = fake.step == fake.num_steps && fake.devices == devices && !fake.buffers &&
		    !fake.mappings && !fake.ranges && fake.syncobjs == devices && !fake.queues;

	if (!ok(pass, "%s: nothing missing, nothing left", what))
		printf("# step %d of %d; devices %d buffers %d mappings %d ranges %d "
		       "syncobjs %d queues %d\n",
		       fake.step, fake.num_steps, fake.devices, fake.buffers, fake.mappings,
		       fake.ranges, fake.syncobjs, fake.queues);
}

static bool must_fail(void)
{
	return fake.fail_after >= 0 && fake.fail_after-- == 0;
}

static int scripted(unsigned long request, void *arg)
{
	const struct fake_step *step;

	if (!ok(fake.step < fake.num_steps && fake.steps[fake.step].request == request,
		"ioctl %#lx is expected", request))
		return EIO;
	step = &fake.steps[fake.step++];
	if (step->answer)
		step->answer(arg);
	return step->error;
}

static int info(struct auq_uapi_info *info)
{
	uint8_t *to = (uint8_t *)(uintptr_t)info->return_pointer;
	struct auq_uapi_hw_ip hw = {0};
	struct auq_uapi_fw_areas areas = {4096, 256, 512, 128};

	switch (info->query) {
	case AUQ_UAPI_INFO_DEV_INFO:
		memcpy(to + AUQ_UAPI_DEV_INFO_USERQ_IP_MASK, &fake.userq_ip_mask, 4);
		to[AUQ_UAPI_DEV_INFO_DEVICE_ID] = 0x44;
		to[AUQ_UAPI_DEV_INFO_FAMILY] = 145;
		return 0;
	case AUQ_UAPI_INFO_HW_IP_INFO:
		hw.version_major = fake.version_major;
		hw.userq_num_slots = fake.num_slots;
		hw.discovery_version = fake.discovery[info->ip_type];
		memcpy(to, &hw, info->return_size);
		return 0;
	case AUQ_UAPI_INFO_UQ_FW_AREAS:
		if (fake.areas_of_gfx_only && info->ip_type != AUQ_IP_GFX)
			return EINVAL;
		memcpy(to, &areas, info->return_size);
		return 0;
	}
	return EINVAL;
}

static int version(struct drm_version *version)
{
	version->version_major = 3;
	version->version_minor = fake.drm_minor;
	strncpy(version->name, fake.driver, version->name_len);
	return 0;
}

static int userq(union auq_uapi_userq *userq)
{
	if (userq->in.op == AUQ_UAPI_OP_FREE) {
		fake.freed_id = userq->in.queue_id;
		fake.queues--;
		return fake.free_errno;
	}
	fake.last_create = *userq;
	fake.queues++;
	userq->out.queue_id = 5;
	return 0;
}

/* Memory comes with what its last owner left in it. */
static int gem_mmap(union drm_amdgpu_gem_mmap *map)
{
	char dirt[BUFFER_STRIDE];

	map->out.addr_ptr = (uint64_t)map->in.handle * BUFFER_STRIDE;
	memset(dirt, 0xdd, sizeof(dirt));
	return pwrite(fake_fd(), dirt, sizeof(dirt), (off_t)map->out.addr_ptr) < 0 ? errno : 0;
}

static int gem_va(const struct auq_uapi_gem_va *va)
{
	fake.mappings += va->operation == AMDGPU_VA_OP_MAP ? 1 : -1;
	if (va->vm_timeline_syncobj_out == MAP_SYNCOBJ)
		fake.map_point = va->vm_timeline_point;
	return 0;
}

static int timeline_wait(const struct drm_syncobj_timeline_wait *wait)
{
	fake.map_waited = *(uint64_t *)(uintptr_t)wait->points;
	return *(uint32_t *)(uintptr_t)wait->handles == MAP_SYNCOBJ ? 0 : ENOENT;
}

/* The library asks how wide points are: handle 0, and 8 bytes half of which cannot be read. */
static bool is_probe(const struct auq_uapi_wait *wait)
{
	return wait->num_syncobj_timeline_handles == 1 && !wait->num_fences && !wait->waitq_id &&
	       !*(uint32_t *)(uintptr_t)wait->syncobj_timeline_handles;
}

static int answer(unsigned long request, void *arg)
{
	union drm_amdgpu_gem_create *create = arg;

	switch (request) {
	case DRM_IOCTL_VERSION:
		return version(arg);
	case AUQ_IOCTL_INFO:
		return info(arg);
	case AUQ_IOCTL_USERQ:
		return userq(arg);
	case DRM_IOCTL_AMDGPU_GEM_CREATE:
		fake.buffers++;
		memset(create, 0, sizeof(*create));
		create->out.handle = ++next_handle;
		return 0;
	case DRM_IOCTL_GEM_CLOSE:
		fake.buffers--;
		return 0;
	case DRM_IOCTL_AMDGPU_GEM_MMAP:
		return gem_mmap(arg);
	case AUQ_IOCTL_GEM_VA:
		return gem_va(arg);
	case DRM_IOCTL_SYNCOBJ_CREATE:
		fake.syncobjs++;
		((struct drm_syncobj_create *)arg)->handle = MAP_SYNCOBJ;
		return 0;
	case DRM_IOCTL_SYNCOBJ_DESTROY:
		fake.syncobjs--;
		return 0;
	case DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT:
		return timeline_wait(arg);
	case AUQ_IOCTL_WAIT:
		if (is_probe(arg))
			return fake.reads_u64_points ? EFAULT : ENOENT;
		/* fall through */
	default:
		return scripted(request, arg);
	}
}

int drmIoctl(int fd, unsigned long request, void *arg)
{
	bool releases = request == DRM_IOCTL_GEM_CLOSE || request == DRM_IOCTL_SYNCOBJ_DESTROY ||
			(request == AUQ_IOCTL_GEM_VA &&
			 ((struct auq_uapi_gem_va *)arg)->operation == AMDGPU_VA_OP_UNMAP);

	if (fd != fake_fd())
		errno = EBADF;
	else if (!releases && must_fail())
		errno = fake.fail_errno;
	else
		errno = answer(request, arg);
	return errno ? -1 : 0;
}

int amdgpu_device_initialize(int fd, uint32_t *major, uint32_t *minor, amdgpu_device_handle *dev)
{
	(void)fd;
	if (must_fail())
		return -fake.fail_errno;
	fake.devices++;
	*major = 3;
	*minor = (uint32_t)fake.drm_minor;
	*dev = the_device;
	return 0;
}

int amdgpu_device_deinitialize(amdgpu_device_handle dev)
{
	(void)dev;
	fake.devices--;
	return 0;
}

int amdgpu_device_get_fd(amdgpu_device_handle dev)
{
	(void)dev;
	return fake_fd();
}

int amdgpu_va_range_alloc(amdgpu_device_handle dev, enum amdgpu_gpu_va_range type, uint64_t size,
			  uint64_t alignment, uint64_t required, uint64_t *va,
			  amdgpu_va_handle *range, uint64_t flags)
{
	(void)dev, (void)type, (void)required, (void)flags;
	if (must_fail())
		return -fake.fail_errno;
	next_va = (next_va + alignment - 1) & ~(alignment - 1);
	*va = next_va;
	next_va += size;
	*range = (amdgpu_va_handle)the_device;
	fake.ranges++;
	return 0;
}

int amdgpu_va_range_free(amdgpu_va_handle range)
{
	(void)range;
	fake.ranges--;
	return 0;
}

int uname(struct utsname *host)
{
	memset(host, 0, sizeof(*host));
	strncpy(host->release, fake.release, sizeof(host->release) - 1);
	return 0;
}
