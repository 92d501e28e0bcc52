// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/sw-sync.h"
#include "act/sync-run.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_COUNT      1000
#define DEFAULT_DEADLINE_S 10

struct options {
	struct sync_options run;
	uint64_t seed;
	bool strict;
	enum format format;
};

enum {
	KEY_SEED = 256,
	KEY_COUNT,
	KEY_TIME,
	KEY_DEADLINE,
	KEY_SW_SYNC,
	KEY_STRICT,
	KEY_JSON,
	KEY_TAP
};

static const struct argp_option argp_options[] = {
	{"seed", KEY_SEED, "N", 0, "Of the random cases; default: another one each time", 0},
	{"count", KEY_COUNT, "N", 0, "Cases in each random group; default: 1000", 0},
	{"time", KEY_TIME, "SECONDS", 0, "For each random group, instead of a count", 0},
	{"deadline", KEY_DEADLINE, "SECONDS", 0,
	 "How long a call to the kernel may take; 5 or more, default: 10", 0},
	{"sw-sync", KEY_SW_SYNC, "FILE", 0, "Where sw_sync is; default: " SW_SYNC_PATH, 0},
	{"strict", KEY_STRICT, NULL, 0, "An error that a merge does not pass on is a defect, too",
	 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{"tap", KEY_TAP, NULL, 0, "KTAP, one test a group", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_SEED:
		options->seed = parse_number(state, "--seed", arg, 0, UINT64_MAX);
		break;
	case KEY_COUNT:
		options->run.count = parse_number(state, "--count", arg, 1, 1000000000);
		break;
	case KEY_TIME:
		options->run.time_s = parse_number(state, "--time", arg, 1, 1000000);
		break;
	case KEY_DEADLINE:
		/* A poll may take 2 s of its own. */
		options->run.deadline_s = parse_number(state, "--deadline", arg, 5, 86400);
		break;
	case KEY_SW_SYNC:
		options->run.path = arg;
		break;
	case KEY_STRICT:
		options->strict = true;
		break;
	case KEY_JSON:
		options->format = FORMAT_JSON;
		break;
	case KEY_TAP:
		options->format = FORMAT_TAP;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "no argument '%s' is wanted", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static void complain_no_sw_sync(const char *path, int err)
{
	const char *remedy =
		"it needs a kernel with CONFIG_SW_SYNC=y, which distributions leave out, "
		"and debugfs mounted;\n  tests/lab/run in the source of amdfence has both";

	switch (-err) {
	case EACCES:
	case EPERM:
		complain("only root may use sw_sync", "cannot open '%s': %s", path, strerror(-err));
		break;
	case ENOTTY:
	case EINVAL:
	case EISDIR:
		complain("", "'%s' is not sw_sync", path);
		break;
	default:
		complain(remedy, "cannot open '%s': %s", path, strerror(-err));
	}
}

struct rendering {
	const struct sync_report *report;
	enum format format;
};

static int fill(const void *data, FILE *out)
{
	const struct rendering *rendering = data;

	switch (rendering->format) {
	case FORMAT_JSON:
		return render_sync_json(rendering->report, out);
	case FORMAT_TAP:
		render_sync_tap(rendering->report, out);
		break;
	case FORMAT_TEXT:
		render_sync_text(rendering->report, out);
		break;
	}
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Merge fences that this program signals itself, in every order and at "
	       "random, "
	       "and check that the kernel signals a merge when all of its members are, "
	       "neither earlier nor later.\v"
	       "Exit status: 0 clean, 1 defect found, 2 trouble",
};

static int run(int argc, char **argv)
{
	struct timespec now;
	struct sync_report report = {0};
	struct options options = {.run = {.path = SW_SYNC_PATH,
					  .count = DEFAULT_COUNT,
					  .deadline_s = DEFAULT_DEADLINE_S,
					  .stop = &asked_to_stop}};
	struct rendering rendering = {.report = &report};
	struct system_snapshot system;
	int err;

	clock_gettime(CLOCK_REALTIME, &now);
	options.seed = now.tv_sec * 1000000000ull + now.tv_nsec;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!can_print())
		return EXIT_TROUBLE;
	if (is_simulated()) {
		complain("run it outside of 'amdfence sim'",
			 "sw_sync is not simulated, it would be that of the kernel that runs here");
		return EXIT_TROUBLE;
	}
	err = sync_probe(options.run.path);
	if (err) {
		complain_no_sw_sync(options.run.path, err);
		return EXIT_TROUBLE;
	}
	collect_system(&system);
	snprintf(report.release, sizeof(report.release), "%s", system.release);
	report.seed = options.seed;
	report.strict = options.strict;
	rendering.format = options.format;
	catch_signals();
	err = sync_run(&report, &options.run);
	if (err) {
		complain("", "cannot run a worker process: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (report.trouble.err)
		complain("", "%s: %s", report.trouble.call, strerror(-report.trouble.err));
	if (!print_whole(fill, &rendering))
		return EXIT_TROUBLE;
	if (sync_report_found(&report))
		return EXIT_FOUND;
	return report.interrupted || report.trouble.err ? EXIT_TROUBLE : EXIT_CLEAN;
}

const struct command cmd_sync_check = {
	.name = "sync-check",
	.summary = "whether the kernel signals merged fences when it should",
	.argp = &argp,
	.run = run,
};
