// SPDX-License-Identifier: MIT
/* USERQ_SIGNAL. Called for each submission: `make bench` counts instructions. */
#include <errno.h>

#include "internal.h"

static bool too_many(const struct auq_signal_args *args)
{
	return args->num_syncobjs > AUQ_UAPI_MAX_HANDLES || args->num_bo_read > AUQ_UAPI_MAX_BOS ||
	       args->num_bo_write > AUQ_UAPI_MAX_BOS;
}

static inline int signal_known(struct auq_device *dev, const struct auq_signal_args *args)
{
	struct auq_uapi_signal signal;

	/* No limit is below this. Whether arrays can be read the kernel finds out. */
	if ((args->num_syncobjs | args->num_bo_read | args->num_bo_write) > UINT16_MAX &&
	    too_many(args))
		return -EINVAL;
	if (args->flags)
		return -EINVAL;

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

/* Apart from the usual size, which then costs one comparison. */
static __attribute__((noinline)) int signal_other(struct auq_device *dev,
						  const struct auq_signal_args *args)
{
	int r = auq_args_check_other(args, sizeof(*args));

	return r ? r : signal_known(dev, args);
}

int auq_signal(struct auq_device *dev, const struct auq_signal_args *args)
{
	if (!dev || !args)
		return -EINVAL;
	if (args->size != sizeof(*args))
		return signal_other(dev, args);
	return signal_known(dev, args);
}
