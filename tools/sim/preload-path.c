// SPDX-License-Identifier: MIT
/* Which paths are the simulated machine's, and where they are in the session's tree. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"

/*
 * All below these is simulated, also what is missing in the tree: the simulated machine has no
 * other GPU, and no tracing of the host's kernel.
 */
static const char *const simulated[] = {
	"/dev/dri",
	"/dev/kfd",
	"/dev/kmsg",
	"/sys/bus/pci",
	"/sys/class/drm",
	"/sys/class/kfd",
	"/sys/dev/char/226:",
	"/sys/devices/pci0000:00",
	"/sys/kernel/debug",
	"/sys/kernel/tracing",
	"/sys/module/amdgpu",
	"/proc/cmdline",
	"/proc/version",
	"/proc/sys/kernel/osrelease",
	"/proc/sys/kernel/panic_on_warn",
	"/proc/sys/kernel/tainted",
};

/* These list what is below, so that a search finds it; what else is below is the machine's own. */
static const char *const listing[] = {"/sys/bus", "/sys/class"};

static bool is_simulated(const char *path)
{
	for (size_t i = 0; i < sizeof(listing) / sizeof(listing[0]); i++) {
		size_t length = strlen(listing[i]);

		if (strncmp(path, listing[i], length) == 0 &&
		    (!path[length] || strcmp(path + length, "/") == 0))
			return true;
	}
	for (size_t i = 0; i < sizeof(simulated) / sizeof(simulated[0]); i++) {
		size_t length = strlen(simulated[i]);

		if (strncmp(path, simulated[i], length) == 0 &&
		    (!path[length] || path[length] == '/' || path[length - 1] == ':'))
			return true;
	}
	return false;
}

/* The tree's path and @rest, which may be in @buf, behind it; the length of the first, or 0. */
static size_t tree_path(const char *rest, char buf[PATH_MAX])
{
	const char *session = sim_folder();
	size_t length, rest_length = strlen(rest);

	if (!session)
		return 0;
	length = strlen(session) + strlen("/" SIM_TREE);
	if (length + rest_length >= PATH_MAX)
		return 0;
	memmove(buf + length, rest, rest_length + 1);
	memcpy(buf, session, strlen(session));
	memcpy(buf + strlen(session), "/" SIM_TREE, strlen("/" SIM_TREE));
	return length;
}

const char *sim_shown(const char *path)
{
	char tree[PATH_MAX];
	size_t length = tree_path("", tree);

	if (length && strncmp(path, tree, length) == 0 && (!path[length] || path[length] == '/'))
		return path[length] ? path + length : "/";
	return path;
}

/* What a relative path is relative to, as the program sees it, with a "/" behind; its length or 0.
 */
static size_t base_of(int dirfd, char buf[PATH_MAX])
{
	char link[32] = "/proc/self/cwd";
	const char *shown;
	ssize_t length;

	if (dirfd != AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
	length = syscall(SYS_readlink, link, buf, PATH_MAX - 2);
	if (length <= 0 || buf[0] != '/')
		return 0;
	buf[length] = '\0';
	shown = sim_shown(buf);
	length = (ssize_t)strlen(shown);
	memmove(buf, shown, (size_t)length + 1);
	if (buf[length - 1] != '/')
		buf[length++] = '/';
	return (size_t)length;
}

/* Without "//" and "/./", which do not change what a path means; ".." may, where links are. */
static void tidy(char *path)
{
	char *to = path;

	for (const char *from = path; *from;) {
		if (from[0] == '/' && from[1] == '/')
			from++;
		else if (from[0] == '/' && from[1] == '.' && (from[2] == '/' || !from[2]))
			from += 2;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

const char *sim_path(int dirfd, const char *path, char buf[PATH_MAX])
{
	int saved = errno;
	size_t base = 0;

	if (!sim_folder() || !path || !path[0])
		return path;
	if (path[0] != '/')
		base = base_of(dirfd, buf);
	errno = saved;
	if ((path[0] != '/' && !base) || base + strlen(path) >= PATH_MAX)
		return path;
	strcpy(buf + base, path);
	tidy(buf);
	if (!is_simulated(buf) || !tree_path(buf, buf))
		return path;
	return buf;
}

int sim_fd_of_path(const char *path)
{
	char own[32];
	int length, fd, end = 0;

	length = snprintf(own, sizeof(own), "/proc/%d/fd/", (int)getpid());
	if (!path)
		return -1;
	if (strncmp(path, own, (size_t)length) == 0)
		path += length;
	else if (strncmp(path, "/proc/self/fd/", strlen("/proc/self/fd/")) == 0)
		path += strlen("/proc/self/fd/");
	else if (strncmp(path, "/dev/fd/", strlen("/dev/fd/")) == 0)
		path += strlen("/dev/fd/");
	else
		return -1;
	return sscanf(path, "%d%n", &fd, &end) == 1 && !path[end] ? fd : -1;
}
