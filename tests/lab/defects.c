// SPDX-License-Identifier: MIT
/*
 * What the patches of kernel-patch/ cure beside what leak-check and provoke try:
 *
 *   tests/lab/run KERNEL --user root -- defects [CASE]...
 *
 * older    a queue hangs with two fences pending: neither may look done
 * behind   the same when the client's wptr went back: none may stay pending
 * evicted  a queue goes on after its buffers were evicted
 * unbacked FREE of a queue whose fence waits for what was never submitted
 * unbound  the device goes, a sync_file stays (only when it is asked for)
 *
 * Needs the virtual ASIC's controls, for which it must be root.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/sync_file.h>
#include <xf86drm.h>

#include "amdgpu_userq.h"
#include "tap.h"

#define CONTROLS "/sys/kernel/debug/dri/0/vasic/"

/* Hang detection comes after 2 s at most, and then has to reset the queue. */
#define RECOVERED_S 6

static struct auq_device *dev;

static bool control(const char *name, const char *value)
{
	char path[64];
	int fd, n;

	snprintf(path, sizeof(path), CONTROLS "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : (int)write(fd, value, strlen(value));
	if (fd >= 0)
		close(fd);
	return n == (int)strlen(value);
}

static void sleep_ms(unsigned ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static struct auq_queue *make_queue(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;

	args.ip = AUQ_IP_SDMA;
	is(auq_queue_create(dev, &args, &queue), 0, "a queue is created");
	return queue;
}

/* The fence of a SIGNAL, as a sync_file. */
static int signal_fd(struct auq_queue *queue)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);
	uint32_t syncobj = 0;
	int fd = -1;

	drmSyncobjCreate(auq_device_fd(dev), 0, &syncobj);
	args.queue_id = auq_queue_id(queue);
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	is(auq_signal(dev, &args), 0, "SIGNAL");
	drmSyncobjExportSyncFile(auq_device_fd(dev), syncobj, &fd);
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	return fd;
}

static int submit_fd(struct auq_queue *queue)
{
	auq_queue_emit_nop(queue, 4);
	is(auq_queue_submit(queue, NULL), 0, "submit");
	return signal_fd(queue);
}

/* 0 pending, 1 done, otherwise the error; waits @seconds for another than 0. */
static int status(int fd, unsigned seconds)
{
	struct sync_file_info info;

	for (unsigned i = 0; i <= seconds * 20; i++) {
		if (i)
			sleep_ms(50);
		/* what it wrote there would ask for more the next time */
		memset(&info, 0, sizeof(info));
		if (ioctl(fd, SYNC_IOC_FILE_INFO, &info))
			return -errno;
		if (info.status)
			break;
	}
	return info.status;
}

static void test_older(void)
{
	struct auq_queue *queue = make_queue();
	int done, first, second;

	done = submit_fd(queue);
	is(status(done, 2), 1, "a fence completes");
	ok(control("hang", "1"), "from now on the queue hangs");
	first = submit_fd(queue);
	second = submit_fd(queue);
	is(status(second, RECOVERED_S), -ECANCELED, "the last fence is canceled");
	is(status(first, 0), -ECANCELED, "so is the one before it");
	is(status(done, 0), 1, "and not what was done");
	control("hang", "0");
	close(done);
	close(first);
	close(second);
	auq_queue_unref(queue);
}

static void test_behind(void)
{
	struct auq_queue *queue = make_queue();
	int first, last;

	auq_queue_set_wptr(queue, 1);
	first = signal_fd(queue);
	auq_queue_set_wptr(queue, 0);
	last = signal_fd(queue);
	is(status(last, 0), 1, "the last fence is done");
	is(status(first, RECOVERED_S), -ECANCELED, "the one before it is canceled");
	close(first);
	close(last);
	auq_queue_unref(queue);
}

static void test_unbacked(void)
{
	struct auq_queue *queue = make_queue();
	int fence;

	auq_queue_set_wptr(queue, 1);
	fence = signal_fd(queue);
	is(auq_queue_free(queue), 0, "FREE comes back");
	is(status(fence, 0), -ECANCELED, "and its fence is canceled");
	close(fence);
	auq_queue_unref(queue);
}

static void test_evicted(void)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_queue *queue = make_queue();
	struct auq_buffer *buf = NULL;
	volatile uint32_t *data;
	char evict[64];
	int fd, fence;

	args.bytes = 4096;
	args.flags = AUQ_BUFFER_UNCACHED;
	if (!is(auq_buffer_create(dev, &args, &buf), 0, "a buffer is created"))
		return;
	data = auq_buffer_cpu(buf);
	auq_queue_emit_write(queue, auq_buffer_va(buf), 1);
	is(status(submit_fd(queue), 2), 1, "a fence completes");
	is(data[0], 1, "and what is before it was done");

	fd = open("/sys/kernel/debug/dri/0/amdgpu_evict_gtt", O_RDONLY | O_CLOEXEC);
	ok(fd >= 0 && read(fd, evict, sizeof(evict)) > 0, "all of GTT is evicted");
	close(fd);
	sleep_ms(500);

	auq_queue_emit_write(queue, auq_buffer_va(buf) + 4, 2);
	fence = submit_fd(queue);
	is(status(fence, RECOVERED_S), 1, "the next fence completes");
	is(data[1], 2, "and what is before it was done");
	is(data[0], 1, "the buffer's content is still there");
	close(fence);
	auq_queue_unref(queue);
	auq_buffer_unref(buf);
}

/* For a kernel with KASAN: what is wrong there, it reports. */
static void test_unbound(void)
{
	static const char device[] = "0000:00:02.0";
	struct auq_queue *queue = make_queue();
	int first, fd;

	auq_queue_set_wptr(queue, 1);
	first = signal_fd(queue);
	auq_queue_set_wptr(queue, 0);
	close(signal_fd(queue));
	auq_queue_unref(queue);
	auq_device_unref(dev);
	dev = NULL;
	fd = open("/sys/bus/pci/drivers/amdgpu/unbind", O_WRONLY | O_CLOEXEC);
	ok(write(fd, device, sizeof(device) - 1) > 0, "the driver is unbound");
	close(fd);
	sleep_ms(1000);
	ok(status(first, 0) != -EFAULT, "the fence still has a status");
	close(first);
	sleep_ms(1000);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"older", test_older},       {"behind", test_behind},   {"evicted", test_evicted},
	{"unbacked", test_unbacked}, {"unbound", test_unbound},
};

int main(int argc, char **argv)
{
	int fd = open("/dev/dri/renderD128", O_RDWR | O_CLOEXEC);
	int err = fd < 0 ? -errno : auq_device_create(fd, &dev);

	if (err) {
		fprintf(stderr, "defects: no device: %s\n", auq_strerror(err));
		return 120;
	}
	close(fd);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool asked = argc < 2 && cases[i].run != test_unbound;

		for (int a = 1; a < argc; a++)
			asked |= !strcmp(argv[a], cases[i].name);
		if (asked) {
			printf("# %s\n", cases[i].name);
			fflush(stdout);
			cases[i].run();
		}
	}
	auq_device_unref(dev);
	return tap_done();
}
