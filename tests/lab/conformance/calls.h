/* SPDX-License-Identifier: MIT */
/*
 * The ioctls that are driven, and what of them libdrm before 2.4.116 and linux/sync_file.h
 * before 6.6 do not define (include/uapi/drm/drm.h, include/uapi/linux/sync_file.h, Linux 6.18).
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>
#include <drm.h>
#include <amdgpu_drm.h>
#include <linux/sync_file.h>

#include "call.h"
#include "uapi.h"

#define WAIT_DEADLINE 8u /* flag of both waits */

struct syncobj_wait {
	uint64_t handles;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
	uint64_t deadline_nsec;
};

struct syncobj_timeline_wait {
	uint64_t handles;
	uint64_t points;
	int64_t timeout_nsec;
	uint32_t count_handles;
	uint32_t flags;
	uint32_t first_signaled;
	uint32_t pad;
	uint64_t deadline_nsec;
};

struct syncobj_eventfd {
	uint32_t handle;
	uint32_t flags;
	uint64_t point;
	int32_t fd;
	uint32_t pad;
};

/* The handle for a timeline's point came with 6.16. */
struct syncobj_handle {
	uint32_t handle;
	uint32_t flags;
	int32_t fd;
	uint32_t pad;
	uint64_t point;
};
#define HANDLE_SYNC_FILE 1u
#define HANDLE_TIMELINE  2u

struct sync_deadline {
	uint64_t deadline_ns;
	uint64_t pad;
};

extern const struct call version_call, get_cap_call, set_client_cap_call, gem_close_call;
extern const struct call gem_flink_call, gem_open_call;
extern const struct call handle_to_fd_call, fd_to_handle_call;
extern const struct call syncobj_create_call, syncobj_destroy_call;
extern const struct call syncobj_to_fd_call, syncobj_from_fd_call;
extern const struct call syncobj_wait_call, timeline_wait_call, syncobj_eventfd_call;
extern const struct call syncobj_reset_call, syncobj_signal_call, timeline_signal_call;
extern const struct call syncobj_query_call, syncobj_transfer_call;
extern const struct call merge_call, file_info_call, set_deadline_call;
extern const struct call gem_create_call, gem_mmap_call, gem_va_call, gem_op_call;
extern const struct call gem_metadata_call, gem_wait_idle_call, ctx_call, info_call;
extern const struct call userq_call, signal_call, wait_call;

#endif
