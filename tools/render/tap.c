// SPDX-License-Identifier: MIT
#include <config.h>

/* As Documentation/dev-tools/ktap.rst of the kernel describes it, version 1. */
#include "render/render.h"

#include <inttypes.h>

/* What is not known is no success. */
static void render_test(const struct finding *finding, unsigned number, FILE *out)
{
	const char *id = finding->defect->id;

	if (finding->skipped[0]) {
		fprintf(out, "ok %u %s # SKIP %s\n", number, id, finding->skipped);
		return;
	}
	fprintf(out, "# %s: %s\n# %u of %u leaked, %s\n", id, finding->defect->title,
		finding->leaked, finding->run, verdict_name(finding->verdict));
	if (finding->error[0])
		fprintf(out, "# stopped: %s\n", finding->error);
	for (unsigned i = 0; i < finding->num_drivers; i++) {
		fprintf(out, "# ");
		render_driver(&finding->drivers[i], out);
		fprintf(out, "\n");
	}
	for (unsigned i = 0; i < finding->num_traced && !finding->num_drivers; i++) {
		const struct traced_driver *driver = &finding->traced[i];

		fprintf(out, "# slot %" PRIu32 ": made by pid %" PRIu32 " '", driver->slot,
			driver->pid);
		render_escaped(driver->comm, out);
		fprintf(out, "', never given back\n");
	}
	if (finding->verdict == VERDICT_LEAK)
		fprintf(out, "# remedy: %s\n", finding->defect->remedy);
	fprintf(out, "%sok %u %s\n", finding->verdict == VERDICT_CLEAN ? "" : "not ", number, id);
}

void render_report_tap(const struct report *report, FILE *out)
{
	fprintf(out, "KTAP version 1\n1..%u\n# kernel %s%s\n", catalogue_size,
		report->system.release, report->system.simulated ? ", SIMULATED" : "");
	for (unsigned i = 0; i < catalogue_size; i++)
		render_test(&report->findings[i], i + 1, out);
}
