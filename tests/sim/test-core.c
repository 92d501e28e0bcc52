/* SPDX-License-Identifier: MIT */
/* Waiting, what is done later, memory and files. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "idr.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"
#include "sim.h"

#define MS 1000000ull

static const struct sim_profile profile = {"6.18.15", "6.18.15", false};

static struct local_machine m;

static void test_idr(void)
{
	struct idr idr = {0};
	int object;
	uint32_t id, i;

	for (i = 1; i <= 20; i++)
		idr_alloc(&idr, &object);
	idr_remove(&idr, 20);
	idr_remove(&idr, 3);
	is(idr_alloc(&idr, &object), 3, "the lowest number that is free");
	is(idr_alloc(&idr, &object), 20, "then the next");
	is(idr_alloc_at(&idr, &object, 20), -ENOSPC, "a certain one that is taken");
	is(idr_alloc_at(&idr, &object, 50), 0, "one that is free");
	is(idr_alloc_at(&idr, &object, UINT32_MAX), -ENOMEM, "one that is too far");
	ok(idr_find(&idr, 50) && !idr_find(&idr, 49) && !idr_find(&idr, 0) &&
		   !idr_find(&idr, 1000000),
	   "what is there is found");
	id = 21;
	ok(idr_next(&idr, &id) && id == 50, "the next after a gap");
	id = 51;
	ok(!idr_next(&idr, &id), "after the last there is none");
	ok(!idr_remove(&idr, 21), "what is not there cannot be removed");
	idr_fini(&idr);
	ok(!idr_find(&idr, 1), "in the end there is nothing");
}

/* ---- works --------------------------------------------------------------- */

struct logged {
	struct sim_work work;
	char name;
};

static char order[16];

static void log_work(struct sim_work *work)
{
	const char name[] = {((struct logged *)work)->name, '\0'};

	strcat(order, name);
}

static struct logged logged(char name)
{
	struct logged logged = {.name = name};

	memset(&logged.work, 0, sizeof(logged.work));
	logged.work.func = log_work;
	return logged;
}

/* Until as many have run; at most 10 s. */
static void wait_for_works(size_t num)
{
	uint64_t end = sim_now() + 10000 * MS;

	while (strlen(order) < num && sim_now() < end)
		sim_wait(m.sim, NULL, sim_now() + MS);
}

static void test_works(void)
{
	struct logged a = logged('a'), b = logged('b'), c = logged('c'), late = logged('l');
	uint64_t now;

	sim_lock(m.sim);
	now = sim_now();
	sim_queue_work(m.sim, &late.work, now + 60000 * MS);
	sim_wait(m.sim, NULL, now + 2 * MS); /* the worker looks, and sleeps until then */
	sim_queue_work(m.sim, &a.work, now + 3 * MS);
	sim_queue_work(m.sim, &b.work, now + 2 * MS);
	sim_queue_work(m.sim, &c.work, now + 2 * MS);
	ok(sim_cancel_work(m.sim, &c.work), "a work that is queued is canceled");
	ok(!sim_cancel_work(m.sim, &c.work), "once");
	sim_queue_work(m.sim, &b.work, now + MS);
	wait_for_works(2);
	ok(!strcmp(order, "ba") && sim_now() >= now + 3 * MS, "works run by time");
	ok(!sim_cancel_work(m.sim, &a.work), "a work that ran is not queued");
	order[0] = '\0';
	sim_queue_work(m.sim, &a.work, sim_now());
	wait_for_works(1);
	ok(!strcmp(order, "a"), "one that is earlier than what the worker waits for");
	ok(sim_cancel_work(m.sim, &late.work), "which is still queued");
	sim_unlock(m.sim);
}

static void test_rcu(void)
{
	struct logged r = logged('r'), s = logged('s'), t = logged('t');
	uint64_t now;

	memset(&r.work, 0xff, sizeof(r.work));
	memset(&s.work, 0xff, sizeof(s.work));
	order[0] = '\0';
	sim_lock(m.sim);
	now = sim_now();
	sim_call_rcu(m.sim, &r.work, log_work);
	sim_rcu_barrier(m.sim);
	ok(!strcmp(order, "r") && sim_now() - now >= 2 * MS, "a grace period takes its time");
	sim_call_rcu(m.sim, &s.work, log_work);
	sim_call_rcu(m.sim, &t.work, log_work);
	ok(!strcmp(order, "r"), "what is put off later is called later");
	sim_rcu_barrier(m.sim);
	ok(!strcmp(order, "rst"), "in order");
	sim_rcu_barrier(m.sim);
	ok(true, "waiting for none takes none");
	sim_unlock(m.sim);
}

/* ---- waiting ------------------------------------------------------------- */

static void *wake_later(void *arg)
{
	(void)arg;
	sim_lock(m.sim);
	sim_wake(m.sim);
	sim_unlock(m.sim);
	return NULL;
}

static void *interrupt_later(void *arg)
{
	local_interrupt(arg, true);
	return NULL;
}

static void log_sleep(struct sim_task *task, bool is_sleeping)
{
	(void)task;
	strcat(order, is_sleeping ? "s" : "w");
}

