// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/race-actor.h"
#include "act/answer.h"
#include "act/clock.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <xf86drm.h>

#define NS_PER_S 1000000000ull

void race_table_fini(struct race_table *table)
{
	for (unsigned i = 0; i < RACE_QUEUES; i++)
		race_queue_fini(&table->queues[i].queue);
}

/* ---- slots --------------------------------------------------------------- */

static void find_wrong_slot(struct race_actor *actor, uint32_t slot)
{
	if (actor->fault.kind == RACE_GOOD)
		actor->fault = (struct race_fault){.kind = RACE_SLOT, .slot = slot};
}

/* A queue that is there has this slot: nobody else may. */
static void learn_slot(struct race_actor *actor, unsigned queue, uint32_t slot)
{
	struct race_ground *ground = actor->party.ground;
	struct race_table *table = actor->table;

	if (table->queues[queue].has_slot) {
		if (table->queues[queue].slot != slot)
			find_wrong_slot(actor, slot);
		return;
	}
	table->queues[queue].has_slot = true;
	table->queues[queue].slot = slot;
	race_ground_show(ground, slot);
	if (slot >= ground->num_owners)
		return;
	table->queues[queue].owner = atomic_fetch_add(&ground->last_owner, 1) + 1;
	if (atomic_exchange(&ground->owners[slot], table->queues[queue].owner))
		find_wrong_slot(actor, slot);
}

/* Before it is freed: from then on another queue may get the slot. */
static void leave_slot(struct race_actor *actor, unsigned queue)
{
	unsigned owner = actor->table->queues[queue].owner;

	if (owner)
		atomic_compare_exchange_strong(
			&actor->party.ground->owners[actor->table->queues[queue].slot], &owner, 0);
}

/* ---- steps --------------------------------------------------------------- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void wait_ns(uint32_t ns)
{
	uint64_t end = now_ns() + ns;

	if (ns >= 1000000)
		sleep_ms(ns / 1000000);
	while (now_ns() < end)
		;
}

static bool is_submitted_to(const struct race_round *round, const struct race_step *create)
{
	bool shared = !race_kind_has_processes(round->kind);

	for (unsigned i = 0; i < round->num_steps; i++)
		if (round->steps[i].op == RACE_OP_SUBMIT &&
		    round->steps[i].queue == create->queue &&
		    (shared || round->steps[i].actor == create->actor))
			return true;
	return false;
}

/*
 * A fence that never comes would keep FREE from returning (7.0 and later) and
 * close(), too: a wptr of 0 gives a last fence that is signaled already.
 */
static void give_up_job(struct race_actor *actor, struct race_queue *queue)
{
	if (actor->fault.kind != RACE_LATE || !queue->queue)
		return;
	auq_queue_set_wptr(queue->queue, 0);
	bench_signal(actor->bench, queue->queue, 0);
}

/* What is left of it stays to the end of the round: the other thread may still use it. */
static int free_queue(struct race_actor *actor, unsigned index)
{
	struct race_queue *queue = &actor->table->queues[index].queue;

	if (!queue->id || actor->table->queues[index].is_freed)
		return 0;
	actor->table->queues[index].is_freed = true;
	give_up_job(actor, queue);
	leave_slot(actor, index);
	return race_queue_free(queue, actor->bench);
}

static int create_queue(struct race_actor *actor, const struct race_round *round,
			const struct race_step *step)
{
	struct race_table *table = actor->table;

	/* The one that only reads a slot is made more than once in a round. */
	race_queue_clear(&table->queues[step->queue].queue, actor->bench);
	table->queues[step->queue].is_freed = false;
	return race_queue_create(&table->queues[step->queue].queue, actor->bench, step->queue,
				 is_submitted_to(round, step));
}

static int submit(struct race_actor *actor, struct auq_queue *queue, unsigned nops)
{
	int err = auq_queue_emit_nop(queue, nops);

	line_call(actor->bench->line, "submission");
	return err ? err : auq_queue_submit(queue, NULL);
}

static int get_syncobj(struct race_actor *actor, unsigned index)
{
	uint32_t *handle = &actor->table->syncobjs[index].handle;

	return *handle ? 0 : bench_syncobj(actor->bench, handle);
}

static int signal_queue(struct race_actor *actor, const struct race_step *step)
{
	struct race_table *table = actor->table;
	uint32_t handle = 0;
	int err = 0;

	if (step->syncobj) {
		err = get_syncobj(actor, step->syncobj);
		handle = table->syncobjs[step->syncobj].handle;
		/* Not written again in a race, for another thread reads it there. */
		if (table->syncobjs[step->syncobj].from != step->queue)
			table->syncobjs[step->syncobj].from = step->queue;
	}
	for (unsigned i = 0; !err && i < step->number; i++)
		err = bench_signal_id(actor->bench, table->queues[step->queue].queue.id, handle);
	return err;
}

