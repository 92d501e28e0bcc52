// SPDX-License-Identifier: MIT
/* sync_files of queues' fences: exported, merged, asked, polled, imported. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "control.h"
#include "device.h"
#include "parts.h"
#include "trace.h"

/* A name has the fence's context in it, a number that counts all fences of this boot. */
static const char *plain(const char *name)
{
	static char text[40];
	const char *dash = strrchr(name, '-');
	size_t n;

	if (!dash)
		return name;
	for (n = dash - name; n > 0 && name[n - 1] >= '0' && name[n - 1] <= '9'; n--)
		;
	snprintf(text, sizeof(text), "%.*s*%s", (int)n, name, dash);
	return text;
}

static void info(int fd)
{
	struct sync_fence_info fences[4] = {0};
	struct sync_file_info args = {0};
	uint32_t i;

	call(fd, &file_info_call, &args);
	trace("  name '%s'", plain(args.name));
	args = (struct sync_file_info){.num_fences = 4, .sync_fence_info = (uintptr_t)fences};
	call(fd, &file_info_call, &args);
	for (i = 0; i < 4 && fences[i].obj_name[0]; i++)
		trace("  fence '%s' '%s' status %d flags 0x%x timestamp %s",
		      plain(fences[i].obj_name), fences[i].driver_name, fences[i].status,
		      fences[i].flags, fences[i].timestamp_ns ? "set" : "0");
}

static void state(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN | POLLOUT};

	trace("poll: %d 0x%x", poll(&poller, 1, 0), (unsigned)poller.revents);
}

static int merge(int a, int b)
{
	struct sync_merge_data args = {.name = "merged", .fd2 = b};

	if (call(a, &merge_call, &args))
		die("cannot merge");
	return args.fence;
}

static void bad(struct file *file)
{
	static const struct variation merges[] = {
		{"fd2", ~0u}, {"fd2", 1000}, {"flags", 1}, {"pad", 1}, {"fence", 7},
	};
	static const struct variation infos[] = {
		{"flags", 1},
		{"pad", 1},
		{"status", 5},
		{"num_fences", 1},
	};
	uint32_t handle = syncobj_create(file);
	struct drm_syncobj_array array = {.handles = (uintptr_t)&handle, .count_handles = 1};
	struct syncobj_handle args = {.handle = handle, .flags = HANDLE_SYNC_FILE};
	struct sync_file_info file_args = {0};
	struct sync_deadline deadline = {.deadline_ns = 5};
	struct sync_merge_data merge_args = {.name = "bad"};
	int fd;

	trace_begin("syncfile/bad");
	call(file->fd, &syncobj_to_fd_call, &args);
	call(file->fd, &syncobj_signal_call, &array);
	fd = syncobj_export(file, handle);
	merge_args.fd2 = file->fd;
	call(fd, &merge_call, &merge_args);
	merge_args.fd2 = fd;
	call_variations(fd, &merge_call, &merge_args, merges, NUM(merges), NULL);
	call_variations(fd, &file_info_call, &file_args, infos, NUM(infos), NULL);
	call(fd, &set_deadline_call, &deadline);
	deadline.pad = 1;
	call(fd, &set_deadline_call, &deadline);
	trace("an unknown number: %d", ioctl(fd, _IO('>', 99), 0));
	info(fd);
	state(fd);
	/* Not a sync_file. */
	args = (struct syncobj_handle){.handle = handle};
	call(file->fd, &syncobj_to_fd_call, &args);
	args.flags = HANDLE_SYNC_FILE;
	call(file->fd, &syncobj_from_fd_call, &args);
	close(args.fd);
	args = (struct syncobj_handle){.handle = 99, .flags = HANDLE_SYNC_FILE, .fd = fd};
	call(file->fd, &syncobj_from_fd_call, &args);
	args.handle = 0;
	call(file->fd, &syncobj_from_fd_call, &args);
	args.handle = handle;
	call(file->fd, &syncobj_from_fd_call, &args);
	args.flags = 0;
	call(file->fd, &syncobj_from_fd_call, &args);
	trace_end();
	close(fd);
	syncobj_destroy(file, handle);
}

