/* SPDX-License-Identifier: MIT */
/* Triggers defects of the kernel that leak-check does not: see provoke. */
#ifndef TRIGGER_H
#define TRIGGER_H

#include "act/clock.h"
#include "act/trial.h"

struct trigger {
	const char *id;
	/**
	 * How often the defect was seen, 0 if it was not, or a negative errno. Of
	 * some defects it is the kernel that tells, by a report or for ever after.
	 */
	int (*run)(struct bench *bench);
	/* Its clients are processes of their own: @bench is not open, they would share its file. */
	bool forks;
};

extern const struct trigger triggers[];
extern const struct trigger race_triggers[];

#define TRIGGER_NODE "/dev/dri/renderD128"

/** A WAIT that the library would refuse, by the number of fences and where they go. */
int raw_wait(struct bench *bench, struct auq_queue *waitq, uint32_t syncobj, uint16_t num_fences,
	     uint64_t out_fences);

#endif
