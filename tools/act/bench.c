// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xf86drm.h>

#define PAGE_BYTES 4096

static int make_page(struct bench *bench, enum auq_domain domain, struct auq_buffer **out)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);

	args.bytes = PAGE_BYTES;
	args.domain = domain;
	line_call(bench->line, "GEM_CREATE");
	return auq_buffer_create(bench->dev, &args, out);
}

int bench_open(struct bench *bench, struct lifeline *line, const char *node, enum auq_ip ip)
{
	int fd, err;

	*bench = (struct bench){.line = line, .ip = ip};
	line_call(line, "open");
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = auq_device_create(fd, &bench->dev);
	close(fd);
	if (err)
		return err;

	/*
	 * One wptr page for all: up to 6.18 each queue leaks a reference to its
	 * wptr BO (mes_userq_map_gtt_bo_to_gart() in mes_userqueue.c).
	 */
	err = make_page(bench, AUQ_DOMAIN_GTT, &bench->wptr);
	if (!err)
		err = make_page(bench, AUQ_DOMAIN_DOORBELL, &bench->doorbells);
	if (err)
		bench_close(bench);
	return err;
}

void bench_close(struct bench *bench)
{
	const char *before = line_call(bench->line, "close");

	auq_buffer_unref(bench->doorbells);
	auq_buffer_unref(bench->wptr);
	auq_device_unref(bench->dev);
	line_call(bench->line, before);
	*bench = (struct bench){.line = bench->line};
}

int bench_queue(struct bench *bench, uint32_t doorbell, bool own_wptr, struct auq_queue **out)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	int err;

	args.ip = bench->ip;
	args.ring_bytes = PAGE_BYTES;
	args.wptr = own_wptr ? NULL : bench->wptr;
	args.doorbell = bench->doorbells;
	args.doorbell_index = doorbell;
	line_call(bench->line, "USERQ CREATE");
	err = auq_queue_create(bench->dev, &args, out);
	if (err)
		bench->unsure++;
	else
		bench->made++;
	return err;
}

int bench_free(struct bench *bench, struct auq_queue *queue)
{
	const char *before;
	int err;

	if (!queue)
		return 0;
	before = line_call(bench->line, "USERQ FREE");
	err = auq_queue_free(queue);
	auq_queue_unref(queue);
	if (!err)
		line_call(bench->line, before);
	return err;
}

int bench_signal_id(struct bench *bench, uint32_t queue_id, uint32_t syncobj)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = queue_id;
	args.syncobjs = &syncobj;
	args.num_syncobjs = syncobj ? 1 : 0;
	line_call(bench->line, "USERQ_SIGNAL");
	return auq_signal(bench->dev, &args);
}

int bench_signal(struct bench *bench, struct auq_queue *queue, uint32_t syncobj)
{
	return bench_signal_id(bench, auq_queue_id(queue), syncobj);
}

int bench_wait_id(struct bench *bench, uint32_t waitq_id, uint32_t syncobj, uint32_t *slot)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_fence fence;
	uint32_t num = 1;
	int err;

	args.queue_id = waitq_id;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	line_call(bench->line, "USERQ_WAIT");
	err = auq_wait(bench->dev, &args, &fence, &num);
	if (err)
		return err;
	/* A fence that the kernel waited for itself comes back as none. */
	if (num != 1)
		return -ENODATA;
	*slot = auq_fence_slot(&fence);
	return 0;
}

int bench_wait(struct bench *bench, struct auq_queue *waitq, uint32_t syncobj, uint32_t *slot)
{
	return bench_wait_id(bench, auq_queue_id(waitq), syncobj, slot);
}

int bench_syncobj(struct bench *bench, uint32_t *handle)
{
	line_call(bench->line, "SYNCOBJ_CREATE");
	return drmSyncobjCreate(auq_device_fd(bench->dev), 0, handle) ? -errno : 0;
}

void bench_syncobj_destroy(struct bench *bench, uint32_t handle)
{
	const char *before;

	if (!handle)
		return;
	before = line_call(bench->line, "SYNCOBJ_DESTROY");
	drmSyncobjDestroy(auq_device_fd(bench->dev), handle);
	line_call(bench->line, before);
}
