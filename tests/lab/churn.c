// SPDX-License-Identifier: MIT
/*
 * A second client for tests of amdfence: creates, signals and frees queues, as
 * fast as it goes, until it is killed. usage: churn NODE [QUEUES]: how many it
 * holds at a time (1).
 */
#include <amdgpu_userq.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST 64

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static int fail(const char *what, int err)
{
	fprintf(stderr, "churn: %s: %s\n", what, auq_strerror(err));
	return 1;
}

int main(int argc, char **argv)
{
	struct auq_buffer_args page = AUQ_ARGS(auq_buffer_args);
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	unsigned long num = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	struct auq_queue *queues[MOST] = {0};
	struct auq_device *dev;
	int fd, err;

	if (argc < 2 || num < 1 || num > MOST) {
		fprintf(stderr, "usage: churn NODE [QUEUES, up to %d]\n", MOST);
		return 2;
	}
	signal(SIGTERM, on_signal);
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	err = auq_device_create(fd, &dev);
	close(fd);
	if (err)
		return fail("device", err);

	page.bytes = 4096;
	page.domain = AUQ_DOMAIN_GTT;
	err = auq_buffer_create(dev, &page, &args.wptr);
	if (err)
		return fail("wptr", err);
	page.domain = AUQ_DOMAIN_DOORBELL;
	err = auq_buffer_create(dev, &page, &args.doorbell);
	if (err)
		return fail("doorbell", err);
	args.ip = AUQ_IP_SDMA;
	args.ring_bytes = 4096;
	for (unsigned long i = 0; !stop; i = (i + 1) % num) {
		struct auq_signal_args fence = AUQ_ARGS(auq_signal_args);

		auq_queue_unref(queues[i]);
		queues[i] = NULL;
		args.doorbell_index = i;
		err = auq_queue_create(dev, &args, &queues[i]);
		if (err)
			return fail("queue", err);
		fence.queue_id = auq_queue_id(queues[i]);
		err = auq_signal(dev, &fence);
		if (err)
			return fail("signal", err);
	}
	for (unsigned long i = 0; i < num; i++)
		auq_queue_unref(queues[i]);
	auq_buffer_unref(args.doorbell);
	auq_buffer_unref(args.wptr);
	auq_device_unref(dev);
	return 0;
}
