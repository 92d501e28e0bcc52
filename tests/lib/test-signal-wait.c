// SPDX-License-Identifier: MIT
/* SIGNAL and WAIT: what the kernel is handed, and what it never gets to see. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "tap.h"

static struct auq_device *dev;
static const uint32_t handles[3] = {1, 2, 3};

/* ---- answers of the kernel */

static void count_0(void *arg)
{
	struct auq_uapi_wait *wait = arg;

	is(wait->num_fences, 0, "a count");
}

static void count_2(void *arg)
{
	count_0(arg);
	((struct auq_uapi_wait *)arg)->num_fences = 2;
}

static void count_40(void *arg)
{
	count_0(arg);
	((struct auq_uapi_wait *)arg)->num_fences = 40;
}

static uint16_t capacity;
static bool blocked;

static void fill_2(void *arg)
{
	struct auq_uapi_wait *wait = arg;
	struct auq_uapi_fence_info *out = (void *)(uintptr_t)wait->out_fences;
	sigset_t now;

	ok(wait->num_fences >= 2, "a fill");
	capacity = wait->num_fences;
	out[0] = (struct auq_uapi_fence_info){0xffff800000400018, 7};
	out[1] = (struct auq_uapi_fence_info){0xffff800000400020, 8};
	wait->num_fences = 2;
	pthread_sigmask(SIG_SETMASK, NULL, &now);
	blocked = sigismember(&now, SIGINT) && sigismember(&now, SIGALRM);
}

static void fill_refused(void *arg)
{
	capacity = ((struct auq_uapi_wait *)arg)->num_fences;
}

#define COUNT(answer)                                                                              \
	{                                                                                          \
		AUQ_IOCTL_WAIT, 0, answer                                                          \
	}
#define FILL(error, answer)                                                                        \
	{                                                                                          \
		AUQ_IOCTL_WAIT, error, answer                                                      \
	}

static struct auq_wait_args wait_for_syncobj(void)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);

	args.queue_id = 5;
	args.syncobjs = handles;
	args.num_syncobjs = 1;
	return args;
}

static void use_kernel(const char *release)
{
	auq_device_unref(dev);
	fake_reset(release);
	dev = fake_device();
}

/* ---- SIGNAL */

static void see_signal(void *arg)
{
	struct auq_uapi_signal *signal = arg;

	ok(signal->queue_id == 5 && signal->num_syncobj_handles == 1 &&
		   signal->num_bo_read_handles == 2 && signal->num_bo_write_handles == 3 &&
		   !signal->pad && !signal->pad0 && !signal->pad1,
	   "counts, and padding of zeros");
	ok(signal->syncobj_handles == (uintptr_t)handles &&
		   signal->bo_read_handles == (uintptr_t)handles &&
		   signal->bo_write_handles == (uintptr_t)handles,
	   "the caller's arrays");
}

static void test_signal(void)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args), bad;
	static const int errors[] = {ENOENT, EINVAL, EFAULT, ENOMEM, EALREADY, AUQ_ENOTSUPP};
	size_t i;

	use_kernel("7.3.4");
	args.queue_id = 5;
	args.syncobjs = args.bo_read = args.bo_write = handles;
	args.num_syncobjs = 1;
	args.num_bo_read = 2;
	args.num_bo_write = 3;
	FAKE_EXPECT({AUQ_IOCTL_SIGNAL, 0, see_signal});
	is(auq_signal(dev, &args), 0, "SIGNAL");
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		FAKE_EXPECT({AUQ_IOCTL_SIGNAL, errors[i], NULL});
		is(auq_signal(dev, &args), -errors[i], auq_strerror(errors[i]));
	}
	is(auq_signal(NULL, &args), -EINVAL, "no device");
	is(auq_signal(dev, NULL), -EINVAL, "no args");
	bad = args, bad.size = 4;
	is(auq_signal(dev, &bad), -EINVAL, "size");
	bad = args, bad.flags = 1;
	is(auq_signal(dev, &bad), -EINVAL, "flags");
	bad = args, bad.num_syncobjs = 65536;
	is(auq_signal(dev, &bad), -EINVAL, "65536 syncobjs, whose count would be 0");
	bad = args, bad.num_bo_read = 65537;
	is(auq_signal(dev, &bad), -EINVAL, "too many to read");
	bad = args, bad.num_bo_write = 65537;
	is(auq_signal(dev, &bad), -EINVAL, "too many to write");
	fake_check("SIGNAL", 1);
}

/* ---- WAIT */

