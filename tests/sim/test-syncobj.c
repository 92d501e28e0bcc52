/* SPDX-License-Identifier: MIT */
/* Syncobjs: each ioctl, and what is waited for. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"
#include "uapi-drm.h"

#define MS         1000000ll
#define ALL        DRM_SYNCOBJ_WAIT_FLAGS_WAIT_ALL
#define FOR_SUBMIT DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT
#define AVAILABLE  DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE

static const struct sim_profile old = {"6.18.15", "6.18.15", false};
static const struct sim_profile new = {"7.3.4", "7.3.4", false};

static struct local_machine m;

/* ---- short forms --------------------------------------------------------- */

static uint32_t create(uint32_t flags)
{
	struct drm_syncobj_create args = {.flags = flags};

	return local_call(&m, DRM_IOCTL_SYNCOBJ_CREATE, &args) ? UINT32_MAX : args.handle;
}

static long destroy(uint32_t handle)
{
	struct drm_syncobj_destroy args = {.handle = handle};

	return local_call(&m, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

static long array_call(unsigned long cmd, uint32_t handle)
{
	struct drm_syncobj_array args = {.handles = (uintptr_t)&handle, .count_handles = 1};

	return local_call(&m, cmd, &args);
}

static long timeline_call(unsigned long cmd, uint32_t handle, uint64_t *point, uint32_t flags)
{
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)point,
		.count_handles = 1,
		.flags = flags,
	};

	return local_call(&m, cmd, &args);
}

static long signal_point(uint32_t handle, uint64_t point)
{
	return timeline_call(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, handle, &point, 0);
}

static long long query(uint32_t handle, uint32_t flags)
{
	uint64_t point = 12345;
	long err = timeline_call(DRM_IOCTL_SYNCOBJ_QUERY, handle, &point, flags);

	return err ? err : (long long)point;
}

static int64_t in_ms(int ms)
{
	return ms ? (int64_t)sim_now() + ms * MS : 0;
}

static long wait_for(uint32_t *handles, uint32_t count, uint32_t flags, int ms, uint32_t *first)
{
	struct abi_syncobj_wait args = {
		.handles = (uintptr_t)handles,
		.count_handles = count,
		.flags = flags,
		.timeout_nsec = in_ms(ms),
		.first_signaled = 77,
	};
	long ret = local_call(&m, ABI_SYNCOBJ_WAIT, &args);

	if (first)
		*first = args.first_signaled;
	return ret;
}

static long wait_one(uint32_t handle, uint32_t flags, int ms)
{
	return wait_for(&handle, 1, flags, ms, NULL);
}

static long wait_point(uint32_t handle, uint64_t point, uint32_t flags, int ms)
{
	struct abi_syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle,
		.points = (uintptr_t)&point,
		.count_handles = 1,
		.flags = flags,
		.timeout_nsec = in_ms(ms),
	};

	return local_call(&m, ABI_SYNCOBJ_TIMELINE_WAIT, &args);
}

static long transfer(uint32_t dst, uint64_t dst_point, uint32_t src, uint64_t src_point,
		     uint32_t flags)
{
	struct drm_syncobj_transfer args = {src, dst, src_point, dst_point, flags, 0};

	return local_call(&m, DRM_IOCTL_SYNCOBJ_TRANSFER, &args);
}

/* A pending fence in a syncobj, as a submission leaves it. Its reference is to be put. */
static struct fence *submit(uint32_t handle, uint64_t point)
{
	struct syncobj *syncobj;
	struct fence *fence;

	sim_lock(m.sim);
	fence = null_fence(m.sim, fence_context_alloc(m.sim, 1), 1);
	syncobj = syncobj_lookup(drm_file_of(m.process.fds[m.fd - LOCAL_FD_FIRST]), handle);
	if (point)
		syncobj_add_point(syncobj, fence_get(fence), point);
	else
		syncobj_replace_fence(syncobj, fence);
	syncobj_put(syncobj);
	sim_unlock(m.sim);
	return fence;
}

static void complete(struct fence *fence)
{
	sim_lock(m.sim);
	fence_signal(fence);
	fence_put(fence);
	sim_unlock(m.sim);
}

/* ---- something happens while the test waits ------------------------------ */

struct later {
	pthread_t thread;
	void (*func)(struct later *later);
	uint32_t handle;
	uint64_t point;
	struct fence *fence;
};

static void *run_later(void *arg)
{
	struct later *later = arg;

	usleep(20000);
	later->func(later);
	return NULL;
}

