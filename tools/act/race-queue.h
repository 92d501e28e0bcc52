/* SPDX-License-Identifier: MIT */
/*
 * Queues whose memory is there before them and stays after them, so that CREATE
 * is one call to the kernel, and short: what takes long is hard to race with.
 */
#ifndef AMDFENCE_RACE_QUEUE_H
#define AMDFENCE_RACE_QUEUE_H

#include "act/trial.h"

struct race_queue {
	struct auq_buffer *wptr, *ring, *rptr, *areas[2];
	struct auq_queue *queue; /* one that work is submitted to; NULL: it has but an id */
	uint32_t id;             /* 0: there is none */
};

/**
 * @queue is all 0, or was used before, which is when it is fast. @doorbell: in
 * the bench's page. @works: something will be submitted to it.
 */
int race_queue_create(struct race_queue *queue, struct bench *bench, uint32_t doorbell, bool works);
/** The kernel's queue; nothing if it is not there or was freed. */
int race_queue_free(struct race_queue *queue, struct bench *bench);
/** When nobody uses it any more: ready for the next one. */
void race_queue_clear(struct race_queue *queue, struct bench *bench);
/** The memory, too. */
void race_queue_fini(struct race_queue *queue);

#endif
