/* SPDX-License-Identifier: MIT */
/* A second process with queues of its own, whose slots the worker's trials leak. */
#ifndef AMDFENCE_VICTIM_H
#define AMDFENCE_VICTIM_H

#include "act/trial.h"

/** To be called before the caller opens the device. */
int victim_start(const char *node, enum auq_ip ip, struct lifeline *line, struct victim **out);
/** Ends the process and waits for that, so that nothing of it is left. NULL is fine. */
void victim_end(struct victim *victim);

/** The process that makes its queues. */
pid_t victim_pid(const struct victim *victim);

/** The victim makes a queue and signals; @syncobj, on the bench's device, has its fence. */
int victim_signal(struct victim *victim, struct bench *bench, uint32_t *syncobj);
/** The victim frees that queue. */
int victim_free(struct victim *victim, struct bench *bench);

#endif