static void test_wait_arguments(void)
{
	struct auq_wait_args args = wait_for_syncobj(), bad;
	struct auq_fence fences[4], *allocated = NULL;
	static const uint64_t points[1];
	static struct {
		struct auq_wait_args args;
		char zeros[4096];
	} large;
	uint32_t num = 4;

	use_kernel("7.3.4");
	is(auq_wait(NULL, &args, fences, &num), -EINVAL, "no device");
	is(auq_wait(dev, NULL, fences, &num), -EINVAL, "no args");
	is(auq_wait(dev, &args, NULL, &num), -EINVAL, "no array");
	is(auq_wait(dev, &args, fences, NULL), -EINVAL, "no room");
	is(auq_wait_count(NULL, &args, &num), -EINVAL, "count: no device");
	is(auq_wait_count(dev, &args, NULL), -EINVAL, "count: nowhere to put it");
	is(auq_wait_alloc(dev, &args, NULL, &num), -EINVAL, "alloc: nowhere to put it");
	is(auq_wait_alloc(dev, &args, &allocated, NULL), -EINVAL, "alloc: nowhere to put it");
	bad = args, bad.size--;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "size");
	bad = args, bad.flags = 4;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "flags");
	bad = args, bad.num_syncobjs = 65536;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "too many syncobjs");
	bad = args, bad.num_timelines = 65536;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "too many timelines");
	bad = args, bad.num_bo_read = 65537;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "too many to read");
	bad = args, bad.num_bo_write = 65537;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "too many to write");
	is(num, 4, "room left alone");
	large.args = args;
	large.args.size = sizeof(large);
	is(auq_wait(dev, &large.args, fences, &num), -E2BIG, "a size that cannot be true");

	use_kernel("6.18.15");
	bad = args, bad.num_syncobjs = 65535;
	bad.timelines = handles;
	bad.points = points;
	bad.num_timelines = 1;
	is(auq_wait(dev, &bad, fences, &num), -EINVAL, "65536 fences, whose count would be 0");
	is(auq_wait_count(dev, &bad, &num), -EINVAL, "count: the same");
	bad.num_timelines = 0;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait_count(dev, &bad, &num), 0, "65535");
	use_kernel("7.3.4");
	bad.num_timelines = 1;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait_count(dev, &bad, &num), 0, "65536 on a kernel that counts no further");
	fake_check("arguments", 1);
}

static void test_wait(void)
{
	struct auq_wait_args args = wait_for_syncobj();
	struct auq_fence fences[3] = {{1, 1}};
	uint32_t num = 3;

	use_kernel("7.3.4");
	FAKE_EXPECT(COUNT(count_2), FILL(0, fill_2));
	is(auq_wait(dev, &args, fences, &num), 0, "WAIT");
	is(num, 2, "pairs");
	ok(fences[1].value == 8 && auq_fence_slot(&fences[1]) == 4, "value and slot");
	is(capacity, 3, "the kernel gets all the room there is");
	ok(!blocked, "no signals blocked on a kernel that needs it not");

	num = 70000;
	FAKE_EXPECT(COUNT(count_2), FILL(0, fill_2));
	is(auq_wait(dev, &args, fences, &num), 0, "more room than the ABI has a number for");
	is(capacity, 65535, "is the largest number");

	num = 1;
	fences[0].va = 1;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait(dev, &args, fences, &num), -ENOSPC, "too small an array never gets there");
	ok(num == 1 && fences[0].va == 1, "nothing is written");
	num = 0;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait(dev, &args, NULL, &num), -ENOSPC, "nor none");
	num = 0;
	args.flags = AUQ_WAIT_SHORT;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait(dev, &args, NULL, &num), -ENOSPC, "which would be a count, SHORT or not");
	num = 1;
	FAKE_EXPECT(COUNT(count_2), FILL(EINVAL, fill_refused));
	is(auq_wait(dev, &args, fences, &num), -EINVAL, "SHORT lets it through");
	is(capacity, 1, "as it is");
	args.flags = 0;

	num = 3;
	FAKE_EXPECT(COUNT(count_0));
	is(auq_wait(dev, &args, fences, &num), 0, "no fences");
	is(num, 0, "is the answer, and the kernel is not asked for them");
	num = 3;
	FAKE_EXPECT(COUNT(count_2), FILL(EINVAL, fill_refused), COUNT(count_2));
	is(auq_wait(dev, &args, fences, &num), -EINVAL, "no such queue");
	FAKE_EXPECT(COUNT(count_2), FILL(EINVAL, fill_refused), COUNT(count_40));
	is(auq_wait(dev, &args, fences, &num), -ENOSPC, "more fences than a moment ago");
	FAKE_EXPECT(COUNT(count_2), FILL(EINVAL, fill_refused), FILL(ENOENT, NULL));
	is(auq_wait(dev, &args, fences, &num), -EINVAL, "not to be found out");
	is(num, 3, "room left alone");
	fake_check("WAIT", 1);
}

