// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/sw-sync.h"
#include "model/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * In no header for user space: the interface is in drivers/dma-buf/sw_sync.c of
 * the kernel, the same from 4.9 to 7.3.
 */
struct sw_sync_point {
	uint32_t value;
	char name[32];
	int32_t fence;
};

#define SW_SYNC_IOC_FENCE   _IOWR('W', 0, struct sw_sync_point)
#define SW_SYNC_IOC_ADVANCE _IOW('W', 1, uint32_t)

/* Begun again after a signal. */
static int call(int file, unsigned long request, void *arg)
{
	int ret;

	do
		ret = ioctl(file, request, arg);
	while (ret < 0 && (errno == EINTR || errno == EAGAIN));
	return ret < 0 ? -errno : 0;
}

int sw_sync_open(const char *path)
{
	int timeline = open(path, O_RDWR | O_CLOEXEC);

	return timeline < 0 ? -errno : timeline;
}

int sw_sync_fence(int timeline, uint32_t point)
{
	struct sw_sync_point args = {.value = point, .name = "amdfence"};
	int err = call(timeline, SW_SYNC_IOC_FENCE, &args);

	return err ? err : args.fence;
}

int sw_sync_advance(int timeline, uint32_t by)
{
	return call(timeline, SW_SYNC_IOC_ADVANCE, &by);
}

int sync_file_merge(int a, int b)
{
	struct sync_merge_data args = {.name = "amdfence", .fd2 = b};
	int err = call(a, SYNC_IOC_MERGE, &args);

	return err ? err : args.fence;
}

int sync_file_status(int file, int *status)
{
	struct sync_file_info args = {0};
	int err = call(file, SYNC_IOC_FILE_INFO, &args);

	if (!err)
		*status = args.status;
	return err;
}

int sync_file_view(int file, struct sync_view *view)
{
	struct sync_fence_info members[SYNC_MAX_MEMBERS] = {0};
	struct sync_file_info args = {
		.num_fences = SYNC_MAX_MEMBERS,
		.sync_fence_info = (uintptr_t)members,
	};
	int err = sync_file_status(file, &view->own);

	if (!err)
		err = call(file, SYNC_IOC_FILE_INFO, &args);
	if (err)
		return err;
	view->whole = args.status;
	view->members = args.num_fences;
	view->pending = 0;
	view->failed = 0;
	for (unsigned i = 0; i < args.num_fences && i < SYNC_MAX_MEMBERS; i++) {
		view->pending += members[i].status == 0;
		view->failed += members[i].status < 0;
	}
	return 0;
}

int sync_file_poll(int file, unsigned timeout_ms)
{
	struct pollfd poller = {.fd = file, .events = POLLIN};
	int ready = poll(&poller, 1, timeout_ms);

	if (ready < 0)
		return -errno;
	return ready && poller.revents & POLLIN;
}

void sw_sync_close(int file)
{
	if (file >= 0)
		close(file);
}
