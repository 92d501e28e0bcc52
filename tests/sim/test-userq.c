/* SPDX-License-Identifier: MIT */
/*
 * The defects: which of them each simulated kernel has, by how many slots a sequence costs for
 * good and by what its kernel log says.
 */
#include <errno.h>
#include <linux/sync_file.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tap.h"
#include "profile.h"
#include "userq-client.h"

static struct local_machine m;
static struct client a, b;

static long slots(void)
{
	return debugfs_number(m.sim, "vasic/settle");
}

static void start(const char *profile)
{
	local_machine_start(&m, sim_profile_find(profile));
	client_open(&a, &m.task);
	client_open(&b, &m.task);
}

static void stop(void)
{
	client_close(&a);
	client_close(&b);
	local_machine_stop(&m);
}

/* ---- what leaks ---------------------------------------------------------- */

static void signal_and_free(void)
{
	int id = client_create_queue(&a, 0);

	client_signal(&a, id, 0);
	client_free_queue(&a, id);
}

/* WAIT's reference goes with the queue. */
static void control(void)
{
	uint32_t syncobj = client_syncobj(&a);
	int producer = client_create_queue(&a, 0), waiter = client_create_queue(&a, 1);
	struct auq_uapi_fence_info info;

	client_signal(&a, producer, syncobj);
	client_wait(&a, waiter, syncobj, 1, &info);
	client_destroy_syncobj(&a, syncobj);
	client_free_queue(&a, producer);
	client_free_queue(&a, waiter);
}

static void born_signaled(void)
{
	uint32_t syncobj = client_syncobj(&a);
	int id = client_create_queue(&a, 0);
	struct auq_uapi_fence_info info;

	client_signal(&a, id, syncobj);
	client_wait(&a, id, syncobj, 1, &info);
	client_signal(&a, id, 0);
	client_destroy_syncobj(&a, syncobj);
	client_free_queue(&a, id);
}

/* Of two files, the second of which inherits: what leaks is the first one's. */
static void born_signaled_of_another(void)
{
	struct drm_syncobj_handle pass = {.handle = client_syncobj(&a)};
	int producer = client_create_queue(&a, 0), waiter = client_create_queue(&b, 0);
	struct auq_uapi_fence_info info;
	uint32_t handle = pass.handle;

	local_ioctl(&m.task, a.fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &pass);
	local_ioctl(&m.task, b.fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &pass);
	local_close(&m.process, pass.fd);
	client_signal(&a, producer, handle);
	client_wait(&b, waiter, pass.handle, 1, &info);
	client_signal(&b, waiter, 0);
	client_destroy_syncobj(&a, handle);
	client_destroy_syncobj(&b, pass.handle);
	client_free_queue(&b, waiter);
	client_free_queue(&a, producer);
}

/* Pending, then a fence that is not: only for this one FREE waits. */
static void pending(void)
{
	int id = client_create_queue(&a, 0);

	*a.wptr[0] = 1;
	client_signal(&a, id, 0);
	*a.wptr[0] = 0;
	client_signal(&a, id, 0);
	client_free_queue(&a, id);
}

static void short_wait(void)
{
	uint32_t syncobjs[2] = {client_syncobj(&a), 0};
	int id = client_create_queue(&a, 0);
	struct auq_uapi_fence_info info;
	struct auq_uapi_wait args = {
		.waitq_id = (uint32_t)id,
		.syncobj_handles = (uintptr_t)syncobjs,
		.num_syncobj_handles = 2,
		.num_fences = 1,
		.out_fences = (uintptr_t)&info,
	};

	syncobjs[1] = syncobjs[0];
	client_signal(&a, id, syncobjs[0]);
	local_ioctl(&m.task, a.fd, AUQ_IOCTL_WAIT, &args);
	client_destroy_syncobj(&a, syncobjs[0]);
	client_free_queue(&a, id);
}

