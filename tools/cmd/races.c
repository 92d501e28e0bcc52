// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/races.h"
#include "cmd/outcome.h"
#include "act/clock.h"
#include "act/race-run.h"
#include "model/evidence.h"
#include "model/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Rounds in a row of one kind, by one worker. Few at first, for what is lost is
 * only seen behind them; as long as nothing is, twice as many each time.
 */
#define FIRST_ROUNDS 16
#define MOST_SLOTS   4096
#define MOST_TURN_MS 2000
#define TURNS        8 /* of each kind, in the time there is */

#define SHOW_MS 200

struct races {
	struct race_report *report;
	const struct races_options *options;
	uint64_t since;                  /* ms */
	uint64_t end;                    /* 0: there is none */
	unsigned rounds[RACE_NUM_KINDS]; /* of the next turn */
	/* what progress shows */
	enum race_kind kind;
	uint64_t before; /* rounds of other turns */
	uint64_t shown;  /* ms */
};

/* ---- progress ------------------------------------------------------------ */

static bool is_over(const struct races *races, enum race_kind kind)
{
	const struct race_finding *finding = &races->report->findings[kind];

	return finding->skipped[0] || finding->ended[0] ||
	       (races->options->count && finding->run >= races->options->count);
}

static void show_rest(const struct races *races, uint64_t now, uint64_t done)
{
	const struct race_report *report = races->report;
	uint64_t rest = 0, rate = done * 1000 / (now - races->since + 1);

	if (races->end) {
		rest = now < races->end ? (races->end - now + 999) / 1000 : 0;
	} else {
		for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
			if (!is_over(races, i))
				rest += races->options->count - report->findings[i].run;
		rest = rate ? rest / rate : 0;
	}
	fprintf(stderr, "%" PRIu64 " rounds/s, %" PRIu64 " s left", rate, rest);
}

static void show_progress(void *arg, unsigned done, bool settling)
{
	struct races *races = arg;
	const struct race_finding *finding = &races->report->findings[races->kind];
	uint64_t now = clock_ms(), faults = 0;

	if (now - races->shown < SHOW_MS && !settling)
		return;
	races->shown = now;
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		faults += race_finding_faults(&races->report->findings[i]);
	fprintf(stderr, "\r\033[K%s: round %" PRIu64 ", %" PRIu64 " faults in all, ",
		race_kind_name(races->kind), finding->run + done, faults);
	if (settling)
		fprintf(stderr, "waiting for its slots");
	else
		show_rest(races, now, races->before + done);
	fflush(stderr);
}

/* ---- one turn ------------------------------------------------------------ */

static void count_leaks(struct race_report *report, enum race_kind kind,
			const struct finding *slots, const struct race_result *result)
{
	struct race_finding *finding = &report->findings[kind];
	struct race_round round;

	for (unsigned i = 0; i < slots->run; i++) {
		const struct outcome *outcome = &slots->outcomes[i];
		const struct race_fault leak = {.kind = RACE_LEAK, .slot = outcome->slot};

		if (evidence_said(outcome) != SAID_LEAKED)
			continue;
		race_draw(report->seed, kind, result->numbers[i], &report->limits, &round);
		race_report_add(report, &round, &leak);
	}
	finding->unknown += slots->unknown;
	finding->named += slots->num_drivers;
	for (unsigned i = 0; i < slots->num_drivers && !finding->has_driver; i++) {
		finding->has_driver = slots->drivers[i].slot == finding->fault.slot;
		finding->driver = slots->drivers[i];
	}
}

static int judge_slots(struct races *races, enum race_kind kind, const struct race_result *result)
{
	struct report *base = &races->report->base;
	struct finding slots = {.outcomes = calloc(result->fates.num + 1, sizeof(struct outcome))};
	int err = 0;

	if (!slots.outcomes)
		return -ENOMEM;
	take_outcomes(&slots, &result->fates, base->use[EVIDENCE_SLOTS]);
	if (base->use[EVIDENCE_DEBUGFS] && !result->stuck)
		err = look_at_sources(base, &slots, NULL, races->options->stop);
	evidence_combine(&slots);
	count_leaks(races->report, kind, &slots, result);
	free(slots.outcomes);
	free(slots.drivers);
	return err;
}

static void end_kind(struct race_finding *finding, const char *why)
{
	snprintf(finding->ended, sizeof(finding->ended), "%s", why);
}

