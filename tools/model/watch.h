/* SPDX-License-Identifier: MIT */
/* What amdfence-watch(1) has seen of one GPU so far, and what that says. Plain data, pure. */
#ifndef AMDFENCE_MODEL_WATCH_H
#define AMDFENCE_MODEL_WATCH_H

#include "model/diff.h"

enum {
	WATCH_POINTS = 64,  /* that are kept of the past */
	WATCH_BLOCK = 3,    /* samples of which the lowest counts: a moment's orphans are none */
	WATCH_STEADY = 3,   /* such blocks that each rose, and none fell: more than chance */
	WATCH_EXPORTED = 20 /* owners that a file for Prometheus names */
};

/** One look. What could not be read has a source that is not SOURCE_OK. */
struct sample {
	int64_t time_ms;        /* since 1970 */
	uint64_t elapsed_ms;    /* since the first one */
	struct drivers drivers; /* as the kernel lists them; none by name */
	struct queues queues;   /* as debugfs has them, by client */
	/*
	 * A queue's slot, which was the lowest free one: all below were in use, of those above
	 * nothing is known. SOURCE_UNASKED where the listing says more.
	 */
	struct source probe;
	uint32_t lowest_free;
};

void sample_fini(struct sample *sample);

/** What the source was that says how many slots are in use. */
enum slot_count { SLOTS_UNKNOWN, SLOTS_AT_LEAST, SLOTS_EXACTLY };

struct watch_point {
	enum slot_count kind;
	uint32_t slots;
};

/** A client with queues, now or when it was first asked for. */
struct client_change {
	uint64_t client;
	uint32_t pid;
	char comm[64];
	uint32_t before, after; /* queues */
};

/** A count whose lowest value of some samples rises again and again, and never falls. */
struct trend {
	uint32_t lowest;         /* of the block under way */
	unsigned num;            /* samples in it */
	uint32_t from, to;       /* lowest ones: of the first block and the last one */
	uint64_t from_ms, to_ms; /* when these ended */
	uint64_t rise_ms;        /* when the last one that rose did */
	unsigned blocks, rises;
};

enum remark {
	REMARK_NONE,
	REMARK_ORPHANS, /* fence drivers without a queue become ever more */
	REMARK_SLOTS,   /* the lowest free slot rises, and that is all that is known */
};

struct watch {
	struct sample now;
	uint64_t samples;
	/* Of the first samples that have them: what growth is measured by. */
	struct drivers first_drivers;
	struct queues first_queues;
	uint32_t first_lowest;
	bool has_drivers, has_queues, has_lowest;
	struct owner_change *owners; /* by name; the references that they have now, most first */
	unsigned num_owners;
	struct client_change *clients; /* in their order */
	unsigned num_clients;
	unsigned num_clients_now;                /* of them, those with queues now */
	struct watch_point points[WATCH_POINTS]; /* the last one is now */
	unsigned num_points;
	struct trend orphans, lowest;
	enum remark remark;
};

/** Why the lowest free slot is not to be looked for on this GPU, "" if nothing is against it. */
const char *watch_probe_refusal(const struct gpu_snapshot *gpu);

/** One more sample, which is taken over. -ENOMEM: it was taken, and @watch can only be ended. */
int watch_take(struct watch *watch, struct sample *sample);
void watch_fini(struct watch *watch);

/** What is known of the slots in use now, and how many these are. */
enum slot_count watch_slots(const struct watch *watch, uint32_t *slots);
/** By how many they have grown, where they can be compared. */
bool watch_slots_growth(const struct watch *watch, int64_t *growth);

/** Fence drivers whose queue is gone. */
uint32_t drivers_orphans(const struct drivers *drivers);
uint32_t owner_orphans(const struct owner *owner);
/** References of all owners. */
uint64_t drivers_refs(const struct drivers *drivers);

/** The trend that the remark is about, or NULL. */
const struct trend *watch_trend(const struct watch *watch);
/** As amdfence-json(5) has it: orphans, slots; NULL for REMARK_NONE. */
const char *remark_name(enum remark remark);
/** How long until no slot is free, if it goes on like that. False: nothing can be said. */
bool watch_seconds_left(const struct watch *watch, uint32_t total, uint64_t *seconds);

#endif
