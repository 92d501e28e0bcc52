// SPDX-License-Identifier: MIT
#include <poll.h>
#include <unistd.h>

#include "random.h"
#include "trace.h"

struct random_syncobj *random_syncobj(struct random_state *state, unsigned int file)
{
	return &state->syncobjs[file][random_below(state, NUM_SYNCOBJS)];
}

void random_new_syncobj(struct random_state *state, unsigned int file, unsigned int index)
{
	if (state->num_objects == NUM_OBJECTS)
		die("a sequence makes more than %d syncobjs", NUM_OBJECTS);
	state->syncobjs[file][index] = (struct random_syncobj){
		.handle = syncobj_create(&state->files[file]),
		.object = &state->objects[state->num_objects++],
	};
	state->syncobjs[file][index].object->is_plain = true;
}

static void one(struct random_state *state, const struct call *c)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *syncobj = random_syncobj(state, file);
	struct drm_syncobj_array args = {.handles = (uintptr_t)&syncobj->handle,
					 .count_handles = 1};

	if (!call(state->files[file].fd, c, &args))
		syncobj->object->is_plain = true;
	state->unsettled = true;
}

void random_reset(struct random_state *state)
{
	one(state, &syncobj_reset_call);
}

void random_set(struct random_state *state)
{
	one(state, &syncobj_signal_call);
}

void random_point(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *syncobj = random_syncobj(state, file);
	uint64_t point = 1 + random_below(state, 5);
	struct drm_syncobj_timeline_array args = {.handles = (uintptr_t)&syncobj->handle,
						  .points = (uintptr_t)&point,
						  .count_handles = 1};

	call(state->files[file].fd, &timeline_signal_call, &args);
	syncobj->object->is_plain = false;
}

/* A container at a point makes the kernel WARN, so only plain ones get there. */
void random_transfer(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *src = random_syncobj(state, file),
			      *dst = random_syncobj(state, file);
	struct drm_syncobj_transfer args = {.src_handle = src->handle, .dst_handle = dst->handle};

	if (random_below(state, 4))
		args.dst_point = 1 + random_below(state, 5);
	if (!src->object->is_plain) {
		args.src_point = random_below(state, 6);
		args.dst_point = 0;
	}
	if (call(state->files[file].fd, &syncobj_transfer_call, &args))
		return;
	dst->object->is_plain = src->object->is_plain && !args.dst_point;
	state->unsettled = true;
}

void random_query(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	uint64_t point = 77;
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&random_syncobj(state, file)->handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.flags = random_below(state, 2),
	};

	call(state->files[file].fd, &syncobj_query_call, &args);
	trace("  point %llu", (unsigned long long)point);
}

void random_syncobj_wait(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES), i;
	uint32_t handles[NUM_SYNCOBJS];
	struct syncobj_wait args = {
		.handles = (uintptr_t)handles,
		.count_handles = 1 + random_below(state, NUM_SYNCOBJS),
		.flags = random_below(state, 4),
		.first_signaled = 77,
	};

	for (i = 0; i < NUM_SYNCOBJS; i++)
		handles[i] = random_syncobj(state, file)->handle;
	call(state->files[file].fd, &syncobj_wait_call, &args);
}

void random_timeline_wait(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES), i;
	uint32_t handles[NUM_SYNCOBJS];
	uint64_t points[NUM_SYNCOBJS];
	struct syncobj_timeline_wait args = {
		.handles = (uintptr_t)handles,
		.points = (uintptr_t)points,
		.count_handles = 1 + random_below(state, NUM_SYNCOBJS),
		.flags = random_below(state, 8),
		.first_signaled = 77,
	};

	for (i = 0; i < NUM_SYNCOBJS; i++) {
		handles[i] = random_syncobj(state, file)->handle;
		points[i] = random_below(state, 6);
	}
	call(state->files[file].fd, &timeline_wait_call, &args);
}

/* A place for a sync_file, empty. */
static int *place(struct random_state *state)
{
	int *fd = &state->fds[random_below(state, NUM_FDS)];

	if (*fd >= 0) {
		trace("close");
		close(*fd);
		*fd = -1;
		state->unsettled = true;
	}
	return fd;
}

void random_export(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct syncobj_handle args = {.handle = random_syncobj(state, file)->handle,
				      .flags = HANDLE_SYNC_FILE};
	int *fd = place(state);

	if (!call(state->files[file].fd, &syncobj_to_fd_call, &args))
		*fd = args.fd;
}

static int any_fd(struct random_state *state)
{
	uint32_t at = random_below(state, NUM_FDS), i;
	int fd = -1;

	for (i = 0; i < NUM_FDS && fd < 0; i++)
		fd = state->fds[(at + i) % NUM_FDS];
	return fd;
}

void random_import(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *syncobj = random_syncobj(state, file);
	struct syncobj_handle args = {.handle = syncobj->handle, .flags = HANDLE_SYNC_FILE};

	args.fd = any_fd(state);
	if (args.fd < 0)
		return;
	call(state->files[file].fd, &syncobj_from_fd_call, &args);
	/* It may hold anything. */
	syncobj->object->is_plain = false;
	state->unsettled = true;
}

void random_merge(struct random_state *state)
{
	int a = any_fd(state), b = any_fd(state), *fd;
	struct sync_merge_data args = {.name = "merged", .fd2 = b};

	if (a < 0 || b < 0 || call(a, &merge_call, &args))
		return;
	fd = place(state);
	*fd = args.fence;
}

void random_info(struct random_state *state)
{
	struct sync_fence_info fences[16] = {0};
	struct sync_file_info args = {.num_fences = 16, .sync_fence_info = (uintptr_t)fences};
	struct pollfd poller = {.fd = any_fd(state), .events = POLLIN};
	uint32_t i;

	if (poller.fd < 0)
		return;
	call(poller.fd, &file_info_call, &args);
	for (i = 0; i < args.num_fences && i < 16; i++)
		trace("  %s %d", fences[i].driver_name, fences[i].status);
	trace("poll %d", poll(&poller, 1, 0));
}

/* A syncobj of one file takes the place of one of the other. */
void random_share(struct random_state *state)
{
	unsigned int from = random_below(state, NUM_FILES), to = !from;
	struct random_syncobj *src = random_syncobj(state, from), *dst = random_syncobj(state, to);
	struct syncobj_handle args = {.handle = src->handle};
	struct drm_syncobj_destroy destroy = {.handle = dst->handle};

	call(state->files[from].fd, &syncobj_to_fd_call, &args);
	args.handle = 0;
	call(state->files[to].fd, &syncobj_from_fd_call, &args);
	close(args.fd);
	call(state->files[to].fd, &syncobj_destroy_call, &destroy);
	dst->handle = args.handle;
	dst->object = src->object;
	state->unsettled = true;
}

void random_renew(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *syncobj = random_syncobj(state, file);
	struct drm_syncobj_destroy destroy = {.handle = syncobj->handle};

	call(state->files[file].fd, &syncobj_destroy_call, &destroy);
	random_new_syncobj(state, file, syncobj - state->syncobjs[file]);
	state->unsettled = true;
}
