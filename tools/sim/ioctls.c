/* SPDX-License-Identifier: MIT */
/* The table of DRM's own ioctls, and those that belong to nothing else: drm_ioctl.c. */
#include <errno.h>
#include <string.h>

#include "drm-core.h"
#include "gem.h"
#include "syncobj.h"

#define DRIVER_MAJOR 3
#define DRIVER_MINOR 64 /* KMS_DRIVER_MINOR in amdgpu_drv.c, 6.18 to 7.3 */
#define IF_MAJOR     1
#define IF_MINOR     4

/* As much as fits, and how long it is. */
static int copy_field(struct sim_task *task, char *user, size_t *bytes, const char *value)
{
	size_t len = strlen(value), n = len < *bytes ? len : *bytes;

	*bytes = len;
	if (!n || !user)
		return 0;
	return task->ops->write(task, (uintptr_t)user, value, n);
}

static int version(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_version *args = data;
	int err;

	(void)file;
	args->version_major = DRIVER_MAJOR;
	args->version_minor = DRIVER_MINOR;
	args->version_patchlevel = 0;
	err = copy_field(task, args->name, &args->name_len, "amdgpu");
	if (!err)
		err = copy_field(task, args->date, &args->date_len, "0");
	if (!err)
		err = copy_field(task, args->desc, &args->desc_len, "AMD GPU");
	return err;
}

static int get_unique(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_unique *args = data;
	const char *unique = file->base.sim->is_unique_set ? "pci:" SIM_PCI_ADDRESS : "";
	size_t len = strlen(unique);
	int err = 0;

	if (len && args->unique_len >= len)
		err = task->ops->write(task, (uintptr_t)args->unique, unique, len);
	if (!err)
		args->unique_len = len;
	return err;
}

/* Of client 0 only whether the caller is authenticated: what libva asks. */
static int get_client(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_client *args = data;

	if (args->idx)
		return -EINVAL;
	*args = (struct drm_client){
		.auth = file->is_authenticated,
		.pid = (unsigned long)task->pid,
		.uid = 65534, /* overflowuid */
	};
	return 0;
}

static int get_cap(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_get_cap *args = data;

	(void)file;
	(void)task;
	args->value = 0;
	switch (args->capability) {
	case DRM_CAP_PRIME:
		args->value = DRM_PRIME_CAP_IMPORT | DRM_PRIME_CAP_EXPORT;
		return 0;
	case DRM_CAP_TIMESTAMP_MONOTONIC:
	case DRM_CAP_SYNCOBJ:
	case DRM_CAP_SYNCOBJ_TIMELINE:
	case DRM_CAP_DUMB_BUFFER:
	case DRM_CAP_VBLANK_HIGH_CRTC:
	case DRM_CAP_PAGE_FLIP_TARGET:
	case DRM_CAP_ADDFB2_MODIFIERS:
	case DRM_CAP_CRTC_IN_VBLANK_EVENT:
		args->value = 1;
		return 0;
	case DRM_CAP_CURSOR_WIDTH:
	case DRM_CAP_CURSOR_HEIGHT:
		args->value = 64;
		return 0;
	case DRM_CAP_DUMB_PREFERRED_DEPTH:
	case DRM_CAP_DUMB_PREFER_SHADOW:
	case DRM_CAP_ASYNC_PAGE_FLIP:
	case ABI_CAP_ATOMIC_ASYNC_PAGE_FLIP:
		return 0;
	default:
		return -EINVAL;
	}
}

static int set_client_cap(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct drm_set_client_cap *args = data;

	(void)file;
	(void)task;
	switch (args->capability) {
	case DRM_CLIENT_CAP_STEREO_3D:
	case DRM_CLIENT_CAP_UNIVERSAL_PLANES:
	case DRM_CLIENT_CAP_ASPECT_RATIO:
		return args->value > 1 ? -EINVAL : 0;
	case DRM_CLIENT_CAP_ATOMIC:
	case ABI_CLIENT_CAP_CURSOR_PLANE_HOTSPOT:
		return -EOPNOTSUPP;
	default: /* the others need ATOMIC first */
		return -EINVAL;
	}
}

