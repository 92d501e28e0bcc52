// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/look.h"
#include "collect/gpus.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

#define DEADLINE_S 30

struct options {
	const char *device; /* NULL: all */
	bool json;
};

struct listing {
	struct system_snapshot system;
	struct listed_gpu gpus[MAX_GPUS];
	unsigned num;
	bool json;
};

static int fill(const void *data, FILE *out)
{
	const struct listing *listing = data;

	if (listing->json)
		return render_list_json(&listing->system, listing->gpus, listing->num, out);
	for (unsigned i = 0; i < listing->num; i++) {
		if (i)
			fputc('\n', out);
		render_gpu_text(&listing->system, &listing->gpus[i], out);
	}
	return 0;
}

enum { KEY_JSON = 256 };

static const struct argp_option option_table[] = {
	{"device", 'd', "DEVICE", 0,
	 "Only this one: a render node, a PCI address, or sim[:KERNEL], a simulated one", 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'd':
		options->device = arg;
		break;
	case KEY_JSON:
		options->json = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* False: said that there is none. */
static bool list_all(struct listing *listing)
{
	struct gpu_snapshot gpus[MAX_GPUS];
	const char *remedy;

	listing->num = collect_gpus(gpus);
	if (!listing->num)
		complain_no_gpu();
	for (unsigned i = 0; i < listing->num; i++) {
		struct listed_gpu *listed = &listing->gpus[i];
		size_t room = sizeof(listed->why);

		listed->gpu = gpus[i];
		survey_gpu(&listed->gpu, DEADLINE_S, listed->why, room, &remedy);
		if (remedy[0])
			snprintf(listed->why + strlen(listed->why), room - strlen(listed->why),
				 "\n  %s", remedy);
	}
	return listing->num;
}

static bool look_at_all(struct listing *listing)
{
	for (unsigned i = 0; i < listing->num; i++) {
		struct listed_gpu *listed = &listing->gpus[i];

		if (!listed->why[0] && look_at_drivers(&listed->gpu, 0, &listed->drivers)) {
			complain("", "%s", strerror(ENOMEM));
			return false;
		}
	}
	return true;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "List the GPUs that amdgpu drives, whether user queues work on them and if "
	       "not why, the defects that their kernel has, and, as root on a kernel that lists "
	       "them, how many fence drivers leaked.",
};

static int run(int argc, char **argv)
{
	static struct listing listing;
	struct options options = {0};
	bool done;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	collect_system(&listing.system);
	if (options.device) {
		listing.num = 1;
		if (!find_gpu(options.device, DEADLINE_S, &listing.gpus[0].gpu))
			return EXIT_TROUBLE;
	} else if (!list_all(&listing)) {
		return EXIT_TROUBLE;
	}
	listing.json = options.json;
	done = look_at_all(&listing) && print_whole(fill, &listing);
	for (unsigned i = 0; i < listing.num; i++)
		drivers_fini(&listing.gpus[i].drivers);
	return done ? EXIT_CLEAN : EXIT_TROUBLE;
}

const struct command cmd_list = {
	.name = "list",
	.summary = "GPUs, whether user queues work on them, and known defects",
	.argp = &argp,
	.run = run,
};
