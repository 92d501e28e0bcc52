// SPDX-License-Identifier: MIT
#include "calls.h"

#define CALL(variable, label, number, ...)                                                         \
	static const struct field variable##_fields[] = {__VA_ARGS__, {.kind = FIELD_END}};        \
	const struct call variable##_call = {label, number, variable##_fields}

#define F(member, kind)   FIELD_OF(TYPE, member, kind, false)
#define OUT(member, kind) FIELD_OF(TYPE, member, kind, true)

/* ---- the core of DRM ---- */

#define TYPE struct drm_version
CALL(version, "VERSION", DRM_IOCTL_VERSION, F(version_major, NUMBER), F(version_minor, NUMBER),
     F(version_patchlevel, NUMBER), F(name_len, NUMBER), F(name, POINTER), F(date_len, NUMBER),
     F(date, POINTER), F(desc_len, NUMBER), F(desc, POINTER));
#undef TYPE
#define TYPE struct drm_get_cap
CALL(get_cap, "GET_CAP", DRM_IOCTL_GET_CAP, F(capability, HEX), F(value, NUMBER));
#undef TYPE
#define TYPE struct drm_set_client_cap
CALL(set_client_cap, "SET_CLIENT_CAP", DRM_IOCTL_SET_CLIENT_CAP, F(capability, NUMBER),
     F(value, NUMBER));
#undef TYPE
#define TYPE struct drm_gem_close
CALL(gem_close, "GEM_CLOSE", DRM_IOCTL_GEM_CLOSE, F(handle, NUMBER), F(pad, HEX));
#undef TYPE
#define TYPE struct drm_gem_flink
CALL(gem_flink, "GEM_FLINK", DRM_IOCTL_GEM_FLINK, F(handle, NUMBER), F(name, NUMBER));
#undef TYPE
#define TYPE struct drm_gem_open
CALL(gem_open, "GEM_OPEN", DRM_IOCTL_GEM_OPEN, F(name, NUMBER), F(handle, NUMBER), F(size, NUMBER));
#undef TYPE
#define TYPE struct drm_prime_handle
CALL(handle_to_fd, "PRIME_HANDLE_TO_FD", DRM_IOCTL_PRIME_HANDLE_TO_FD, F(handle, NUMBER),
     F(flags, HEX), F(fd, FD));
CALL(fd_to_handle, "PRIME_FD_TO_HANDLE", DRM_IOCTL_PRIME_FD_TO_HANDLE, F(handle, NUMBER),
     F(flags, HEX), F(fd, FD));
#undef TYPE

/* ---- syncobjs ---- */

#define TYPE struct drm_syncobj_create
CALL(syncobj_create, "SYNCOBJ_CREATE", DRM_IOCTL_SYNCOBJ_CREATE, F(handle, NUMBER), F(flags, HEX));
#undef TYPE
#define TYPE struct drm_syncobj_destroy
CALL(syncobj_destroy, "SYNCOBJ_DESTROY", DRM_IOCTL_SYNCOBJ_DESTROY, F(handle, NUMBER), F(pad, HEX));
#undef TYPE
#define TYPE struct syncobj_handle
CALL(syncobj_to_fd, "SYNCOBJ_HANDLE_TO_FD", DRM_IOWR(0xC1, TYPE), F(handle, NUMBER), F(flags, HEX),
     F(fd, FD), F(pad, HEX), F(point, NUMBER));
CALL(syncobj_from_fd, "SYNCOBJ_FD_TO_HANDLE", DRM_IOWR(0xC2, TYPE), F(handle, NUMBER),
     F(flags, HEX), F(fd, FD), F(pad, HEX), F(point, NUMBER));
#undef TYPE
#define TYPE struct syncobj_wait
CALL(syncobj_wait, "SYNCOBJ_WAIT", DRM_IOWR(0xC3, TYPE), F(handles, U32S), F(count_handles, NUMBER),
     F(timeout_nsec, TIME), F(flags, HEX), F(first_signaled, NUMBER), F(pad, HEX),
     F(deadline_nsec, TIME));
