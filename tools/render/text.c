// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/evidence.h"
#include "render/render.h"

#include <inttypes.h>

#define MOST_DRIVERS 3 /* of a defect, and of those leaked before */

void render_headline(enum verdict verdict, const char *name, bool colour, FILE *out)
{
	static const char *const colours[] = {
		[VERDICT_CLEAN] = "\033[1;32m",
		[VERDICT_LEAK] = "\033[1;31m",
		[VERDICT_UNKNOWN] = "\033[1;33m",
	};

	fprintf(out, "%s%s%s", colour ? colours[verdict] : "", name, colour ? "\033[0m" : "");
}

static void render_heading(const struct report *report, bool colour, FILE *out)
{
	const char *separator = ": ";

	render_headline(report->verdict,
			report->verdict == VERDICT_LEAK ? "leak found"
							: verdict_name(report->verdict),
			colour, out);
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
		if (evidence_count_earlier(report))
			fprintf(out, ", but something did before");
		break;
	case VERDICT_UNKNOWN:
		fprintf(out, ": no verdict on this kernel");
		break;
	}
	if (report->interrupted)
		fprintf(out, " (interrupted)");
	if (report->system.simulated)
		fprintf(out, " (SIMULATED)");
	fprintf(out, "\n\n");
}

static void render_used(const struct report *report, enum evidence source, FILE *out)
{
	const struct auq_listing *listing = report->before.listing;

	fputs(evidence_name(source), out);
	if (source == EVIDENCE_DEBUGFS)
		fprintf(out, " (%" PRIu32 " fence drivers before, %" PRIu32 " slots in use)",
			auq_listing_count(listing), auq_listing_used(listing));
	if (source == EVIDENCE_TRACE)
		fprintf(out, " (%" PRIu64 " events, %" PRIu64 " lost%s)", report->trace.events,
			report->trace.lost,
			report->trace.has_queues ? "; the kernel's own tracepoints, too" : "");
}

/* Why a source that would have been used is not; NULL if it was not asked for. */
static const char *why_unused(const struct report *report, enum evidence source)
{
	const enum source_state listing = report->before.state;

	if (source == EVIDENCE_TRACE && report->trace.state != SOURCE_UNASKED)
		return report->trace.why;
	if (source != EVIDENCE_DEBUGFS || listing == SOURCE_UNASKED)
		return NULL;
	return listing == SOURCE_ABSENT   ? "the kernel lists no fence drivers there"
	       : listing == SOURCE_DENIED ? "that is for root"
					  : auq_strerror(report->before.err);
}

/* What is judged by, and why not by more. */
void render_evidence(const struct report *report, FILE *out)
{
	const char *separator = "evidence ";

	for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
		if (!report->use[source])
			continue;
		fputs(separator, out);
		render_used(report, source, out);
		separator = ", ";
	}
	for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
		const char *why = why_unused(report, source);

		if (!report->use[source] && why)
			fprintf(out, "; no %s: %s", evidence_name(source), why);
	}
	fprintf(out, "\n");
}

void render_device(const struct system_snapshot *system, const struct gpu_snapshot *gpu, FILE *out)
{
	fprintf(out, "device   ");
	render_escaped(gpu->name[0] ? gpu->name : "AMD GPU", out);
	fprintf(out, ", %s%s", gpu->pci, gpu->pci[0] ? ", " : "");
	render_escaped(gpu->node, out);
	fprintf(out, "\nkernel   %s, amdgpu %u.%u.%u\n", system->release, gpu->info.drm_major,
		gpu->info.drm_minor, gpu->info.drm_patch);
}

static void render_subject(const struct report *report, FILE *out)
{
	render_device(&report->system, &report->gpu, out);
	fprintf(out, "queues   %s, %u trial%s a defect, settled for %u ms\n", ip_name(report->ip),
		report->trials, report->trials == 1 ? "" : "s", report->settle_ms);
	render_evidence(report, out);
	fprintf(out, "\n");
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

		while (end + 1 < finding->run &&
		       finding->outcomes[end + 1].slot == finding->outcomes[end].slot + 1)
			end++;
		fprintf(out, "%s%" PRIu32, shown ? ", " : "", finding->outcomes[i].slot);
		if (end > i)
			fprintf(out, "-%" PRIu32, finding->outcomes[end].slot);
		i = end + 1;
		shown++;
	}
	if (i < finding->run)
		fprintf(out, " and %u more", finding->run - i);
}

