// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/batch.h"
#include "act/probe.h"
#include "act/victim.h"

#include <errno.h>

/* What a batch costs, and what a trace of it has to show. */
struct costs {
	unsigned probes;
	unsigned made, judged, unsure;
};

/* From the worker, in this order: perhaps one VICTIM, one TRIAL each, one FATE each, one END. */
struct message {
	enum { MESSAGE_VICTIM, MESSAGE_TRIAL, MESSAGE_FATE, MESSAGE_END } type;
	pid_t pid;
	unsigned trial;
	uint32_t slot;
	enum fate fate;
	int err;
	struct costs costs;
};

static int run_trials(struct bench *bench, const struct batch_options *options, struct fates *fates)
{
	for (unsigned i = 0; i < options->trials; i++) {
		struct message msg = {.type = MESSAGE_TRIAL, .trial = i};
		int err;

		if (line_is_stopped(bench->line))
			return -EINTR;
		err = options->trial->run(bench, &msg.slot);
		if (err)
			return err;
		fates_add(fates, msg.slot);
		line_send(bench->line, &msg, sizeof(msg));
	}
	return 0;
}

static int settle(struct bench *bench, const struct batch_options *options, struct fates *fates,
		  unsigned *probes)
{
	struct probe probe = {.bench = bench};
	int err = probe_settle(&probe, fates, options->settle_ms);

	*probes = probe.made;
	return err;
}

static int work(struct lifeline *line, const struct batch_options *options, struct fates *fates,
		struct costs *costs)
{
	struct message msg = {.type = MESSAGE_VICTIM};
	struct victim *victim = NULL;
	struct bench bench;
	const char *call;
	int err, settled;

	if (options->trial->needs_victim) {
		err = victim_start(options->node, options->ip, line, &victim);
		if (err)
			return err;
		msg.pid = victim_pid(victim);
		line_send(line, &msg, sizeof(msg));
	}
	err = bench_open(&bench, line, options->node, options->ip);
	if (err) {
		victim_end(victim);
		return err;
	}
	bench.victim = victim;
	bench.fates = fates;
	err = run_trials(&bench, options, fates);
	costs->judged = bench.made;
	call = atomic_load(&line->beat->call);
	/* Whatever the other process still held is gone once it has ended. */
	victim_end(victim);
	settled = err == -EINTR || !options->probe ? 0
						   : settle(&bench, options, fates, &costs->probes);
	if (!err) {
		err = settled;
		call = atomic_load(&line->beat->call);
	}
	costs->probes += bench.marks;
	costs->made = bench.made;
	costs->unsure = bench.unsure;
	bench_close(&bench);
	/* The parent names the call that failed. */
	line_call(line, call);
	return err;
}

static void worker(struct lifeline *line, void *arg)
{
	const struct batch_options *options = arg;
	struct message end = {.type = MESSAGE_END};
	struct fates fates;

	end.err = fates_init(&fates, options->trials);
	if (!end.err)
		end.err = work(line, options, &fates, &end.costs);
	fates_close(&fates, FATE_UNKNOWN);
	for (unsigned i = 0; i < fates.num; i++) {
		struct message msg = {.type = MESSAGE_FATE, .trial = i};

		msg.fate = fates.trials[i].fate;
		line_send(line, &msg, sizeof(msg));
	}
	line_send(line, &end, sizeof(end));
	fates_fini(&fates);
}

static void take_message(const struct message *msg, const struct batch_options *options,
			 struct batch_result *result)
{
	struct fates *fates = &result->fates;

	switch (msg->type) {
	case MESSAGE_VICTIM:
		if (options->started)
			options->started(options->arg, msg->pid);
		break;
	case MESSAGE_TRIAL:
		fates->trials[msg->trial].slot = msg->slot;
		fates->trials[msg->trial].fate = FATE_UNKNOWN;
		fates->num = result->run = msg->trial + 1;
		if (options->progress)
			options->progress(options->arg, result->run);
		break;
	case MESSAGE_FATE:
		fates->trials[msg->trial].fate = msg->fate;
		break;
	case MESSAGE_END:
		result->err = msg->err;
		result->probes = msg->costs.probes;
		result->made = msg->costs.made;
		result->judged = msg->costs.judged;
		result->unsure = msg->costs.unsure;
		break;
	}
}

int batch_run(const struct batch_options *options, struct batch_result *result)
{
	const volatile sig_atomic_t *stop = options->stop;
	struct message msg;
	struct child child;
	bool ended = false;
	int err, got;

	*result = (struct batch_result){0};
	err = fates_init(&result->fates, options->trials);
	if (err)
		return err;
	err = child_start(&child, "amdfence-worker", worker, (void *)options);
	if (err) {
		fates_fini(&result->fates);
		return err;
	}
	if (options->started)
		options->started(options->arg, child.pid);
	for (;;) {
		got = child_receive(&child, &msg, sizeof(msg), options->deadline_s, stop);
		if (got == -EINTR) {
			child_stop(&child);
			stop = NULL;
			continue;
		}
		if (got <= 0)
			break;
		take_message(&msg, options, result);
		ended = msg.type == MESSAGE_END;
	}
	result->call = child_call(&child);
	result->stuck = got == -ETIME;
	if (!ended)
		result->err = result->stuck ? -ETIME : -ECHILD;
	err = child_end(&child, result->stuck);
	result->died = !result->stuck && (err || !ended);
	return 0;
}
