// SPDX-License-Identifier: MIT
/* sync-check against an imitation of sw_sync, with each flaw that it is there to find. */
#include <config.h>

#include "../lib/tap.h"
#include "act/clock.h"
#include "act/sync-run.h"
#include "act/sync-trial.h"
#include "fake-sw-sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 200

static volatile sig_atomic_t stop;

static struct sync_report run(enum fake_flaw flaw, bool strict)
{
	struct sync_report report = {.seed = 7, .strict = strict};
	/* only where an answer never comes, not where the machine is busy */
	const struct sync_options options = {
		.path = "fake",
		.count = COUNT,
		.deadline_s = flaw == FAKE_POLL_HANGS ? 1 : 60,
		.stop = &stop,
	};

	fake_flaw = flaw;
	is(sync_run(&report, &options), 0, "flaw: the run");
	return report;
}

static uint64_t found_in_all(const struct sync_report *report)
{
	uint64_t found = 0;

	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++)
		found += report->findings[i].found;
	return found;
}

static void test_good(void)
{
	static const uint64_t cases[] = {16, 60, 288, 1680, 1364, COUNT, COUNT};
	struct sync_report report = run(FAKE_GOOD, true);

	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++)
		is(report.findings[i].run, cases[i], sync_group_name(i));
	is(found_in_all(&report), 0, "nothing is found");
	ok(!report.ended && !report.interrupted && !report.trouble.err, "and nothing ended it");
}

/* The first case of @group that shows the flaw has two members and this fault. */
static struct sync_finding expect(enum fake_flaw flaw, enum sync_group group, enum sync_fault fault)
{
	struct sync_report report = run(flaw, true);
	struct sync_finding *finding = &report.findings[group];

	ok(finding->found, "%s: found in %s", sync_fault_name(fault), sync_group_name(group));
	is(finding->outcome.fault, fault, "... as this");
	is(finding->first.members, 2, "... and the shortest is shown");
	return *finding;
}

static void test_flaws(void)
{
	struct sync_finding finding;
	struct sync_report report;

	finding = expect(FAKE_LOW_MEMBERS, SYNC_ORDERS_2, SYNC_EARLY);
	is(finding.first.poll_after, 0, "... polled before a member is signaled");
	is(finding.first.order[finding.outcome.step - 1], 0, "... then the first one is");
	is(finding.outcome.truth.pending, 1, "... while the other is pending");
	expect(FAKE_NEVER, SYNC_ORDERS_2, SYNC_LATE);
	expect(FAKE_ERROR_LOST, SYNC_CLOSED, SYNC_LOST_ERROR);
	expect(FAKE_ERROR_MADE, SYNC_ORDERS_2, SYNC_MADE_ERROR);
	expect(FAKE_MEMBER_LOST, SYNC_ORDERS_2, SYNC_MEMBERS);
	expect(FAKE_STATUS_SPLIT, SYNC_ORDERS_2, SYNC_DISAGREE);
	expect(FAKE_EARLY_IN_RACE, SYNC_RACE, SYNC_EARLY);

	report = run(FAKE_ERROR_LOST, false);
	is(found_in_all(&report), 0, "a lost error is no defect unless --strict");
	ok(report.findings[SYNC_CLOSED].noted > 100, "... but noted");
}

static void test_ends(void)
{
	uint64_t since = clock_ms();
	struct sync_report report = run(FAKE_POLL_HANGS, false);
	const struct sync_finding *finding = &report.findings[SYNC_ORDERS_2];

	ok(clock_ms() - since < 20000, "a call that does not return is given up");
	ok(finding->found == 1 && finding->outcome.fault == SYNC_HUNG, "... and found");
	is(finding->first.poll_after, 2, "... with its case: polled when all are signaled");
	ok(!strcmp(finding->outcome.call, "poll"), "... and the call");
	ok(report.ended && !report.findings[SYNC_ORDERS_3].run, "... and nothing comes after it");

	report = run(FAKE_POLL_OOPSES, false);
	finding = &report.findings[SYNC_ORDERS_2];
	ok(finding->found == 1 && finding->outcome.fault == SYNC_DIED && report.ended,
	   "a worker that is killed in a call is found, too");

	report = run(FAKE_ASKER_OOPSES, false);
	finding = &report.findings[SYNC_RACE];
	ok(finding->found == 1 && finding->outcome.fault == SYNC_DIED && report.ended,
	   "so is a thread of it");

	report = run(FAKE_FENCE_FAILS, false);
	ok(report.trouble.err == -EMFILE && report.ended && !found_in_all(&report),
	   "what fails for another reason is trouble, not a defect");
	ok(!strcmp(report.trouble.call, "SW_SYNC_IOC_CREATE_FENCE"), "... and says in which call");
	is(sync_probe("fake"), -EMFILE, "the probe sees that before");
	fake_flaw = FAKE_GOOD;
	is(sync_probe("fake"), 0, "the probe");
	is(sync_probe("elsewhere"), -ENOENT, "the probe where nothing is");

	stop = 1;
	report = run(FAKE_GOOD, false);
	stop = 0;
	ok(report.interrupted && !found_in_all(&report), "interrupted");
}

static void test_files(void)
{
	struct heartbeat beat = {.call = ""};
	struct lifeline line = {.sock = -1, .beat = &beat};
	struct sync_outcome outcome;
	struct sync_case trial;
	struct sync_walk walk;
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	fake_flaw = FAKE_GOOD;
	sync_walk_init(&walk, 3);
	do
		for (unsigned i = 0; i < 20 && sync_walk_next(&walk, &trial); i++)
			sync_trial("fake", &trial, &cpus, &line, &outcome);
	while (sync_walk_group(&walk));
	is(fake_open_files(), 0, "no file is left open");
}

/* What is wrong between two signals only is asked for between them. */
static void test_asked_between(void)
{
	struct heartbeat beat = {.call = ""};
	struct lifeline line = {.sock = -1, .beat = &beat};
	struct sync_case trial = {
		.group = SYNC_RACE, .members = 3, .poll_after = 4, .ask = true, .order = {0, 1, 2}};
	struct sync_outcome outcome;
	cpu_set_t cpus;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	fake_flaw = FAKE_SLOW_ANSWERS;
	sync_trial("fake", &trial, &cpus, &line, &outcome);
	is(outcome.fault, SYNC_EARLY, "a thread asks between the signals, however slowly");
}

int main(void)
{
	test_good();
	test_flaws();
	test_ends();
	test_files();
	test_asked_between();
	return tap_done();
}
