// SPDX-License-Identifier: MIT
#include <string.h>

#include "random.h"
#include "trace.h"

struct selection {
	struct random_object *objects[2];
	uint32_t syncobjs[2], timelines[2], reads[2], writes[2];
	uint64_t wide[2];
	uint32_t narrow[2];
	struct auq_uapi_wait args;
};

static int is_there(struct file *file, uint32_t handle, uint64_t point, uint32_t flags)
{
	struct syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.flags = flags,
	};

	return call(file->fd, &timeline_wait_call, &args);
}

/* Some syncobjs, points and buffers of a file; what has no fence yet is waited for 5 seconds. */
static void choose(struct random_state *state, unsigned int which, struct selection *s)
{
	struct file *file = &state->files[which];
	struct random_syncobj *syncobj;
	uint64_t point;
	uint32_t i;

	*s = (struct selection){0};
	s->args = (struct auq_uapi_wait){
		.syncobj_handles = (uintptr_t)s->syncobjs,
		.syncobj_timeline_handles = (uintptr_t)s->timelines,
		.syncobj_timeline_points =
			kernel_before(7, 1) ? (uintptr_t)s->narrow : (uintptr_t)s->wide,
		.bo_read_handles = (uintptr_t)s->reads,
		.bo_write_handles = (uintptr_t)s->writes,
	};
	for (i = random_below(state, 4); i && s->args.num_syncobj_handles < 2; i--) {
		syncobj = random_syncobj(state, which);
		if (is_there(file, syncobj->handle, 0, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE))
			continue;
		s->objects[s->args.num_syncobj_handles] = syncobj->object;
		s->syncobjs[s->args.num_syncobj_handles++] = syncobj->handle;
	}
	for (i = random_below(state, 3); i; i--) {
		syncobj = random_syncobj(state, which);
		point = random_below(state, 6);
		if (is_there(file, syncobj->handle, point, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE))
			continue;
		s->timelines[s->args.num_syncobj_timeline_handles] = syncobj->handle;
		s->narrow[s->args.num_syncobj_timeline_handles] = point;
		s->wide[s->args.num_syncobj_timeline_handles++] = point;
	}
	if (!random_below(state, 3))
		s->reads[s->args.num_bo_read_handles++] =
			state->buffers[which][random_below(state, NUM_BUFFERS)].handle;
	if (!random_below(state, 3))
		s->writes[s->args.num_bo_write_handles++] =
			state->buffers[which][random_below(state, NUM_BUFFERS)].handle;
	for (i = 0; i < s->args.num_syncobj_timeline_handles; i++)
		trace("  point %u", s->narrow[i]);
}

static struct random_queue *choose_queue(struct random_state *state, unsigned int *which)
{
	uint32_t at = random_below(state, NUM_FILES * NUM_QUEUES), i;

	for (i = 0; i < NUM_FILES * NUM_QUEUES; i++) {
		struct random_queue *q = &state->queues[0][0] + (at + i) % (NUM_FILES * NUM_QUEUES);

		if (!q->alive)
			continue;
		*which = (at + i) % (NUM_FILES * NUM_QUEUES) / NUM_QUEUES;
		return q;
	}
	return NULL;
}

static uint32_t count(struct file *file, struct selection *s)
{
	s->args.num_fences = 0;
	return call(file->fd, &wait_call, &s->args) ? 0 : s->args.num_fences;
}

void random_count(struct random_state *state)
{
	unsigned int which = random_below(state, NUM_FILES);
	struct selection s;

	choose(state, which, &s);
	count(&state->files[which], &s);
}

static void drain_all(struct random_state *state)
{
	unsigned int i;

	for (i = 0; i < NUM_FILES * NUM_QUEUES; i++)
		if ((&state->queues[0][0] + i)->alive)
			random_drain(state, &state->queues[0][0] + i, true);
}

/*
 * What is no queue's fence is waited for by the CPU: containers, as a binary syncobj may hold
 * them. From 7.1 on so is all that finds no room.
 */
static bool would_block(struct random_state *state, unsigned int which, struct selection *s,
			bool is_short)
{
	struct file *file = &state->files[which];
	union drm_amdgpu_gem_wait_idle idle;
	uint32_t i;

	for (i = 0; i < s->args.num_syncobj_handles; i++)
		if ((is_short || !s->objects[i]->is_plain) && is_there(file, s->syncobjs[i], 0, 0))
			return true;
	if (!is_short)
		return false;
	for (i = 0; i < s->args.num_syncobj_timeline_handles; i++)
		if (is_there(file, s->timelines[i], s->wide[i], 0))
			return true;
	for (i = 0; i < s->args.num_bo_read_handles + s->args.num_bo_write_handles; i++) {
		idle.in = (struct drm_amdgpu_gem_wait_idle_in){
			.handle = i < s->args.num_bo_read_handles ? s->reads[0] : s->writes[0]};
		if (call(file->fd, &gem_wait_idle_call, &idle) || idle.out.status)
			return true;
	}
	return false;
}

static void fill(struct random_state *state, bool is_short)
{
	struct random_queue *q;
	struct selection s;
	unsigned int which, room;

	q = choose_queue(state, &which);
	if (!q)
		return;
	choose(state, which, &s);
	if (would_block(state, which, &s, is_short)) {
		drain_all(state);
		/* What a queue left behind when it went is never done. */
		if (would_block(state, which, &s, is_short))
			return;
	}
	room = count(&state->files[which], &s);
	/* To be short there must be two; filling with none is undefined on some kernels. */
	if (is_short ? room < 2 : !room)
		return;
	if (is_short)
		room = 1 + random_below(state, room - 1);
	else
		room += random_below(state, 3);
	queue_wait(&q->queue, &s.args, room > 64 ? 64 : room);
}

void random_fill(struct random_state *state)
{
	fill(state, false);
}

void random_short_fill(struct random_state *state)
{
	fill(state, true);
}
