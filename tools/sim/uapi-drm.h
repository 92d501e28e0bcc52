/* SPDX-License-Identifier: MIT */
/*
 * What libdrm 2.4.114 does not know yet of include/uapi/drm/drm.h and linux/sync_file.h, as Linux
 * 6.18 to 7.3 have them. The names are our own, for a newer libdrm has theirs.
 */
#ifndef SIM_UAPI_DRM_H
#define SIM_UAPI_DRM_H

#include <stdint.h>
#include <drm.h>

#define ABI_SYNCOBJ_FD_TIMELINE             (1u << 1) /* of HANDLE_TO_FD and of FD_TO_HANDLE */
#define ABI_SYNCOBJ_WAIT_DEADLINE           (1u << 3)
#define ABI_CLIENT_NAME_MAX                 64
#define ABI_CAP_ATOMIC_ASYNC_PAGE_FLIP      0x15
#define ABI_CLIENT_CAP_CURSOR_PLANE_HOTSPOT 6

struct abi_syncobj_handle {
	uint32_t handle;
	uint32_t flags;
	int32_t fd;
	uint32_t pad;
	uint64_t point;
};

struct abi_syncobj_wait {
	uint64_t handles;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
	uint64_t deadline_nsec;
};

struct abi_syncobj_timeline_wait {
	uint64_t handles;
	uint64_t points;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
	uint64_t deadline_nsec;
};

struct abi_syncobj_eventfd {
	uint32_t handle;
	uint32_t flags;
	uint64_t point;
	int32_t fd;
	uint32_t pad;
};

struct abi_mode_closefb {
	uint32_t fb_id;
	uint32_t pad;
};

struct abi_set_client_name {
	uint64_t name_len;
	uint64_t name;
};

struct abi_gem_change_handle {
	uint32_t handle;
	uint32_t new_handle;
};

struct abi_sync_set_deadline {
	uint64_t deadline_ns;
	uint64_t pad;
};

#define ABI_SYNCOBJ_HANDLE_TO_FD  DRM_IOWR(0xC1, struct abi_syncobj_handle)
#define ABI_SYNCOBJ_FD_TO_HANDLE  DRM_IOWR(0xC2, struct abi_syncobj_handle)
#define ABI_SYNCOBJ_WAIT          DRM_IOWR(0xC3, struct abi_syncobj_wait)
#define ABI_SYNCOBJ_TIMELINE_WAIT DRM_IOWR(0xCA, struct abi_syncobj_timeline_wait)
#define ABI_SYNCOBJ_EVENTFD       DRM_IOWR(0xCF, struct abi_syncobj_eventfd)
#define ABI_MODE_CLOSEFB          DRM_IOWR(0xD0, struct abi_mode_closefb)
#define ABI_SET_CLIENT_NAME       DRM_IOWR(0xD1, struct abi_set_client_name)
#define ABI_GEM_CHANGE_HANDLE     DRM_IOWR(0xD2, struct abi_gem_change_handle)
#define ABI_SYNC_SET_DEADLINE     _IOW('>', 5, struct abi_sync_set_deadline)

_Static_assert(sizeof(struct abi_syncobj_handle) == 24, "SYNCOBJ_HANDLE_TO_FD");
_Static_assert(sizeof(struct abi_syncobj_wait) == 40, "SYNCOBJ_WAIT");
_Static_assert(sizeof(struct abi_syncobj_timeline_wait) == 48, "SYNCOBJ_TIMELINE_WAIT");
_Static_assert(sizeof(struct abi_syncobj_eventfd) == 24, "SYNCOBJ_EVENTFD");

#endif
