// SPDX-License-Identifier: MIT
/* The client: sees the simulated machine alone. */
#define _GNU_SOURCE
#include "transport-client.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xf86drm.h>

#include "null-gpu.h"
#include "profile.h"
#include "session.h"
#include "tests/lib/tap.h"

#define NODE    "/dev/dri/renderD128"
#define CONTROL "/sys/kernel/debug/dri/128/vasic/control"

int client_open(void)
{
	return open(NODE, O_RDWR | O_CLOEXEC);
}

int client_try(int fd)
{
	int64_t value = 41;

	if (ioctl(fd, NULL_IOCTL, &value))
		return -errno;
	return value == 42 ? 0 : -EIO;
}

int client_wait(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- names --------------------------------------------------------------- */

static void is_node(const struct stat *st, int result, unsigned wanted, const char *what)
{
	ok(result == 0 && S_ISCHR(st->st_mode) && major(st->st_rdev) == 226 &&
		   minor(st->st_rdev) == wanted,
	   "%s", what);
}

static void test_stat(void)
{
	struct stat st;
	struct statx stx;
	int fd = client_open(), dir = open("/dev/dri", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	is_node(&st, stat(NODE, &st), 128, "stat");
	is_node(&st, lstat("/dev/dri/card0", &st), 0, "lstat");
	is_node(&st, fstat(fd, &st), 128, "fstat");
	is_node(&st, fstatat(dir, "card0", &st, 0), 0, "fstatat below an open folder");
	is_node(&st, fstatat(fd, "", &st, AT_EMPTY_PATH), 128, "fstatat of the file itself");
	is_node(&st, stat("/dev//dri/./by-path/pci-" SIM_PCI_ADDRESS "-render", &st), 128,
		"stat through a link");
	ok(statx(AT_FDCWD, NODE, 0, STATX_BASIC_STATS, &stx) == 0 && S_ISCHR(stx.stx_mode) &&
		   stx.stx_rdev_major == 226 && stx.stx_rdev_minor == 128,
	   "statx");
	ok(stat("/dev/dri/card1", &st) == -1 && errno == ENOENT, "there is no other");
	is(access(NODE, R_OK | W_OK), 0, "access");
	close(dir);
	close(fd);
}

static void test_names(void)
{
	char path[PATH_MAX], link[64], *whole;
	struct utsname names;
	struct statfs fs;
	int fd = client_open(), num = 0;
	struct dirent **entries;
	drmDevicePtr device;
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path));
	ok(length == (ssize_t)strlen(NODE) && !memcmp(path, NODE, strlen(NODE)),
	   "/proc/self/fd has the node's name");
	whole = realpath("/sys/class/drm/card0/device", NULL);
	ok(whole && strcmp(whole, "/sys/devices/pci0000:00/" SIM_PCI_ADDRESS) == 0, "realpath");
	free(whole);
	num = scandir("/sys/bus/pci/devices", &entries, NULL, alphasort);
	is(num, 3, "one device on the bus, and two dots");
	ok(statfs("/sys/class/drm", &fs) == 0 && fs.f_type == SYSFS_MAGIC, "it is in sysfs");
	while (num > 0)
		free(entries[--num]);
	if (num == 0)
		free(entries);
	ok(uname(&names) == 0 && strcmp(names.release, "7.3.4" SIM_RELEASE_SUFFIX) == 0,
	   "uname says that it is simulated");
	is(chdir("/sys/class/drm/renderD128"), 0, "chdir");
	ok(getcwd(path, sizeof(path)) && !strncmp(path, "/sys/devices/", 13), "getcwd");
	ok(access("device/vendor", R_OK) == 0, "what is relative to that");
	is(chdir("/"), 0, "and back");

	ok(drmGetDevice2(fd, 0, &device) == 0 && device->deviceinfo.pci->vendor_id == 0x1002,
	   "libdrm finds the device of a file");
	drmFreeDevice(&device);
	is(drmGetNodeTypeFromFd(fd), DRM_NODE_RENDER, "and what node it is");
	whole = drmGetPrimaryDeviceNameFromFd(fd);
	ok(whole && strcmp(whole, "/dev/dri/card0") == 0, "and the other one");
	free(whole);
	close(fd);
}

static void test_debugfs(void)
{
	char text[16] = "";
	FILE *file;
	int fd = open(CONTROL, O_WRONLY | O_CLOEXEC);

	is(write(fd, "7\n", 2), 2, "a control takes");
	file = fopen(CONTROL, "re");
	ok(file && fgets(text, sizeof(text), file) && strcmp(text, "7\n") == 0,
	   "what is read next");
	if (file)
		fclose(file);
	close(fd);
	ok(open("/sys/kernel/debug/dri/0/of_another_kernel", O_RDONLY) == -1 && errno == ENOENT,
	   "a file that this kernel does not have");
}

/* ---- files --------------------------------------------------------------- */

