// SPDX-License-Identifier: MIT
/*
 * usage: exhaust NODE SECONDS
 *
 * One client, with no privilege and no work for the GPU, makes and frees a
 * queue at a time, in a way that leaks its fence slot by L1 or by L3 where the
 * kernel has either, until CREATE fails for want of slots. When it has ended,
 * another one tries. Exit status: 1 it got there, 0 not in that time, 2 trouble.
 */
#include <amdgpu_userq.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#define PAGE 4096u

struct client {
	struct auq_device *dev;
	struct auq_buffer *memory, *wptr, *doorbell;
	struct auq_raw_queue_args args;
	uint32_t syncobj;
};

/* Written by the client, read when it has ended. */
struct result {
	unsigned long cycles;
	double seconds;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec * 1e-9;
}

static int make_buffer(struct client *client, enum auq_domain domain, uint64_t bytes,
		       struct auq_buffer **out)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);

	args.domain = domain;
	args.bytes = bytes;
	return auq_buffer_create(client->dev, &args, out);
}

static int client_open(struct client *client, const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = auq_device_create(fd, &client->dev);
	close(fd);
	if (!err)
		err = make_buffer(client, AUQ_DOMAIN_GTT, 16 * PAGE, &client->memory);
	if (!err)
		err = make_buffer(client, AUQ_DOMAIN_GTT, PAGE, &client->wptr);
	if (!err)
		err = make_buffer(client, AUQ_DOMAIN_DOORBELL, PAGE, &client->doorbell);
	if (!err && drmSyncobjCreate(auq_device_fd(client->dev), 0, &client->syncobj))
		err = -errno;
	if (err)
		return err;
	client->args = AUQ_ARGS(auq_raw_queue_args);
	client->args.ip = AUQ_IP_SDMA;
	client->args.doorbell_handle = auq_buffer_handle(client->doorbell);
	client->args.ring_va = auq_buffer_va(client->memory);
	client->args.ring_bytes = PAGE;
	client->args.rptr_va = client->args.ring_va + PAGE;
	client->args.csa_va = client->args.ring_va + 2 * PAGE;
	client->args.wptr_va = auq_buffer_va(client->wptr);
	return 0;
}

static int signal_at(struct client *client, uint32_t queue, uint64_t wptr)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	*(volatile uint64_t *)auq_buffer_cpu(client->wptr) = wptr;
	args.queue_id = queue;
	args.syncobjs = &client->syncobj;
	args.num_syncobjs = 1;
	return auq_signal(client->dev, &args);
}

/* A pending fence that becomes an older one (L3), and one that inherits (L1). */
static int cycle(struct client *client)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_fence fence;
	uint32_t queue, num = 1;
	int err, freed;

	err = auq_raw_queue_create(client->dev, &client->args, &queue);
	if (err)
		return err;
	err = signal_at(client, queue, 1);
	freed = signal_at(client, queue, 0);
	/* With the last fence pending, FREE or exit might not end. */
	if (freed)
		return freed;
	if (!err) {
		args.queue_id = queue;
		args.syncobjs = &client->syncobj;
		args.num_syncobjs = 1;
		err = auq_wait(client->dev, &args, &fence, &num);
	}
	if (!err)
		err = signal_at(client, queue, 0);
	freed = auq_raw_queue_free(client->dev, queue);
	return err ? err : freed;
}

static int exhaust(const char *node, double seconds, struct result *result)
{
	struct client client = {0};
	int err = client_open(&client, node);
	double start = now();

	while (!err && now() < start + seconds) {
		err = cycle(&client);
		result->cycles += !err;
	}
	result->seconds = now() - start;
	return err;
}

static int try_once(const char *node)
{
	struct client client = {0};
	uint32_t queue;
	int err = client_open(&client, node);

	return err ? err : auq_raw_queue_create(client.dev, &client.args, &queue);
}

/* Each client is a process of its own: 0 or a negative errno. */
static int run(const char *node, double seconds, struct result *result)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(-(seconds > 0 ? exhaust(node, seconds, result) : try_once(node)));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int main(int argc, char **argv)
{
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;
	struct result *result;
	int first, second;

	if (seconds <= 0) {
		fprintf(stderr, "usage: exhaust NODE SECONDS\n");
		return 2;
	}
	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (result == MAP_FAILED)
		return 2;
	first = run(argv[1], seconds, result);
	second = run(argv[1], 0, result);
	printf("%lu queues in %.0f s: %s; another process: %s\n", result->cycles, result->seconds,
	       first ? auq_strerror(first) : "no end", second ? auq_strerror(second) : "fine");
	if (first == -ENOSPC && second == -ENOSPC)
		return 1;
	return first || second ? 2 : 0;
}
