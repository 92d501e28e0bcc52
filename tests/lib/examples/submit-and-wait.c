/* SPDX-License-Identifier: MIT */
/* submit-and-wait NODE: one queue writes, another one waits for it on the GPU and then writes. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <amdgpu_userq.h>
#include <xf86drm.h>

#define ONE_SECOND 1000000000u /* ns */

static void check(int r, const char *what)
{
	if (r) {
		fprintf(stderr, "%s: %s\n", what, auq_strerror(r));
		exit(1);
	}
}

static struct auq_queue *make_queue(struct auq_device *dev, enum auq_ip ip)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue;

	args.ip = ip;
	check(auq_queue_create(dev, &args, &queue), "auq_queue_create");
	return queue;
}

/* Work that is in the ring becomes a fence in @syncobj. */
static void submit(struct auq_queue *queue, uint32_t syncobj)
{
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);

	/* The fence is of what was submitted last: nothing may come in between. */
	check(auq_queue_submit(queue, NULL), "auq_queue_submit");
	signal.queue_id = auq_queue_id(queue);
	signal.syncobjs = &syncobj;
	signal.num_syncobjs = 1;
	check(auq_signal(auq_queue_device(queue), &signal), "auq_signal");
}

/* What is emitted next starts when the fence in @syncobj is done; this call does not wait. */
static void wait_on_gpu(struct auq_queue *queue, uint32_t syncobj)
{
	struct auq_wait_args wait = AUQ_ARGS(auq_wait_args);
	struct auq_fence *fences;
	uint32_t num;

	wait.queue_id = auq_queue_id(queue);
	wait.syncobjs = &syncobj;
	wait.num_syncobjs = 1;
	check(auq_wait_alloc(auq_queue_device(queue), &wait, &fences, &num), "auq_wait_alloc");
	check(auq_queue_emit_fence_wait(queue, fences, num), "auq_queue_emit_fence_wait");
	free(fences);
}

int main(int argc, char **argv)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_queue *first, *second;
	struct auq_device *dev;
	struct auq_buffer *buf;
	volatile uint32_t *data;
	uint32_t syncobjs[2];
	int fd, drm, i;

	fd = open(argc > 1 ? argv[1] : "/dev/dri/renderD128", O_RDWR | O_CLOEXEC);
	check(auq_device_create(fd, &dev), "auq_device_create");
	close(fd);
	drm = auq_device_fd(dev); /* all handles belong to it */
	for (i = 0; i < 2; i++)
		check(drmSyncobjCreate(drm, 0, &syncobjs[i]), "drmSyncobjCreate");
	args.bytes = 4096;
	args.flags = AUQ_BUFFER_UNCACHED;
	check(auq_buffer_create(dev, &args, &buf), "auq_buffer_create");
	data = (volatile uint32_t *)auq_buffer_cpu(buf);

	first = make_queue(dev, AUQ_IP_SDMA);
	check(auq_queue_emit_write(first, auq_buffer_va(buf), 1), "auq_queue_emit_write");
	submit(first, syncobjs[0]);

	second = make_queue(dev, AUQ_IP_COMPUTE); /* SDMA cannot wait */
	wait_on_gpu(second, syncobjs[0]);
	check(auq_queue_emit_write(second, auq_buffer_va(buf) + 4, 2), "auq_queue_emit_write");
	submit(second, syncobjs[1]);

	/* A queue must not be freed while its last fence is pending. */
	check(auq_queue_wait_idle(first, ONE_SECOND), "auq_queue_wait_idle");
	check(auq_queue_wait_idle(second, ONE_SECOND), "auq_queue_wait_idle");
	for (i = 0; i < 2; i++) {
		check(drmSyncobjWait(drm, &syncobjs[i], 1, INT64_MAX, 0, NULL), "drmSyncobjWait");
		drmSyncobjDestroy(drm, syncobjs[i]);
	}
	printf("%u %u\n", data[0], data[1]);

	auq_queue_unref(second);
	auq_queue_unref(first);
	auq_buffer_unref(buf);
	auq_device_unref(dev);
	return 0;
}
