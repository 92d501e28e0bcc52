// SPDX-License-Identifier: MIT
/* Rounds of race, what is safe in them, and how they are judged and shown. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 500

static const struct race_limits nothing, everything = {true, true, true, true, true};

static void test_same(void)
{
	struct race_round a, b;
	unsigned same = 0, other = 0;

	for (unsigned kind = 0; kind < RACE_NUM_KINDS; kind++)
		for (unsigned number = 0; number < ROUNDS; number++) {
			memset(&a, 0, sizeof(a));
			memset(&b, 1, sizeof(b));
			race_draw(7, kind, number, &nothing, &a);
			race_draw(7, kind, number, &nothing, &b);
			same += a.num_steps == b.num_steps &&
				!memcmp(a.steps, b.steps, a.num_steps * sizeof(a.steps[0]));
			race_draw(8, kind, number, &nothing, &b);
			other += a.num_steps != b.num_steps ||
				 memcmp(a.steps, b.steps, a.num_steps * sizeof(a.steps[0]));
		}
	is(same, RACE_NUM_KINDS * ROUNDS, "the same seed and number make the same round");
	/* The control has nothing to draw. */
	ok(other > (RACE_NUM_KINDS - 1) * ROUNDS * 9 / 10, "and another seed another one");
}

/* What one actor has of a queue, as its steps come. */
struct state {
	bool is_there[RACE_QUEUES], was_freed[RACE_QUEUES];
	bool pending[RACE_QUEUES]; /* a job that may not be done */
	unsigned meets;
	bool has_ended;
};

static const char *follow(const struct race_round *round, const struct race_limits *limits)
{
	struct state states[2] = {0};
	bool processes = race_kind_has_processes(round->kind);
	unsigned slots = 0;

	if (round->num_steps > RACE_MOST_STEPS)
		return "too many steps";
	for (unsigned i = 0; i < round->num_steps; i++) {
		const struct race_step *step = &round->steps[i];
		struct state *own = &states[step->actor],
			     *state = &states[processes ? step->actor : 0];
		unsigned q = step->queue;

		if (q >= RACE_QUEUES || step->syncobj >= RACE_SYNCOBJS || own->has_ended)
			return "an index, or a step after the end";
		switch ((enum race_op)step->op) {
		case RACE_OP_CREATE:
			if (state->is_there[q])
				return "a queue is made twice";
			state->is_there[q] = true;
			state->was_freed[q] = false;
			break;
		case RACE_OP_FREE:
			if (!state->is_there[q])
				return "a queue is freed that is not there";
			if (state->pending[q] && !limits->free_pending)
				return "FREE with a job";
			state->is_there[q] = false;
			state->was_freed[q] = true;
			break;
		case RACE_OP_SUBMIT:
			state->pending[q] = true;
			break;
		case RACE_OP_IDLE:
			state->pending[q] = false;
			break;
		case RACE_OP_SLOT:
		case RACE_OP_SIGNAL:
		case RACE_OP_WAIT:
			if (!state->is_there[q] && !step->may_fail)
				return "a queue is used that is not there";
			slots += step->op == RACE_OP_SLOT;
			break;
		case RACE_OP_HOLD:
			slots += step->number;
			break;
		case RACE_OP_MEET:
			own->meets++;
			break;
		case RACE_OP_EXIT:
			for (q = 0; q < RACE_QUEUES; q++)
				if (state->pending[q] && !limits->close_pending)
					return "close with a job";
			memset(state->is_there, 0, sizeof(state->is_there));
			own->has_ended = true;
			break;
		default:
			break;
		}
	}
	for (unsigned q = 0; q < RACE_QUEUES; q++)
		if (states[0].is_there[q] || states[1].is_there[q])
			return "a queue is left";
	if (slots > race_kind_slots(round->kind))
		return "more slots than the kind can lose";
	return states[0].meets == states[1].meets ? NULL : "one waits for the other for ever";
}

static void test_rounds(const struct race_limits *limits, const char *what)
{
	for (unsigned kind = 0; kind < RACE_NUM_KINDS; kind++) {
		const char *wrong = NULL;
		struct race_round round;

		for (unsigned number = 0; number < ROUNDS && !wrong; number++) {
			race_draw(1, kind, number, limits, &round);
			wrong = follow(&round, limits);
		}
		ok(!wrong, "%s, %s: %s", race_kind_name(kind), what, wrong ? wrong : "sound");
	}
}

/* Where the step of @op with @queue is, or num_steps. */
static unsigned find(const struct race_round *round, enum race_op op, unsigned queue, unsigned from)
{
	while (from < round->num_steps &&
	       (round->steps[from].op != op || round->steps[from].queue != queue))
		from++;
	return from;
}

