// SPDX-License-Identifier: MIT
#include <errno.h>

#include "internal.h"

static int check(const struct auq_signal_args *args)
{
	if (args->flags)
		return -EINVAL;
	if ((args->num_syncobjs && !args->syncobjs) || (args->num_bo_read && !args->bo_read) ||
	    (args->num_bo_write && !args->bo_write))
		return -EINVAL;
	if (args->num_syncobjs > AUQ_UAPI_MAX_HANDLES || args->num_bo_read > AUQ_UAPI_MAX_BOS ||
	    args->num_bo_write > AUQ_UAPI_MAX_BOS)
		return -EINVAL;
	return 0;
}

int auq_signal(struct auq_device *dev, const struct auq_signal_args *args)
{
	struct auq_uapi_signal signal;
	int r;

	if (!dev)
		return -EINVAL;
	r = auq_args_check(args, sizeof(*args));
	if (!r)
		r = check(args);
	if (r)
		return r;

	signal = (struct auq_uapi_signal){
		.queue_id = args->queue_id,
		.syncobj_handles = (uintptr_t)args->syncobjs,
		.num_syncobj_handles = (uint16_t)args->num_syncobjs,
		.bo_read_handles = (uintptr_t)args->bo_read,
		.bo_write_handles = (uintptr_t)args->bo_write,
		.num_bo_read_handles = args->num_bo_read,
		.num_bo_write_handles = args->num_bo_write,
	};
	return auq_ioctl(dev->fd, AUQ_IOCTL_SIGNAL, &signal);
}
