// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/read-dump.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *output; /* NULL: standard output */
	bool html;
	char **files;
	unsigned num;
};

enum { KEY_HTML = 256 };

static const struct argp_option argp_options[] = {
	{"html", KEY_HTML, NULL, 0, "One HTML page, which needs nothing else", 0},
	{"output", 'o', "FILE", 0, "Write to FILE, which is complete or as it was", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_HTML:
		options->html = true;
		break;
	case 'o':
		options->output = arg;
		break;
	case ARGP_KEY_ARGS:
		options->files = state->argv + state->next;
		options->num = (unsigned)(state->argc - state->next);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "a dump is needed, as 'amdfence dump' writes them");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

struct rendering {
	struct dump dump; /* the last one */
	struct history history;
	bool html;
};

static int by_time(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* Keeps what is the last one until now. False, with a message, if it does not fit. */
static bool take(struct rendering *rendering, struct dump *dump, bool is_first, const char *path)
{
	const struct drivers *drivers = &dump->drivers;

	if (!is_first && (strcmp(dump->pci, rendering->dump.pci) ||
			  strcmp(dump->device_id, rendering->dump.device_id))) {
		complain("a report is of one GPU", "'%s' is of another GPU than those before",
			 path);
		dump_fini(dump);
		return false;
	}
	if (drivers->source.state == SOURCE_OK)
		rendering->history.points[rendering->history.num++] = (struct point){
			.time = dump->time, .used = drivers->used, .leaked = drivers->leaked};
	if (!is_first && dump->time < rendering->dump.time) {
		dump_fini(dump);
		return true;
	}
	dump_fini(&rendering->dump);
	rendering->dump = *dump;
	return true;
}

static bool read_all(const struct options *options, struct rendering *rendering)
{
	struct dump dump;

	rendering->history.points = calloc(options->num, sizeof(struct point));
	if (!rendering->history.points) {
		complain("", "%s", strerror(ENOMEM));
		return false;
	}
	for (unsigned i = 0; i < options->num; i++)
		if (!read_dump(options->files[i], &dump) ||
		    !take(rendering, &dump, i == 0, options->files[i]))
			return false;
	qsort(rendering->history.points, rendering->history.num, sizeof(struct point), by_time);
	return true;
}

static int fill(const void *data, FILE *out)
{
	const struct rendering *rendering = data;

	if (rendering->html)
		render_dump_html(&rendering->dump, &rendering->history, out);
	else
		render_dump_text(&rendering->dump, &rendering->history, out);
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.args_doc = "DUMP...",
	.doc = "Show a dump as text or as a page. Of several dumps of one GPU the last one "
	       "is shown, and the slots over time.\v"
	       "Exit status: 0 written, 2 trouble",
};

static int run(int argc, char **argv)
{
	struct options options = {0};
	struct rendering rendering = {0};
	int status = EXIT_TROUBLE;
	bool written;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	rendering.html = options.html;
	if (read_all(&options, &rendering)) {
		written = options.output ? write_whole(options.output, 0, fill, &rendering)
					 : print_whole(fill, &rendering);
		status = written ? EXIT_CLEAN : EXIT_TROUBLE;
	}
	dump_fini(&rendering.dump);
	free(rendering.history.points);
	return status;
}

const struct command cmd_report = {
	.name = "report",
	.summary = "a dump as text, or as a page",
	.argp = &argp,
	.run = run,
};
