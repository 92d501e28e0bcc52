// SPDX-License-Identifier: MIT
/* Rounds of race in their worker processes, on an imitation of the kernel's counting. */
#include <config.h>

#include "../lib/tap.h"
#include "act/race-run.h"
#include "fake-auq.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct race_report report;
static volatile sig_atomic_t stop;

static struct race_options options(enum race_kind kind, unsigned rounds)
{
	report = (struct race_report){.seed = 1};
	strcpy(report.base.gpu.node, "/dev/null");
	report.base.gpu.info.seq64_slots = 4096;
	report.base.ip = AUQ_IP_SDMA;
	report.base.settle_ms = 20;
	return (struct race_options){
		.kind = kind,
		.rounds = rounds,
		.probe = true,
		.deadline_s = 20,
		.stop = &stop,
	};
}

static unsigned count(const struct race_result *result, enum fate fate)
{
	unsigned num = 0;

	for (unsigned i = 0; i < result->fates.num; i++)
		num += result->fates.trials[i].fate == fate;
	return num;
}

static bool is_empty(void)
{
	return !fake_queues() && !fake_devices();
}

static void test_clean(enum race_kind kind, unsigned rounds)
{
	struct race_options opts = options(kind, rounds);
	struct race_result result;

	fake_start(0);
	ok(!race_run(&report, &opts, &result) && !result.err && result.run == rounds,
	   "%s: all rounds are done", race_kind_name(kind));
	ok(!race_finding_faults(&report.findings[kind]), "... without a fault");
	is(count(&result, FATE_FREED), result.fates.num, "... each slot is free again");
	ok(result.fates.num >= rounds && is_empty() && !fake_used_slots(),
	   "... and nothing is left");
	race_result_fini(&result);
}

static void test_leak(void)
{
	struct race_options opts = options(RACE_CONTROL, 6);
	struct race_result result;

	fake_start(FAKE_L2);
	opts.first = 40;
	race_run(&report, &opts, &result);
	is(count(&result, FATE_OCCUPIED), 6, "each slot that is lost is seen");
	is(result.numbers[5], 45, "... and which round has lost it");
	race_result_fini(&result);
}

static void test_twice(void)
{
	struct race_options opts = options(RACE_WAIT_FREE, 1);
	struct race_result result;

	fake_start(0);
	fake_give_slot_twice();
	race_run(&report, &opts, &result);
	is(report.findings[RACE_WAIT_FREE].count[RACE_SLOT], 1, "a slot of two queues");
	is(report.findings[RACE_WAIT_FREE].fault.slot, 0, "... which one it is");
	race_result_fini(&result);
}

static void test_error(void)
{
	struct race_options opts = options(RACE_WAIT_FREE, 4);
	struct race_result result;

	fake_start(0);
	fake_fail_create(5, -ENOSPC);
	race_run(&report, &opts, &result);
	is(report.findings[RACE_WAIT_FREE].count[RACE_ERROR], 3, "rounds with a call that fails");
	ok(report.findings[RACE_WAIT_FREE].fault.err == -ENOSPC &&
		   !strcmp(report.findings[RACE_WAIT_FREE].fault.call, "USERQ CREATE"),
	   "... which is named");
	ok(!fake_queues(), "... and no queue is left");
	race_result_fini(&result);
}

/* The other process hangs; the one that waits for it says in what. */
static void test_stuck(enum race_kind kind)
{
	struct race_options opts = options(kind, 4);
	struct race_result result;

	opts.deadline_s = 3; /* longer than a busy machine holds up any other call */
	fake_start(0);
	fake_stick_free();
	race_run(&report, &opts, &result);
	ok(result.stuck && report.findings[kind].count[RACE_HUNG] == 1 &&
		   !strcmp(report.findings[kind].fault.call, "USERQ FREE"),
	   "%s: a call that does not return", race_kind_name(kind));
	fake_unstick();
	race_result_fini(&result);
}

static void kill_worker(void *arg, unsigned done, bool settling)
{
	(void)arg;
	(void)settling;
	if (done == 2)
		kill(fake_signaller(), SIGKILL);
}

static void test_killed(void)
{
	struct race_options opts = options(RACE_CONTROL, 1000);
	struct race_result result;

	fake_start(0);
	fake_slow_signal(20);
	opts.progress = kill_worker;
	race_run(&report, &opts, &result);
	ok(!result.stuck && report.findings[RACE_CONTROL].count[RACE_DIED] == 1,
	   "a worker that was killed");
	is(count(&result, FATE_UNKNOWN), result.fates.num, "... leaves nothing known");
	race_result_fini(&result);
}

static void ask_to_stop(void *arg, unsigned done, bool settling)
{
	(void)arg;
	(void)settling;
	stop = done > 1;
}

static void test_stop(void)
{
	struct race_options opts = options(RACE_CREATE, 1000);
	struct race_result result;

	fake_start(0);
	opts.progress = ask_to_stop;
	race_run(&report, &opts, &result);
	stop = 0;
	ok(result.err == -EINTR && result.run < 1000, "asked to stop, it stops");
	ok(is_empty() && !fake_used_slots(), "... and leaves nothing open, in neither process");
	race_result_fini(&result);
}

int main(void)
{
	/* Whatever hangs, this ends; the workers then see that we are gone. */
	alarm(120);
	test_clean(RACE_CONTROL, 5);
	test_clean(RACE_WAIT_FREE, 5);
	test_clean(RACE_CREATE, 2);
	test_leak();
	test_twice();
	test_error();
	test_killed();
	test_stop();
	test_stuck(RACE_CREATE);
	return tap_done();
}
