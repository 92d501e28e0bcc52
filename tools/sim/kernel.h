/* SPDX-License-Identifier: MIT */
/*
 * The simulated kernel: what its parts, and the process that serves it, know of each other.
 *
 * One struct sim is one machine with one amdgpu device. It lives in one process, the server;
 * programs reach it through the preloaded object, over a socket that *is* their DRM file, so
 * that dup(), fork(), passing it on and dying mean what they mean in a kernel. Nothing here
 * knows of sockets: the server's side of them is the tasks and files below.
 *
 * One lock guards everything. Whoever enters (an ioctl, the engine, a worker) holds it; waiting
 * gives it up meanwhile, as a kernel's schedule() would.
 */
#ifndef SIM_KERNEL_H
#define SIM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reaches user space as EINTR, or the call is begun again: the client decides by its signal. */
#define SIM_ERESTARTSYS 512
#define SIM_NO_DEADLINE UINT64_MAX

struct sim;
struct sim_profile; /* which kernel it is: profile.h */

#define SIM_PCI_ADDRESS "0000:03:00.0"

struct sim *sim_create(const struct sim_profile *profile, uint64_t seed); /* NULL: no memory */
/* No file is open and no call under way any more. */
void sim_destroy(struct sim *sim);

void sim_lock(struct sim *sim);
void sim_unlock(struct sim *sim);
uint64_t sim_now(void); /* CLOCK_MONOTONIC, ns */

/* ---- tasks: who calls ---------------------------------------------------- */

struct sim_fd;
struct sim_memory;

/*
 * The thread of a client that is in a call. The functions are the transport's and are called
 * with the lock held.
 */
struct sim_task {
	const struct sim_task_ops *ops;
	struct sim *sim;
	pid_t pid; /* of the process */
	char comm[16];
	bool may_nice;    /* CAP_SYS_NICE */
	bool may_admin;   /* CAP_SYS_ADMIN */
	bool interrupted; /* a signal, or the client is gone; set with the lock held, then
			     sim_wake() */
};

struct sim_task_ops {
	/* User memory. 0 or -EFAULT, as copy_from_user() and copy_to_user() of a driver. */
	int (*read)(struct sim_task *task, void *dst, uint64_t user, size_t bytes);
	int (*write)(struct sim_task *task, uint64_t user, const void *src, size_t bytes);
	/*
	 * What the client has as file descriptor @fd, without a reference; NULL: a file that is
	 * not ours. 0, or -EBADF: not open.
	 */
	int (*find_fd)(struct sim_task *task, int fd, struct sim_fd **file);
	/* A new file descriptor of the client, or -errno; takes over a reference in any case. */
	int (*install_fd)(struct sim_task *task, struct sim_fd *file, bool cloexec);
	/* A copy of a file descriptor that is not ours, for us to close; -EBADF: not open. */
	int (*steal_fd)(struct sim_task *task, int fd);
	/*
	 * sim_wait() is about to sleep (true), or has slept: meanwhile a signal of the client or
	 * its end is looked for. May be NULL.
	 */
	void (*watch)(struct sim_task *task, bool is_sleeping);
};

/*
 * Gives up the lock until something has changed (sim_wake()), the deadline (sim_now()) has
 * passed or the task is interrupted. 0, -ETIME or -SIM_ERESTARTSYS; 0 says nothing about what
 * has changed. @task NULL: cannot be interrupted.
 */
int sim_wait(struct sim *sim, struct sim_task *task, uint64_t deadline);
/* To be called when a fence has signaled, a syncobj has a new fence, a fault was switched … */
void sim_wake(struct sim *sim);

/* ---- file descriptors ---------------------------------------------------- */

/* A file: lives as long as references to it, of which all file descriptors together have one. */
struct sim_fd {
	const struct sim_fd_ops *ops;
	struct sim *sim;
	unsigned refs;
	bool is_readable; /* sim_fd_set_readable() */
	void *transport;  /* the transport's, NULL until a client has a descriptor */
};

