// SPDX-License-Identifier: MIT
/* Threads that take turns. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "transport.h"

#define STACK_BYTES (256 * 1024)
/* More than the 2 s that a kernel takes to find a hung queue; what goes on then has no end. */
#define STOP_NS 4000000000ull

static void handle_listener(struct sim_server *server)
{
	int socket = accept4(server->listener.socket, NULL, NULL, SOCK_CLOEXEC);

	if (socket >= 0 && connection_add(server, CONNECTION_NEW, socket, NULL, NULL))
		close(socket);
	connection_rearm(server, &server->listener);
}

static bool is_request(const struct sim_request *request, long got)
{
	return got >= (long)sizeof(*request) && request->protocol == SIM_PROTOCOL &&
	       got == (long)(sizeof(*request) + request->bytes);
}

static void handle_request(struct sim_server *server, struct connection *connection, bool has_ended)
{
	char data[SIM_INLINE_MAX];
	struct sim_request request;
	struct sim_fd *file;
	int channel;
	long got = message_receive(connection->socket, &request, sizeof(request), data,
				   sizeof(data), &channel);

	if ((got == 0 && has_ended) || (got < 0 && got != -EAGAIN && got != -EMSGSIZE)) {
		connection_remove(server, connection);
		return;
	}
	if (connection->kind == CONNECTION_NEW && got != -EAGAIN && channel < 0)
		channel = fcntl(connection->socket, F_DUPFD_CLOEXEC, 0);
	/* Whoever sent something else gets no answer but the end of the channel. */
	if (!is_request(&request, got) || channel < 0) {
		if (channel >= 0)
			close(channel);
		connection_rearm(server, connection);
		return;
	}
	file = connection->file;
	if (connection->kind == CONNECTION_NEW)
		connection_remove(server, connection);
	else
		connection_rearm(server, connection);
	request_run(server, file, &request, data, channel);
}

/* All that was written into it; true: it is closed, or its end came. */
static bool take_control(struct sim_server *server, const struct connection *connection)
{
	char text[256];
	int unwanted;
	long got;

	for (;;) {
		got = message_receive(connection->socket, text, sizeof(text) - 1, NULL, 0,
				      &unwanted);
		if (unwanted >= 0)
			close(unwanted);
		if (got == 0 || (got < 0 && got != -EMSGSIZE))
			return got != -EAGAIN;
		text[got < 0 ? (long)sizeof(text) - 1 : got] = '\0';
		/* The client has long been told that its write() went well. */
		if (got < 0 || sim_debugfs_write(server->sim, connection->path, text, (size_t)got))
			fprintf(stderr, "amdfence: simulated '%s' does not take '%.*s'\n",
				connection->path, (int)strcspn(text, "\n"), text);
	}
}

static void handle_control(struct sim_server *server, struct connection *connection, bool has_ended)
{
	if (take_control(server, connection) && has_ended)
		connection_remove(server, connection);
	else
		connection_rearm(server, connection);
}

static void take_controls(void *arg)
{
	struct sim_server *server = arg;
	struct connection *connection;

	for (unsigned i = 0; server->controls && i < CONNECTION_BUCKETS; i++)
		for (connection = server->connections[i]; connection; connection = connection->next)
			if (connection->kind == CONNECTION_CONTROL)
				take_control(server, connection);
}

static void handle(struct sim_server *server, const struct epoll_event *event)
{
	struct connection *connection = event->data.ptr;
	bool has_ended = event->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);

	if (event->data.u64 & 1) {
		call_wake(server, event->data.u64 >> 1);
		return;
	}
	switch (connection->kind) {
	case CONNECTION_LISTENER:
		handle_listener(server);
		break;
	case CONNECTION_STOP:
		break;
	case CONNECTION_NEW:
	case CONNECTION_FILE:
		handle_request(server, connection, has_ended);
		break;
	case CONNECTION_CONTROL:
		handle_control(server, connection, has_ended);
		break;
	case CONNECTION_HOLD:
		connection_remove(server, connection);
		break;
	}
}

static void *work(void *arg);

/* One at least must always be there to wait for requests, if it can be had. */
static int start_thread(struct sim_server *server)
{
	pthread_attr_t attr;
	int err;

	if (server->num_threads == SIM_THREADS_MAX)
		return -EAGAIN;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	err = pthread_create(&server->threads[server->num_threads], &attr, work, server);
	pthread_attr_destroy(&attr);
	if (err)
		return -err;
	server->num_threads++;
	server->running++;
	server->idle++;
	return 0;
}

