/* SPDX-License-Identifier: MIT */
/* Which fence slots were given out and came back, by the kernel's trace. Pure. */
#ifndef AMDFENCE_LEDGER_H
#define AMDFENCE_LEDGER_H

#include "model/trace.h"

/** A fence driver that was made: who did. */
struct traced_driver {
	uint32_t slot;
	uint32_t pid;
	char comm[TRACE_COMM_BYTES];
};

/** What became of a slot since ledger_begin(). */
enum traced { TRACED_NOTHING, TRACED_FREE, TRACED_OURS, TRACED_OTHERS };

struct ledger;

/** For a device of @slots; NULL for want of memory. */
struct ledger *ledger_new(uint32_t slots);
void ledger_free(struct ledger *ledger);

/** That the trace has the kernel's own events of queues, which are held against the rest. */
void ledger_watch_queues(struct ledger *ledger);

/** All is forgotten but the count of events, and what is watched. */
void ledger_begin(struct ledger *ledger);

/** What @pid makes from now on is ours. -ENOSPC after a few. */
int ledger_own(struct ledger *ledger, uint32_t pid);

/** The next text of a trace, in order. */
void ledger_feed(struct ledger *ledger, const char *text, size_t size);

/** That so many events are missing, at least. */
void ledger_lose(struct ledger *ledger, uint64_t events);

/** That so many FREEs were not recorded. Some show later: what is given out again was free. */
void ledger_miss(struct ledger *ledger, uint64_t frees);

/**
 * How many queues we made, the first @judged of them those that are judged and
 * their company, the rest to look for free slots; and of how many more nobody
 * can say whether they were made.
 */
void ledger_expect(struct ledger *ledger, unsigned made, unsigned judged, unsigned unsure);

/** Since ledger_begin(): why the trace says nothing, "" if it speaks. */
void ledger_doubt(const struct ledger *ledger, char *why, size_t size);

/**
 * How many FREEs were missed that nothing explains, if @leaked of the slots that
 * are ours were leaked and all others given back.
 */
uint64_t ledger_unexplained(const struct ledger *ledger, unsigned leaked);

/**
 * Who has @slot now, if somebody was given it. OURS is who is judged: once a
 * queue that looks for slots got it, it was free. @driver is filled in for OURS
 * and OTHERS.
 */
enum traced ledger_find(const struct ledger *ledger, uint32_t slot, struct traced_driver *driver);

/** In all. */
uint64_t ledger_events(const struct ledger *ledger);
uint64_t ledger_lost(const struct ledger *ledger);

#endif
