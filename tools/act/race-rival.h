/* SPDX-License-Identifier: MIT */
/* The second actor of a round: a thread of the worker, or a process with a device of its own. */
#ifndef AMDFENCE_RACE_RIVAL_H
#define AMDFENCE_RACE_RIVAL_H

#include "act/race-actor.h"

/** Which rounds, on which device: what the actors know alike. */
struct race_setup {
	const char *node;
	enum auq_ip ip;
	uint64_t seed;
	struct race_limits limits;
	enum race_kind kind;
	struct race_ground *ground;
};

struct race_rival;

/**
 * @setup must stay. A process is started before the caller opens the device, and
 * then @line is the caller's own; a thread after that, and shares @bench and
 * @table. -errno.
 */
int race_rival_start_process(const struct race_setup *setup, struct lifeline *line,
			     struct race_rival **out);
int race_rival_start_thread(const struct race_setup *setup, struct bench *bench,
			    struct race_table *table, struct race_rival **out);
/** Ends it and waits for that, so that nothing of it is left. NULL is fine. */
void race_rival_end(struct race_rival *rival);

/** The socket to it, or -1. */
int race_rival_peer(const struct race_rival *rival);
const struct heartbeat *race_rival_beat(const struct race_rival *rival);

/** Lets it do its part of @round, which must stay until that is over. -errno. */
int race_rival_begin(struct race_rival *rival, const struct race_round *round);
/**
 * Waits until its part is over; the call that it is in is shown as one of
 * @line's meanwhile. -ECONNRESET when it is gone.
 */
int race_rival_finish(struct race_rival *rival, struct lifeline *line);

#endif
