// SPDX-License-Identifier: MIT
/* What the stat family says of simulated files. */
#include <config.h>

#include "preload-libc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "preload.h"

#define DRM_MAJOR 226

/* On x86-64 both are the same, as the functions are in libc. */
_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "stat64 is another struct here");

static void become_node(struct stat *st, unsigned minor)
{
	st->st_mode = S_IFCHR | (st->st_mode & 0777);
	st->st_rdev = makedev(DRM_MAJOR, minor);
	st->st_size = 0;
	st->st_blocks = 0;
}

/* What a file of the tree is to look like. */
static void show(struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return;
	if (st->st_mode & SIM_MODE_NODE)
		become_node(st, (unsigned)st->st_size);
	st->st_mode &= ~(mode_t)SIM_MODE_TEXT;
}

/* @st is what the host says of it. */
static int show_fd(int fd, struct stat *st)
{
	struct sim_stat sim;
	int result;

	if (!S_ISSOCK(st->st_mode) || fd < 0 || !sim_is_simulated(fd))
		return 0;
	result = sim_stat_fd(fd, &sim);
	if (result)
		return (int)sim_return(result);
	st->st_mode = sim.mode;
	if (S_ISCHR(sim.mode))
		become_node(st, sim.minor);
	return 0;
}

static int stat_fd(int fd, struct stat *st)
{
	int result = NEXT(fstat)(fd, st);

	return result ? result : show_fd(fd, st);
}

static int stat_at(int dirfd, const char *path, struct stat *st, int flags)
{
	char buf[PATH_MAX];
	const char *real;
	int result;

	if (!path[0] && flags & AT_EMPTY_PATH)
		return stat_fd(dirfd, st);
	real = sim_path(dirfd, path, buf);
	result = NEXT(fstatat)(dirfd, real, st, flags);
	if (result)
		return result;
	if (real != path)
		show(st);
	return S_ISSOCK(st->st_mode) ? show_fd(sim_fd_of_path(path), st) : 0;
}

SIM_EXPORT int stat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

SIM_EXPORT int stat64(const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, 0);
}

SIM_EXPORT int lstat(const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

SIM_EXPORT int lstat64(const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

SIM_EXPORT int fstat(int fd, struct stat *st)
{
	return stat_fd(fd, st);
}

SIM_EXPORT int fstat64(int fd, struct stat64 *st)
{
	return stat_fd(fd, (struct stat *)st);
}

SIM_EXPORT int fstatat(int dirfd, const char *path, struct stat *st, int flags)
{
	return stat_at(dirfd, path, st, flags);
}

SIM_EXPORT int fstatat64(int dirfd, const char *path, struct stat64 *st, int flags)
{
	return stat_at(dirfd, path, (struct stat *)st, flags);
}

/* What programs call that were linked before glibc 2.33. The version says which struct stat: on
 * x86-64 there is one.
 */
SIM_EXPORT int __xstat(int version, const char *path, struct stat *st);
int __xstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, st, 0);
}

SIM_EXPORT int __xstat64(int version, const char *path, struct stat64 *st);
int __xstat64(int version, const char *path, struct stat64 *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, (struct stat *)st, 0);
}

SIM_EXPORT int __lxstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

SIM_EXPORT int __lxstat64(int version, const char *path, struct stat64 *st);
int __lxstat64(int version, const char *path, struct stat64 *st)
{
	(void)version;
	return stat_at(AT_FDCWD, path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

SIM_EXPORT int __fxstat(int version, int fd, struct stat *st);
int __fxstat(int version, int fd, struct stat *st)
{
	(void)version;
	return stat_fd(fd, st);
}

SIM_EXPORT int __fxstat64(int version, int fd, struct stat64 *st);
int __fxstat64(int version, int fd, struct stat64 *st)
{
	(void)version;
	return stat_fd(fd, (struct stat *)st);
}

SIM_EXPORT int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	(void)version;
	return stat_at(dirfd, path, st, flags);
}

SIM_EXPORT int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *st, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *st, int flags)
{
	(void)version;
	return stat_at(dirfd, path, (struct stat *)st, flags);
}

SIM_EXPORT int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *stx)
{
	char buf[PATH_MAX];
	const char *real = sim_path(dirfd, path, buf);
	int fd = !path[0] && flags & AT_EMPTY_PATH ? dirfd : sim_fd_of_path(path);
	bool is_fd = fd >= 0 && !(flags & AT_SYMLINK_NOFOLLOW) && sim_is_simulated(fd);
	struct stat st = {0};
	int result =
		NEXT(statx)(dirfd, real, flags, mask | STATX_TYPE | STATX_MODE | STATX_SIZE, stx);

	if (result || (real == path && !is_fd))
		return result;
	if (is_fd) {
		result = stat_fd(fd, &st);
	} else {
		st.st_mode = stx->stx_mode;
		st.st_size = (off_t)stx->stx_size;
		show(&st);
	}
	stx->stx_mode = (uint16_t)st.st_mode;
	stx->stx_size = (uint64_t)st.st_size;
	stx->stx_rdev_major = major(st.st_rdev);
	stx->stx_rdev_minor = minor(st.st_rdev);
	return result;
}