static void test_copies(void)
{
	int fd = client_open(), copy = dup(fd);
	uint32_t handle = 0;
	char number[16];
	pid_t pid;

	is(drmSyncobjCreate(fd, 0, &handle), 0, "a syncobj");
	close(fd);
	is(drmSyncobjSignal(copy, &handle, 1), 0, "a copy is the same file");
	pid = fork();
	if (pid == 0)
		_exit(drmSyncobjReset(copy, &handle, 1) ? 1 : 0);
	is(client_wait(pid), 0, "in a child, too");
	is(client_try(copy), 0, "which had no end to it");

	fcntl(copy, F_SETFD, 0);
	snprintf(number, sizeof(number), "%d", copy);
	pid = fork();
	if (pid == 0) {
		execl("/proc/self/exe", "transport-client", CLIENT, number, (char *)NULL);
		_exit(127);
	}
	is(client_wait(pid), 0, "and in a program that was executed");
	close(copy);
	fd = client_open();
	is(drmSyncobjSignal(fd, &handle, 1), -1, "another file has other handles");
	close(fd);
}

static void test_passing(void)
{
	uint32_t handle = 0, again = 0, merged = 0;
	int fd = client_open(), other = client_open(), syncobj = -1, file = -1;
	struct pollfd poller;
	char path[PATH_MAX] = "", link[64];

	is(drmSyncobjCreate(fd, 0, &handle), 0, "a syncobj");
	is(drmSyncobjHandleToFD(fd, handle, &syncobj), 0, "becomes a file");
	ok(fcntl(syncobj, F_GETFD) & FD_CLOEXEC, "closed on exec");
	is(drmSyncobjFDToHandle(other, syncobj, &again), 0, "and a syncobj elsewhere");
	is(drmSyncobjSignal(other, &again, 1), 0, "which can be signaled");
	is(drmSyncobjWait(fd, &handle, 1, 0, 0, NULL), 0, "here as there");
	is(drmSyncobjFDToHandle(other, STDIN_FILENO, &merged), -1, "what is not ours is refused");
	is(drmSyncobjExportSyncFile(fd, handle, &file), 0, "a sync_file");
	poller = (struct pollfd){.fd = file, .events = POLLIN};
	ok(poll(&poller, 1, 1000) == 1 && poller.revents == POLLIN, "that is readable");
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	ok(readlink(link, path, sizeof(path) - 1) > 0 && strstr(path, "sync_file"),
	   "and has a name: %s", path);
	ok(ioctl(file, FIONREAD, &merged) == -1 && errno == ENOTTY,
	   "it is no socket, whatever it is made of");
	ok(read(file, link, 1) == -1 && errno == EINVAL, "nothing can be read");
	ok(write(file, link, 1) == -1 && errno == EINVAL, "nor written");
	poller.events = POLLIN | POLLOUT;
	ok(poll(&poller, 1, 0) == 1 && poller.revents == POLLIN, "nor waited for");
	close(other);
	other = open(NODE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	ok(read(other, link, 1) == -1 && errno == EAGAIN, "a node has no events");
	is(client_try(other), 0, "and ioctls, blocking or not");
	poller = (struct pollfd){.fd = other, .events = POLLIN | POLLOUT};
	is(poll(&poller, 1, 0), 0, "nor can it be written to");
	close(file);
	close(syncobj);
	close(other);
	close(fd);
}

static void test_limit(void)
{
	struct rlimit before, few;
	uint32_t handle = 0;
	int lowest = dup(STDOUT_FILENO), fd, got = -1, result;

	close(lowest);
	fd = client_open();
	is(fd, lowest, "a file gets the lowest number");
	drmSyncobjCreate(fd, 0, &handle);
	getrlimit(RLIMIT_NOFILE, &before);
	few = before;
	few.rlim_cur = (rlim_t)fd + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	errno = 0;
	result = drmSyncobjHandleToFD(fd, handle, &got);
	setrlimit(RLIMIT_NOFILE, &before);
	ok(result == -1 && errno == EMFILE, "no file descriptor left: errno %d", errno);
	is(drmSyncobjHandleToFD(fd, handle, &got), 0, "and nothing is lost");
	is(got, lowest + 1, "what an ioctl makes, too");
	close(got);
	close(fd);
}

static void test_mmap(void)
{
	struct null_create create = {.bytes = 8192};
	int fd = client_open(), buf = -1;
	volatile char *one, *two;

	is(ioctl(fd, NULL_CREATE, &create), 0, "a buffer");
	one = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)create.mmap_offset);
	two = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, (off_t)create.mmap_offset);
	if (ok(one != MAP_FAILED && two != MAP_FAILED, "is mapped twice")) {
		one[4096] = 77;
		is(two[4096], 77, "and one memory");
	}
	ok(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, (off_t)create.mmap_offset) == MAP_FAILED &&
		   errno == EINVAL,
	   "without copy on write");
	ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 1l << 40) == MAP_FAILED, "not elsewhere");
	is(drmPrimeHandleToFD(fd, create.handle, DRM_CLOEXEC, &buf), 0, "a dma-buf");
	is(lseek(buf, 0, SEEK_END), 8192, "has its size");
	munmap((void *)one, 8192);
	munmap((void *)two, 8192);
	close(buf);
	close(fd);
}

int run_as_client(int argc, char **argv)
{
	if (argc > 2)
		return client_try(atoi(argv[2])) ? 1 : 0;
	test_stat();
	test_names();
	test_debugfs();
	test_copies();
	test_passing();
	test_limit();
	test_mmap();
	run_call_tests();
	return tap_done();
}
