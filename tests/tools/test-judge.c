// SPDX-License-Identifier: MIT
/* Plan and judgement: pure. */
#include <config.h>

#include "../lib/tap.h"
#include "model/plan.h"

#include <string.h>

#define TRIALS 8

static void prepare(struct report *report)
{
	const struct plan_options options = {0};

	report_init(report, TRIALS);
	report->gpu.info.seq64_slots = 262144;
	report->system.panic_on_warn.state = SOURCE_OK;
	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		report->gpu.traits[i] = AUQ_NO;
	plan(report, &options);
	for (unsigned i = 0; i < catalogue_size; i++)
		report->findings[i].run = report->findings[i].wanted;
}

static struct finding *find(struct report *report, const char *id)
{
	for (unsigned i = 0; i < catalogue_size; i++)
		if (strcmp(catalogue[i].id, id) == 0)
			return &report->findings[i];
	return NULL;
}

static void expect(unsigned control, unsigned leaked, unsigned unknown, enum verdict want,
		   const char *what)
{
	struct report report;

	prepare(&report);
	find(&report, "control")->leaked = control;
	find(&report, "L1")->leaked = leaked;
	find(&report, "L1")->unknown = unknown;
	judge(&report);
	is(report.verdict, want, what);
	report_fini(&report);
}

static void test_verdicts(void)
{
	struct report report;

	expect(0, 0, 0, VERDICT_CLEAN, "nothing stays: clean");
	expect(0, TRIALS, 0, VERDICT_LEAK, "all stay: leak");
	expect(1, TRIALS, 0, VERDICT_LEAK, "all stay, one of the control's: leak");
	expect(TRIALS, TRIALS, 0, VERDICT_UNKNOWN, "the control's stay, too: unknown");
	expect(0, 1, 0, VERDICT_UNKNOWN, "one stays: unknown");
	expect(0, TRIALS / 2, 0, VERDICT_UNKNOWN, "half stay: unknown");
	expect(0, TRIALS / 2 + 1, 0, VERDICT_LEAK, "more than half stay: leak");
	expect(0, 0, 1, VERDICT_UNKNOWN, "one could not be looked at: unknown");
	expect(1, 0, 0, VERDICT_UNKNOWN, "one of the control's stays: unknown");

	prepare(&report);
	find(&report, "L3")->run = TRIALS - 1;
	judge(&report);
	is(report.verdict, VERDICT_UNKNOWN, "one trial was not run: unknown");
	strcpy(find(&report, "L3")->skipped, "for a reason");
	judge(&report);
	is(report.verdict, VERDICT_CLEAN, "a defect left out does not count");
	for (unsigned i = 0; i < catalogue_size; i++)
		if (catalogue[i].trait != DEFECT_CONTROL)
			strcpy(report.findings[i].skipped, "for a reason");
	judge(&report);
	is(report.verdict, VERDICT_UNKNOWN, "nothing but the control was tried: unknown");
	for (unsigned i = 0; i < catalogue_size; i++)
		report.findings[i].skipped[0] = 0;
	find(&report, "L3")->run = TRIALS;
	report.interrupted = true;
	judge(&report);
	is(report.verdict, VERDICT_UNKNOWN, "interrupted: unknown");
	find(&report, "L1")->leaked = TRIALS;
	judge(&report);
	is(report.verdict, VERDICT_LEAK, "interrupted after a leak: leak");
	report_fini(&report);
}

static void test_cost(void)
{
	const struct plan_options probing = {.probes = 100};
	const struct plan_options one = {.probes = 100, .only = catalogue_find("L1-2q")};
	struct report report;

	prepare(&report);
	is(report.cost_planned, (catalogue_size - 1) * TRIALS, "planned: all but the control");
	plan(&report, &probing);
	is(report.cost_planned, (catalogue_size - 1) * TRIALS, "no probe is lost without L2");
	report.gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_YES;
	plan(&report, &probing);
	is(report.cost_planned, 2 * (2 * TRIALS + 100), "with it, control and L2 are all there is");
	report.gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_UNKNOWN;
	plan(&report, &probing);
	is(report.cost_planned, 3 * (2 * TRIALS + 100), "... the control twice if it surprises");
	report.gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_YES;
	plan(&report, &one);
	is(report.cost_planned, 2 * (2 * TRIALS + 100), "... another defect if it is not tried");
	find(&report, "L1")->leaked = TRIALS;
	find(&report, "L1")->probes = 100;
	judge(&report);
	is(report.cost_actual, TRIALS, "probes are given back");
	find(&report, "L2")->leaked = TRIALS;
	judge(&report);
	is(report.cost_actual, 2 * TRIALS + 100, "unless L2 is there");
	is(plan_limit(&report), 2621, "a hundredth");
	report_fini(&report);
}

static void test_plan(void)
{
	struct plan_options options = {0};
	struct report report;

	prepare(&report);
	report.system.panic_on_warn.value = true;
	plan(&report, &options);
	ok(!find(&report, "L4")->skipped[0], "no WARN, no reason to leave L4 out");
	report.gpu.traits[AUQ_TRAIT_WAIT_SHORT_WARNS] = AUQ_UNKNOWN;
	plan(&report, &options);
	ok(find(&report, "L4")->skipped[0], "a WARN that may be would panic: L4 is left out");
	report_fini(&report);

	prepare(&report);
	report.gpu.traits[AUQ_TRAIT_WAIT_SHORT_WARNS] = AUQ_YES;
	report.gpu.traits[AUQ_TRAIT_LEAK_SHORT_WAIT] = AUQ_YES;
	plan(&report, &options);
	ok(!find(&report, "L4")->skipped[0], "a WARN without panic_on_warn does not matter");
	is(find(&report, "L4")->expected, VERDICT_LEAK, "what the version says is expected");
	report.system.panic_on_warn.state = SOURCE_DENIED;
	options.force = true;
	plan(&report, &options);
	ok(!find(&report, "L4")->skipped[0], "--force tries it");
	options.force = false;
	plan(&report, &options);
	ok(find(&report, "L4")->skipped[0], "panic_on_warn that cannot be read counts as set");
	report_fini(&report);

	prepare(&report);
	ok(!plan_refusal(report.gpu.traits)[0], "WAIT is sound");
	report.gpu.traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] = AUQ_UNKNOWN;
	ok(plan_refusal(report.gpu.traits)[0], "WAIT that may corrupt memory is refused");
	options.only = catalogue_find("l3");
	plan(&report, &options);
	ok(find(&report, "L1")->skipped[0] && !find(&report, "L3")->skipped[0] &&
		   !find(&report, "control")->skipped[0],
	   "one defect, and the control");
	report_fini(&report);
}

int main(void)
{
	test_verdicts();
	test_cost();
	test_plan();
	return tap_done();
}
