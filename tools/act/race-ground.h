/* SPDX-License-Identifier: MIT */
/* Where the two actors of a round meet, and what they leave there for who judges it. */
#ifndef AMDFENCE_RACE_GROUND_H
#define AMDFENCE_RACE_GROUND_H

#include "act/child.h"
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

/** A slot that a queue of this round had. */
void race_ground_show(struct race_ground *ground, uint32_t slot);

/** One of the two, as it comes to the place to meet. */
struct race_party {
	struct race_ground *ground;
	struct lifeline *line;         /* its own */
	int peer;                      /* socket to the other process, or -1 */
	const struct heartbeat *other; /* to be followed meanwhile; or NULL */
	unsigned long seen;            /* its count, when it was last looked at */
	unsigned met;                  /* how often */
};

/** Waits until both are there, and awake; -ECHILD if the other one is gone. */
int race_meet(struct race_party *party);

/**
 * Who waits for the other one shows its call as one of @line's, and that it goes
 * on, to whom looks there how long nothing happens. @seen is kept for it.
 */
void race_follow(struct lifeline *line, const struct heartbeat *other, unsigned long *seen);

#endif
