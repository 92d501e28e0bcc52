// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/race.h"

#include <stdio.h>
#include <string.h>

#define NO_TRAIT (-1)

static const struct {
	const char *name, *title;
	bool has_processes;
	unsigned slots;
	int leak; /* enum auq_trait by which it is found, or NO_TRAIT */
	int unsafe;
	const char *refusal; /* where the kernel has that trait */
	const char *description;
} kinds[RACE_NUM_KINDS] = {
	[RACE_CONTROL] =
		{
			.name = "control",
			.title = "no race: signal, wait, free",
			.slots = 1,
			.leak = NO_TRAIT,
			.unsafe = NO_TRAIT,
			.description =
				"As leak-check's control: what stays occupied shows what other "
				"programs do meanwhile.",
		},
	[RACE_SIGNAL_COMPLETE] =
		{
			.name = "signal-complete",
			.title = "SIGNAL, while the engine does the job it is for",
			.slots = 1,
			.leak = AUQ_TRAIT_LEAK_BORN_SIGNALED,
			.unsafe = NO_TRAIT,
			.description =
				"A queue WAITs for its own fence, submits an empty or a short job, "
				"and signals "
				"before, while or after the engine finishes it. A fence that is "
				"signaled when "
				"it is made must give back what WAIT gathered as one that is not. "
				"Then the "
				"queue is freed, perhaps before the interrupt comes.",
		},
	[RACE_SIGNAL_FREE] =
		{
			.name = "signal-free",
			.title = "SIGNAL of a queue that is freed",
			.slots = 1,
			.leak = AUQ_TRAIT_QUEUE_UNHELD,
			.unsafe = AUQ_TRAIT_QUEUE_UNHELD,
			.refusal = "SIGNAL would use memory that FREE has freed (D5)",
			.description = "One thread signals, the other one frees the queue.",
		},
	[RACE_SIGNAL_WAIT] =
		{
			.name = "signal-wait",
			.title = "SIGNAL of a queue that WAITs",
			.slots = 1,
			.leak = AUQ_TRAIT_LEAK_BORN_SIGNALED,
			.unsafe = NO_TRAIT,
			.description =
				"One thread WAITs with a queue for the fence of another one, while "
				"the other "
				"thread signals, with a job or without, and so hands on what WAIT "
				"gathers. "
				"The other queue is there to the end: WAIT of all kernels up to "
				"7.3 at least "
				"publishes a reference before it takes it (D6), which must not be "
				"the last.",
		},
	[RACE_WAIT_FREE] =
		{
			.name = "wait-free",
			.title = "WAIT for, or with, a queue that is freed",
			.slots = 2,
			.leak = NO_TRAIT,
			.unsafe = NO_TRAIT,
			.description =
				"One thread WAITs, the other one frees the queue whose fence that "
				"is for; where "
				"the kernel stands it (from 7.0), also the queue that WAITs.",
		},
	[RACE_CREATE] =
		{
			.name = "create",
			.title = "queues are made while slots become free",
			.has_processes = true,
			.slots = RACE_MOST_SLOTS,
			.leak = AUQ_TRAIT_SLOT_RACE,
			.unsafe = NO_TRAIT,
			.description =
				"One process makes queues, while the other one frees a queue that "
				"holds the "
				"last references to some fifty fence drivers: bits of one word of "
				"the kernel's "
				"map of slots are set and cleared at the same time. If one is lost "
				"(D3), a slot "
				"is given to two queues, or to none ever again.",
		},
	[RACE_CLOSE] =
		{
			.name = "close",
			.title = "a process ends while its fences are used",
			.has_processes = true,
			.slots = 1,
			.leak = NO_TRAIT,
			.unsafe = AUQ_TRAIT_CLOSE_KEEPS_DOORBELL,
			.refusal = "a process that ends with queues keeps a page of doorbells "
				   "until amdgpu is reloaded (D11)",
			.description =
				"A process signals, hands over its syncobj, and ends without "
				"freeing its queue; "
				"another one makes queues, WAITs and polls.",
		},
};

static const struct {
	const char *name, *title;
} faults[RACE_NUM_FAULTS] = {
	[RACE_GOOD] = {"good", "as it should be"},
	[RACE_LEAK] = {"leak", "a slot stays occupied after all queues were freed"},
	[RACE_SLOT] = {"slot", "two queues have one slot, or one queue has two"},
	[RACE_LATE] = {"late", "a job was not done, or its fence not signaled, in 5 s"},
	[RACE_ERROR] = {"error", "a call failed that should not"},
	[RACE_HUNG] = {"hung", "a call did not return; the worker process is left to it"},
	[RACE_DIED] = {"died", "a worker process was killed: see the kernel's log"},
};

const char *race_kind_name(enum race_kind kind)
{
	return kinds[kind].name;
}

const char *race_kind_title(enum race_kind kind)
{
	return kinds[kind].title;
}

