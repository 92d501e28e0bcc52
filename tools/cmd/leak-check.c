// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/trials.h"
#include "act/probe.h"
#include "collect/listing.h"
#include "collect/system.h"
#include "model/plan.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TRIALS     8
#define DEFAULT_DEADLINE_S 30
#define SETTLE_MS          1000
#define LAZY_SETTLE_MS     12000 /* RCU holds lazy callbacks for up to 10 s */
#define AUTO               UINT32_MAX

struct options {
	const char *device;
	struct plan_options plan;
	unsigned trials;
	unsigned ip;
	unsigned settle_ms;
	unsigned deadline_s;
	bool json;
	bool use[NUM_EVIDENCE];
	bool any; /* of the evidence: what cannot be had is done without */
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
		return AUTO;
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		if (strcmp(text, ip_name(ip)) == 0)
			return ip;
	argp_error(state, "no engine '%s'", text);
	return AUTO;
}

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && strncmp(text, word, length) == 0;
}

static void parse_evidence(struct argp_state *state, struct options *options, const char *text)
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
		options->plan.only = catalogue_find(arg);
		if (!options->plan.only)
			argp_error(state, "no defect '%s'", arg);
		break;
	case KEY_EVIDENCE:
		parse_evidence(state, options, arg);
		break;
	case KEY_IP:
		options->ip = parse_ip(state, arg);
		break;
	case KEY_SETTLE:
		options->settle_ms = 1000 * parse_number(state, "--settle", arg, 1, 3600);
		break;
	case KEY_DEADLINE:
		/* WAIT may take 5 s of its own (WAIT_FOR_SUBMIT in amdgpu_userq_wait_ioctl()). */
		options->deadline_s = parse_number(state, "--deadline", arg, 6, 86400);
		break;
	case KEY_FORCE:
		options->plan.force = true;
		break;
	case KEY_JSON:
		options->json = true;
		break;
	case ARGP_KEY_END:
		if (!options->use[EVIDENCE_SLOTS] && !options->use[EVIDENCE_DEBUGFS])
			options->any = true;
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

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	/* The second one ends this process; the worker cleans up by itself. */
	if (stop)
		_exit(EXIT_TROUBLE);
	stop = 1;
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static bool choose_ip(struct report *report, unsigned wanted)
{
	const struct gpu_snapshot *gpu = &report->gpu;
	unsigned ip = wanted == AUTO ? cheapest_usable_ip(gpu) : wanted;
	const char *remedy = "";

	if (ip < AUQ_NUM_IPS && gpu->ip[ip].state == AUQ_IP_USABLE) {
		report->ip = ip;
		return true;
	}
	if (ip < AUQ_NUM_IPS) {
		complain(ip_state_remedy(gpu->ip[ip].state), "%s of '%s': %s", ip_name(ip),
			 gpu->node, ip_state_text(gpu->ip[ip].state));
		return false;
	}
	for (ip = 0; ip < AUQ_NUM_IPS; ip++)
		if (ip_state_remedy(gpu->ip[ip].state)[0]) {
			remedy = ip_state_remedy(gpu->ip[ip].state);
			break;
		}
	if (ip == AUQ_NUM_IPS)
		ip = AUQ_IP_GFX;
	complain(remedy, "no user queues on '%s': %s", gpu->node, ip_state_text(gpu->ip[ip].state));
	return false;
}

/* Reads the listing, if it may be of use. False, with a message, when it cannot be read and must.
 */
static bool choose_evidence(struct report *report, const struct options *options)
{
	report->use[EVIDENCE_SLOTS] = options->any || options->use[EVIDENCE_SLOTS];
	if (!options->any && !options->use[EVIDENCE_DEBUGFS])
		return true;
	collect_listing(report->gpu.listing, &report->before);
	report->use[EVIDENCE_DEBUGFS] = report->before.state == SOURCE_OK;
	if (report->use[EVIDENCE_DEBUGFS] || !options->use[EVIDENCE_DEBUGFS])
		return true;
	complain(listing_remedy(&report->before), "cannot read '%s': %s", report->gpu.listing,
		 auq_strerror(report->before.err));
	return false;
}

/* Says the cost before. False, with a message, when it is too much or nothing may run. */
static bool agree(const struct report *report, const struct options *options)
{
	uint64_t limit = plan_limit(report);
	const char *refusal = plan_refusal(report);

	if (refusal[0]) {
		complain("a kernel from 7.1 on, or a 6.18.y one, can be checked", "%s (%s)",
			 refusal, report->system.release);
		return false;
	}
	if (report->cost_planned > limit && !options->plan.force) {
		complain("fewer --trials, or --force",
			 "this may pin %" PRIu64 " fence slots, more than 1 %% of %u",
			 report->cost_planned, report->gpu.info.seq64_slots);
		return false;
	}
	/* What is simulated ends with this run. */
	if (!options->json && report->cost_planned && !report->system.simulated)
		fprintf(stderr,
			"amdfence: on an affected kernel this pins up to %" PRIu64
			" of %u fence slots until amdgpu is reloaded\n",
			report->cost_planned, report->gpu.info.seq64_slots);
	if (options->plan.force)
		complain("", "--force: what is not safe on this kernel is tried as well");
	return true;
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
	const struct trials_options trials = {
		.deadline_s = options->deadline_s,
		.stop = &stop,
		.progress = isatty(STDERR_FILENO),
	};
	const struct rendering rendering = {.report = report, .json = options->json};
	int err;

	catch_signals();
	err = run_trials(report, &trials);
	if (err) {
		complain("", "cannot start a worker process: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	if (!print_whole(fill, &rendering) || report->interrupted || report->stuck)
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
	struct options options = {
		.trials = DEFAULT_TRIALS,
		.ip = AUTO,
		.deadline_s = DEFAULT_DEADLINE_S,
	};
	struct report report;
	const struct setting *lazy = &report.system.lazy_rcu;
	int status = EXIT_TROUBLE;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!can_print())
		return EXIT_TROUBLE;
	if (report_init(&report, options.trials)) {
		complain("", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	collect_system(&report.system);
	report.settle_ms = options.settle_ms;
	if (!report.settle_ms)
		report.settle_ms =
			lazy->state != SOURCE_OK || lazy->value ? LAZY_SETTLE_MS : SETTLE_MS;
	if (find_gpu(options.device, options.deadline_s, &report.gpu) &&
	    choose_ip(&report, options.ip) && choose_evidence(&report, &options)) {
		if (report.use[EVIDENCE_SLOTS])
			options.plan.probes = probe_most(report.settle_ms);
		plan(&report, &options.plan);
		if (agree(&report, &options))
			status = check(&report, &options);
	}
	report_fini(&report);
	return status;
}

const struct command cmd_leak_check = {
	.name = "leak-check",
	.summary = "try the known leaks of user-queue fences, and judge",
	.run = run,
};