/* Whether there is more to be learnt of a kind. */
static void look_for_end(struct races *races, enum race_kind kind, const struct race_result *result)
{
	struct race_finding *finding = &races->report->findings[kind];
	const char *ours = reason_of_ours(result->err);

	/* After an oops the kernel is not what it was. */
	if (finding->count[RACE_HUNG] || finding->count[RACE_DIED])
		end_kind(finding,
			 race_fault_title(finding->count[RACE_HUNG] ? RACE_HUNG : RACE_DIED));
	else if (ours)
		end_kind(finding, ours);
	else if (result->err && result->err != -EINTR)
		snprintf(finding->ended, sizeof(finding->ended), "%s: %s", result->call,
			 auq_strerror(result->err));
	else if (finding->count[RACE_LATE])
		end_kind(finding, "jobs that are not done cannot be raced with");
	else if (race_finding_faults(finding) >= RACE_ENOUGH && !races->report->force)
		end_kind(finding, "enough was found; --force goes on");
}

static uint64_t num_leaks(const struct race_report *report)
{
	uint64_t num = 0;

	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		num += report->findings[i].count[RACE_LEAK] + report->findings[i].unknown;
	return num;
}

/* How many rounds may be tried, 0 if none: with each slot that they can lose. */
static unsigned affordable(const struct races *races, enum race_kind kind)
{
	const struct race_report *report = races->report;
	const struct race_finding *finding = &report->findings[kind];
	unsigned slots = race_kind_slots(kind), rounds = races->rounds[kind];
	uint64_t limit = plan_limit(&report->base), lost = num_leaks(report);

	if (rounds > MOST_SLOTS / slots)
		rounds = MOST_SLOTS / slots;
	if (races->options->count && rounds > races->options->count - finding->run)
		rounds = races->options->count - finding->run;
	if (report->force)
		return rounds;
	if (lost >= limit)
		return 0;
	return rounds < (limit - lost) / slots ? rounds : (limit - lost) / slots;
}

static int run_turn(struct races *races, enum race_kind kind, unsigned turn_ms)
{
	struct race_report *report = races->report;
	struct race_finding *finding = &report->findings[kind];
	const uint64_t leaks = finding->count[RACE_LEAK];
	const struct race_options options = {
		.kind = kind,
		.rounds = affordable(races, kind),
		.time_ms = turn_ms,
		.is_one = races->options->is_one,
		.first = finding->next,
		.probe = report->base.use[EVIDENCE_SLOTS],
		.deadline_s = races->options->deadline_s,
		.stop = races->options->stop,
		.progress = races->options->progress ? show_progress : NULL,
		.progress_arg = races,
	};
	struct race_result result;
	int err;

	if (!options.rounds) {
		end_kind(finding, "1 % of the fence slots are pinned; --force goes on");
		return 0;
	}
	races->kind = kind;
	err = race_run(report, &options, &result);
	if (err)
		return err;
	err = judge_slots(races, kind, &result);
	finding->run += result.run;
	races->before += result.run;
	if (!races->options->is_one)
		finding->next += result.run;
	look_for_end(races, kind, &result);
	if (finding->count[RACE_LEAK] == leaks && result.run == options.rounds)
		races->rounds[kind] *= 2;
	report->base.stuck |= result.stuck;
	race_result_fini(&result);
	return err;
}

/* ---- all of them --------------------------------------------------------- */

static unsigned turn_of(const struct races *races)
{
	unsigned num = 0;
	uint64_t turn;

	if (!races->end)
		return 0;
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		num += !is_over(races, i);
	turn = (races->end - races->since) / (TURNS * num + 1);
	return turn < MOST_TURN_MS ? turn + 1 : MOST_TURN_MS;
}

static bool is_at_end(const struct races *races)
{
	const struct race_report *report = races->report;

	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		if (report->findings[i].count[RACE_HUNG] || report->findings[i].count[RACE_DIED])
			return true;
	return *races->options->stop || (races->end && clock_ms() >= races->end);
}

/* Once through all kinds that are not over; false when there is none, or no time. */
static bool run_cycle(struct races *races, int *err)
{
	bool any = false;

	for (unsigned i = 0; i < RACE_NUM_KINDS && !*err; i++) {
		if (is_over(races, i))
			continue;
		if (is_at_end(races))
			return false;
		*err = run_turn(races, i, turn_of(races));
		any = true;
	}
	return any && !*err;
}

int run_races(struct race_report *report, const struct races_options *options)
{
	struct races races = {.report = report, .options = options, .since = clock_ms()};
	int err = 0;

	if (options->time_s)
		races.end = races.since + options->time_s * 1000ull;
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		races.rounds[i] = FIRST_ROUNDS;
	while (run_cycle(&races, &err))
		;
	if (options->progress)
		fputs("\r\033[K", stderr);
	report->base.interrupted = *options->stop;
	race_judge(report);
	return err;
}