static void test_wait(void)
{
	const struct sim_task_ops *ops = m.task.base.ops, watching = {.watch = log_sleep};
	uint64_t start = sim_now();
	pthread_t thread;

	order[0] = '\0';
	sim_lock(m.sim);
	is(sim_wait(m.sim, NULL, start), -ETIME, "a deadline that has passed");
	while (!sim_wait(m.sim, NULL, start + 5 * MS))
		;
	ok(sim_now() >= start + 5 * MS, "one that passes");
	pthread_create(&thread, NULL, wake_later, NULL);
	m.task.base.ops = &watching;
	is(sim_wait(m.sim, &m.task.base, SIM_NO_DEADLINE), 0, "something has changed");
	is(sim_wait(m.sim, &m.task.base, 0), -ETIME, "which it has not now");
	m.task.base.ops = ops;
	ok(!strcmp(order, "sw"), "the task was told when it slept");
	sim_unlock(m.sim);
	pthread_join(thread, NULL);

	sim_lock(m.sim);
	pthread_create(&thread, NULL, interrupt_later, &m.task);
	is(sim_wait(m.sim, &m.task.base, SIM_NO_DEADLINE), -SIM_ERESTARTSYS, "a signal");
	is(sim_wait(m.sim, &m.task.base, SIM_NO_DEADLINE), -SIM_ERESTARTSYS, "that is still there");
	is(sim_wait(m.sim, NULL, sim_now() + MS), -ETIME, "who cannot be interrupted sleeps on");
	sim_unlock(m.sim);
	pthread_join(thread, NULL);
	local_interrupt(&m.task, false);
}

/* ---- versions, memory ---------------------------------------------------- */

static bool is_before(const char *release, const char *version)
{
	const struct sim_profile other = {release, release, false};
	struct sim sim = {.profile = &other};

	return sim_is_before(&sim, version);
}

static void test_versions(void)
{
	ok(is_before("6.18.15", "7.1"), "6.18.15 is before 7.1");
	ok(is_before("7.1.3", "7.1.13"), "7.1.3 is before 7.1.13");
	ok(!is_before("7.1.13", "7.1.13"), "7.1.13 is not before itself");
	ok(!is_before("7.10", "7.2"), "7.10 is not before 7.2");
}

static int next_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd;
}

/* Whether any memory of the machine is. */
static bool is_mapped(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool is_found = false;
	char line[512];

	while (fgets(line, sizeof(line), maps))
		is_found |= strstr(line, "memfd:amdfence-sim") != NULL;
	fclose(maps);
	return is_found;
}

static void test_memory(void)
{
	int fd = next_fd();
	struct sim_memory *memory = sim_memory_create(8192);
	void *cpu = memory->cpu;
	unsigned char is_there;
	char *other;

	ok(is_mapped(), "memory is mapped");
	memset(cpu, 0x5a, 8192);
	other = mmap(NULL, 4096, PROT_READ, MAP_SHARED, memory->fd, 4096);
	ok(other[4095] == 0x5a && memory->bytes == 8192, "memory is shared with who maps its file");
	munmap(other, 4096);
	sim_memory_get(memory);
	sim_memory_put(memory);
	is(((char *)cpu)[0], 0x5a, "and lives as long as it is referred to");
	sim_memory_put(memory);
	ok(mincore(cpu, 4096, &is_there) && errno == ENOMEM, "no longer");
	ok(!sim_memory_create((size_t)1 << 62), "there is not that much");
	is(next_fd(), fd, "no file is left");
}

/* ---- files --------------------------------------------------------------- */

static int released;

static void release(struct sim_fd *file)
{
	(void)file;
	released++;
}

static void test_files(void)
{
	static const struct sim_fd_ops ops = {.kind = "nothing", .release = release};
	struct sim_memory *memory;
	struct sim_fd file;
	uint64_t offset;

	memset(&file, 0xff, sizeof(file));
	sim_fd_init(&file, m.sim, &ops);
	ok(!file.is_readable && !file.transport, "a new file is unknown");
	is(sim_fd_ioctl(&file, &m.task.base, 0, 0), -ENOTTY, "one without ioctls");
	is(sim_fd_mmap(&file, 0, 4096, &memory, &offset), -ENODEV, "without memory");
	is(sim_fd_size(&file), -ESPIPE, "and without a size");
	sim_fd_put(sim_fd_get(&file));
	is(released, 0, "is kept");
	sim_fd_put(&file);
	is(released, 1, "until nobody has it");
}

static void test_machine(void)
{
	null_gpu_is_absent = true;
	ok(!sim_create(&profile, 1), "there is no machine without a device");
	null_gpu_is_absent = false;
	sim_lock(m.sim);
	is((long long)fence_context_alloc(m.sim, 2), 1,
	   "contexts are counted from 1, for 0 is the stub's");
	is((long long)fence_context_alloc(m.sim, 1), 3, "as many as are asked for");
	sim_unlock(m.sim);
}

int main(void)
{
	local_machine_start(&m, &profile);
	test_idr();
	test_works();
	test_rcu();
	test_wait();
	test_versions();
	test_memory();
	test_files();
	test_machine();
	local_machine_stop(&m);
	return tap_done();
}
