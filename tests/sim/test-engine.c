/* SPDX-License-Identifier: MIT */
/* The engine under its controls, what it may touch, and the end of pipe interrupt. */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/tap.h"
#include "cp.h"
#include "profile.h"
#include "userq-client.h"

static struct local_machine m;
static struct client c;

static void start(const char *profile)
{
	local_machine_start(&m, sim_profile_find(profile));
	client_open(&c, &m.task);
}

static void stop(void)
{
	client_close(&c);
	local_machine_stop(&m);
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

/* A queue with a pending fence for what is going to be submitted. */
static int pending(unsigned place, uint64_t wptr, uint32_t *syncobj)
{
	int id = client_create_queue(&c, place);

	*syncobj = client_syncobj(&c);
	*c.wptr[place] = wptr;
	client_signal(&c, id, *syncobj);
	*c.wptr[place] = 0;
	return id;
}

static bool is_state(const char *state)
{
	char *text = debugfs_text(m.sim, "vasic/queues"), want[32];
	bool found;

	snprintf(want, sizeof(want), " state=%s ", state);
	found = text && strstr(text, want);
	free(text);
	return found;
}

static void test_hold(void)
{
	uint32_t syncobj;
	int id;

	start("7.3");
	debugfs_set(m.sim, "hold", "1");
	id = pending(0, 64, &syncobj);
	client_submit(&c, 0, 64);
	is(client_wait_syncobj(&c, syncobj, 50), -ETIME, "held, nothing goes on");
	is(client_rptr(&c, 0), 0, "not a packet");
	ok(is_state("busy"), "there is something to do");
	debugfs_set(m.sim, "hold", "N\n");
	is(client_wait_syncobj(&c, syncobj, 5000), 0, "then it goes on");
	ok(client_wait_rptr(&c, 0, 64), "to the end");
	ok(is_state("idle"), "and is idle");
	is(client_free_queue(&c, id), 0, "and free");
	stop();
}

/* Nobody notices before 7.0; then the fence is completed with an error after 2 s. */
static void test_hang(void)
{
	uint32_t syncobj;
	uint64_t begin;
	int id;

	start("6.18.15");
	debugfs_set(m.sim, "hang", "1");
	id = pending(0, 64, &syncobj);
	client_submit(&c, 0, 64);
	is(client_wait_syncobj(&c, syncobj, 100), -ETIME, "6.18: a queue hangs");
	debugfs_set(m.sim, "hang", "0");
	is(client_wait_syncobj(&c, syncobj, 50), -ETIME, "and stays so");
	ok(is_state("hung"), "as it says");
	client_free_queue(&c, id);
	stop();

	start("7.1.13");
	debugfs_set(m.sim, "hang", "1");
	id = pending(0, 64, &syncobj);
	client_submit(&c, 0, 64);
	begin = sim_now();
	is(client_wait_syncobj(&c, syncobj, 10000), 0, "7.1: a queue hangs, its fence is signaled");
	ok(sim_now() - begin > 1500000000, "after a while");
	client_free_queue(&c, id);
	stop();
}

/* The fence is written: who asks sees it, who waits is not told. */
static void test_lost_interrupt(void)
{
	struct drm_syncobj_handle export = {
		.flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};
	uint32_t syncobj;
	int id;

	start("7.3");
	debugfs_set(m.sim, "drop_irq", "1");
	id = pending(0, 64, &syncobj);
	export.handle = syncobj;
	is(local_ioctl(&m.task, c.fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &export), 0, "exported");
	ok(!local_is_readable(&m.process, export.fd), "a sync_file of a pending fence");
	client_submit(&c, 0, 64);
	ok(client_wait_rptr(&c, 0, 64), "it is executed, its interrupt lost");
	ok(local_is_readable(&m.process, export.fd), "poll() of the sync_file sees it");
	is(client_wait_syncobj(&c, syncobj, 0), 0, "so does a look at the syncobj");
	local_close(&m.process, export.fd);
	debugfs_set(m.sim, "drop_irq", "0");
	client_free_queue(&c, id);
	stop();
}

/* The interrupt comes when its queue is gone and finds nobody: the fence stays listed. */
static void test_late_interrupt(void)
{
	uint32_t syncobj;
	int id;

	start("7.3");
	debugfs_set(m.sim, "irq_delay_ms", "50");
	id = pending(0, 64, &syncobj);
	client_submit(&c, 0, 64);
	client_wait_rptr(&c, 0, 64);
	is(client_wait_syncobj(&c, syncobj, 0), 0, "seen before its interrupt");
	client_free_queue(&c, id);
	client_destroy_syncobj(&c, syncobj);
	sleep_ms(100);
	is(debugfs_number(m.sim, "vasic/settle"), 1, "7.3: leaked");
	stop();

	start("fixed");
	debugfs_set(m.sim, "irq_delay_ms", "50");
	id = pending(0, 64, &syncobj);
	client_submit(&c, 0, 64);
	client_wait_rptr(&c, 0, 64);
	client_wait_syncobj(&c, syncobj, 0);
	client_free_queue(&c, id);
	client_destroy_syncobj(&c, syncobj);
	sleep_ms(100);
	is(debugfs_number(m.sim, "vasic/settle"), 0, "fixed: not");
	stop();
}

static void test_pace(void)
{
	uint64_t begin;
	int id;

	start("7.3");
	debugfs_set(m.sim, "step_us", "5000");
	id = client_create_queue(&c, 0);
	begin = sim_now();
	client_submit(&c, 0, 80);
	client_wait_rptr(&c, 0, 80);
	ok(sim_now() - begin >= 19 * 5000000ull, "20 packets with 5 ms between them");
	is(client_free_queue(&c, id), 0, "FREE");
	stop();
}

/* What one queue's packets wait for, another's fence brings; the slots cannot be written. */
static void test_memory(void)
{
	struct auq_uapi_fence_info info = {0};
	struct auq_uapi_gem_va read_only = {
		.operation = AMDGPU_VA_OP_MAP,
		.flags = AMDGPU_VM_PAGE_READABLE,
		.va_address = 0x8000000,
		.map_size = GPU_PAGE,
	};
	uint32_t syncobj, *ring;
	int a, b;

	start("7.3");
	read_only.handle = c.wptr_handle[3];
	a = pending(0, 64, &syncobj);
	b = client_create_queue(&c, 1);
	is(client_wait(&c, b, syncobj, 1, &info), 1, "one pair");
	ok(info.value == 64 && (info.va & (SEQ64_BYTES - 1)) == 0, "of the first slot");
	ring = client_ring(&c, 1);
	ring[0] = VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0) | 1u << 31 | 5u << 28;
	ring[1] = (uint32_t)info.va;
	ring[2] = (uint32_t)(info.va >> 32);
	ring[3] = (uint32_t)info.value;
	ring[4] = UINT32_MAX;
	ring[5] = 0xfffu << 16;
	client_ring_doorbell(&c, 1, 24);
	sleep_ms(20);
	ok(is_state("waiting"), "it waits for the other's fence");
	client_submit(&c, 0, 64);
	ok(client_wait_rptr(&c, 1, 24), "which it sees");

	ring = client_ring(&c, 1);
	ring[6] = VCP_SDMA(VCP_SDMA_FENCE, 0);
	ring[7] = (uint32_t)info.va;
	ring[8] = (uint32_t)(info.va >> 32);
	ring[9] = 4711;
	client_ring_doorbell(&c, 1, 40);
	sleep_ms(20);
	ok(is_state("hung"), "a slot is not written by a client's packet");
	client_free_queue(&c, b);

	b = client_create_queue(&c, 1);
	ring[0] = VCP_SDMA(VCP_SDMA_FENCE, 0);
	ring[1] = 0x7000000;
	ring[3] = 1;
	client_ring_doorbell(&c, 1, 16);
	sleep_ms(20);
	ok(is_state("hung"), "nor what is not mapped");
	client_free_queue(&c, b);

	local_ioctl(&m.task, c.fd, AUQ_IOCTL_GEM_VA, &read_only);
	b = client_create_queue(&c, 1);
	ring[0] = VCP_SDMA(VCP_SDMA_FENCE, 0);
	ring[1] = 0x8000000;
	ring[3] = 1;
	client_ring_doorbell(&c, 1, 16);
	sleep_ms(20);
	ok(is_state("hung"), "nor what is mapped for reading");
	client_free_queue(&c, b);
	client_free_queue(&c, a);
	stop();
}

