/* SPDX-License-Identifier: MIT */
/* sync_files: merging them and asking what is in them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/sync_file.h>

#include "../lib/tap.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"
#include "sim.h"
#include "uapi-drm.h"

static const struct sim_profile profile = {"6.18.15", "6.18.15", false};

static struct local_machine m;

static int install(struct fence *fence)
{
	int fd;

	sim_lock(m.sim);
	fd = m.task.base.ops->install_fd(&m.task.base, sync_file_create(fence), true);
	sim_unlock(m.sim);
	return fd;
}

/* A sync_file of a pending fence, a reference of which is the caller's. */
static int new_file(struct fence **fence)
{
	sim_lock(m.sim);
	*fence = null_fence(m.sim, fence_context_alloc(m.sim, 1), 3);
	sim_unlock(m.sim);
	return install(*fence);
}

static void complete(struct fence *fence, int error)
{
	sim_lock(m.sim);
	fence->error = error;
	fence_signal(fence);
	fence_put(fence);
	sim_unlock(m.sim);
}

static int merge(int fd1, int fd2)
{
	struct sync_merge_data args = {.name = "merged", .fd2 = fd2};
	long err = local_ioctl(&m.task, fd1, SYNC_IOC_MERGE, &args);

	return err ? (int)err : args.fence;
}

static struct sync_file_info info(int fd, struct sync_fence_info *infos, uint32_t num, long *err)
{
	struct sync_file_info args = {.num_fences = num, .sync_fence_info = (uintptr_t)infos};
	long ret = local_ioctl(&m.task, fd, SYNC_IOC_FILE_INFO, &args);

	if (err)
		*err = ret;
	return args;
}

static void test_one(void)
{
	struct sync_fence_info one;
	struct sync_file_info args;
	struct fence *fence;
	int fd = new_file(&fence);
	char name[32];
	long err;

	args = info(fd, NULL, 0, &err);
	is(err, 0, "asked for none of its fences");
	ok(args.num_fences == 1 && args.status == 0,
	   "it tells how many, and that they are pending");
	snprintf(name, sizeof(name), "null-driver-null-timeline%llu-3",
		 (unsigned long long)fence->context);
	ok(!strncmp(args.name, name, 31), "its name is its fence's: %s", args.name);
	args = info(fd, &one, 1, &err);
	ok(!err && args.status == 0 && one.status == 0 && one.timestamp_ns == 0, "asked for it");
	ok(!strcmp(one.obj_name, "null-timeline") && !strcmp(one.driver_name, "null-driver"),
	   "it has names");
	ok(!local_is_readable(&m.process, fd), "and is not readable");
	complete(fence, 0);
	ok(local_is_readable(&m.process, fd), "as it is when it has signaled");
	args = info(fd, &one, 1, &err);
	ok(args.status == 1 && one.status == 1 && one.timestamp_ns, "then it tells when");
	ok(!strcmp(one.obj_name, "signaled-timeline"), "and has no names any more");
	local_close(&m.process, fd);

	fd = install(fence_stub(m.sim));
	ok(local_is_readable(&m.process, fd), "one of a signaled fence is readable at once");
	args = info(fd, NULL, 0, NULL);
	ok(!strcmp(args.name, "detached-driver-signaled-timeli"), "%s", args.name);
	local_close(&m.process, fd);
}

