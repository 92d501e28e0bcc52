// SPDX-License-Identifier: MIT
/* USERQ: CREATE and FREE. */
#include <config.h>

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

static void free_created(int fd, void *arg)
{
	const union auq_uapi_userq *create = arg;
	union auq_uapi_userq args = {
		.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = create->out.queue_id}};

	call_quiet(fd, &userq_call, &args);
}

static void create(struct file *file, enum ip ip)
{
	static const char *const names[] = {"gfx", "compute", "sdma"};
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq good = queue_args(file, 0, ip, &mqd);
	uint64_t unmapped = file->next_va + (1 << 30);
	const struct variation variations[] = {
		{"op", 0},
		{"op", 3},
		{"queue_id", 5},
		{"ip_type", 3},
		{"ip_type", 9},
		{"ip_type", ~0u},
		{"doorbell_handle", 0},
		{"doorbell_handle", 99},
		{"flags", 1},
		{"flags", 2},
		{"flags", 3},
		{"flags", 4},
		{"flags", 8},
		{"flags", 1u << 31},
		{"queue_va", 0},
		{"queue_va", ~0ull},
		{"queue_va", unmapped},
		{"queue_va", good.in.queue_va + 8},
		{"queue_va", file->rings.va + file->rings.bytes - PAGE},
		{"queue_size", 0},
		{"queue_size", 8},
		{"queue_size", 2048},
		{"queue_size", 4096},
		{"queue_size", 5000},
		{"queue_size", 12288},
		{"queue_size", 1 << 30},
		{"queue_size", 1ull << 40},
		{"rptr_va", 0},
		{"rptr_va", unmapped},
		{"rptr_va", good.in.rptr_va + 4},
		{"rptr_va", good.in.rptr_va + 8},
		{"wptr_va", 0},
		{"wptr_va", unmapped},
		{"wptr_va", good.in.wptr_va + 4},
		{"wptr_va", good.in.wptr_va + 8},
		{"wptr_va", good.in.rptr_va},
		{"mqd", 0},
		{"mqd", BAD_POINTER},
		{"mqd", WILD_POINTER},
		{"mqd_size", 0},
		{"mqd_size", 4},
		{"mqd_size", 8},
		{"mqd_size", 16},
		{"mqd_size", 24},
		{"mqd_size", ~0ull},
	};

	trace_begin("queue/create-%s", names[ip]);
	call(file->fd, &userq_call, &good);
	free_created(file->fd, &good);
	good = queue_args(file, 0, ip, &mqd);
	call_variations(file->fd, &userq_call, &good, variations, NUM(variations), free_created);
	trace_end();
}

static void areas(struct file *file)
{
	static const char *const names[] = {"gfx", "compute", "sdma"};
	struct auq_uapi_mqd_gfx good, mqd;
	union auq_uapi_userq args;
	enum ip ip;
	int i;

	trace_begin("queue/areas");
	for (ip = GFX; ip <= SDMA; ip++)
		for (i = 0; i < 6; i++) {
			args = queue_args(file, 0, ip, &mqd);
			good = mqd;
			args.in.mqd = (uintptr_t)&mqd;
			switch (i) {
			case 0:
				mqd.shadow_va = 0;
				break;
			case 1:
				mqd.shadow_va = file->next_va + (1 << 30);
				break;
			case 2:
				mqd.shadow_va += 4;
				break;
			case 3:
				mqd.shadow_va = file->rings.va + file->rings.bytes - 16;
				break;
			case 4:
				mqd.csa_va = 0;
				break;
			case 5:
				mqd.csa_va = file->next_va + (1 << 30);
				break;
			}
			trace("%s: %s%s", names[ip], mqd.shadow_va == good.shadow_va ? "" : "first",
			      mqd.csa_va == good.csa_va ? "" : "second");
			if (!call(file->fd, &userq_call, &args))
				free_created(file->fd, &args);
		}
	trace_end();
}

static void free_bad(struct file *file)
{
	static const struct variation variations[] = {
		{"op", 0},
		{"op", 3},
		{"queue_id", 0},
		{"queue_id", 99},
		{"queue_id", ~0u},
		{"ip_type", 2},
		{"doorbell_handle", 1},
		{"doorbell_offset", 1},
		{"flags", 1},
		{"queue_va", 1},
		{"queue_size", 1},
		{"rptr_va", 1},
		{"wptr_va", 1},
		{"mqd", BAD_POINTER},
		{"mqd_size", 8},
	};
	union auq_uapi_userq args = {.in = {.op = AUQ_UAPI_OP_FREE}};
	struct file other;
	struct queue queue;

	file_open(&other);
	trace_begin("queue/free");
	queue_create(file, &queue, 0, SDMA);
	args.in.queue_id = queue.id;
	call_variations(file->fd, &userq_call, &args, variations, NUM(variations), NULL);
	call(other.fd, &userq_call, &args);
	call(file->fd, &userq_call, &args);
	args = (union auq_uapi_userq){.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = queue.id}};
	call(file->fd, &userq_call, &args);
	call_as(file->fd, &userq_call, _IOWR('d', 0x56, char[64]), &args, "64 bytes");
	call_as(file->fd, &userq_call, _IOWR('d', 0x56, char[8]), &args, "8 bytes");
	trace_end();
	file_close(&other);
}

