// SPDX-License-Identifier: MIT
/*
 * calls signal|wait library|raw N: makes a call N times, by the shared library or by the ioctls
 * that it takes, on a kernel that does nothing; tests/bench/overhead counts instructions of both.
 * Prints how often memory was allocated or a lock taken meanwhile.
 *
 * calls scale THREADS: the time that a thread's call takes with that many, each on a queue of its
 * own, as a multiple of the time that it takes with one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xf86drm.h>

#include "../lib/fake.h"

#undef drmIoctl /* local.mk gives fake.c's another name */

#define SYNCOBJ     7
#define CALLS       2000000u
#define ROUNDS      5
#define MAX_THREADS 64

static atomic_ulong allocations, locks;
static bool null_kernel;
static int fd;
static struct auq_device *dev;

/* In the places of these functions, also for the library. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t num, size_t size)
{
	allocations++;
	return __libc_calloc(num, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	static int (*next)(pthread_mutex_t * mutex);

	locks++;
	if (!next)
		next = (int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_lock");
	return next(mutex);
}

/* A call, as it is where libdrm is a library. */
__attribute__((noinline)) int drmIoctl(int file, unsigned long request, void *arg)
{
	if (!null_kernel)
		return fake_drmIoctl(file, request, arg);
	if (request == AUQ_IOCTL_WAIT)
		((struct auq_uapi_wait *)arg)->num_fences = 1;
	return 0;
}

static int signal_library(uint32_t queue)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = queue;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	return auq_signal(dev, &args);
}

static int signal_raw(uint32_t queue)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_uapi_signal args = {
		.queue_id = queue,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};

	return drmIoctl(fd, AUQ_IOCTL_SIGNAL, &args);
}

static int wait_library(uint32_t queue)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_fence fences[4];
	uint32_t num = 4;

	args.queue_id = queue;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	return auq_wait(dev, &args, fences, &num);
}

/* As Mesa does: how many, then which. */
static int wait_raw(uint32_t queue)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_uapi_fence_info fences[4];
	struct auq_uapi_wait args = {
		.waitq_id = queue,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};
	int r = drmIoctl(fd, AUQ_IOCTL_WAIT, &args);

	if (r || args.num_fences > 4)
		return -1;
	args.out_fences = (uintptr_t)fences;
	return drmIoctl(fd, AUQ_IOCTL_WAIT, &args);
}

static const struct a_case {
	const char *call, *way;
	int (*run)(uint32_t queue);
} cases[] = {
	{"signal", "library", signal_library},
	{"signal", "raw", signal_raw},
	{"wait", "library", wait_library},
	{"wait", "raw", wait_raw},
};
#define NUM_CASES (sizeof(cases) / sizeof(cases[0]))

static int run(const struct a_case *what, unsigned long n)
{
	allocations = locks = 0;
	while (n--)
		if (what->run(1))
			return 1;
	printf("%lu %lu\n", (unsigned long)allocations, (unsigned long)locks);
	return 0;
}

/* ---- threads ------------------------------------------------------------- */

struct thread {
	pthread_t id;
	const struct a_case *what;
	uint32_t queue;
	pthread_barrier_t *start;
	double seconds;
};

static void *run_thread(void *data)
{
	struct thread *thread = data;
	struct timespec from, to;

	pthread_barrier_wait(thread->start);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (unsigned i = 0; i < CALLS; i++)
		if (thread->what->run(thread->queue))
			abort();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	thread->seconds =
		(double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	return NULL;
}

/* The best of some rounds: processor time of a call in the slowest thread. */
static double time_of(const struct a_case *what, uint32_t num)
{
	struct thread threads[MAX_THREADS];
	pthread_barrier_t start;
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double worst = 0;

		pthread_barrier_init(&start, NULL, num);
		for (uint32_t i = 0; i < num; i++) {
			threads[i] = (struct thread){.what = what, .queue = i + 1, .start = &start};
			if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i]))
				abort();
		}
		for (uint32_t i = 0; i < num; i++) {
			pthread_join(threads[i].id, NULL);
			if (threads[i].seconds > worst)
				worst = threads[i].seconds;
		}
		pthread_barrier_destroy(&start);
		if (!round || worst < best)
			best = worst;
	}
	return best;
}

static int scale(uint32_t num)
{
	if (num < 1 || num > MAX_THREADS)
		return 2;
	for (size_t i = 0; i < NUM_CASES; i++)
		printf("%-7s %-8s %6.2f\n", cases[i].call, cases[i].way,
		       time_of(&cases[i], num) / time_of(&cases[i], 1));
	return 0;
}

int main(int argc, char **argv)
{
	fake_reset("7.3.4");
	fd = fake_fd();
	if (auq_device_create(fd, &dev))
		return 1;
	null_kernel = true;
	if (argc == 3 && !strcmp(argv[1], "scale"))
		return scale((uint32_t)strtoul(argv[2], NULL, 10));
	for (size_t i = 0; argc == 4 && i < NUM_CASES; i++)
		if (!strcmp(argv[1], cases[i].call) && !strcmp(argv[2], cases[i].way))
			return run(&cases[i], strtoul(argv[3], NULL, 10));
	return 2;
}
