/* SPDX-License-Identifier: MIT */
/* What the sources of evidence say of slots that a worker has used. */
#ifndef AMDFENCE_OUTCOME_H
#define AMDFENCE_OUTCOME_H

#include "act/fates.h"
#include "cmd/tracing.h"
#include "model/report.h"

#include <signal.h>

/** Of errors that no call gives here, but trials and probe do: what they mean; else NULL. */
const char *reason_of_ours(int err);

/** A finding's outcomes, for each entry of @fates; @probed: its fates are evidence. */
void take_outcomes(struct finding *finding, const struct fates *fates, bool probed);

/**
 * Reads listing and trace, as far as they are used (@tracing may be NULL), until
 * they say of no outcome that it leaked, or the time to settle is over. Where the
 * slot says so as well, the probe has waited already. What cannot be read says
 * nothing. -ENOMEM.
 */
int look_at_sources(struct report *report, struct finding *finding, struct tracing *tracing,
		    const volatile sig_atomic_t *stop);

#endif