static void start_later(struct later *later)
{
	pthread_create(&later->thread, NULL, run_later, later);
}

static void complete_it(struct later *later)
{
	complete(later->fence);
}

static void submit_it(struct later *later)
{
	later->fence = submit(later->handle, later->point);
}

/* There for a moment only: who waits for a submission must not miss it. */
static void submit_and_reset(struct later *later)
{
	struct local_task task;
	struct drm_syncobj_array args = {
		.handles = (uintptr_t)&later->handle,
		.count_handles = 1,
	};

	local_task_init(&task, &m.process);
	complete(submit(later->handle, later->point));
	local_ioctl(&task, m.fd, DRM_IOCTL_SYNCOBJ_RESET, &args);
}

static void interrupt_it(struct later *later)
{
	(void)later;
	local_interrupt(&m.task, true);
}

/* ---- tests --------------------------------------------------------------- */

static void test_handles(void)
{
	struct drm_syncobj_create args = {.flags = 2};
	struct drm_syncobj_destroy pad = {.handle = 1, .pad = 1};

	is(create(0), 1, "the first handle is 1");
	is(create(DRM_SYNCOBJ_CREATE_SIGNALED), 2, "then 2");
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_CREATE, &args), -EINVAL, "unknown flags");
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_DESTROY, &pad), -EINVAL, "padding");
	is(wait_one(1, 0, 0), -EINVAL, "a new one has no fence to wait for");
	is(wait_one(2, 0, 0), 0, "unless it is created signaled");
	is(destroy(1), 0, "destroyed");
	is(destroy(1), -EINVAL, "once");
	is(create(0), 1, "and the number is free");
	destroy(1);
	destroy(2);
}

/* Destroying 0, which is none: @next_handle is created then. */
static void test_handle_0(uint32_t next_handle, const char *what)
{
	is(destroy(0), -EINVAL, "there is no syncobj 0");
	is(create(0), 1, "and destroying it has no consequence");
	is(destroy(0), -EINVAL, "nor while there are others");
	is(create(0), next_handle, what);
	is(wait_one(0, FOR_SUBMIT, 0), next_handle ? -ENOENT : -ETIME,
	   "and is what its number says");
	is(create(0), next_handle + 1 + !next_handle, "then the next");
	is(destroy(next_handle), 0, "it is destroyed");
	is(create(0), next_handle, "and the next again");
	destroy(next_handle);
	destroy(1);
	destroy(next_handle + 1 + !next_handle);
	is(create(0), next_handle ? 1 : 0, "even where there was none");
}

static void test_bad_arrays(void)
{
	uint32_t handle = create(DRM_SYNCOBJ_CREATE_SIGNALED), unknown[2] = {handle, 99};
	struct drm_syncobj_array args = {.handles = (uintptr_t)unknown, .count_handles = 2};
	struct drm_syncobj_timeline_array points = {
		.handles = (uintptr_t)&handle, .points = 8, .count_handles = 1};
	struct abi_syncobj_wait wait = {.handles = 8, .count_handles = 1};
	struct abi_syncobj_timeline_wait timeline = {
		.handles = (uintptr_t)&handle, .points = 8, .count_handles = 1};

	is(local_call(&m, DRM_IOCTL_SYNCOBJ_RESET, &args), -ENOENT, "an unknown handle");
	args.handles = 8;
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_RESET, &args), -EFAULT, "a bad pointer");
	args.count_handles = 0;
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_SIGNAL, &args), -EINVAL, "none to signal");
	is(local_call(&m, ABI_SYNCOBJ_WAIT, &wait), -EFAULT, "a bad pointer to wait for");
	wait.count_handles = 2000000;
	is(local_call(&m, ABI_SYNCOBJ_WAIT, &wait), -ENOMEM, "too many for the kernel's memory");
	wait.count_handles = 0;
	is(local_call(&m, ABI_SYNCOBJ_WAIT, &wait), 0, "but none");
	timeline.flags = 0x10;
	is(local_call(&m, ABI_SYNCOBJ_TIMELINE_WAIT, &timeline), -EINVAL, "an unknown flag");
	timeline.flags = 0;
	wait.flags = AVAILABLE;
	is(local_call(&m, ABI_SYNCOBJ_WAIT, &wait), -EINVAL, "a flag of timelines");
	is(local_call(&m, ABI_SYNCOBJ_TIMELINE_WAIT, &timeline), -EFAULT, "bad points");
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_QUERY, &points), -EFAULT, "nowhere for the answer");
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &points), -EFAULT, "bad points");
	points.flags = 2;
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_QUERY, &points), -EINVAL, "an unknown flag");
	points.flags = 0;
	points.points = 0;
	is(local_call(&m, DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, &points), 0, "no points are point 0");
	destroy(handle);
}

