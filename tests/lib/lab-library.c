// SPDX-License-Identifier: MIT
/*
 * The library on the real driver, in the lab: tests/lab/run KERNEL -- lab-library
 *
 * No SIGNAL follows a WAIT into the same queue, no queue is freed with a
 * pending fence, no array is too small: nothing leaks, not even on kernels
 * that leak otherwise, and the last test is that nothing did.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "amdgpu_userq.h"
#include "tap.h"

#define SECOND 1000000000ull

static const char *const ip_names[AUQ_NUM_IPS] = {"GFX", "COMPUTE", "SDMA"};
static struct auq_device *dev;

static int open_node(void)
{
	char path[32];
	int nr, fd;

	for (nr = 128; nr < 132; nr++) {
		snprintf(path, sizeof(path), "/dev/dri/renderD%d", nr);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -errno;
}

static bool kernel_before(int major, int minor)
{
	struct auq_device_info info = AUQ_ARGS(auq_device_info);
	int got_major = 0, got_minor = 0;

	auq_device_query(dev, &info);
	sscanf(info.kernel_release, "%d.%d", &got_major, &got_minor);
	return got_major < major || (got_major == major && got_minor < minor);
}

static struct auq_queue *make_queue(enum auq_ip ip)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;

	args.ip = ip;
	is(auq_queue_create(dev, &args, &queue), 0, "a queue is created");
	return queue;
}

static struct auq_buffer *make_buffer(void)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_buffer *buf = NULL;

	args.bytes = 4096;
	args.flags = AUQ_BUFFER_UNCACHED;
	is(auq_buffer_create(dev, &args, &buf), 0, "a buffer is created");
	return buf;
}

static uint32_t make_syncobj(void)
{
	uint32_t handle = 0;

	drmSyncobjCreate(auq_device_fd(dev), 0, &handle);
	return handle;
}

static int wait_syncobj(uint32_t handle)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return drmSyncobjWait(auq_device_fd(dev), &handle, 1, (ts.tv_sec + 5) * (int64_t)SECOND, 0,
			      NULL);
}

static int signal_to(struct auq_queue *queue, uint32_t syncobj)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = auq_queue_id(queue);
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	return auq_signal(dev, &args);
}

static void test_capabilities(void)
{
	struct auq_device_info info = AUQ_ARGS(auq_device_info);
	struct auq_ip_info ip;
	int i;

	is(auq_device_query(dev, &info), 0, "device query");
	ok(info.userq_ip_mask == 7, "the lab's device has user queues on all engines");
	ok(info.drm_major == 3 && info.drm_minor >= 64, "driver version %u.%u", info.drm_major,
	   info.drm_minor);
	printf("# kernel %s, device %04x, family %u\n", info.kernel_release, info.device_id,
	       info.family);
	for (i = 0; i < AUQ_NUM_IPS; i++) {
		ip = AUQ_ARGS(auq_ip_info);
		is(auq_device_query_ip(dev, (enum auq_ip)i, &ip), 0, ip_names[i]);
		is(ip.state, AUQ_IP_USABLE, "is usable");
		ok(ip.shadow_size || ip.csa_size || ip.eop_size, "areas: %u %u %u", ip.shadow_size,
		   ip.csa_size, ip.eop_size);
	}
	is(auq_device_trait(dev, AUQ_TRAIT_POINTS_U64) == AUQ_YES, !kernel_before(7, 1),
	   "size of timeline points");
}

/* A write is executed, its fence completes by interrupt, and the ring goes round. */
static void test_submit(enum auq_ip ip)
{
	struct auq_queue *queue = make_queue(ip);
	struct auq_buffer *buf = make_buffer();
	uint32_t syncobj = make_syncobj(), i;
	uint64_t value = 0, last = 0;
	volatile uint32_t *data;
	bool grew = true;

	if (!queue || !buf)
		return;
	data = auq_buffer_cpu(buf);
	is(auq_queue_emit_nop(queue, 3), 0, "NOPs");
	is(auq_queue_emit_write(queue, auq_buffer_va(buf) + 8, 0x12345678), 0, "a write");
	is(auq_queue_submit(queue, &value), 0, "submit");
	is(signal_to(queue, syncobj), 0, "SIGNAL after the doorbell");
	is(auq_queue_wait_idle(queue, 5 * SECOND), 0, "the engine gets idle");
	is(data[2], 0x12345678, "memory has the value");
	is(wait_syncobj(syncobj), 0, "the fence completes");
	is(value, (ip == AUQ_IP_SDMA ? 4 : 1) * (3 + 5 + (ip == AUQ_IP_SDMA ? 1 : 2)),
	   "value is the wptr, in the engine's unit");

	for (i = 0; i < 60; i++) {
		if (auq_queue_emit_nop(queue, 1000) || auq_queue_submit(queue, &value) ||
		    auq_queue_wait_idle(queue, 5 * SECOND))
			break;
		grew &= value > last;
		last = value;
	}
	is(i, 60, "60 submissions, more than three times around the ring");
	ok(grew, "wptr only grows");
	auq_queue_emit_write(queue, auq_buffer_va(buf), 99);
	auq_queue_submit(queue, NULL);
	is(auq_queue_wait_idle(queue, 5 * SECOND), 0, "idle again");
	is(data[0], 99, "and written again");
	is(auq_queue_emit_nop(queue, 16384), -EMSGSIZE, "more than the ring can hold");

	is(auq_queue_free(queue), 0, "free");
	is(auq_queue_free(queue), 0, "free again");
	is(auq_queue_emit_nop(queue, 1), -ENODEV, "no packets after that");
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	auq_queue_unref(queue);
	auq_buffer_unref(buf);
}

