// SPDX-License-Identifier: MIT
/* The node as a file, the core's ioctls, and all ioctl numbers. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

static int node_open(const char *name)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/dri/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("cannot open '%s': %s", path, strerror(errno));
	return fd;
}

static const char *result(long r)
{
	return error_name(r < 0 ? errno : 0);
}

static void as_a_file(const char *name)
{
	int fd = node_open(name), bytes = 0;
	struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT};
	char buffer[16] = "";
	struct stat st;
	void *map;

	trace_begin("core/file-%s", name);
	fcntl(fd, F_SETFL, O_NONBLOCK | O_RDWR);
	fstat(fd, &st);
	trace("device %u:%u", major(st.st_rdev), minor(st.st_rdev));
	trace("read: %s", result(read(fd, buffer, sizeof(buffer))));
	trace("write: %s", result(write(fd, buffer, sizeof(buffer))));
	trace("lseek: %s", result(lseek(fd, 8, SEEK_SET)));
	trace("lseek end: %s", result(lseek(fd, 0, SEEK_END)));
	trace("poll: %d 0x%x", poll(&poller, 1, 0), (unsigned)poller.revents);
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	trace("mmap 0: %s", result(map == MAP_FAILED ? -1 : 0));
	map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 1ll << 40);
	trace("mmap 1<<40: %s", result(map == MAP_FAILED ? -1 : 0));
	trace("FIONREAD: %s", result(ioctl(fd, FIONREAD, &bytes)));
	trace("TCGETS: %s", result(ioctl(fd, 0x5401, NULL)));
	trace("another driver's number: %s",
	      result(ioctl(fd, _IOWR('e', 0, struct drm_version), buffer)));
	close(fd);
	trace("closed: %s", result(ioctl(fd, DRM_IOCTL_VERSION, buffer)));
	trace_end();
}

/*
 * All numbers, without an argument: who has not got the right, what is not there, ...
 * But amdgpu's WAIT_FENCES, for the kernel WARNs of no fences.
 */
static void numbers(const char *name, int first, int last)
{
	int begin = first, err = 0, got, nr, fd = node_open(name);

	trace_begin("core/numbers-%s-%02x", name, first);
	for (nr = first; nr <= last + 1; nr++) {
		if (nr == DRM_COMMAND_BASE + DRM_AMDGPU_WAIT_FENCES)
			continue;
		got = nr <= last && ioctl(fd, _IO('d', nr), 0) < 0 ? errno : 0;
		if (nr > first && (nr > last || got != err)) {
			trace("%02x-%02x: %s", begin, nr - 1, error_name(err));
			begin = nr;
		}
		err = got;
	}
	close(fd);
	trace_end();
}

static void version(int fd)
{
	char name[32] = "", date[32] = "", desc[32] = "";
	struct drm_version args = {0};

	trace_begin("core/version");
	call(fd, &version_call, &args);
	args.name = name;
	args.date = date;
	args.desc = desc;
	call(fd, &version_call, &args);
	trace("'%s' '%s' '%s'", name, date, desc);
	memset(name, 'x', sizeof(name) - 1);
	args = (struct drm_version){.name = name, .name_len = 3};
	call(fd, &version_call, &args);
	trace("'%s'", name);
	args = (struct drm_version){.name = (char *)BAD_POINTER, .name_len = 3};
	call(fd, &version_call, &args);
	args = (struct drm_version){.desc = NULL, .desc_len = 3};
	call(fd, &version_call, &args);
	trace_end();
}

/* Sizes and directions that are not the kernel's own. */
static void shapes(int fd)
{
	struct {
		struct drm_get_cap cap;
		char more[64];
	} big;
	struct drm_get_cap cap;
	struct drm_syncobj_create create;
	void *page;

	trace_begin("core/shapes");
	cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOWR('d', 0x0c, char[8]), &cap, "8 bytes");
	cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOWR('d', 0x0c, char[4]), &cap, "4 bytes");
	cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IO('d', 0x0c), &cap, "no bytes");
	cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOW('d', 0x0c, cap), &cap, "in only");
	cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOR('d', 0x0c, cap), &cap, "out only");
	memset(&big, 0xee, sizeof(big));
	big.cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOWR('d', 0x0c, big), &big, "80 bytes");
	trace("the rest is as it was: %d", big.more[0] == '\xee' && big.more[63] == '\xee');
	memset(&big, 0xee, sizeof(big));
	big.cap = (struct drm_get_cap){.capability = DRM_CAP_SYNCOBJ};
	call_as(fd, &get_cap_call, _IOR('d', 0x0c, big), &big, "80 bytes, out only");
	trace("the rest is: %02x %02x", (unsigned char)big.more[0], (unsigned char)big.more[63]);

	trace("VERSION at bad: %s", result(ioctl(fd, DRM_IOCTL_VERSION, BAD_POINTER)));
	trace("VERSION at null: %s", result(ioctl(fd, DRM_IOCTL_VERSION, NULL)));
	trace("VERSION at wild: %s", result(ioctl(fd, DRM_IOCTL_VERSION, WILD_POINTER)));
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	trace("SYNCOBJ_CREATE at read-only: %s", result(ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, page)));
	munmap(page, PAGE);
	create = (struct drm_syncobj_create){0};
	call(fd, &syncobj_create_call, &create);
	page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	trace("SYNCOBJ_CREATE at no access: %s", result(ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, page)));
	munmap(page, PAGE);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap((char *)page + PAGE, 0);
	trace("GET_CAP across the end of memory: %s",
	      result(ioctl(fd, DRM_IOCTL_GET_CAP, (char *)BAD_POINTER - 8)));
	munmap(page, PAGE);
	create = (struct drm_syncobj_create){0};
	call(fd, &syncobj_create_call, &create);
	trace_end();
}

