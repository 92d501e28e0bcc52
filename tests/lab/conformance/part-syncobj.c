// SPDX-License-Identifier: MIT
/* Binary syncobjs: by themselves, as files, waited for. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

static void create_destroy(struct file *file)
{
	struct drm_syncobj_create create = {0};
	struct drm_syncobj_destroy destroy = {0};
	uint32_t flags;

	trace_begin("syncobj/create-destroy");
	for (flags = 0; flags <= 4; flags++) {
		create = (struct drm_syncobj_create){.flags = flags};
		call(file->fd, &syncobj_create_call, &create);
	}
	create = (struct drm_syncobj_create){.handle = 77};
	call(file->fd, &syncobj_create_call, &create);
	for (destroy.handle = 1; destroy.handle <= 5; destroy.handle++)
		call(file->fd, &syncobj_destroy_call, &destroy);
	create = (struct drm_syncobj_create){0};
	call(file->fd, &syncobj_create_call, &create);
	destroy = (struct drm_syncobj_destroy){.handle = create.handle, .pad = 1};
	call(file->fd, &syncobj_destroy_call, &destroy);
	destroy.pad = 0;
	call(file->fd, &syncobj_destroy_call, &destroy);
	trace_end();
}

/* In a file of its own: what comes then is special from 7.1 on. */
static void destroy_zero(void)
{
	struct drm_syncobj_destroy destroy = {0};
	struct drm_syncobj_create create;
	struct file file;
	int i;

	file_open(&file);
	trace_begin("syncobj/destroy-zero");
	call(file.fd, &syncobj_destroy_call, &destroy);
	for (i = 0; i < 3; i++) {
		create = (struct drm_syncobj_create){0};
		call(file.fd, &syncobj_create_call, &create);
	}
	call(file.fd, &syncobj_destroy_call, &destroy);
	destroy.handle = 1;
	call(file.fd, &syncobj_destroy_call, &destroy);
	for (i = 0; i < 2; i++) {
		create = (struct drm_syncobj_create){0};
		call(file.fd, &syncobj_create_call, &create);
	}
	trace_end();
	file_close(&file);
}

static void close_fd(int fd, void *arg)
{
	(void)fd;
	close(((struct syncobj_handle *)arg)->fd);
}

static void as_file(struct file *file, struct file *other)
{
	static const struct variation to_fd[] = {
		{"handle", 0}, {"handle", 99}, {"flags", 1}, {"flags", 2}, {"flags", 3},
		{"flags", 4},  {"pad", 1},     {"fd", 7},    {"point", 5},
	};
	static const struct variation from_fd[] = {
		{"fd", ~0u},  {"fd", 1000}, {"flags", 1}, {"flags", 2},   {"flags", 3},
		{"flags", 4}, {"pad", 1},   {"point", 5}, {"handle", 99},
	};
	uint32_t handle = syncobj_create(file);
	struct syncobj_handle args = {.handle = handle};
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handle, .count_handles = 1};
	struct syncobj_wait wait = {.handles = (uintptr_t)&args.handle, .count_handles = 1};
	char byte;
	int fd, fd2;

	trace_begin("syncobj/file");
	call_variations(file->fd, &syncobj_to_fd_call, &args, to_fd, NUM(to_fd), close_fd);
	call(file->fd, &syncobj_to_fd_call, &args);
	fd = args.fd;
	trace("cloexec %d", fcntl(fd, F_GETFD));
	trace("read %zd", read(fd, &byte, 1));
	args = (struct syncobj_handle){.fd = fd};
	call_variations(file->fd, &syncobj_from_fd_call, &args, from_fd, NUM(from_fd), NULL);
	call(file->fd, &syncobj_from_fd_call, &args);
	args = (struct syncobj_handle){.fd = file->fd};
	call(file->fd, &syncobj_from_fd_call, &args);
	args = (struct syncobj_handle){.fd = fd};
	call(other->fd, &syncobj_from_fd_call, &args);
	trace("the other file has it");
	call(other->fd, &syncobj_wait_call, &wait);
	call(file->fd, &syncobj_signal_call, &array);
	call(other->fd, &syncobj_wait_call, &wait);
	syncobj_destroy(file, handle);
	fd2 = dup(fd);
	close(fd);
	args = (struct syncobj_handle){.fd = fd2};
	call(other->fd, &syncobj_from_fd_call, &args);
	call(other->fd, &syncobj_wait_call, &wait);
	close(fd2);
	args = (struct syncobj_handle){.fd = fd2};
	call(other->fd, &syncobj_from_fd_call, &args);
	trace_end();
}

