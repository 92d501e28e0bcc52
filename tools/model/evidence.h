/* SPDX-License-Identifier: MIT */
/* What the sources of evidence say of trials, put together. Pure. */
#ifndef AMDFENCE_EVIDENCE_H
#define AMDFENCE_EVIDENCE_H

#include "model/report.h"

/**
 * What listings of before and after a batch say of the trials that were run:
 * a fence driver was leaked if it came in between, has the slot of a trial, the
 * last one that had it, and its queue is gone. Keeps copies of those. -ENOMEM.
 */
int evidence_take_listing(struct finding *finding, const struct auq_listing *before,
			  const struct auq_listing *after);

/**
 * What the trace of a batch says of the trials that were run: a fence driver was
 * leaked if a process of ours made it in the slot of a trial, the last one that
 * had it, and the slot was never given back. Keeps copies of those. -ENOMEM.
 */
int evidence_take_trace(struct finding *finding, const struct ledger *ledger, uint32_t slots);

/** What the listing said is forgotten. */
void evidence_drop_listing(struct finding *finding);

/** What the trace said is forgotten, for this reason. */
void evidence_drop_trace(struct finding *finding, const char *why);

/** Whether a trial leaked by listing or trace and not by its slot: time may still tell. */
bool evidence_is_early(const struct finding *finding);

/**
 * What the sources say of one trial together. Listing and trace are believed
 * where they name a leaked driver, or name another program's in the slot; else
 * the slot.
 */
enum said evidence_said(const struct outcome *outcome);

/** Fills in the tallies. */
void evidence_combine(struct finding *finding);

/** The @index-th driver leaked before the trials and still now, or NULL. From 0, in order. */
const struct auq_fence_driver *evidence_next_earlier(const struct report *report, uint32_t *index);

/** How many there are. */
uint32_t evidence_count_earlier(const struct report *report);

#endif
