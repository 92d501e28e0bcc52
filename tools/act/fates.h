/* SPDX-License-Identifier: MIT */
/* What is known of the slots that trials used. No device, no clock. */
#ifndef AMDFENCE_FATES_H
#define AMDFENCE_FATES_H

#include <stdbool.h>
#include <stdint.h>

enum fate {
	FATE_OPEN,     /* occupied whenever somebody looked */
	FATE_FREED,    /* seen free once: no leak */
	FATE_OCCUPIED, /* occupied to the end */
	FATE_UNKNOWN,  /* nobody could look */
};

struct fates {
	struct {
		uint32_t slot;
		enum fate fate;
	} * trials;
	unsigned num;
	unsigned room;
};

int fates_init(struct fates *fates, unsigned room);
void fates_fini(struct fates *fates);

/** A queue of ours was given this slot: it was free. */
void fates_free(struct fates *fates, uint32_t slot);

/** As fates_free(), for the next trial, whose slot is watched from now on. */
void fates_add(struct fates *fates, uint32_t slot);

/** Whether something is open still, and the highest slot of that. */
bool fates_highest(const struct fates *fates, uint32_t *slot);

/** What is open still, is now @fate. */
void fates_close(struct fates *fates, enum fate fate);

#endif