static void capabilities(const char *name)
{
	struct drm_set_client_cap set;
	struct drm_get_cap get;
	uint64_t i, value;
	int fd = node_open(name);

	trace_begin("core/caps-%s", name);
	for (i = 0; i <= 0x17; i++) {
		get = (struct drm_get_cap){.capability = i, .value = 77};
		call(fd, &get_cap_call, &get);
	}
	get = (struct drm_get_cap){.capability = 1ull << 32 | DRM_CAP_SYNCOBJ};
	call(fd, &get_cap_call, &get);
	for (i = 0; i <= 8; i++)
		for (value = 0; value <= 3; value++) {
			set = (struct drm_set_client_cap){.capability = i, .value = value};
			call(fd, &set_client_cap_call, &set);
		}
	close(fd);
	trace_end();
}

/* Names for buffers, which only the primary node has. */
static void flink(void)
{
	union drm_amdgpu_gem_create create = {
		.in = {.bo_size = PAGE, .alignment = PAGE, .domains = AMDGPU_GEM_DOMAIN_GTT}};
	int fd = node_open("card0"), other = node_open("card0");
	struct drm_gem_flink name = {0};
	struct drm_gem_open opened = {0};

	trace_begin("core/flink");
	call(fd, &gem_create_call, &create);
	call(fd, &gem_flink_call, &name);
	name.handle = create.out.handle;
	call(fd, &gem_flink_call, &name);
	call(fd, &gem_flink_call, &name);
	call(other, &gem_open_call, &opened);
	opened.name = name.name;
	call(other, &gem_open_call, &opened);
	call(other, &gem_open_call, &opened);
	close(fd);
	opened.handle = 0;
	call(other, &gem_open_call, &opened);
	close(other);
	fd = node_open("card0");
	call(fd, &gem_open_call, &opened);
	close(fd);
	trace_end();
}

static void prime(void)
{
	static const struct variation to_fd[] = {
		{"handle", 0}, {"handle", 99}, {"flags", DRM_CLOEXEC},
		{"flags", 4},  {"flags", 1},   {"fd", 5},
	};
	struct drm_prime_handle args;
	struct drm_gem_close gem;
	struct file a, b;
	char path[8];
	int fds[2];

	file_open(&a);
	file_open(&b);
	trace_begin("core/prime");
	args = (struct drm_prime_handle){.handle = a.rings.handle, .flags = DRM_CLOEXEC | DRM_RDWR};
	call(a.fd, &handle_to_fd_call, &args);
	fds[0] = args.fd;
	call(a.fd, &handle_to_fd_call, &args);
	fds[1] = args.fd;
	trace("lseek end: %ld", (long)lseek(fds[0], 0, SEEK_END));
	trace("lseek 8: %s", result(lseek(fds[0], 8, SEEK_SET)));
	trace("lseek 0: %s", result(lseek(fds[0], 0, SEEK_SET)));
	trace("read: %s", result(read(fds[0], path, sizeof(path))));
	args = (struct drm_prime_handle){.fd = fds[0]};
	call(a.fd, &fd_to_handle_call, &args);
	args = (struct drm_prime_handle){.fd = fds[0]};
	call(b.fd, &fd_to_handle_call, &args);
	gem.handle = args.handle;
	args = (struct drm_prime_handle){.fd = fds[1], .flags = 0xff};
	call(b.fd, &fd_to_handle_call, &args);
	gem.pad = 3;
	call(b.fd, &gem_close_call, &gem);
	call(b.fd, &gem_close_call, &gem);
	gem.handle = 0;
	call(b.fd, &gem_close_call, &gem);
	close(fds[0]);
	args = (struct drm_prime_handle){.fd = fds[1]};
	call(b.fd, &fd_to_handle_call, &args);
	close(fds[1]);
	args = (struct drm_prime_handle){.fd = -1};
	call(b.fd, &fd_to_handle_call, &args);
	args = (struct drm_prime_handle){.fd = fds[1]};
	call(b.fd, &fd_to_handle_call, &args);
	args = (struct drm_prime_handle){.fd = a.fd};
	call(b.fd, &fd_to_handle_call, &args);
	args = (struct drm_prime_handle){.handle = a.doorbell.handle, .flags = DRM_RDWR};
	call(a.fd, &handle_to_fd_call, &args);
	args = (struct drm_prime_handle){.handle = a.rings.handle};
	call_variations(a.fd, &handle_to_fd_call, &args, to_fd, NUM(to_fd), NULL);
	trace_end();
	file_close(&a);
	file_close(&b);
}

void part_core(void)
{
	int fd;

	as_a_file("renderD128");
	as_a_file("card0");
	numbers("renderD128", 0x00, 0x3f);
	numbers("renderD128", 0x40, 0x9f);
	numbers("renderD128", 0xa0, 0xff);
	numbers("card0", 0x00, 0x3f);
	numbers("card0", 0x40, 0x9f);
	numbers("card0", 0xa0, 0xff);
	fd = node_open("renderD128");
	version(fd);
	shapes(fd);
	close(fd);
	capabilities("renderD128");
	capabilities("card0");
	flink();
	prime();
}
