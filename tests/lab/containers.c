// SPDX-License-Identifier: MIT
/*
 * WAIT of user queues on fences within fences: arrays, as a merge of sync files makes them, in
 * timelines (which are chains), in binary syncobjs and imported into BOs. In the simulator, and as
 * root in the lab: tests/lab/run KERNEL --user root -- containers
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "act/sw-sync.h"
#include "amdgpu_userq.h"
#include "tests/lib/tap.h"

#define QUEUES 3

static struct auq_device *dev;
static struct auq_queue *queue[QUEUES], *waiter;
static uint32_t syncobj[QUEUES]; /* of each queue's fence */
static uint64_t value[QUEUES];
static char hold_path[300];

/* While held, the device starts no packet: fences stay pending. */
static void hold(bool on)
{
	int fd = open(hold_path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, on ? "1\n" : "0\n", 2) != 2)
		ok(false, "write to '%s': %s", hold_path, strerror(errno));
	close(fd);
}

static bool find_hold(void)
{
	DIR *dir = opendir("/sys/kernel/debug/dri");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		snprintf(hold_path, sizeof(hold_path), "/sys/kernel/debug/dri/%s/vasic/hold",
			 entry->d_name);
		found = access(hold_path, W_OK) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

static void sleep_ms(unsigned ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l};

	nanosleep(&pause, NULL);
}

static uint32_t make_syncobj(void)
{
	uint32_t handle = 0;

	drmSyncobjCreate(auq_device_fd(dev), 0, &handle);
	return handle;
}

static struct auq_queue *make_queue(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *made = NULL;

	args.ip = AUQ_IP_COMPUTE;
	is(auq_queue_create(dev, &args, &made), 0, "a queue");
	return made;
}

/* Each queue has a pending fence in its syncobj. */
static void submit_all(void)
{
	hold(true);
	for (int i = 0; i < QUEUES; i++) {
		struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

		auq_queue_emit_nop(queue[i], 4);
		auq_queue_submit(queue[i], &value[i]);
		args.queue_id = auq_queue_id(queue[i]);
		args.syncobjs = &syncobj[i];
		args.num_syncobjs = 1;
		if (auq_signal(dev, &args))
			ok(false, "SIGNAL of queue %d", i);
	}
}

static void complete_all(void)
{
	hold(false);
	for (int i = 0; i < QUEUES; i++)
		if (auq_queue_wait_idle(queue[i], 5000000000ull))
			ok(false, "queue %d gets idle", i);
}

static int export(uint32_t handle)
{
	int file = -1;

	drmSyncobjExportSyncFile(auq_device_fd(dev), handle, &file);
	return file;
}

/* An array of the fences of two queues, or of a queue and a file. */
static int merge(int a, int b)
{
	int both = sync_file_merge(a, b);

	close(a);
	close(b);
	return both;
}

static int merge_queues(void)
{
	return merge(export(syncobj[0]), export(syncobj[1]));
}

static uint32_t import(int file)
{
	uint32_t handle = make_syncobj();

	if (drmSyncobjImportSyncFile(auq_device_fd(dev), handle, file))
		ok(false, "import of a sync file");
	close(file);
	return handle;
}

static void add_point(uint32_t timeline, uint64_t point, uint32_t from)
{
	if (drmSyncobjTransfer(auq_device_fd(dev), timeline, point, from, 0, 0))
		ok(false, "point %llu of a timeline", (unsigned long long)point);
}

struct call {
	struct auq_wait_args args;
	struct auq_fence fences[8];
	uint32_t num;
	int err;
	atomic_bool done;
};

static void *run_call(void *arg)
{
	struct call *call = arg;

	call->num = 8;
	call->err = auq_wait(dev, &call->args, call->fences, &call->num);
	atomic_store(&call->done, true);
	return NULL;
}

/* The pairs are the fences of the queues in @queues, a bit each. */
static void expect_pairs(const struct call *call, unsigned queues, const char *what)
{
	unsigned seen = 0, other = 0;

	for (uint32_t i = 0; !call->err && i < call->num; i++) {
		unsigned found = 0;

		for (int k = 0; k < QUEUES; k++) {
			uint32_t slot = 0;

			auq_queue_slot(queue[k], &slot);
			if (slot == auq_fence_slot(&call->fences[i]) &&
			    value[k] == call->fences[i].value)
				found = 1u << k;
		}
		seen |= found;
		other += !found;
	}
	if (!ok(!call->err && seen == queues && !other, "%s", what))
		printf("# error %d, %u pairs, queues 0x%x\n", call->err, call->num, seen);
}

static struct call wait_for(uint32_t timeline, uint64_t point)
{
	struct call call = {.args = AUQ_ARGS(auq_wait_args)};

	call.args.queue_id = auq_queue_id(waiter);
	call.args.timelines = &timeline;
	call.args.points = &point;
	call.args.num_timelines = 1;
	run_call(&call);
	return call;
}

