// SPDX-License-Identifier: MIT
/* Listings against trials, and sources against each other: pure. */
#include <config.h>

#include "../lib/tap.h"
#include "model/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	is(outcomes[0].said[EVIDENCE_DEBUGFS], SAID_TAKEN, "... not of who had the slot earlier");
	is(outcomes[1].said[EVIDENCE_DEBUGFS], SAID_TAKEN, "another program's queue");
	is(outcomes[3].said[EVIDENCE_DEBUGFS], SAID_TAKEN, "what was there before");
	is(outcomes[4].said[EVIDENCE_DEBUGFS], SAID_LEAKED, "a new one with a pending fence");
	ok(finding->num_drivers == 2 && finding->drivers[0].context == 12 &&
		   finding->drivers[1].context == 15,
	   "both are kept, in the order of the trials");
	ok(evidence_is_early(finding), "the slots have not said so");
	finding->outcomes[2].said[EVIDENCE_SLOTS] = SAID_LEAKED;
	finding->outcomes[4].said[EVIDENCE_SLOTS] = SAID_LEAKED;
	ok(!evidence_is_early(finding), "the slots have");
	evidence_drop_listing(finding);
	evidence_combine(finding);
	ok(!finding->num_drivers && finding->by[EVIDENCE_DEBUGFS].unknown == TRIALS,
	   "what was dropped is not known");
	auq_listing_free(before);
	auq_listing_free(after);
	report_fini(&report);
}

/* ---- the trace ----------------------------------------------------------- */

#define OURS 83

/* Of words "+PID/SLOT" and "-SLOT": given out, and back. */
static void trace(struct ledger *ledger, const char *words)
{
	unsigned pid, slot;
	char line[200];
	int used;

	for (; *words; words += used) {
		used = 0;
		if (sscanf(words, " +%u/%u%n", &pid, &slot, &used) == 2 && used)
			snprintf(line, sizeof(line),
				 " amdfence-worker-%u  [000] ..... 1.0: amdfence_alloc: (x) "
				 "device=0x1 va=0x%x result=0\n",
				 pid, 0x40000000 + 8 * slot);
		else if (sscanf(words, " -%u%n", &slot, &used) == 1 && used)
			snprintf(line, sizeof(line),
				 "          <idle>-0 [000] ..... 1.0: amdfence_destroy: (x) "
				 "driver=0x1\n"
				 "          <idle>-0 [000] ..... 1.0: amdfence_free: (x) "
				 "device=0x1 va=0x%x\n",
				 0x40000000 + 8 * slot);
		else
			abort();
		ledger_feed(ledger, line, strlen(line));
	}
}

static struct ledger *start_trace(const char *words, unsigned made)
{
	struct ledger *ledger = ledger_new(64);

	ledger_own(ledger, OURS);
	trace(ledger, words);
	ledger_expect(ledger, made, made, 0);
	return ledger;
}

static void test_trace(void)
{
	static const uint32_t slots[TRIALS] = {3, 5, 3, 7, 9};
	struct ledger *ledger = start_trace("+83/3 -3 +83/5 -5 +99/5 +83/3 +83/7 -7 +83/9", 5);
	struct report report;
	struct finding *finding = start(&report, slots);
	const struct outcome *outcomes = finding->outcomes;

	is(evidence_take_trace(finding, ledger, 64), 0, "a trace");
	is(outcomes[2].said[EVIDENCE_TRACE], SAID_LEAKED, "a slot that never came back");
	is(outcomes[0].said[EVIDENCE_TRACE], SAID_TAKEN, "... not of who had it earlier");
	is(outcomes[1].said[EVIDENCE_TRACE], SAID_TAKEN, "another program's now");
	is(outcomes[3].said[EVIDENCE_TRACE], SAID_FREE, "one that came back");
	ok(finding->num_traced == 2 && finding->traced[0].slot == 3 &&
		   finding->traced[1].slot == 9 && finding->traced[1].pid == OURS,
	   "both are kept, in the order of the trials");
	ok(!finding->doubt[0], "... without doubt");
	ok(evidence_is_early(finding), "the slots have not said so");

	ledger_miss(ledger, 1);
	evidence_take_trace(finding, ledger, 64);
	ok(outcomes[2].said[EVIDENCE_TRACE] == SAID_NOTHING &&
		   outcomes[3].said[EVIDENCE_TRACE] == SAID_FREE && !finding->num_traced,
	   "a probe that was missed: only what came back is known");
	ok(strcmp(finding->doubt,
		  "2 slots were not seen to be given back, but 1 probes were missed") == 0,
	   "... and that is said");
	ledger_lose(ledger, 1);
	evidence_take_trace(finding, ledger, 64);
	is(outcomes[3].said[EVIDENCE_TRACE], SAID_NOTHING, "events that were lost: nothing is");
	evidence_drop_trace(finding, "why");
	evidence_combine(finding);
	ok(finding->by[EVIDENCE_TRACE].unknown == TRIALS && strcmp(finding->doubt, "why") == 0,
	   "what was dropped is not known");
	ledger_free(ledger);
	report_fini(&report);
}

