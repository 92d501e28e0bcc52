// SPDX-License-Identifier: MIT
/* The only caller of drmIoctl(). */
#include <errno.h>
#include <stdint.h>
#include <xf86drm.h>

#include "internal.h"

/*
 * drmIoctl() starts again on EINTR and EAGAIN. For SIGNAL that costs a spare
 * fence (the one that was created before the BO locks were interrupted is not
 * published), for WAIT see auq_wait_fill().
 */
int auq_ioctl(int fd, unsigned long request, void *arg)
{
	return drmIoctl(fd, request, arg) ? -errno : 0;
}

int auq_ioctl_info(int fd, uint32_t query, uint32_t ip, void *data, uint32_t bytes)
{
	struct auq_uapi_info info = {
		.return_pointer = (uintptr_t)data,
		.return_size = bytes,
		.query = query,
		.ip_type = ip,
	};

	return auq_ioctl(fd, AUQ_IOCTL_INFO, &info);
}
