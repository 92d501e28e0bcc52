// SPDX-License-Identifier: MIT
/* What clients can ask for. The lock is held. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transport.h"

static long map(struct sim_fd *file, const struct sim_request *request, int *fd)
{
	struct sim_memory *memory;
	uint64_t offset = 0;
	int err = sim_fd_mmap(file, request->b, request->a, &memory, &offset);

	if (err)
		return err;
	*fd = fcntl(memory->fd, F_DUPFD_CLOEXEC, 0);
	sim_memory_put(memory);
	return *fd < 0 ? -ENOMEM : (long)offset;
}

static long stat_file(struct sim_fd *file, struct sim_task *task, const struct sim_request *request)
{
	/* What a file is that has no place in a file system: anon_inode_getfile(). */
	struct sim_stat st = {.mode = 0600};

	snprintf(st.kind, sizeof(st.kind), "%s", file->ops->kind);
	if (sscanf(st.kind, "/dev/dri/card%u", &st.minor) == 1 ||
	    sscanf(st.kind, "/dev/dri/renderD%u", &st.minor) == 1)
		st.mode = S_IFCHR | 0660;
	return task->ops->write(task, request->b, &st, sizeof(st));
}

static long run_on_file(struct sim_fd *file, struct call *call, const struct sim_request *request,
			int *fd)
{
	switch (request->op) {
	case SIM_OP_IOCTL:
		return sim_fd_ioctl(file, &call->task, (uint32_t)request->a, request->b);
	case SIM_OP_MMAP:
		return map(file, request, fd);
	case SIM_OP_SIZE:
		return (long)sim_fd_size(file);
	case SIM_OP_STAT:
		return stat_file(file, &call->task, request);
	default:
		return -EPROTO;
	}
}

/* ---- where no file is open ----------------------------------------------- */

static long open_node(struct sim_task *task, const struct sim_request *request)
{
	/* Render nodes begin at 128. */
	struct sim_fd *file = sim_open(task->sim, task, request->a >= 128);

	return file ? task->ops->install_fd(task, file, request->b) : -ENOMEM;
}

static long read_text(struct sim *sim, const char *name, int *fd)
{
	size_t bytes = 0;
	char *text = sim_debugfs_read(sim, name, &bytes);

	if (!text)
		return -ENOENT;
	*fd = memfd_create("debugfs", MFD_CLOEXEC);
	if (*fd >= 0 && (write(*fd, text, bytes) != (ssize_t)bytes || lseek(*fd, 0, SEEK_SET))) {
		close(*fd);
		*fd = -1;
	}
	free(text);
	return *fd < 0 ? -ENOMEM : 0;
}

/* The client writes to its end, and that is read before any request that comes later. */
static long open_control(struct call *call, const char *name, bool cloexec)
{
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	err = connection_add(call->server, CONNECTION_CONTROL, ends[0], NULL, name);
	if (err)
		close(ends[0]);
	else
		err = call_install(call, ends[1], cloexec);
	close(ends[1]);
	return err;
}

static long hold(struct sim_server *server, int channel)
{
	int copy = fcntl(channel, F_DUPFD_CLOEXEC, 0);
	int err = copy < 0 ? -errno : connection_add(server, CONNECTION_HOLD, copy, NULL, NULL);

	if (err && copy >= 0)
		close(copy);
	return err;
}

static long run_without_file(struct call *call, const struct sim_request *request, const char *data,
			     int *fd)
{
	char path[256];
	const char *name, *slash;

	snprintf(path, sizeof(path), "%.*s", (int)request->bytes, data);
	/* What follows the folder of the device; those of clients are beside that. */
	slash = strchr(path, '/');
	name = strncmp(path, "client-", strlen("client-")) == 0 ? path : slash ? slash + 1 : NULL;
	switch (request->op) {
	case SIM_OP_OPEN:
		return open_node(&call->task, request);
	case SIM_OP_TEXT:
		return name ? read_text(call->task.sim, name, fd) : -ENOENT;
	case SIM_OP_CONTROL:
		return name ? open_control(call, name, request->b) : -ENOENT;
	case SIM_OP_HOLD:
		return hold(call->server, call->channel);
	default:
		return -EPROTO;
	}
}

/* ---- calls --------------------------------------------------------------- */

static void init_call(struct call *call, struct sim_server *server,
		      const struct sim_request *request, const char *data, int channel)
{
	struct ucred peer = {0};
	socklen_t bytes = sizeof(peer);

	getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);
	call->task = (struct sim_task){
		.ops = &call_ops,
		.sim = server->sim,
		.pid = peer.pid,
		.may_nice = request->caps & SIM_CAP_NICE,
		.may_admin = request->caps & SIM_CAP_ADMIN,
		.interrupted = server->is_stopping,
	};
	memcpy(call->task.comm, request->comm, sizeof(call->task.comm) - 1);
	call->server = server;
	call->id = server->next_id++;
	call->channel = channel;
	call->is_dead = false;
	call->arg = request->b;
	call->arg_in = data;
	call->arg_in_bytes = request->bytes;
	call->arg_out_bytes = 0;
	call->next = server->calls;
	server->calls = call;
}

void request_run(struct sim_server *server, struct sim_fd *file, const struct sim_request *request,
		 const char *data, int channel)
{
	struct call call, **link = &server->calls;
	int fd = -1;
	long result;

	init_call(&call, server, request, data, channel);
	if (file) {
		sim_fd_get(file);
		result = run_on_file(file, &call, request, &fd);
		sim_fd_put(file);
	} else {
		result = run_without_file(&call, request, data, &fd);
	}
	while (*link != &call)
		link = &(*link)->next;
	*link = call.next;
	call_done(&call, result, fd);
	close(channel);
	if (fd >= 0)
		close(fd);
}
