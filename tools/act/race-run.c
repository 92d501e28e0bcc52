// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/race-run.h"
#include "act/clock.h"
#include "act/probe.h"
#include "act/race-rival.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* From the worker: BEGIN, SLOTs and FAULTs of each round; SETTLE, FATEs, and one END. */
struct message {
	enum {
		MESSAGE_BEGIN,
		MESSAGE_SLOT,
		MESSAGE_FAULT,
		MESSAGE_SETTLE,
		MESSAGE_FATE,
		MESSAGE_END
	} type;
	uint64_t number; /* of the round; of FATE: of the entry in the fates */
	uint32_t slot;
	enum fate fate;
	struct race_fault fault;
	int err;
};

struct job {
	const struct race_report *report;
	const struct race_options *options;
	struct race_setup setup;
};

/* ---- in the worker ------------------------------------------------------- */

struct worker {
	const struct job *job;
	struct lifeline *line;
	struct bench bench;
	struct race_table table;
	struct race_rival *rival;
	struct race_actor actor;
	struct fates fates;
	unsigned faults;
};

static unsigned most_slots(const struct race_options *options)
{
	return options->rounds * race_kind_slots(options->kind);
}

static int open_worker(struct worker *worker)
{
	const struct race_setup *setup = &worker->job->setup;
	int err = 0;

	if (race_kind_has_processes(setup->kind))
		err = race_rival_start_process(setup, worker->line, &worker->rival);
	if (!err)
		err = bench_open(&worker->bench, worker->line, setup->node, setup->ip);
	if (err)
		return err;
	if (!worker->rival)
		err = race_rival_start_thread(setup, &worker->bench, &worker->table,
					      &worker->rival);
	if (err)
		return err;
	worker->actor = (struct race_actor){
		.bench = &worker->bench,
		.table = &worker->table,
		.party =
			{
				.ground = setup->ground,
				.line = worker->line,
				.peer = race_rival_peer(worker->rival),
				.other = race_rival_beat(worker->rival),
			},
	};
	return 0;
}

/* What comes of the other one's trouble is no fault of its own. */
static bool is_echo(const struct race_fault *fault, const struct race_fault *other)
{
	return fault->kind == RACE_ERROR && other->kind != RACE_GOOD &&
	       (fault->err == -ECANCELED || fault->err == -ECHILD || fault->err == -ECONNRESET);
}

static void tell_faults(struct worker *worker, uint64_t number)
{
	struct race_fault *faults = worker->job->setup.ground->faults;

	for (unsigned i = 0; i < 2; i++) {
		struct message msg = {.type = MESSAGE_FAULT, .number = number, .fault = faults[i]};

		if (faults[i].kind == RACE_GOOD || is_echo(&faults[i], &faults[!i]))
			continue;
		worker->faults++;
		line_send(worker->line, &msg, sizeof(msg));
	}
}

static void tell_slots(struct worker *worker, uint64_t number)
{
	struct race_ground *ground = worker->job->setup.ground;
	unsigned num = atomic_load(&ground->num_slots);

	for (unsigned i = 0; i < num && i < race_kind_slots(worker->job->setup.kind); i++) {
		struct message msg = {
			.type = MESSAGE_SLOT, .number = number, .slot = ground->slots[i]};

		fates_add(&worker->fates, msg.slot);
		line_send(worker->line, &msg, sizeof(msg));
	}
}

static int run_round(struct worker *worker, uint64_t number)
{
	const struct race_setup *setup = &worker->job->setup;
	struct message msg = {.type = MESSAGE_BEGIN, .number = number};
	struct race_ground *ground = setup->ground;
	struct race_round round;
	int err;

	race_draw(setup->seed, setup->kind, number, &setup->limits, &round);
	atomic_store(&ground->num_slots, 0);
	ground->faults[0].kind = ground->faults[1].kind = RACE_GOOD;
	err = line_send(worker->line, &msg, sizeof(msg));
	if (!err)
		err = race_rival_begin(worker->rival, &round);
	if (err)
		return err;
	race_actor_run(&worker->actor, &round);
	err = race_rival_finish(worker->rival, worker->line);
	if (err)
		ground->faults[1] = (struct race_fault){
			.kind = RACE_DIED, .actor = 1, .call = "the other process"};
	race_table_clear(&worker->table, &worker->bench);
	tell_faults(worker, number);
	tell_slots(worker, number);
	return err ? err : atomic_load(&ground->broken) ? -ECHILD : 0;
}

static bool is_late(const struct race_ground *ground)
{
	return ground->faults[0].kind == RACE_LATE || ground->faults[1].kind == RACE_LATE;
}

static int run_rounds(struct worker *worker)
{
	const struct race_options *options = worker->job->options;
	const uint64_t since = clock_ms();
	int err = 0;

	for (unsigned i = 0; !err && i < options->rounds; i++) {
		if (line_is_stopped(worker->line))
			return -EINTR;
		if (i && options->time_ms && clock_ms() - since >= options->time_ms)
			break;
		err = run_round(worker, options->first + (options->is_one ? 0 : i));
		/* Each of those took seconds; many of others are no different. */
		if (is_late(worker->job->setup.ground) || worker->faults >= RACE_ENOUGH)
			break;
	}
	return err;
}

