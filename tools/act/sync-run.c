// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/sync-run.h"
#include "act/child.h"
#include "act/clock.h"
#include "act/sw-sync.h"
#include "act/sync-trial.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>

enum message_kind { BEGUN, DONE, FINISHED };

struct message {
	enum message_kind kind;
	struct sync_case trial;
	struct sync_outcome outcome;
};

struct job {
	const struct sync_options *options;
	uint64_t seed;
	cpu_set_t all;
	cpu_set_t others; /* all but the parent's, if there are any */
};

int sync_probe(const char *path)
{
	int timeline = sw_sync_open(path), fence;

	if (timeline < 0)
		return timeline;
	fence = sw_sync_fence(timeline, 1);
	sw_sync_close(fence);
	sw_sync_close(timeline);
	return fence < 0 ? fence : 0;
}

/*
 * A kernel that deadlocks takes a CPU away for ever, and what was there last
 * with it. The parent has a CPU of its own, so that it can tell and end. Of the
 * worker only the thread that asks while another signals may run there, too.
 */
static void share_cpus(struct job *job)
{
	cpu_set_t own;
	int cpu = sched_getcpu();

	CPU_ZERO(&job->all);
	CPU_ZERO(&own);
	if (cpu < 0 || sched_getaffinity(0, sizeof(job->all), &job->all) < 0)
		return;
	CPU_SET(cpu, &own);
	CPU_XOR(&job->others, &job->all, &own);
	if (CPU_COUNT(&job->others))
		sched_setaffinity(0, sizeof(own), &own);
	else
		job->others = own;
}

static bool is_enough(const struct job *job, const struct sync_walk *walk, uint64_t since)
{
	const struct sync_options *options = job->options;

	if (walk->next.group != SYNC_RANDOM && walk->next.group != SYNC_RACE)
		return false;
	if (options->time_s)
		return clock_ms() - since >= options->time_s * 1000ull;
	return walk->done >= options->count;
}

/* After an oops the kernel is not what it was. */
static bool is_end(const struct sync_outcome *outcome)
{
	return outcome->err || outcome->fault == SYNC_DIED;
}

static void work(struct lifeline *line, void *arg)
{
	const struct job *job = arg;
	struct message message;
	struct sync_walk walk;

	sched_setaffinity(0, sizeof(job->others), &job->others);
	sync_walk_init(&walk, job->seed);
	do {
		uint64_t since = clock_ms();

		while (!is_enough(job, &walk, since) && sync_walk_next(&walk, &message.trial)) {
			if (line_is_stopped(line))
				return;
			message.kind = BEGUN;
			if (line_send(line, &message, sizeof(message)))
				return;
			sync_trial(job->options->path, &message.trial, &job->all, line,
				   &message.outcome);
			message.kind = DONE;
			if (line_send(line, &message, sizeof(message)) || is_end(&message.outcome))
				return;
		}
	} while (sync_walk_group(&walk));
	message.kind = FINISHED;
	line_send(line, &message, sizeof(message));
}

/* The case that was begun last did not end: with the call that it is in. */
static void blame(struct sync_report *report, struct message *begun, enum sync_fault fault,
		  const char *call)
{
	begun->outcome = (struct sync_outcome){.fault = fault};
	snprintf(begun->outcome.call, sizeof(begun->outcome.call), "%s", call);
	sync_report_add(report, &begun->trial, &begun->outcome);
	report->ended = true;
}

static int listen(struct sync_report *report, struct child *child,
		  const struct sync_options *options, bool *stuck)
{
	const volatile sig_atomic_t *stop = options->stop;
	struct message begun = {0}, message;

	for (;;) {
		int got =
			child_receive(child, &message, sizeof(message), options->deadline_s, stop);

		if (got == -EINTR) {
			report->interrupted = true;
			child_stop(child);
			stop = NULL;
			continue;
		}
		if (got == 0 && report->interrupted)
			return 0;
		if (got == -ETIME || got == 0) {
			*stuck = got == -ETIME;
			blame(report, &begun, *stuck ? SYNC_HUNG : SYNC_DIED, child_call(child));
			return 0;
		}
		if (got < 0)
			return got;
		switch (message.kind) {
		case BEGUN:
			begun = message;
			break;
		case DONE:
			if (message.outcome.err) {
				report->trouble = message.outcome;
				report->ended = true;
				return 0;
			}
			sync_report_add(report, &message.trial, &message.outcome);
			if (is_end(&message.outcome)) {
				report->ended = true;
				return 0;
			}
			break;
		case FINISHED:
			return 0;
		}
	}
}

int sync_run(struct sync_report *report, const struct sync_options *options)
{
	struct job job = {.options = options, .seed = report->seed};
	struct child child;
	bool stuck = false;
	int err;

	share_cpus(&job);
	err = child_start(&child, "amdfence-sync", work, &job);
	if (err)
		return err;
	err = listen(report, &child, options, &stuck);
	child_end(&child, stuck);
	return err;
}
