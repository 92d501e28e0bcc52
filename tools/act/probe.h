/* SPDX-License-Identifier: MIT */
/*
 * Looks whether slots are free, without privilege: the kernel gives a new queue
 * the lowest free slot (amdgpu_seq64_alloc(), amdgpu_seq64.c, all versions), so
 * that a queue with slot s proves every slot below s to be in use just then.
 */
#ifndef AMDFENCE_PROBE_H
#define AMDFENCE_PROBE_H

#include "act/trial.h"
#include "act/fates.h"

struct probe {
	struct bench *bench;
	struct auq_queue *held[NUM_DOORBELLS - DOORBELL_PROBES];
	unsigned num_held;
	unsigned made;    /* queues in all */
	uint32_t highest; /* slot of a queue that was freed again */
	bool came_back;   /* such a slot, or a lower one, was given out once more */
};

/**
 * Looks once at all slots that are open in @fates. -EMFILE when there are more
 * free slots below the highest of them than queues that one file may have.
 */
int probe_look(struct probe *probe, struct fates *fates);

/**
 * Looks until nothing is open or @settle_ms have passed and many looks more
 * found the same; what is open then is FATE_OCCUPIED. Frees all probes. -EINTR
 * when the parent has asked to stop. On failure what is open is left so.
 */
int probe_settle(struct probe *probe, struct fates *fates, unsigned settle_ms);

/** The slot of a queue that is made for it and freed: the lowest free one. -errno. */
int probe_lowest(struct bench *bench, uint32_t *slot);

/**
 * The most queues that probe_settle() makes where no slot comes back: one a
 * look. More only while other programs free slots below.
 */
unsigned probe_most(unsigned settle_ms);

#endif
