// SPDX-License-Identifier: MIT
#include <config.h>

/* As Documentation/dev-tools/ktap.rst of the kernel describes it, version 1. */
#include "render/render.h"

#include <inttypes.h>

void render_sync_tap(const struct sync_report *report, FILE *out)
{
	fprintf(out, "KTAP version 1\n1..%d\n", SYNC_NUM_GROUPS);
	fprintf(out, "# kernel %s, seed %" PRIu64 "\n", report->release, report->seed);
	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++) {
		const struct sync_finding *finding = &report->findings[i];

		if (finding->found || finding->noted)
			render_sync_case(finding, "# ", out);
		if (!finding->run)
			fprintf(out, "ok %u %s # SKIP not reached\n", i + 1, sync_group_name(i));
		else
			fprintf(out, "%sok %u %s\n", finding->found ? "not " : "", i + 1,
				sync_group_name(i));
	}
}
