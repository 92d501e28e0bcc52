// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/simulated.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_REPORT = 256, KEY_SET, KEY_SEED };

static const struct argp_option argp_options[] = {
	{"profile", 'p', "KERNEL", 0, "Which kernel is simulated; default: the newest", 0},
	{"session", 's', "NAME", 0, "Share the device with whoever names the same", 0},
	{"report", KEY_REPORT, NULL, 0, "At the end: the fence drivers that are left", 0},
	{"set", KEY_SET, "CONTROL=VALUE", 0, "Begin with that fault or delay switched on", 0},
	{"seed", KEY_SEED, "N", 0, "Of all that is random in the device; default: 1", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct simulation *simulation = state->input;
	char *end;

	switch (key) {
	case 'p':
		simulation->profile = sim_profile_find(arg);
		if (!simulation->profile)
			argp_error(state, "no profile '%s'", arg);
		break;
	case 's':
		simulation->session = arg;
		break;
	case KEY_REPORT:
		simulation->report = true;
		break;
	case KEY_SET:
		if (!strchr(arg, '='))
			argp_error(state, "--set takes CONTROL=VALUE, not '%s'", arg);
		if (simulation->num_controls == SIMULATION_CONTROLS)
			argp_error(state, "more than %u times --set", SIMULATION_CONTROLS);
		simulation->controls[simulation->num_controls++] = arg;
		break;
	case KEY_SEED:
		errno = 0;
		simulation->seed = strtoull(arg, &end, 0);
		if (errno || end == arg || *end || arg[0] == '-')
			argp_error(state, "--seed must be a number, not '%s'", arg);
		break;
	case ARGP_KEY_ARGS:
		simulation->argv = state->argv + state->next;
		break;
	case ARGP_KEY_END:
		if (!simulation->argv)
			argp_error(state, "no program to run");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The table of profiles behind the options. */
static void list_kernels(FILE *out)
{
	fprintf(out, "Kernels:");
	for (const struct sim_profile *profile = sim_profiles; profile->name; profile++)
		fprintf(out, " %s", profile->name);
	fprintf(out, "\n\nExit status: the program's, 128 and the number of the signal that "
		     "ended it, or 2 when it could not be run");
}

static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return help_behind_options(key, text, list_kernels);
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "[--] PROGRAM [ARGUMENT...]",
	.doc = "Run a program on a simulated GPU with user queues.\v ",
	.help_filter = help_filter,
};

static int run(int argc, char **argv)
{
	struct simulation simulation = {.seed = 1};

	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &simulation);
	return simulate(&simulation);
}

const struct command cmd_sim = {
	.name = "sim",
	.summary = "run a program on a simulated GPU",
	.argp = &argp,
	.run = run,
};
