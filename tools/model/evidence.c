// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/evidence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A driver was leaked if it came into @slot between the listings and its queue is gone. */
static enum said ask_listing(const struct auq_listing *before, const struct auq_listing *after,
			     uint32_t slot)
{
	const struct auq_fence_driver *was = auq_listing_find(before, slot);
	const struct auq_fence_driver *is = auq_listing_find(after, slot);

	if (!is)
		return SAID_FREE;
	return !is->live && (!was || was->context != is->context) ? SAID_LEAKED : SAID_TAKEN;
}

/* Of trials with the same slot only the one that is asked first can have leaked it. */
static void blame_once(enum said *said, unsigned char *seen, uint32_t slot)
{
	if (*said != SAID_LEAKED)
		return;
	if (seen[slot])
		*said = SAID_TAKEN;
	seen[slot] = 1;
}

int evidence_take_listing(struct finding *finding, const struct auq_listing *before,
			  const struct auq_listing *after)
{
	unsigned char *seen = calloc(auq_listing_total(after), 1);

	free(finding->drivers);
	finding->num_drivers = 0;
	finding->drivers = calloc(finding->run + 1, sizeof(*finding->drivers));
	if (!seen || !finding->drivers) {
		free(seen);
		return -ENOMEM;
	}
	/* From the last to the first: who had a slot earlier had given it back. */
	for (unsigned i = finding->run; i-- > 0;) {
		struct outcome *outcome = &finding->outcomes[i];
		enum said *said = &outcome->said[EVIDENCE_DEBUGFS];

		*said = ask_listing(before, after, outcome->slot);
		blame_once(said, seen, outcome->slot);
	}
	for (unsigned i = 0; i < finding->run; i++) {
		const struct outcome *outcome = &finding->outcomes[i];

		if (outcome->said[EVIDENCE_DEBUGFS] == SAID_LEAKED)
			finding->drivers[finding->num_drivers++] =
				*auq_listing_find(after, outcome->slot);
	}
	free(seen);
	return 0;
}

/* What was given back is known; of the rest, some may have been, when nobody saw it. */
static void doubt_leaks(struct finding *finding, uint64_t missed)
{
	for (unsigned i = 0; i < finding->run; i++)
		if (finding->outcomes[i].said[EVIDENCE_TRACE] == SAID_LEAKED)
			finding->outcomes[i].said[EVIDENCE_TRACE] = SAID_NOTHING;
	snprintf(finding->doubt, sizeof(finding->doubt),
		 "%u slots were not seen to be given back, but %" PRIu64 " probes were missed",
		 finding->num_traced, missed);
	finding->num_traced = 0;
}

int evidence_take_trace(struct finding *finding, const struct ledger *ledger, uint32_t slots)
{
	static const enum said meaning[] = {
		[TRACED_NOTHING] = SAID_NOTHING,
		[TRACED_FREE] = SAID_FREE,
		[TRACED_OTHERS] = SAID_TAKEN,
		[TRACED_OURS] = SAID_LEAKED,
	};
	unsigned char *seen = calloc(slots, 1);
	struct traced_driver driver;
	uint64_t missed;

	free(finding->traced);
	finding->num_traced = 0;
	finding->traced = calloc(finding->run + 1, sizeof(*finding->traced));
	if (!seen || !finding->traced) {
		free(seen);
		return -ENOMEM;
	}
	ledger_doubt(ledger, finding->doubt, sizeof(finding->doubt));
	for (unsigned i = finding->run; i-- > 0;) {
		struct outcome *outcome = &finding->outcomes[i];
		enum said *said = &outcome->said[EVIDENCE_TRACE];

		*said = SAID_NOTHING;
		if (finding->doubt[0])
			continue;
		*said = meaning[ledger_find(ledger, outcome->slot, &driver)];
		blame_once(said, seen, outcome->slot);
	}
	for (unsigned i = 0; i < finding->run; i++) {
		const struct outcome *outcome = &finding->outcomes[i];

		if (outcome->said[EVIDENCE_TRACE] != SAID_LEAKED)
			continue;
		ledger_find(ledger, outcome->slot, &driver);
		finding->traced[finding->num_traced++] = driver;
	}
	free(seen);
	missed = ledger_unexplained(ledger, finding->num_traced);
	if (missed && finding->num_traced)
		doubt_leaks(finding, missed);
	return 0;
}

