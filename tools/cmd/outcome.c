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

int look_at_listing(struct report *report, struct finding *finding,
		    const volatile sig_atomic_t *stop)
{
	const uint64_t end = clock_ms() + report->settle_ms;
	int err;

	for (;;) {
		collect_listing(report->gpu.listing, &report->after);
		if (report->after.state != SOURCE_OK || *stop)
			break;
		err = evidence_take_listing(finding, report->before.listing, report->after.listing);
		if (err || !evidence_is_early(finding) || clock_ms() >= end)
			return err;
		sleep_ms(LOOK_PAUSE_MS);
	}
	evidence_drop_listing(finding);
	return 0;
}
