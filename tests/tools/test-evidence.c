// SPDX-License-Identifier: MIT
/* Listings against trials, and sources against each other: pure. */
#include <config.h>

#include "../lib/tap.h"
#include "model/evidence.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIALS 5

/* Of lines "slot ctx refs owner pending", each a number or a word; the fences are the pending. */
static struct auq_listing *list(const char *lines)
{
	struct auq_listing *listing = NULL;
	unsigned slot, ctx, refs, pending;
	char *text = NULL, owner[8];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int used;

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=0 total=64\n");
	for (; sscanf(lines, "%u %u %u %7s %u,%n", &slot, &ctx, &refs, owner, &pending, &used) == 5;
	     lines += used)
		fprintf(out,
			"slot=%u va=0x8 ctx=%u seq=0 refs=%u owner=%s doorbell=0 fences=%u waitq=0 "
			"inherited=0 pending=%u pid=1 comm=x\n",
			slot, ctx, refs, owner, pending, pending);
	fclose(out);
	if (auq_listing_parse(text, size, &listing))
		abort();
	free(text);
	return listing;
}

static struct finding *start(struct report *report, const uint32_t slots[TRIALS])
{
	struct finding *finding;

	report_init(report, TRIALS);
	finding = &report->findings[0];
	finding->run = TRIALS;
	for (unsigned i = 0; i < TRIALS; i++)
		finding->outcomes[i].slot = slots[i];
	return finding;
}

static void test_listing(void)
{
	static const uint32_t slots[TRIALS] = {3, 5, 3, 7, 9};
	struct auq_listing *before = list("3 10 1 live 0,7 11 1 gone 0,");
	struct auq_listing *after = list("3 12 1 gone 0,5 13 1 live 0,7 11 1 gone 0,8 14 1 gone 0,"
					 "9 15 1 gone 1,");
	struct report report;
	struct finding *finding = start(&report, slots);
	const struct outcome *outcomes = finding->outcomes;

	is(evidence_take_listing(finding, before, after), 0, "two listings");
	is(outcomes[2].said[EVIDENCE_DEBUGFS], SAID_LEAKED, "a new driver without its queue");
	is(outcomes[0].said[EVIDENCE_DEBUGFS], SAID_FREE, "... not of who had the slot earlier");
	is(outcomes[1].said[EVIDENCE_DEBUGFS], SAID_FREE, "another program's queue");
	is(outcomes[3].said[EVIDENCE_DEBUGFS], SAID_FREE, "what was there before");
	is(outcomes[4].said[EVIDENCE_DEBUGFS], SAID_LEAKED, "a new one with a pending fence");
	ok(finding->num_drivers == 2 && finding->drivers[0].context == 12 &&
		   finding->drivers[1].context == 15,
	   "both are kept, in the order of the trials");
	ok(evidence_is_early(finding), "the slots have not said so");
	finding->outcomes[2].said[EVIDENCE_SLOTS] = SAID_LEAKED;
	finding->outcomes[4].said[EVIDENCE_SLOTS] = SAID_LEAKED;
	ok(!evidence_is_early(finding), "the slots have");
	evidence_drop_listing(finding);
	evidence_combine(finding, after);
	ok(!finding->num_drivers && finding->by[EVIDENCE_DEBUGFS].unknown == TRIALS,
	   "what was dropped is not known");
	auq_listing_free(before);
	auq_listing_free(after);
	report_fini(&report);
}

static void combine(enum said slots, enum said debugfs, bool listed, enum said want, bool differ)
{
	static const char *const names[] = {"nothing", "free", "leaked"};
	static const uint32_t same[TRIALS] = {3, 3, 3, 3, 3};
	struct auq_listing *after = list(listed ? "3 10 1 live 0," : "");
	struct report report;
	struct finding *finding = start(&report, same);

	for (unsigned i = 0; i < TRIALS; i++) {
		finding->outcomes[i].said[EVIDENCE_SLOTS] = slots;
		finding->outcomes[i].said[EVIDENCE_DEBUGFS] = debugfs;
	}
	evidence_combine(finding, after);
	ok(finding->leaked == (want == SAID_LEAKED ? TRIALS : 0) &&
		   finding->unknown == (want == SAID_NOTHING ? TRIALS : 0) &&
		   finding->disagree == (differ ? TRIALS : 0),
	   "slots say %s, debugfs %s%s: %s%s", names[slots], names[debugfs],
	   listed ? " but another's" : "", names[want], differ ? ", and they disagree" : "");
	is(finding->by[EVIDENCE_SLOTS].leaked, slots == SAID_LEAKED ? TRIALS : 0, "... by slots");
	is(finding->by[EVIDENCE_DEBUGFS].unknown, debugfs == SAID_NOTHING ? TRIALS : 0,
	   "... by debugfs");
	auq_listing_free(after);
	report_fini(&report);
}

static void test_combine(void)
{
	combine(SAID_NOTHING, SAID_NOTHING, false, SAID_NOTHING, false);
	combine(SAID_NOTHING, SAID_FREE, false, SAID_FREE, false);
	combine(SAID_NOTHING, SAID_LEAKED, false, SAID_LEAKED, false);
	combine(SAID_FREE, SAID_NOTHING, false, SAID_FREE, false);
	combine(SAID_LEAKED, SAID_NOTHING, true, SAID_LEAKED, false);
	combine(SAID_FREE, SAID_FREE, true, SAID_FREE, false);
	combine(SAID_LEAKED, SAID_LEAKED, true, SAID_LEAKED, false);
	combine(SAID_FREE, SAID_LEAKED, true, SAID_LEAKED, true);
	combine(SAID_LEAKED, SAID_FREE, true, SAID_FREE, true);
	combine(SAID_LEAKED, SAID_FREE, false, SAID_LEAKED, true);
}

static void test_earlier(void)
{
	struct report report;
	uint32_t index = 0;

	report_init(&report, TRIALS);
	report.before = (struct listing_snapshot){
		.state = SOURCE_OK,
		.listing = list("1 10 1 gone 0,2 11 1 gone 0,3 12 1 live 0,4 13 1 gone 1,"
				"5 14 1 gone 0,6 15 2 gone 0,"),
	};
	is(evidence_count_earlier(&report), 0, "one look proves nothing");
	report.after = (struct listing_snapshot){
		.state = SOURCE_OK,
		.listing = list("1 10 1 gone 0,2 20 1 gone 0,3 12 1 gone 0,4 13 1 gone 1,"
				"5 14 1 live 0,7 16 1 gone 0,"),
	};
	ok(evidence_next_earlier(&report, &index)->slot == 1 &&
		   evidence_next_earlier(&report, &index)->slot == 4 &&
		   !evidence_next_earlier(&report, &index),
	   "the same driver, leaked at both");
	is(evidence_count_earlier(&report), 2, "two of them");
	report_fini(&report);
}

int main(void)
{
	test_listing();
	test_combine();
	test_earlier();
	return tap_done();
}
