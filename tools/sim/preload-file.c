// SPDX-License-Identifier: MIT
/* Calls on simulated files that are open. */
#include <config.h>

#include "preload-libc.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload.h"

SIM_EXPORT int ioctl(int fd, unsigned long number, ...)
{
	/* The kernel, too, takes 32 bits of it. */
	struct sim_request request = {.op = SIM_OP_IOCTL, .a = (uint32_t)number};
	va_list args;
	void *arg;

	va_start(args, number);
	arg = va_arg(args, void *);
	va_end(args);
	if (!sim_is_simulated(fd))
		return NEXT(ioctl)(fd, number, arg);
	request.b = (uintptr_t)arg;
	if (number & (unsigned long)IOC_IN)
		request.bytes = _IOC_SIZE(number);
	return (int)sim_return(sim_call(fd, &request, arg, NULL));
}

static void *map(void *addr, size_t bytes, int access, int flags, int fd, off_t offset)
{
	struct sim_request request = {.op = SIM_OP_MMAP, .a = bytes, .b = (uint64_t)offset};
	int memory = -1;
	long result;
	void *mapped;

	if (fd < 0 || !sim_is_simulated(fd))
		return NEXT(mmap)(addr, bytes, access, flags, fd, offset);
	/* Memory of a device has no copy on write. */
	result = flags & MAP_SHARED ? sim_call(fd, &request, NULL, &memory) : -EINVAL;
	if (result < 0 || memory < 0)
		return (void *)sim_return(result < 0 ? result : -EINVAL);
	mapped = NEXT(mmap)(addr, bytes, access, flags, memory, result);
	close(memory);
	return mapped;
}

SIM_EXPORT void *mmap(void *addr, size_t bytes, int access, int flags, int fd, off_t offset)
{
	return map(addr, bytes, access, flags, fd, offset);
}

SIM_EXPORT void *mmap64(void *addr, size_t bytes, int access, int flags, int fd, off64_t offset)
{
	return map(addr, bytes, access, flags, fd, offset);
}

/* Only where a dma-buf ends can be asked, as dma_buf_llseek() has it. */
static off_t seek(int fd, off_t offset, int whence)
{
	struct sim_request request = {.op = SIM_OP_SIZE};
	off_t result = NEXT(lseek)(fd, offset, whence);
	long size;

	if (result >= 0 || errno != ESPIPE || !sim_is_simulated(fd))
		return result;
	size = sim_call(fd, &request, NULL, NULL);
	if (size < 0)
		return sim_return(size);
	if (offset || (whence != SEEK_END && whence != SEEK_SET))
		return sim_return(-EINVAL);
	return whence == SEEK_END ? size : 0;
}

SIM_EXPORT off_t lseek(int fd, off_t offset, int whence)
{
	return seek(fd, offset, whence);
}

SIM_EXPORT off64_t lseek64(int fd, off64_t offset, int whence)
{
	return seek(fd, offset, whence);
}

/* ---- what a socket could do and a simulated file cannot ------------------- */

/* Events of a node never come: to wait for one is what the socket does, too. */
static bool can_read(int fd)
{
	struct sim_stat st;

	return !sim_is_simulated(fd) || (sim_stat_fd(fd, &st) == 0 && S_ISCHR(st.mode));
}

SIM_EXPORT ssize_t read(int fd, void *data, size_t bytes)
{
	return can_read(fd) ? NEXT(read)(fd, data, bytes) : sim_return(-EINVAL);
}

/* A fortified program's. */
SIM_EXPORT ssize_t __read_chk(int fd, void *data, size_t bytes, size_t room);
ssize_t __read_chk(int fd, void *data, size_t bytes, size_t room)
{
	if (bytes > room)
		abort();
	return read(fd, data, bytes);
}

SIM_EXPORT ssize_t write(int fd, const void *data, size_t bytes)
{
	return sim_is_simulated(fd) ? sim_return(-EINVAL) : NEXT(write)(fd, data, bytes);
}

/* How many files at once are looked at; who waits for more sees sockets. */
#define POLL_MAX 256

#define POLL_WRITABLE (POLLOUT | POLLWRNORM | POLLWRBAND)

/* @copy: what to ask for in place of @files. False: the same. */
static bool hide_writable(const struct pollfd *files, nfds_t num, struct pollfd *copy)
{
	bool is_other = false;

	if (!sim_folder() || !num || num > POLL_MAX)
		return false;
	memcpy(copy, files, num * sizeof(*files));
	for (nfds_t i = 0; i < num; i++) {
		if (copy[i].fd < 0 || !(copy[i].events & POLL_WRITABLE) ||
		    !sim_is_simulated(copy[i].fd))
			continue;
		copy[i].events &= ~POLL_WRITABLE;
		is_other = true;
	}
	return is_other;
}

static int wait_for(struct pollfd *files, nfds_t num, const struct timespec *timeout,
		    const sigset_t *mask)
{
	struct pollfd copy[POLL_MAX];
	int result;

	if (!hide_writable(files, num, copy))
		return NEXT(ppoll)(files, num, timeout, mask);
	result = NEXT(ppoll)(copy, num, timeout, mask);
	for (nfds_t i = 0; i < num; i++)
		files[i].revents = copy[i].revents;
	return result;
}

SIM_EXPORT int ppoll(struct pollfd *files, nfds_t num, const struct timespec *timeout,
		     const sigset_t *mask)
{
	return wait_for(files, num, timeout, mask);
}

SIM_EXPORT int poll(struct pollfd *files, nfds_t num, int timeout_ms)
{
	const struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000l,
	};

	return wait_for(files, num, timeout_ms < 0 ? NULL : &timeout, NULL);
}

/* Fortified programs'. */
SIM_EXPORT int __poll_chk(struct pollfd *files, nfds_t num, int timeout_ms, size_t room);
int __poll_chk(struct pollfd *files, nfds_t num, int timeout_ms, size_t room)
{
	if (room / sizeof(*files) < num)
		abort();
	return poll(files, num, timeout_ms);
}

SIM_EXPORT int __ppoll_chk(struct pollfd *files, nfds_t num, const struct timespec *timeout,
			   const sigset_t *mask, size_t room);
int __ppoll_chk(struct pollfd *files, nfds_t num, const struct timespec *timeout,
		const sigset_t *mask, size_t room)
{
	if (room / sizeof(*files) < num)
		abort();
	return ppoll(files, num, timeout, mask);
}
