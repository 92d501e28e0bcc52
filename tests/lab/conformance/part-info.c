// SPDX-License-Identifier: MIT
/* What INFO says: all queries, whatever they need, and those of libdrm_amdgpu as it asks them. */
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "parts.h"
#include "trace.h"

#define ROOM 1024

/* Amounts and times: how much is written is all there is to compare. */
static bool varies(uint32_t query)
{
	switch (query) {
	case AMDGPU_INFO_TIMESTAMP:
	case AMDGPU_INFO_NUM_BYTES_MOVED:
	case AMDGPU_INFO_VRAM_USAGE:
	case AMDGPU_INFO_GTT_USAGE:
	case AMDGPU_INFO_VRAM_GTT:
	case AMDGPU_INFO_VIS_VRAM_USAGE:
	case AMDGPU_INFO_MEMORY:
	case 0x23: /* GPUVM_FAULT, 6.7 */
		return true;
	default:
		return false;
	}
}

/* @args: all but the pointer. Words that are not zero, and how many bytes were written. */
static int query(int fd, struct auq_uapi_info args, uint32_t size)
{
	unsigned char a[ROOM], b[ROOM];
	uint32_t i, written = 0, word;
	int err;

	memset(a, 0xaa, sizeof(a));
	memset(b, 0x55, sizeof(b));
	args.return_size = size;
	args.return_pointer = (uintptr_t)b;
	ioctl_errno(fd, &info_call, &args);
	args.return_pointer = (uintptr_t)a;
	err = call(fd, &info_call, &args);
	if (err)
		return err;
	for (i = 0; i < sizeof(a); i++)
		if (a[i] != 0xaa || b[i] != 0x55)
			written = i + 1;
	trace_part("  %u bytes", written);
	if (!varies(args.query))
		for (i = 0; i < written; i += 4) {
			word = 0;
			memcpy(&word, a + i, written - i < 4 ? written - i : 4);
			if (word)
				trace_part(" %u:0x%x", i, word);
		}
	trace_part("\n");
	return err;
}

static void all(int fd)
{
	uint32_t i;

	trace_begin("info/all");
	for (i = 0; i <= 0x28; i++)
		/* This one reads through the power management, which the lab's device has not got.
		 */
		if (i != AMDGPU_INFO_VCE_CLOCK_TABLE)
			query(fd, (struct auq_uapi_info){.query = i}, ROOM);
	query(fd, (struct auq_uapi_info){.query = 0xffffffff}, ROOM);
	trace_end();
}

static void sizes(int fd)
{
	static const uint32_t some[] = {0, 1, 4, 16, 440, 441};
	struct auq_uapi_info args = {.query = AMDGPU_INFO_DEV_INFO, .return_size = 440};
	size_t i;

	trace_begin("info/sizes");
	for (i = 0; i < NUM(some); i++)
		query(fd, (struct auq_uapi_info){.query = AUQ_UAPI_INFO_DEV_INFO}, some[i]);
	call(fd, &info_call, &args);
	args.return_pointer = BAD_POINTER;
	call(fd, &info_call, &args);
	args.query = AUQ_UAPI_INFO_UQ_FW_AREAS;
	call(fd, &info_call, &args);
	trace_end();
}

static void engines(int fd)
{
	uint32_t ip;

	trace_begin("info/engines");
	for (ip = 0; ip <= 10; ip++) {
		query(fd, (struct auq_uapi_info){.query = AUQ_UAPI_INFO_HW_IP_INFO, .ip_type = ip},
		      ROOM);
		query(fd, (struct auq_uapi_info){.query = AMDGPU_INFO_HW_IP_COUNT, .ip_type = ip},
		      ROOM);
		query(fd, (struct auq_uapi_info){.query = AUQ_UAPI_INFO_UQ_FW_AREAS, .ip_type = ip},
		      ROOM);
	}
	query(fd, (struct auq_uapi_info){.query = AUQ_UAPI_INFO_HW_IP_INFO, .ip_instance = 1},
	      ROOM);
	query(fd, (struct auq_uapi_info){.query = AUQ_UAPI_INFO_UQ_FW_AREAS, .pad = {1, 1}}, ROOM);
	trace_end();
}

/* FW_VERSION, VIDEO_CAPS and the like have a kind in the word after the query. */
static void kinds(int fd, uint32_t number, const char *name, uint32_t last)
{
	uint32_t i;

	trace_begin("info/%s", name);
	for (i = 0; i <= last; i++)
		query(fd, (struct auq_uapi_info){.query = number, .ip_type = i}, ROOM);
	trace_end();
}

/* The registers that libdrm_amdgpu reads: amdgpu_gpu_info.c, amdgpu_query_gpu_info_init(). */
static void registers(int fd)
{
	static const uint32_t some[][3] = {
		/* offset, count, instance */
		{0x263e, 1, 0xffffffff}, {0x2644, 32, 0xffffffff},  {0x9d8, 1, 0xffffffff},
		{0x263e, 0, 0xffffffff}, {0x263e, 129, 0xffffffff}, {0xa0d4, 1, 0},
		{0, 1, 0xffffffff},      {0x263e, 1, 0xff},
	};
	struct auq_uapi_info args;
	size_t i;

	trace_begin("info/registers");
	for (i = 0; i < NUM(some); i++) {
		args = (struct auq_uapi_info){
			.query = AMDGPU_INFO_READ_MMR_REG,
			.ip_type = some[i][0],
			.ip_instance = some[i][1],
			.pad = {some[i][2], 0},
		};
		query(fd, args, ROOM);
	}
	trace_end();
}

void part_info(void)
{
	struct file file;

	file_open(&file);
	all(file.fd);
	sizes(file.fd);
	engines(file.fd);
	kinds(file.fd, AMDGPU_INFO_FW_VERSION, "firmware", 0x20);
	kinds(file.fd, AMDGPU_INFO_VIDEO_CAPS, "video-caps", 2);
	kinds(file.fd, AMDGPU_INFO_VBIOS, "vbios", 4);
	kinds(file.fd, AMDGPU_INFO_SENSOR, "sensors", 12);
	registers(file.fd);
	file_close(&file);
}
