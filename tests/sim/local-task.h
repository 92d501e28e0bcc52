/* SPDX-License-Identifier: MIT */
/*
 * Clients of the simulated kernel in the test's own process: their memory is ours, their file
 * descriptors are numbers in a table. No sockets, so that a sanitizer sees all there is. The lock
 * is not held in any of these.
 */
#ifndef LOCAL_TASK_H
#define LOCAL_TASK_H

#include "kernel.h"

#define LOCAL_FD_FIRST 1000 /* smaller ones are real: eventfds */
#define LOCAL_FDS      64

struct local_process {
	struct sim *sim;
	pid_t pid;
	bool may_admin;
	struct sim_fd *fds[LOCAL_FDS];
	int error;         /* of the next install_fd(), or 0 */
	bool is_read_only; /* memory: nothing can be written to it */
};

struct local_task {
	struct sim_task base;
	struct local_process *process;
};

void local_process_init(struct local_process *process, struct sim *sim, pid_t pid);
/* Closes what is open, as the end of a process does. */
void local_process_fini(struct local_process *process);
void local_task_init(struct local_task *task, struct local_process *process);

/* A file descriptor, or -errno. */
int local_open(struct local_task *task, bool is_render_node);
/* Result or -errno, -SIM_ERESTARTSYS as it is. */
long local_ioctl(struct local_task *task, int fd, unsigned long cmd, void *arg);
/* The same file in another process, as SCM_RIGHTS passes it: a file descriptor. */
int local_pass(struct local_process *from, int fd, struct local_process *to);
void local_close(struct local_process *process, int fd);
bool local_is_readable(struct local_process *process, int fd); /* poll() */
int64_t local_size(struct local_process *process, int fd);     /* lseek(SEEK_END) */
/* 0 and a mapping for munmap(), or -errno. */
int local_mmap(struct local_process *process, int fd, uint64_t offset, size_t bytes, void **cpu);
/* A signal arrives, and is gone again: the call under way ends. */
void local_interrupt(struct local_task *task, bool is_pending);

/* A machine with one process that has the render node open. */
struct local_machine {
	struct sim *sim;
	struct local_process process;
	struct local_task task;
	int fd;
};

void local_machine_start(struct local_machine *machine, const struct sim_profile *profile);
void local_machine_stop(struct local_machine *machine);
/* An ioctl on that render node. */
long local_call(struct local_machine *machine, unsigned long cmd, void *arg);

#endif