static void test_timeline(void)
{
	uint32_t timeline = make_syncobj(), array;
	struct call call;

	submit_all();
	array = import(merge_queues());
	add_point(timeline, 1, array);
	call = wait_for(timeline, 1);
	expect_pairs(&call, 3, "a point that is an array: a pair for each member");
	add_point(timeline, 2, syncobj[2]);
	call = wait_for(timeline, 2);
	expect_pairs(&call, 7, "a chain over an array: what is below the point, too");
	call = wait_for(timeline, 1);
	expect_pairs(&call, 3, "the point below is as it was");
	complete_all();
	call = wait_for(timeline, 2);
	ok(!call.err, "WAIT once all is done");
	drmSyncobjDestroy(auq_device_fd(dev), timeline);
	drmSyncobjDestroy(auq_device_fd(dev), array);
}

static void test_bo(void)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct call call = {.args = AUQ_ARGS(auq_wait_args)};
	struct dma_buf_import_sync_file import_args = {.flags = DMA_BUF_SYNC_WRITE};
	struct auq_buffer *buf = NULL;
	uint32_t handle;
	int file = -1;

	args.bytes = 4096;
	is(auq_buffer_create(dev, &args, &buf), 0, "a buffer");
	if (!buf)
		return;
	handle = auq_buffer_handle(buf);
	is(drmPrimeHandleToFD(auq_device_fd(dev), handle, DRM_CLOEXEC | DRM_RDWR, &file), 0,
	   "exported as a dma-buf");
	submit_all();
	import_args.fd = merge_queues();
	is(ioctl(file, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import_args), 0, "an array as its writers");
	close(import_args.fd);
	call.args.queue_id = auq_queue_id(waiter);
	call.args.bo_read = &handle;
	call.args.num_bo_read = 1;
	run_call(&call);
	expect_pairs(&call, 3, "a BO that got an array: a pair for each member");
	complete_all();
	close(file);
	auq_buffer_unref(buf);
}

/* @release lets the kernel go on; @queues are the pairs that come then. */
static void expect_blocked(struct call *call, void (*release)(void), unsigned queues,
			   const char *what)
{
	pthread_t thread;

	if (!is(pthread_create(&thread, NULL, run_call, call), 0, "a thread"))
		return;
	sleep_ms(300);
	ok(!atomic_load(&call->done), "%s: WAIT waits", what);
	release();
	pthread_join(thread, NULL);
	expect_pairs(call, queues, what);
}

static int timeline_file = -1;

static void advance(void)
{
	is(sw_sync_advance(timeline_file, 1), 0, "the foreign fence is signaled");
}

static void fail(void)
{
	sw_sync_close(timeline_file);
}

static void test_foreign(void (*release)(void), const char *what)
{
	struct call call = {.args = AUQ_ARGS(auq_wait_args)};
	uint32_t timeline = make_syncobj(), array;
	uint64_t point = 1;

	timeline_file = sw_sync_open(SW_SYNC_PATH);
	if (!ok(timeline_file >= 0, "sw_sync"))
		return;
	submit_all();
	array = import(merge(export(syncobj[0]), sw_sync_fence(timeline_file, 1)));
	add_point(timeline, point, array);
	call.args.queue_id = auq_queue_id(waiter);
	call.args.timelines = &timeline;
	call.args.points = &point;
	call.args.num_timelines = 1;
	expect_blocked(&call, release, 1, what);
	complete_all();
	drmSyncobjDestroy(auq_device_fd(dev), timeline);
	drmSyncobjDestroy(auq_device_fd(dev), array);
}

static void release_all(void)
{
	complete_all();
}

/* amdgpu_userq_wait_ioctl() does not look into a binary syncobj: it waits for the array itself. */
static void test_binary(void)
{
	struct call call = {.args = AUQ_ARGS(auq_wait_args)};
	uint32_t array;

	submit_all();
	array = import(merge_queues());
	call.args.queue_id = auq_queue_id(waiter);
	call.args.syncobjs = &array;
	call.args.num_syncobjs = 1;
	expect_blocked(&call, release_all, 0, "a binary syncobj with an array");
	drmSyncobjDestroy(auq_device_fd(dev), array);
}

int main(void)
{
	int node = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);

	/* A WAIT that never returns ends this. */
	alarm(60);
	if (!ok(node >= 0 && find_hold(), "a device that can be held, as root in the lab") ||
	    !is(auq_device_create(node, &dev), 0, "device"))
		return tap_done();
	close(node);
	for (int i = 0; i < QUEUES; i++) {
		queue[i] = make_queue();
		syncobj[i] = make_syncobj();
	}
	waiter = make_queue();
	test_timeline();
	test_bo();
	/* A simulated device is alone: there is no sw_sync. */
	if (!getenv("AMDFENCE_SIM")) {
		test_foreign(advance, "an array with a foreign fence");
		test_foreign(fail, "an array with a foreign fence that fails");
	}
	test_binary();
	auq_queue_unref(waiter);
	for (int i = 0; i < QUEUES; i++) {
		auq_queue_unref(queue[i]);
		drmSyncobjDestroy(auq_device_fd(dev), syncobj[i]);
	}
	auq_device_unref(dev);
	return tap_done();
}
