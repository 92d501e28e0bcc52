/* SPDX-License-Identifier: MIT */
/*
 * What sync-check tries and how it judges: fences of several timelines are
 * merged into one, which must be signaled when all of them are, not earlier and
 * not later. Plain data, no input or output.
 */
#ifndef AMDFENCE_SYNC_H
#define AMDFENCE_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYNC_MAX_MEMBERS 64

enum sync_group {
	SYNC_ORDERS_2,
	SYNC_ORDERS_3,
	SYNC_ORDERS_4,
	SYNC_ORDERS_5,
	SYNC_CLOSED,
	SYNC_RANDOM,
	SYNC_RACE,
	SYNC_NUM_GROUPS
};

const char *sync_group_name(enum sync_group group);
const char *sync_group_title(enum sync_group group);

/** One trial. Members are counted from 0, in the order in which their timelines are opened. */
struct sync_case {
	enum sync_group group;
	uint64_t number; /* within its group */
	unsigned members;
	/*
	 * Polled, which enables signaling in the kernel, once so many members are
	 * signaled; more than there are: never.
	 */
	unsigned poll_after;
	bool ask;                        /* for the status after each step, not only at the end */
	bool pairs;                      /* merged two and two, not one after the other */
	uint8_t order[SYNC_MAX_MEMBERS]; /* in which they are signaled */
	uint64_t closed;                 /* these by closing their timeline, which is an error */
	uint64_t before;                 /* these are signaled before the merge */
	uint64_t twice;                  /* these have two fences, of which the later one counts */
};

/** What must be true, from what was done. */
struct sync_truth {
	unsigned members; /* that the merge took: those that were pending */
	unsigned pending; /* of these */
	unsigned failed;
};

/** What the kernel says at one moment. */
struct sync_view {
	int own;    /* status of the merge: 0 pending, 1 signaled, or its error */
	int whole;  /* the same, asked for together with the statuses of the members */
	int polled; /* 1 signaled, 0 not, -1 not asked */
	unsigned members;
	unsigned pending;
	unsigned failed;
};

enum sync_fault {
	SYNC_GOOD,
	SYNC_LOST_ERROR, /* a member failed, the merge did not */
	SYNC_EARLY,      /* signaled while a member is pending */
	SYNC_LATE,       /* not signaled although all members are */
	SYNC_MADE_ERROR, /* no member failed, the merge did */
	SYNC_MEMBERS,    /* not the members it was made from, or not their state */
	SYNC_DISAGREE,   /* two ways to ask, two answers */
	SYNC_HUNG,       /* a call did not return */
	SYNC_DIED,       /* the process was ended in a call: the kernel oopsed */
};

const char *sync_fault_name(enum sync_fault fault);
const char *sync_fault_title(enum sync_fault fault);

enum sync_fault sync_judge(const struct sync_truth *truth, const struct sync_view *view);

/** What became of a case. */
struct sync_outcome {
	enum sync_fault fault;
	int err;       /* the trial itself failed: not the kernel's fault; or 0 */
	char call[32]; /* the last one */
	unsigned step; /* members signaled by then */
	struct sync_truth truth;
	struct sync_view view;
};

/** Which cases there are, one after the other; the same for the same seed. */
struct sync_walk {
	struct sync_case next;
	uint64_t seed;
	uint64_t done; /* cases of this group */
};

void sync_walk_init(struct sync_walk *walk, uint64_t seed);
/**
 * The next case of the current group; false when there is none: random groups
 * never end by themselves.
 */
bool sync_walk_next(struct sync_walk *walk, struct sync_case *trial);
/** On to the next group; false after the last. */
bool sync_walk_group(struct sync_walk *walk);

struct sync_finding {
	uint64_t run;
	uint64_t found;
	uint64_t noted;
	/* The shortest of the found or, if there is none, of the noted. */
	struct sync_case first;
	struct sync_outcome outcome;
};

struct sync_report {
	char release[65];
	uint64_t seed;
	bool strict; /* a lost error is found, not noted */
	struct sync_finding findings[SYNC_NUM_GROUPS];
	bool interrupted;
	bool ended;                  /* by a call that did not return, or by trouble */
	struct sync_outcome trouble; /* trouble.err is 0 if there was none */
};

/** Counts a case in. */
void sync_report_add(struct sync_report *report, const struct sync_case *trial,
		     const struct sync_outcome *outcome);
bool sync_report_found(const struct sync_report *report);

#endif
