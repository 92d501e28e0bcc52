// SPDX-License-Identifier: MIT
/*
 * calls signal|wait library|raw N: makes a call N times, by the library or by
 * the ioctls that it takes, on a kernel that does nothing. tests/bench/overhead
 * counts instructions of both. The last line says how often the library
 * allocated memory or took a lock meanwhile.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xf86drm.h>

#include "../lib/fake.h"

#define SYNCOBJ 7

static unsigned long allocations, locks;
static bool null_kernel;

/* In the places of these functions: see local.mk. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__real_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size);
void *__wrap_calloc(size_t num, size_t size)
{
	allocations++;
	return __real_calloc(num, size);
}

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	locks++;
	return __real_pthread_mutex_lock(mutex);
}

int __real_drmIoctl(int fd, unsigned long request, void *arg);
int __wrap_drmIoctl(int fd, unsigned long request, void *arg);
int __wrap_drmIoctl(int fd, unsigned long request, void *arg)
{
	if (!null_kernel)
		return __real_drmIoctl(fd, request, arg);
	if (request == AUQ_IOCTL_WAIT)
		((struct auq_uapi_wait *)arg)->num_fences = 1;
	return 0;
}

static int signal_library(struct auq_device *dev)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = 1;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	return auq_signal(dev, &args);
}

static int signal_raw(struct auq_device *dev)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_uapi_signal args = {
		.queue_id = 1,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};

	return drmIoctl(auq_device_fd(dev), AUQ_IOCTL_SIGNAL, &args);
}

static int wait_library(struct auq_device *dev)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_fence fences[4];
	uint32_t num = 4;

	args.queue_id = 1;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	return auq_wait(dev, &args, fences, &num);
}

/* As Mesa does: how many, then which. */
static int wait_raw(struct auq_device *dev)
{
	const uint32_t syncobj = SYNCOBJ;
	struct auq_uapi_fence_info fences[4];
	struct auq_uapi_wait args = {
		.waitq_id = 1,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
	};
	int r = drmIoctl(auq_device_fd(dev), AUQ_IOCTL_WAIT, &args);

	if (r || args.num_fences > 4)
		return -1;
	args.out_fences = (uintptr_t)fences;
	return drmIoctl(auq_device_fd(dev), AUQ_IOCTL_WAIT, &args);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *call, *way;
		int (*run)(struct auq_device *dev);
	} cases[] = {
		{"signal", "library", signal_library},
		{"signal", "raw", signal_raw},
		{"wait", "library", wait_library},
		{"wait", "raw", wait_raw},
	};
	struct auq_device *dev = NULL;
	unsigned long n, i;
	size_t which = 0;

	if (argc != 4)
		return 2;
	while (strcmp(argv[1], cases[which].call) || strcmp(argv[2], cases[which].way))
		if (++which == sizeof(cases) / sizeof(cases[0]))
			return 2;
	n = strtoul(argv[3], NULL, 10);
	fake_reset("7.3.4");
	if (auq_device_create(fake_fd(), &dev))
		return 1;
	null_kernel = true;
	allocations = locks = 0;
	for (i = 0; i < n; i++)
		if (cases[which].run(dev))
			return 1;
	printf("%lu %lu\n", allocations, locks);
	return 0;
}