/* What a client has written into a control that nobody has read yet. */
static void take_hold(void *arg)
{
	if (__atomic_exchange_n((bool *)arg, false, __ATOMIC_ACQ_REL))
		gpu_of(m.sim)->faults.hold = true;
}

static void test_controls(void)
{
	bool is_written = false;
	int id;

	start("7.3");
	id = client_create_queue(&c, 0);
	sim_lock(m.sim);
	sim_on_controls(m.sim, take_hold, &is_written);
	/* Neither is seen before both are there. */
	is_written = true;
	client_submit(&c, 0, 64);
	sim_unlock(m.sim);
	sleep_ms(20);
	ok(is_state("busy") && client_rptr(&c, 0) == 0,
	   "a control counts for the doorbell behind it");
	debugfs_set(m.sim, "hold", "0");
	ok(client_wait_rptr(&c, 0, 64), "goes on");

	debugfs_set(m.sim, "poll_us", "4294967295");
	sleep_ms(20);
	client_submit(&c, 0, 128);
	sleep_ms(20);
	is(client_rptr(&c, 0), 64, "a pause of an hour");
	debugfs_set(m.sim, "poll_us", "20");
	ok(client_wait_rptr(&c, 0, 128), "ends when it is to be shorter");
	debugfs_set(m.sim, "poll_us", "4294967295");
	client_free_queue(&c, id);
	sim_lock(m.sim);
	sim_on_controls(m.sim, NULL, NULL);
	sim_unlock(m.sim);
	stop();
	ok(true, "and at the end");
}

