// SPDX-License-Identifier: MIT
/* User queues are off, as they are unless asked for. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

static void info(int fd, uint32_t query, uint32_t ip, size_t offset)
{
	uint32_t data[256] = {0};
	struct auq_uapi_info args = {.return_pointer = (uintptr_t)data,
				     .return_size = sizeof(data),
				     .query = query,
				     .ip_type = ip};

	call(fd, &info_call, &args);
	trace("  %zu:0x%x", offset, data[offset / 4]);
}

void part_off(void)
{
	struct auq_uapi_mqd_gfx mqd;
	struct auq_uapi_signal signal = {.queue_id = 1};
	struct auq_uapi_wait wait = {.waitq_id = 1};
	union auq_uapi_userq args;
	uint32_t none = 99, ip;
	struct file file;

	file_open(&file);
	trace_begin("off/all");
	for (ip = GFX; ip <= SDMA; ip++) {
		args = queue_args(&file, 0, (enum ip)ip, &mqd);
		call(file.fd, &userq_call, &args);
		info(file.fd, AUQ_UAPI_INFO_HW_IP_INFO, ip,
		     offsetof(struct auq_uapi_hw_ip, userq_num_slots));
		info(file.fd, AUQ_UAPI_INFO_UQ_FW_AREAS, ip, 0);
	}
	info(file.fd, AUQ_UAPI_INFO_DEV_INFO, 0, AUQ_UAPI_DEV_INFO_USERQ_IP_MASK);
	args.in.op = 0;
	call(file.fd, &userq_call, &args);
	args = (union auq_uapi_userq){.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = 1}};
	call(file.fd, &userq_call, &args);
	args.in.mqd_size = 1;
	call(file.fd, &userq_call, &args);
	call(file.fd, &signal_call, &signal);
	signal.syncobj_handles = (uintptr_t)&none;
	signal.num_syncobj_handles = 1;
	call(file.fd, &signal_call, &signal);
	call(file.fd, &wait_call, &wait);
	wait.syncobj_handles = BAD_POINTER;
	wait.num_syncobj_handles = 1;
	call(file.fd, &wait_call, &wait);
	trace_end();
	file_close(&file);
}