static void test_merged(void)
{
	struct sync_fence_info infos[3];
	struct sync_file_info args;
	struct fence *a, *b;
	int fd_a = new_file(&a), fd_b = new_file(&b), both = merge(fd_a, fd_b), again;
	long err;

	ok(both > 0, "two are merged");
	args = info(both, infos, 3, &err);
	ok(!err && args.num_fences == 2 && args.status == 0, "into one with two fences");
	ok(!strcmp(args.name, "merged"), "and its own name");
	info(both, infos, 1, &err);
	is(err, -EINVAL, "for which one place is too little");
	info(both, (void *)8, 2, &err);
	is(err, -EFAULT, "and a bad pointer none");
	complete(a, -EIO);
	ok(local_is_readable(&m.process, fd_a) && !local_is_readable(&m.process, both),
	   "one of the two is not both");
	args = info(both, infos, 2, NULL);
	is(infos[0].status, -EIO, "but each tells of itself");
	is(args.status, -EIO, "and the first that is over of all");
	again = merge(both, fd_a);
	args = info(again, NULL, 0, NULL);
	is(args.num_fences, 1, "merged with what has signaled, the pending one is left");
	complete(b, 0);
	ok(local_is_readable(&m.process, both) && local_is_readable(&m.process, again), "now both");
	args = info(both, NULL, 0, NULL);
	is(args.status, -EIO, "with the error of the first");
	local_close(&m.process, again);
	again = merge(fd_a, fd_b);
	ok(local_is_readable(&m.process, again), "merging what has signaled gives what has");
	args = info(again, NULL, 0, NULL);
	is(args.status, 1, "without an error");
	local_close(&m.process, again);
	local_close(&m.process, both);
	local_close(&m.process, fd_a);
	local_close(&m.process, fd_b);
}

/* The later of the two is over first. */
static void test_second_first(void)
{
	struct sync_fence_info infos[2];
	struct sync_file_info args;
	struct fence *a, *b;
	int fd_a = new_file(&a), fd_b = new_file(&b), both = merge(fd_a, fd_b);

	complete(b, 0);
	args = info(both, infos, 2, NULL);
	ok(infos[0].status == 0 && infos[1].status == 1, "the second is over");
	is(args.status, 0, "the first is not, nor both");
	complete(a, 0);
	local_close(&m.process, both);
	local_close(&m.process, fd_a);
	local_close(&m.process, fd_b);
}

static void test_bad(void)
{
	struct sync_merge_data data = {.pad = 1};
	struct sync_file_info args = {.flags = 1};
	struct abi_sync_set_deadline deadline = {.deadline_ns = 1};
	struct fence *fence;
	int fd = new_file(&fence), other;

	is(merge(fd, m.fd), -ENOENT, "merged with a device");
	is(merge(fd, 999), -ENOENT, "with what is not open");
	m.process.error = -EMFILE;
	is(merge(fd, fd), -EMFILE, "with no descriptor left");
	is(local_ioctl(&m.task, fd, SYNC_IOC_MERGE, &data), -EINVAL, "with padding");
	is(local_ioctl(&m.task, fd, SYNC_IOC_MERGE, NULL), -EFAULT, "with nothing");
	m.process.is_read_only = true;
	is(merge(fd, fd), -EFAULT, "where it cannot be told");
	m.process.is_read_only = false;
	other = local_open(&m.task, true);
	is(other, fd + 1, "no file is left of that");
	local_close(&m.process, other);
	memset(&data, 'x', sizeof(data));
	data.fd2 = fd;
	data.flags = data.pad = 0;
	is(local_ioctl(&m.task, fd, SYNC_IOC_MERGE, &data), 0, "with a name that has no end");
	args = info(data.fence, NULL, 0, NULL);
	is((long long)strlen(args.name), 31, "which is cut");
	local_close(&m.process, data.fence);
	args.flags = 1;
	is(local_ioctl(&m.task, fd, SYNC_IOC_FILE_INFO, &args), -EINVAL, "asked with a flag");
	is(local_ioctl(&m.task, fd, ABI_SYNC_SET_DEADLINE, &deadline), 0, "a deadline");
	deadline.pad = 1;
	is(local_ioctl(&m.task, fd, ABI_SYNC_SET_DEADLINE, &deadline), -EINVAL, "with padding");
	is(local_ioctl(&m.task, fd, 0, NULL), -ENOTTY, "an unknown ioctl");
	complete(fence, 0);
	local_close(&m.process, fd);
}

int main(void)
{
	local_machine_start(&m, &profile);
	test_one();
	test_merged();
	test_second_first();
	test_bad();
	local_machine_stop(&m);
	is(null_gpu.fences, 0, "no fence is left");
	return tap_done();
}