static void test_binary(void)
{
	uint32_t handles[2] = {create(0), create(0)}, first;
	struct fence *a, *b;

	is(array_call(DRM_IOCTL_SYNCOBJ_SIGNAL, handles[0]), 0, "signaled by hand");
	is(wait_one(handles[0], 0, 0), 0, "it has signaled");
	is(array_call(DRM_IOCTL_SYNCOBJ_RESET, handles[0]), 0, "and is reset");
	is(wait_one(handles[0], 0, 0), -EINVAL, "to nothing");
	is(wait_one(handles[0], FOR_SUBMIT, 0), -ETIME, "for which may be waited");

	a = submit(handles[0], 0);
	b = submit(handles[1], 0);
	is(wait_for(handles, 2, 0, 0, NULL), -ETIME, "both are pending");
	is(wait_for(handles, 2, 0, 20, NULL), -ETIME, "for all the time given");
	complete(b);
	is(wait_for(handles, 2, 0, 0, &first) || first != 1, 0, "the second is the first");
	is(wait_for(handles, 2, ALL, 0, &first), -ETIME, "but not all");
	is(first, 77, "the result of a failure is left alone");
	complete(a);
	is(wait_for(handles, 2, ALL, 0, &first) || first != 0, 0, "now all are");
	destroy(handles[0]);
	destroy(handles[1]);
}

static void test_waiting(void)
{
	uint32_t handles[2] = {create(0), create(0)}, first;
	struct later later = {.handle = handles[0], .func = complete_it};

	later.fence = submit(handles[0], 0);
	start_later(&later);
	is(wait_one(handles[0], 0, 10000), 0, "woken by the fence");
	pthread_join(later.thread, NULL);

	array_call(DRM_IOCTL_SYNCOBJ_RESET, handles[0]);
	later.fence = submit(handles[1], 0);
	start_later(&later);
	is(wait_for(handles, 2, FOR_SUBMIT, 10000, &first) || first != 1, 0, "or the second");
	pthread_join(later.thread, NULL);

	later.func = submit_and_reset;
	start_later(&later);
	is(wait_one(handles[0], FOR_SUBMIT, 10000), 0, "and by a submission that is soon over");
	pthread_join(later.thread, NULL);

	later.func = submit_it;
	start_later(&later);
	is(wait_one(handles[0], FOR_SUBMIT, 60), -ETIME, "one that is pending is waited for");
	pthread_join(later.thread, NULL);

	later.func = complete_it;
	start_later(&later);
	array_call(DRM_IOCTL_SYNCOBJ_SIGNAL, handles[1]);
	is(wait_for(handles, 2, ALL, 10000, &first) || first != 1, 0,
	   "all, of which the first was the second");
	pthread_join(later.thread, NULL);

	array_call(DRM_IOCTL_SYNCOBJ_RESET, handles[0]);
	later.func = interrupt_it;
	start_later(&later);
	is(wait_one(handles[0], FOR_SUBMIT, 10000), -SIM_ERESTARTSYS, "a signal ends it");
	pthread_join(later.thread, NULL);
	is(wait_one(handles[1], 0, 0), 0, "what needs no time is not interrupted");
	local_interrupt(&m.task, false);
	destroy(handles[0]);
	destroy(handles[1]);
}