/* Every set of flags and timeouts with every state of one and two syncobjs. */
static void wait(struct file *file)
{
	static const char *const names[] = {"empty", "signaled"};
	uint32_t handles[2] = {syncobj_create(file), syncobj_create(file)}, flags;
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handles[1], .count_handles = 1};
	struct syncobj_wait args;
	unsigned int first, num, timeout;

	call_quiet(file->fd, &syncobj_signal_call, &array);
	for (num = 1; num <= 2; num++)
		for (first = 0; first < 2; first++) {
			trace_begin("syncobj/wait-%s-%u", names[first], num);
			for (flags = 0; flags < 16; flags++)
				for (timeout = 0; timeout < 2; timeout++) {
					uint32_t order[2] = {handles[first], handles[!first]};

					args = (struct syncobj_wait){
						.handles = (uintptr_t)order,
						.count_handles = num,
						.flags = flags,
						.first_signaled = 77,
						.timeout_nsec = timeout ? in_ms(20) : 0,
						.deadline_nsec = flags & WAIT_DEADLINE ? 5 : 0,
					};
					call(file->fd, &syncobj_wait_call, &args);
				}
			trace_end();
		}
	syncobj_destroy(file, handles[0]);
	syncobj_destroy(file, handles[1]);
}

static void wait_bad(struct file *file)
{
	static const struct variation variations[] = {
		{"handles", 0},
		{"handles", BAD_POINTER},
		{"handles", WILD_POINTER},
		{"count_handles", 0},
		{"count_handles", 2},
		{"flags", 16},
		{"flags", 1u << 31},
		{"flags", 4},
		{"first_signaled", 5},
		{"pad", 1},
		{"deadline_nsec", 1},
		{"timeout_nsec", 1},
		{"timeout_nsec", 1ull << 63},
		{"timeout_nsec", INT64_MAX},
	};
	uint32_t handles[2] = {syncobj_create(file), 99};
	struct drm_syncobj_array array = {.handles = (uintptr_t)handles, .count_handles = 1};
	struct syncobj_wait args = {.handles = (uintptr_t)handles, .count_handles = 1};

	trace_begin("syncobj/wait-bad");
	call_quiet(file->fd, &syncobj_signal_call, &array);
	call_variations(file->fd, &syncobj_wait_call, &args, variations, NUM(variations), NULL);
	call_as(file->fd, &syncobj_wait_call, _IOWR('d', 0xC3, char[32]), &args, "32 bytes");
	call_as(file->fd, &syncobj_wait_call, _IOWR('d', 0xC3, char[16]), &args, "16 bytes");
	trace_end();
	syncobj_destroy(file, handles[0]);
}

static void arrays_of(struct file *file, const struct call *c, uint32_t *handles)
{
	static const struct variation variations[] = {
		{"handles", 0},       {"handles", BAD_POINTER},
		{"count_handles", 0}, {"count_handles", 3},
		{"pad", 1},
	};
	struct drm_syncobj_array args = {.handles = (uintptr_t)handles, .count_handles = 2};

	call_variations(file->fd, c, &args, variations, NUM(variations), NULL);
	call(file->fd, c, &args);
}

static void reset_signal(struct file *file)
{
	uint32_t handles[3] = {syncobj_create(file), syncobj_create(file), 99};
	struct syncobj_wait wait = {.handles = (uintptr_t)handles, .count_handles = 2, .flags = 1};

	trace_begin("syncobj/reset-signal");
	call(file->fd, &syncobj_wait_call, &wait);
	arrays_of(file, &syncobj_signal_call, handles);
	call(file->fd, &syncobj_wait_call, &wait);
	arrays_of(file, &syncobj_reset_call, handles);
	call(file->fd, &syncobj_wait_call, &wait);
	/* The first is done before the third is not found? */
	wait.count_handles = 1;
	arrays_of(file, &syncobj_signal_call, handles);
	call(file->fd, &syncobj_wait_call, &wait);
	trace_end();
	syncobj_destroy(file, handles[0]);
	syncobj_destroy(file, handles[1]);
}

