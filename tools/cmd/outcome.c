// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/outcome.h"
#include "act/clock.h"
#include "collect/listing.h"
#include "model/evidence.h"

#include <errno.h>
#include <stddef.h>

#define LOOK_PAUSE_MS 100

const char *reason_of_ours(int err)
{
	switch (-err) {
	case EMFILE:
		return "more slots are free below than one process can have queues";
	case ETIME:
		return "the machine is too busy: the kernel may reset queues that take this long";
	case EAGAIN:
		return "other programs make queues too fast to tell whose slot is whose";
	default:
		return NULL;
	}
}

static enum said said_of(enum fate fate)
{
	return fate == FATE_OCCUPIED ? SAID_LEAKED : fate == FATE_FREED ? SAID_FREE : SAID_NOTHING;
}

void take_outcomes(struct finding *finding, const struct fates *fates, bool probed)
{
	finding->run = fates->num;
	for (unsigned i = 0; i < fates->num; i++) {
		struct outcome *outcome = &finding->outcomes[i];

		*outcome = (struct outcome){.slot = fates->trials[i].slot};
		if (probed)
			outcome->said[EVIDENCE_SLOTS] = said_of(fates->trials[i].fate);
	}
}

static int look(struct report *report, struct finding *finding, struct tracing *tracing)
{
	int err = 0;

	if (report->use[EVIDENCE_DEBUGFS])
		collect_listing(report->gpu.listing, &report->after);
	if (report->after.state == SOURCE_OK)
		err = evidence_take_listing(finding, report->before.listing, report->after.listing);
	else
		evidence_drop_listing(finding);
	tracing_read(tracing);
	if (tracing && !err)
		err = evidence_take_trace(finding, tracing->ledger, report->gpu.info.seq64_slots);
	return err;
}

int look_at_sources(struct report *report, struct finding *finding, struct tracing *tracing,
		    const volatile sig_atomic_t *stop)
{
	const uint64_t end = clock_ms() + report->settle_ms;

	for (;;) {
		int err = look(report, finding, tracing);

		if (err)
			return err;
		if (*stop)
			break;
		if (!evidence_is_early(finding) || clock_ms() >= end)
			return 0;
		sleep_ms(LOOK_PAUSE_MS);
	}
	/* What was there could still have gone. */
	evidence_drop_listing(finding);
	if (tracing)
		evidence_drop_trace(finding, "interrupted");
	return 0;
}
