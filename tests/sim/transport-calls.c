// SPDX-License-Identifier: MIT
/* The client: arguments, signals, threads, and what is none of these. */
#define _GNU_SOURCE
#include "transport-client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#include "null-gpu.h"
#include "protocol.h"
#include "session.h"
#include "tests/lib/tap.h"

#define SECOND 1000000000ll

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

/* ---- arguments ----------------------------------------------------------- */

static void test_arguments(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = client_open();
	struct drm_version version = {.name_len = 64};
	char *map =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t *handles, handle;

	ok(ioctl(fd, NULL_IOCTL, NULL) == -1 && errno == EFAULT, "no argument");
	mprotect(map + page, page, PROT_NONE);
	ok(ioctl(fd, NULL_IOCTL, map + page - 4) == -1 && errno == EFAULT, "half an argument");
	*(int64_t *)map = 1;
	mprotect(map, page, PROT_READ);
	ok(ioctl(fd, NULL_IOCTL, map) == -1 && errno == EFAULT, "one that cannot be written");
	version.name = (char *)(UINTPTR_MAX - page);
	ok(ioctl(fd, DRM_IOCTL_VERSION, &version) == -1 && errno == EFAULT,
	   "nor a buffer where no process has memory");
	version.name = map;
	ok(ioctl(fd, DRM_IOCTL_VERSION, &version) == -1 && errno == EFAULT,
	   "nor what it points to");
	munmap(map, 2 * page);
	ok(ioctl(fd, DRM_IOWR(0xff, int), &handle) == -1 && errno == EINVAL, "no such number");
	ok(ioctl(fd, TIOCGWINSZ, &handle) == -1 && errno == ENOTTY, "a terminal's");

	/* More than one message holds. */
	handles = calloc(100000, sizeof(*handles));
	drmSyncobjCreate(fd, 0, &handle);
	for (int i = 0; i < 100000; i++)
		handles[i] = handle;
	is(drmSyncobjSignal(fd, handles, 100000), 0, "an array of 400000 bytes");
	handles[99999] = handle + 1;
	ok(drmSyncobjSignal(fd, handles, 100000) == -1 && errno == ENOENT, "to its last element");
	free(handles);
	close(fd);
}

/* ---- signals ------------------------------------------------------------- */

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
	(void)number;
	handled++;
}

/* A wait of 0.3 s that a signal comes into after 0.1. Its errno. */
static int wait_with_signal(int number, int flags, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, before;
	struct drm_syncobj_wait wait = {.count_handles = 1};
	int fd = client_open(), result, err;
	uint32_t handle = 0;
	pid_t pid, parent = getpid();

	drmSyncobjCreate(fd, 0, &handle);
	wait.handles = (uintptr_t)&handle;
	wait.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT;
	handled = 0;
	sigaction(number, &action, &before);
	pid = fork();
	if (pid == 0) {
		usleep(100000);
		kill(parent, number);
		usleep(400000);
		_exit(0);
	}
	wait.timeout_nsec = now() + 3 * SECOND / 10;
	result = ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
	err = result ? errno : 0;
	/* The child may be stopped or continued by what it sent, but ends by itself. */
	client_wait(pid);
	sigaction(number, &before, NULL);
	close(fd);
	return err;
}

static void test_signals(void)
{
	sigset_t set;

	is(wait_with_signal(SIGUSR1, 0, on_signal), EINTR, "a signal ends a wait");
	is(handled, 1, "and is handled");
	is(wait_with_signal(SIGUSR1, SA_RESTART, on_signal), ETIME, "or the wait goes on");
	is(handled, 1, "after it was handled");
	is(wait_with_signal(SIGUSR1, 0, SIG_IGN), ETIME, "what is ignored ends nothing");
	is(wait_with_signal(SIGWINCH, 0, SIG_DFL), ETIME, "by default neither");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	is(wait_with_signal(SIGUSR1, 0, on_signal), ETIME, "nor what is blocked");
	is(handled, 0, "which is not handled");
	/* Nobody is there for it any more. */
	signal(SIGUSR1, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR1, SIG_DFL);
}

