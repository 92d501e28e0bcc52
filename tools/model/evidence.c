// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/evidence.h"

#include <errno.h>
#include <stdlib.h>

/* The driver that came into @slot between the listings and whose queue is gone, or NULL. */
static const struct auq_fence_driver *find_left(const struct auq_listing *before,
						const struct auq_listing *after, uint32_t slot)
{
	const struct auq_fence_driver *was = auq_listing_find(before, slot);
	const struct auq_fence_driver *is = auq_listing_find(after, slot);

	return is && !is->live && (!was || was->context != is->context) ? is : NULL;
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
		const struct auq_fence_driver *left = find_left(before, after, outcome->slot);

		outcome->said[EVIDENCE_DEBUGFS] = SAID_FREE;
		if (!left || seen[left->slot])
			continue;
		seen[left->slot] = 1;
		outcome->said[EVIDENCE_DEBUGFS] = SAID_LEAKED;
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

		if (said[EVIDENCE_DEBUGFS] == SAID_LEAKED && said[EVIDENCE_SLOTS] != SAID_LEAKED)
			return true;
	}
	return false;
}

enum said evidence_said(const struct outcome *outcome, const struct auq_listing *after)
{
	enum said slots = outcome->said[EVIDENCE_SLOTS];
	enum said debugfs = outcome->said[EVIDENCE_DEBUGFS];

	if (slots == SAID_NOTHING || debugfs == SAID_LEAKED)
		return debugfs;
	if (debugfs == SAID_FREE && after && auq_listing_find(after, outcome->slot))
		return SAID_FREE;
	return slots;
}

static void count(enum said said, struct tally *tally)
{
	tally->leaked += said == SAID_LEAKED;
	tally->unknown += said == SAID_NOTHING;
}

void evidence_combine(struct finding *finding, const struct auq_listing *after)
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
		count(evidence_said(outcome, after), &together);
		finding->disagree += said[EVIDENCE_SLOTS] != SAID_NOTHING &&
				     said[EVIDENCE_DEBUGFS] != SAID_NOTHING &&
				     said[EVIDENCE_SLOTS] != said[EVIDENCE_DEBUGFS];
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
