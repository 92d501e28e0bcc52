// SPDX-License-Identifier: MIT
/* Trials, slot probe and worker processes, on an imitation of the kernel's counting. */
#include <config.h>

#include "../lib/tap.h"
#include "act/batch.h"
#include "act/clock.h"
#include "fake-auq.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIALS 6

static volatile sig_atomic_t stop;

static struct batch_options options(const char *id)
{
	return (struct batch_options){
		.node = "/dev/null",
		.trial = trial_find(id, false),
		.ip = AUQ_IP_SDMA,
		.trials = TRIALS,
		.probe = true,
		.settle_ms = 20,
		.deadline_s = 20,
		.stop = &stop,
	};
}

static unsigned count(const struct batch_result *result, enum fate fate)
{
	unsigned num = 0;

	for (unsigned i = 0; i < result->fates.num; i++)
		num += result->fates.trials[i].fate == fate;
	return num;
}

static void expect(const char *id, unsigned defects, unsigned leaked)
{
	struct batch_options opts = options(id);
	struct batch_result result;
	int err;

	fake_start(defects);
	/* Others are there, too, and not at the end of the pool. */
	fake_take_slot();
	fake_take_slot();
	err = batch_run(&opts, &result);
	ok(!err && !result.err && result.run == TRIALS && count(&result, FATE_OCCUPIED) == leaked &&
		   count(&result, FATE_FREED) == TRIALS - leaked,
	   "%s with defects 0x%x: %u of %u leak", id, defects, leaked, TRIALS);
	ok(!fake_queues() && !fake_devices(), "... and nothing is left open");
	if (!(defects & FAKE_L2))
		is(fake_used_slots(), 2 + leaked, "... and no slot beside those is lost");
	fates_fini(&result.fates);
}

static void count_process(void *arg, pid_t pid)
{
	*(unsigned *)arg += pid > 0;
}

/* What a trace of the batch has to show. */
static void test_counts(const char *id, unsigned queues, unsigned processes)
{
	struct batch_options opts = options(id);
	struct batch_result result;
	unsigned started = 0;

	opts.started = count_process;
	opts.arg = &started;
	fake_start(0);
	batch_run(&opts, &result);
	is(started, processes, "the processes that make queues are named");
	is(result.judged, queues * TRIALS, "... and their queues counted");
	ok(result.made > result.judged && !result.unsure, "... and those that look for slots");
	fates_fini(&result.fates);
}

static void test_silent_control(void)
{
	struct batch_options opts = options("control");
	struct batch_result result;

	opts.trial = trial_find("control", true);
	fake_start(FAKE_L2);
	fake_take_slot();
	batch_run(&opts, &result);
	is(fake_used_slots(), 1 + result.probes, "each mark and probe costs a slot on L2");
	ok(!result.err && count(&result, FATE_FREED) == TRIALS, "a silent control is clean on L2");
	fates_fini(&result.fates);
}

static void test_error(void)
{
	struct batch_options opts = options("L1");
	struct batch_result result;

	fake_start(FAKE_L1);
	fake_fail_create(3, -ENOSPC);
	batch_run(&opts, &result);
	is(result.err, -ENOSPC, "an error ends the batch");
	ok(result.run == 3 && count(&result, FATE_UNKNOWN) == 3, "what could not be looked at is "
								 "unknown, not clean");
	ok(strcmp(result.call, "USERQ CREATE") == 0, "the call is named");
	fates_fini(&result.fates);
}

/* What is cleared away afterwards is not what failed. */
static void test_error_of(const char *id, const char *call)
{
	struct batch_options opts = options(id);
	struct batch_result result;

	fake_start(0);
	fake_fail_signal(-ENOMEM);
	batch_run(&opts, &result);
	ok(result.err == -ENOMEM && strcmp(result.call, call) == 0, "%s: %s", id, call);
	fates_fini(&result.fates);
}

static void test_stuck(void)
{
	struct batch_options opts = options("control");
	struct batch_result result;

	opts.deadline_s = 4; /* longer than a busy machine holds up any other call */
	fake_start(0);
	fake_stick_free();
	batch_run(&opts, &result);
	ok(result.stuck && strcmp(result.call, "USERQ FREE") == 0, "a call that does not return");
	fake_unstick();
	fates_fini(&result.fates);
}

static void test_late(void)
{
	struct batch_options opts = options("L3");
	struct batch_result result;

	fake_start(0);
	/* Two of them are more than the 400 ms that a trial may take. */
	fake_slow_signal(201);
	batch_run(&opts, &result);
	ok(result.err == -ETIME && !result.stuck && !result.died && result.run == 3,
	   "three trials that are held up are enough");
	is(count(&result, FATE_FREED), 3, "... and they are judged");
	fates_fini(&result.fates);
}

static void ask_to_stop(void *arg, unsigned done)
{
	(void)arg;
	stop = done > 0;
}

