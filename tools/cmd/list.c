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

struct options {
	const char *device; /* NULL: all */
};

static const struct argp_option option_table[] = {
	{"device", 'd', "DEVICE", 0,
	 "Only this one: a render node, a PCI address, or sim[:KERNEL], a simulated one", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	if (key != 'd')
		return ARGP_ERR_UNKNOWN;
	options->device = arg;
	return 0;
}

/* False: said that there is none. */
static bool list_all(struct listing *listing)
{
	const char *remedy;

	listing->num = collect_gpus(listing->gpus);
	if (!listing->num)
		complain_no_gpu();
	for (unsigned i = 0; i < listing->num; i++) {
		char *why = listing->why[i];
		size_t room = sizeof(listing->why[i]);

		survey_gpu(&listing->gpus[i], DEADLINE_S, why, room, &remedy);
		if (remedy[0])
			snprintf(why + strlen(why), room - strlen(why), "\n  %s", remedy);
	}
	return listing->num;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "List the GPUs that amdgpu drives, whether user queues work on them and if "
	       "not why, and the defects that their kernel has.",
};

static int run(int argc, char **argv)
{
	static struct listing listing;
	struct options options = {0};

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	collect_system(&listing.system);
	if (options.device) {
		listing.num = 1;
		if (!find_gpu(options.device, DEADLINE_S, &listing.gpus[0]))
			return EXIT_TROUBLE;
	} else if (!list_all(&listing)) {
		return EXIT_TROUBLE;
	}
	return print_whole(fill, &listing) ? EXIT_CLEAN : EXIT_TROUBLE;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "GPUs, whether user queues work on them, and known defects",
	.argp = &argp,
	.run = run,
};