/* As a driver with rings of its own builds them. */
static void test_packets(enum auq_ip ip)
{
	static const uint32_t words[3] = {1, 2, 3};
	struct auq_ip_info info = AUQ_ARGS(auq_ip_info);
	struct auq_queue *queue = make_queue(ip);
	struct auq_buffer *buf = make_buffer();
	volatile uint32_t *data;
	uint32_t dw[64];
	uint64_t va;
	int n, r;

	if (!queue || !buf)
		return;
	auq_device_query_ip(dev, ip, &info);
	data = auq_buffer_cpu(buf);
	va = auq_buffer_va(buf);
	n = auq_packet_nop(ip, dw, 64, 2);
	n += auq_packet_write(ip, dw + n, 32, va + 4, words, 3);
	r = auq_packet_release(ip, info.version_major, dw + n, 8, va + 16, 0x500000004ull);
	ok(n == 9 && r == 8, "packets for version %u", info.version_major);
	is(auq_queue_emit(queue, dw, (size_t)(n + r)), 0, "into the ring");
	is(auq_queue_submit(queue, NULL), 0, "submit");
	is(auq_queue_wait_idle(queue, 5 * SECOND), 0, "the engine gets idle");
	ok(!data[0] && data[1] == 1 && data[2] == 2 && data[3] == 3 && data[4] == 4 &&
		   data[5] == 5 && !data[6],
	   "memory has all of it");
	auq_queue_unref(queue);
	auq_buffer_unref(buf);
}

/* B waits on the GPU for what A will have done. */
static void test_dependency(void)
{
	struct auq_queue *a = make_queue(AUQ_IP_SDMA), *b = make_queue(AUQ_IP_COMPUTE);
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	uint32_t syncobj = make_syncobj(), num = 0, handle, slot = 0;
	struct auq_fence *fences = NULL, one = {0, 0};
	struct auq_buffer *buf = make_buffer();
	uint64_t value = 0;

	if (!a || !b || !buf)
		return;
	handle = auq_buffer_handle(buf);
	auq_queue_emit_write(a, auq_buffer_va(buf), 1);
	auq_queue_submit(a, &value);
	signal.queue_id = auq_queue_id(a);
	signal.syncobjs = &syncobj;
	signal.num_syncobjs = 1;
	signal.bo_write = &handle;
	signal.num_bo_write = 1;
	is(auq_signal(dev, &signal), 0, "SIGNAL into a syncobj and a BO");

	wait.queue_id = auq_queue_id(b);
	wait.syncobjs = &syncobj;
	wait.num_syncobjs = 1;
	is(auq_wait_count(dev, &wait, &num), 0, "count");
	is(num, 1, "one fence");
	num = 0;
	one.va = 7;
	is(auq_wait(dev, &wait, &one, &num), -ENOSPC, "no room is refused here");
	ok(one.va == 7 && num == 0, "and nothing is written");
	num = 1;
	is(auq_wait(dev, &wait, &one, &num), 0, "fill");
	is(num, 1, "one pair");
	is(one.value, value, "its value is the wptr at SIGNAL");

	wait.syncobjs = NULL;
	wait.num_syncobjs = 0;
	wait.bo_read = &handle;
	wait.num_bo_read = 1;
	is(auq_wait_alloc(dev, &wait, &fences, &num), 0, "the same by the BO");
	ok(num == 1 && fences && fences->va == one.va, "gives the same slot");

	is(auq_queue_emit_fence_wait(b, fences, num), 0, "wait packet");
	is(auq_queue_emit_write(b, auq_buffer_va(buf) + 4, 2), 0, "write behind it");
	is(auq_queue_submit(b, NULL), 0, "submit");
	is(auq_queue_wait_idle(b, 5 * SECOND), 0, "B gets there");
	is(((volatile uint32_t *)auq_buffer_cpu(buf))[1], 2, "and has written");
	is(auq_queue_emit_fence_wait(a, fences, num), -EOPNOTSUPP, "SDMA has no such packet");
	free(fences);

	is(auq_queue_slot(a, &slot), 0, "A's slot");
	is(slot, auq_fence_slot(&one), "is the one of its fence");
	auq_queue_unref(b);
	auq_queue_unref(a);
	auq_buffer_unref(buf);
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
}

