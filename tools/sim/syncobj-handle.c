/* SPDX-License-Identifier: MIT */
/*
 * The handles of syncobjs, of which 0 is none. From 7.1 on they are in an xarray where 0 is merely
 * reserved, and who destroys 0 gets -EINVAL, but frees it: then it is the next that is given out
 * (drm_syncobj_destroy(): xa_erase(); seen on 7.3.4).
 */
#include <errno.h>

#include "syncobj.h"

/* In the table 0 is id 1. */
#define ID_OF(handle) ((handle) + 1)

static struct syncobj reserved;

static bool is_empty(const struct drm_file *file)
{
	uint32_t id = ID_OF(1);

	return !idr_next(&file->syncobjs, &id);
}

int syncobj_handle_alloc(struct drm_file *file, struct syncobj *syncobj, uint32_t *handle)
{
	uint32_t id;

	if (!file->syncobjs.max && !idr_alloc(&file->syncobjs, &reserved))
		return -ENOMEM;
	id = idr_alloc(&file->syncobjs, syncobj);
	if (!id)
		return -ENOMEM;
	*handle = id - ID_OF(0);
	return 0;
}

struct syncobj *syncobj_handle_find(const struct drm_file *file, uint32_t handle)
{
	struct syncobj *syncobj = idr_find(&file->syncobjs, ID_OF(handle));

	return syncobj == &reserved ? NULL : syncobj;
}

struct syncobj *syncobj_handle_remove(struct drm_file *file, uint32_t handle)
{
	struct syncobj *syncobj = syncobj_handle_find(file, handle);
	bool frees_reserved = !handle && !is_empty(file) && !sim_is_before(file->base.sim, "7.1");

	if (syncobj || frees_reserved)
		idr_remove(&file->syncobjs, ID_OF(handle));
	return syncobj;
}

void syncobj_close_all(struct drm_file *file)
{
	struct syncobj *syncobj;
	uint32_t id;

	for (id = 1; (syncobj = idr_next(&file->syncobjs, &id)); id++) {
		if (syncobj != &reserved)
			syncobj_put(syncobj);
	}
	idr_fini(&file->syncobjs);
}