static int set_version(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_set_version *args = data;
	int ret = 0;

	(void)task;
	if (args->drm_di_major != -1) {
		if (args->drm_di_major != IF_MAJOR || args->drm_di_minor < 0 ||
		    args->drm_di_minor > IF_MINOR)
			ret = -EINVAL;
		else if (args->drm_di_minor >= 1)
			file->base.sim->is_unique_set = true;
	}
	if (!ret && args->drm_dd_major != -1 &&
	    (args->drm_dd_major != DRIVER_MAJOR || args->drm_dd_minor < 0 ||
	     args->drm_dd_minor > DRIVER_MINOR))
		ret = -EINVAL;

	args->drm_di_major = IF_MAJOR;
	args->drm_di_minor = IF_MINOR;
	args->drm_dd_major = DRIVER_MAJOR;
	args->drm_dd_minor = DRIVER_MINOR;
	return ret;
}

/* The name is shown nowhere: only whether it is one matters. */
static int set_client_name(struct drm_file *file, struct sim_task *task, void *data)
{
	const struct abi_set_client_name *args = data;
	char name[ABI_CLIENT_NAME_MAX];
	uint64_t i;
	int err;

	(void)file;
	if (args->name_len > sizeof(name))
		return -EINVAL;
	err = args->name_len ? task->ops->read(task, name, args->name, args->name_len) : 0;
	for (i = 0; i < args->name_len && !err; i++) {
		if (name[i] < '!' || name[i] > '~')
			err = -EINVAL;
	}
	return err;
}

static int nothing(struct drm_file *file, struct sim_task *task, void *data)
{
	(void)file;
	(void)task;
	(void)data;
	return 0;
}

#define AUTH   DRM_TABLE_AUTH
#define MASTER DRM_TABLE_MASTER
#define ROOT   (DRM_TABLE_AUTH | DRM_TABLE_MASTER | DRM_TABLE_ROOT_ONLY)
#define RENDER DRM_TABLE_RENDER

#define IOCTL(_cmd, _func, _flags) [_IOC_NR(_cmd)] = {.cmd = _cmd, .flags = _flags, .func = _func}

