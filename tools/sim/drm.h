/* SPDX-License-Identifier: MIT */
/* The core of DRM: open files, ioctl tables, GEM handles and syncobjs. The lock is held. */
#ifndef SIM_DRM_H
#define SIM_DRM_H

#include "fence.h"
#include "idr.h"
#include "kernel.h"

struct gpu_file; /* the driver's part of an open file: gpu.h */

struct drm_file {
	struct sim_fd base;
	struct drm_file *next; /* of all that are open */
	uint64_t client_id;
	bool is_render;
	bool is_authenticated;
	bool was_master;
	uint32_t magic;
	pid_t pid; /* who uses it */
	char comm[16];
	struct idr gem;      /* of struct gem_handle */
	struct idr syncobjs; /* of struct syncobj: syncobj_lookup() */
	struct gpu_file *gpu;
};

struct drm_file *drm_file_of(struct sim_fd *file); /* NULL: not a DRM file */

#define DRM_TABLE_AUTH      (1u << 0)
#define DRM_TABLE_MASTER    (1u << 1)
#define DRM_TABLE_ROOT_ONLY (1u << 2)
#define DRM_TABLE_RENDER    (1u << 3)

struct drm_ioctl {
	uint32_t cmd; /* the size is what this kernel knows: others are cut, or filled with 0 */
	uint32_t flags;
	/* @data: the argument, copied in and, whatever is returned, out. 0 or -errno. */
	int (*func)(struct drm_file *file, struct sim_task *task, void *data);
};

/* ---- GEM ----------------------------------------------------------------- */

struct gem_object;

struct gem_ops {
	/* For a new handle, and for one that goes. May be NULL. open: 0, or the handle's -errno */
	int (*open)(struct gem_object *object, struct drm_file *file);
	void (*close)(struct gem_object *object, struct drm_file *file);
	int (*export)(struct gem_object *object);   /* as a dma-buf: 0, or why not. May be NULL */
	void (*release)(struct gem_object *object); /* the last reference is gone: frees it */
};

struct gem_object {
	const struct gem_ops *ops;
	struct sim *sim;
	struct gem_object *next, **link; /* of all */
	unsigned refs;
	unsigned handles;
	uint32_t name; /* of flink, or 0 */
	size_t bytes;
	struct sim_memory *memory;
	struct resv resv;
	struct resv *heir;     /* takes the fences of one that a kernel never frees; or NULL */
	struct sim_fd *dmabuf; /* a reference as long as there are handles, or NULL */
	uint64_t mmap_offset;  /* fake, in the DRM file; unique as long as it lives */
};

/* One reference, the caller's; takes over that of @memory. */
void gem_init(struct gem_object *object, struct sim *sim, const struct gem_ops *ops, size_t bytes,
	      struct sim_memory *memory);
void gem_get(struct gem_object *object);
void gem_put(struct gem_object *object);
/* Takes a reference of its own. 0 or -errno. */
int gem_handle_create(struct drm_file *file, struct gem_object *object, uint32_t *handle);
struct gem_object *gem_lookup(struct drm_file *file, uint32_t handle); /* a reference, or NULL */

/* ---- syncobjs ------------------------------------------------------------ */

struct syncobj;

struct syncobj *syncobj_lookup(struct drm_file *file, uint32_t handle); /* a reference, or NULL */
void syncobj_get(struct syncobj *syncobj);
void syncobj_put(struct syncobj *syncobj);
void syncobj_replace_fence(struct syncobj *syncobj, struct fence *fence); /* takes a reference */
/* drm_syncobj_add_point(): takes over the reference. -ENOMEM: has not. */
int syncobj_add_point(struct syncobj *syncobj, struct fence *fence, uint64_t point);
/*
 * drm_syncobj_find_fence(): a reference. -ENOENT, -EINVAL (no fence there yet), and with
 * @wait_for_submit after 5 s -ETIME, or -SIM_ERESTARTSYS.
 */
int syncobj_find_fence(struct drm_file *file, struct sim_task *task, uint32_t handle,
		       uint64_t point, bool wait_for_submit, struct fence **fence);

#endif
