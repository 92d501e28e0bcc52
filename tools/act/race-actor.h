/* SPDX-License-Identifier: MIT */
/* Who does the steps of a round: two threads of a worker, or threads of two processes. */
#ifndef AMDFENCE_RACE_ACTOR_H
#define AMDFENCE_RACE_ACTOR_H

#include "act/race-ground.h"
#include "act/race-queue.h"
#include "model/race.h"

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
	struct race_party party;
	int err; /* the device could not be opened */
	struct race_fault fault;
};

/**
 * Does the actor's steps of @round, and after a fault those that clean up. May
 * not return: RACE_OP_EXIT.
 */
void race_actor_run(struct race_actor *actor, const struct race_round *round);

/** When both are done: whatever the round has left behind. */
void race_table_clear(struct race_table *table, struct bench *bench);

/* What a second process sends: a syncobj's file, or that its part of a round is over. */
struct race_answer {
	enum { RACE_GIVEN, RACE_DONE } type;
	int err;
};

#endif
