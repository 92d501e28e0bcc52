// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/races.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_TIME_S 30

struct options {
	struct check_options check;
	uint64_t seed, count, round;
	unsigned time_s;
	unsigned num_wanted;
	bool wanted[RACE_NUM_KINDS];
	bool has_round;
	bool force;
	enum format format;
};

enum {
	KEY_SEED = 256,
	KEY_COUNT,
	KEY_TIME,
	KEY_RACE,
	KEY_ROUND,
	KEY_FORCE,
	KEY_JSON,
	KEY_TAP,
};

static const struct argp_option argp_options[] = {
	{"seed", KEY_SEED, "N", 0, "Of all rounds; default: another one each time", 0},
	{"time", KEY_TIME, "SECONDS", 0, "In all; default: 30, or no limit with --count", 0},
	{"count", KEY_COUNT, "N", 0, "Rounds of each race", 0},
	{"race", KEY_RACE, "NAMES", 0, "Only these, with commas in between", 0},
	{"round", KEY_ROUND, "N", 0, "Of one race the round of that number, again and again", 0},
	{"force", KEY_FORCE, NULL, 0,
	 "Also what this kernel is known not to stand, and go on where enough was found", 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{"tap", KEY_TAP, NULL, 0, "KTAP, one test a race", 0},
	{0},
};

static const struct argp_child argp_children[] = {{.argp = &check_argp}, {0}};

static void parse_races(struct argp_state *state, struct options *options, const char *text)
{
	for (;; text++) {
		size_t length = strcspn(text, ",");
		enum race_kind kind = race_kind_find(text, length);

		if (kind == RACE_NUM_KINDS)
			argp_error(state, "no race '%.*s'", (int)length, text);
		options->num_wanted += !options->wanted[kind];
		options->wanted[kind] = true;
		text += length;
		if (!*text)
			return;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->check;
		break;
	case KEY_SEED:
		options->seed = parse_number(state, "--seed", arg, 0, UINT64_MAX);
		break;
	case KEY_TIME:
		options->time_s = parse_number(state, "--time", arg, 1, 1000000);
		break;
	case KEY_COUNT:
		options->count = parse_number(state, "--count", arg, 1, 1000000000);
		break;
	case KEY_RACE:
		parse_races(state, options, arg);
		break;
	case KEY_ROUND:
		options->round = parse_number(state, "--round", arg, 0, UINT64_MAX);
		options->has_round = true;
		break;
	case KEY_FORCE:
		options->force = true;
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
	case ARGP_KEY_END:
		if (options->has_round && options->num_wanted != 1)
			argp_error(state, "--round is of one race, which --race names");
		if (options->check.use[EVIDENCE_TRACE])
			argp_error(state, "races are not traced: --evidence is slots or debugfs");
		if (!options->time_s && !options->count)
			options->time_s = DEFAULT_TIME_S;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The table of races behind the options. */
static void list_races(FILE *out)
{
	fprintf(out, "Races:\n");
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		fprintf(out, "  %-15s  %s\n", race_kind_name(i), race_kind_title(i));
	fprintf(out, "\nExit status: 0 clean, 1 something found, 2 trouble or no verdict");
}

static char *help_filter(int key, const char *text, void *input)
{
	(void)input;
	return help_behind_options(key, text, list_races);
}

/* False, with a message, when nothing may run here. */
static bool agree(const struct race_report *report, const struct options *options)
{
	const enum auq_answer *traits = report->base.gpu.traits;
	const char *refusal = plan_refusal(report->base.gpu.traits);

	if (!refusal[0])
		refusal = race_refusal(traits);
	if (refusal[0]) {
		complain("a kernel from 7.1 on, or 6.18.15, can be tried", "%s (%s)", refusal,
			 report->base.system.release);
		return false;
	}
	if (options->force)
		complain("", "--force: what is not safe on this kernel is tried as well");
	else if (options->format == FORMAT_TEXT && !report->base.system.simulated)
		fprintf(stderr,
			"amdfence: on an affected kernel this pins up to %" PRIu64
			" of %u fence slots until amdgpu is reloaded\n",
			plan_limit(&report->base), report->base.gpu.info.seq64_slots);
	return true;
}

static void plan_races(struct race_report *report, const struct options *options)
{
	race_limits_init(&report->limits, report->base.gpu.traits, options->force);
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		struct race_finding *finding = &report->findings[i];
		const char *refusal = race_kind_refusal(i, report->base.gpu.traits);

		finding->next = options->round;
		if (options->num_wanted && !options->wanted[i])
			snprintf(finding->skipped, sizeof(finding->skipped), "not asked for");
		else if (refusal[0] && !options->force)
			snprintf(finding->skipped, sizeof(finding->skipped),
				 "%s; --force tries it all the same", refusal);
	}
}

struct rendering {
	const struct race_report *report;
	enum format format;
};

static int fill(const void *data, FILE *out)
{
	const struct rendering *rendering = data;

	switch (rendering->format) {
	case FORMAT_JSON:
		return render_race_json(rendering->report, out);
	case FORMAT_TAP:
		render_race_tap(rendering->report, out);
		break;
	case FORMAT_TEXT:
		render_race_text(rendering->report, can_colour(), out);
		break;
	}
	return 0;
}

static int race(struct race_report *report, const struct options *options)
{
	const struct races_options races = {
		.deadline_s = options->check.deadline_s,
		.time_s = options->time_s,
		.count = options->count,
		.is_one = options->has_round,
		.stop = &asked_to_stop,
		.progress = isatty(STDERR_FILENO),
	};
	const struct rendering rendering = {.report = report, .format = options->format};
	int err;

	catch_signals();
	err = run_races(report, &races);
	if (err) {
		complain("", "cannot start a worker process: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (!print_whole(fill, &rendering))
		return EXIT_TROUBLE;
	switch (report->base.verdict) {
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
	.doc = "Make calls of user queues at the same time as others that they may get "
	       "in the way of, at random, and look for what is lost.\v ",
	.help_filter = help_filter,
};

static int run(int argc, char **argv)
{
	static struct race_report report;
	struct options options = {.check = check_defaults};
	int status = EXIT_TROUBLE;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	options.seed = now.tv_sec * 1000000000ull + now.tv_nsec;
	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!can_print())
		return EXIT_TROUBLE;
	if (report_init(&report.base, 1)) {
		complain("", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	report.seed = options.seed;
	report.force = options.force;
	collect_system(&report.base.system);
	if (find_gpu(options.check.device, options.check.deadline_s, &report.base.gpu) &&
	    check_target(&report.base, &options.check) && agree(&report, &options)) {
		plan_races(&report, &options);
		status = race(&report, &options);
	}
	report_fini(&report.base);
	return status;
}

const struct command cmd_race = {
	.name = "race",
	.summary = "make calls get in each other's way, and look for what is lost",
	.argp = &argp,
	.run = run,
};
