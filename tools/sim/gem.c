/* SPDX-License-Identifier: MIT */
/* GEM objects and their handles. */
#include <errno.h>
#include <stdlib.h>

#include "gem.h"

void gem_init(struct gem_object *object, struct sim *sim, const struct gem_ops *ops, size_t bytes,
	      struct sim_memory *memory)
{
	*object = (struct gem_object){
		.ops = ops,
		.sim = sim,
		.refs = 1,
		.bytes = bytes,
		.memory = memory,
		.mmap_offset = sim->next_mmap_offset,
	};
	sim->next_mmap_offset += (bytes + 0xfff) & ~(uint64_t)0xfff;
	object->next = sim->objects;
	object->link = &sim->objects;
	if (object->next)
		object->next->link = &object->next;
	sim->objects = object;
}

void gem_get(struct gem_object *object)
{
	object->refs++;
}

void gem_put(struct gem_object *object)
{
	if (--object->refs)
		return;
	*object->link = object->next;
	if (object->next)
		object->next->link = object->link;
	if (object->heir)
		resv_move(object->heir, &object->resv);
	else
		resv_fini(&object->resv);
	if (object->memory)
		sim_memory_put(object->memory);
	object->ops->release(object);
}

/* The last handle takes the name and the cached dma-buf with it. */
static void put_handle_count(struct gem_object *object)
{
	struct sim_fd *dmabuf = object->dmabuf;

	if (!--object->handles) {
		if (object->name)
			idr_remove(&object->sim->names, object->name);
		object->name = 0;
		object->dmabuf = NULL;
		if (dmabuf)
			sim_fd_put(dmabuf);
	}
	gem_put(object);
}

int gem_handle_create(struct drm_file *file, struct gem_object *object, uint32_t *handle)
{
	struct gem_handle *entry = calloc(1, sizeof(*entry));
	uint32_t id;
	int err = -ENOMEM;

	if (!entry)
		return -ENOMEM;
	entry->object = object;
	gem_get(object);
	object->handles++;

	id = idr_alloc(&file->gem, entry);
	if (!id)
		goto put_object;
	if (object->ops->open) {
		err = object->ops->open(object, file);
		if (err)
			goto remove_id;
	}
	*handle = id;
	return 0;

remove_id:
	idr_remove(&file->gem, id);
put_object:
	put_handle_count(object);
	free(entry);
	return err;
}

struct gem_object *gem_lookup(struct drm_file *file, uint32_t handle)
{
	struct gem_handle *entry = idr_find(&file->gem, handle);

	if (!entry)
		return NULL;
	gem_get(entry->object);
	return entry->object;
}

static void release_handle(struct drm_file *file, struct gem_handle *entry)
{
	struct gem_object *object = entry->object;

	if (object->ops->close)
		object->ops->close(object, file);
	if (entry->dmabuf)
		sim_fd_put(entry->dmabuf);
	free(entry);
	put_handle_count(object);
}

void gem_close_all(struct drm_file *file)
{
	struct gem_handle *entry;
	uint32_t id;

	for (id = 1; (entry = idr_next(&file->gem, &id)); id++)
		release_handle(file, entry);
	idr_fini(&file->gem);
}

struct gem_object *gem_find_offset(struct sim *sim, uint64_t offset, size_t bytes)
{
	struct gem_object *object;

	for (object = sim->objects; object; object = object->next) {
		if (object->mmap_offset == offset && bytes <= object->bytes)
			return object;
	}
	return NULL;
}

bool gem_is_open_in(const struct gem_object *object, const struct drm_file *file)
{
	struct gem_handle *entry;
	uint32_t id;

	for (id = 1; (entry = idr_next(&file->gem, &id)); id++) {
		if (entry->object == object)
			return true;
	}
	return false;
}

/* ---- ioctls -------------------------------------------------------------- */

int gem_close_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_gem_close *args = data;
	struct gem_handle *entry = idr_remove(&file->gem, args->handle);

	(void)task;
	if (!entry)
		return -EINVAL;
	release_handle(file, entry);
	return 0;
}

int gem_flink_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_gem_flink *args = data;
	struct gem_handle *entry = idr_find(&file->gem, args->handle);
	struct gem_object *object;

	(void)task;
	if (!entry)
		return -ENOENT;
	object = entry->object;
	if (!object->name)
		object->name = idr_alloc(&object->sim->names, object);
	if (!object->name)
		return -ENOMEM;
	args->name = object->name;
	return 0;
}

int gem_open_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_gem_open *args = data;
	struct gem_object *object = idr_find(&file->base.sim->names, args->name);
	int err;

	(void)task;
	if (!object)
		return -ENOENT;
	err = gem_handle_create(file, object, &args->handle);
	if (err)
		return err;
	args->size = object->bytes;
	return 0;
}

/*
 * drm_gem_change_handle_ioctl(): new in 6.18; 7.1.13 and 7.3.4 have taken it back and answer
 * -EINVAL.
 */
int gem_change_handle_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct abi_gem_change_handle *args = data;
	struct gem_handle *entry;
	int err;

	(void)task;
	if (!sim_is_before(file->base.sim, "7.1.13") || args->new_handle > INT32_MAX)
		return -EINVAL;
	entry = idr_find(&file->gem, args->handle);
	if (!entry)
		return -ENOENT;
	if (args->handle == args->new_handle)
		return 0;
	err = idr_alloc_at(&file->gem, entry, args->new_handle);
	if (!err)
		idr_remove(&file->gem, args->handle);
	return err;
}
