/* SPDX-License-Identifier: MIT */
/* USERQ_WAIT: amdgpu_userq_fence.c, amdgpu_userq_wait_ioctl(). */
#include <amdgpu_userq.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

struct wait_call {
	struct drm_file *file;
	struct sim_task *task;
	struct gpu *gpu;
	struct auq_uapi_wait *args;
	uint32_t *syncobjs, *timelines;
	uint64_t *points;
	struct gem_object **read, **write;
	/* fill */
	struct fence **fences;
	unsigned num;
};

/* ---- count --------------------------------------------------------------- */

static int count_one(struct fence *fence, void *arg)
{
	(void)fence;
	++*(unsigned *)arg;
	return 0;
}

static int find_point(struct wait_call *call, unsigned i, struct fence **fence)
{
	return syncobj_find_fence(call->file, call->task, call->timelines[i], call->points[i], true,
				  fence);
}

static int count_syncobjs(struct wait_call *call, unsigned *num)
{
	struct fence *fence;
	unsigned i;
	int err;

	for (i = 0; i < call->args->num_syncobj_timeline_handles; i++) {
		err = find_point(call, i, &fence);
		if (err)
			return err;
		fence_unwrap(fence, count_one, num);
		fence_put(fence);
	}
	for (i = 0; i < call->args->num_syncobj_handles; i++) {
		err = syncobj_find_fence(call->file, call->task, call->syncobjs[i], 0, true,
					 &fence);
		if (err)
			return err;
		++*num;
		fence_put(fence);
	}
	return 0;
}

static void for_each_of_bos(struct wait_call *call, int (*each)(struct fence *fence, void *arg),
			    void *arg, int *err)
{
	unsigned i;

	for (i = 0; !*err && i < call->args->num_bo_read_handles; i++)
		*err = resv_for_each(&call->read[i]->resv, RESV_READ, each, arg);
	for (i = 0; !*err && i < call->args->num_bo_write_handles; i++)
		*err = resv_for_each(&call->write[i]->resv, RESV_WRITE, each, arg);
}

static int count(struct wait_call *call)
{
	unsigned num = 0;
	int err;

	err = count_syncobjs(call, &num);
	if (!err && !call->gpu->quirks.collects_bos_first)
		err = lock_objects(call->gpu, call->read, call->args->num_bo_read_handles,
				   call->write, call->args->num_bo_write_handles);
	if (err)
		return err;
	for_each_of_bos(call, count_one, &num, &err);
	if (call->gpu->quirks.counts_in_16_bits)
		call->args->num_fences = (uint16_t)num;
	else
		call->args->num_fences = num < UINT16_MAX ? (uint16_t)num : UINT16_MAX;
	return err;
}

/* ---- fill ---------------------------------------------------------------- */

/* Takes a reference. */
static int collect(struct fence *fence, void *arg)
{
	struct wait_call *call = arg;

	if (call->num < call->args->num_fences) {
		call->fences[call->num++] = fence_get(fence);
		return 0;
	}
	if (call->gpu->quirks.short_wait_blocks)
		return fence_wait(fence, call->task, SIM_NO_DEADLINE);
	if (call->gpu->quirks.short_wait_warns && !call->gpu->has_warned) {
		call->gpu->has_warned = true;
		gpu_report(call->gpu, "WARN: more fences than WAIT has room for");
	}
	return -EINVAL;
}

static int collect_syncobjs(struct wait_call *call)
{
	unsigned num_points = call->args->num_syncobj_timeline_handles, i;
	struct fence *fence;
	int err;

	for (i = 0; i < num_points + call->args->num_syncobj_handles; i++) {
		if (i < num_points)
			err = find_point(call, i, &fence);
		else
			err = syncobj_find_fence(call->file, call->task,
						 call->syncobjs[i - num_points], 0, true, &fence);
		if (err)
			return err;
		if (i < num_points)
			err = fence_unwrap(fence, collect, call);
		else
			err = collect(fence, call);
		if (err == -EINVAL && call->gpu->quirks.leaks_short_wait)
			gpu_forget(call->gpu, fence);
		else
			fence_put(fence);
		if (err)
			return err;
	}
	return 0;
}

static int collect_all(struct wait_call *call)
{
	int err = 0;

	if (call->gpu->quirks.collects_bos_first)
		for_each_of_bos(call, collect, call, &err);
	if (!err)
		err = collect_syncobjs(call);
	if (!err && !call->gpu->quirks.collects_bos_first) {
		err = lock_objects(call->gpu, call->read, call->args->num_bo_read_handles,
				   call->write, call->args->num_bo_write_handles);
		for_each_of_bos(call, collect, call, &err);
	}
	return err;
}

/* The kernel puts references that it has put already. We tell, and keep ours. */
static void report_double_put(struct gpu *gpu)
{
	gpu_report(gpu, "use after free: WAIT has put its fences twice");
}

static int gather(struct wait_call *call, struct gpu_queue *queue, struct auq_uapi_fence_info *info,
		  unsigned *num_info)
{
	unsigned i;
	int err;

	for (i = 0; i < call->num; i++) {
		struct userq_fence *fence = userq_fence_of(call->fences[i]);

		if (!fence) {
			err = fence_wait(call->fences[i], call->task, SIM_NO_DEADLINE);
			if (err) {
				if (call->gpu->quirks.puts_twice_on_error)
					report_double_put(call->gpu);
				return err;
			}
			continue;
		}
		err = gpu_queue_gather(queue, fence->driver);
		if (err)
			return err;
		info[*num_info].va = SEQ64_VA(fence->driver->slot);
		info[(*num_info)++].value = fence->base.seqno;
	}
	return 0;
}

