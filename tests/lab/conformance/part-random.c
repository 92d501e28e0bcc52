// SPDX-License-Identifier: MIT
/*
 * Random sequences: queues of two files, syncobjs, buffers and sync_files that go from one to the
 * other. Every one is told by its seed alone.
 */
#include <fcntl.h>
#include <unistd.h>

#include "control.h"
#include "parts.h"
#include "random.h"
#include "trace.h"

#define SEQUENCES_PER_FILE 50

static const struct {
	void (*run)(struct random_state *state);
	unsigned int weight;
} operations[] = {
	{random_create, 10},      {random_free, 5},          {random_wptr, 12},
	{random_signal, 24},      {random_submit, 6},        {random_run, 5},
	{random_settle, 2},       {random_count, 6},         {random_fill, 16},
	{random_short_fill, 2},   {random_reset, 1},         {random_set, 1},
	{random_point, 3},        {random_transfer, 6},      {random_query, 3},
	{random_syncobj_wait, 4}, {random_timeline_wait, 4}, {random_export, 4},
	{random_import, 3},       {random_merge, 3},         {random_info, 3},
	{random_share, 2},        {random_renew, 3},         {random_child, 1},
};

/* splitmix64, by Sebastiano Vigna, who gave it to the public domain. */
static uint64_t next(struct random_state *state)
{
	uint64_t z = state->seed += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint32_t random_below(struct random_state *state, uint32_t limit)
{
	return (next(state) >> 32) * limit >> 32;
}

/* One buffer of each file's own, and one of the first file's in both. */
static void open_files(struct random_state *state)
{
	struct drm_prime_handle share = {.flags = DRM_CLOEXEC | DRM_RDWR};
	unsigned int i;

	for (i = 0; i < NUM_FILES; i++) {
		file_open(&state->files[i]);
		buffer_create(&state->files[i], &state->buffers[i][0], PAGE, AMDGPU_GEM_DOMAIN_GTT);
	}
	buffer_create(&state->files[0], &state->buffers[0][1], PAGE, AMDGPU_GEM_DOMAIN_GTT);
	share.handle = state->buffers[0][1].handle;
	call_quiet(state->files[0].fd, &handle_to_fd_call, &share);
	call_quiet(state->files[1].fd, &fd_to_handle_call, &share);
	close(share.fd);
	state->buffers[1][1] = (struct buffer){.handle = share.handle};
}

static void close_files(struct random_state *state)
{
	buffer_destroy(&state->files[0], &state->buffers[0][1]);
	buffer_destroy(&state->files[0], &state->buffers[0][0]);
	buffer_destroy(&state->files[1], &state->buffers[1][0]);
	file_close(&state->files[0]);
	file_close(&state->files[1]);
}

static void operate(struct random_state *state)
{
	unsigned int total = 0, at, i;

	for (i = 0; i < NUM(operations); i++)
		total += operations[i].weight;
	at = random_below(state, total);
	for (i = 0; at >= operations[i].weight; i++)
		at -= operations[i].weight;
	operations[i].run(state);
}

/* Half of the sequences leave behind what their queues were still to do. */
static void end(struct random_state *state)
{
	bool all = random_below(state, 2);
	unsigned int i;

	for (i = 0; i < NUM_FILES * NUM_QUEUES; i++) {
		struct random_queue *q = &state->queues[0][0] + i;

		if (!q->alive)
			continue;
		random_drain(state, q, all);
		queue_free(&q->queue);
		q->alive = false;
	}
	for (i = 0; i < NUM_FDS; i++)
		if (state->fds[i] >= 0)
			close(state->fds[i]);
	for (i = 0; i < NUM_FILES * NUM_SYNCOBJS; i++)
		syncobj_destroy(&state->files[i / NUM_SYNCOBJS],
				state->syncobjs[i / NUM_SYNCOBJS][i % NUM_SYNCOBJS].handle);
}

static void sequence(struct random_state *state)
{
	unsigned int i, length = 5 + random_below(state, 36);

	state->num_objects = 0;
	state->unsettled = false;
	for (i = 0; i < NUM_FDS; i++)
		state->fds[i] = -1;
	for (i = 0; i < NUM_FILES * NUM_SYNCOBJS; i++)
		random_new_syncobj(state, i / NUM_SYNCOBJS, i % NUM_SYNCOBJS);
	control_write("hold", 1);
	for (i = 0; i < 3; i++) {
		random_create(state);
		random_signal(state);
	}
	while (length--)
		operate(state);
	end(state);
	control_write("hold", 0);
}

void part_random(uint64_t seed, unsigned long num)
{
	static struct random_state state;
	unsigned long i;

	for (i = 0; i < num; i++) {
		if (i % SEQUENCES_PER_FILE == 0)
			open_files(&state);
		state.seed = seed + i;
		trace_begin("random/%llu", (unsigned long long)state.seed);
		sequence(&state);
		trace_end();
		if (i % SEQUENCES_PER_FILE == SEQUENCES_PER_FILE - 1 || i == num - 1)
			close_files(&state);
	}
}