static const struct {
	const char *name;
	void (*run)(void);
} trials[] = {
	{"SIGNAL and FREE", signal_and_free},
	{"a WAIT and no SIGNAL after it", control},
	{"a fence that inherits is born signaled", born_signaled},
	{"one of another file", born_signaled_of_another},
	{"a fence is pending at FREE", pending},
	{"WAIT has too little room", short_wait},
};
#define NUM_TRIALS (sizeof(trials) / sizeof(trials[0]))

/* Slots lost each time. 7.0.0's WAIT is not survived: see below. */
static const struct {
	const char *profile;
	int lost[NUM_TRIALS];
} kernels[] = {
	{"6.18.5", {1, 1, 1, 2, 1, 1}}, {"6.18.15", {0, 0, 1, 1, 1, 1}},
	{"7.0.0", {0, 0, 1, 1, 1, 0}},  {"7.1.3", {0, 0, 0, 0, 1, 0}},
	{"7.1.13", {0, 0, 0, 0, 1, 0}}, {"7.2", {0, 0, 0, 0, 1, 0}},
	{"7.3", {0, 0, 0, 0, 1, 0}},    {"fixed", {0, 0, 0, 0, 0, 0}},
};

static void test_leaks(void)
{
	size_t k, t;
	char what[96];
	long before;
	int i;

	for (k = 0; k < sizeof(kernels) / sizeof(kernels[0]); k++) {
		start(kernels[k].profile);
		for (t = 0; t < NUM_TRIALS; t++) {
			snprintf(what, sizeof(what), "%s: %s", kernels[k].profile, trials[t].name);
			before = slots();
			for (i = 0; i < 3; i++)
				trials[t].run();
			is(slots() - before, 3 * kernels[k].lost[t], what);
		}
		stop();
	}
}

/* ---- what the kernel log says -------------------------------------------- */

static unsigned reports_of(const char *profile, void (*run)(void))
{
	unsigned num;

	start(profile);
	run();
	num = num_reports(m.sim);
	stop();
	return num;
}

static void wait_into_nowhere(void)
{
	uint32_t syncobj = client_syncobj(&a);
	int id = client_create_queue(&a, 0);

	client_signal(&a, id, syncobj);
	is(client_wait(&a, id, syncobj, 1, (void *)8), -EFAULT, "nowhere to put the pairs");
	client_free_queue(&a, id);
}

static void wait_for_nothing(void)
{
	int id = client_create_queue(&a, 0);
	struct auq_uapi_fence_info info;
	struct auq_uapi_wait args = {
		.waitq_id = (uint32_t)id, .num_fences = 1, .out_fences = (uintptr_t)&info};

	is(local_ioctl(&m.task, a.fd, AUQ_IOCTL_WAIT, &args), 0, "a WAIT for nothing");
	is(args.num_fences, 0, "returns nothing");
	client_free_queue(&a, id);
}

/* The last reference of a fence driver goes in the interrupt of another queue's fence. */
static void last_put_in_interrupt(void)
{
	uint32_t syncobj = client_syncobj(&a);
	int producer = client_create_queue(&a, 0), waiter = client_create_queue(&a, 1);
	struct auq_uapi_fence_info info;

	debugfs_set(m.sim, "irq_locked", "1");
	client_signal(&a, producer, syncobj);
	client_wait(&a, waiter, syncobj, 1, &info);
	client_destroy_syncobj(&a, syncobj);
	*a.wptr[1] = 64;
	client_signal(&a, waiter, 0);
	*a.wptr[1] = 0;
	client_free_queue(&a, producer);
	slots();
	client_submit(&a, 1, 64);
	ok(client_wait_rptr(&a, 1, 64), "the engine gets to the end");
	client_free_queue(&a, waiter);
}

static void close_with_pending(void)
{
	struct client other;
	int id;

	client_open(&other, &m.task);
	id = client_create_queue(&other, 0);
	*other.wptr[0] = 1;
	client_signal(&other, id, 0);
	client_close(&other);
}

