// SPDX-License-Identifier: MIT
#include <config.h>

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
	const char *device;
	unsigned trials;
	bool json;
	struct check_options check;
};

enum { KEY_FORCE = 256, KEY_JSON, KEY_IP, KEY_SETTLE, KEY_DEADLINE, KEY_DEFECT, KEY_EVIDENCE };

static const struct argp_option argp_options[] = {
	{"device", 'd', "DEVICE", 0, "Render node or PCI address; default: the first that can", 0},
	{"trials", 'n', "N", 0, "Trials for each defect; default: 8", 0},
	{"defect", KEY_DEFECT, "ID", 0, "Only this one, beside the control", 0},
	{"evidence", KEY_EVIDENCE, "SOURCES", 0,
	 "slots, debugfs, both with a comma in between, or auto, the default: all that can be had",
	 0},
	{"ip", KEY_IP, "ENGINE", 0, "gfx, compute, sdma or auto, the default: the cheapest", 0},
	{"settle", KEY_SETTLE, "SECONDS", 0,
	 "How long a slot may stay occupied before it counts as leaked; default: 1, or 12 where "
	 "the kernel may be lazy",
	 0},
	{"deadline", KEY_DEADLINE, "SECONDS", 0,
	 "How long a call to the kernel may take before it is given up; 6 or more, default: 30", 0},
	{"force", KEY_FORCE, NULL, 0,
	 "Try what is not safe here, and spend more than 1 % of the slots", 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document, see amdfence-json(5)", 0},
	{0},
};

static unsigned parse_number(struct argp_state *state, const char *what, const char *text,
			     unsigned low, unsigned high)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || number < low || number > high)
		argp_error(state, "%s must be a number from %u to %u, not '%s'", what, low, high,
			   text);
	return number;
}

static unsigned parse_ip(struct argp_state *state, const char *text)
{
	if (strcmp(text, "auto") == 0)
		return CHECK_ANY_IP;
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		if (strcmp(text, ip_name(ip)) == 0)
			return ip;
	argp_error(state, "no engine '%s'", text);
	return CHECK_ANY_IP;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

static void parse_evidence(struct argp_state *state, struct check_options *options,
			   const char *text)
{
	for (;; text++) {
		size_t length = strcspn(text, ",");
		bool known = is_word(text, length, "auto");

		options->any |= known;
		for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
			if (!is_word(text, length, evidence_name(source)))
				continue;
			options->use[source] = known = true;
		}
		if (!known)
			argp_error(state, "no evidence '%.*s'", (int)length, text);
		text += length;
		if (!*text)
			return;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'd':
		options->device = arg;
		break;
	case 'n':
		options->trials = parse_number(state, "--trials", arg, 1, 100000);
		break;
	case KEY_DEFECT:
		options->check.plan.only = catalogue_find(arg);
		if (!options->check.plan.only)
			argp_error(state, "no defect '%s'", arg);
		break;
	case KEY_EVIDENCE:
		parse_evidence(state, &options->check, arg);
		break;
	case KEY_IP:
		options->check.ip = parse_ip(state, arg);
		break;
	case KEY_SETTLE:
		options->check.settle_ms = 1000 * parse_number(state, "--settle", arg, 1, 3600);
		break;
	case KEY_DEADLINE:
		/* WAIT may take 5 s of its own (WAIT_FOR_SUBMIT in amdgpu_userq_wait_ioctl()). */
		options->check.deadline_s = parse_number(state, "--deadline", arg, 6, 86400);
		break;
	case KEY_FORCE:
		options->check.plan.force = true;
		break;
	case KEY_JSON:
		options->json = true;
		break;
	case ARGP_KEY_END:
		if (!options->check.use[EVIDENCE_SLOTS] && !options->check.use[EVIDENCE_DEBUGFS])
			options->check.any = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* The table of defects, from the catalogue, behind the options. */
static char *help_filter(int key, const char *text, void *input)
{
	char *table = NULL;
	size_t size;
	FILE *out;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	out = open_memstream(&table, &size);
	if (!out)
		return NULL;
	fprintf(out, "Defects:\n");
	for (unsigned i = 0; i < catalogue_size; i++)
		fprintf(out, "  %-8s %s\n", catalogue[i].id, catalogue[i].title);
	fprintf(out, "\nExit status: 0 clean, 1 leak found, 2 trouble or no verdict");
	fclose(out);
	return table;
}

struct rendering {
	const struct report *report;
	bool json;
};

static int fill(const void *data, FILE *out)
{
	const struct rendering *rendering = data;
	const char *term = getenv("TERM");
	bool colour =
		isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;

	if (rendering->json)
		return render_report_json(rendering->report, out);
	render_report_text(rendering->report, colour, out);
	return 0;
}

static int check(struct report *report, const struct options *options)
{
	const struct rendering rendering = {.report = report, .json = options->json};

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

static int run(int argc, char **argv)
{
	static const struct argp argp = {
		.options = argp_options,
		.parser = parse,
		.doc = "Try the known leaks of user-queue fences on a GPU, and judge.\v ",
		.help_filter = help_filter,
	};
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
	options.check.is_quiet = options.json;
	collect_system(&report.system);
	if (find_gpu(options.device, options.check.deadline_s, &report.gpu) &&
	    check_prepare(&report, &options.check))
		status = check(&report, &options);
	report_fini(&report);
	return status;
}

const struct command cmd_leak_check = {
	.name = "leak-check",
	.summary = "try the known leaks of user-queue fences, and judge",
	.run = run,
};