static void test_killing(void)
{
	int fd = client_open();
	uint32_t handle = 0;
	pid_t pid;

	drmSyncobjCreate(fd, 0, &handle);
	for (int i = 0; i < 20; i++) {
		pid = fork();
		if (pid == 0) {
			drmSyncobjWait(fd, &handle, 1, INT64_MAX,
				       DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, NULL);
			_exit(0);
		}
		usleep((useconds_t)(i * 500));
		kill(pid, i % 2 ? SIGKILL : SIGTERM);
		if (client_wait(pid) != 128 + (i % 2 ? SIGKILL : SIGTERM))
			break;
		if (i == 19)
			ok(true, "20 processes were killed in or before a wait");
	}
	is(client_try(fd), 0, "the file is as good as before");
	close(fd);
}

/* ---- threads ------------------------------------------------------------- */

struct worker {
	pthread_t thread;
	int fd;
	int failed;
};

static void *work(void *arg)
{
	struct worker *worker = arg;

	for (int i = 0; i < 200 && !worker->failed; i++) {
		uint32_t handle = 0;
		int file = -1;

		worker->failed = drmSyncobjCreate(worker->fd, 0, &handle) ||
				 drmSyncobjSignal(worker->fd, &handle, 1) ||
				 drmSyncobjExportSyncFile(worker->fd, handle, &file) ||
				 drmSyncobjDestroy(worker->fd, handle) || client_try(worker->fd);
		close(file);
	}
	return NULL;
}

static void *wait_for_handle(void *arg)
{
	struct worker *worker = arg;
	uint32_t handle = 1;

	worker->failed = drmSyncobjWait(worker->fd, &handle, 1, now() + 10 * SECOND,
					DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, NULL);
	return NULL;
}

static void test_threads(void)
{
	struct worker workers[8] = {0}, waiters[40] = {0};
	int fd = client_open(), failed = 0;
	uint32_t handle = 0;

	drmSyncobjCreate(fd, 0, &handle);
	for (int i = 0; i < 40; i++) {
		waiters[i].fd = fd;
		pthread_create(&waiters[i].thread, NULL, wait_for_handle, &waiters[i]);
	}
	for (int i = 0; i < 8; i++) {
		workers[i].fd = fd;
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(workers[i].thread, NULL);
		failed += workers[i].failed;
	}
	is(failed, 0, "8 threads with one file, while 40 wait");
	is(drmSyncobjSignal(fd, &handle, 1), 0, "what they wait for");
	for (int i = 0; i < 40; i++) {
		pthread_join(waiters[i].thread, NULL);
		failed += waiters[i].failed;
	}
	is(failed, 0, "all of them have seen it");
	close(fd);
}

/* ---- hostile clients ----------------------------------------------------- */

static void test_hostile(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct sim_request request = {
		.protocol = SIM_PROTOCOL,
		.op = SIM_OP_OPEN,
		.a = 128,
		.bytes = 1,
	};
	struct pollfd poller = {.events = POLLIN};
	char noise[40000];
	int fd = client_open(), sock;
	unsigned seed = 1;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", getenv(SIM_SESSION_ENV));
	for (int i = 0; i < 300; i++) {
		size_t bytes = (size_t)rand_r(&seed) % (i % 10 ? 128 : sizeof(noise));

		for (size_t j = 0; j < bytes; j++)
			noise[j] = (char)rand_r(&seed);
		/* Every other time the head is right, but for how much follows. */
		if (i % 2) {
			struct sim_request head = {.protocol = SIM_PROTOCOL,
						   .op = (uint32_t)i / 2 % (SIM_OP_HOLD + 2),
						   .bytes = (uint32_t)rand_r(&seed)};

			memcpy(noise, &head, sizeof(head));
		}
		send(fd, noise, bytes, MSG_NOSIGNAL);
		sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(sock, (struct sockaddr *)&name, sizeof(name)) == 0)
			send(sock, noise, bytes, MSG_NOSIGNAL);
		close(sock);
	}
	is(client_try(fd), 0, "noise harms nobody");
	close(fd);

	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	connect(sock, (struct sockaddr *)&name, sizeof(name));
	poller.fd = sock;
	send(sock, &request, sizeof(request), MSG_NOSIGNAL);
	is(poll(&poller, 1, 100), 0, "a request that lacks its end is not answered");
	request.bytes = 0;
	send(sock, &request, sizeof(request), MSG_NOSIGNAL);
	is(poll(&poller, 1, 10000), 1, "a whole one is");
	close(sock);
}

void run_call_tests(void)
{
	test_arguments();
	test_signals();
	test_killing();
	test_threads();
	test_hostile();
}
