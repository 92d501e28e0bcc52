/* SPDX-License-Identifier: MIT */
/*
 * What race tries and how it judges: rounds of few steps, made from a seed, of
 * which two actors do some at the same time. Plain data, no input or output.
 */
#ifndef AMDFENCE_RACE_H
#define AMDFENCE_RACE_H

#include "model/report.h"

enum race_kind {
	RACE_CONTROL,
	RACE_SIGNAL_COMPLETE,
	RACE_SIGNAL_FREE,
	RACE_SIGNAL_WAIT,
	RACE_WAIT_FREE,
	RACE_CREATE,
	RACE_CLOSE,
	RACE_NUM_KINDS
};

/* ---- rounds -------------------------------------------------------------- */

enum race_op {
	RACE_OP_CREATE, /* queue */
	RACE_OP_FREE,   /* queue */
	RACE_OP_SUBMIT, /* number NOPs to queue, whose last packet signals the fence */
	RACE_OP_SIGNAL, /* queue into syncobj (0: none), number times */
	RACE_OP_WAIT,   /* with queue for syncobj, number times */
	RACE_OP_SLOT,   /* of queue, which signals and waits for that itself */
	RACE_OP_HOLD,   /* number times: another queue is made, signals, queue WAITs, it is freed */
	RACE_OP_IDLE,   /* until queue has done all that was submitted */
	RACE_OP_POLL,   /* until syncobj is signaled */
	RACE_OP_DELAY,  /* number ns */
	RACE_OP_MEET,   /* both actors go on at the same time */
	RACE_OP_DROP,   /* syncobj */
	RACE_OP_GIVE,   /* syncobj to the other process */
	RACE_OP_TAKE,   /* syncobj from the other process */
	RACE_OP_EXIT,   /* the process ends, with its queues */
};

#define RACE_MOST_STEPS 40
/* Indices of queues and syncobjs of an actor, from 1: threads share them, processes do not. */
#define RACE_QUEUES   8
#define RACE_SYNCOBJS 4
/* Slots whose fate one round can tell. */
#define RACE_MOST_SLOTS 80

struct race_step {
	uint8_t actor; /* 0 or 1 */
	uint8_t op;    /* enum race_op */
	uint8_t queue;
	uint8_t syncobj;
	bool may_fail; /* with ENOENT or EINVAL: the queue may be gone */
	uint32_t number;
};

struct race_round {
	enum race_kind kind;
	uint64_t number;
	unsigned num_steps;
	struct race_step steps[RACE_MOST_STEPS];
};

/** What may be drawn, since the kernel is known to stand it or by force. */
struct race_limits {
	bool unheld;        /* FREE of a queue that SIGNAL or WAIT use */
	bool late_ref;      /* WAIT beside SIGNAL where nobody else holds the fence driver */
	bool irq_put;       /* the last reference to a fence driver goes with a completion */
	bool free_pending;  /* FREE with a job that is not done */
	bool close_pending; /* the same, of close() */
};

void race_limits_init(struct race_limits *limits, const enum auq_answer *traits, bool force);

/** Round @number of @kind: the same for the same seed and limits. */
void race_draw(uint64_t seed, enum race_kind kind, uint64_t number,
	       const struct race_limits *limits, struct race_round *round);

/* ---- kinds --------------------------------------------------------------- */

const char *race_kind_name(enum race_kind kind);
const char *race_kind_title(enum race_kind kind);
/** A paragraph, for the manual page. */
const char *race_kind_description(enum race_kind kind);
/** RACE_NUM_KINDS if there is none of that name. */
enum race_kind race_kind_find(const char *name, size_t length);
/** Whether the second actor is a process of its own, not a thread. */
bool race_kind_has_processes(enum race_kind kind);
/** Slots that a round can lose. */
unsigned race_kind_slots(enum race_kind kind);
/** Why a kind is not tried on a kernel, "" if it is. */
const char *race_kind_refusal(enum race_kind kind, const enum auq_answer *traits);
/** The same of all of them. */
const char *race_refusal(const enum auq_answer *traits);

/* ---- what was found ------------------------------------------------------ */

enum race_fault_kind {
	RACE_GOOD,
	RACE_LEAK,  /* a slot stays occupied */
	RACE_SLOT,  /* two queues have one slot, or a queue two */
	RACE_LATE,  /* a job was not done, or its fence not signaled, in RACE_LATE_S */
	RACE_ERROR, /* a call failed that should not */
	RACE_HUNG,  /* a call did not return */
	RACE_DIED,  /* the worker process did not end by itself */
	RACE_NUM_FAULTS
};

#define RACE_LATE_S 5

const char *race_fault_name(enum race_fault_kind fault);
const char *race_fault_title(enum race_fault_kind fault);

struct race_fault {
	enum race_fault_kind kind;
	unsigned actor;
	unsigned step; /* of the round, from 0; not of a leak */
	int err;       /* of RACE_ERROR */
	char call[48]; /* the last one; "" of a leak */
	uint32_t slot; /* of RACE_LEAK and RACE_SLOT */
};

struct race_finding {
	char skipped[160]; /* why it was not tried; "" if it was */
	char ended[160];   /* why not to the end; "" if nothing stands in the way */
	enum verdict expected;
	uint64_t run;
	uint64_t next; /* number of the next round */
	uint64_t count[RACE_NUM_FAULTS];
	uint64_t named;                 /* leaks of which the listing names the fence driver */
	uint64_t unknown;               /* slots that nobody could look at */
	uint64_t foreign;               /* that looked leaked, and were another program's */
	struct race_round first;        /* the first with the worst fault */
	struct race_fault fault;        /* RACE_GOOD if there was none */
	struct auq_fence_driver driver; /* that leaked, if has_driver */
	bool has_driver;
	enum verdict verdict; /* by race_judge(); VERDICT_LEAK: something was found */
};

struct race_report {
	struct report base; /* device, kernel and evidence; without findings of its own */
	uint64_t seed;
	bool force;
	struct race_limits limits;
	struct race_finding findings[RACE_NUM_KINDS];
};

/** Counts a fault in, and keeps the round if it is the first of the worst. */
void race_report_add(struct race_report *report, const struct race_round *round,
		     const struct race_fault *fault);

/**
 * A slot that stays occupied may by chance be another program's. So many are
 * no chance, or one whose fence driver the listing names.
 */
#define RACE_SURE 3

/** A kind that has shown this many faults shows no more by another one. */
#define RACE_ENOUGH 32

/** Faults in all. */
uint64_t race_finding_faults(const struct race_finding *finding);

/** Fills in each verdict, the report's and what it has cost. */
void race_judge(struct race_report *report);

const char *race_verdict_name(enum verdict verdict);

#endif