static void test_timeline(void)
{
	uint32_t handle = create(0);
	struct fence *one, *three;
	struct later later = {.handle = handle, .point = 5, .func = submit_it};

	is(query(handle, 0), 0, "a new timeline is at 0");
	one = submit(handle, 1);
	three = submit(handle, 3);
	is(query(handle, 0), 0, "while nothing has signaled, too");
	is(query(handle, DRM_SYNCOBJ_QUERY_FLAGS_LAST_SUBMITTED), 3, "the last that is submitted");
	is(wait_point(handle, 1, 0, 0), -ETIME, "a point that is pending");
	is(wait_point(handle, 4, 0, 0), -EINVAL, "one that is not there");
	is(wait_point(handle, 4, AVAILABLE, 0), -ETIME, "may be waited for");
	is(wait_point(handle, 3, AVAILABLE, 0), 0, "one that is there needs not signal for that");
	complete(three);
	is(query(handle, 0), 0, "a later one that signals first counts not yet");
	is(wait_point(handle, 3, 0, 0), -ETIME, "nor has it been reached");
	complete(one);
	is(query(handle, 0), 3, "until all before it have");
	is(wait_point(handle, 2, 0, 0), 0, "a point between two");

	start_later(&later);
	is(wait_point(handle, 4, AVAILABLE, 10000), 0, "woken by a point further on");
	pthread_join(later.thread, NULL);
	is(query(handle, 0), 3, "what is pending is not reached");
	is(signal_point(handle, 6), 0, "a point by hand");
	is(query(handle, 0), 3, "waits for those before it");
	complete(later.fence);
	is(query(handle, 0), 6, "and is reached with them");

	is(signal_point(handle, 4), 0, "a point out of order");
	is(query(handle, 0), 6, "keeps the number");
	is(signal_point(handle, 7), 0, "and another in order");
	is(query(handle, 0), 7, "goes on");
	is(timeline_call(DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL, handle, NULL, 1), -EINVAL, "a flag");

	complete(submit(handle, 8));
	complete(submit(handle, 9));
	one = submit(handle, 10);
	is(null_gpu.fences, 2, "a new point drops what has signaled, but the last");
	is(signal_point(handle, 3), 0, "a point out of order after one that is pending");
	is(query(handle, 0), 0, "hides how far it was");
	complete(one);
	is(query(handle, 0), 10, "until that is over");
	destroy(handle);
}

static void test_transfer(void)
{
	uint32_t binary = create(0), timeline = create(0), other = create(0);
	struct later later = {.handle = binary, .func = submit_it};
	struct drm_syncobj_transfer pad = {binary, timeline, 0, 0, 0, 1};
	int64_t start = in_ms(1);
	struct fence *fence;

	is(local_call(&m, DRM_IOCTL_SYNCOBJ_TRANSFER, &pad), -EINVAL, "padding");
	is(transfer(99, 1, binary, 0, 0), -ENOENT, "to an unknown one");
	is(transfer(timeline, 1, 99, 0, 0), -ENOENT, "from an unknown one");
	is(transfer(timeline, 1, binary, 0, 0), -EINVAL, "from one without a fence");
	is(transfer(timeline, 1, binary, 0, ALL), -EINVAL, "with another flag");
	start_later(&later);
	is(transfer(timeline, 2, binary, 0, FOR_SUBMIT), 0, "which is waited for");
	pthread_join(later.thread, NULL);
	ok(in_ms(1) - start < 4000 * MS, "and seen at once");
	is(query(timeline, 1), 2, "as a point");
	fence = submit(timeline, 3);
	is(transfer(other, 0, timeline, 3, 0), 0, "a point to a binary one");
	complete(fence);
	is(wait_one(other, 0, 0), -ETIME, "which waits for all before it");
	is(transfer(other, 5, timeline, 3, 0), 0, "or flattened to a point");
	complete(later.fence);
	is(wait_one(other, 0, 0), 0, "of which the last is over");
	is(wait_point(other, 5, 0, 0), 0, "and this one, too");
	is(transfer(other, 0, timeline, 1, 0), 0, "one that is over and gone");
	is(wait_one(other, 0, 0), 0, "is a signaled one");

	local_interrupt(&m.task, true);
	is(transfer(timeline, 9, other, 9, FOR_SUBMIT), -SIM_ERESTARTSYS, "a signal ends it");
	local_interrupt(&m.task, false);
	destroy(binary);
	destroy(timeline);
	destroy(other);
}

static long handle_call(unsigned long cmd, struct abi_syncobj_handle args, int32_t *fd,
			uint32_t *handle)
{
	long err = local_call(&m, cmd, &args);

	if (fd)
		*fd = args.fd;
	if (handle)
		*handle = args.handle;
	return err;
}

