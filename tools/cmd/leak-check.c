// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/check.h"
#include "cmd/cmd.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	unsigned trials;
	enum format format;
	struct check_options check;
};

enum { KEY_FORCE = 256, KEY_JSON, KEY_TAP, KEY_DEFECT };

static const struct argp_option argp_options[] = {
	{"trials", 'n', "N", 0, "Trials for each defect; default: 8", 0},
	{"defect", KEY_DEFECT, "ID", 0, "Only this one, beside the control", 0},
	{"force", KEY_FORCE, NULL, 0,
	 "Try what is not safe here, and spend more than 1 % of the slots", 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{"tap", KEY_TAP, NULL, 0, "KTAP, one test a defect", 0},
	{0},
};

static const struct argp_child argp_children[] = {{.argp = &check_argp}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->check;
		break;
	case 'n':
		options->trials = parse_number(state, "--trials", arg, 1, 100000);
		break;
	case KEY_DEFECT:
		options->check.plan.only = catalogue_find(arg);
		if (!options->check.plan.only)
			argp_error(state, "no defect '%s'", arg);
		break;
	case KEY_FORCE:
		options->check.plan.force = true;
		break;
	case KEY_JSON:
		options->format = FORMAT_JSON;
		break;
	case KEY_TAP:
		options->format = FORMAT_TAP;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The table of defects, from the catalogue, behind the options. */
static void list_defects(FILE *out)
{
	fprintf(out, "Defects:\n");
	for (unsigned i = 0; i < catalogue_size; i++)
		fprintf(out, "  %-8s %s\n", catalogue[i].id, catalogue[i].title);
	fprintf(out, "\nExit status: 0 clean, 1 leak found, 2 trouble or no verdict");
}

static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return help_behind_options(key, text, list_defects);
}

struct rendering {
	const struct report *report;
	enum format format;
};

static int fill(const void *data, FILE *out)
{
	const struct rendering *rendering = data;

	switch (rendering->format) {
	case FORMAT_JSON:
		return render_report_json(rendering->report, out);
	case FORMAT_TAP:
		render_report_tap(rendering->report, out);
		break;
	case FORMAT_TEXT:
		render_report_text(rendering->report, can_colour(), out);
		break;
	}
	return 0;
}

static int check(struct report *report, const struct options *options)
{
	const struct rendering rendering = {.report = report, .format = options->format};

	if (!check_run(report, &options->check) || !print_whole(fill, &rendering) ||
	    report->interrupted || report->stuck)
		return EXIT_TROUBLE;
	switch (report->verdict) {
	case VERDICT_CLEAN:
		return EXIT_CLEAN;
	case VERDICT_LEAK:
		return EXIT_FOUND;
	default:
		return EXIT_TROUBLE;
	}
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.children = argp_children,
	.doc = "Try the known leaks of user-queue fences on a GPU, and judge.\v ",
	.help_filter = help_filter,
};

static int run(int argc, char **argv)
{
	struct options options = {.trials = CHECK_TRIALS, .check = check_defaults};
	struct report report;
	int status = EXIT_TROUBLE;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!can_print())
		return EXIT_TROUBLE;
	if (report_init(&report, options.trials)) {
		complain("", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	options.check.is_quiet = options.format != FORMAT_TEXT;
	collect_system(&report.system);
	if (find_gpu(options.check.device, options.check.deadline_s, &report.gpu) &&
	    check_prepare(&report, &options.check))
		status = check(&report, &options);
	report_fini(&report);
	return status;
}

const struct command cmd_leak_check = {
	.name = "leak-check",
	.summary = "try the known leaks of user-queue fences, and judge",
	.argp = &argp,
	.run = run,
};
