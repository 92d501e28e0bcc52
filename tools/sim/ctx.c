/* SPDX-License-Identifier: MIT */
/* Contexts, and what goes with kernel rings, of which there are none: amdgpu_ctx.c. */
#include <amdgpu_drm.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"

int ctx_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	union drm_amdgpu_ctx *args = data;
	struct idr *contexts = &drm->gpu->contexts;
	uint32_t id = args->in.ctx_id;

	(void)task;
	switch (args->in.op) {
	case AMDGPU_CTX_OP_ALLOC_CTX:
		id = idr_alloc(contexts, drm->gpu);
		if (!id)
			return -ENOMEM;
		args->out.alloc.ctx_id = id;
		return 0;
	case AMDGPU_CTX_OP_FREE_CTX:
		return idr_remove(contexts, id) ? 0 : -EINVAL;
	case AMDGPU_CTX_OP_QUERY_STATE:
	case AMDGPU_CTX_OP_QUERY_STATE2:
		if (args->in.flags || !idr_find(contexts, id))
			return -EINVAL;
		memset(args, 0, sizeof(*args));
		return 0;
	default:
		return -EINVAL;
	}
}
