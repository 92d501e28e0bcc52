// SPDX-License-Identifier: MIT
/* Links, names and permissions; and what the machine calls itself. */
#include <config.h>

#include "preload-libc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "preload.h"

/* ---- links --------------------------------------------------------------- */

static ssize_t read_link(int dirfd, const char *path, char *out, size_t bytes)
{
	char buf[PATH_MAX], target[PATH_MAX];
	struct sim_stat sim;
	const char *shown;
	ssize_t length;
	int fd = sim_fd_of_path(path);

	if (fd >= 0 && sim_is_simulated(fd) && sim_stat_fd(fd, &sim) == 0) {
		shown = sim.kind;
	} else {
		length = NEXT(readlinkat)(dirfd, sim_path(dirfd, path, buf), target,
					  sizeof(target) - 1);
		if (length < 0)
			return length;
		target[length] = '\0';
		shown = sim_shown(target);
	}
	if (strlen(shown) < bytes)
		bytes = strlen(shown);
	memcpy(out, shown, bytes);
	return (ssize_t)bytes;
}

SIM_EXPORT ssize_t readlink(const char *path, char *out, size_t bytes)
{
	return read_link(AT_FDCWD, path, out, bytes);
}

SIM_EXPORT ssize_t readlinkat(int dirfd, const char *path, char *out, size_t bytes)
{
	return read_link(dirfd, path, out, bytes);
}

/* A fortified program's; what it checks, its compiler knows. */
SIM_EXPORT ssize_t __readlink_chk(const char *path, char *out, size_t bytes, size_t room);
ssize_t __readlink_chk(const char *path, char *out, size_t bytes, size_t room)
{
	if (bytes > room)
		abort();
	return read_link(AT_FDCWD, path, out, bytes);
}

SIM_EXPORT ssize_t __readlinkat_chk(int dirfd, const char *path, char *out, size_t bytes,
				    size_t room);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *out, size_t bytes, size_t room)
{
	if (bytes > room)
		abort();
	return read_link(dirfd, path, out, bytes);
}

static char *resolve(const char *path, char *out)
{
	char buf[PATH_MAX];
	const char *real = sim_path(AT_FDCWD, path, buf), *shown;
	char *result = NEXT(realpath)(real, out);

	if (!result || real == path)
		return result;
	shown = sim_shown(result);
	memmove(result, shown, strlen(shown) + 1);
	return result;
}

SIM_EXPORT char *realpath(const char *path, char *out)
{
	return resolve(path, out);
}

SIM_EXPORT char *canonicalize_file_name(const char *path)
{
	return resolve(path, NULL);
}

SIM_EXPORT char *__realpath_chk(const char *path, char *out, size_t room);
char *__realpath_chk(const char *path, char *out, size_t room)
{
	if (room < PATH_MAX)
		abort();
	return resolve(path, out);
}

/* ---- permissions --------------------------------------------------------- */

SIM_EXPORT int access(const char *path, int mode)
{
	char buf[PATH_MAX];

	return NEXT(access)(sim_path(AT_FDCWD, path, buf), mode);
}

SIM_EXPORT int faccessat(int dirfd, const char *path, int mode, int flags)
{
	char buf[PATH_MAX];

	return NEXT(faccessat)(dirfd, sim_path(dirfd, path, buf), mode, flags);
}

SIM_EXPORT int euidaccess(const char *path, int mode)
{
	char buf[PATH_MAX];

	return NEXT(euidaccess)(sim_path(AT_FDCWD, path, buf), mode);
}

SIM_EXPORT int eaccess(const char *path, int mode)
{
	return euidaccess(path, mode);
}

/* What ls -l asks for. */
SIM_EXPORT ssize_t getxattr(const char *path, const char *name, void *value, size_t bytes)
{
	char buf[PATH_MAX];

	return NEXT(getxattr)(sim_path(AT_FDCWD, path, buf), name, value, bytes);
}

SIM_EXPORT ssize_t lgetxattr(const char *path, const char *name, void *value, size_t bytes)
{
	char buf[PATH_MAX];

	return NEXT(lgetxattr)(sim_path(AT_FDCWD, path, buf), name, value, bytes);
}

/* ---- file systems -------------------------------------------------------- */

/* libudev looks whether what it has found is in sysfs. */
static void show_filesystem(const char *path, struct statfs *st)
{
	path = sim_shown(path);
	if (strncmp(path, "/sys/kernel/debug", strlen("/sys/kernel/debug")) == 0)
		st->f_type = DEBUGFS_MAGIC;
	else if (strncmp(path, "/sys", strlen("/sys")) == 0)
		st->f_type = SYSFS_MAGIC;
}

static int statfs_path(const char *path, struct statfs *st)
{
	char buf[PATH_MAX];
	const char *real = sim_path(AT_FDCWD, path, buf);
	int result = NEXT(statfs)(real, st);

	if (!result && real != path)
		show_filesystem(real, st);
	return result;
}

static int statfs_fd(int fd, struct statfs *st)
{
	char link[32], path[PATH_MAX];
	int result = NEXT(fstatfs)(fd, st), saved = errno;
	ssize_t length;

	if (result || !sim_folder())
		return result;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = NEXT(readlink)(link, path, sizeof(path) - 1);
	errno = saved;
	if (length > 0) {
		path[length] = '\0';
		if (sim_shown(path) != path)
			show_filesystem(path, st);
	}
	return 0;
}

/* On x86-64 both are the same, as the functions are in libc. */
_Static_assert(sizeof(struct statfs) == sizeof(struct statfs64), "statfs64 is another struct here");

SIM_EXPORT int statfs(const char *path, struct statfs *st)
{
	return statfs_path(path, st);
}

SIM_EXPORT int statfs64(const char *path, struct statfs64 *st)
{
	return statfs_path(path, (struct statfs *)st);
}

SIM_EXPORT int fstatfs(int fd, struct statfs *st)
{
	return statfs_fd(fd, st);
}

SIM_EXPORT int fstatfs64(int fd, struct statfs64 *st)
{
	return statfs_fd(fd, (struct statfs *)st);
}

/* ---- the current folder -------------------------------------------------- */

SIM_EXPORT int chdir(const char *path)
{
	char buf[PATH_MAX];

	return NEXT(chdir)(sim_path(AT_FDCWD, path, buf));
}

SIM_EXPORT char *getcwd(char *out, size_t bytes)
{
	char *result = NEXT(getcwd)(out, bytes);
	const char *shown;

	if (result) {
		shown = sim_shown(result);
		memmove(result, shown, strlen(shown) + 1);
	}
	return result;
}

/* ---- the machine --------------------------------------------------------- */

SIM_EXPORT int uname(struct utsname *names)
{
	char buf[PATH_MAX], release[sizeof(names->release)];
	const char *path = sim_path(AT_FDCWD, "/proc/sys/kernel/osrelease", buf);
	int result = NEXT(uname)(names), saved = errno;
	ssize_t length;
	int fd;

	if (result || path != buf)
		return result;
	fd = NEXT(open)(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, release, sizeof(release) - 1);
		close(fd);
		if (length > 0) {
			release[length] = '\0';
			release[strcspn(release, "\n")] = '\0';
			strcpy(names->release, release);
		}
	}
	errno = saved;
	return 0;
}