static void render_drivers(const struct finding *finding, FILE *out)
{
	const char *id = finding->defect->id;

	for (unsigned i = 0; i < finding->num_drivers && i < MOST_DRIVERS; i++) {
		fprintf(out, "%-8s ", id);
		render_driver(&finding->drivers[i], out);
		fprintf(out, "\n");
	}
	if (finding->num_drivers > MOST_DRIVERS)
		fprintf(out, "%-8s and %u more\n", id, finding->num_drivers - MOST_DRIVERS);
}

/* Of those that the listing does not name better. */
static void render_traced(const struct finding *finding, FILE *out)
{
	const char *id = finding->defect->id;
	unsigned num = finding->num_drivers ? 0 : finding->num_traced;

	for (unsigned i = 0; i < num && i < MOST_DRIVERS; i++) {
		const struct traced_driver *driver = &finding->traced[i];

		fprintf(out, "%-8s slot %" PRIu32 ": made by pid %" PRIu32 " '", id, driver->slot,
			driver->pid);
		render_escaped(driver->comm, out);
		fprintf(out, "', never given back\n");
	}
	if (num > MOST_DRIVERS)
		fprintf(out, "%-8s and %u more\n", id, num - MOST_DRIVERS);
	if (finding->doubt[0])
		fprintf(out, "%-8s trace in doubt: %s\n", id, finding->doubt);
}

static void render_dispute(const struct report *report, const struct finding *finding, FILE *out)
{
	const char *separator = "";

	if (!finding->disagree)
		return;
	fprintf(out, "%-8s evidence disagrees on %u: leaked by ", finding->defect->id,
		finding->disagree);
	for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
		if (!report->use[source])
			continue;
		fprintf(out, "%s%s %u", separator, evidence_name(source),
			finding->by[source].leaked);
		separator = ", by ";
	}
	fprintf(out, "\n");
}

static void render_finding(const struct report *report, const struct finding *finding, FILE *out)
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
		render_drivers(finding, out);
		render_traced(finding, out);
		render_dispute(report, finding, out);
	}
	if (finding->error[0])
		fprintf(out, "%-8s stopped: %s\n", id, finding->error);
	if (finding->verdict == VERDICT_LEAK)
		fprintf(out, "%-8s remedy: %s\n", id, finding->defect->remedy);
}

/* Of the listing, what was there before us. */
static void render_earlier(const struct report *report, FILE *out)
{
	const struct auq_fence_driver *driver;
	uint32_t index = 0, num = 0;

	while (num < MOST_DRIVERS && (driver = evidence_next_earlier(report, &index))) {
		fprintf(out, "earlier  ");
		render_driver(driver, out);
		fprintf(out, "\n");
		num++;
	}
	num = evidence_count_earlier(report) - num;
	if (num)
		fprintf(out, "earlier  and %" PRIu32 " more\n", num);
	if (report->use[EVIDENCE_DEBUGFS] && report->after.err)
		fprintf(out, "debugfs  could not be read after the trials: %s\n",
			auq_strerror(report->after.err));
}

void render_cost(const struct report *report, uint64_t unknown, FILE *out)
{
	fprintf(out, "cost     ");
	if (report->cost_actual || unknown)
		fprintf(out, "%" PRIu64 " of %u fence slots are pinned until %s",
			report->cost_actual, report->gpu.info.seq64_slots,
			report->system.simulated ? "the simulation ends" : "amdgpu is reloaded");
	else
		fprintf(out, "no fence slot is pinned");
	if (unknown)
		fprintf(out, "; %" PRIu64 " more may be", unknown);
	fprintf(out, "\n");
}

void render_report_text(const struct report *report, bool colour, FILE *out)
{
	unsigned unknown = 0;

	render_heading(report, colour, out);
	render_subject(report, out);
	render_table(report, out);
	fprintf(out, "\n");
	for (unsigned i = 0; i < catalogue_size; i++) {
		render_finding(report, &report->findings[i], out);
		unknown += report->findings[i].unknown;
	}
	render_earlier(report, out);
	render_cost(report, unknown, out);
}
