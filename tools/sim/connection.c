// SPDX-License-Identifier: MIT
/* The server's ends of what clients have open. The lock is held. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport.h"

static bool is_client(enum connection_kind kind)
{
	return kind == CONNECTION_FILE || kind == CONNECTION_CONTROL || kind == CONNECTION_HOLD;
}

int connection_add(struct sim_server *server, enum connection_kind kind, int socket,
		   struct sim_fd *file, const char *path)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT};
	struct connection **bucket;

	if (!connection)
		return -ENOMEM;
	connection->kind = kind;
	connection->socket = socket;
	connection->id = server->next_id++;
	if (path && !(connection->path = strdup(path))) {
		free(connection);
		return -ENOMEM;
	}
	event.data.ptr = connection;
	if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, socket, &event) < 0) {
		int err = -errno;

		free(connection->path);
		free(connection);
		return err;
	}
	bucket = &server->connections[connection->id % CONNECTION_BUCKETS];
	connection->next = *bucket;
	*bucket = connection;
	if (file) {
		connection->file = file;
		connection->siblings = file->transport;
		file->transport = connection;
	}
	server->clients += is_client(kind);
	server->controls += kind == CONNECTION_CONTROL;
	return 0;
}

static void unlink_from_file(struct connection *connection)
{
	void **link = &connection->file->transport;

	while (*link != connection)
		link = (void **)&((struct connection *)*link)->siblings;
	*link = connection->siblings;
}

void connection_remove(struct sim_server *server, struct connection *connection)
{
	struct connection **link = &server->connections[connection->id % CONNECTION_BUCKETS];
	const uint64_t one = 1;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	epoll_ctl(server->epoll, EPOLL_CTL_DEL, connection->socket, NULL);
	close(connection->socket);
	server->controls -= connection->kind == CONNECTION_CONTROL;
	if (is_client(connection->kind) && !--server->clients &&
	    write(server->event, &one, sizeof(one)) != sizeof(one))
		abort(); /* an eventfd that nobody has counted up to 2^64 */
	if (connection->file) {
		unlink_from_file(connection);
		/* Sleeps as long as the kernel's close() would. */
		sim_fd_put(connection->file);
	}
	free(connection->path);
	free(connection);
}

void connection_rearm(struct sim_server *server, struct connection *connection)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLONESHOT,
		.data.ptr = connection,
	};

	epoll_ctl(server->epoll, EPOLL_CTL_MOD, connection->socket, &event);
}

/* The abstract address "FOLDER/ID"; its length. */
static socklen_t name_of(const struct sim_server *server, uint64_t id, struct sockaddr_un *name)
{
	int length;

	name->sun_family = AF_UNIX;
	name->sun_path[0] = '\0';
	length = snprintf(name->sun_path + 1, sizeof(name->sun_path) - 1, "%s/%llu", server->folder,
			  (unsigned long long)id);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

int connection_pair(struct sim_server *server, int ends[2])
{
	struct sockaddr_un name;
	int err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	if (bind(ends[0], (struct sockaddr *)&name, name_of(server, server->next_id, &name)) == 0)
		return 0;
	err = -errno;
	close(ends[0]);
	close(ends[1]);
	return err;
}

struct sim_fd *connection_find(struct sim_server *server, int fd)
{
	struct sockaddr_un name, wanted;
	socklen_t bytes = sizeof(name), wanted_bytes;
	struct connection *connection;
	unsigned long long id;
	size_t length = strlen(server->folder);

	memset(&name, 0, sizeof(name));
	if (getpeername(fd, (struct sockaddr *)&name, &bytes) < 0 || name.sun_family != AF_UNIX ||
	    bytes <= offsetof(struct sockaddr_un, sun_path) + 2 + length || bytes >= sizeof(name))
		return NULL;
	id = strtoull(name.sun_path + 2 + length, NULL, 10);
	/* Nobody's guess: it must be what we would have called it. */
	wanted_bytes = name_of(server, id, &wanted);
	if (bytes != wanted_bytes || memcmp(&name, &wanted, bytes))
		return NULL;
	connection = server->connections[id % CONNECTION_BUCKETS];
	while (connection && connection->id != id)
		connection = connection->next;
	return connection ? connection->file : NULL;
}

void sim_fd_set_readable(struct sim_fd *file)
{
	struct connection *connection = file->transport;

	if (file->is_readable)
		return;
	file->is_readable = true;
	for (; connection; connection = connection->siblings)
		message_send(connection->socket, "", 1, NULL, 0, -1);
}
