// SPDX-License-Identifier: MIT
/* Second passes, what is left out on the way, and the judgement of it all. */
#include <config.h>

#include "../lib/tap.h"
#include "cmd/trials.h"
#include "fake-auq.h"
#include "model/plan.h"

#include <string.h>

#define TRIALS 4

static volatile sig_atomic_t stop;

static struct finding *find(struct report *report, const char *id)
{
	return &report->findings[catalogue_find(id) - catalogue];
}

static void prepare(struct report *report, unsigned defects, enum auq_answer l2)
{
	const struct plan_options options = {0};

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
	report_fini(&report);

	prepare(&report, FAKE_L2, AUQ_YES);
	run(&report);
	is(report.verdict, VERDICT_LEAK, "L2 is found where it was expected");
	is(report.cost_actual, fake_used_slots(), "every slot that is gone is counted");
	report_fini(&report);
}

static void test_interrupted(void)
{
	struct report report;

	prepare(&report, FAKE_L1, AUQ_NO);
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
	test_l2();
	test_interrupted();
	return tap_done();
}