static void test_stop(void)
{
	struct batch_options opts = options("L1");
	struct batch_result result;

	fake_start(0);
	fake_slow_signal(5);
	opts.trials = 1000;
	opts.progress = ask_to_stop;
	batch_run(&opts, &result);
	stop = 0;
	ok(result.err == -EINTR && result.run < 1000 && !result.died, "asked to stop, it stops");
	is(count(&result, FATE_UNKNOWN), 1, "... and of the last trial nobody knows how it ended");
	ok(!fake_queues() && !fake_devices(), "... and leaves nothing open");
	fates_fini(&result.fates);
}

/* Ctrl-C of the terminal reaches no other session; what is sent to the worker is blocked. */
static void terminate_worker(void *arg, unsigned done)
{
	pid_t *session = arg;

	(void)done;
	*session = getsid(fake_signaller());
	kill(fake_signaller(), SIGTERM);
}

static void test_terminated(void)
{
	struct batch_options opts = options("L1");
	struct batch_result result;
	pid_t session = 0;

	fake_start(0);
	fake_slow_signal(5);
	opts.progress = terminate_worker;
	opts.arg = &session;
	batch_run(&opts, &result);
	ok(!result.err && !result.died && result.run == TRIALS, "SIGTERM does not end the worker");
	ok(session && session != getsid(0), "... which has a session of its own");
	fates_fini(&result.fates);
}

static void kill_worker(void *arg, unsigned done)
{
	(void)arg;
	(void)done;
	kill(fake_signaller(), SIGKILL);
}

static void test_worker_killed(void)
{
	struct batch_options opts = options("L1");
	struct batch_result result;

	fake_start(0);
	fake_slow_signal(20);
	opts.trials = 1000;
	opts.progress = kill_worker;
	batch_run(&opts, &result);
	ok(result.died && result.err == -ECHILD && !result.stuck, "a worker that was killed");
	is(count(&result, FATE_UNKNOWN), result.run, "... leaves nothing known");
	fates_fini(&result.fates);
}

static void leave_hole(void *arg, unsigned done)
{
	if (done == TRIALS)
		fake_give_slot(*(unsigned *)arg);
}

/* Slots below a leaked one that come free are held while it is looked for, and given back. */
static void test_hole(void)
{
	struct batch_options opts = options("L1");
	struct batch_result result;
	unsigned other;

	fake_start(FAKE_L1);
	other = fake_take_slot();
	opts.settle_ms = 500;
	opts.progress = leave_hole;
	opts.arg = &other;
	batch_run(&opts, &result);
	is(count(&result, FATE_OCCUPIED), TRIALS, "a hole below what leaked");
	ok(!fake_queues() && fake_used_slots() == TRIALS, "... stays one");
	fates_fini(&result.fates);
}

static bool has_signalled(void)
{
	return fake_signals() >= 5;
}

static bool has_nobody(void)
{
	return !fake_queues() && !fake_devices();
}

static bool wait_until(bool (*is_so)(void))
{
	for (unsigned i = 0; i < 4000; i++) {
		if (is_so())
			return true;
		sleep_ms(5);
	}
	return false;
}

static void test_killed(const char *id)
{
	struct batch_options opts = options(id);
	pid_t pid;

	fake_start(0);
	fake_slow_signal(20);
	opts.trials = 1000;
	pid = fork();
	if (pid == 0) {
		struct batch_result result;

		batch_run(&opts, &result);
		_exit(0);
	}
	ok(wait_until(has_signalled) && waitpid(pid, NULL, WNOHANG) == 0, "%s: trials run", id);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* The worker is ours now: that it ends is seen, not only that it frees. */
	ok(wait_until(has_nobody) && fake_signals() < 100, "... killed, the worker cleans up");
	ok(waitpid(-1, NULL, 0) > 0, "... and ends");
	is(fake_used_slots(), 0, "... with every slot free");
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(void)
{
	static const char *const ids[] = {"control", "L1", "L1-2q", "L2", "L3", "L4"};

	/* Whatever hangs, this ends; the workers then see that we are gone. */
	alarm(120);
	for (unsigned i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		expect(ids[i], 0, 0);
	expect("control", FAKE_L1 | FAKE_L3 | FAKE_L4, 0);
	expect("control", FAKE_L2, TRIALS);
	expect("L1", FAKE_L1, TRIALS);
	expect("L1", FAKE_L3 | FAKE_L4, 0);
	expect("L1-2q", FAKE_L1, TRIALS);
	expect("L2", FAKE_L2, TRIALS);
	expect("L3", FAKE_L3, TRIALS);
	expect("L3", FAKE_L1, 0);
	expect("L4", FAKE_L4, TRIALS);
	expect("L4", FAKE_L1, 0);
	test_counts("L1", 1, 1);
	test_counts("L1-2q", 2, 2);
	test_silent_control();
	test_error();
	test_error_of("L1", "USERQ_SIGNAL");
	test_error_of("L1-2q", "USERQ CREATE or USERQ_SIGNAL of the other process");
	test_late();
	test_stop();
	test_terminated();
	test_worker_killed();
	test_hole();
	test_stuck();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	test_killed("L1");
	test_killed("L1-2q");
	test_killed("L3");
	return tap_done();
}
