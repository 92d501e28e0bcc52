/* SPDX-License-Identifier: MIT */
/* What has changed from one dump to another. Pure. */
#ifndef AMDFENCE_DIFF_H
#define AMDFENCE_DIFF_H

#include "model/dump.h"

enum growth { GROWTH_NONE, GROWTH_LEAKS, GROWTH_UNKNOWN };

/** An owner of either dump; all 0 where it is not there. */
struct owner_change {
	char comm[64];
	struct owner before, after;
};

/** A version, a parameter: whatever has one value. "" where there is none. */
struct value_change {
	char name[96];
	char before[128], after[128];
};

struct diff {
	const struct dump *before, *after; /* the caller's */
	enum growth growth;                /* unknown unless both have a listing */
	uint32_t new_leaked;               /* fence drivers */
	struct owner_change *owners;       /* that changed; owned; most new references first */
	unsigned num_owners;
	const struct auq_fence_driver **appeared, **vanished; /* owned; in the dumps */
	unsigned num_appeared, num_vanished;
	bool is_partial; /* a dump left out some drivers: these two arrays may lack some, too */
	const struct queue_entry **queues_appeared, **queues_vanished; /* owned; in the dumps */
	unsigned num_queues_appeared, num_queues_vanished;
	struct value_change *values; /* owned */
	unsigned num_values;
};

/** -ENOMEM. */
int diff_dumps(const struct dump *before, const struct dump *after, struct diff *diff);
void diff_fini(struct diff *diff);

/** Each owner of either once, in the order of names. @pairs: gets them, to be freed. -ENOMEM. */
int pair_owners(const struct drivers *before, const struct drivers *after,
		struct owner_change **pairs, unsigned *num_pairs);

/** leaks, none, unknown. */
const char *growth_name(enum growth growth);

#endif