static int work(struct worker *worker)
{
	const struct message settle = {.type = MESSAGE_SETTLE};
	struct probe probe = {.bench = &worker->bench};
	const char *call;
	int err = open_worker(worker), settled = 0;

	if (!err)
		err = run_rounds(worker);
	call = atomic_load(&worker->line->beat->call);
	/* Whatever another process still held is gone once it has ended. */
	race_rival_end(worker->rival);
	if (worker->bench.dev && err != -EINTR && worker->job->options->probe) {
		line_send(worker->line, &settle, sizeof(settle));
		settled = probe_settle(&probe, &worker->fates, worker->job->report->base.settle_ms);
	}
	if (!err) {
		err = settled;
		call = atomic_load(&worker->line->beat->call);
	}
	race_table_fini(&worker->table);
	bench_close(&worker->bench);
	/* The parent names the call that failed. */
	line_call(worker->line, call);
	return err;
}

static void run(struct lifeline *line, void *arg)
{
	const struct job *job = arg;
	struct worker worker = {.job = job, .line = line, .bench = {.line = line}};
	struct message end = {.type = MESSAGE_END};

	end.err = fates_init(&worker.fates, most_slots(job->options));
	if (!end.err)
		end.err = work(&worker);
	fates_close(&worker.fates, FATE_UNKNOWN);
	for (unsigned i = 0; i < worker.fates.num; i++) {
		struct message msg = {.type = MESSAGE_FATE, .number = i};

		msg.fate = worker.fates.trials[i].fate;
		line_send(line, &msg, sizeof(msg));
	}
	line_send(line, &end, sizeof(end));
	fates_fini(&worker.fates);
}

/* ---- who waits for it ---------------------------------------------------- */

static void add_fault(struct race_report *report, const struct job *job, uint64_t number,
		      const struct race_fault *fault)
{
	struct race_round round;

	race_draw(report->seed, job->setup.kind, number, &report->limits, &round);
	race_report_add(report, &round, fault);
}

static void show_progress(const struct race_options *options, const struct race_result *result,
			  bool settling)
{
	if (options->progress)
		options->progress(options->progress_arg, result->run, settling);
}

static void take_message(struct race_report *report, const struct job *job,
			 const struct message *msg, struct race_result *result)
{
	struct fates *fates = &result->fates;

	switch (msg->type) {
	case MESSAGE_BEGIN:
		show_progress(job->options, result, false);
		result->run++;
		break;
	case MESSAGE_SLOT:
		result->numbers[fates->num] = msg->number;
		fates->trials[fates->num].slot = msg->slot;
		fates->trials[fates->num++].fate = FATE_UNKNOWN;
		break;
	case MESSAGE_FAULT:
		add_fault(report, job, msg->number, &msg->fault);
		break;
	case MESSAGE_SETTLE:
		show_progress(job->options, result, true);
		break;
	case MESSAGE_FATE:
		fates->trials[msg->number].fate = msg->fate;
		break;
	case MESSAGE_END:
		result->err = msg->err;
		break;
	}
}

/* The worker did not end as it should: that is the fault of the round it was in. */
static void blame(struct race_report *report, const struct job *job, uint64_t number,
		  const struct race_result *result)
{
	struct race_fault fault = {.kind = result->stuck ? RACE_HUNG : RACE_DIED};

	snprintf(fault.call, sizeof(fault.call), "%s", result->call);
	add_fault(report, job, number, &fault);
}

static int listen(struct race_report *report, const struct job *job, struct race_result *result)
{
	const struct race_options *options = job->options;
	const volatile sig_atomic_t *stop = options->stop;
	struct message msg;
	struct child child;
	uint64_t number = 0;
	bool ended = false;
	int err, got;

	err = child_start(&child, "amdfence-race", run, (void *)job);
	if (err)
		return err;
	for (;;) {
		got = child_receive(&child, &msg, sizeof(msg), options->deadline_s, stop);
		if (got == -EINTR) {
			child_stop(&child);
			stop = NULL;
			continue;
		}
		if (got <= 0)
			break;
		take_message(report, job, &msg, result);
		if (msg.type == MESSAGE_BEGIN)
			number = msg.number;
		ended = msg.type == MESSAGE_END;
	}
	result->call = child_call(&child);
	result->stuck = got == -ETIME;
	err = child_end(&child, result->stuck);
	if (!ended || err) {
		result->err = result->stuck ? -ETIME : -ECHILD;
		blame(report, job, number, result);
	}
	return 0;
}

int race_run(struct race_report *report, const struct race_options *options,
	     struct race_result *result)
{
	struct job job = {
		.report = report,
		.options = options,
		.setup =
			{
				.node = report->base.gpu.node,
				.ip = report->base.ip,
				.seed = report->seed,
				.limits = report->limits,
				.kind = options->kind,
			},
	};
	size_t ground_bytes;
	int err;

	*result = (struct race_result){0};
	err = fates_init(&result->fates, most_slots(options));
	if (err)
		return err;
	result->numbers = calloc(most_slots(options), sizeof(*result->numbers));
	job.setup.ground = race_ground_create(report->base.gpu.info.seq64_slots, &ground_bytes);
	err = result->numbers && job.setup.ground ? listen(report, &job, result) : -ENOMEM;
	if (job.setup.ground)
		munmap(job.setup.ground, ground_bytes);
	if (err)
		race_result_fini(result);
	return err;
}

void race_result_fini(struct race_result *result)
{
	fates_fini(&result->fates);
	free(result->numbers);
	result->numbers = NULL;
}
