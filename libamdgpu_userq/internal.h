/* SPDX-License-Identifier: MIT */
/* What the library's files know of each other. */
#ifndef AUQ_INTERNAL_H
#define AUQ_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <amdgpu.h>
#include <xf86drm.h>

#include "amdgpu_userq.h"
#include "uapi.h"

#define AUQ_PAGE        4096u      /* amdgpu's AMDGPU_GPU_PAGE_SIZE */
#define AUQ_SEQ64_BYTES (2u << 20) /* amdgpu_vm.h, AMDGPU_VA_RESERVED_SEQ64_SIZE */

struct auq_device {
	atomic_uint refs;
	amdgpu_device_handle amdgpu;
	int fd; /* libdrm's own duplicate */
	struct auq_device_info info;
	struct auq_ip_info ip[AUQ_NUM_IPS];
	enum auq_answer traits[AUQ_NUM_TRAITS];
	bool wait_is_plain;       /* nothing that this kernel makes necessary around WAIT */
	pthread_mutex_t map_lock; /* keeps map_point and the order of its points */
	uint32_t map_syncobj;     /* timeline of page table updates */
	uint64_t map_point;
};

struct auq_buffer {
	atomic_uint refs;
	struct auq_device *dev;
	amdgpu_va_handle va_range;
	uint64_t va;
	uint64_t bytes;
	void *cpu;
	uint32_t handle;
};

struct auq_queue {
	atomic_uint refs;
	atomic_bool freed;
	struct auq_device *dev;
	enum auq_ip ip;
	uint32_t id;
	struct auq_buffer *ring;
	struct auq_buffer *rptr;
	struct auq_buffer *wptr;
	struct auq_buffer *doorbell;
	struct auq_buffer *areas[2]; /* GFX: shadow, CSA; COMPUTE: EOP; SDMA: CSA */
	uint32_t doorbell_index;
	uint64_t emitted;   /* dwords since creation */
	uint64_t submitted; /* of these, what the engine was told of */
};

/*
 * The only caller of drmIoctl(). It starts again on EINTR and EAGAIN. For
 * SIGNAL that costs a spare fence (the one that was created before the BO
 * locks were interrupted is not published), for WAIT see fill() in wait.c.
 */
static inline int auq_ioctl(int fd, unsigned long request, void *arg)
{
	return drmIoctl(fd, request, arg) ? -errno : 0;
}

/* args.c: of structs that begin with their size and are of @known bytes to this library. */
int auq_args_get(void *dst, const void *args, size_t known);
int auq_args_check_other(const void *args, size_t known);
int auq_info_return(void *info, const void *src, size_t known);

static inline int auq_args_check(const void *args, size_t known)
{
	return args && *(const size_t *)args == known ? 0 : auq_args_check_other(args, known);
}

/* wait.c: whether WAIT is refused unless AUQ_WAIT_UNSAFE; for dev->wait_is_plain */
bool auq_wait_is_unsafe(const struct auq_device *dev);
bool auq_wait_is_plain(const struct auq_device *dev);

/* listing-line.c: one line, without its end and without control characters, each. */
struct auq_span {
	const char *at, *end;
};
int auq_listing_parse_title(struct auq_span line, uint32_t *used, uint32_t *total);
int auq_listing_parse_driver(struct auq_span line, struct auq_fence_driver *driver);

/* packet.c: fences that one packet can wait for, and the dwords that it then has. */
#define AUQ_FENCES_PER_WAIT 32u
#define AUQ_PACKET_MAX      (2 + 4 * AUQ_FENCES_PER_WAIT)

#endif