static unsigned num_busy(void)
{
	char *text = debugfs_text(m.sim, "vasic/queues"), *at = text;
	unsigned num = 0;

	while (at && (at = strstr(at, " state=busy "))) {
		num++;
		at++;
	}
	free(text);
	return num;
}

/* Two queues write to the same word, all the time: who is the last? */
static uint32_t race(uint64_t seed)
{
	uint32_t *ring, *word, last;
	unsigned place, i;

	m.sim = sim_create(sim_profile_find("7.3"), seed);
	local_process_init(&m.process, m.sim, 1000);
	local_task_init(&m.task, &m.process);
	client_open(&c, &m.task);
	debugfs_set(m.sim, "hold", "1");
	for (place = 0; place < 2; place++) {
		client_create_queue(&c, place);
		ring = client_ring(&c, place);
		for (i = 0; i < 150; i++, ring += 5) {
			ring[0] = VCP_SDMA(VCP_SDMA_WRITE, 0);
			ring[1] = 2 * CLIENT_RING_BYTES + 64;
			ring[2] = (uint32_t)(client_va(0) >> 32);
			ring[3] = 0;
			ring[4] = place;
		}
		client_ring_doorbell(&c, place, 150 * 20);
	}
	while (num_busy() < 2)
		sleep_ms(1);
	debugfs_set(m.sim, "hold", "0");
	client_wait_rptr(&c, 0, 150 * 20);
	client_wait_rptr(&c, 1, 150 * 20);
	word = client_ring(&c, 0) + (2 * CLIENT_RING_BYTES + 64) / 4;
	last = __atomic_load_n(word, __ATOMIC_ACQUIRE);
	stop();
	return last;
}

static void test_seed(void)
{
	uint32_t first = 0, second = 0;
	unsigned seed;

	for (seed = 0; seed < 12; seed++) {
		first |= race(seed) << seed;
		second |= race(seed) << seed;
	}
	is(second, first, "a race ends the same with the same seed");
	ok(first != 0 && first != (1u << 12) - 1, "and one way or the other with others");
}

static void test_stats(void)
{
	char *text;
	int id;

	start("7.3");
	id = client_create_queue(&c, 0);
	client_submit(&c, 0, 64);
	client_wait_rptr(&c, 0, 64);
	text = debugfs_text(m.sim, "vasic/stats");
	ok(text && !strncmp(text, "packets=16\nfences=1\nirqs=1\n", 27), "it counts what was done");
	free(text);
	client_free_queue(&c, id);

	is(debugfs_set(m.sim, "hold", "x"), -EINVAL, "a control that takes Y and N");
	is(debugfs_set(m.sim, "step_us", "-1"), -EINVAL, "one that takes a number");
	is(debugfs_set(m.sim, "step_us", "4294967296"), -ERANGE, "of 32 bits");
	is(debugfs_set(m.sim, "queues", "1"), -EACCES, "and one that takes nothing");
	debugfs_set(m.sim, "poll_us", "77");
	is(debugfs_number(m.sim, "vasic/poll_us"), 77, "a control tells what it is");
	ok(!debugfs_text(m.sim, "vasic/none"), "no other file");

	debugfs_set(m.sim, "max_slots", "1");
	id = client_create_queue(&c, 0);
	ok(id > 0, "a queue for the only slot");
	is(client_create_queue(&c, 1), -ENOSPC, "none for another one");
	debugfs_set(m.sim, "max_slots", "2");
	debugfs_set(m.sim, "no_memory", "1");
	is(client_create_queue(&c, 1), -ENOMEM, "nor without memory");
	is(client_signal(&c, id, client_syncobj(&c)), -ENOMEM, "nor a fence");
	debugfs_set(m.sim, "no_memory", "0");
	client_free_queue(&c, id);

	is(debugfs_set(m.sim, "user_queue", "0"), 0, "user queues are switched off");
	is(client_create_queue(&c, 0), -524, "there are none then");
	is(debugfs_set(m.sim, "user_queue", "3"), -EINVAL, "3 is nothing");
	stop();
}

int main(void)
{
	test_hold();
	test_hang();
	test_lost_interrupt();
	test_late_interrupt();
	test_pace();
	test_memory();
	test_controls();
	test_seed();
	test_stats();
	return tap_done();
}
