/* SPDX-License-Identifier: MIT */
/* An imitation of the kernel's timelines and merges, with flaws on demand. */
#ifndef FAKE_SW_SYNC_H
#define FAKE_SW_SYNC_H

enum fake_flaw {
	FAKE_GOOD,
	FAKE_LOW_MEMBERS,   /* once polled, only the members below the last pending one count */
	FAKE_NEVER,         /* once polled, never signaled */
	FAKE_ERROR_LOST,    /* signaled members are not asked for their error */
	FAKE_ERROR_MADE,    /* an error from nowhere */
	FAKE_MEMBER_LOST,   /* a merge leaves one out */
	FAKE_STATUS_SPLIT,  /* asked with its members, it is pending for ever */
	FAKE_POLL_HANGS,    /* when all are signaled before the first poll */
	FAKE_POLL_OOPSES,   /* likewise, and the process is killed */
	FAKE_FENCE_FAILS,   /* -EMFILE */
	FAKE_ASKER_OOPSES,  /* a thread that asks is gone */
	FAKE_EARLY_IN_RACE, /* signaled for the moment in which the last member is */
	FAKE_SLOW_ANSWERS,  /* likewise, and a thread that asks gets old answers */
};

extern enum fake_flaw fake_flaw;

/* Files that are still open, in this process. */
unsigned fake_open_files(void);

#endif