static void test_files(void)
{
	const uint32_t sync_file = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE;
	const uint32_t import = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE;
	const unsigned long to_fd = ABI_SYNCOBJ_HANDLE_TO_FD, to_handle = ABI_SYNCOBJ_FD_TO_HANDLE;
	uint32_t handle = create(0), again, timeline = create(0);
	struct fence *fence;
	int32_t fd, file;

#define ARGS(...) ((struct abi_syncobj_handle){__VA_ARGS__})
	is(handle_call(to_fd, ARGS(.handle = 99), NULL, NULL), -EINVAL, "an unknown handle");
	is(handle_call(to_fd, ARGS(.handle = handle, .pad = 1), NULL, NULL), -EINVAL, "padding");
	is(handle_call(to_fd, ARGS(.handle = handle, .flags = 4), NULL, NULL), -EINVAL, "a flag");
	is(handle_call(to_fd, ARGS(.handle = handle, .point = 1), NULL, NULL), -EINVAL, "a point");
	is(handle_call(to_fd, ARGS(.handle = handle), &fd, NULL), 0, "a syncobj as a file");
	is(handle_call(to_handle, ARGS(.fd = fd), NULL, &again), 0, "which is imported");
	ok(again != handle, "under another handle");
	is(handle_call(to_handle, ARGS(.fd = m.fd), NULL, NULL), -EINVAL, "a device is none");
	is(handle_call(to_handle, ARGS(.fd = 999), NULL, NULL), -EINVAL, "nor what is not open");
	is(handle_call(to_handle, ARGS(.fd = fd, .pad = 1), NULL, NULL), -EINVAL, "padding");
	is(handle_call(to_handle, ARGS(.fd = fd, .flags = 4), NULL, NULL), -EINVAL, "a flag");
	is(handle_call(to_handle, ARGS(.fd = fd, .point = 4), NULL, NULL), -EINVAL, "a point");
	is(local_ioctl(&m.task, fd, ABI_SYNCOBJ_WAIT, NULL), -ENOTTY, "it has no ioctls");
	destroy(handle);
	local_close(&m.process, fd);
	array_call(DRM_IOCTL_SYNCOBJ_SIGNAL, again);
	is(wait_one(again, 0, 0), 0, "it is the same, and lives on");

	fence = submit(again, 0);
	is(handle_call(to_fd, ARGS(.handle = again, .flags = sync_file), &file, NULL), 0,
	   "a fence");
	array_call(DRM_IOCTL_SYNCOBJ_RESET, again);
	is(handle_call(to_handle, ARGS(.fd = file, .handle = again, .flags = import), NULL, NULL),
	   0, "goes and comes back");
	is(wait_one(again, 0, 0), -ETIME, "as pending as it was");
	complete(fence);
	local_close(&m.process, file);

	array_call(DRM_IOCTL_SYNCOBJ_RESET, again);
	is(handle_call(to_fd, ARGS(.handle = again, .flags = sync_file), NULL, NULL), -EINVAL,
	   "no fence to export");
	is(handle_call(to_fd, ARGS(.handle = 99, .flags = sync_file), NULL, NULL), -ENOENT,
	   "of an unknown handle");
	fence = submit(again, 0);
	is(handle_call(to_fd, ARGS(.handle = again, .flags = sync_file), &file, NULL), 0,
	   "a fence as a file");
	is(handle_call(to_handle,
		       ARGS(.fd = file, .handle = timeline, .flags = import | 2, .point = 4), NULL,
		       NULL),
	   0, "which is imported as a point");
	is(query(timeline, 1), 4, "that is there");
	ok(!local_is_readable(&m.process, file), "and pending");
	complete(fence);
	ok(local_is_readable(&m.process, file), "until it signals");
	is(query(timeline, 0), 4, "as the point does");
	is(handle_call(to_handle, ARGS(.fd = file, .handle = again, .flags = import), NULL, NULL),
	   0, "or as a binary one's fence");
	is(wait_one(again, 0, 0), 0, "that has signaled");
	is(handle_call(to_handle, ARGS(.fd = file, .pad = 1), NULL, NULL), -EINVAL, "padding");
	is(handle_call(to_handle, ARGS(.fd = file, .flags = 4), NULL, NULL), -EINVAL, "a flag");
	is(handle_call(to_handle, ARGS(.fd = file, .point = 4), NULL, NULL), -EINVAL, "a point");
	is(handle_call(to_handle, ARGS(.fd = file, .handle = 99, .flags = import), NULL, NULL),
	   -ENOENT, "into an unknown handle");
	is(handle_call(to_handle, ARGS(.fd = m.fd, .handle = 99, .flags = import), NULL, NULL),
	   -EINVAL, "a device is no fence");
	is(handle_call(to_fd, ARGS(.handle = timeline, .flags = sync_file | 2, .point = 5), NULL,
		       NULL),
	   -EINVAL, "a point that is not there");
	m.process.error = -EMFILE;
	is(handle_call(to_fd, ARGS(.handle = timeline, .flags = sync_file | 2, .point = 4), NULL,
		       NULL),
	   -EMFILE, "no descriptor is left");
	local_close(&m.process, file);
	destroy(again);
	destroy(timeline);
#undef ARGS
}

