// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/read-dump.h"
#include "render/render.h"

#include <argp.h>
#include <string.h>

struct options {
	const char *before, *after;
	bool json;
};

enum { KEY_JSON = 256 };

static const struct argp_option argp_options[] = {
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_JSON:
		options->json = true;
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num > 1)
			argp_error(state, "two dumps can be compared, and no more");
		*(state->arg_num ? &options->after : &options->before) = arg;
		break;
	case ARGP_KEY_END:
		if (!options->after)
			argp_error(state, "two dumps are needed, as 'amdfence dump' writes them");
		if (strcmp(options->before, "-") == 0 && strcmp(options->after, "-") == 0)
			argp_error(state, "only one of them can be standard input");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int fill_text(const void *data, FILE *out)
{
	render_diff_text(data, out);
	return 0;
}

static int fill_json(const void *data, FILE *out)
{
	return render_diff_json(data, out);
}

static int compare(const struct dump *before, const struct dump *after, bool json)
{
	struct diff diff;
	int err = diff_dumps(before, after, &diff), status = EXIT_TROUBLE;

	if (err) {
		complain("", "%s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (print_whole(json ? fill_json : fill_text, &diff) && diff.growth != GROWTH_UNKNOWN)
		status = diff.growth == GROWTH_LEAKS ? EXIT_FOUND : EXIT_CLEAN;
	diff_fini(&diff);
	return status;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "BEFORE AFTER",
	.doc = "Compare two dumps of a GPU: what appeared, vanished and grew, and who owns "
	       "the growth.\v"
	       "Exit status: 0 no leak grew, 1 one did, 2 trouble or unknown",
};

static int run(int argc, char **argv)
{
	struct options options = {0};
	struct dump before = {0}, after = {0};
	int status = EXIT_TROUBLE;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (read_dump(options.before, &before) && read_dump(options.after, &after))
		status = compare(&before, &after, options.json);
	dump_fini(&before);
	dump_fini(&after);
	return status;
}

const struct command cmd_diff = {
	.name = "diff",
	.summary = "what changed between two dumps, and who owns the growth",
	.argp = &argp,
	.run = run,
};
