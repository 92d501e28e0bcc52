// SPDX-License-Identifier: MIT
#include <errno.h>

#include "internal.h"

static int check(const struct auq_raw_queue_args *args)
{
	if ((unsigned int)args->ip >= AUQ_NUM_IPS)
		return -EINVAL;
	if (args->priority > AUQ_PRIORITY_HIGH || args->flags & ~AUQ_QUEUE_SECURE)
		return -EINVAL;
	return 0;
}

int auq_raw_queue_create(struct auq_device *dev, const struct auq_raw_queue_args *user_args,
			 uint32_t *queue_id)
{
	union {
		struct auq_uapi_mqd_gfx gfx;
		struct auq_uapi_mqd_compute compute;
		struct auq_uapi_mqd_sdma sdma;
	} mqd;
	struct auq_raw_queue_args args;
	union auq_uapi_userq userq;
	int r;

	if (!dev || !queue_id)
		return -EINVAL;
	r = auq_args_get(&args, user_args, sizeof(args));
	if (!r)
		r = check(&args);
	if (r)
		return r;

	userq.in = (struct auq_uapi_userq_in){
		.op = AUQ_UAPI_OP_CREATE,
		.ip_type = args.ip,
		.doorbell_handle = args.doorbell_handle,
		.doorbell_offset = args.doorbell_index,
		.flags = args.priority,
		.queue_va = args.ring_va,
		.queue_size = args.ring_bytes,
		.rptr_va = args.rptr_va,
		.wptr_va = args.wptr_va,
		.mqd = (uintptr_t)&mqd,
	};
	if (args.flags & AUQ_QUEUE_SECURE)
		userq.in.flags |= AUQ_UAPI_FLAG_SECURE;
	switch (args.ip) {
	case AUQ_IP_GFX:
		mqd.gfx.shadow_va = args.shadow_va;
		mqd.gfx.csa_va = args.csa_va;
		userq.in.mqd_size = sizeof(mqd.gfx);
		break;
	case AUQ_IP_COMPUTE:
		mqd.compute.eop_va = args.eop_va;
		userq.in.mqd_size = sizeof(mqd.compute);
		break;
	case AUQ_IP_SDMA:
		mqd.sdma.csa_va = args.csa_va;
		userq.in.mqd_size = sizeof(mqd.sdma);
		break;
	}

	r = auq_ioctl(dev->fd, AUQ_IOCTL_USERQ, &userq);
	if (!r)
		*queue_id = userq.out.queue_id;
	return r;
}

int auq_raw_queue_free(struct auq_device *dev, uint32_t queue_id)
{
	union auq_uapi_userq userq = {
		.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = queue_id},
	};

	if (!dev)
		return -EINVAL;
	return auq_ioctl(dev->fd, AUQ_IOCTL_USERQ, &userq);
}
