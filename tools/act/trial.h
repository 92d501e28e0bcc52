/* SPDX-License-Identifier: MIT */
/*
 * Trials: each makes one defect show, if the kernel has it, and names the slot
 * whose fence driver would then stay. In the worker only, all signals blocked.
 *
 * Rules of every trial: no WAIT without a fence to wait for, none on fences
 * that are not of user queues, room for all of them; no queue is freed while
 * its last fence is pending; no BO handles, which would keep fences alive.
 */
#ifndef AMDFENCE_TRIAL_H
#define AMDFENCE_TRIAL_H

#include "act/child.h"
#include "act/fates.h"

#include <amdgpu_userq.h>

struct victim;

struct bench {
	struct lifeline *line;
	struct auq_device *dev;
	enum auq_ip ip;
	struct auq_buffer *wptr; /* stays 0: for each queue that needs no other value */
	struct auq_buffer *doorbells;
	struct victim *victim; /* NULL if the trial needs none */
	unsigned marks;        /* queues that signalled only to tell their slot */
	struct fates *fates;   /* told of the slots of these, which were free */
	unsigned made;         /* queues, by the victim as well */
	unsigned unsure;       /* of more nobody can say whether they were: CREATE failed */
	unsigned late;         /* L3's that took longer than hang detection may let them */
};

struct trial {
	const char *id; /* of the defect */
	bool needs_victim;
	/**
	 * 0 and the slot, or a negative errno with everything freed again; -ETIME
	 * when the machine is too busy for it.
	 */
	int (*run)(struct bench *bench, uint32_t *slot);
};

/** The trial of a defect; @silent: a control that never signals on the judged queues. */
const struct trial *trial_find(const char *id, bool silent);

extern const struct trial trial_control, trial_control_silent;
extern const struct trial trial_l1, trial_l1_two_queues, trial_l2, trial_l3, trial_l4;

/* Doorbell indices of the shared page. */
#define DOORBELL_TRIAL  0
#define DOORBELL_SECOND 1
#define DOORBELL_PROBES 2 /* and all that follow */
#define NUM_DOORBELLS   512

/* What trials are made of. */
int bench_open(struct bench *bench, struct lifeline *line, const char *node, enum auq_ip ip);
void bench_close(struct bench *bench);

/** A queue with the shared wptr, or with one of its own. */
int bench_queue(struct bench *bench, uint32_t doorbell, bool own_wptr, struct auq_queue **out);
/** Frees the kernel's queue and drops the reference. NULL is fine. */
int bench_free(struct bench *bench, struct auq_queue *queue);
/** @syncobj may be 0. */
int bench_signal(struct bench *bench, struct auq_queue *queue, uint32_t syncobj);
/** Waits with @waitq for the fence in @syncobj and gives its slot. */
int bench_wait(struct bench *bench, struct auq_queue *waitq, uint32_t syncobj, uint32_t *slot);
/** The same of queues of which the id is all that there is. */
int bench_signal_id(struct bench *bench, uint32_t queue_id, uint32_t syncobj);
int bench_wait_id(struct bench *bench, uint32_t waitq_id, uint32_t syncobj, uint32_t *slot);
int bench_syncobj(struct bench *bench, uint32_t *handle);
void bench_syncobj_destroy(struct bench *bench, uint32_t handle);

#endif