const char *race_kind_description(enum race_kind kind)
{
	return kinds[kind].description;
}

enum race_kind race_kind_find(const char *name, size_t length)
{
	enum race_kind kind;

	for (kind = 0; kind < RACE_NUM_KINDS; kind++)
		if (strlen(kinds[kind].name) == length &&
		    strncmp(name, kinds[kind].name, length) == 0)
			break;
	return kind;
}

bool race_kind_has_processes(enum race_kind kind)
{
	return kinds[kind].has_processes;
}

unsigned race_kind_slots(enum race_kind kind)
{
	return kinds[kind].slots;
}

/* What is not known is not stood. */
const char *race_kind_refusal(enum race_kind kind, const enum auq_answer *traits)
{
	int unsafe = kinds[kind].unsafe;

	return unsafe == NO_TRAIT || traits[unsafe] == AUQ_NO ? "" : kinds[kind].refusal;
}

const char *race_refusal(const enum auq_answer *traits)
{
	return traits[AUQ_TRAIT_LEAK_LAST_FENCE] == AUQ_YES
		       ? "on this kernel each queue that signals leaks (L2): races cannot be told"
		       : "";
}

void race_limits_init(struct race_limits *limits, const enum auq_answer *traits, bool force)
{
#define STANDS(trait) (force || traits[AUQ_TRAIT_##trait] == AUQ_NO)
	*limits = (struct race_limits){
		.unheld = STANDS(QUEUE_UNHELD),
		.late_ref = STANDS(WAIT_LATE_REF),
		.irq_put = STANDS(IRQ_PUT_DEADLOCKS),
		.free_pending = STANDS(FREE_PENDING_BLOCKS),
		.close_pending = STANDS(CLOSE_PENDING_HANGS),
	};
#undef STANDS
}

const char *race_fault_name(enum race_fault_kind fault)
{
	return faults[fault].name;
}

const char *race_fault_title(enum race_fault_kind fault)
{
	return faults[fault].title;
}

const char *race_verdict_name(enum verdict verdict)
{
	return verdict == VERDICT_LEAK ? "found" : verdict_name(verdict);
}

/* ---- the report ---------------------------------------------------------- */

static bool is_trouble(enum race_fault_kind fault)
{
	return fault == RACE_ERROR || fault == RACE_GOOD;
}

void race_report_add(struct race_report *report, const struct race_round *round,
		     const struct race_fault *fault)
{
	struct race_finding *finding = &report->findings[round->kind];

	finding->count[fault->kind]++;
	if (finding->fault.kind == RACE_GOOD ||
	    (finding->fault.kind == RACE_ERROR && !is_trouble(fault->kind))) {
		finding->first = *round;
		finding->fault = *fault;
	}
}

uint64_t race_finding_faults(const struct race_finding *finding)
{
	uint64_t num = 0;

	for (unsigned i = RACE_GOOD + 1; i < RACE_NUM_FAULTS; i++)
		num += finding->count[i];
	return num;
}

static enum verdict expectation(const struct race_report *report, enum race_kind kind)
{
	int trait = kinds[kind].leak;

	if (trait == NO_TRAIT)
		return VERDICT_CLEAN;
	switch (report->base.gpu.traits[trait]) {
	case AUQ_YES:
		return VERDICT_LEAK;
	case AUQ_NO:
		return VERDICT_CLEAN;
	default:
		return VERDICT_UNKNOWN;
	}
}

static enum verdict judge_finding(const struct race_finding *finding, bool background)
{
	const uint64_t *count = finding->count;

	if (count[RACE_SLOT] || count[RACE_LATE] || count[RACE_HUNG] || count[RACE_DIED] ||
	    finding->named || (count[RACE_LEAK] >= RACE_SURE && !background))
		return VERDICT_LEAK;
	if (!finding->run || count[RACE_LEAK] || count[RACE_ERROR] || finding->unknown)
		return VERDICT_UNKNOWN;
	return VERDICT_CLEAN;
}

void race_judge(struct race_report *report)
{
	bool background = report->findings[RACE_CONTROL].count[RACE_LEAK];
	bool found = false, clean = false, unknown = false;

	report->base.cost_actual = 0;
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		struct race_finding *finding = &report->findings[i];

		finding->expected = expectation(report, i);
		finding->verdict = judge_finding(finding, background);
		report->base.cost_actual += finding->count[RACE_LEAK];
		if (finding->skipped[0])
			continue;
		found |= finding->verdict == VERDICT_LEAK;
		clean |= finding->verdict == VERDICT_CLEAN && i != RACE_CONTROL;
		unknown |= finding->verdict == VERDICT_UNKNOWN;
	}
	if (found)
		report->base.verdict = VERDICT_LEAK;
	else
		report->base.verdict = clean && !unknown && !report->base.interrupted
					       ? VERDICT_CLEAN
					       : VERDICT_UNKNOWN;
}