static void test_timeline(void)
{
	struct auq_queue *queue = make_queue(AUQ_IP_GFX);
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	uint32_t binary = make_syncobj(), timelines[2], num = 4;
	uint64_t points[2] = {3, 5}, big[2] = {3, 1ull << 32};
	int fd = auq_device_fd(dev), i;
	struct auq_fence fences[4];

	if (!queue)
		return;
	auq_queue_submit(queue, NULL);
	signal_to(queue, binary);
	for (i = 0; i < 2; i++) {
		timelines[i] = make_syncobj();
		is(drmSyncobjTransfer(fd, timelines[i], points[i], binary, 0, 0), 0,
		   "a timeline point");
	}
	is(auq_queue_wait_idle(queue, 5 * SECOND), 0, "idle");

	wait.queue_id = auq_queue_id(queue);
	wait.timelines = timelines;
	wait.points = points;
	wait.num_timelines = 2;
	is(auq_wait(dev, &wait, fences, &num), 0, "WAIT for points of two timelines");
	ok(num <= 1, "at most one pair, for both are one fence");
	wait.points = big;
	if (auq_device_trait(dev, AUQ_TRAIT_POINTS_U64) == AUQ_NO)
		is(auq_wait(dev, &wait, fences, &num), -EOVERFLOW, "a point of 33 bits");
	else
		/* Nobody will ever submit it: the kernel waits for that 5 seconds. */
		is(auq_wait(dev, &wait, fences, &num), -ETIME, "a point of 33 bits");
	auq_queue_unref(queue);
	for (i = 0; i < 2; i++)
		drmSyncobjDestroy(fd, timelines[i]);
	drmSyncobjDestroy(fd, binary);
}

static void test_kernel_errors(void)
{
	struct auq_raw_queue_args raw = AUQ_ARGS(auq_raw_queue_args);
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	uint32_t none = 4242, id = 77, num = 1, syncobj;
	struct auq_queue *queue;
	struct auq_fence fence = {1, 2};

	is(auq_raw_queue_free(dev, 4242), kernel_before(7, 0) ? -EINVAL : -ENOENT,
	   "FREE of no queue");
	is(auq_raw_queue_create(dev, &raw, &id), -EINVAL, "CREATE of nothing");
	is(id, 77, "leaves the id alone");
	args.ip = AUQ_IP_SDMA;
	args.priority = AUQ_PRIORITY_HIGH;
	if (geteuid()) {
		queue = NULL;
		is(auq_queue_create(dev, &args, &queue), -EACCES, "high priority is privileged");
		ok(!queue, "no queue");
	}

	signal.queue_id = 4242;
	is(auq_signal(dev, &signal), -ENOENT, "SIGNAL of no queue");
	queue = make_queue(AUQ_IP_SDMA);
	if (!queue)
		return;
	signal.queue_id = auq_queue_id(queue);
	signal.syncobjs = &none;
	signal.num_syncobjs = 1;
	is(auq_signal(dev, &signal), -ENOENT, "SIGNAL into no syncobj");

	wait.queue_id = auq_queue_id(queue);
	is(auq_wait(dev, &wait, &fence, &num), 0, "WAIT for nothing");
	is(num, 0, "is nothing");
	num = 1;
	wait.bo_read = &none;
	wait.num_bo_read = 1;
	is(auq_wait(dev, &wait, &fence, &num), -ENOENT, "WAIT for no BO");
	ok(num == 1 && fence.va == 1 && fence.value == 2, "leaves its results alone");

	syncobj = make_syncobj();
	wait.bo_read = NULL;
	wait.num_bo_read = 0;
	wait.syncobjs = &syncobj;
	wait.num_syncobjs = 1;
	is(auq_wait_count(dev, &wait, &num), -ETIME, "WAIT for a syncobj that never gets a fence");
	is(signal_to(queue, syncobj), 0, "SIGNAL");
	wait.queue_id = 4242;
	is(auq_wait(dev, &wait, &fence, &num), -EINVAL, "WAIT into no queue");
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	auq_queue_unref(queue);
}