static unsigned count(const struct race_round *round, enum race_op op)
{
	unsigned num = 0;

	for (unsigned i = 0; i < round->num_steps; i++)
		num += round->steps[i].op == op;
	return num;
}

/* What each limit keeps out is in some rounds without it, and in none with it. */
static void test_limits(void)
{
	unsigned gone[2] = {0}, unheld[2] = {0}, handed[2] = {0}, job[2] = {0};
	const struct race_limits *limits[2] = {&nothing, &everything};
	struct race_round round;

	for (unsigned all = 0; all < 2; all++)
		for (unsigned number = 0; number < ROUNDS; number++) {
			race_draw(1, RACE_SIGNAL_WAIT, number, limits[all], &round);
			gone[all] +=
				find(&round, RACE_OP_FREE, 1, 0) < find(&round, RACE_OP_MEET, 0, 0);
			race_draw(1, RACE_WAIT_FREE, number, limits[all], &round);
			unheld[all] += round.steps[find(&round, RACE_OP_FREE, 2, 0)].actor == 1;
			race_draw(1, RACE_CLOSE, number, limits[all], &round);
			handed[all] += count(&round, RACE_OP_SIGNAL) == 2;
			race_draw(1, RACE_SIGNAL_FREE, number, limits[all], &round);
			job[all] += count(&round, RACE_OP_SUBMIT);
		}
	ok(!gone[0] && gone[1], "WAIT beside SIGNAL for a queue that is gone");
	ok(!unheld[0] && unheld[1], "FREE of the queue that WAITs");
	ok(!handed[0] && handed[1], "the last reference goes with a completion");
	ok(!job[0] && job[1], "FREE with a job");
}

static void test_unknown(void)
{
	enum auq_answer traits[AUQ_NUM_TRAITS];
	struct race_limits limits;

	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		traits[i] = AUQ_UNKNOWN;
	race_limits_init(&limits, traits, false);
	ok(!memcmp(&limits, &nothing, sizeof(limits)), "what is not known is not drawn");
	ok(race_kind_refusal(RACE_SIGNAL_FREE, traits)[0], "nor is a race tried for it");
	race_limits_init(&limits, traits, true);
	ok(!memcmp(&limits, &everything, sizeof(limits)), "but by force");
	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		traits[i] = AUQ_NO;
	race_limits_init(&limits, traits, false);
	ok(!memcmp(&limits, &everything, sizeof(limits)), "or if the kernel stands it");
	ok(!race_refusal(traits)[0], "nothing stands against any");
	traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_YES;
	ok(race_refusal(traits)[0], "but that each queue leaks");
}

/* ---- verdicts ------------------------------------------------------------ */

static struct race_report fresh(void)
{
	struct race_report report = {.seed = 7};

	strcpy(report.base.system.release, "6.18.15");
	strcpy(report.base.gpu.name, "AMD 1110");
	strcpy(report.base.gpu.pci, "0000:00:02.0");
	strcpy(report.base.gpu.node, "/dev/dri/renderD128");
	report.base.gpu.info = (struct auq_device_info){
		.drm_major = 3, .drm_minor = 64, .device_id = 0x1110, .seq64_slots = 262144};
	report.base.gpu.traits[AUQ_TRAIT_LEAK_BORN_SIGNALED] = AUQ_YES;
	report.base.gpu.traits[AUQ_TRAIT_SLOT_RACE] = AUQ_UNKNOWN;
	report.base.ip = AUQ_IP_SDMA;
	report.base.settle_ms = 1000;
	report.base.use[EVIDENCE_SLOTS] = true;
	report.base.trace.state = SOURCE_UNASKED;
	report.base.before.state = SOURCE_UNASKED;
	report.base.after.state = SOURCE_UNASKED;
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		report.findings[i].run = 100;
	return report;
}

static void add(struct race_report *report, enum race_kind kind, enum race_fault_kind fault,
		unsigned number)
{
	struct race_fault what = {.kind = fault, .slot = number, .step = 2, .err = -ENOMEM};
	struct race_round round;

	strcpy(what.call, fault == RACE_LEAK || fault == RACE_SLOT ? "" : "USERQ CREATE");
	race_draw(report->seed, kind, number, &report->limits, &round);
	race_report_add(report, &round, &what);
}

static void expect(struct race_report *report, enum verdict wanted, const char *what)
{
	race_judge(report);
	is(report->base.verdict, wanted, what);
}

