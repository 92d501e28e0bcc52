/* SPDX-License-Identifier: MIT */
/*
 * The driver's ioctls for kernel rings, of which there are none, and for memory of the client as
 * a buffer, which a kernel without MMU notifiers refuses: amdgpu_bo_list.c, amdgpu_cs.c,
 * amdgpu_sched.c, amdgpu_vm.c, amdgpu_gem.c. What is not in the table of ioctls answers -EINVAL,
 * as these do without a ring.
 */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

#define BO_LIST_MAX (128u * 1024) /* 7.3 */

/* The buffers of a list are looked up; nobody ever asks for them again. */
static int check_list(struct drm_file *drm, struct sim_task *task,
		      const struct drm_amdgpu_bo_list_in *in)
{
	struct drm_amdgpu_bo_list_entry entry;
	struct gem_object *object;
	size_t bytes = in->bo_info_size;
	uint32_t i;

	if (drm->gpu->gpu->quirks.checks_bo_list &&
	    (in->bo_number > BO_LIST_MAX || bytes != sizeof(entry)))
		return -EINVAL;
	if (in->bo_number > INT32_MAX / sizeof(entry)) /* kvmalloc_array() */
		return -ENOMEM;
	for (i = 0; i < in->bo_number; i++) {
		memset(&entry, 0, sizeof(entry));
		if (task->ops->read(task, &entry, in->bo_info_ptr + i * bytes,
				    bytes < sizeof(entry) ? bytes : sizeof(entry)))
			return -EFAULT;
		object = gem_lookup(drm, entry.bo_handle);
		if (!object)
			return -ENOENT;
		gem_put(object);
	}
	return 0;
}

int bo_list_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	union drm_amdgpu_bo_list *args = data;
	struct idr *lists = &drm->gpu->bo_lists;
	uint32_t handle = args->in.list_handle;
	int err;

	switch (args->in.operation) {
	case AMDGPU_BO_LIST_OP_CREATE:
		err = check_list(drm, task, &args->in);
		if (err)
			return err;
		handle = idr_alloc(lists, drm->gpu);
		if (!handle)
			return -ENOMEM;
		break;
	case AMDGPU_BO_LIST_OP_UPDATE:
		err = check_list(drm, task, &args->in);
		if (err)
			return err;
		if (!idr_find(lists, handle))
			return -ENOENT;
		break;
	case AMDGPU_BO_LIST_OP_DESTROY:
		idr_remove(lists, handle);
		handle = 0;
		break;
	default:
		return -EINVAL;
	}
	memset(args, 0, sizeof(*args));
	args->out.list_handle = handle;
	return 0;
}

int vm_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	const union drm_amdgpu_vm *args = data;

	(void)drm;
	(void)task;
	if (args->in.flags)
		return -EINVAL;
	/* A VMID reserved or not: nobody can tell. */
	return args->in.op == AMDGPU_VM_OP_RESERVE_VMID ||
			       args->in.op == AMDGPU_VM_OP_UNRESERVE_VMID
		       ? 0
		       : -EINVAL;
}

/* For the master, who has no context of a ring whose priority it could change. */
int sched_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	(void)drm;
	(void)task;
	(void)data;
	return -EINVAL;
}

int gem_userptr_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	const struct drm_amdgpu_gem_userptr *args = data;

	(void)drm;
	(void)task;
	if ((args->addr | args->size) & (GPU_PAGE - 1))
		return -EINVAL;
	if (args->flags & ~(AMDGPU_GEM_USERPTR_READONLY | AMDGPU_GEM_USERPTR_ANONONLY |
			    AMDGPU_GEM_USERPTR_VALIDATE | AMDGPU_GEM_USERPTR_REGISTER))
		return -EINVAL;
	if (!(args->flags & (AMDGPU_GEM_USERPTR_READONLY | AMDGPU_GEM_USERPTR_REGISTER)))
		return -EACCES;
	return args->size ? -ENODEV : -ENOSPC;
}

/* PROC_OPTIONS, of 7.3: its one option is the compute driver's, which is not there. */
int proc_options_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	(void)drm;
	(void)task;
	return *(const uint32_t *)data ? -EINVAL : -EOPNOTSUPP;
}
