// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/child.h"
#include "act/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often the parent looks whether the child still makes calls. */
#define POLL_MS 100

static void leave_terminal(const char *comm)
{
	int null;

	setsid();
	prctl(PR_SET_NAME, comm);
	/* A stuck child must not hold the pipe that somebody reads our output from. */
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

int child_start(struct child *child, const char *comm, void (*run)(struct lifeline *, void *),
		void *arg)
{
	sigset_t all, before;
	int socks[2], err;

	child->beat = mmap(NULL, sizeof(*child->beat), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (child->beat == MAP_FAILED)
		return -errno;
	atomic_store(&child->beat->call, "start");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks) < 0) {
		err = -errno;
		goto unmap;
	}

	/* Blocked before the fork, so that none arrives in between. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	child->pid = fork();
	err = -errno;
	if (child->pid == 0) {
		struct lifeline line = {.sock = socks[1], .beat = child->beat};

		close(socks[0]);
		leave_terminal(comm);
		run(&line, arg);
		_exit(0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(socks[1]);
	if (child->pid < 0) {
		close(socks[0]);
		goto unmap;
	}
	child->sock = socks[0];
	return 0;

unmap:
	munmap(child->beat, sizeof(*child->beat));
	return err;
}

int child_receive(struct child *child, void *msg, size_t size, unsigned deadline_s,
		  const volatile sig_atomic_t *stop)
{
	struct pollfd poller = {.fd = child->sock, .events = POLLIN};
	unsigned long seen = atomic_load(&child->beat->count);
	uint64_t since = clock_ms();

	for (;;) {
		unsigned long count;
		int ready;

		if (stop && *stop)
			return -EINTR;
		ready = poll(&poller, 1, POLL_MS);
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0) {
			ssize_t got = recv(child->sock, msg, size, 0);

			if (got < 0 && errno == EINTR)
				continue;
			/* A child that was killed leaves unread messages: a reset, not an end. */
			if (got == 0 || (got < 0 && errno == ECONNRESET))
				return 0;
			if (got < 0)
				return -errno;
			return got == (ssize_t)size ? 1 : -EPROTO;
		}
		count = atomic_load(&child->beat->count);
		if (count != seen) {
			seen = count;
			since = clock_ms();
		} else if (clock_ms() - since >= deadline_s * 1000ull) {
			return -ETIME;
		}
	}
}

const char *child_call(const struct child *child)
{
	return atomic_load(&child->beat->call);
}

int child_send(struct child *child, const void *msg, size_t size)
{
	return send(child->sock, msg, size, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

void child_stop(struct child *child)
{
	shutdown(child->sock, SHUT_WR);
}

int child_end(struct child *child, bool stuck)
{
	int status = 0;

	close(child->sock);
	if (!stuck) {
		while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
			;
		munmap(child->beat, sizeof(*child->beat));
	}
	return status ? -ECHILD : 0;
}

const char *line_call(struct lifeline *line, const char *call)
{
	const char *before = atomic_exchange(&line->beat->call, call);

	atomic_fetch_add(&line->beat->count, 1);
	return before;
}

bool line_receive(struct lifeline *line, void *msg, size_t size)
{
	/* All signals are blocked. */
	return recv(line->sock, msg, size, 0) == (ssize_t)size;
}

bool line_is_stopped(const struct lifeline *line)
{
	struct pollfd poller = {.fd = line->sock, .events = POLLIN};

	/* There is something to read only at the end. */
	return poll(&poller, 1, 0) > 0;
}

void line_wait(const struct lifeline *line)
{
	struct pollfd poller = {.fd = line->sock, .events = POLLIN};

	while (poll(&poller, 1, -1) < 0 && errno == EINTR)
		;
}

int line_send(struct lifeline *line, const void *msg, size_t size)
{
	return send(line->sock, msg, size, MSG_NOSIGNAL) < 0 ? -errno : 0;
}
