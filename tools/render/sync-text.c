// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool has(uint64_t set, unsigned member)
{
	return set >> member & 1;
}

static void render_set(uint64_t set, FILE *out)
{
	for (unsigned i = 0; i < SYNC_MAX_MEMBERS; i++)
		if (has(set, i))
			fprintf(out, " %u", i + 1);
}

/* What was done, up to the moment when it was judged: members are counted from 1. */
static void render_steps(const struct sync_case *trial, const struct sync_outcome *outcome,
			 FILE *out)
{
	if (trial->twice) {
		fprintf(out, "two points each of");
		render_set(trial->twice, out);
		fprintf(out, "; ");
	}
	if (trial->before) {
		fprintf(out, "signal");
		render_set(trial->before, out);
		fprintf(out, "; ");
	}
	fprintf(out, "merge 1 to %u%s", trial->members, trial->pairs ? " in pairs" : "");
	for (unsigned step = 0; step <= outcome->step; step++) {
		if (step) {
			unsigned member = trial->order[step - 1];

			if (!has(trial->before, member))
				fprintf(out, "; %s %u",
					has(trial->closed, member) ? "close" : "signal",
					member + 1);
		}
		if (step == trial->poll_after)
			fprintf(out, "; poll");
		else if (trial->ask && step && step < outcome->step)
			fprintf(out, "; ask");
	}
	fprintf(out, "\n");
}

void render_sync_case(const struct sync_finding *finding, const char *indent, FILE *out)
{
	const struct sync_outcome *outcome = &finding->outcome;
	const struct sync_case *trial = &finding->first;

	fprintf(out, "%s%s: %s\n", indent, sync_fault_name(outcome->fault),
		sync_fault_title(outcome->fault));
	/* How far it got is not known of one that did not end. */
	if (outcome->fault == SYNC_HUNG || outcome->fault == SYNC_DIED) {
		struct sync_outcome whole = {.step = trial->members};

		fprintf(out, "%scall: %s; case %" PRIu64 ", of which all is shown: ", indent,
			outcome->call, trial->number);
		render_steps(trial, &whole, out);
		return;
	}
	fprintf(out, "%scase %" PRIu64 ": ", indent, trial->number);
	render_steps(trial, outcome, out);
	fprintf(out, "%sstatus %d, pending %u of %u, failed %u", indent, outcome->view.own,
		outcome->truth.pending, outcome->truth.members, outcome->truth.failed);
	if (outcome->fault == SYNC_DISAGREE)
		fprintf(out, "; with its members asked for, status %d", outcome->view.whole);
	if (outcome->fault == SYNC_MEMBERS)
		fprintf(out, "; the kernel says pending %u of %u, failed %u", outcome->view.pending,
			outcome->view.members, outcome->view.failed);
	fprintf(out, "\n");
}

void render_sync_text(const struct sync_report *report, FILE *out)
{
	bool found = sync_report_found(report);

	fprintf(out, "%s%s\n\n",
		found ? "defect found"
		: report->trouble.err || report->interrupted
			? "unknown: not all was tried"
			: "clean: merges are signaled when they should be",
		report->interrupted ? " (interrupted)" : "");
	fprintf(out, "kernel   %s\nseed     %" PRIu64 "\n\n", report->release, report->seed);
	fprintf(out, "%-9s %8s %8s %8s  %s\n", "GROUP", "CASES", "FOUND", "NOTED", "TITLE");
	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++) {
		const struct sync_finding *finding = &report->findings[i];

		fprintf(out, "%-9s %8" PRIu64 " %8" PRIu64 " %8" PRIu64 "  %s\n",
			sync_group_name(i), finding->run, finding->found, finding->noted,
			sync_group_title(i));
	}
	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++) {
		const struct sync_finding *finding = &report->findings[i];

		if (!finding->found && !finding->noted)
			continue;
		fprintf(out, "\n%s, %s\n", sync_group_name(i),
			finding->found ? "the shortest found"
				       : "the shortest noted, no defect by itself");
		render_sync_case(finding, "  ", out);
	}
	if (report->ended)
		fprintf(out, "\nwhat comes after that was not tried\n");
}