static int fill_from(struct wait_call *call)
{
	struct auq_uapi_fence_info *info;
	struct gpu_queue *queue;
	unsigned num_info = 0;
	int err;

	err = collect_all(call);
	if (err)
		return err;
	if (!call->num && call->gpu->quirks.dedups_nothing_to_one)
		gpu_report(call->gpu, "use of an uninitialised pointer: WAIT for nothing");
	call->num = fence_dedup(call->fences, call->num);

	queue = idr_find(&call->file->gpu->queues, call->args->waitq_id);
	if (!queue)
		return -EINVAL;
	info = calloc(call->num + 1, sizeof(*info));
	if (!info)
		return -ENOMEM;
	gpu_queue_get(queue);
	err = gather(call, queue, info, &num_info);
	if (!err) {
		call->args->num_fences = (uint16_t)num_info;
		if (call->gpu->quirks.puts_twice)
			report_double_put(call->gpu);
		if (num_info && call->task->ops->write(call->task, call->args->out_fences, info,
						       num_info * sizeof(*info))) {
			err = -EFAULT;
			if (call->gpu->quirks.puts_twice_on_error)
				report_double_put(call->gpu);
		}
	}
	gpu_queue_put(queue);
	free(info);
	return err;
}

static int fill(struct wait_call *call)
{
	int err;

	call->fences = calloc(call->args->num_fences, sizeof(struct fence *));
	if (!call->fences)
		return -ENOMEM;
	err = fill_from(call);
	while (call->num--)
		fence_put(call->fences[call->num]);
	free(call->fences);
	return err;
}

/* ---- arguments ----------------------------------------------------------- */

static int copy_points(struct wait_call *call)
{
	unsigned num = call->args->num_syncobj_timeline_handles, i;
	uint64_t user = call->args->syncobj_timeline_points;
	void *points;
	int err;

	if (call->gpu->quirks.points_are_64) {
		err = copy_array(call->task, user, num, 8, &points);
		call->points = points;
		return err;
	}
	err = copy_array(call->task, user, num, 4, &points);
	if (err || !num)
		return err;
	call->points = calloc(num, sizeof(uint64_t));
	for (i = 0; call->points && i < num; i++)
		call->points[i] = ((uint32_t *)points)[i];
	free(points);
	return call->points ? 0 : -ENOMEM;
}

static int copy_syncobjs(struct wait_call *call)
{
	void *array;
	int err;

	err = copy_array(call->task, call->args->syncobj_handles, call->args->num_syncobj_handles,
			 4, &array);
	call->syncobjs = array;
	if (err)
		return err;
	err = copy_array(call->task, call->args->syncobj_timeline_handles,
			 call->args->num_syncobj_timeline_handles, 4, &array);
	call->timelines = array;
	return err ? err : copy_points(call);
}

static int copy_objects(struct wait_call *call)
{
	const struct auq_uapi_wait *args = call->args;
	void *read = NULL, *write = NULL;
	int err;

	err = copy_array(call->task, args->bo_read_handles, args->num_bo_read_handles, 4, &read);
	if (!err && call->gpu->quirks.collects_bos_first)
		err = copy_array(call->task, args->bo_write_handles, args->num_bo_write_handles, 4,
				 &write);
	if (!err && call->gpu->quirks.collects_bos_first)
		err = copy_syncobjs(call);
	if (!err)
		err = lookup_objects(call->file, read, args->num_bo_read_handles, &call->read);
	if (!err && !call->gpu->quirks.collects_bos_first)
		err = copy_array(call->task, args->bo_write_handles, args->num_bo_write_handles, 4,
				 &write);
	if (!err)
		err = lookup_objects(call->file, write, args->num_bo_write_handles, &call->write);
	free(read);
	free(write);
	return err;
}

int wait_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct auq_uapi_wait *args = data;
	struct gpu *gpu = file->gpu->gpu;
	struct wait_call call = {.file = file, .task = task, .gpu = gpu, .args = args};
	int err = 0;

	if (!gpu->is_on && gpu->quirks.gates_signal)
		return -AUQ_ENOTSUPP;
	if (gpu->quirks.limits_bos && (args->num_bo_read_handles > AUQ_UAPI_MAX_BOS ||
				       args->num_bo_write_handles > AUQ_UAPI_MAX_BOS))
		return -EINVAL;

	if (!gpu->quirks.collects_bos_first)
		err = copy_syncobjs(&call);
	if (!err)
		err = copy_objects(&call);
	if (!err && gpu->quirks.collects_bos_first)
		err = lock_objects(gpu, call.read, args->num_bo_read_handles, call.write,
				   args->num_bo_write_handles);
	if (!err)
		err = args->num_fences ? fill(&call) : count(&call);

	if (call.write)
		put_objects(call.write, args->num_bo_write_handles);
	if (call.read)
		put_objects(call.read, args->num_bo_read_handles);
	free(call.points);
	free(call.timelines);
	free(call.syncobjs);
	return err;
}
