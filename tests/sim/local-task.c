/* SPDX-License-Identifier: MIT */
#include "local-task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOWEST_ADDRESS 0x10000 /* nothing is mapped below: mmap_min_addr */

static struct local_process *process_of(struct sim_task *task)
{
	return ((struct local_task *)task)->process;
}

static int task_read(struct sim_task *task, void *dst, uint64_t user, size_t bytes)
{
	(void)task;
	if (user < LOWEST_ADDRESS)
		return -EFAULT;
	memcpy(dst, (const void *)(uintptr_t)user, bytes);
	return 0;
}

static int task_write(struct sim_task *task, uint64_t user, const void *src, size_t bytes)
{
	if (user < LOWEST_ADDRESS || process_of(task)->is_read_only)
		return -EFAULT;
	memcpy((void *)(uintptr_t)user, src, bytes);
	return 0;
}

static struct sim_fd **slot_of(struct local_process *process, int fd)
{
	if (fd < LOCAL_FD_FIRST || fd >= LOCAL_FD_FIRST + LOCAL_FDS)
		return NULL;
	return &process->fds[fd - LOCAL_FD_FIRST];
}

static int task_find_fd(struct sim_task *task, int fd, struct sim_fd **file)
{
	struct sim_fd **slot = slot_of(process_of(task), fd);

	*file = slot ? *slot : NULL;
	if (*file || (!slot && fcntl(fd, F_GETFD) >= 0))
		return 0;
	return -EBADF;
}

static int install(struct local_process *process, struct sim_fd *file)
{
	int i;

	for (i = 0; i < LOCAL_FDS && !process->error; i++) {
		if (!process->fds[i]) {
			process->fds[i] = file;
			return LOCAL_FD_FIRST + i;
		}
	}
	process->error = 0;
	sim_fd_put(file);
	return -EMFILE;
}

static int task_install_fd(struct sim_task *task, struct sim_fd *file, bool cloexec)
{
	(void)cloexec;
	return install(process_of(task), file);
}

static int task_steal_fd(struct sim_task *task, int fd)
{
	struct sim_fd **slot = slot_of(process_of(task), fd);
	int copy = slot && *slot ? open("/dev/null", O_RDWR | O_CLOEXEC)
				 : fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -EBADF : copy;
}

static const struct sim_task_ops ops = {
	.read = task_read,
	.write = task_write,
	.find_fd = task_find_fd,
	.install_fd = task_install_fd,
	.steal_fd = task_steal_fd,
};

void sim_fd_set_readable(struct sim_fd *file)
{
	file->is_readable = true;
}

void local_process_init(struct local_process *process, struct sim *sim, pid_t pid)
{
	*process = (struct local_process){.sim = sim, .pid = pid};
}

void local_process_fini(struct local_process *process)
{
	int i;

	for (i = 0; i < LOCAL_FDS; i++)
		local_close(process, LOCAL_FD_FIRST + i);
}

void local_task_init(struct local_task *task, struct local_process *process)
{
	*task = (struct local_task){
		.base = {.ops = &ops,
			 .sim = process->sim,
			 .pid = process->pid,
			 .may_admin = process->may_admin},
		.process = process,
	};
	snprintf(task->base.comm, sizeof(task->base.comm), "local-%d", (int)process->pid);
}

int local_open(struct local_task *task, bool is_render_node)
{
	struct sim *sim = task->base.sim;
	struct sim_fd *file;
	int fd = -ENOMEM;

	sim_lock(sim);
	file = sim_open(sim, &task->base, is_render_node);
	if (file)
		fd = install(task->process, file);
	sim_unlock(sim);
	return fd;
}

long local_ioctl(struct local_task *task, int fd, unsigned long cmd, void *arg)
{
	struct sim_fd **slot = slot_of(task->process, fd);
	struct sim *sim = task->base.sim;
	long ret = -EBADF;

	sim_lock(sim);
	if (slot && *slot)
		ret = sim_fd_ioctl(*slot, &task->base, (uint32_t)cmd, (uintptr_t)arg);
	sim_unlock(sim);
	return ret;
}

int local_pass(struct local_process *from, int fd, struct local_process *to)
{
	int ret;

	sim_lock(from->sim);
	ret = install(to, sim_fd_get(*slot_of(from, fd)));
	sim_unlock(from->sim);
	return ret;
}

void local_close(struct local_process *process, int fd)
{
	struct sim_fd **slot = slot_of(process, fd), *file;

	sim_lock(process->sim);
	file = *slot;
	*slot = NULL;
	if (file)
		sim_fd_put(file);
	sim_unlock(process->sim);
}

bool local_is_readable(struct local_process *process, int fd)
{
	bool is_readable;

	sim_lock(process->sim);
	is_readable = (*slot_of(process, fd))->is_readable;
	sim_unlock(process->sim);
	return is_readable;
}

int64_t local_size(struct local_process *process, int fd)
{
	int64_t size;

	sim_lock(process->sim);
	size = sim_fd_size(*slot_of(process, fd));
	sim_unlock(process->sim);
	return size;
}

int local_mmap(struct local_process *process, int fd, uint64_t offset, size_t bytes, void **cpu)
{
	struct sim_memory *memory;
	uint64_t memory_offset;
	int ret;

	sim_lock(process->sim);
	ret = sim_fd_mmap(*slot_of(process, fd), offset, bytes, &memory, &memory_offset);
	if (!ret) {
		*cpu = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd,
			    (off_t)memory_offset);
		sim_memory_put(memory);
		ret = *cpu == MAP_FAILED ? -errno : 0;
	}
	sim_unlock(process->sim);
	return ret;
}

void local_interrupt(struct local_task *task, bool is_pending)
{
	sim_lock(task->base.sim);
	task->base.interrupted = is_pending;
	sim_wake(task->base.sim);
	sim_unlock(task->base.sim);
}

void local_machine_start(struct local_machine *machine, const struct sim_profile *profile)
{
	machine->sim = sim_create(profile, 1);
	if (!machine->sim)
		abort();
	local_process_init(&machine->process, machine->sim, 1000);
	local_task_init(&machine->task, &machine->process);
	machine->fd = local_open(&machine->task, true);
}

void local_machine_stop(struct local_machine *machine)
{
	local_process_fini(&machine->process);
	sim_destroy(machine->sim);
}

long local_call(struct local_machine *machine, unsigned long cmd, void *arg)
{
	return local_ioctl(&machine->task, machine->fd, cmd, arg);
}
