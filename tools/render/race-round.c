// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>

void race_step_text(const struct race_step *step, char *text, size_t size)
{
	const char *const times = step->number == 1 ? "" : " times";
	const char actor = "AB"[step->actor];
	char count[32] = "";

	if (step->number != 1)
		snprintf(count, sizeof(count), ", %" PRIu32 "%s", step->number, times);
	switch ((enum race_op)step->op) {
	case RACE_OP_CREATE:
		snprintf(text, size, "%c: create q%u", actor, step->queue);
		break;
	case RACE_OP_FREE:
		snprintf(text, size, "%c: free q%u", actor, step->queue);
		break;
	case RACE_OP_SUBMIT:
		snprintf(text, size, "%c: submit %" PRIu32 " NOPs to q%u", actor, step->number,
			 step->queue);
		break;
	case RACE_OP_SIGNAL:
		if (step->syncobj)
			snprintf(text, size, "%c: SIGNAL q%u into s%u%s", actor, step->queue,
				 step->syncobj, count);
		else
			snprintf(text, size, "%c: SIGNAL q%u%s", actor, step->queue, count);
		break;
	case RACE_OP_WAIT:
		snprintf(text, size, "%c: WAIT with q%u for s%u%s", actor, step->queue,
			 step->syncobj, count);
		break;
	case RACE_OP_SLOT:
		snprintf(text, size, "%c: SIGNAL q%u and WAIT with it, for its slot", actor,
			 step->queue);
		break;
	case RACE_OP_HOLD:
		snprintf(text, size,
			 "%c: %" PRIu32 " times: create a queue, SIGNAL, WAIT with q%u, free it",
			 actor, step->number, step->queue);
		break;
	case RACE_OP_IDLE:
		snprintf(text, size, "%c: wait until q%u is idle", actor, step->queue);
		break;
	case RACE_OP_POLL:
		snprintf(text, size, "%c: wait until s%u is signaled", actor, step->syncobj);
		break;
	case RACE_OP_DELAY:
		snprintf(text, size, "%c: pause for %" PRIu32 " ns", actor, step->number);
		break;
	case RACE_OP_MEET:
		snprintf(text, size, "%c: meet the other", actor);
		break;
	case RACE_OP_DROP:
		snprintf(text, size, "%c: destroy s%u", actor, step->syncobj);
		break;
	case RACE_OP_GIVE:
		snprintf(text, size, "%c: hand s%u over", actor, step->syncobj);
		break;
	case RACE_OP_TAKE:
		snprintf(text, size, "%c: take s%u", actor, step->syncobj);
		break;
	case RACE_OP_EXIT:
		snprintf(text, size, "%c: exit", actor);
		break;
	}
}

static void render_what(const struct race_fault *fault, FILE *out)
{
	switch (fault->kind) {
	case RACE_LEAK:
	case RACE_SLOT:
		fprintf(out, "slot %" PRIu32, fault->slot);
		break;
	case RACE_ERROR:
		fprintf(out, "%s: %s", fault->call, auq_strerror(fault->err));
		break;
	default:
		fprintf(out, "%s", fault->call);
	}
}

static bool has_step(const struct race_fault *fault)
{
	return fault->kind == RACE_SLOT || fault->kind == RACE_LATE || fault->kind == RACE_ERROR;
}

void render_race_fault(const struct race_report *report, const struct race_finding *finding,
		       const char *indent, FILE *out)
{
	const struct race_fault *fault = &finding->fault;
	const struct race_round *round = &finding->first;
	char step[96];

	fprintf(out, "%s%s: %s: ", indent, race_fault_name(fault->kind),
		race_fault_title(fault->kind));
	if (fault->kind == RACE_LEAK && finding->has_driver)
		render_driver(&finding->driver, out);
	else
		render_what(fault, out);
	fprintf(out,
		"\n%sround %" PRIu64 ", again: amdfence race --seed 0x%" PRIx64
		" --race %s --round %" PRIu64 "%s\n",
		indent, round->number, report->seed, race_kind_name(round->kind), round->number,
		report->force ? " --force" : "");
	for (unsigned i = 0; i < round->num_steps; i++) {
		race_step_text(&round->steps[i], step, sizeof(step));
		fprintf(out, "%s  %s%s\n", indent, step,
			has_step(fault) && fault->step == i ? "   <-- here" : "");
	}
}