void evidence_drop_trace(struct finding *finding, const char *why)
{
	for (unsigned i = 0; i < finding->run; i++)
		finding->outcomes[i].said[EVIDENCE_TRACE] = SAID_NOTHING;
	finding->num_traced = 0;
	snprintf(finding->doubt, sizeof(finding->doubt), "%s", why);
}

void evidence_drop_listing(struct finding *finding)
{
	for (unsigned i = 0; i < finding->run; i++)
		finding->outcomes[i].said[EVIDENCE_DEBUGFS] = SAID_NOTHING;
	finding->num_drivers = 0;
}

bool evidence_is_early(const struct finding *finding)
{
	for (unsigned i = 0; i < finding->run; i++) {
		const enum said *said = finding->outcomes[i].said;

		if ((said[EVIDENCE_DEBUGFS] == SAID_LEAKED ||
		     said[EVIDENCE_TRACE] == SAID_LEAKED) &&
		    said[EVIDENCE_SLOTS] != SAID_LEAKED)
			return true;
	}
	return false;
}

/*
 * A slot that no driver has and that is not given out again was lost by the
 * kernel's bitmap (D3): that says the slot alone.
 */
enum said evidence_said(const struct outcome *outcome)
{
	const enum said slots = outcome->said[EVIDENCE_SLOTS];
	enum said most = SAID_NOTHING;

	for (unsigned source = 0; source < NUM_EVIDENCE; source++)
		if (source != EVIDENCE_SLOTS && outcome->said[source] > most)
			most = outcome->said[source];
	if (most == SAID_TAKEN || (most == SAID_FREE && slots == SAID_NOTHING))
		return SAID_FREE;
	return most == SAID_LEAKED ? most : slots;
}

/* Whether one says that it leaked, and another that it did not. */
static bool is_disputed(const struct outcome *outcome)
{
	bool leaked = false, free = false;

	for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
		leaked |= outcome->said[source] == SAID_LEAKED;
		free |= outcome->said[source] == SAID_FREE || outcome->said[source] == SAID_TAKEN;
	}
	return leaked && free;
}

static void count(enum said said, struct tally *tally)
{
	tally->leaked += said == SAID_LEAKED;
	tally->unknown += said == SAID_NOTHING;
}

void evidence_combine(struct finding *finding)
{
	struct tally together = {0};

	finding->disagree = 0;
	for (unsigned source = 0; source < NUM_EVIDENCE; source++)
		finding->by[source] = (struct tally){0};
	for (unsigned i = 0; i < finding->run; i++) {
		const struct outcome *outcome = &finding->outcomes[i];
		const enum said *said = outcome->said;

		for (unsigned source = 0; source < NUM_EVIDENCE; source++)
			count(said[source], &finding->by[source]);
		count(evidence_said(outcome), &together);
		finding->disagree += is_disputed(outcome);
	}
	finding->leaked = together.leaked;
	finding->unknown = together.unknown;
}

const struct auq_fence_driver *evidence_next_earlier(const struct report *report, uint32_t *index)
{
	const struct auq_fence_driver *was, *is;

	if (report->before.state != SOURCE_OK || report->after.state != SOURCE_OK)
		return NULL;
	while ((was = auq_listing_get(report->before.listing, (*index)++))) {
		if (!auq_fence_driver_is_leaked(was))
			continue;
		is = auq_listing_find(report->after.listing, was->slot);
		if (is && is->context == was->context && auq_fence_driver_is_leaked(is))
			return is;
	}
	return NULL;
}

uint32_t evidence_count_earlier(const struct report *report)
{
	uint32_t index = 0, num = 0;

	while (evidence_next_earlier(report, &index))
		num++;
	return num;
}
