// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <xf86drm.h>

#include "internal.h"

/* amdgpu_drv.c: "3.64.0 - Userq IP support query" */
#define DRM_MINOR_WITH_USERQ 64

/*
 * What engines need where UQ_FW_AREAS does not say: the values that 7.0 and
 * later answer with (gfx_v11_0.c GFX11_MEC_HPD_SIZE, sdma_v6_0.c SDMA6_CSA_*).
 */
#define EOP_BYTES          2048
#define EOP_ALIGNMENT      256
#define SDMA_CSA_BYTES     32
#define SDMA_CSA_ALIGNMENT 256

static int query_info(int fd, uint32_t query, uint32_t ip, void *data, uint32_t bytes)
{
	struct auq_uapi_info info = {
		.return_pointer = (uintptr_t)data,
		.return_size = bytes,
		.query = query,
		.ip_type = ip,
	};

	return auq_ioctl(fd, AUQ_IOCTL_INFO, &info);
}

static int query_version(int fd, struct auq_device_info *info)
{
	char name[16] = "";
	struct drm_version version = {.name = name, .name_len = sizeof(name) - 1};
	int r;

	r = auq_ioctl(fd, DRM_IOCTL_VERSION, &version);
	if (r)
		return r;
	if (strcmp(name, "amdgpu"))
		return -ENODEV;
	info->drm_major = (uint32_t)version.version_major;
	info->drm_minor = (uint32_t)version.version_minor;
	info->drm_patch = (uint32_t)version.version_patchlevel;
	return 0;
}

static int query_device(int fd, struct auq_device_info *info)
{
	_Alignas(8) unsigned char raw[AUQ_UAPI_DEV_INFO_BYTES] = {0};
	struct utsname host;
	int r;

	r = query_info(fd, AUQ_UAPI_INFO_DEV_INFO, 0, raw, sizeof(raw));
	if (r)
		return r;
	memcpy(&info->device_id, raw + AUQ_UAPI_DEV_INFO_DEVICE_ID, 4);
	memcpy(&info->family, raw + AUQ_UAPI_DEV_INFO_FAMILY, 4);
	/* Up to 6.15 these bytes are the tail padding of the kernel's struct. */
	if (info->drm_minor >= DRM_MINOR_WITH_USERQ)
		memcpy(&info->userq_ip_mask, raw + AUQ_UAPI_DEV_INFO_USERQ_IP_MASK, 4);
	info->seq64_slots = AUQ_SEQ64_BYTES / sizeof(uint64_t);

	if (uname(&host))
		return -errno;
	snprintf(info->kernel_release, sizeof(info->kernel_release), "%s", host.release);
	return 0;
}

/* gfx_v11_0.c, gfx_v12_0.c, sdma_v6_0.c, sdma_v7_0.c of 7.3.4: where userq_funcs[] is set. */
static bool has_user_queues(enum auq_ip ip, uint32_t discovery_version)
{
	switch (discovery_version) {
	case 0x0b0000:
	case 0x0b0002:
	case 0x0b0003:
	case 0x0c0000:
	case 0x0c0001:
		return ip != AUQ_IP_SDMA;
	case 0x070000:
	case 0x070001:
		return ip == AUQ_IP_SDMA;
	default:
		return ip == AUQ_IP_SDMA && discovery_version >> 8 == 0x0600;
	}
}

static enum auq_ip_state judge(const struct auq_device_info *dev, enum auq_ip ip,
			       const struct auq_uapi_hw_ip *hw)
{
	if (dev->userq_ip_mask & (1u << ip))
		return AUQ_IP_USABLE;
	if (!hw->version_major)
		return AUQ_IP_ABSENT;
	if (dev->drm_minor < DRM_MINOR_WITH_USERQ)
		return AUQ_IP_KERNEL_TOO_OLD;
	if (!has_user_queues(ip, hw->discovery_version))
		return AUQ_IP_UNSUPPORTED;
	return hw->userq_num_slots ? AUQ_IP_FIRMWARE_TOO_OLD : AUQ_IP_OFF;
}

static int query_ip(struct auq_device *dev, enum auq_ip ip)
{
	struct auq_ip_info *info = &dev->ip[ip];
	struct auq_uapi_fw_areas areas = {0};
	struct auq_uapi_hw_ip hw = {0};
	int r;

	r = query_info(dev->fd, AUQ_UAPI_INFO_HW_IP_INFO, ip, &hw, sizeof(hw));
	if (r)
		return r;
	info->size = sizeof(*info);
	info->state = judge(&dev->info, ip, &hw);
	info->num_slots = hw.userq_num_slots;
	info->version_major = hw.version_major;
	info->version_minor = hw.version_minor;
	if (info->state != AUQ_IP_USABLE)
		return 0;

	/* -EINVAL for COMPUTE and SDMA before 7.0 */
	r = query_info(dev->fd, AUQ_UAPI_INFO_UQ_FW_AREAS, ip, &areas, sizeof(areas));
	if (r && (r != -EINVAL || ip == AUQ_IP_GFX))
		return r;
	switch (ip) {
	case AUQ_IP_GFX:
		info->shadow_size = areas.size0;
		info->shadow_alignment = areas.alignment0;
		info->csa_size = areas.size1;
		info->csa_alignment = areas.alignment1;
		break;
	case AUQ_IP_COMPUTE:
		info->eop_size = r ? EOP_BYTES : areas.size0;
		info->eop_alignment = r ? EOP_ALIGNMENT : areas.alignment0;
		break;
	case AUQ_IP_SDMA:
		info->csa_size = r ? SDMA_CSA_BYTES : areas.size0;
		info->csa_alignment = r ? SDMA_CSA_ALIGNMENT : areas.alignment0;
		break;
	}
	return 0;
}