#undef TYPE
#define TYPE struct syncobj_timeline_wait
CALL(timeline_wait, "TIMELINE_WAIT", DRM_IOWR(0xCA, TYPE), F(handles, U32S), F(points, U64S),
     F(count_handles, NUMBER), F(timeout_nsec, TIME), F(flags, HEX), F(first_signaled, NUMBER),
     F(pad, HEX), F(deadline_nsec, TIME));
#undef TYPE
#define TYPE struct syncobj_eventfd
CALL(syncobj_eventfd, "SYNCOBJ_EVENTFD", DRM_IOWR(0xCF, TYPE), F(handle, NUMBER), F(flags, HEX),
     F(point, NUMBER), F(fd, FD), F(pad, HEX));
#undef TYPE
#define TYPE struct drm_syncobj_array
CALL(syncobj_reset, "SYNCOBJ_RESET", DRM_IOCTL_SYNCOBJ_RESET, F(handles, U32S),
     F(count_handles, NUMBER), F(pad, HEX));
CALL(syncobj_signal, "SYNCOBJ_SIGNAL", DRM_IOCTL_SYNCOBJ_SIGNAL, F(handles, U32S),
     F(count_handles, NUMBER), F(pad, HEX));
#undef TYPE
#define TYPE struct drm_syncobj_timeline_array
CALL(timeline_signal, "TIMELINE_SIGNAL", DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, F(handles, U32S),
     F(points, U64S), F(count_handles, NUMBER), F(flags, HEX));
CALL(syncobj_query, "SYNCOBJ_QUERY", DRM_IOCTL_SYNCOBJ_QUERY, F(handles, U32S),
     F(count_handles, NUMBER), F(points, POINTER), F(flags, HEX));
#undef TYPE
#define TYPE struct drm_syncobj_transfer
CALL(syncobj_transfer, "SYNCOBJ_TRANSFER", DRM_IOCTL_SYNCOBJ_TRANSFER, F(src_handle, NUMBER),
     F(src_point, NUMBER), F(dst_handle, NUMBER), F(dst_point, NUMBER), F(flags, HEX), F(pad, HEX));
#undef TYPE

/* ---- sync files ---- */

#define TYPE struct sync_merge_data
CALL(merge, "SYNC_MERGE", SYNC_IOC_MERGE, F(fd2, FD), F(fence, FD), F(flags, HEX), F(pad, HEX));
#undef TYPE
#define TYPE struct sync_file_info
CALL(file_info, "SYNC_FILE_INFO", SYNC_IOC_FILE_INFO, F(status, HEX), F(flags, HEX),
     F(num_fences, NUMBER), F(pad, HEX), F(sync_fence_info, POINTER));
#undef TYPE
#define TYPE struct sync_deadline
CALL(set_deadline, "SYNC_SET_DEADLINE", _IOW(SYNC_IOC_MAGIC, 5, TYPE), F(deadline_ns, TIME),
     F(pad, HEX));
#undef TYPE

/* ---- amdgpu ---- */

#define TYPE union drm_amdgpu_gem_create
CALL(gem_create, "GEM_CREATE", DRM_IOCTL_AMDGPU_GEM_CREATE, F(in.bo_size, NUMBER),
     F(in.alignment, NUMBER), F(in.domains, HEX), F(in.domain_flags, HEX), OUT(out.handle, NUMBER));
#undef TYPE
#define TYPE union drm_amdgpu_gem_mmap
CALL(gem_mmap, "GEM_MMAP", DRM_IOCTL_AMDGPU_GEM_MMAP, F(in.handle, NUMBER), F(in._pad, HEX),
     OUT(out.addr_ptr, OPAQUE));
