// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "collect/gpus.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <string.h>

#define DEADLINE_S 30

struct listing {
	struct system_snapshot system;
	struct gpu_snapshot gpus[MAX_GPUS];
	char why[MAX_GPUS][400]; /* "" for those that answered */
	unsigned num;
};

static int fill(const void *data, FILE *out)
{
	const struct listing *listing = data;

	for (unsigned i = 0; i < listing->num; i++) {
		if (i)
			fputc('\n', out);
		render_gpu_text(&listing->system, &listing->gpus[i],
				listing->why[i][0] ? listing->why[i] : NULL, out);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct argp argp = {
		.doc = "List the GPUs that amdgpu drives, whether user queues work on them and if "
		       "not why, and the defects that their kernel has.",
	};
	static struct listing listing;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	collect_system(&listing.system);
	listing.num = collect_gpus(listing.gpus);
	if (!listing.num) {
		complain_no_gpu();
		return EXIT_TROUBLE;
	}
	for (unsigned i = 0; i < listing.num; i++) {
		const char *remedy;

		survey_gpu(&listing.gpus[i], DEADLINE_S, listing.why[i], sizeof(listing.why[i]),
			   &remedy);
		if (remedy[0])
			snprintf(listing.why[i] + strlen(listing.why[i]),
				 sizeof(listing.why[i]) - strlen(listing.why[i]), "\n  %s", remedy);
	}
	return print_whole(fill, &listing) ? EXIT_CLEAN : EXIT_TROUBLE;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "GPUs, whether user queues work on them, and known defects",
	.run = run,
};