/*
 * Asks WAIT for the count of one timeline point whose 8 bytes straddle the end
 * of readable memory. A kernel that takes 8-byte elements answers -EFAULT; one
 * that takes 4 gets as far as the syncobj handle, which does not exist.
 */
static enum auq_answer probe_points_u64(int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint32_t no_syncobj = 0;
	struct auq_uapi_wait wait = {
		.syncobj_timeline_handles = (uintptr_t)&no_syncobj,
		.num_syncobj_timeline_handles = 1,
	};
	char *map;
	int r;

	map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return AUQ_UNKNOWN;
	mprotect(map + page, page, PROT_NONE);
	wait.syncobj_timeline_points = (uintptr_t)(map + page - sizeof(uint32_t));
	r = auq_ioctl(fd, AUQ_IOCTL_WAIT, &wait);
	munmap(map, 2 * page);
	return r == -EFAULT ? AUQ_YES : r == -ENOENT ? AUQ_NO : AUQ_UNKNOWN;
}

static void find_traits(struct auq_device *dev)
{
	enum auq_answer *points_u64 = &dev->traits[AUQ_TRAIT_POINTS_U64];
	int trait;

	for (trait = 0; trait < AUQ_NUM_TRAITS; trait++)
		dev->traits[trait] =
			auq_release_trait(dev->info.kernel_release, (enum auq_trait)trait);
	if (*points_u64 == AUQ_UNKNOWN && dev->info.userq_ip_mask)
		*points_u64 = probe_points_u64(dev->fd);
	dev->wait_is_plain = auq_wait_is_plain(dev);
}

static int create_map_timeline(struct auq_device *dev)
{
	struct drm_syncobj_create create = {0};
	int r;

	r = auq_ioctl(dev->fd, DRM_IOCTL_SYNCOBJ_CREATE, &create);
	if (!r)
		dev->map_syncobj = create.handle;
	return r;
}

static void device_free(struct auq_device *dev)
{
	struct drm_syncobj_destroy destroy = {.handle = dev->map_syncobj};

	if (dev->map_syncobj)
		auq_ioctl(dev->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &destroy);
	pthread_mutex_destroy(&dev->map_lock);
	amdgpu_device_deinitialize(dev->amdgpu);
	free(dev);
}

int auq_device_create(int fd, struct auq_device **out)
{
	uint32_t major, minor;
	struct auq_device *dev;
	int ip, r;

	if (!out)
		return -EINVAL;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->refs = 1;
	dev->info.size = sizeof(dev->info);

	/*
	 * First, for libdrm_amdgpu takes a driver of version 3 for amdgpu, and prints if the
	 * file is not authenticated.
	 */
	r = query_version(fd, &dev->info);
	if (!r)
		r = query_device(fd, &dev->info);
	if (!r)
		r = amdgpu_device_initialize(fd, &major, &minor, &dev->amdgpu);
	if (r) {
		free(dev);
		return r;
	}
	dev->fd = amdgpu_device_get_fd(dev->amdgpu);
	pthread_mutex_init(&dev->map_lock, NULL);

	for (ip = 0; !r && ip < AUQ_NUM_IPS; ip++)
		r = query_ip(dev, (enum auq_ip)ip);
	if (!r && dev->info.drm_minor >= DRM_MINOR_WITH_USERQ)
		r = create_map_timeline(dev);
	if (r) {
		device_free(dev);
		return r;
	}

	find_traits(dev);
	*out = dev;
	return 0;
}

struct auq_device *auq_device_ref(struct auq_device *dev)
{
	if (dev)
		atomic_fetch_add(&dev->refs, 1);
	return dev;
}

void auq_device_unref(struct auq_device *dev)
{
	if (dev && atomic_fetch_sub(&dev->refs, 1) == 1)
		device_free(dev);
}

int auq_device_fd(const struct auq_device *dev)
{
	return dev->fd;
}

int auq_device_query(const struct auq_device *dev, struct auq_device_info *info)
{
	if (!dev)
		return -EINVAL;
	return auq_info_return(info, &dev->info, sizeof(dev->info));
}

int auq_device_query_ip(const struct auq_device *dev, enum auq_ip ip, struct auq_ip_info *info)
{
	if (!dev || (unsigned int)ip >= AUQ_NUM_IPS)
		return -EINVAL;
	return auq_info_return(info, &dev->ip[ip], sizeof(dev->ip[ip]));
}

int auq_device_traits(const struct auq_device *dev, enum auq_answer *answers, uint32_t num)
{
	uint32_t trait;

	if (!dev || (!answers && num))
		return -EINVAL;
	for (trait = 0; trait < num; trait++)
		answers[trait] = trait < AUQ_NUM_TRAITS ? dev->traits[trait] : AUQ_UNKNOWN;
	return 0;
}

enum auq_answer auq_device_trait(const struct auq_device *dev, enum auq_trait trait)
{
	if (!dev || (unsigned int)trait >= AUQ_NUM_TRAITS)
		return AUQ_UNKNOWN;
	return dev->traits[trait];
}
