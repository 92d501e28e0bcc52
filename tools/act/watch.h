/* SPDX-License-Identifier: MIT */
/* What is known of the slots that trials used. No device, no clock. */
#ifndef AMDFENCE_WATCH_H
#define AMDFENCE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

enum fate {
	FATE_OPEN,     /* occupied whenever somebody looked */
	FATE_FREED,    /* seen free once: no leak */
	FATE_OCCUPIED, /* occupied to the end */
	FATE_UNKNOWN,  /* nobody could look */
};

struct watch {
	struct {
		uint32_t slot;
		enum fate fate;
	} * trials;
	unsigned num;
	unsigned room;
};

int watch_init(struct watch *watch, unsigned room);
void watch_fini(struct watch *watch);

/** A queue of ours was given this slot: it was free. */
void watch_free(struct watch *watch, uint32_t slot);

/** As watch_free(), for the next trial, whose slot is watched from now on. */
void watch_add(struct watch *watch, uint32_t slot);

/** Whether something is open still, and the highest slot of that. */
bool watch_highest(const struct watch *watch, uint32_t *slot);

/** What is open still, is now @fate. */
void watch_close(struct watch *watch, enum fate fate);

#endif