static void test_judge(void)
{
	struct race_report report = fresh();

	expect(&report, VERDICT_CLEAN, "nothing was found");
	add(&report, RACE_WAIT_FREE, RACE_LEAK, 1);
	add(&report, RACE_WAIT_FREE, RACE_LEAK, 2);
	expect(&report, VERDICT_UNKNOWN, "two slots may be another program's");
	add(&report, RACE_WAIT_FREE, RACE_LEAK, 3);
	expect(&report, VERDICT_LEAK, "three are not");
	is(report.base.cost_actual, 3, "... and are lost");
	add(&report, RACE_CONTROL, RACE_LEAK, 4);
	expect(&report, VERDICT_UNKNOWN, "unless the control shows the same");
	report.findings[RACE_WAIT_FREE].named = 1;
	expect(&report, VERDICT_LEAK, "or the listing names one");

	report = fresh();
	add(&report, RACE_CREATE, RACE_ERROR, 1);
	expect(&report, VERDICT_UNKNOWN, "an error is no verdict");
	add(&report, RACE_CREATE, RACE_SLOT, 2);
	add(&report, RACE_CREATE, RACE_SLOT, 3);
	expect(&report, VERDICT_LEAK, "a slot of two queues is one");
	is(report.findings[RACE_CREATE].first.number, 2, "the first of the worse is shown");
	is(race_finding_faults(&report.findings[RACE_CREATE]), 3, "all are counted");

	report = fresh();
	add(&report, RACE_CLOSE, RACE_HUNG, 1);
	expect(&report, VERDICT_LEAK, "a call that does not return");
	report = fresh();
	report.base.interrupted = true;
	expect(&report, VERDICT_UNKNOWN, "interrupted");
	report = fresh();
	report.findings[RACE_CREATE].run = 0;
	expect(&report, VERDICT_UNKNOWN, "one was not reached");
	strcpy(report.findings[RACE_CREATE].skipped, "not asked for");
	expect(&report, VERDICT_CLEAN, "or was left out");
	for (unsigned i = RACE_CONTROL + 1; i < RACE_NUM_KINDS; i++)
		strcpy(report.findings[i].skipped, "not asked for");
	expect(&report, VERDICT_UNKNOWN, "the control alone is no verdict");
}

/* ---- what is shown ------------------------------------------------------- */

/* By the second letter of the file's ending. */
static char *text_of(const struct race_report *report, char format)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (format == 's')
		render_race_json(report, out);
	else if (format == 'a')
		render_race_tap(report, out);
	else
		render_race_text(report, false, out);
	fclose(out);
	return text;
}

static void show(const struct race_report *report, const char *name)
{
	static const char *const endings[] = {"txt", "json", "tap"};

	for (unsigned i = 0; i < 3; i++) {
		char *text = text_of(report, endings[i][1]);
		char file[64];

		snprintf(file, sizeof(file), "%s.%s", name, endings[i]);
		golden(file, text);
		free(text);
	}
}

static void test_render(void)
{
	struct race_report report = fresh();

	race_judge(&report);
	show(&report, "race-clean");
	for (unsigned i = 0; i < 4; i++)
		add(&report, RACE_SIGNAL_COMPLETE, RACE_LEAK, 5 + i);
	add(&report, RACE_CREATE, RACE_SLOT, 17);
	add(&report, RACE_WAIT_FREE, RACE_ERROR, 2);
	add(&report, RACE_SIGNAL_WAIT, RACE_HUNG, 4);
	report.findings[RACE_SIGNAL_COMPLETE].has_driver = true;
	report.findings[RACE_SIGNAL_COMPLETE].driver =
		(struct auq_fence_driver){.slot = 5,
					  .refs = 2,
					  .fences = 1,
					  .pid = 73,
					  .va = 0xffff800000000028,
					  .context = 9};
	strcpy(report.findings[RACE_SIGNAL_COMPLETE].driver.comm, "amdfence\033race");
	report.findings[RACE_SIGNAL_COMPLETE].named = 1;
	strcpy(report.findings[RACE_CLOSE].skipped, "of D11");
	strcpy(report.findings[RACE_SIGNAL_WAIT].ended, "a call did not return");
	report.findings[RACE_SIGNAL_FREE].run = 0;
	report.findings[RACE_WAIT_FREE].unknown = 2;
	report.base.interrupted = true;
	report.base.system.simulated = true;
	race_judge(&report);
	show(&report, "race-found");
}

int main(void)
{
	test_same();
	test_rounds(&nothing, "what any kernel stands");
	test_rounds(&everything, "everything");
	test_limits();
	test_unknown();
	test_judge();
	test_render();
	return tap_done();
}
