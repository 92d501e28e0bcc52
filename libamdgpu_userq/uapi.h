/* SPDX-License-Identifier: MIT */
/*
 * The user-queue ABI of amdgpu, as all kernels from 6.16 to 7.3 lay it out.
 *
 * Own definitions, for libdrm before 2.4.125 has none and a later one has
 * those of one kernel. Source: include/uapi/drm/amdgpu_drm.h of Linux 6.16 to
 * 7.3, compared with this file by tests/abi/uapi-layout. Where kernels differ:
 *
 * - SIGNAL's num_syncobj_handles is 64 bits wide up to 7.0 and 16 bits plus
 *   padding from 7.1, WAIT's 32 and 16. On a little-endian machine both read
 *   the same as long as the padding is zero and the count is below 65536.
 * - Elements of WAIT's timeline points: see AUQ_TRAIT_POINTS_U64.
 * - UQ_FW_AREAS answers for GFX alone before 7.0.
 */
#ifndef AUQ_UAPI_H
#define AUQ_UAPI_H

#include <stddef.h>
#include <stdint.h>
#include <drm.h>

#define AUQ_UAPI_MAX_HANDLES 65535u /* of syncobjs, by the width above */
#define AUQ_UAPI_MAX_BOS     65536u /* amdgpu_userq_fence.c, AMDGPU_USERQ_MAX_HANDLES, from 7.0 */

#define AUQ_UAPI_OP_CREATE       1
#define AUQ_UAPI_OP_FREE         2
#define AUQ_UAPI_PRIORITY_MASK   0x3u
#define AUQ_UAPI_FLAG_SECURE     (1u << 2)
#define AUQ_UAPI_DOMAIN_DOORBELL 0x40u

struct auq_uapi_userq_in {
	uint32_t op;
	uint32_t queue_id; /* FREE */
	uint32_t ip_type;
	uint32_t doorbell_handle;
	uint32_t doorbell_offset; /* in 64-bit doorbells */
	uint32_t flags;
	uint64_t queue_va;
	uint64_t queue_size;
	uint64_t rptr_va;
	uint64_t wptr_va;
	uint64_t mqd; /* user pointer to one of the structs below */
	uint64_t mqd_size;
};

struct auq_uapi_userq_out {
	uint32_t queue_id;
	uint32_t pad;
};

union auq_uapi_userq {
	struct auq_uapi_userq_in in;
	struct auq_uapi_userq_out out;
};

struct auq_uapi_mqd_gfx {
	uint64_t shadow_va;
	uint64_t csa_va;
};

struct auq_uapi_mqd_compute {
	uint64_t eop_va;
};

struct auq_uapi_mqd_sdma {
	uint64_t csa_va;
};

struct auq_uapi_signal {
	uint32_t queue_id;
	uint32_t pad;
	uint64_t syncobj_handles;
	uint16_t num_syncobj_handles;
	uint16_t pad0;
	uint32_t pad1;
	uint64_t bo_read_handles;
	uint64_t bo_write_handles;
	uint32_t num_bo_read_handles;
	uint32_t num_bo_write_handles;
};

struct auq_uapi_fence_info {
	uint64_t va;
	uint64_t value;
};

struct auq_uapi_wait {
	uint32_t waitq_id;
	uint32_t pad;
	uint64_t syncobj_handles;
	uint64_t syncobj_timeline_handles;
	uint64_t syncobj_timeline_points;
	uint64_t bo_read_handles;
	uint64_t bo_write_handles;
	uint16_t num_syncobj_timeline_handles;
	uint16_t num_fences;
	uint16_t num_syncobj_handles;
	uint16_t pad0;
	uint32_t num_bo_read_handles;
	uint32_t num_bo_write_handles;
	uint64_t out_fences;
};

/* GEM_VA; the timeline fields came with 6.16. */
struct auq_uapi_gem_va {
	uint32_t handle;
	uint32_t pad;
	uint32_t operation;
	uint32_t flags;
	uint64_t va_address;
	uint64_t offset_in_bo;
	uint64_t map_size;
	uint64_t vm_timeline_point;
	uint32_t vm_timeline_syncobj_out;
	uint32_t num_syncobj_handles;
	uint64_t input_fence_syncobj_handles;
};

/* INFO, query_hw_ip variant: the only one needed here. */
struct auq_uapi_info {
	uint64_t return_pointer;
	uint32_t return_size;
	uint32_t query;
	uint32_t ip_type;
	uint32_t ip_instance;
	uint32_t pad[2];
};
#define AUQ_UAPI_INFO_HW_IP_INFO  0x02
#define AUQ_UAPI_INFO_DEV_INFO    0x16
#define AUQ_UAPI_INFO_UQ_FW_AREAS 0x24

struct auq_uapi_hw_ip {
	uint32_t version_major;
	uint32_t version_minor;
	uint64_t capabilities;
	uint32_t ib_start_alignment;
	uint32_t ib_size_alignment;
	uint32_t available_rings;
	uint32_t discovery_version; /* bits 23:16 major, 15:8 minor, 7:0 revision */
	uint32_t userq_num_slots;   /* 6.16 */
	uint32_t pad;
};

/* One member per engine, each at offset 0. COMPUTE and SDMA: 7.0. */
struct auq_uapi_fw_areas {
	uint32_t size0; /* GFX: shadow; COMPUTE: EOP; SDMA: CSA */
	uint32_t alignment0;
	uint32_t size1; /* GFX: CSA */
	uint32_t alignment1;
};

/* Of struct drm_amdgpu_info_device, which a 64-bit kernel lays out alike for all programs. */
#define AUQ_UAPI_DEV_INFO_DEVICE_ID     0
#define AUQ_UAPI_DEV_INFO_FAMILY        16
#define AUQ_UAPI_DEV_INFO_USERQ_IP_MASK 436 /* 6.16 */
#define AUQ_UAPI_DEV_INFO_BYTES         440

#define AUQ_UAPI_COMMAND(nr) (DRM_COMMAND_BASE + (nr))
#define AUQ_IOCTL_INFO       DRM_IOW(AUQ_UAPI_COMMAND(0x05), struct auq_uapi_info)
#define AUQ_IOCTL_GEM_VA     DRM_IOW(AUQ_UAPI_COMMAND(0x08), struct auq_uapi_gem_va)
#define AUQ_IOCTL_USERQ      DRM_IOWR(AUQ_UAPI_COMMAND(0x16), union auq_uapi_userq)
#define AUQ_IOCTL_SIGNAL     DRM_IOWR(AUQ_UAPI_COMMAND(0x17), struct auq_uapi_signal)
#define AUQ_IOCTL_WAIT       DRM_IOWR(AUQ_UAPI_COMMAND(0x18), struct auq_uapi_wait)

_Static_assert(sizeof(union auq_uapi_userq) == 72, "USERQ");
_Static_assert(sizeof(struct auq_uapi_signal) == 48, "USERQ_SIGNAL");
_Static_assert(sizeof(struct auq_uapi_wait) == 72, "USERQ_WAIT");
_Static_assert(sizeof(struct auq_uapi_gem_va) == 64, "GEM_VA");
_Static_assert(sizeof(struct auq_uapi_info) == 32, "INFO");
_Static_assert(sizeof(struct auq_uapi_hw_ip) == 40, "HW_IP_INFO");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "counts of two widths share a field");

#endif
