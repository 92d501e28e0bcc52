// SPDX-License-Identifier: MIT
/* Second passes, what is left out on the way, and the judgement of it all. */
#include <config.h>

#include "../lib/tap.h"
#include "act/probe.h"
#include "cmd/trials.h"
#include "collect/listing.h"
#include "fake-auq.h"
#include "model/evidence.h"
#include "model/plan.h"

#include <errno.h>
#include <string.h>

#define TRIALS 4

static volatile sig_atomic_t stop;

static struct finding *find(struct report *report, const char *id)
{
	return &report->findings[catalogue_find(id) - catalogue];
}

static void prepare(struct report *report, unsigned defects, enum auq_answer l2)
{
	const struct plan_options options = {.probes = probe_most(20)};

	report_init(report, TRIALS);
	strcpy(report->gpu.node, "/dev/null");
	report->ip = AUQ_IP_SDMA;
	report->settle_ms = 20;
	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		report->gpu.traits[i] = AUQ_NO;
	report->gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = l2;
	plan(report, &options);
	fake_start(defects);
}

static void run(struct report *report)
{
	const struct trials_options options = {.deadline_s = 20, .stop = &stop};

	run_trials(report, &options);
}

static void test_all(void)
{
	struct report report;

	prepare(&report, FAKE_L1 | FAKE_L4, AUQ_NO);
	run(&report);
	is(report.verdict, VERDICT_LEAK, "leaks are found");
	is(report.cost_actual, 3 * TRIALS, "... and all that they cost is said");
	is(find(&report, "L1")->leaked, TRIALS, "... each trial of L1");
	is(find(&report, "L1-2q")->leaked, TRIALS, "... of L1-2q");
	is(find(&report, "L4")->leaked, TRIALS, "... of L4");
	is(find(&report, "L3")->verdict, VERDICT_CLEAN, "... and none of L3");
	is(fake_used_slots(), 3 * TRIALS, "as many slots are gone");
	report_fini(&report);
}

/* As leak-check does before the trials. */
static void use_listing(struct report *report, bool slots)
{
	strcpy(report->gpu.listing, "/dev/null");
	report->use[EVIDENCE_SLOTS] = slots;
	report->use[EVIDENCE_DEBUGFS] = true;
	collect_listing(report->gpu.listing, &report->before);
}

static void expect_drivers(struct report *report, const char *id, int unaccounted, unsigned pending,
			   unsigned fences)
{
	const struct finding *finding = find(report, id);
	bool same = finding->num_drivers == TRIALS && finding->leaked == TRIALS &&
		    finding->by[EVIDENCE_DEBUGFS].leaked == TRIALS;

	for (unsigned i = 0; i < finding->num_drivers; i++)
		same &= auq_fence_driver_unaccounted(&finding->drivers[i]) == unaccounted &&
			finding->drivers[i].pending == pending &&
			finding->drivers[i].fences == fences &&
			finding->drivers[i].slot == finding->outcomes[i].slot;
	ok(same, "... the listing names what %s leaks", id);
}

static void test_listing(bool slots)
{
	struct report report;

	prepare(&report, FAKE_L1 | FAKE_L3 | FAKE_L4, AUQ_NO);
	fake_leak_slot();
	use_listing(&report, slots);
	run(&report);
	is(report.verdict, VERDICT_LEAK, slots ? "both sources" : "the listing alone");
	expect_drivers(&report, "L1", 1, 0, 0);
	expect_drivers(&report, "L1-2q", 1, 0, 0);
	expect_drivers(&report, "L3", 0, 1, 1);
	expect_drivers(&report, "L4", 0, 0, 1);
	is(find(&report, "control")->verdict, VERDICT_CLEAN, "... and nothing of the control");
	for (unsigned i = 0; i < catalogue_size; i++)
		is(report.findings[i].disagree, 0, "... they agree");
	is(find(&report, "L1")->by[EVIDENCE_SLOTS].leaked, slots ? TRIALS : 0, "... by slots");
	is(find(&report, "control")->by[EVIDENCE_SLOTS].unknown, slots ? 0 : TRIALS,
	   "... which say nothing unasked");
	if (slots)
		is(fake_listings(), 1 + catalogue_size, "... and need no second look");
	is(!!find(&report, "L1")->probes, slots, "... which are probed when asked for");
	is(evidence_count_earlier(&report), 1, "... what was leaked before is told apart");
	is(fake_used_slots(), 1 + report.cost_actual, "... and is not our cost");
	report_fini(&report);
}