/* ---- together ------------------------------------------------------------ */

static void combine(enum said slots, enum said debugfs, enum said trace, enum said want,
		    bool differ)
{
	static const char *const names[] = {"nothing", "free", "taken", "leaked"};
	static const uint32_t same[TRIALS] = {3, 3, 3, 3, 3};
	struct report report;
	struct finding *finding = start(&report, same);

	for (unsigned i = 0; i < TRIALS; i++) {
		finding->outcomes[i].said[EVIDENCE_SLOTS] = slots;
		finding->outcomes[i].said[EVIDENCE_DEBUGFS] = debugfs;
		finding->outcomes[i].said[EVIDENCE_TRACE] = trace;
	}
	evidence_combine(finding);
	ok(finding->leaked == (want == SAID_LEAKED ? TRIALS : 0) &&
		   finding->unknown == (want == SAID_NOTHING ? TRIALS : 0) &&
		   finding->disagree == (differ ? TRIALS : 0),
	   "slots say %s, debugfs %s, trace %s: %s%s", names[slots], names[debugfs], names[trace],
	   names[want], differ ? ", and they disagree" : "");
	is(finding->by[EVIDENCE_SLOTS].leaked, slots == SAID_LEAKED ? TRIALS : 0, "... by slots");
	is(finding->by[EVIDENCE_DEBUGFS].unknown, debugfs == SAID_NOTHING ? TRIALS : 0,
	   "... by debugfs");
	is(finding->by[EVIDENCE_TRACE].leaked, trace == SAID_LEAKED ? TRIALS : 0, "... by trace");
	report_fini(&report);
}

static void test_combine(void)
{
	static const enum said none = SAID_NOTHING;

	combine(none, none, none, none, false);
	for (unsigned i = 0; i < 2; i++) {
		/* Listing and trace in either's place. */
#define SAY(slots, one, other, want, differ)                                                       \
	combine(slots, i ? other : one, i ? one : other, want, differ)
		SAY(none, SAID_FREE, none, SAID_FREE, false);
		SAY(none, SAID_LEAKED, none, SAID_LEAKED, false);
		SAY(SAID_FREE, none, none, SAID_FREE, false);
		SAY(SAID_LEAKED, none, none, SAID_LEAKED, false);
		SAY(SAID_FREE, SAID_FREE, none, SAID_FREE, false);
		SAY(SAID_LEAKED, SAID_LEAKED, none, SAID_LEAKED, false);
		SAY(SAID_FREE, SAID_LEAKED, none, SAID_LEAKED, true);
		SAY(SAID_LEAKED, SAID_TAKEN, none, SAID_FREE, true);
		SAY(SAID_LEAKED, SAID_FREE, none, SAID_LEAKED, true);
		SAY(SAID_LEAKED, SAID_LEAKED, SAID_LEAKED, SAID_LEAKED, false);
		SAY(SAID_LEAKED, SAID_LEAKED, SAID_FREE, SAID_LEAKED, true);
		SAY(none, SAID_TAKEN, SAID_FREE, SAID_FREE, false);
		SAY(none, SAID_LEAKED, SAID_TAKEN, SAID_LEAKED, true);
#undef SAY
	}
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
	test_trace();
	test_combine();
	test_earlier();
	return tap_done();
}