#undef TYPE
#define TYPE struct auq_uapi_gem_va
CALL(gem_va, "GEM_VA", AUQ_IOCTL_GEM_VA, F(handle, NUMBER), F(pad, HEX), F(operation, NUMBER),
     F(flags, HEX), F(va_address, HEX), F(offset_in_bo, HEX), F(map_size, HEX),
     F(vm_timeline_point, NUMBER), F(vm_timeline_syncobj_out, NUMBER),
     F(input_fence_syncobj_handles, U32S), F(num_syncobj_handles, NUMBER));
#undef TYPE
#define TYPE struct drm_amdgpu_gem_op
CALL(gem_op, "GEM_OP", DRM_IOCTL_AMDGPU_GEM_OP, F(handle, NUMBER), F(op, NUMBER),
     F(value, POINTER));
#undef TYPE
#define TYPE struct drm_amdgpu_gem_metadata
CALL(gem_metadata, "GEM_METADATA", DRM_IOCTL_AMDGPU_GEM_METADATA, F(handle, NUMBER), F(op, NUMBER),
     F(data.flags, HEX), F(data.tiling_info, HEX), F(data.data_size_bytes, NUMBER),
     F(data.data[0], HEX), F(data.data[1], HEX));
#undef TYPE
#define TYPE union drm_amdgpu_gem_wait_idle
CALL(gem_wait_idle, "GEM_WAIT_IDLE", DRM_IOCTL_AMDGPU_GEM_WAIT_IDLE, F(in.handle, NUMBER),
     F(in.flags, HEX), F(in.timeout, TIME), OUT(out.status, NUMBER), OUT(out.domain, HEX));
#undef TYPE
#define TYPE union drm_amdgpu_ctx
CALL(ctx, "CTX", DRM_IOCTL_AMDGPU_CTX, F(in.op, NUMBER), F(in.flags, HEX), F(in.ctx_id, NUMBER),
     F(in.priority, HEX), OUT(out.state.flags, HEX), OUT(out.state.hangs, NUMBER),
     OUT(out.state.reset_status, NUMBER));
#undef TYPE
#define TYPE struct auq_uapi_info
CALL(info, "INFO", AUQ_IOCTL_INFO, F(return_pointer, POINTER), F(return_size, NUMBER),
     F(query, HEX), F(ip_type, HEX), F(ip_instance, HEX), F(pad[0], HEX), F(pad[1], HEX));
#undef TYPE
#define TYPE union auq_uapi_userq
CALL(userq, "USERQ", AUQ_IOCTL_USERQ, F(in.op, NUMBER), F(in.queue_id, NUMBER),
     F(in.ip_type, NUMBER), F(in.doorbell_handle, NUMBER), F(in.doorbell_offset, NUMBER),
     F(in.flags, HEX), F(in.queue_va, HEX), F(in.queue_size, NUMBER), F(in.rptr_va, HEX),
     F(in.wptr_va, HEX), F(in.mqd, POINTER), F(in.mqd_size, NUMBER), OUT(out.queue_id, NUMBER));
#undef TYPE
#define TYPE struct auq_uapi_signal
CALL(signal, "SIGNAL", AUQ_IOCTL_SIGNAL, F(queue_id, NUMBER), F(pad, HEX), F(syncobj_handles, U32S),
     F(num_syncobj_handles, NUMBER), F(pad0, HEX), F(pad1, HEX), F(bo_read_handles, U32S),
     F(num_bo_read_handles, NUMBER), F(bo_write_handles, U32S), F(num_bo_write_handles, NUMBER));
#undef TYPE
#define TYPE struct auq_uapi_wait
CALL(wait, "WAIT", AUQ_IOCTL_WAIT, F(waitq_id, NUMBER), F(pad, HEX),
     F(syncobj_timeline_handles, U32S), F(num_syncobj_timeline_handles, NUMBER),
     F(syncobj_timeline_points, POINTER), F(syncobj_handles, U32S), F(num_syncobj_handles, NUMBER),
     F(pad0, HEX), F(bo_read_handles, U32S), F(num_bo_read_handles, NUMBER),
     F(bo_write_handles, U32S), F(num_bo_write_handles, NUMBER), F(num_fences, NUMBER),
     F(out_fences, POINTER));
#undef TYPE
