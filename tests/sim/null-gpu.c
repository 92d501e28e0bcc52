/* SPDX-License-Identifier: MIT */
#include "null-gpu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <drm.h>

#include "gpu.h"

struct null_gpu null_gpu;
bool null_gpu_is_absent;

static void log_call(const char *what)
{
	if (strlen(null_gpu.order) < sizeof(null_gpu.order) - 1)
		strcat(null_gpu.order, what);
}

static const char *timeline_name(struct fence *fence)
{
	(void)fence;
	return "null-timeline";
}

static void fence_release(struct fence *fence)
{
	null_gpu.fences--;
	free(fence);
}

static const struct fence_ops fence_ops = {
	.driver_name = "null-driver",
	.timeline_name = timeline_name,
	.release = fence_release,
};

struct fence *null_fence(struct sim *sim, uint64_t context, uint64_t seqno)
{
	struct fence *fence = malloc(sizeof(*fence));

	if (!fence)
		return NULL;
	fence_init(fence, sim, &fence_ops, context, seqno);
	null_gpu.fences++;
	return fence;
}

static int object_open(struct gem_object *object, struct drm_file *file)
{
	int err = null_gpu.open_error;

	(void)object;
	(void)file;
	null_gpu.open_error = 0;
	if (!err)
		null_gpu.opened++;
	return err;
}

static void object_close(struct gem_object *object, struct drm_file *file)
{
	(void)object;
	(void)file;
	null_gpu.closed++;
	log_call("h");
}

static int object_export(struct gem_object *object)
{
	int err = null_gpu.export_error;

	(void)object;
	null_gpu.export_error = 0;
	return err;
}

static void object_release(struct gem_object *object)
{
	null_gpu.objects--;
	free(object);
}

static const struct gem_ops object_ops = {
	.open = object_open,
	.close = object_close,
	.export = object_export,
	.release = object_release,
};

static struct gem_object *create_object(struct sim *sim, size_t bytes, struct sim_memory *memory)
{
	struct gem_object *object = malloc(sizeof(*object));

	if (!object)
		return NULL;
	gem_init(object, sim, &object_ops, bytes, memory);
	null_gpu.objects++;
	return object;
}

/* ---- what the core calls ------------------------------------------------- */

struct gpu *gpu_create(struct sim *sim, const struct sim_profile *profile, uint64_t seed)
{
	(void)sim;
	(void)profile;
	(void)seed;
	if (null_gpu_is_absent)
		return NULL;
	null_gpu = (struct null_gpu){0};
	return (struct gpu *)&null_gpu;
}

void gpu_destroy(struct gpu *gpu)
{
	(void)gpu;
}

struct gpu_file *gpu_file_open(struct drm_file *file)
{
	return null_gpu.refuses_files ? NULL : (struct gpu_file *)file;
}

void gpu_file_release(struct drm_file *file)
{
	(void)file;
	log_call("r");
}

void gpu_file_close(struct drm_file *file)
{
	(void)file;
	log_call("c");
}

static int add_one(struct drm_file *file, struct sim_task *task, void *data)
{
	int64_t *value = data;

	(void)file;
	(void)task;
	if (*value < 0)
		return (int)*value;
	++*value;
	return 0;
}

static int create(struct drm_file *file, struct sim_task *task, void *data)
{
	struct null_create *args = data;
	struct sim_memory *memory = NULL;
	struct gem_object *object;
	int err;

	(void)task;
	if (!(args->bytes & 1)) {
		memory = sim_memory_create(args->bytes);
		if (!memory)
			return -ENOMEM;
	}
	object = create_object(file->base.sim, args->bytes, memory);
	if (!object) {
		if (memory)
			sim_memory_put(memory);
		return -ENOMEM;
	}
	err = gem_handle_create(file, object, &args->handle);
	args->mmap_offset = object->mmap_offset;
	gem_put(object);
	return err;
}

const struct drm_ioctl *gpu_ioctls(const struct gpu *gpu, unsigned *num)
{
	static const struct drm_ioctl ioctls[] = {
		{.cmd = NULL_IOCTL, .flags = DRM_TABLE_RENDER | DRM_TABLE_AUTH, .func = add_one},
		{.cmd = NULL_CREATE, .flags = DRM_TABLE_RENDER, .func = create},
	};

	(void)gpu;
	*num = sizeof(ioctls) / sizeof(ioctls[0]);
	return ioctls;
}