static void test_wait_errors(void)
{
	static const int errors[] = {ENOENT, ETIME, EALREADY, EFAULT, ENOMEM, AUQ_ENOTSUPP};
	struct auq_wait_args args = wait_for_syncobj();
	struct auq_fence fences[2] = {{1, 1}}, *out = fences;
	uint32_t num = 2;
	size_t i;

	use_kernel("7.3.4");
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		FAKE_EXPECT(FILL(errors[i], NULL));
		is(auq_wait_count(dev, &args, &num), -errors[i], auq_strerror(errors[i]));
		FAKE_EXPECT(FILL(errors[i], NULL));
		is(auq_wait(dev, &args, fences, &num), -errors[i], "count fails");
		FAKE_EXPECT(COUNT(count_2), FILL(errors[i], NULL));
		is(auq_wait(dev, &args, fences, &num), -errors[i], "fill fails");
		FAKE_EXPECT(FILL(errors[i], NULL));
		is(auq_wait_alloc(dev, &args, &out, &num), -errors[i], "alloc fails");
	}
	ok(num == 2 && fences[0].va == 1 && out == fences, "nothing is written");
	fake_check("errors", 1);
}

static void test_wait_alloc(void)
{
	struct auq_wait_args args = wait_for_syncobj();
	struct auq_fence *fences = NULL;
	uint32_t num = 0;

	use_kernel("6.18.15");
	FAKE_EXPECT(COUNT(count_2), COUNT(count_2), FILL(0, fill_2));
	is(auq_wait_alloc(dev, &args, &fences, &num), 0, "alloc");
	ok(num == 2 && fences && fences[0].value == 7, "pairs");
	ok(capacity > 2, "room for more");
	free(fences);
	/* grown between count and count, and between count and fill */
	FAKE_EXPECT(COUNT(count_2), COUNT(count_40), COUNT(count_2), COUNT(count_2),
		    FILL(EINVAL, fill_refused), COUNT(count_40), COUNT(count_40), COUNT(count_40),
		    FILL(0, fill_2));
	is(auq_wait_alloc(dev, &args, &fences, &num), 0, "alloc, third time");
	ok(capacity > 40, "room for 40");
	free(fences);
	FAKE_EXPECT(COUNT(count_0), COUNT(count_0));
	is(auq_wait_alloc(dev, &args, &fences, &num), 0, "alloc of nothing");
	is(num, 0, "none");
	free(fences);
	fences = NULL;
	num = 9;
	FAKE_EXPECT(COUNT(count_2), COUNT(count_40), COUNT(count_2), COUNT(count_40),
		    COUNT(count_2), COUNT(count_40), COUNT(count_2), COUNT(count_40),
		    COUNT(count_2), COUNT(count_40), COUNT(count_2), COUNT(count_40),
		    COUNT(count_2), COUNT(count_40), COUNT(count_2), COUNT(count_40));
	is(auq_wait_alloc(dev, &args, &fences, &num), -ENOSPC,
	   "auq_wait_alloc -ENOSPC: not for ever");
	ok(num == 9 && !fences, "nothing is written");
	fake_check("alloc", 1);
}

static void test_unsafe_kernels(void)
{
	static const char *const refused[] = {"7.0.0", "7.0.14", "7.0.20", "6.17.1", "nonsense"};
	struct auq_wait_args args = wait_for_syncobj();
	struct auq_fence fences[2];
	uint32_t num = 2;
	sigset_t before;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		use_kernel(refused[i]);
		FAKE_EXPECT(COUNT(count_2));
		is(auq_wait_count(dev, &args, &num), 0, "counting is safe");
		is(auq_wait(dev, &args, fences, &num), -EOPNOTSUPP, refused[i]);
		fake_check("refused", 1);
	}
	args.flags = AUQ_WAIT_UNSAFE;
	FAKE_EXPECT(COUNT(count_2), FILL(0, fill_2));
	is(auq_wait(dev, &args, fences, &num), 0, "unless told otherwise");

	use_kernel("6.18.15");
	args.flags = 0;
	FAKE_EXPECT(COUNT(count_2), FILL(0, fill_2));
	is(auq_wait(dev, &args, fences, &num), 0, "6.18.15");
	ok(blocked, "with signals blocked");
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	ok(!sigismember(&before, SIGINT), "and unblocked again");
	FAKE_EXPECT(COUNT(count_2), FILL(ENOENT, NULL));
	is(auq_wait(dev, &args, fences, &num), -ENOENT, "6.18.15, failing");
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	ok(!sigismember(&before, SIGINT), "unblocked again");
	fake_check("unsafe", 1);
}

