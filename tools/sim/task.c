// SPDX-License-Identifier: MIT
/* The client's side of a call: its memory, its files, its signals. The lock is held. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "transport.h"

/*
 * In a call a client does nothing but answer, at once, with its signals blocked. One that does not
 * is stopped, or hostile, and all others wait for it.
 */
#define PATIENCE_MS 5000

static struct call *call_of(struct sim_task *task)
{
	return (struct call *)task;
}

static void mark_dead(struct call *call)
{
	call->is_dead = true;
	call->task.interrupted = true;
}

/*
 * The answer, with @bytes of memory, and a file if @fd is given (-1: there was none). Its value,
 * or -ENODEV.
 */
static int receive_answer(struct call *call, void *data, size_t bytes, int *fd)
{
	struct pollfd poller = {.fd = call->channel, .events = POLLIN};
	struct sim_answer answer = {0};
	int received = -1;
	long got;

	for (;;) {
		got = message_receive(call->channel, &answer, sizeof(answer), data, bytes,
				      &received);
		if (got == -EAGAIN && poll(&poller, 1, PATIENCE_MS) > 0)
			continue;
		if (got != sizeof(answer) || answer.what != SIM_CANCEL)
			break;
		call->task.interrupted = true;
	}
	if (fd && received >= 0)
		*fd = received;
	else if (received >= 0)
		close(received);
	if (got < (long)sizeof(answer) || answer.what != SIM_ANSWER ||
	    (answer.value >= 0 && got != (long)(sizeof(answer) + bytes))) {
		mark_dead(call);
		return -ENODEV;
	}
	return answer.value;
}

static int ask(struct call *call, const struct sim_ask *ask, const void *data, int fd)
{
	int err = call->is_dead ? -ENODEV
				: message_send(call->channel, ask, sizeof(*ask), NULL, 0, fd);

	if (!err && data)
		err = message_send(call->channel, data, ask->bytes, NULL, 0, -1);
	if (err)
		mark_dead(call);
	return err;
}

static int read_chunk(struct call *call, void *dst, uint64_t user, uint32_t bytes)
{
	const struct sim_ask question = {.what = SIM_ASK_READ, .addr = user, .bytes = bytes};

	if (ask(call, &question, NULL, -1) || receive_answer(call, dst, bytes, NULL) < 0)
		return -EFAULT;
	return 0;
}

static int write_chunk(struct call *call, uint64_t user, const void *src, uint32_t bytes)
{
	const struct sim_ask question = {.what = SIM_ASK_WRITE, .addr = user, .bytes = bytes};

	if (ask(call, &question, src, -1) || receive_answer(call, NULL, 0, NULL) < 0)
		return -EFAULT;
	return 0;
}

static int task_read(struct sim_task *task, void *dst, uint64_t user, size_t bytes)
{
	struct call *call = call_of(task);
	int err = 0;

	if (user == call->arg && bytes <= call->arg_in_bytes) {
		memcpy(dst, call->arg_in, bytes);
		return 0;
	}
	for (size_t done = 0; done < bytes && !err; done += SIM_CHUNK) {
		size_t part = bytes - done < SIM_CHUNK ? bytes - done : SIM_CHUNK;

		err = read_chunk(call, (char *)dst + done, user + done, (uint32_t)part);
	}
	return err;
}

static int task_write(struct sim_task *task, uint64_t user, const void *src, size_t bytes)
{
	struct call *call = call_of(task);
	int err = 0;

	/* The argument itself: the last thing that the kernel does, so it goes with the result. */
	if (user == call->arg && bytes <= sizeof(call->arg_out)) {
		memcpy(call->arg_out, src, bytes);
		if (bytes > call->arg_out_bytes)
			call->arg_out_bytes = bytes;
		return 0;
	}
	for (size_t done = 0; done < bytes && !err; done += SIM_CHUNK) {
		size_t part = bytes - done < SIM_CHUNK ? bytes - done : SIM_CHUNK;

		err = write_chunk(call, user + done, (const char *)src + done, (uint32_t)part);
	}
	return err;
}

static int task_steal_fd(struct sim_task *task, int fd)
{
	const struct sim_ask question = {.what = SIM_ASK_FD, .value = fd};
	struct call *call = call_of(task);
	int copy = -1, err = ask(call, &question, NULL, -1);

	if (!err)
		err = receive_answer(call, NULL, 0, &copy);
	return err < 0 || copy < 0 ? -EBADF : copy;
}

static int task_find_fd(struct sim_task *task, int fd, struct sim_fd **file)
{
	int copy = task_steal_fd(task, fd);

	*file = NULL;
	if (copy < 0)
		return copy;
	*file = connection_find(call_of(task)->server, copy);
	close(copy);
	return 0;
}

int call_install(struct call *call, int fd, bool cloexec)
{
	const struct sim_ask question = {.what = SIM_ASK_INSTALL, .value = cloexec};
	int err = ask(call, &question, NULL, fd);

	return err ? err : receive_answer(call, NULL, 0, NULL);
}

static int task_install_fd(struct sim_task *task, struct sim_fd *file, bool cloexec)
{
	struct call *call = call_of(task);
	int ends[2], err;

	err = connection_pair(call->server, ends);
	if (err)
		goto put;
	err = connection_add(call->server, CONNECTION_FILE, ends[0], file, NULL);
	if (err) {
		close(ends[0]);
		close(ends[1]);
		goto put;
	}
	/* From here on the end of the client's last copy is the end of the file. */
	if (file->is_readable)
		message_send(ends[0], "", 1, NULL, 0, -1);
	err = call_install(call, ends[1], cloexec);
	close(ends[1]);
	return err;

put:
	sim_fd_put(file);
	return err;
}

/* ---- signals ------------------------------------------------------------- */

static void task_watch(struct sim_task *task, bool is_sleeping)
{
	struct call *call = call_of(task);
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT,
		/* Connections are at even addresses. */
		.data.u64 = call->id << 1 | 1,
	};

	epoll_ctl(call->server->epoll, is_sleeping ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, call->channel,
		  &event);
}

void call_wake(struct sim_server *server, uint64_t id)
{
	struct call *call = server->calls;
	struct sim_answer answer;
	int unwanted;
	long got;

	while (call && call->id != id)
		call = call->next;
	if (!call)
		return;
	got = message_receive(call->channel, &answer, sizeof(answer), NULL, 0, &unwanted);
	if (unwanted >= 0)
		close(unwanted);
	if (got == -EAGAIN)
		return;
	/* A cancellation or the end; what else could it be in a call that sleeps? */
	if (got != sizeof(answer))
		call->is_dead = true;
	call->task.interrupted = true;
	sim_wake(server->sim);
}

void call_done(struct call *call, long result, int fd)
{
	const struct sim_ask done = {
		.what = SIM_DONE,
		.value = result,
		.addr = call->arg,
		.bytes = (uint32_t)call->arg_out_bytes,
	};

	ask(call, &done, call->arg_out_bytes ? call->arg_out : NULL, fd);
}

const struct sim_task_ops call_ops = {
	.read = task_read,
	.write = task_write,
	.find_fd = task_find_fd,
	.install_fd = task_install_fd,
	.steal_fd = task_steal_fd,
	.watch = task_watch,
};
