/* SPDX-License-Identifier: MIT */
/* The state of a random sequence, and its operations. */
#ifndef RANDOM_H
#define RANDOM_H

#include "device.h"

#define NUM_FILES    2
#define NUM_QUEUES   4 /* a file's at most */
#define NUM_SYNCOBJS 4
#define NUM_BUFFERS  2
#define NUM_FDS      4
#define NUM_OBJECTS  64 /* syncobjs that a sequence may make */

/* What has to be known of a queue so that nothing blocks or is lost for good by accident. */
struct random_queue {
	struct queue queue;
	bool alive;
	uint64_t reached;     /* the fence in memory, once the engine is idle */
	uint64_t memory;      /* wptr in memory */
	bool is_last_pending; /* the last SIGNAL's fence, when it was made */
	uint64_t highest;     /* of all SIGNALs */
	uint64_t in_buffer;   /* the highest of those into buffers */
};

struct random_state {
	uint64_t seed;
	struct file files[NUM_FILES];
	struct random_queue queues[NUM_FILES][NUM_QUEUES];
	struct random_syncobj {
		uint32_t handle;
		struct random_object *object;
	} syncobjs[NUM_FILES][NUM_SYNCOBJS];
	/* Holds no container, such as a chain or a merged file. */
	struct random_object {
		bool is_plain;
	} objects[NUM_OBJECTS];
	unsigned int num_objects;
	struct buffer buffers[NUM_FILES][NUM_BUFFERS];
	int fds[NUM_FDS]; /* sync_files, or -1 */
	bool unsettled;   /* something was put away whose slot comes back later */
};

/* One of a file's. */
struct random_syncobj *random_syncobj(struct random_state *state, unsigned int file);
void random_new_syncobj(struct random_state *state, unsigned int file, unsigned int index);

/* 0 ... @limit - 1. */
uint32_t random_below(struct random_state *state, uint32_t limit);

/* Queues: random-queue.c. */
void random_create(struct random_state *state);
void random_free(struct random_state *state);
void random_wptr(struct random_state *state);
void random_signal(struct random_state *state);
void random_submit(struct random_state *state);
void random_run(struct random_state *state);
void random_settle(struct random_state *state);
/*
 * The engine reaches all that SIGNAL was told; if not @all, only what must be. That is what is in
 * buffers, for which TTM would wait for ever to free them; and the last one, for which FREE waits,
 * with all before it: an interrupt completes them in the order of SIGNAL.
 */
void random_drain(struct random_state *state, struct random_queue *queue, bool all);

/* WAIT: random-wait.c. */
void random_count(struct random_state *state);
void random_fill(struct random_state *state);
void random_short_fill(struct random_state *state);

/* Syncobjs and sync_files: random-syncobj.c. */
void random_reset(struct random_state *state);
void random_set(struct random_state *state);
void random_point(struct random_state *state);
void random_transfer(struct random_state *state);
void random_query(struct random_state *state);
void random_syncobj_wait(struct random_state *state);
void random_timeline_wait(struct random_state *state);
void random_export(struct random_state *state);
void random_import(struct random_state *state);
void random_merge(struct random_state *state);
void random_info(struct random_state *state);
void random_share(struct random_state *state);
void random_renew(struct random_state *state);

/* A process of its own: random-child.c. */
void random_child(struct random_state *state);

#endif