static void take_slot_of(struct race_actor *actor, unsigned syncobj, uint32_t slot)
{
	struct race_table *table = actor->table;

	if (table->syncobjs[syncobj].from) {
		learn_slot(actor, table->syncobjs[syncobj].from, slot);
	} else if (!table->syncobjs[syncobj].has_slot) {
		table->syncobjs[syncobj].has_slot = true;
		table->syncobjs[syncobj].slot = slot;
		race_ground_show(actor->party.ground, slot);
	} else if (table->syncobjs[syncobj].slot != slot) {
		find_wrong_slot(actor, slot);
	}
}

static int wait_with(struct race_actor *actor, const struct race_step *step)
{
	struct race_table *table = actor->table;
	uint32_t slot;
	int err = 0;

	for (unsigned i = 0; !err && i < step->number; i++) {
		err = bench_wait_id(actor->bench, table->queues[step->queue].queue.id,
				    table->syncobjs[step->syncobj].handle, &slot);
		if (!err)
			take_slot_of(actor, step->syncobj, slot);
	}
	return err;
}

/* Of @index by a WAIT with @waitq: the slot of a fence that it signals for that. */
static int read_slot(struct race_actor *actor, unsigned index, unsigned waitq, uint32_t *slot)
{
	const struct race_table *table = actor->table;
	struct bench *bench = actor->bench;
	uint32_t syncobj = 0;
	int err = bench_syncobj(bench, &syncobj);

	if (!err)
		err = bench_signal_id(bench, table->queues[index].queue.id, syncobj);
	if (!err)
		err = bench_wait_id(bench, table->queues[waitq].queue.id, syncobj, slot);
	bench_syncobj_destroy(bench, syncobj);
	return err;
}

static int ask_slot(struct race_actor *actor, const struct race_step *step)
{
	uint32_t slot;
	int err = read_slot(actor, step->queue, step->queue, &slot);

	if (!err)
		learn_slot(actor, step->queue, slot);
	return err;
}

static int hold_one(struct race_actor *actor, unsigned holder)
{
	struct race_queue *queue = &actor->table->queues[0].queue;
	uint32_t slot;
	int err, freed;

	err = race_queue_create(queue, actor->bench, 0, false);
	if (err)
		return err;
	err = read_slot(actor, 0, holder, &slot);
	if (!err)
		race_ground_show(actor->party.ground, slot);
	freed = race_queue_free(queue, actor->bench);
	queue->id = 0;
	return err ? err : freed;
}

static int hold(struct race_actor *actor, const struct race_step *step)
{
	int err = 0;

	for (unsigned i = 0; !err && i < step->number; i++)
		err = hold_one(actor, step->queue);
	return err;
}

static int idle(struct race_actor *actor, const struct race_step *step)
{
	line_call(actor->bench->line, "the queue's work");
	return auq_queue_wait_idle(actor->table->queues[step->queue].queue.queue,
				   RACE_LATE_S * NS_PER_S);
}

static int poll_syncobj(struct race_actor *actor, const struct race_step *step)
{
	line_call(actor->bench->line, "SYNCOBJ_WAIT");
	return drmSyncobjWait(auq_device_fd(actor->bench->dev),
			      &actor->table->syncobjs[step->syncobj].handle, 1,
			      now_ns() + RACE_LATE_S * NS_PER_S, 0, NULL)
		       ? -errno
		       : 0;
}

static int drop(struct race_actor *actor, unsigned syncobj)
{
	bench_syncobj_destroy(actor->bench, actor->table->syncobjs[syncobj].handle);
	actor->table->syncobjs[syncobj].handle = 0;
	return 0;
}

/* Always sent, for the other process waits for it. */
static int give(struct race_actor *actor, const struct race_step *step, bool failed)
{
	struct race_answer answer = {.type = RACE_GIVEN, .err = failed ? -ECANCELED : 0};
	int fd = -1, err;

	line_call(actor->bench->line, "SYNCOBJ_HANDLE_TO_FD");
	if (!failed && drmSyncobjHandleToFD(auq_device_fd(actor->bench->dev),
					    actor->table->syncobjs[step->syncobj].handle, &fd))
		answer.err = -errno;
	err = answer_send(actor->party.peer, &answer, sizeof(answer), fd);
	if (fd >= 0)
		close(fd);
	return answer.err && !failed ? answer.err : err;
}

