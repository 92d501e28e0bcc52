// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/tracing.h"
#include "cmd/trials.h"
#include "act/probe.h"
#include "collect/listing.h"
#include "render/render.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_DEADLINE_S 30
#define SETTLE_MS          1000
#define LAZY_SETTLE_MS     12000 /* RCU holds lazy callbacks for up to 10 s */

const struct check_options check_defaults = {
	.ip = CHECK_ANY_IP,
	.deadline_s = DEFAULT_DEADLINE_S,
};

/* ---- options ------------------------------------------------------------- */

enum { KEY_IP = 512, KEY_SETTLE, KEY_DEADLINE, KEY_EVIDENCE };

static const struct argp_option argp_options[] = {
	{"device", 'd', "DEVICE", 0, "Render node or PCI address; default: the first that can", 0},
	{"evidence", KEY_EVIDENCE, "SOURCES", 0,
	 "slots, debugfs, trace, several with commas in between, or auto, the default: all that "
	 "can be had",
	 0},
	{"ip", KEY_IP, "ENGINE", 0, "gfx, compute, sdma or auto, the default: the cheapest", 0},
	{"settle", KEY_SETTLE, "SECONDS", 0,
	 "How long a slot may stay occupied before it counts as leaked; default: 1, or 12 where "
	 "the kernel may be lazy",
	 0},
	{"deadline", KEY_DEADLINE, "SECONDS", 0,
	 "How long a call to the kernel may take before it is given up; 6 or more, default: 30", 0},
	{0},
};

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
	struct check_options *options = state->input;

	switch (key) {
	case 'd':
		options->device = arg;
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
	case ARGP_KEY_END:
		options->any |= !options->use[EVIDENCE_SLOTS] && !options->use[EVIDENCE_DEBUGFS] &&
				!options->use[EVIDENCE_TRACE];
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp check_argp = {.options = argp_options, .parser = parse};

/* ---- what they ask for --------------------------------------------------- */

static bool choose_ip(struct report *report, unsigned wanted)
{
	const struct gpu_snapshot *gpu = &report->gpu;
	unsigned ip = wanted == CHECK_ANY_IP ? cheapest_usable_ip(gpu) : wanted;
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
static bool choose_evidence(struct report *report, const struct check_options *options)
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

static struct tracing tracing;

/* As choose_evidence(), of the trace. */
static bool choose_trace(struct report *report, const struct check_options *options)
{
	if (!options->any && !options->use[EVIDENCE_TRACE])
		return true;
	tracing_find(&tracing, report);
	report->use[EVIDENCE_TRACE] = report->trace.state == SOURCE_OK;
	if (report->use[EVIDENCE_TRACE] || !options->use[EVIDENCE_TRACE])
		return true;
	complain(report->trace.remedy, "cannot trace: %s", report->trace.why);
	return false;
}

/* Says the cost before. False, with a message, when it is too much or nothing may run. */
static bool agree(const struct report *report, const struct check_options *options)
{
	uint64_t limit = plan_limit(report);
	const char *refusal = plan_refusal(report->gpu.traits);

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
	if (!options->is_quiet && report->cost_planned && !report->system.simulated)
		fprintf(stderr,
			"amdfence: on an affected kernel this pins up to %" PRIu64
			" of %u fence slots until amdgpu is reloaded\n",
			report->cost_planned, report->gpu.info.seq64_slots);
	if (options->plan.force)
		complain("", "--force: what is not safe on this kernel is tried as well");
	return true;
}

bool check_target(struct report *report, const struct check_options *options)
{
	const struct setting *lazy = &report->system.lazy_rcu;

	report->settle_ms = options->settle_ms;
	if (!report->settle_ms)
		report->settle_ms =
			lazy->state != SOURCE_OK || lazy->value ? LAZY_SETTLE_MS : SETTLE_MS;
	return choose_ip(report, options->ip) && choose_evidence(report, options);
}

bool check_prepare(struct report *report, const struct check_options *options)
{
	struct plan_options planned = options->plan;

	if (!check_target(report, options) || !choose_trace(report, options))
		return false;
	if (report->use[EVIDENCE_SLOTS])
		planned.probes = probe_most(report->settle_ms);
	plan(report, &planned);
	return agree(report, options);
}

bool check_run(struct report *report, const struct check_options *options)
{
	struct trials_options trials = {
		.deadline_s = options->deadline_s,
		.stop = &asked_to_stop,
		.progress = isatty(STDERR_FILENO),
	};
	int err;

	catch_signals();
	if (report->use[EVIDENCE_TRACE]) {
		err = tracing_start(&tracing, report);
		if (err) {
			complain("", "cannot trace: %s", strerror(-err));
			return false;
		}
		report->use[EVIDENCE_TRACE] = report->trace.state == SOURCE_OK;
	}
	if (report->use[EVIDENCE_TRACE]) {
		trials.tracing = &tracing;
	} else if (options->use[EVIDENCE_TRACE]) {
		complain(report->trace.remedy, "cannot trace: %s", report->trace.why);
		return false;
	}
	err = run_trials(report, &trials);
	tracing_end(trials.tracing, report);
	if (err)
		complain("", "cannot start a worker process: %s", strerror(-err));
	return !err;
}