static const struct drm_ioctl core_ioctls[] = {
	IOCTL(DRM_IOCTL_VERSION, version, RENDER),
	IOCTL(DRM_IOCTL_GET_UNIQUE, get_unique, 0),
	IOCTL(DRM_IOCTL_GET_MAGIC, master_get_magic_ioctl, 0),
	IOCTL(DRM_IOCTL_GET_CLIENT, get_client, 0),
	IOCTL(DRM_IOCTL_GET_STATS, nothing, 0),
	IOCTL(DRM_IOCTL_GET_CAP, get_cap, RENDER),
	IOCTL(DRM_IOCTL_SET_CLIENT_CAP, set_client_cap, 0),
	IOCTL(DRM_IOCTL_SET_VERSION, set_version, MASTER),
	IOCTL(DRM_IOCTL_SET_UNIQUE, mode_invalid_ioctl, ROOT),
	IOCTL(DRM_IOCTL_BLOCK, nothing, ROOT),
	IOCTL(DRM_IOCTL_UNBLOCK, nothing, ROOT),
	IOCTL(DRM_IOCTL_AUTH_MAGIC, master_auth_magic_ioctl, MASTER),
	IOCTL(DRM_IOCTL_SET_MASTER, master_set_ioctl, 0),
	IOCTL(DRM_IOCTL_DROP_MASTER, master_drop_ioctl, 0),
	IOCTL(DRM_IOCTL_ADD_DRAW, nothing, ROOT),
	IOCTL(DRM_IOCTL_RM_DRAW, nothing, ROOT),
	IOCTL(DRM_IOCTL_FINISH, nothing, AUTH),
	IOCTL(DRM_IOCTL_WAIT_VBLANK, mode_not_supported_ioctl, 0),
	IOCTL(DRM_IOCTL_UPDATE_DRAW, nothing, ROOT),
	IOCTL(ABI_SET_CLIENT_NAME, set_client_name, RENDER),

	IOCTL(DRM_IOCTL_GEM_CLOSE, gem_close_ioctl, RENDER),
	IOCTL(DRM_IOCTL_GEM_FLINK, gem_flink_ioctl, AUTH),
	IOCTL(DRM_IOCTL_GEM_OPEN, gem_open_ioctl, AUTH),
	IOCTL(ABI_GEM_CHANGE_HANDLE, gem_change_handle_ioctl, RENDER),
	IOCTL(DRM_IOCTL_PRIME_HANDLE_TO_FD, prime_handle_to_fd_ioctl, RENDER),
	IOCTL(DRM_IOCTL_PRIME_FD_TO_HANDLE, prime_fd_to_handle_ioctl, RENDER),

	IOCTL(DRM_IOCTL_SYNCOBJ_CREATE, syncobj_create_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_DESTROY, syncobj_destroy_ioctl, RENDER),
	IOCTL(ABI_SYNCOBJ_HANDLE_TO_FD, syncobj_handle_to_fd_ioctl, RENDER),
	IOCTL(ABI_SYNCOBJ_FD_TO_HANDLE, syncobj_fd_to_handle_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_TRANSFER, syncobj_transfer_ioctl, RENDER),
	IOCTL(ABI_SYNCOBJ_WAIT, syncobj_wait_ioctl, RENDER),
	IOCTL(ABI_SYNCOBJ_TIMELINE_WAIT, syncobj_timeline_wait_ioctl, RENDER),
	IOCTL(ABI_SYNCOBJ_EVENTFD, syncobj_eventfd_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_RESET, syncobj_reset_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_SIGNAL, syncobj_signal_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, syncobj_timeline_signal_ioctl, RENDER),
	IOCTL(DRM_IOCTL_SYNCOBJ_QUERY, syncobj_query_ioctl, RENDER),

	IOCTL(DRM_IOCTL_MODE_GETRESOURCES, mode_get_resources_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_GETPLANERESOURCES, mode_get_planes_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_GETCRTC, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_SETCRTC, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_GETPLANE, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_SETPLANE, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_CURSOR, mode_cursor_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_CURSOR2, mode_cursor_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_GETGAMMA, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_SETGAMMA, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_GETENCODER, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_GETCONNECTOR, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_ATTACHMODE, nothing, MASTER),
	IOCTL(DRM_IOCTL_MODE_DETACHMODE, nothing, MASTER),
	IOCTL(DRM_IOCTL_MODE_GETPROPERTY, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_SETPROPERTY, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_GETPROPBLOB, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_GETFB, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_GETFB2, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_RMFB, mode_no_such_object_ioctl, 0),
	IOCTL(ABI_MODE_CLOSEFB, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_PAGE_FLIP, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_DIRTYFB, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_OBJ_GETPROPERTIES, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_OBJ_SETPROPERTY, mode_no_such_object_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_DESTROYPROPBLOB, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_ADDFB, mode_invalid_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_ADDFB2, mode_invalid_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_CREATE_DUMB, mode_invalid_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_MAP_DUMB, mode_no_such_object_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_DESTROY_DUMB, gem_close_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_ATOMIC, mode_not_supported_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_CREATEPROPBLOB, mode_invalid_ioctl, 0),
	IOCTL(DRM_IOCTL_CRTC_GET_SEQUENCE, mode_not_supported_ioctl, 0),
	IOCTL(DRM_IOCTL_CRTC_QUEUE_SEQUENCE, mode_not_supported_ioctl, 0),
	IOCTL(DRM_IOCTL_MODE_CREATE_LEASE, mode_create_lease_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_LIST_LESSEES, mode_list_lessees_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_GET_LEASE, mode_get_lease_ioctl, MASTER),
	IOCTL(DRM_IOCTL_MODE_REVOKE_LEASE, mode_no_such_object_ioctl, MASTER),
};

const struct drm_ioctl *drm_core_ioctls(unsigned *num)
{
	*num = sizeof(core_ioctls) / sizeof(core_ioctls[0]);
	return core_ioctls;
}