static int take(struct race_actor *actor, const struct race_step *step)
{
	struct race_answer answer;
	int fd, err;

	line_call(actor->bench->line, "USERQ CREATE or USERQ_SIGNAL of the other process");
	err = answer_receive(actor->party.peer, &answer, sizeof(answer), &fd);
	if (!err && (answer.type != RACE_GIVEN || answer.err || fd < 0))
		err = -ECANCELED;
	if (!err && drmSyncobjFDToHandle(auq_device_fd(actor->bench->dev), fd,
					 &actor->table->syncobjs[step->syncobj].handle))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

static void __attribute__((noreturn)) end_process(struct race_actor *actor)
{
	for (unsigned i = 1; i < RACE_QUEUES; i++)
		give_up_job(actor, &actor->table->queues[i].queue);
	actor->party.ground->faults[actor->index] = actor->fault;
	_exit(0);
}

static int run_step(struct race_actor *actor, const struct race_round *round,
		    const struct race_step *step)
{
	struct race_queue *queue = &actor->table->queues[step->queue].queue;

	switch ((enum race_op)step->op) {
	case RACE_OP_CREATE:
		return create_queue(actor, round, step);
	case RACE_OP_FREE:
		return free_queue(actor, step->queue);
	case RACE_OP_SUBMIT:
		return submit(actor, queue->queue, step->number);
	case RACE_OP_SIGNAL:
		return signal_queue(actor, step);
	case RACE_OP_WAIT:
		return wait_with(actor, step);
	case RACE_OP_SLOT:
		return ask_slot(actor, step);
	case RACE_OP_HOLD:
		return hold(actor, step);
	case RACE_OP_IDLE:
		return idle(actor, step);
	case RACE_OP_POLL:
		return poll_syncobj(actor, step);
	case RACE_OP_DELAY:
		wait_ns(step->number);
		return 0;
	case RACE_OP_MEET:
		return race_meet(&actor->party);
	case RACE_OP_DROP:
		return drop(actor, step->syncobj);
	case RACE_OP_GIVE:
		return give(actor, step, actor->fault.kind != RACE_GOOD);
	case RACE_OP_TAKE:
		return take(actor, step);
	case RACE_OP_EXIT:
		end_process(actor);
	}
	return -EINVAL;
}

/* What is done after a fault, too: the other one waits for it, or it cleans up. */
static bool is_always(enum race_op op)
{
	return op == RACE_OP_MEET || op == RACE_OP_FREE || op == RACE_OP_DROP ||
	       op == RACE_OP_GIVE || op == RACE_OP_EXIT;
}

/* The kernels' words for a queue that is not there, and the library's. */
static bool is_gone(int err)
{
	return err == -ENOENT || err == -EINVAL || err == -ENODEV;
}

static void take_fault(struct race_actor *actor, const struct race_step *step, int err)
{
	bool waits = step->op == RACE_OP_IDLE || step->op == RACE_OP_POLL;

	if (actor->fault.kind != RACE_GOOD)
		return;
	actor->fault.kind = waits && err == -ETIME ? RACE_LATE : RACE_ERROR;
	actor->fault.err = err;
}

void race_actor_run(struct race_actor *actor, const struct race_round *round)
{
	bool failed = actor->err;

	actor->fault = (struct race_fault){
		.kind = actor->err ? RACE_ERROR : RACE_GOOD,
		.actor = actor->index,
		.err = actor->err,
		.call = "open",
	};
	for (unsigned i = 0; i < round->num_steps; i++) {
		const struct race_step *step = &round->steps[i];
		bool was_good = actor->fault.kind == RACE_GOOD;
		int err;

		if (step->actor != actor->index || (failed && !is_always(step->op)))
			continue;
		err = run_step(actor, round, step);
		if (err && !(step->may_fail && is_gone(err))) {
			failed = true;
			take_fault(actor, step, err);
		}
		if (was_good && actor->fault.kind != RACE_GOOD) {
			actor->fault.actor = actor->index;
			actor->fault.step = i;
			snprintf(actor->fault.call, sizeof(actor->fault.call), "%s",
				 atomic_load(&actor->bench->line->beat->call));
		}
	}
	actor->party.ground->faults[actor->index] = actor->fault;
}

void race_table_clear(struct race_table *table, struct bench *bench)
{
	for (unsigned i = 1; i < RACE_SYNCOBJS; i++) {
		bench_syncobj_destroy(bench, table->syncobjs[i].handle);
		table->syncobjs[i].handle = 0;
		table->syncobjs[i].from = 0;
		table->syncobjs[i].has_slot = false;
	}
	for (unsigned i = 1; i < RACE_QUEUES; i++) {
		if (table->queues[i].queue.id && !table->queues[i].is_freed)
			race_queue_free(&table->queues[i].queue, bench);
		race_queue_clear(&table->queues[i].queue, bench);
		table->queues[i].is_freed = false;
		table->queues[i].has_slot = false;
		table->queues[i].owner = 0;
	}
}
