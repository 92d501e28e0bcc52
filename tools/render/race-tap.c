// SPDX-License-Identifier: MIT
#include <config.h>

/* As Documentation/dev-tools/ktap.rst of the kernel describes it, version 1. */
#include "render/render.h"

#include <inttypes.h>

void render_race_tap(const struct race_report *report, FILE *out)
{
	fprintf(out, "KTAP version 1\n1..%d\n# kernel %s%s, seed 0x%" PRIx64 "\n", RACE_NUM_KINDS,
		report->base.system.release, report->base.system.simulated ? ", SIMULATED" : "",
		report->seed);
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		const struct race_finding *finding = &report->findings[i];
		const char *name = race_kind_name(i);

		if (finding->skipped[0]) {
			fprintf(out, "ok %u %s # SKIP %s\n", i + 1, name, finding->skipped);
			continue;
		}
		if (!finding->run) {
			fprintf(out, "ok %u %s # SKIP not reached\n", i + 1, name);
			continue;
		}
		fprintf(out, "# %s: %" PRIu64 " rounds, %s\n", name, finding->run,
			race_verdict_name(finding->verdict));
		if (finding->ended[0])
			fprintf(out, "# ended: %s\n", finding->ended);
		if (finding->fault.kind != RACE_GOOD)
			render_race_fault(report, finding, "# ", out);
		fprintf(out, "%sok %u %s\n", finding->verdict == VERDICT_CLEAN ? "" : "not ", i + 1,
			name);
	}
}
