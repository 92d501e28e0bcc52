// SPDX-License-Identifier: MIT
/* Opening: nodes, texts that the server has, and the rest of the tree as files. */
#include <config.h>

#include "preload-libc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "preload.h"

static long open_node(unsigned minor, int flags)
{
	struct sim_request request = {
		.op = SIM_OP_OPEN,
		.a = minor,
		.b = (flags & O_CLOEXEC) != 0,
	};

	long fd = sim_call_server(&request, NULL, NULL);

	/* For read(), the only call that looks at it. */
	if (fd >= 0 && flags & O_NONBLOCK)
		fcntl((int)fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* @path: in the tree, where links lead to it. */
static long open_text(const char *path, int flags)
{
	static const char below[] = "/sys/kernel/debug/dri/";
	struct sim_request request = {.op = SIM_OP_TEXT};
	int fd = -1;
	long result;

	path = sim_shown(path);
	if (strncmp(path, below, strlen(below)))
		return -EACCES;
	path += strlen(below);
	request.bytes = (uint32_t)strlen(path);
	if ((flags & O_ACCMODE) != O_RDONLY) {
		request.op = SIM_OP_CONTROL;
		request.b = (flags & O_CLOEXEC) != 0;
		return sim_call_server(&request, path, NULL);
	}
	result = sim_call_server(&request, path, &fd);
	if (result < 0 || fd < 0)
		return result < 0 ? result : -EIO;
	if (!(flags & O_CLOEXEC))
		fcntl(fd, F_SETFD, 0);
	return fd;
}

/* -ENOTTY: an ordinary file, to be opened as such. */
static long open_special(const char *path, int flags)
{
	char link[32], real[PATH_MAX];
	struct stat st;
	ssize_t length;
	int fd;

	if (flags & (O_PATH | O_DIRECTORY))
		return -ENOTTY;
	fd = NEXT(open)(path, O_PATH | O_CLOEXEC | (flags & O_NOFOLLOW));
	if (fd < 0)
		return -ENOTTY;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return -ENOTTY;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = NEXT(readlink)(link, real, sizeof(real) - 1);
	close(fd);
	if (st.st_mode & SIM_MODE_NODE)
		return open_node((unsigned)st.st_size, flags);
	if (!(st.st_mode & SIM_MODE_TEXT) || length < 0)
		return -ENOTTY;
	real[length] = '\0';
	return open_text(real, flags);
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	char buf[PATH_MAX];
	const char *real = sim_path(dirfd, path, buf);
	long result;

	if (real == path)
		return NEXT(openat)(dirfd, path, flags, mode);
	result = open_special(real, flags);
	if (result == -ENOTTY)
		return NEXT(openat)(AT_FDCWD, real, flags, mode);
	return (int)sim_return(result);
}

/* The mode, where there is one. */
#define MODE(flags)                                                                                \
	({                                                                                         \
		mode_t mode_ = 0;                                                                  \
		if (((flags)&O_CREAT) || ((flags)&O_TMPFILE) == O_TMPFILE) {                       \
			va_list args_;                                                             \
			va_start(args_, flags);                                                    \
			mode_ = va_arg(args_, mode_t);                                             \
			va_end(args_);                                                             \
		}                                                                                  \
		mode_;                                                                             \
	})

SIM_EXPORT int open(const char *path, int flags, ...)
{
	return open_at(AT_FDCWD, path, flags, MODE(flags));
}

SIM_EXPORT int open64(const char *path, int flags, ...)
{
	return open_at(AT_FDCWD, path, flags, MODE(flags));
}

SIM_EXPORT int openat(int dirfd, const char *path, int flags, ...)
{
	return open_at(dirfd, path, flags, MODE(flags));
}

SIM_EXPORT int openat64(int dirfd, const char *path, int flags, ...)
{
	return open_at(dirfd, path, flags, MODE(flags));
}

/* What a fortified program calls in their place. */
SIM_EXPORT int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

SIM_EXPORT int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

SIM_EXPORT int __openat_2(int dirfd, const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

SIM_EXPORT int __openat64_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

/* ---- streams ------------------------------------------------------------- */

/* As fopen() of libc understands them. */
static int flags_of(const char *mode)
{
	int flags = mode[0] == 'r' ? O_RDONLY : O_WRONLY | O_CREAT;

	if (mode[0] == 'w')
		flags |= O_TRUNC;
	if (mode[0] == 'a')
		flags |= O_APPEND;
	if (strchr(mode, '+'))
		flags = (flags & ~O_ACCMODE) | O_RDWR;
	if (strchr(mode, 'e'))
		flags |= O_CLOEXEC;
	return flags;
}

static FILE *open_stream(const char *path, const char *mode)
{
	char buf[PATH_MAX];
	const char *real = sim_path(AT_FDCWD, path, buf);
	FILE *file;
	int fd;

	if (real == path)
		return NEXT(fopen64)(path, mode);
	fd = open_at(AT_FDCWD, path, flags_of(mode), 0666);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, mode);
	if (!file)
		close(fd);
	return file;
}

SIM_EXPORT FILE *fopen(const char *path, const char *mode)
{
	return open_stream(path, mode);
}

SIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	return open_stream(path, mode);
}

/* ---- folders ------------------------------------------------------------- */

SIM_EXPORT DIR *opendir(const char *path)
{
	char buf[PATH_MAX];

	return NEXT(opendir)(sim_path(AT_FDCWD, path, buf));
}

SIM_EXPORT int scandir(const char *path, struct dirent ***names,
		       int (*filter)(const struct dirent *),
		       int (*compare)(const struct dirent **, const struct dirent **))
{
	char buf[PATH_MAX];

	return NEXT(scandir)(sim_path(AT_FDCWD, path, buf), names, filter, compare);
}

SIM_EXPORT int scandir64(const char *path, struct dirent64 ***names,
			 int (*filter)(const struct dirent64 *),
			 int (*compare)(const struct dirent64 **, const struct dirent64 **))
{
	char buf[PATH_MAX];

	return NEXT(scandir64)(sim_path(AT_FDCWD, path, buf), names, filter, compare);
}