/* Ids are given anew, the lowest first? */
static void ids(struct file *file)
{
	struct queue queues[4];
	unsigned int i;

	trace_begin("queue/ids");
	for (i = 0; i < 4; i++)
		queue_create(file, &queues[i], i, (enum ip)(i % 3));
	queue_free(&queues[1]);
	queue_create(file, &queues[1], 1, GFX);
	queue_free(&queues[3]);
	queue_free(&queues[0]);
	queue_create(file, &queues[3], 3, GFX);
	queue_create(file, &queues[0], 0, GFX);
	for (i = 0; i < 4; i++)
		queue_free(&queues[i]);
	trace_end();
}

static void doorbells(struct file *file)
{
	struct queue queues[2];
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args;

	trace_begin("queue/doorbell-twice");
	queue_create(file, &queues[0], 0, SDMA);
	args = queue_args(file, 1, SDMA, &mqd);
	args.in.doorbell_offset = 0;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	queue_free(&queues[0]);
	trace_end();

	/* Up to 7.0 nobody looks, and the engine would poll what is no doorbell. */
	if (kernel_before(7, 1))
		return;
	trace_begin("queue/doorbell-range");
	args = queue_args(file, 0, SDMA, &mqd);
	args.in.doorbell_offset = PAGE / 8;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	args = queue_args(file, 0, SDMA, &mqd);
	args.in.doorbell_offset = PAGE / 8 - 1;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	args = queue_args(file, 0, SDMA, &mqd);
	args.in.doorbell_offset = ~0u;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	trace_end();
}

/* A buffer for wptr that is bigger than a page, and one that lies at another place. */
static void wptr(struct file *file)
{
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args = queue_args(file, 0, SDMA, &mqd);
	struct buffer big;

	buffer_create(file, &big, 2 * PAGE, AMDGPU_GEM_DOMAIN_GTT);
	trace_begin("queue/wptr-of-two-pages");
	args.in.wptr_va = big.va;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	args.in.wptr_va = big.va + PAGE;
	if (!call(file->fd, &userq_call, &args))
		free_created(file->fd, &args);
	trace_end();
	buffer_destroy(file, &big);
}

/* High priority is for the privileged; who opened the file does not matter. */
static void unprivileged(struct file *file)
{
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args = queue_args(file, 0, SDMA, &mqd);
	int status, err;
	pid_t pid;

	trace_begin("queue/unprivileged");
	for (args.in.flags = 0; args.in.flags < 4; args.in.flags++) {
		pid = fork();
		if (!pid) {
			union auq_uapi_userq mine = args;

			/* Fails where there is no privilege to give up. */
			if (setresuid(65534, 65534, 65534))
				err = 0;
			err = ioctl_errno(file->fd, &userq_call, &mine);
			if (!err)
				free_created(file->fd, &mine);
			_exit(err);
		}
		if (waitpid(pid, &status, 0) != pid)
			die("cannot wait for a child");
		trace("priority %u: %s", args.in.flags, error_name(WEXITSTATUS(status)));
	}
	trace_end();
}

/* As many as one file can have. */
static void most(void)
{
	struct auq_uapi_mqd_gfx mqd;
	union auq_uapi_userq args;
	struct file file;
	uint32_t num, id;
	int err = 0;

	file_open(&file);
	trace_begin("queue/most");
	for (num = 0; num < 600; num++) {
		args = queue_args(&file, 0, SDMA, &mqd);
		/* One page of doorbells, and 512 queues: the last one finds none left. */
		args.in.doorbell_offset = num % 512;
		err = ioctl_errno(file.fd, &userq_call, &args);
		if (err)
			break;
	}
	trace("%u, then %s", num, error_name(err));
	for (id = 1; id <= num; id++) {
		args.out.queue_id = id;
		free_created(file.fd, &args);
	}
	trace_end();
	file_close(&file);
}

/* Closing the file is enough. */
static void closed(void)
{
	struct file file;
	struct queue queues[2];
	uint32_t syncobj;

	file_open(&file);
	trace_begin("queue/closed");
	queue_create(&file, &queues[0], 0, SDMA);
	queue_create(&file, &queues[1], 1, GFX);
	syncobj = syncobj_create(&file);
	queue_signal(&queues[0], syncobj);
	queue_wait_syncobj(&queues[1], syncobj, 1);
	file_close(&file);
	trace_end();
}

void part_queue(void)
{
	struct file file;

	file_open(&file);
	create(&file, GFX);
	create(&file, COMPUTE);
	create(&file, SDMA);
	areas(&file);
	free_bad(&file);
	ids(&file);
	doorbells(&file);
	wptr(&file);
	unprivileged(&file);
	file_close(&file);
	most();
	closed();
}
