/* SPDX-License-Identifier: MIT */
/* The server's own: connections, and tasks as the transport knows them. */
#ifndef SIM_TRANSPORT_H
#define SIM_TRANSPORT_H

#include <pthread.h>

#include "protocol.h"
#include "server.h"

enum connection_kind {
	CONNECTION_LISTENER,
	CONNECTION_STOP,
	CONNECTION_NEW,     /* its request is to come */
	CONNECTION_FILE,    /* a simulated file */
	CONNECTION_CONTROL, /* a file of debugfs that a client writes to */
	CONNECTION_HOLD,
};

struct connection {
	enum connection_kind kind;
	int socket;
	uint64_t id;
	struct connection *next;
	struct sim_fd *file;         /* a reference */
	struct connection *siblings; /* of the same file */
	char *path;                  /* of a control */
};

#define CONNECTION_BUCKETS 256

/* Calls that can sleep at the same time; one more is not begun. */
#define SIM_THREADS_MAX 1000

struct sim_server {
	struct sim *sim;
	char folder[SIM_FOLDER_MAX + 1];
	int epoll;
	int event;
	struct connection listener, stop;
	pthread_mutex_t turn; /* to wait for a request */

	/* the lock of sim guards the rest */
	uint64_t next_id;
	struct connection *connections[CONNECTION_BUCKETS]; /* by id */
	struct call *calls;
	unsigned clients;  /* connections that are somebody's file, or hold the session */
	unsigned controls; /* of these */
	pthread_t threads[SIM_THREADS_MAX];
	unsigned num_threads, running, idle;
	bool is_stopping;
};

/* One call of a client's thread. */
struct call {
	struct sim_task task;
	struct sim_server *server;
	struct call *next;
	uint64_t id;
	int channel;
	bool is_dead; /* nobody listens any more */

	/* What came along with the request, and what is to go back with the result. */
	uint64_t arg;
	const void *arg_in;
	size_t arg_in_bytes;
	size_t arg_out_bytes;
	char arg_out[SIM_INLINE_MAX];
};

/* ---- connection.c -------------------------------------------------------- */

/* 0 or -errno; takes over socket and, of a file, the reference. */
int connection_add(struct sim_server *server, enum connection_kind kind, int socket,
		   struct sim_fd *file, const char *path);
void connection_remove(struct sim_server *server, struct connection *connection);
/* Looks for the next message of it. */
void connection_rearm(struct sim_server *server, struct connection *connection);
/*
 * A pair for a new file of a client, 0 or -errno. The server's end, the first one, has the name of
 * the next connection that is added.
 */
int connection_pair(struct sim_server *server, int ends[2]);
/* Which simulated file @fd, a client's end, is; NULL. */
struct sim_fd *connection_find(struct sim_server *server, int fd);

/* ---- message.c ----------------------------------------------------------- */

/* Never blocks: a client has room for all that it asked for. 0 or -errno. */
int message_send(int socket, const void *head, size_t head_bytes, const void *tail,
		 size_t tail_bytes, int fd);
/* Bytes, or -errno; -EAGAIN: nothing there. *@fd: a file that came along, or -1. */
long message_receive(int socket, void *head, size_t head_bytes, void *tail, size_t tail_bytes,
		     int *fd);

/* ---- task.c -------------------------------------------------------------- */

extern const struct sim_task_ops call_ops;

/* Gives the client a copy of @fd: its number there, or -errno. */
int call_install(struct call *call, int fd, bool cloexec);
/* Something came on the channel of a call that sleeps. */
void call_wake(struct sim_server *server, uint64_t id);
/* Says the result, @fd goes along (-1: none). */
void call_done(struct call *call, long result, int fd);

/* ---- request.c ----------------------------------------------------------- */

/*
 * Carries it out; may give the lock up meanwhile. @file: NULL over a connection of its own. Takes
 * over @channel.
 */
void request_run(struct sim_server *server, struct sim_fd *file, const struct sim_request *request,
		 const char *data, int channel);

#endif
