// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>

static void render_heading(const struct report *report, bool colour, FILE *out)
{
	static const char *const colours[] = {
		[VERDICT_CLEAN] = "\033[1;32m",
		[VERDICT_LEAK] = "\033[1;31m",
		[VERDICT_UNKNOWN] = "\033[1;33m",
	};
	const char *separator = ": ";

	fprintf(out, "%s%s%s", colour ? colours[report->verdict] : "",
		report->verdict == VERDICT_LEAK    ? "leak found"
		: report->verdict == VERDICT_CLEAN ? "clean"
						   : "unknown",
		colour ? "\033[0m" : "");
	switch (report->verdict) {
	case VERDICT_LEAK:
		for (unsigned i = 0; i < catalogue_size; i++) {
			if (report->findings[i].verdict != VERDICT_LEAK)
				continue;
			fprintf(out, "%s%s", separator, catalogue[i].id);
			separator = ", ";
		}
		break;
	case VERDICT_CLEAN:
		fprintf(out, ": nothing that was tried leaks");
		break;
	case VERDICT_UNKNOWN:
		fprintf(out, ": no verdict on this kernel");
		break;
	}
	if (report->interrupted)
		fprintf(out, " (interrupted)");
	fprintf(out, "\n\n");
}

static void render_subject(const struct report *report, FILE *out)
{
	const struct gpu_snapshot *gpu = &report->gpu;

	fprintf(out, "device   ");
	render_escaped(gpu->name[0] ? gpu->name : "AMD GPU", out);
	fprintf(out, ", %s%s", gpu->pci, gpu->pci[0] ? ", " : "");
	render_escaped(gpu->node, out);
	fprintf(out, "\nkernel   %s, amdgpu %u.%u.%u\n", report->system.release,
		gpu->info.drm_major, gpu->info.drm_minor, gpu->info.drm_patch);
	fprintf(out, "queues   %s, %u trials a defect, settled for %u ms\n\n", ip_name(report->ip),
		report->trials, report->settle_ms);
}

static void render_table(const struct report *report, FILE *out)
{
	fprintf(out, "%-8s %6s %6s  %-8s %-8s %s\n", "ID", "TRIALS", "LEAKED", "VERDICT",
		"EXPECTED", "TITLE");
	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct finding *finding = &report->findings[i];

		fprintf(out, "%-8s ", finding->defect->id);
		if (finding->skipped[0])
			fprintf(out, "%6s %6s  %-8s ", "-", "-", "skipped");
		else
			fprintf(out, "%6u %6u  %-8s ", finding->run, finding->leaked,
				verdict_name(finding->verdict));
		fprintf(out, "%-8s %s\n", verdict_name(finding->expected), finding->defect->title);
	}
}

/* Slots as ranges of the order they came in: 4-11, or 4, 4, 5. Few, then how many more. */
static void render_slots(const struct finding *finding, FILE *out)
{
	const unsigned most = 6;
	unsigned shown = 0, i = 0;

	while (i < finding->run && shown < most) {
		unsigned end = i;

		while (end + 1 < finding->run && finding->slots[end + 1] == finding->slots[end] + 1)
			end++;
		fprintf(out, "%s%" PRIu32, shown ? ", " : "", finding->slots[i]);
		if (end > i)
			fprintf(out, "-%" PRIu32, finding->slots[end]);
		i = end + 1;
		shown++;
	}
	if (i < finding->run)
		fprintf(out, " and %u more", finding->run - i);
}

static void render_finding(const struct finding *finding, FILE *out)
{
	const char *id = finding->defect->id;

	if (finding->skipped[0])
		fprintf(out, "%-8s skipped: %s\n", id, finding->skipped);
	if (finding->run) {
		fprintf(out, "%-8s slots ", id);
		render_slots(finding, out);
		if (finding->leaked)
			fprintf(out, ": %u of %u still occupied after their queues were freed",
				finding->leaked, finding->run);
		else if (!finding->unknown)
			fprintf(out, ": all free again");
		if (finding->unknown)
			fprintf(out, "; %u not judged", finding->unknown);
		if (finding->foreign)
			fprintf(out, "; %u more in a first pass, another program's",
				finding->foreign);
		fprintf(out, "\n");
	}
	if (finding->error[0])
		fprintf(out, "%-8s stopped: %s\n", id, finding->error);
	if (finding->verdict == VERDICT_LEAK)
		fprintf(out, "%-8s remedy: %s\n", id, finding->defect->remedy);
}

static void render_cost(const struct report *report, FILE *out)
{
	unsigned unknown = 0;

	for (unsigned i = 0; i < catalogue_size; i++)
		unknown += report->findings[i].unknown;
	fprintf(out, "cost     ");
	if (report->cost_actual || unknown)
		fprintf(out, "%" PRIu64 " of %u fence slots are pinned until amdgpu is reloaded",
			report->cost_actual, report->gpu.info.seq64_slots);
	else
		fprintf(out, "no fence slot is pinned");
	if (unknown)
		fprintf(out, "; %u more may be", unknown);
	fprintf(out, "\n");
}

void render_report_text(const struct report *report, bool colour, FILE *out)
{
	render_heading(report, colour, out);
	render_subject(report, out);
	render_table(report, out);
	fprintf(out, "\n");
	for (unsigned i = 0; i < catalogue_size; i++)
		render_finding(&report->findings[i], out);
	render_cost(report, out);
}