struct sim_fd_ops {
	const char *kind;                     /* as /proc/self/fd shows it */
	void (*release)(struct sim_fd *file); /* the last reference is gone: frees it */
	/* As sim_fd_*() below; NULL: there is no such call. */
	long (*ioctl)(struct sim_fd *file, struct sim_task *task, uint32_t cmd, uint64_t arg);
	int (*mmap)(struct sim_fd *file, uint64_t offset, size_t bytes, struct sim_memory **memory,
		    uint64_t *memory_offset);
	int64_t (*size)(struct sim_fd *file);
};

void sim_fd_init(struct sim_fd *file, struct sim *sim, const struct sim_fd_ops *ops);
struct sim_fd *sim_fd_get(struct sim_fd *file);
void sim_fd_put(struct sim_fd *file);

/* What the transport calls for its clients. All with the lock held, which ioctl may give up. */
/* @arg: a pointer of the client, or a number. Result or -errno. */
long sim_fd_ioctl(struct sim_fd *file, struct sim_task *task, uint32_t cmd, uint64_t arg);
/* The memory at @offset, a reference, for the client to map, and where in it; or -errno. */
int sim_fd_mmap(struct sim_fd *file, uint64_t offset, size_t bytes, struct sim_memory **memory,
		uint64_t *memory_offset);
int64_t sim_fd_size(struct sim_fd *file); /* lseek(SEEK_END); -ESPIPE */

/* poll() reports POLLIN from now on: a sync_file whose fence has signaled. The transport's. */
void sim_fd_set_readable(struct sim_fd *file);

/* Opens the device's node: the file, with one reference; NULL for -ENOMEM. */
struct sim_fd *sim_open(struct sim *sim, struct sim_task *task, bool is_render_node);

/*
 * A simulated file of debugfs by its path below dri/<minor>/: its text as of now, to be freed;
 * NULL: no such file. Writing: 0 or -errno (the controls of vasic/).
 */
char *sim_debugfs_read(struct sim *sim, const char *path, size_t *bytes);
int sim_debugfs_write(struct sim *sim, const char *path, const char *text, size_t bytes);
/*
 * Clients write controls without waiting: what @take does, with the lock held, is to hand to
 * sim_debugfs_write() what they have written so far. NULL: no client is left.
 */
void sim_on_controls(struct sim *sim, void (*take)(void *arg), void *arg);
/* What was written so far counts from now on. */
void sim_take_controls(struct sim *sim);
/* What the directories below dri/<minor>/ hold: names, "/" at the end of a folder, NULL last. */
const char *const *sim_debugfs_list(void);
/*
 * Beside the folder of the device there is one for each client, "client-7", and in it one for each
 * queue, "client-7/queue_1": sim_debugfs_read() has their files by that path. @show, with the lock
 * held, is to make one appear or vanish. NULL: nobody looks at them.
 */
void sim_on_folder(struct sim *sim, void (*show)(void *arg, const char *path, bool is_there),
		   void *arg);

/* ---- memory -------------------------------------------------------------- */

/* Pages that client and engine share: a memfd and the server's mapping of it. */
struct sim_memory {
	int fd;
	size_t bytes;
	void *cpu;
	unsigned refs;
};

struct sim_memory *sim_memory_create(size_t bytes);
struct sim_memory *sim_memory_get(struct sim_memory *memory);
void sim_memory_put(struct sim_memory *memory);

/* ---- later --------------------------------------------------------------- */

/*
 * A callback some time after now, with the lock held: a worker's, or the end of a grace period.
 * There is one worker for all: it must not wait.
 */
struct sim_work {
	struct sim_work *next;
	uint64_t at; /* sim_now() */
	bool queued;
	void (*func)(struct sim_work *work);
};

void sim_queue_work(struct sim *sim, struct sim_work *work, uint64_t at);
bool sim_cancel_work(struct sim *sim, struct sim_work *work); /* true: it was queued */
/* call_rcu(): after a grace period, some milliseconds. */
void sim_call_rcu(struct sim *sim, struct sim_work *work, void (*func)(struct sim_work *work));
/* rcu_barrier(): gives up the lock until all that was handed to sim_call_rcu() has run. */
void sim_rcu_barrier(struct sim *sim);

#endif