/* How often it was signaled since. */
static uint64_t events(int fd)
{
	uint64_t num;

	return read(fd, &num, sizeof(num)) < 0 ? 0 : num;
}

static long watch(uint32_t handle, uint64_t point, int fd, uint32_t flags)
{
	struct abi_syncobj_eventfd args = {handle, flags, point, fd, 0};

	return local_call(&m, ABI_SYNCOBJ_EVENTFD, &args);
}

static int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void test_eventfd(void)
{
	int last = next_fd();
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), blocking = eventfd(0, EFD_CLOEXEC);
	uint32_t handle = create(0), lost = create(0);
	const uint64_t full = UINT64_MAX - 1;
	struct fence *fence;

	is(watch(99, 0, fd, 0), -ENOENT, "an unknown handle");
	is(watch(handle, 0, 999, 0), -EBADF, "what is not open");
	is(watch(handle, 0, 0, 0), -EINVAL, "what is no eventfd");
	is(watch(handle, 0, m.fd, 0), -EINVAL, "a device");
	is(watch(handle, 0, fd, ALL), -EINVAL, "another flag");

	is(watch(handle, 2, fd, 0), 0, "a point that is not there");
	is(watch(handle, 2, fd, AVAILABLE), 0, "or until it is");
	is(watch(lost, 2, fd, 0), 0, "or one that will never be");
	is((long long)events(fd), 0, "nothing yet");
	fence = submit(handle, 2);
	is((long long)events(fd), 1, "it is there");
	is(watch(handle, 1, fd, AVAILABLE), 0, "and what is there already");
	is((long long)events(fd), 1, "is told at once");
	complete(fence);
	is((long long)events(fd), 1, "it has signaled");
	is(watch(handle, 1, fd, 0), 0, "what has signaled");
	is((long long)events(fd), 1, "is told at once");

	is(watch(handle, 3, fd, AVAILABLE), 0, "a point further on");
	is(watch(handle, 4, fd, AVAILABLE), 0, "and another");
	is(watch(handle, 5, fd, AVAILABLE), 0, "and another");
	is((long long)events(fd), 0, "none of which is there");
	is(signal_point(handle, 4), 0, "the one in the middle comes");
	is((long long)events(fd), 2, "and with it the one before");
	is(signal_point(handle, 5), 0, "then the last");
	is((long long)events(fd), 1, "is told, too");

	ok(write(blocking, &full, sizeof(full)) == sizeof(full), "an eventfd that is full");
	is(watch(handle, 1, blocking, 0), 0, "blocks nobody");
	close(blocking);
	destroy(lost);
	destroy(handle);
	close(fd);
	is(next_fd(), last, "no file is left");
}

static void test_exit(void)
{
	struct local_process other;
	struct local_task task;
	struct drm_syncobj_create args = {0};
	struct drm_syncobj_array array = {.handles = (uintptr_t)&args.handle, .count_handles = 1};
	int fd;

	local_process_init(&other, m.sim, 2000);
	local_task_init(&task, &other);
	fd = local_open(&task, true);
	local_ioctl(&task, fd, DRM_IOCTL_SYNCOBJ_CREATE, &args);
	local_ioctl(&task, fd, DRM_IOCTL_SYNCOBJ_SIGNAL, &array);
	is(args.handle, 1, "each file counts from 1");
	local_process_fini(&other);
	ok(true, "and what is left goes with it");
}

int main(void)
{
	local_machine_start(&m, &old);
	test_handles();
	test_bad_arrays();
	test_binary();
	test_waiting();
	test_timeline();
	test_transfer();
	test_files();
	test_eventfd();
	test_exit();
	test_handle_0(2, "up to 7.0");
	is(transfer(create(0), 1, 99, 0, ALL), -EINVAL,
	   "6.18 looks at the flags of a transfer first");
	local_machine_stop(&m);
	is(null_gpu.fences, 0, "no fence is left");

	local_machine_start(&m, &new);
	test_handle_0(0, "but from 7.1 on");
	is(transfer(create(0), 1, 99, 0, ALL), -ENOENT, "7.3 at the handle");
	local_machine_stop(&m);
	return tap_done();
}
