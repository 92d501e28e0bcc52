// SPDX-License-Identifier: MIT
#include "control.h"
#include "random.h"
#include "trace.h"

static struct random_queue *any_queue(struct random_state *state, bool alive)
{
	uint32_t at = random_below(state, NUM_FILES * NUM_QUEUES), i;

	for (i = 0; i < NUM_FILES * NUM_QUEUES; i++) {
		struct random_queue *q = &state->queues[0][0] + (at + i) % (NUM_FILES * NUM_QUEUES);

		if (q->alive == alive)
			return q;
	}
	return NULL;
}

/* Which slot a new queue gets depends on what has come back. */
void random_settle(struct random_state *state)
{
	if (state->unsettled)
		trace("settle");
	if (state->unsettled)
		control_read("settle");
	state->unsettled = false;
}

void random_create(struct random_state *state)
{
	struct random_queue *q = any_queue(state, false);
	uint32_t at;

	if (!q)
		return;
	at = q - &state->queues[0][0];
	random_settle(state);
	*q = (struct random_queue){0};
	q->alive = !queue_create(&state->files[at / NUM_QUEUES], &q->queue, at % NUM_QUEUES,
				 (enum ip)random_below(state, 3));
}

static uint64_t round_up(const struct random_queue *q, uint64_t value)
{
	uint64_t shortest = q->queue.written + 16;

	if (value < shortest)
		value = shortest;
	return (value + 3) & ~3ull;
}

void random_drain(struct random_state *state, struct random_queue *q, bool all)
{
	uint64_t needed = all || q->is_last_pending ? q->highest : q->in_buffer;

	if (needed <= q->reached)
		return;
	if (needed > q->queue.written) {
		queue_submit(&q->queue, round_up(q, needed));
		q->memory = q->queue.written;
	}
	random_run(state);
}

void random_free(struct random_state *state)
{
	struct random_queue *q = any_queue(state, true);

	if (!q)
		return;
	random_drain(state, q, false);
	queue_free(&q->queue);
	q->alive = false;
	state->unsettled = true;
}

void random_wptr(struct random_state *state)
{
	struct random_queue *q = any_queue(state, true);
	uint64_t values[6] = {0};

	if (!q)
		return;
	values[1] = q->reached;
	values[2] = q->reached + 1 + random_below(state, 40);
	values[3] = q->highest + 1 + random_below(state, 40);
	values[4] = q->queue.written;
	values[5] = q->reached / 2;
	q->memory = values[random_below(state, 6)];
	queue_set_wptr(&q->queue, q->memory);
}

void random_signal(struct random_state *state)
{
	struct random_queue *q = any_queue(state, true);
	uint32_t which, syncobjs[2], reads[2], writes[2];
	struct random_syncobj *chosen[2];
	struct auq_uapi_signal args;
	unsigned int i;

	if (!q)
		return;
	which = q->queue.file - state->files;
	for (i = 0; i < 2; i++) {
		chosen[i] = random_syncobj(state, which);
		syncobjs[i] = chosen[i]->handle;
		reads[i] = state->buffers[which][random_below(state, NUM_BUFFERS)].handle;
		writes[i] = state->buffers[which][random_below(state, NUM_BUFFERS)].handle;
	}
	args = (struct auq_uapi_signal){
		.queue_id = q->queue.id,
		.syncobj_handles = (uintptr_t)syncobjs,
		.num_syncobj_handles = (random_below(state, 8) + 1) / 3,
		.bo_read_handles = (uintptr_t)reads,
		.num_bo_read_handles = random_below(state, 4) ? 0 : 1 + random_below(state, 2),
		.bo_write_handles = (uintptr_t)writes,
		.num_bo_write_handles = random_below(state, 4) ? 0 : 1,
	};
	if (!call(q->queue.file->fd, &signal_call, &args))
		for (i = 0; i < args.num_syncobj_handles; i++)
			chosen[i]->object->is_plain = true;
	/* A failure comes after the fence was made. */
	q->is_last_pending = q->memory > q->reached;
	if (q->highest < q->memory)
		q->highest = q->memory;
	if (args.num_bo_read_handles + args.num_bo_write_handles && q->in_buffer < q->memory)
		q->in_buffer = q->memory;
	state->unsettled = true;
}

/* Not more than the ring takes in one go. */
void random_submit(struct random_state *state)
{
	struct random_queue *q = any_queue(state, true);

	if (!q || q->queue.written - q->reached > RING_BYTES / 16)
		return;
	queue_submit(&q->queue, round_up(q, q->queue.written + random_below(state, 64)));
	q->memory = q->queue.written;
}

void random_run(struct random_state *state)
{
	unsigned int i;

	control_write("hold", 0);
	for (i = 0; i < NUM_FILES * NUM_QUEUES; i++) {
		struct random_queue *q = &state->queues[0][0] + i;

		if (!q->alive || q->reached == q->queue.written)
			continue;
		queue_wait_idle(&q->queue);
		q->reached = q->queue.written;
	}
	control_write("hold", 1);
	state->unsettled = true;
}
