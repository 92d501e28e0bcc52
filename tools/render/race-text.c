// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>

static void render_heading(const struct race_report *report, bool colour, FILE *out)
{
	const char *separator = ": ";

	render_headline(report->base.verdict, race_verdict_name(report->base.verdict), colour, out);
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		if (report->findings[i].verdict != VERDICT_LEAK)
			continue;
		fprintf(out, "%s%s", separator, race_kind_name(i));
		separator = ", ";
	}
	if (report->base.verdict == VERDICT_CLEAN)
		fprintf(out, ": no race that was tried shows anything");
	if (report->base.verdict == VERDICT_UNKNOWN)
		fprintf(out, ": no verdict on this kernel");
	fprintf(out, "%s%s\n\n", report->base.interrupted ? " (interrupted)" : "",
		report->base.system.simulated ? " (SIMULATED)" : "");
}

static void render_table(const struct race_report *report, FILE *out)
{
	fprintf(out, "%-15s %9s %6s %6s %6s %6s  %-8s %-8s %s\n", "RACE", "ROUNDS", "LEAKS",
		"SLOTS", "LATE", "ERRORS", "VERDICT", "EXPECTED", "TITLE");
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		const struct race_finding *finding = &report->findings[i];
		const uint64_t *count = finding->count;

		fprintf(out, "%-15s ", race_kind_name(i));
		if (finding->skipped[0])
			fprintf(out, "%9s %6s %6s %6s %6s  %-8s ", "-", "-", "-", "-", "-",
				"skipped");
		else
			fprintf(out,
				"%9" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %6" PRIu64
				"  %-8s ",
				finding->run, count[RACE_LEAK], count[RACE_SLOT], count[RACE_LATE],
				count[RACE_ERROR], race_verdict_name(finding->verdict));
		fprintf(out, "%-8s %s\n", race_verdict_name(finding->expected), race_kind_title(i));
	}
}

static void render_finding(const struct race_report *report, enum race_kind kind, FILE *out)
{
	const struct race_finding *finding = &report->findings[kind];
	const char *name = race_kind_name(kind);

	if (finding->skipped[0])
		fprintf(out, "%s skipped: %s\n", name, finding->skipped);
	if (finding->ended[0])
		fprintf(out, "%s ended: %s\n", name, finding->ended);
	if (finding->unknown)
		fprintf(out, "%s: %" PRIu64 " slots not judged\n", name, finding->unknown);
	if (finding->fault.kind == RACE_GOOD)
		return;
	fprintf(out, "%s, the first:\n", name);
	render_race_fault(report, finding, "  ", out);
}

void render_race_text(const struct race_report *report, bool colour, FILE *out)
{
	uint64_t unknown = 0;

	render_heading(report, colour, out);
	render_device(&report->base.system, &report->base.gpu, out);
	fprintf(out, "queues   %s, settled for %u ms\n", ip_name(report->base.ip),
		report->base.settle_ms);
	render_evidence(&report->base, out);
	fprintf(out, "seed     0x%" PRIx64 "\n\n", report->seed);
	render_table(report, out);
	fprintf(out, "\n");
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		render_finding(report, i, out);
		unknown += report->findings[i].unknown;
	}
	render_cost(&report->base, unknown, out);
}
