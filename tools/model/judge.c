// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/report.h"

#include <errno.h>
#include <stdlib.h>

const char *evidence_name(enum evidence evidence)
{
	static const char *const names[] = {
		[EVIDENCE_SLOTS] = "slots",
		[EVIDENCE_DEBUGFS] = "debugfs",
		[EVIDENCE_TRACE] = "trace",
	};

	return names[evidence];
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_CLEAN] = "clean",
		[VERDICT_LEAK] = "leak",
		[VERDICT_UNKNOWN] = "unknown",
	};

	return names[verdict];
}

int report_init(struct report *report, unsigned trials)
{
	*report = (struct report){
		.trials = trials,
		.verdict = VERDICT_UNKNOWN,
		.use = {[EVIDENCE_SLOTS] = true},
		.before = {.state = SOURCE_UNASKED},
		.after = {.state = SOURCE_UNASKED},
		.trace = {.state = SOURCE_UNASKED, .remedy = ""},
	};
	report->findings = calloc(catalogue_size, sizeof(*report->findings));
	if (!report->findings)
		return -ENOMEM;
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];

		finding->defect = &catalogue[i];
		finding->verdict = VERDICT_UNKNOWN;
		finding->outcomes = calloc(trials, sizeof(*finding->outcomes));
		if (!finding->outcomes) {
			report_fini(report);
			return -ENOMEM;
		}
	}
	return 0;
}

void report_fini(struct report *report)
{
	for (unsigned i = 0; report->findings && i < catalogue_size; i++) {
		free(report->findings[i].outcomes);
		free(report->findings[i].drivers);
		free(report->findings[i].traced);
	}
	auq_listing_free(report->before.listing);
	auq_listing_free(report->after.listing);
	free(report->findings);
	report->findings = NULL;
}

struct finding *report_find(struct report *report, int trait)
{
	for (unsigned i = 0; i < catalogue_size; i++)
		if (catalogue[i].trait == trait)
			return &report->findings[i];
	return NULL;
}

static bool is_mostly_leaked(const struct finding *finding)
{
	return finding->leaked > finding->run / 2;
}

static enum verdict judge_finding(const struct finding *finding)
{
	if (finding->skipped[0] || !finding->run)
		return VERDICT_UNKNOWN;
	if (is_mostly_leaked(finding))
		return VERDICT_LEAK;
	if (!finding->leaked && !finding->unknown && !finding->error[0] &&
	    finding->run == finding->wanted)
		return VERDICT_CLEAN;
	return VERDICT_UNKNOWN;
}

void judge(struct report *report)
{
	const struct finding *control = report_find(report, DEFECT_CONTROL);
	const struct finding *l2 = report_find(report, AUQ_TRAIT_LEAK_LAST_FENCE);
	bool background = is_mostly_leaked(control);
	bool leak = false, clean = false, unknown = false;

	report->cost_actual = 0;
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];

		finding->verdict = judge_finding(finding);
		/* When everything stays occupied, nothing can be said of anything. */
		if (finding->verdict == VERDICT_LEAK && background)
			finding->verdict = VERDICT_UNKNOWN;
		report->cost_actual += finding->leaked + finding->superseded;
		/* Where L2 leaks, so does every probe. */
		if (is_mostly_leaked(l2))
			report->cost_actual += finding->probes;
		if (finding->skipped[0])
			continue;
		leak |= finding->verdict == VERDICT_LEAK;
		/* The control alone says nothing of the kernel. */
		clean |= finding->verdict == VERDICT_CLEAN && finding != control;
		unknown |= finding->verdict == VERDICT_UNKNOWN;
	}
	if (leak)
		report->verdict = VERDICT_LEAK;
	else
		report->verdict = clean && !unknown && !report->interrupted && !report->stuck
					  ? VERDICT_CLEAN
					  : VERDICT_UNKNOWN;
}