/* Of two queues, both pending; then one, then both are done. */
static void merged(struct file *file, unsigned int first)
{
	uint32_t handles[3] = {syncobj_create(file), syncobj_create(file), syncobj_create(file)};
	struct syncobj_wait wait = {.handles = (uintptr_t)&handles[2], .count_handles = 1};
	struct syncobj_handle import = {.handle = handles[2], .flags = HANDLE_SYNC_FILE};
	struct queue queues[2];
	int fds[4];
	unsigned int i;

	trace_begin("syncfile/merged-%u-first", first);
	for (i = 0; i < 2; i++) {
		queue_create(file, &queues[i], i, GFX);
		queue_set_wptr(&queues[i], 8);
		queue_signal(&queues[i], handles[i]);
		fds[i] = syncobj_export(file, handles[i]);
		info(fds[i]);
		state(fds[i]);
	}
	fds[2] = merge(fds[0], fds[1]);
	info(fds[2]);
	state(fds[2]);
	fds[3] = merge(fds[2], fds[0]);
	info(fds[3]);
	import.fd = fds[2];
	call(file->fd, &syncobj_from_fd_call, &import);
	for (i = 0; i < 2; i++) {
		call(file->fd, &syncobj_wait_call, &wait);
		queue_submit(&queues[first ^ i], 8);
		queue_wait_idle(&queues[first ^ i]);
		info(fds[2]);
		state(fds[2]);
		state(fds[3]);
	}
	call(file->fd, &syncobj_wait_call, &wait);
	info(fds[0]);
	state(fds[0]);
	for (i = 0; i < 2; i++)
		queue_free(&queues[i]);
	info(fds[0]);
	info(fds[2]);
	for (i = 0; i < 4; i++)
		close(fds[i]);
	for (i = 0; i < 3; i++)
		syncobj_destroy(file, handles[i]);
	trace_end();
}

/* Two fences of one queue are one in a merge, and what is signaled is left out. */
static void same_queue(struct file *file)
{
	uint32_t handles[3] = {syncobj_create(file), syncobj_create(file), syncobj_create(file)};
	struct queue queue;
	int fds[5];
	unsigned int i;

	trace_begin("syncfile/same-queue");
	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, handles[0]);
	queue_set_wptr(&queue, 8);
	queue_signal(&queue, handles[1]);
	queue_set_wptr(&queue, 16);
	queue_signal(&queue, handles[2]);
	for (i = 0; i < 3; i++)
		fds[i] = syncobj_export(file, handles[i]);
	fds[3] = merge(fds[1], fds[2]);
	info(fds[3]);
	fds[4] = merge(fds[0], fds[1]);
	info(fds[4]);
	close(fds[4]);
	fds[4] = merge(fds[0], fds[0]);
	info(fds[4]);
	queue_submit(&queue, 16);
	queue_wait_idle(&queue);
	info(fds[3]);
	for (i = 0; i < 5; i++)
		close(fds[i]);
	queue_free(&queue);
	for (i = 0; i < 3; i++)
		syncobj_destroy(file, handles[i]);
	trace_end();
}

/* A file keeps the fence, and its driver, when all else is gone. */
static void keeps(struct file *file)
{
	uint32_t handle = syncobj_create(file);
	struct queue queue;
	int fd;

	trace_begin("syncfile/keeps");
	queue_create(file, &queue, 0, SDMA);
	queue_signal(&queue, handle);
	fd = syncobj_export(file, handle);
	queue_free(&queue);
	syncobj_destroy(file, handle);
	trace_end();
	trace_begin("syncfile/keeps-no-more");
	info(fd);
	close(fd);
	trace_end();
}

void part_syncfile(void)
{
	struct file file;

	file_open(&file);
	bad(&file);
	merged(&file, 0);
	merged(&file, 1);
	same_queue(&file);
	keeps(&file);
	file_close(&file);
}