/* ---- timeline points */

static void see_u32(void *arg)
{
	struct auq_uapi_wait *wait = arg;
	const uint32_t *points = (void *)(uintptr_t)wait->syncobj_timeline_points;

	ok(points[0] == 7 && points[1] == 0xffffffff &&
		   wait->syncobj_timeline_handles == (uintptr_t)handles,
	   "4-byte points");
}

static void see_u64(void *arg)
{
	struct auq_uapi_wait *wait = arg;
	const uint64_t *points = (void *)(uintptr_t)wait->syncobj_timeline_points;

	ok(points[0] == 7 && points[1] == 0xffffffff, "8-byte points");
}

static void test_points(void)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	uint64_t points[2] = {7, 0xffffffff}, many[100] = {7, 0xffffffff};
	uint32_t many_handles[100] = {0}, num = 0;

	args.timelines = handles;
	args.points = points;
	args.num_timelines = 2;
	use_kernel("7.3.4");
	FAKE_EXPECT(FILL(0, see_u64));
	is(auq_wait_count(dev, &args, &num), 0, "from 7.1");
	use_kernel("7.0.0");
	FAKE_EXPECT(FILL(0, see_u32));
	is(auq_wait_count(dev, &args, &num), 0, "up to 7.0");
	memcpy(many_handles, handles, sizeof(handles));
	args.points = many;
	args.num_timelines = 100;
	FAKE_EXPECT({AUQ_IOCTL_WAIT, EIO, NULL});
	is(auq_wait_count(dev, &args, &num), -EIO, "a hundred, failing");
	args.points = NULL;
	is(auq_wait_count(dev, &args, &num), -EFAULT, "no points");
	points[1]++;
	num = 5;
	args.points = points;
	args.num_timelines = 2;
	is(auq_wait_count(dev, &args, &num), -EOVERFLOW, "2^32");
	is(num, 5, "left alone");
	fake_check("points", 1);

	auq_device_unref(dev);
	fake_reset("6.19.1");
	fake.userq_ip_mask = 0; /* nothing to probe with */
	dev = fake_device();
	is(auq_wait_count(dev, &args, &num), -EOPNOTSUPP,
	   "auq_wait_count -EOPNOTSUPP: nobody knows how points are read");
	args.num_timelines = 0;
	FAKE_EXPECT(COUNT(count_2));
	is(auq_wait_count(dev, &args, &num), 0, "which matters only if there are any");
}

static void test_slot(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;
	struct auq_fence fence = {0xffff800000200000, 0};
	uint32_t slot = 9;

	use_kernel("7.3.4");
	is(auq_fence_slot(&fence), 0, "the first slot");
	fence.va += (2 << 20) - 8;
	is(auq_fence_slot(&fence), 262143, "the last one");
	args.ip = AUQ_IP_SDMA;
	auq_queue_create(dev, &args, &queue);
	is(auq_queue_slot(NULL, &slot), -EINVAL, "no queue");
	is(auq_queue_slot(queue, NULL), -EINVAL, "nowhere to put it");
	FAKE_EXPECT({AUQ_IOCTL_SIGNAL, ENOMEM, NULL});
	is(auq_queue_slot(queue, &slot), -ENOMEM, "SIGNAL fails");
	FAKE_EXPECT({AUQ_IOCTL_SIGNAL, 0, NULL}, FILL(ETIME, NULL));
	is(auq_queue_slot(queue, &slot), -ETIME, "WAIT fails");
	FAKE_EXPECT({AUQ_IOCTL_SIGNAL, 0, NULL}, COUNT(count_0));
	is(auq_queue_slot(queue, &slot), -EIO, "auq_queue_slot -EIO: WAIT finds nothing");
	is(slot, 9, "left alone");
	auq_queue_unref(queue);
	fake_check("slot", 1);

	use_kernel("7.0.14");
	auq_queue_create(dev, &args, &queue);
	is(auq_queue_slot(queue, &slot), -EOPNOTSUPP, "nothing is signaled where WAIT is refused");
	auq_queue_unref(queue);
	fake_check("slot", 1);
}

int main(void)
{
	test_signal();
	test_wait_arguments();
	test_wait();
	test_wait_errors();
	test_wait_alloc();
	test_unsafe_kernels();
	test_points();
	test_slot();
	auq_device_unref(dev);
	fake_check("all", 0);
	return tap_done();
}