static void test_reports(void)
{
	ok(reports_of("6.18.15", short_wait) > 0, "6.18 WARNs of too little room");
	is(reports_of("7.0.0", short_wait), 0, "7.0 does not");
	ok(reports_of("7.0.0", control) > 0, "7.0: WAIT puts twice, and it works");
	is(reports_of("7.1.3", control), 0, "7.1 does not");
	ok(reports_of("6.18.15", wait_into_nowhere) > 0, "6.18: WAIT puts twice when it fails");
	is(reports_of("7.3", wait_into_nowhere), 0, "7.3 does not");
	ok(reports_of("7.1.3", wait_for_nothing) > 0, "7.1.3: one fence is made of none");
	is(reports_of("7.1.13", wait_for_nothing), 0, "7.1.13 does not");
	ok(reports_of("6.18.15", last_put_in_interrupt) > 0, "6.18: the handler locks twice");
	is(reports_of("7.1.13", last_put_in_interrupt), 0, "7.1 does not");
	ok(reports_of("6.18.15", close_with_pending) > 0, "6.18: close() with a pending fence");
}

/* ---- ends ---------------------------------------------------------------- */

static void *free_first(void *arg)
{
	return (void *)client_free_queue(&a, *(int *)arg);
}

/* FREE of a queue with a pending fence: who waits how long. */
static void test_free_pending(void)
{
	struct drm_syncobj_handle export = {
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	struct sync_file_info file = {0};
	pthread_t thread;
	void *result;
	uint64_t begin;
	int id;

	start("6.18.15");
	id = client_create_queue(&a, 0);
	*a.wptr[0] = 64;
	client_signal(&a, id, 0);
	begin = sim_now();
	is(client_free_queue(&a, id), 0, "6.18: FREE with a pending fence");
	ok(sim_now() - begin >= 100000000 && sim_now() - begin < 2000000000, "waits 100 ms");
	stop();

	start("7.1.13");
	id = client_create_queue(&a, 0);
	*a.wptr[0] = 64;
	client_signal(&a, id, 0);
	*a.wptr[0] = 0;
	pthread_create(&thread, NULL, free_first, &id);
	begin = sim_now();
	while (sim_now() - begin < 300000000)
		client_wait_rptr(&a, 1, 0);
	is(debugfs_number(m.sim, "vasic/slots"), 1, "7.1: it waits");
	client_submit(&a, 0, 64);
	pthread_join(thread, &result);
	is((long)result, 0, "until the engine gets there");
	is(slots(), 0, "and nothing is left");
	stop();

	start("7.3");
	export.handle = client_syncobj(&a);
	id = client_create_queue(&a, 0);
	*a.wptr[0] = 64;
	client_signal(&a, id, export.handle);
	local_ioctl(&m.task, a.fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);
	begin = sim_now();
	is(client_free_queue(&a, id), 0, "7.3: FREE of a queue that hangs");
	ok(sim_now() - begin >= 1900000000, "waits until that is noticed");
	local_ioctl(&m.task, export.fd, SYNC_IOC_FILE_INFO, &file);
	is(file.status, -ECANCELED, "and its fence was cancelled");
	local_close(&m.process, export.fd);
	client_destroy_syncobj(&a, export.handle);
	is(num_reports(m.sim), 1, "which is in the log");
	stop();
}

/* Whatever a client leaves behind goes with its file. */
static void test_close(void)
{
	struct auq_uapi_fence_info info;
	struct client other;
	uint32_t syncobj;
	int id;

	start("7.3");
	client_open(&other, &m.task);
	id = client_create_queue(&other, 0);
	syncobj = client_syncobj(&other);
	client_signal(&other, id, syncobj);
	client_wait(&other, id, syncobj, 1, &info);
	client_create_queue(&other, 1);
	is(debugfs_number(m.sim, "vasic/slots"), 2, "two queues");
	client_close(&other);
	is(slots(), 0, "go with their file");
	stop();
}

/* A leak takes the device from everybody, when there is nothing left. */
static void test_exhaustion(void)
{
	long left;
	int id;

	start("6.18.15");
	sim_lock(m.sim);
	for (left = 0; left < (long)SEQ64_SLOTS; left++) {
		uint32_t slot;

		if (seq64_alloc(gpu_of(m.sim), &slot))
			break;
	}
	sim_unlock(m.sim);
	is(left, SEQ64_SLOTS, "all slots are taken");
	is(client_create_queue(&b, 0), -ENOSPC, "no queue for anybody");
	sim_lock(m.sim);
	seq64_free(gpu_of(m.sim), 70000);
	sim_unlock(m.sim);
	id = client_create_queue(&b, 0);
	ok(id > 0, "one has come back");
	client_signal(&b, id, 0);
	client_free_queue(&b, id);
	stop();
}

/* What the patches make of fences that are pending when their queue goes. */
static void test_cancel(void)
{
	struct drm_syncobj_handle export = {
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	struct sync_file_info file = {0};
	struct auq_uapi_fence_info info;
	int id, waiter;

	start("fixed");
	export.handle = client_syncobj(&a);
	id = client_create_queue(&a, 0);
	waiter = client_create_queue(&a, 1);
	*a.wptr[0] = 64;
	client_signal(&a, id, export.handle);
	is(client_wait(&a, waiter, export.handle, 1, &info), 1, "another queue will wait");
	*a.wptr[0] = 32;
	client_signal(&a, id, 0);
	*a.wptr[0] = 0;
	client_signal(&a, id, 0);
	local_ioctl(&m.task, a.fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export);
	is(client_free_queue(&a, id), 0, "FREE with pending fences");
	is(local_ioctl(&m.task, export.fd, SYNC_IOC_FILE_INFO, &file), 0, "one is in a sync_file");
	is(file.status, -ECANCELED, "it was cancelled");
	is(*seq64_cpu(gpu_of(m.sim), (info.va & (SEQ64_BYTES - 1)) / 8), 64,
	   "and the other queue need not wait any more");
	local_close(&m.process, export.fd);
	client_free_queue(&a, waiter);
	client_destroy_syncobj(&a, export.handle);
	is(slots(), 0, "nothing is left");
	stop();
}

/* Up to 7.0 the doorbell's entry stays when the queue has gone, and knows no driver then. */
static void test_late_doorbell(void)
{
	int id;

	start("6.18.15");
	id = client_create_queue(&a, 0);
	client_free_queue(&a, id);
	is(slots(), 0, "a queue has gone");
	sim_lock(m.sim);
	ok(gpu_of(m.sim)->doorbells && !gpu_of(m.sim)->doorbells->driver,
	   "its interrupt finds nobody");
	sim_unlock(m.sim);
	stop();

	start("7.1.3");
	id = client_create_queue(&a, 0);
	ok(client_create_queue(&a, 0) > 0, "7.1.3: a queue takes another's doorbell");
	client_free_queue(&a, id);
	sim_lock(m.sim);
	ok(gpu_of(m.sim)->doorbells && gpu_of(m.sim)->doorbells->queue,
	   "and keeps it when the other goes");
	sim_unlock(m.sim);
	stop();
}

static void test_profiles(void)
{
	ok(!sim_profile_find("5.4"), "no profile of a kernel without user queues");
	ok(sim_profile_find("7.3") == sim_profile_find("7.3.4"), "a profile has its kernel's name");
	ok(sim_profile_find("fixed")->fixed, "and one has all patches");
}

int main(void)
{
	test_profiles();
	test_leaks();
	test_reports();
	test_free_pending();
	test_cancel();
	test_late_doorbell();
	test_close();
	test_exhaustion();
	return tap_done();
}
