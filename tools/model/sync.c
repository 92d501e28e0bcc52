// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/sync.h"

static const struct {
	const char *name, *title;
} groups[SYNC_NUM_GROUPS] = {
	[SYNC_ORDERS_2] = {"orders-2", "every order of 2 members"},
	[SYNC_ORDERS_3] = {"orders-3", "every order of 3 members"},
	[SYNC_ORDERS_4] = {"orders-4", "every order of 4 members"},
	[SYNC_ORDERS_5] = {"orders-5", "every order of 5 members"},
	[SYNC_CLOSED] = {"closed", "every order of 2 to 4 members, one failing"},
	[SYNC_RANDOM] = {"random", "random merges of up to 64 members"},
	[SYNC_RACE] = {"race", "asked by one thread, signaled by another"},
};

static const struct {
	const char *name, *title;
} faults[] = {
	[SYNC_GOOD] = {"good", "as it should be"},
	[SYNC_LOST_ERROR] = {"lost-error", "a member failed, the merge did not"},
	[SYNC_EARLY] = {"early", "signaled while a member is pending"},
	[SYNC_LATE] = {"late", "not signaled although all members are"},
	[SYNC_MADE_ERROR] = {"made-error", "failed although no member did"},
	[SYNC_MEMBERS] = {"members",
			  "its members are not those that were merged, or in another state"},
	[SYNC_DISAGREE] = {"disagree", "two ways to ask for its status get two answers"},
	[SYNC_HUNG] = {"hung", "a call did not return"},
	[SYNC_DIED] = {"died", "the worker was killed in a call: see the kernel's log"},
};

const char *sync_group_name(enum sync_group group)
{
	return groups[group].name;
}

const char *sync_group_title(enum sync_group group)
{
	return groups[group].title;
}

const char *sync_fault_name(enum sync_fault fault)
{
	return faults[fault].name;
}

const char *sync_fault_title(enum sync_fault fault)
{
	return faults[fault].title;
}

enum sync_fault sync_judge(const struct sync_truth *truth, const struct sync_view *view)
{
	/* A merge of nothing that is pending is one signaled fence. */
	unsigned members = truth->members ? truth->members : 1;

	if (view->members != members || view->pending != truth->pending ||
	    view->failed != truth->failed)
		return SYNC_MEMBERS;
	if (truth->pending) {
		if (view->own || view->polled == 1)
			return SYNC_EARLY;
		/* The first status that is not 1: pending or an error. */
		return view->whole > 0 ? SYNC_DISAGREE : SYNC_GOOD;
	}
	if (!view->own || view->polled == 0)
		return SYNC_LATE;
	if ((view->whole < 0) != (truth->failed != 0) || !view->whole)
		return SYNC_DISAGREE;
	if (truth->failed && view->own > 0)
		return SYNC_LOST_ERROR;
	if (!truth->failed && view->own < 0)
		return SYNC_MADE_ERROR;
	return SYNC_GOOD;
}

static bool is_note(const struct sync_report *report, enum sync_fault fault)
{
	return fault == SYNC_LOST_ERROR && !report->strict;
}

void sync_report_add(struct sync_report *report, const struct sync_case *trial,
		     const struct sync_outcome *outcome)
{
	struct sync_finding *finding = &report->findings[trial->group];
	bool note = is_note(report, outcome->fault);
	bool better;

	finding->run++;
	if (outcome->fault == SYNC_GOOD)
		return;
	if (note)
		better = !finding->found &&
			 (!finding->noted || trial->members < finding->first.members);
	else
		better = !finding->found || trial->members < finding->first.members;
	if (better) {
		finding->first = *trial;
		finding->outcome = *outcome;
	}
	finding->noted += note;
	finding->found += !note;
}

bool sync_report_found(const struct sync_report *report)
{
	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++)
		if (report->findings[i].found)
			return true;
	return false;
}
