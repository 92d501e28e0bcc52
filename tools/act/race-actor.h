/* SPDX-License-Identifier: MIT */
/* Who does the steps of a round: two threads of a worker, or threads of two processes. */
#ifndef AMDFENCE_RACE_ACTOR_H
#define AMDFENCE_RACE_ACTOR_H

#include "act/race-queue.h"
#include "model/race.h"

/** What both see, whether they share their memory or not. */
struct race_ground {
	atomic_uint arrived[2]; /* at the place to meet, which is left in two steps */
	atomic_bool broken;     /* one of them is gone: nobody waits any more */
	atomic_uint num_slots;
	uint32_t slots[RACE_MOST_SLOTS]; /* of queues of this round */
	struct race_fault faults[2];
	atomic_uint last_owner;
	uint32_t num_owners;
	atomic_uint owners[]; /* by slot: the queue of ours that has it, 0 for none */
};

/** In shared memory, for a device with @slots of them; munmap() @bytes of it. NULL: no memory. */
struct race_ground *race_ground_create(uint32_t slots, size_t *bytes);

/** The queues and syncobjs of one process. */
struct race_table {
	struct {
		struct race_queue queue; /* the one at 0 is for RACE_OP_HOLD */
		bool is_freed;
		bool has_slot;
		uint32_t slot;
		unsigned owner; /* in the ground; 0: not there */
	} queues[RACE_QUEUES];
	struct {
		uint32_t handle;
		uint8_t from; /* the queue that signals into it; 0: another process's */
		bool has_slot;
		uint32_t slot; /* of another process's queue */
	} syncobjs[RACE_SYNCOBJS];
};

/** @table is all 0 before its first round. */
void race_table_fini(struct race_table *table);

struct race_actor {
	unsigned index;
	struct bench *bench; /* with a line of its own */
	struct race_table *table;
	struct race_ground *ground;
	int peer;                      /* socket to the other process, or -1 */
	const struct heartbeat *other; /* of the other one, to be followed; or NULL */
	unsigned long seen;            /* its count, when it was last looked at */
	unsigned met;                  /* how often */
	int err;                       /* the device could not be opened */
	struct race_fault fault;
};

/**
 * Does the actor's steps of @round, and after a fault those that clean up. May
 * not return: RACE_OP_EXIT.
 */
void race_actor_run(struct race_actor *actor, const struct race_round *round);

/**
 * Who waits for the other one shows its call as one of @line's, and that it goes
 * on, to whom looks there how long nothing happens. @seen is kept for it.
 */
void race_follow(struct lifeline *line, const struct heartbeat *other, unsigned long *seen);

/** When both are done: whatever the round has left behind. */
void race_table_clear(struct race_table *table, struct bench *bench);

/* What a second process sends: a syncobj's file, or that its part of a round is over. */
struct race_answer {
	enum { RACE_GIVEN, RACE_DONE } type;
	int err;
};

#endif