static void test_lingering(bool slots)
{
	struct report report;

	prepare(&report, 0, AUQ_NO);
	use_listing(&report, slots);
	fake_linger(2);
	report.settle_ms = 2000;
	run(&report);
	is(report.verdict, VERDICT_CLEAN, "a driver that goes in time is no leak");
	report_fini(&report);
}

static void test_foreign_listed(void)
{
	struct report report;

	prepare(&report, 0, AUQ_NO);
	use_listing(&report, true);
	fake_lose_slots(1);
	run(&report);
	ok(!find(&report, "control")->leaked && !find(&report, "control")->foreign,
	   "the listing knows another program's queue at once");
	is(find(&report, "control")->disagree, 1, "... and that slots know less is said");
	is(report.verdict, VERDICT_CLEAN, "... it is no leak");
	report_fini(&report);
}

static void test_broken_listing(bool slots)
{
	struct report report;

	prepare(&report, 0, AUQ_NO);
	use_listing(&report, slots);
	fake_fail_listing(3, -EIO);
	run(&report);
	is(report.after.err, -EIO, "a listing that breaks");
	is(report.verdict, slots ? VERDICT_CLEAN : VERDICT_UNKNOWN, "... is no 'no leak'");
	is(find(&report, "L4")->by[EVIDENCE_DEBUGFS].unknown, TRIALS, "... it says nothing");
	is(evidence_count_earlier(&report), 0, "... nor of what was before");
	report_fini(&report);
}

static void test_breaking_listing(void)
{
	struct report report;

	prepare(&report, 0, AUQ_NO);
	use_listing(&report, false);
	fake_linger(100);
	fake_fail_listing(3, -EIO);
	report.settle_ms = 2000;
	run(&report);
	ok(!find(&report, "control")->leaked && find(&report, "control")->unknown == TRIALS &&
		   !find(&report, "control")->num_drivers,
	   "what was seen too early is forgotten when the next look fails");
	report_fini(&report);
}

static void test_foreign(void)
{
	struct report report;

	prepare(&report, 0, AUQ_NO);
	fake_lose_slots(1);
	run(&report);
	ok(find(&report, "control")->foreign == 1 && !find(&report, "control")->leaked,
	   "what only the first pass had is another program's");
	is(report.verdict, VERDICT_CLEAN, "... and no leak");
	is(report.cost_actual, 0, "... nor our cost");
	report_fini(&report);
}

static void test_l2(void)
{
	struct report report;

	prepare(&report, FAKE_L2, AUQ_UNKNOWN);
	run(&report);
	is(find(&report, "L2")->verdict, VERDICT_LEAK, "L2 is found where it was not expected");
	ok(find(&report, "control")->silent && !find(&report, "control")->leaked,
	   "... by a control that does not signal");
	ok(find(&report, "L1")->skipped[0] && find(&report, "L4")->skipped[0],
	   "... and the rest cannot be told");
	is(report.cost_actual, fake_used_slots(), "every slot that is gone is counted");
	ok(report.cost_actual <= report.cost_planned, "... and was announced");
	report_fini(&report);

	prepare(&report, FAKE_L2, AUQ_YES);
	run(&report);
	is(report.verdict, VERDICT_LEAK, "L2 is found where it was expected");
	is(report.cost_actual, fake_used_slots(), "every slot that is gone is counted");
	ok(report.cost_actual <= report.cost_planned, "... and was announced");
	report_fini(&report);
}

static void test_most_probes(void)
{
	is(probe_most(0), 8, "no time: the last looks alone");
	is(probe_most(1), 9, "one in the first millisecond");
	is(probe_most(4), 11, "after 1, 2, 4 ms");
	is(probe_most(128 + 127), 8 + 8, "after pauses of up to 128 ms");
	is(probe_most(3 * 128 + 127), 8 + 10, "and no longer ones");
}

static void test_interrupted(void)
{
	struct report report;

	prepare(&report, FAKE_L1, AUQ_NO);
	use_listing(&report, false);
	stop = 1;
	run(&report);
	stop = 0;
	ok(report.interrupted && report.verdict == VERDICT_UNKNOWN, "interrupted: no verdict");
	ok(strcmp(find(&report, "L4")->skipped, "interrupted") == 0,
	   "... and the rest is left out");
	report_fini(&report);
}

int main(void)
{
	test_all();
	test_foreign();
	test_listing(true);
	test_listing(false);
	test_lingering(true);
	test_lingering(false);
	test_foreign_listed();
	test_broken_listing(true);
	test_broken_listing(false);
	test_breaking_listing();
	test_l2();
	test_most_probes();
	test_interrupted();
	return tap_done();
}
