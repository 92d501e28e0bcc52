// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/trials.h"
#include "act/probe.h"
#include "collect/listing.h"
#include "render/render.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_DEADLINE_S 30
#define SETTLE_MS          1000
#define LAZY_SETTLE_MS     12000 /* RCU holds lazy callbacks for up to 10 s */

const struct check_options check_defaults = {
	.ip = CHECK_ANY_IP,
	.deadline_s = DEFAULT_DEADLINE_S,
};

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

/* Says the cost before. False, with a message, when it is too much or nothing may run. */
static bool agree(const struct report *report, const struct check_options *options)
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
	if (!options->is_quiet && report->cost_planned && !report->system.simulated)
		fprintf(stderr,
			"amdfence: on an affected kernel this pins up to %" PRIu64
			" of %u fence slots until amdgpu is reloaded\n",
			report->cost_planned, report->gpu.info.seq64_slots);
	if (options->plan.force)
		complain("", "--force: what is not safe on this kernel is tried as well");
	return true;
}

bool check_prepare(struct report *report, const struct check_options *options)
{
	const struct setting *lazy = &report->system.lazy_rcu;
	struct plan_options planned = options->plan;

	report->settle_ms = options->settle_ms;
	if (!report->settle_ms)
		report->settle_ms =
			lazy->state != SOURCE_OK || lazy->value ? LAZY_SETTLE_MS : SETTLE_MS;
	if (!choose_ip(report, options->ip) || !choose_evidence(report, options))
		return false;
	if (report->use[EVIDENCE_SLOTS])
		planned.probes = probe_most(report->settle_ms);
	plan(report, &planned);
	return agree(report, options);
}

bool check_run(struct report *report, const struct check_options *options)
{
	const struct trials_options trials = {
		.deadline_s = options->deadline_s,
		.stop = &stop,
		.progress = isatty(STDERR_FILENO),
	};
	int err;

	catch_signals();
	err = run_trials(report, &trials);
	if (err)
		complain("", "cannot start a worker process: %s", strerror(-err));
	return !err;
}
