// SPDX-License-Identifier: MIT
/* How a call gets to the server, and what the server asks for meanwhile. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel.h"
#include "preload-call.h"
#include "session.h"

static char folder[SIM_FOLDER_MAX + 1];

__attribute__((constructor)) static void find_session(void)
{
	const char *name = getenv(SIM_SESSION_ENV);

	if (name && strlen(name) <= SIM_FOLDER_MAX)
		strcpy(folder, name);
}

const char *sim_folder(void)
{
	/* Somebody's constructor may come before ours. */
	if (!folder[0])
		find_session();
	return folder[0] ? folder : NULL;
}

long sim_return(long result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

bool sim_is_simulated(int fd)
{
	struct sockaddr_un peer;
	socklen_t bytes = sizeof(peer);
	const char *session = sim_folder();
	size_t length;

	if (!session || CALL(SYS_getpeername, fd, &peer, &bytes) < 0 || peer.sun_family != AF_UNIX)
		return false;
	length = strlen(session);
	return bytes > offsetof(struct sockaddr_un, sun_path) + 1 + length && !peer.sun_path[0] &&
	       memcmp(peer.sun_path + 1, session, length) == 0 && peer.sun_path[1 + length] == '/';
}

/* ---- messages ------------------------------------------------------------ */

union fd_message {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

/* Of two parts, the second may be of 0 bytes; with a file unless @fd is -1. 0 or -errno. */
static long send_message(int socket, const void *head, size_t head_bytes, const void *tail,
			 size_t tail_bytes, int fd)
{
	struct iovec parts[2] = {{(void *)head, head_bytes}, {(void *)tail, tail_bytes}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = tail_bytes ? 2 : 1};
	struct pollfd poller = {.fd = socket, .events = POLLOUT};
	union fd_message control = {.header = {.cmsg_level = SOL_SOCKET,
					       .cmsg_type = SCM_RIGHTS,
					       .cmsg_len = CMSG_LEN(sizeof(fd))}};
	long sent;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	for (;;) {
		sent = CALL(SYS_sendmsg, socket, &message, MSG_NOSIGNAL);
		/* The program may have made the file non-blocking. */
		if (sent != -EAGAIN)
			break;
		CALL(SYS_ppoll, &poller, 1, NULL, NULL, 0);
	}
	return sent < 0 ? sent : 0;
}

/* The bytes of a message, and a file if there is one with it, else -1. */
static long receive_message(int socket, void *data, size_t bytes, int *fd)
{
	struct iovec part = {data, bytes};
	union fd_message control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	long got = CALL(SYS_recvmsg, socket, &message, MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (got < 0)
		return got;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	return got;
}

/* ---- what the server asks for -------------------------------------------- */

long call_answer(const struct call *call, uint32_t what, long value, const void *data, size_t bytes,
		 int fd)
{
	struct sim_answer head = {.what = what, .value = (int32_t)value};
	long err = send_message(call->channel, &head, sizeof(head), data, bytes, fd);

	/* The kernel reads the client's memory, or looks its file up, and finds none. */
	if (err != -EFAULT && err != -EBADF)
		return err;
	head.value = (int32_t)err;
	return send_message(call->channel, &head, sizeof(head), NULL, 0, -1);
}

static long take_memory(const struct call *call, const struct sim_ask *ask)
{
	int none;
	long got;

	/* Until it is there. */
	CALL(SYS_recvfrom, call->channel, NULL, 0, MSG_PEEK, NULL, NULL);
	got = receive_message(call->channel, (void *)(uintptr_t)ask->addr, ask->bytes, &none);
	/* What is for an address that no process can have is not taken off the queue. */
	if (got == -EFAULT)
		CALL(SYS_recvfrom, call->channel, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	return got < 0 ? got : got != (long)ask->bytes ? -ENODEV : 0;
}

static void move_above(int *fd, int limit)
{
	int moved;

	if (*fd < 0 || *fd > limit)
		return;
	moved = (int)CALL(SYS_fcntl, *fd, F_DUPFD_CLOEXEC, limit + 1);
	if (moved < 0)
		return;
	CALL(SYS_close, *fd);
	*fd = moved;
}

/* As the kernel does, under the lowest number that is free but for this very call. */
static long install(struct call *call, int fd, bool cloexec)
{
	int lowest;

	/* One that found no place was dropped. */
	if (fd < 0)
		return -EMFILE;
	move_above(&call->channel, fd);
	move_above(&call->signals, fd);
	lowest = (int)CALL(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
	if (lowest >= 0 && lowest < fd) {
		CALL(SYS_close, fd);
		fd = lowest;
	} else if (lowest >= 0) {
		CALL(SYS_close, lowest);
	}
	if (!cloexec)
		CALL(SYS_fcntl, fd, F_SETFD, 0);
	return fd;
}

/* Until the server is done. */
static long serve(struct call *call, int *got)
{
	struct sim_ask ask;
	long err = 0;
	int fd;

	while (!err) {
		call_wait(call);
		if (receive_message(call->channel, &ask, sizeof(ask), &fd) != sizeof(ask))
			return -ENODEV;
		switch (ask.what) {
		case SIM_ASK_READ:
			err = call_answer(call, SIM_ANSWER, 0, (void *)(uintptr_t)ask.addr,
					  ask.bytes, -1);
			break;
		case SIM_ASK_WRITE:
			err = call_answer(call, SIM_ANSWER, take_memory(call, &ask), NULL, 0, -1);
			break;
		case SIM_ASK_FD:
			err = ask.value < 0
				      ? call_answer(call, SIM_ANSWER, -EBADF, NULL, 0, -1)
				      : call_answer(call, SIM_ANSWER, 0, NULL, 0, (int)ask.value);
			break;
		case SIM_ASK_INSTALL:
			err = call_answer(call, SIM_ANSWER, install(call, fd, ask.value), NULL, 0,
					  -1);
			break;
		default:
			*got = fd;
			if (ask.bytes)
				err = take_memory(call, &ask);
			return err ? err : (long)ask.value;
		}
	}
	return -ENODEV;
}

/* ---- calls --------------------------------------------------------------- */

static void describe_task(struct sim_request *request)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	request->protocol = SIM_PROTOCOL;
	request->caps = 0;
	CALL(SYS_prctl, PR_GET_NAME, request->comm, 0, 0, 0);
	CALL(SYS_capget, &header, data);
	if (data[0].effective & 1u << CAP_SYS_NICE)
		request->caps |= SIM_CAP_NICE;
	if (data[0].effective & 1u << CAP_SYS_ADMIN)
		request->caps |= SIM_CAP_ADMIN;
}

/* What cannot be read is left for the server to find out. */
static long send_request(int fd, struct sim_request *request, const void *arg, int channel)
{
	long err = send_message(fd, request, sizeof(*request), arg, request->bytes, channel);

	if (err == -EFAULT) {
		request->bytes = 0;
		err = send_message(fd, request, sizeof(*request), NULL, 0, channel);
	}
	return err ? -ENODEV : 0;
}

/* Over a new channel, or, when @fd is -1, over a new connection. */
static long call_once(int fd, struct sim_request *request, const void *arg, struct call *call,
		      int *got)
{
	struct sockaddr_un server = {.sun_family = AF_UNIX};
	int ends[2] = {-1, -1};
	long err;

	if (fd < 0) {
		/* folder and name fit: SIM_FOLDER_MAX */
		strcat(strcat(strcpy(server.sun_path, sim_folder()), "/"), SIM_SOCKET);
		err = CALL(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (err < 0)
			return err;
		ends[0] = fd = (int)err;
		err = CALL(SYS_connect, fd, &server, sizeof(server));
		if (err < 0)
			err = -ENODEV;
	} else {
		err = CALL(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
		if (err < 0)
			return err;
	}
	call->channel = ends[0];
	if (!err)
		err = send_request(fd, request, arg, ends[1]);
	if (ends[1] >= 0)
		CALL(SYS_close, ends[1]);
	if (!err)
		err = serve(call, got);
	CALL(SYS_close, call->channel);
	if (call->signals >= 0)
		CALL(SYS_close, call->signals);
	return err;
}

static long call_until_done(int fd, struct sim_request *request, const void *arg, int *got)
{
	const uint64_t all = ~0ull;
	long result;

	describe_task(request);
	for (;;) {
		struct call call = {.signals = -1};
		int unwanted = -1;

		CALL(SYS_rt_sigprocmask, SIG_SETMASK, &all, &call.blocked, sizeof(all));
		result = call_once(fd, request, arg, &call, got ? got : &unwanted);
		CALL(SYS_rt_sigprocmask, SIG_SETMASK, &call.blocked, NULL, sizeof(all));
		if (unwanted >= 0)
			CALL(SYS_close, unwanted);
		if (result != -SIM_ERESTARTSYS)
			return result;
		if (!call.is_restarted)
			return -EINTR;
	}
}

long sim_call(int fd, struct sim_request *request, const void *arg, int *got)
{
	return call_until_done(fd, request, arg, got);
}

long sim_call_server(struct sim_request *request, const void *arg, int *got)
{
	return call_until_done(-1, request, arg, got);
}

int sim_stat_fd(int fd, struct sim_stat *st)
{
	struct sim_request request = {.op = SIM_OP_STAT, .b = (uintptr_t)st};

	return (int)sim_call(fd, &request, NULL, NULL);
}
