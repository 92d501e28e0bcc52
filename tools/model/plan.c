// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/plan.h"

#include <stdio.h>

static enum verdict expectation(const struct gpu_snapshot *gpu, const struct defect *defect)
{
	if (defect->trait == DEFECT_CONTROL)
		return VERDICT_CLEAN;
	switch (gpu->traits[defect->trait]) {
	case AUQ_YES:
		return VERDICT_LEAK;
	case AUQ_NO:
		return VERDICT_CLEAN;
	default:
		return VERDICT_UNKNOWN;
	}
}

/* What is not known counts as dangerous. */
static bool may_panic(const struct report *report, const struct defect *defect)
{
	const struct setting *panic = &report->system.panic_on_warn;

	if (defect->warns < 0 || report->gpu.traits[defect->warns] == AUQ_NO)
		return false;
	return panic->state != SOURCE_OK || panic->value;
}

static void skip(struct finding *finding, const char *why)
{
	snprintf(finding->skipped, sizeof(finding->skipped), "%s", why);
}

/*
 * Where L2 is there, every queue that signals is lost: up to two a trial, and
 * the probes. Once it is found the control is tried again, unless its queues
 * were silent from the start, and all else is left out.
 */
static uint64_t cost_with_l2(struct report *report, unsigned probes)
{
	bool expected = report->gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] == AUQ_YES;
	bool tried = !report_find(report, AUQ_TRAIT_LEAK_LAST_FENCE)->skipped[0];
	unsigned batches = 0;

	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct finding *finding = &report->findings[i];
		int trait = finding->defect->trait;

		if (finding->skipped[0] ||
		    (tried && trait != DEFECT_CONTROL && trait != AUQ_TRAIT_LEAK_LAST_FENCE))
			continue;
		batches += trait == DEFECT_CONTROL && tried && !expected ? 2 : 1;
	}
	return (uint64_t)batches * (2 * report->trials + probes);
}

void plan(struct report *report, const struct plan_options *options)
{
	report->cost_planned = 0;
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];
		const struct defect *defect = finding->defect;

		finding->expected = expectation(&report->gpu, defect);
		if (options->only && defect != options->only && defect->trait != DEFECT_CONTROL)
			skip(finding, "not asked for");
		else if (may_panic(report, defect) && !options->force)
			skip(finding, report->system.panic_on_warn.state == SOURCE_OK
					      ? "the kernel would WARN and panic_on_warn is set; "
						"--force tries it all the same"
					      : "the kernel would WARN and panic_on_warn cannot be "
						"read; --force tries it all the same");
		else
			finding->wanted = report->trials;
		report->cost_planned += (uint64_t)finding->wanted * defect->slots;
	}
	if (report->gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] != AUQ_NO) {
		uint64_t cost = cost_with_l2(report, options->probes);

		if (cost > report->cost_planned)
			report->cost_planned = cost;
	}
}

uint64_t plan_limit(const struct report *report)
{
	return report->gpu.info.seq64_slots / 100;
}

const char *plan_refusal(const enum auq_answer *traits)
{
	if (traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] == AUQ_YES)
		return "on this kernel every USERQ_WAIT corrupts memory";
	if (traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] == AUQ_UNKNOWN)
		return "whether USERQ_WAIT corrupts memory on this kernel is not known";
	return "";
}