static const char *eventfd_state(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	uint64_t value;

	if (poll(&poller, 1, 0) != 1 || read(fd, &value, sizeof(value)) != sizeof(value))
		return "no event";
	return value == 1 ? "1 event" : "more events";
}

static void by_eventfd(struct file *file)
{
	static const struct variation variations[] = {
		{"handle", 0}, {"handle", 99}, {"flags", 1}, {"flags", 2},
		{"flags", 8},  {"fd", ~0u},    {"fd", 1000}, {"pad", 1},
	};
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	uint32_t handle = syncobj_create(file);
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handle, .count_handles = 1};
	struct syncobj_eventfd args = {.handle = handle, .fd = event};

	trace_begin("syncobj/eventfd");
	call_variations(file->fd, &syncobj_eventfd_call, &args, variations, NUM(variations), NULL);
	args.fd = file->fd;
	call(file->fd, &syncobj_eventfd_call, &args);
	args.fd = event;
	call(file->fd, &syncobj_eventfd_call, &args);
	trace("%s", eventfd_state(event));
	call(file->fd, &syncobj_signal_call, &array);
	trace("%s", eventfd_state(event));
	call(file->fd, &syncobj_eventfd_call, &args);
	trace("%s", eventfd_state(event));
	args.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE;
	call(file->fd, &syncobj_reset_call, &array);
	call(file->fd, &syncobj_eventfd_call, &args);
	call(file->fd, &syncobj_eventfd_call, &args);
	trace("%s", eventfd_state(event));
	call(file->fd, &syncobj_signal_call, &array);
	trace("%s", eventfd_state(event));
	call(file->fd, &syncobj_reset_call, &array);
	call(file->fd, &syncobj_eventfd_call, &args);
	syncobj_destroy(file, handle);
	trace("%s", eventfd_state(event));
	trace_end();
	close(event);
}

/* With fences that are pending until the engine gets there. */
static void pending(struct file *file)
{
	uint32_t handles[2] = {syncobj_create(file), syncobj_create(file)}, flags;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	struct syncobj_eventfd on = {.handle = handles[0], .fd = event};
	struct syncobj_wait args = {.handles = (uintptr_t)handles, .count_handles = 2};
	struct queue queues[2];
	unsigned int i;

	trace_begin("syncobj/pending");
	control_write("hold", 1);
	for (i = 0; i < 2; i++) {
		queue_create(file, &queues[i], i, SDMA);
		queue_submit(&queues[i], 64);
		queue_signal(&queues[i], handles[i]);
	}
	call(file->fd, &syncobj_eventfd_call, &on);
	for (flags = 0; flags < 4; flags++) {
		args.flags = flags;
		args.timeout_nsec = 0;
		call(file->fd, &syncobj_wait_call, &args);
		args.timeout_nsec = in_ms(20);
		call(file->fd, &syncobj_wait_call, &args);
	}
	trace("%s", eventfd_state(event));
	control_write("hold", 0);
	queue_wait_idle(&queues[0]);
	queue_wait_idle(&queues[1]);
	trace("%s", eventfd_state(event));
	for (flags = 0; flags < 4; flags++) {
		args.flags = flags;
		call(file->fd, &syncobj_wait_call, &args);
	}
	for (i = 0; i < 2; i++) {
		queue_free(&queues[i]);
		syncobj_destroy(file, handles[i]);
	}
	trace_end();
	close(event);
}

void part_syncobj(void)
{
	struct file file, other;

	file_open(&file);
	file_open(&other);
	create_destroy(&file);
	destroy_zero();
	as_file(&file, &other);
	wait(&file);
	wait_bad(&file);
	reset_signal(&file);
	by_eventfd(&file);
	pending(&file);
	file_close(&other);
	file_close(&file);
}
