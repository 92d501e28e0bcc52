/* SPDX-License-Identifier: MIT */
/* A process of ours that looks where a look may hang: see act/child.h. */
#ifndef AMDFENCE_CMD_LOOK_H
#define AMDFENCE_CMD_LOOK_H

#include "act/child.h"
#include "model/dump.h"

struct look {
	const struct gpu_snapshot *gpu;
	struct child child;
	bool is_running;
	int err; /* why it does not look any more, negative */
};

/** @gpu: the caller's, as long as it looks. -errno. */
int look_begin(struct look *look, const struct gpu_snapshot *gpu);
void look_end(struct look *look);

/**
 * The live queues and, with @probe, the lowest free slot, for which one is made. What could not
 * be looked at says why in its source; where a call hangs, nothing is looked at ever after.
 * @queues: its items are the caller's, to be freed
 * @lowest: gets the slot, or as many as there are when none is free
 * -ENODEV when the GPU is gone, -EINTR once *@stop is set, -ENOMEM
 */
int look_take(struct look *look, const volatile sig_atomic_t *stop, struct queues *queues,
	      struct source *probe, uint32_t *lowest);

/** The queues alone, once. -ENOMEM, or what is against a process. */
int look_once(const struct gpu_snapshot *gpu, struct queues *queues);

/**
 * The fence drivers, where the kernel lists them, @most of them by themselves. What is leaked at
 * one moment may be on its way: it must be so twice. No process is needed: the listing takes no
 * lock for long. -ENOMEM.
 */
int look_at_drivers(const struct gpu_snapshot *gpu, unsigned most, struct drivers *drivers);

#endif
