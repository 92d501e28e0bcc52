// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/trials.h"
#include "cmd/outcome.h"
#include "cmd/tracing.h"
#include "act/batch.h"
#include "model/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct progress {
	const char *id;
	unsigned wanted;
	bool is_shown;
	struct tracing *tracing;
};

static void go_on(void *arg, unsigned done)
{
	const struct progress *progress = arg;

	tracing_read(progress->tracing);
	if (!progress->is_shown)
		return;
	fprintf(stderr, "\r\033[K%s: trial %u of %u%s", progress->id, done, progress->wanted,
		done == progress->wanted ? ", waiting for its slots" : "");
	fflush(stderr);
}

static void take_process(void *arg, pid_t pid)
{
	tracing_own(((const struct progress *)arg)->tracing, pid);
}

static void take_result(struct finding *finding, const struct batch_result *result, bool probed)
{
	finding->probes += result->probes;
	finding->error[0] = 0;
	take_outcomes(finding, &result->fates, probed);
	if (result->stuck)
		snprintf(finding->error, sizeof(finding->error),
			 "%s did not return; the worker process is left to it", result->call);
	else if (result->died)
		snprintf(finding->error, sizeof(finding->error),
			 "the worker process died, last in %s", result->call);
	else if (reason_of_ours(result->err))
		snprintf(finding->error, sizeof(finding->error), "%s", reason_of_ours(result->err));
	else if (result->err && result->err != -EINTR)
		snprintf(finding->error, sizeof(finding->error), "%s: %s", result->call,
			 auq_strerror(result->err));
}

static int run_once(struct report *report, struct finding *finding,
		    const struct trials_options *options)
{
	struct progress progress = {
		.id = finding->defect->id,
		.wanted = finding->wanted,
		.is_shown = options->progress,
		.tracing = options->tracing,
	};
	struct batch_options batch = {
		.node = report->gpu.node,
		.trial = trial_find(finding->defect->id, finding->silent),
		.ip = report->ip,
		.trials = finding->wanted,
		.probe = report->use[EVIDENCE_SLOTS],
		.settle_ms = report->settle_ms,
		.deadline_s = options->deadline_s,
		.stop = options->stop,
		.progress = go_on,
		.started = take_process,
		.arg = &progress,
	};
	struct batch_result result;
	int err;

	tracing_begin(options->tracing);
	err = batch_run(&batch, &result);
	if (err)
		return err;
	take_result(finding, &result, batch.probe);
	report->stuck |= result.stuck;
	fates_fini(&result.fates);
	tracing_expect(options->tracing, &result);
	if (!result.stuck)
		err = look_at_sources(report, finding, options->tracing, options->stop);
	if (options->tracing && (result.stuck || result.died))
		evidence_drop_trace(finding, "the worker process did not end by itself");
	evidence_combine(finding);
	report->interrupted |= *options->stop;
	if (options->progress)
		fputs("\r\033[K", stderr);
	return err;
}

static bool has_few_leaks(const struct finding *finding)
{
	return finding->leaked && finding->leaked <= finding->run / 2;
}

/*
 * A defect leaks every time. When few slots stay occupied, another program may
 * have taken them; they are still its in a second pass, which uses others.
 */
static int run_finding(struct report *report, struct finding *finding,
		       const struct trials_options *options)
{
	unsigned first;
	int err = run_once(report, finding, options);

	if (err || !has_few_leaks(finding) || report->interrupted || report->stuck)
		return err;
	first = finding->leaked;
	err = run_once(report, finding, options);
	if (finding->run == finding->wanted && !finding->leaked && !finding->unknown)
		finding->foreign = first;
	else
		finding->superseded += first;
	return err;
}

static void skip_rest(struct report *report, unsigned from, const char *why)
{
	for (unsigned i = from; i < catalogue_size; i++)
		if (!report->findings[i].skipped[0] && !report->findings[i].run)
			snprintf(report->findings[i].skipped, sizeof(report->findings[i].skipped),
				 "%s", why);
}

int run_trials(struct report *report, const struct trials_options *options)
{
	struct finding *control = report_find(report, DEFECT_CONTROL);
	struct finding *l2 = report_find(report, AUQ_TRAIT_LEAK_LAST_FENCE);

	control->silent = report->gpu.traits[AUQ_TRAIT_LEAK_LAST_FENCE] == AUQ_YES;
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];
		int err;

		if (finding->skipped[0])
			continue;
		err = run_finding(report, finding, options);
		if (err)
			return err;
		if (report->stuck || report->interrupted) {
			skip_rest(report, i + 1,
				  report->stuck ? "a call before it did not return"
						: "interrupted");
			break;
		}
		if (finding != l2 || l2->leaked <= l2->run / 2)
			continue;
		/* Each queue that signals leaks: a control that does so says nothing. */
		if (!control->silent) {
			control->superseded = control->leaked;
			control->silent = true;
			err = run_finding(report, control, options);
			if (err)
				return err;
		}
		skip_rest(report, i + 1, "cannot be told apart from L2 on this kernel");
		break;
	}
	judge(report);
	return 0;
}
