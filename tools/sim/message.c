// SPDX-License-Identifier: MIT
/* Messages with at most one file in them. */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport.h"

union fd_message {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

int message_send(int socket, const void *head, size_t head_bytes, const void *tail,
		 size_t tail_bytes, int fd)
{
	struct iovec parts[2] = {{(void *)head, head_bytes}, {(void *)tail, tail_bytes}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = tail_bytes ? 2 : 1};
	union fd_message control;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

long message_receive(int socket, void *head, size_t head_bytes, void *tail, size_t tail_bytes,
		     int *fd)
{
	struct iovec parts[2] = {{head, head_bytes}, {tail, tail_bytes}};
	union fd_message control;
	struct msghdr message = {
		.msg_iov = parts,
		.msg_iovlen = tail_bytes ? 2 : 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t got;

	*fd = -1;
	got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return -errno;
	/* There is room for one file: the kernel drops what else a client may send. */
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(header), sizeof(*fd));
	if (message.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	return got;
}