static void *work(void *arg)
{
	struct sim_server *server = arg;
	struct epoll_event event;
	int num;

	for (;;) {
		pthread_mutex_lock(&server->turn);
		num = epoll_wait(server->epoll, &event, 1, -1);
		sim_lock(server->sim);
		pthread_mutex_unlock(&server->turn);
		if (server->is_stopping)
			break;
		server->idle--;
		if (!server->idle)
			start_thread(server);
		if (num > 0)
			handle(server, &event);
		server->idle++;
		sim_unlock(server->sim);
	}
	server->running--;
	sim_wake(server->sim);
	sim_unlock(server->sim);
	return NULL;
}

/* ---- start and stop ------------------------------------------------------ */

static int listen_in(const char *folder)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd, err;

	snprintf(name.sun_path, sizeof(name.sun_path), "%.*s/%s", SIM_FOLDER_MAX, folder,
		 SIM_SOCKET);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&name, sizeof(name)) == 0 && listen(fd, 1024) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int watch(struct sim_server *server, struct connection *connection, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = connection};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, connection->socket, &event) < 0 ? -errno : 0;
}

static void free_server(struct sim_server *server)
{
	if (server->listener.socket >= 0)
		close(server->listener.socket);
	if (server->stop.socket >= 0)
		close(server->stop.socket);
	if (server->event >= 0)
		close(server->event);
	if (server->epoll >= 0)
		close(server->epoll);
	pthread_mutex_destroy(&server->turn);
	free(server);
}

int sim_server_start(struct sim *sim, const char *folder, struct sim_server **out)
{
	struct sim_server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return -ENOMEM;
	server->sim = sim;
	server->next_id = 1;
	snprintf(server->folder, sizeof(server->folder), "%s", folder);
	pthread_mutex_init(&server->turn, NULL);
	server->listener = (struct connection){.kind = CONNECTION_LISTENER};
	server->stop = (struct connection){.kind = CONNECTION_STOP};
	server->listener.socket = listen_in(folder);
	server->stop.socket = eventfd(0, EFD_CLOEXEC);
	server->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (server->listener.socket < 0)
		err = server->listener.socket;
	else if (server->stop.socket < 0 || server->event < 0 || server->epoll < 0)
		err = -EMFILE;
	else
		err = watch(server, &server->listener, EPOLLIN | EPOLLONESHOT);
	if (!err)
		err = watch(server, &server->stop, EPOLLIN);
	if (!err) {
		sim_lock(sim);
		err = start_thread(server);
		if (!err)
			sim_on_controls(sim, take_controls, server);
		sim_unlock(sim);
	}
	if (err) {
		free_server(server);
		return err;
	}
	*out = server;
	return 0;
}

/* What no client has any more, or never will. */
static void remove_connections(struct sim_server *server)
{
	for (unsigned i = 0; i < CONNECTION_BUCKETS; i++)
		while (server->connections[i])
			connection_remove(server, server->connections[i]);
}

bool sim_server_stop(struct sim_server *server)
{
	uint64_t one = 1, deadline = sim_now() + STOP_NS;
	bool has_stopped;

	sim_lock(server->sim);
	server->is_stopping = true;
	if (write(server->stop.socket, &one, sizeof(one)) != sizeof(one))
		abort(); /* written once */
	for (struct call *call = server->calls; call; call = call->next)
		call->task.interrupted = true;
	sim_wake(server->sim);
	while (server->running && !sim_wait(server->sim, NULL, deadline))
		;
	has_stopped = !server->running && !server->clients;
	if (has_stopped) {
		sim_on_controls(server->sim, NULL, NULL);
		remove_connections(server);
	}
	sim_unlock(server->sim);
	if (!has_stopped)
		return false;
	for (unsigned i = 0; i < server->num_threads; i++)
		pthread_join(server->threads[i], NULL);
	free_server(server);
	return true;
}

int sim_server_event(const struct sim_server *server)
{
	return server->event;
}

bool sim_server_is_in_use(struct sim_server *server)
{
	bool is_in_use;

	sim_lock(server->sim);
	is_in_use = server->clients;
	sim_unlock(server->sim);
	return is_in_use;
}