/* The lowest free slot of the device. */
static uint32_t free_slot(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;
	uint32_t slot = UINT32_MAX;

	args.ip = AUQ_IP_SDMA;
	if (!auq_queue_create(dev, &args, &queue))
		auq_queue_slot(queue, &slot);
	auq_queue_unref(queue);
	return slot;
}

/* Of a queue, and after it. */
static void test_slot(void)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	struct auq_queue *first = make_queue(AUQ_IP_SDMA), *second = make_queue(AUQ_IP_SDMA);
	uint32_t slots[2] = {0, 0};
	bool in_use = false;
	int tries;

	is(auq_queue_slot(first, &slots[0]), 0, "a slot");
	is(auq_queue_slot(second, &slots[1]), 0, "another one");
	is(auq_slot_query(dev, slots[1], &in_use), 0, "is it in use?");
	ok(in_use, "it is");
	auq_queue_unref(first);
	for (tries = 0; tries < 50 && in_use; tries++) {
		nanosleep(&pause, NULL);
		auq_slot_query(dev, slots[0], &in_use);
	}
	ok(!in_use, "a lower one is not when its queue is freed");
	is(auq_slot_query(dev, slots[1], &in_use), 0, "is the higher one?");
	ok(in_use, "it is");
	auq_queue_unref(second);
}

static struct auq_listing *read_listing(const char *path)
{
	struct auq_listing *listing = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	is(auq_listing_read(fd, &listing), 0, "the listing is read");
	close(fd);
	return listing;
}

/* For root, on a kernel that has it. */
static void test_listing(void)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	const struct auq_fence_driver *driver;
	struct auq_listing *listing;
	struct auq_queue *queue;
	char path[256] = "", comm[16] = ""; /* under valgrind it is another */
	uint32_t slot = 0;
	bool gone = false;
	int tries;

	prctl(PR_GET_NAME, comm);
	is(auq_device_listing_path(dev, path, sizeof(path)), 0, "where the listing is");
	listing = read_listing(path);
	if (!listing) {
		printf("# no listing: %s: %s\n", path, strerror(errno));
		return;
	}
	auq_listing_free(listing);
	queue = make_queue(AUQ_IP_SDMA);
	is(auq_queue_slot(queue, &slot), 0, "a slot");
	listing = read_listing(path);
	driver = auq_listing_find(listing, slot);
	if (ok(driver != NULL, "is listed"))
		ok(driver->live && driver->pid == (uint32_t)getpid() &&
			   !strcmp(driver->comm, comm) && driver->fences == 1 &&
			   driver->waitq == 1 && !driver->inherited && !driver->pending &&
			   !auq_fence_driver_unaccounted(driver) &&
			   !auq_fence_driver_is_leaked(driver),
		   "with a fence and what WAIT gathered, all accounted for");
	ok(auq_listing_used(listing) >= auq_listing_count(listing), "each has a slot");
	auq_listing_free(listing);
	auq_queue_unref(queue);
	for (tries = 0; tries < 50 && !gone; tries++) {
		nanosleep(&pause, NULL);
		listing = read_listing(path);
		gone = !auq_listing_find(listing, slot);
		auq_listing_free(listing);
	}
	ok(gone, "and is not, once the queue is freed");
}

/* Fences go a while after their last user: RCU. */
static void test_nothing_leaked(uint32_t before)
{
	const struct timespec pause = {.tv_nsec = 100000000};
	uint32_t after = UINT32_MAX;
	int tries;

	for (tries = 0; tries < 50 && after != before; tries++) {
		nanosleep(&pause, NULL);
		after = free_slot();
	}
	is(after, before, "the lowest free slot is the one of the beginning");
}

int main(void)
{
	int fd = open_node(), i;
	uint32_t slot;

	if (!ok(fd >= 0, "a render node"))
		return tap_done();
	if (!is(auq_device_create(fd, &dev), 0, "device"))
		return tap_done();
	close(fd);
	test_capabilities();
	slot = free_slot();
	ok(slot < 262144, "slot %u is free", slot);
	for (i = 0; i < AUQ_NUM_IPS; i++) {
		printf("# %s\n", ip_names[i]);
		test_submit((enum auq_ip)i);
		test_packets((enum auq_ip)i);
	}
	test_dependency();
	test_timeline();
	test_kernel_errors();
	test_slot();
	test_listing();
	test_nothing_leaked(slot);
	auq_device_unref(dev);
	return tap_done();
}
