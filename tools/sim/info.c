/* SPDX-License-Identifier: MIT */
/*
 * INFO: amdgpu_kms.c. What the virtual ASIC of the lab makes the driver answer: a GC 11.0.0 with
 * SDMA 6.0.0 of which hardly anything else is there.
 */
#include <amdgpu_drm.h>
#include <errno.h>
#include <string.h>

#include "device.h"

#define VRAM_BYTES        (128ull << 20)
#define GTT_BYTES         (256ull << 20)
#define NUM_SLOTS_GFX     7
#define NUM_SLOTS_COMPUTE 8
#define NUM_SLOTS_SDMA    6
#define NUM_HW_IPS        10

/* Newer than the oldest libdrm that we build with. */
#define FAMILY_GC_11_0_0 0x91
#define INFO_MAX_IBS     0x22
#define INFO_GPUVM_FAULT 0x23

/* Per engine. */
static const uint32_t max_ibs[NUM_HW_IPS] = {192, 125, 49, 49, 49, 49, 49, 49, 16, 49};

struct answer {
	uint32_t words[128];
	uint32_t bytes;
};

static void put(struct answer *answer, uint32_t offset, uint32_t value)
{
	answer->words[offset / 4] = value;
}

static void put_64(struct answer *answer, uint32_t offset, uint64_t value)
{
	put(answer, offset, (uint32_t)value);
	put(answer, offset + 4, (uint32_t)(value >> 32));
}

static void dev_info(const struct gpu *gpu, struct answer *answer)
{
	uint64_t top = SEQ64_START - gpu->quirks.trap_bytes;

	answer->bytes = gpu->quirks.dev_info_bytes;
	put(answer, AUQ_UAPI_DEV_INFO_DEVICE_ID, 0x1110);
	put(answer, 8, 1);  /* external_rev */
	put(answer, 12, 1); /* pci_rev */
	put(answer, AUQ_UAPI_DEV_INFO_FAMILY, FAMILY_GC_11_0_0);
	put(answer, 28, 100000);                    /* gpu_counter_freq, kHz */
	put_64(answer, 128, 0x0000000200000000ull); /* cu_ao_mask, ids_flags: as recorded */
	put(answer, 132, 0x2);
	put(answer, 136, 0x210);
	put_64(answer, 144, 1ull << 16);
	put_64(answer, 152, 0x0000800000000000ull); /* virtual_address_max */
	put(answer, 160, (uint32_t)GPU_PAGE);
	put(answer, 164, 2u << 20); /* pte_fragment_size */
	put(answer, 168, (uint32_t)GPU_PAGE);
	put(answer, 268, 16);                       /* pcie_gen or such: as recorded */
	put_64(answer, 336, 0xffff800000000000ull); /* high_va_offset */
	put_64(answer, 344, top | ~GPU_HOLE_MASK);  /* high_va_max */
	put(answer, 420, 73728);                    /* shadow_size */
	put(answer, 424, 256);
	put(answer, 428, 484); /* csa_size */
	put(answer, 432, 256);
	put(answer, AUQ_UAPI_DEV_INFO_USERQ_IP_MASK, gpu->is_on ? 7 : 0);
}

static int hw_ip_info(const struct gpu *gpu, const struct auq_uapi_info *args,
		      struct answer *answer)
{
	static const struct auq_uapi_hw_ip ips[GPU_NUM_IPS] = {
		{.version_major = 11,
		 .ib_start_alignment = 32,
		 .ib_size_alignment = 32,
		 .discovery_version = 0x0b0000,
		 .userq_num_slots = NUM_SLOTS_GFX},
		{.version_major = 11,
		 .ib_start_alignment = 32,
		 .ib_size_alignment = 32,
		 .discovery_version = 0x0b0000,
		 .userq_num_slots = NUM_SLOTS_COMPUTE},
		{.version_major = 6,
		 .ib_start_alignment = 256,
		 .ib_size_alignment = 4,
		 .discovery_version = 0x060000,
		 .userq_num_slots = NUM_SLOTS_SDMA},
	};
	struct auq_uapi_hw_ip ip = {0};

	if (args->ip_type >= NUM_HW_IPS || args->ip_instance)
		return -EINVAL;
	if (args->ip_type < GPU_NUM_IPS)
		ip = ips[args->ip_type];
	if (!gpu->is_on)
		ip.userq_num_slots = 0;
	answer->bytes = sizeof(ip);
	memcpy(answer->words, &ip, sizeof(ip));
	return 0;
}

static int fw_areas(const struct gpu *gpu, const struct auq_uapi_info *args, struct answer *answer)
{
	static const struct auq_uapi_fw_areas areas[GPU_NUM_IPS] = {
		{73728, 256, 484, 256},
		{2048, 256, 0, 0},
		{32, 4, 0, 0},
	};

	if (args->ip_type >= GPU_NUM_IPS || (args->ip_type && !gpu->quirks.has_all_fw_areas))
		return -EINVAL;
	answer->bytes = sizeof(areas[0]);
	memcpy(answer->words, &areas[args->ip_type], sizeof(areas[0]));
	return 0;
}

static int memory_info(struct answer *answer)
{
	struct drm_amdgpu_memory_info memory = {0};

	memory.vram.total_heap_size = memory.vram.usable_heap_size = VRAM_BYTES;
	memory.vram.max_allocation = VRAM_BYTES * 3 / 4;
	memory.cpu_accessible_vram = memory.vram;
	memory.gtt.total_heap_size = memory.gtt.usable_heap_size = GTT_BYTES;
	memory.gtt.max_allocation = GTT_BYTES * 3 / 4;
	answer->bytes = sizeof(memory);
	memcpy(answer->words, &memory, sizeof(memory));
	return 0;
}

/* Every register reads 0. */
static int registers(const struct auq_uapi_info *args, struct answer *answer)
{
	if (args->ip_instance > 128)
		return -EINVAL;
	answer->bytes = args->ip_instance * 4;
	return 0;
}

static int firmware(const struct auq_uapi_info *args, struct answer *answer)
{
	/* AMDGPU_INFO_FW_*: what the kernel has no version of. */
	if (!args->ip_type || args->ip_type == 0x09 || args->ip_type == 0x0b ||
	    args->ip_type == 0x13 || args->ip_type > 0x1c)
		return -EINVAL;
	answer->bytes = 8;
	return 0;
}

static int vbios(const struct auq_uapi_info *args, struct answer *answer)
{
	switch (args->ip_type) {
	case AMDGPU_INFO_VBIOS_SIZE:
		answer->bytes = 4;
		return 0;
	case AMDGPU_INFO_VBIOS_INFO:
		answer->bytes = 200;
		return 0;
	default:
		return -EINVAL;
	}
}

static void clock_info(struct answer *answer)
{
	put_64(answer, 0, sim_now() / 10);
	answer->bytes = 8;
}

static int answer_query(const struct gpu *gpu, const struct auq_uapi_info *args,
			struct answer *answer)
{
	answer->bytes = 8;
	switch (args->query) {
	case AMDGPU_INFO_ACCEL_WORKING:
		put(answer, 0, 1);
		answer->bytes = 4;
		return 0;
	case AUQ_UAPI_INFO_HW_IP_INFO:
		return hw_ip_info(gpu, args, answer);
	case AMDGPU_INFO_HW_IP_COUNT:
		if (args->ip_type >= GPU_NUM_IPS)
			return -EINVAL;
		put(answer, 0, args->ip_type < 2);
		answer->bytes = 4;
		return 0;
	case AMDGPU_INFO_TIMESTAMP:
		clock_info(answer);
		return 0;
	case AMDGPU_INFO_FW_VERSION:
		return firmware(args, answer);
	case AMDGPU_INFO_NUM_BYTES_MOVED:
	case AMDGPU_INFO_VRAM_USAGE:
	case AMDGPU_INFO_GTT_USAGE:
	case AMDGPU_INFO_VIS_VRAM_USAGE:
	case AMDGPU_INFO_NUM_EVICTIONS:
	case AMDGPU_INFO_NUM_VRAM_CPU_PAGE_FAULTS:
		return 0;
	case AMDGPU_INFO_GDS_CONFIG:
		answer->bytes = 32;
		return 0;
	case AMDGPU_INFO_VRAM_GTT:
		put_64(answer, 0, VRAM_BYTES);
		put_64(answer, 8, VRAM_BYTES);
		put_64(answer, 16, GTT_BYTES);
		answer->bytes = 24;
		return 0;
	case AMDGPU_INFO_READ_MMR_REG:
		return registers(args, answer);
	case AUQ_UAPI_INFO_DEV_INFO:
		dev_info(gpu, answer);
		return 0;
	case AMDGPU_INFO_MEMORY:
		return memory_info(answer);
	case AMDGPU_INFO_VBIOS:
		return vbios(args, answer);
	case AMDGPU_INFO_SENSOR:
		return -ENOENT;
	case AMDGPU_INFO_VRAM_LOST_COUNTER:
		answer->bytes = 4;
		return 0;
	case INFO_MAX_IBS:
		answer->bytes = sizeof(max_ibs);
		memcpy(answer->words, max_ibs, sizeof(max_ibs));
		return 0;
	case INFO_GPUVM_FAULT:
		answer->bytes = 16;
		return 0;
	case AUQ_UAPI_INFO_UQ_FW_AREAS:
		return fw_areas(gpu, args, answer);
	default:
		return -EINVAL;
	}
}

int info_ioctl(struct drm_file *drm, struct sim_task *task, void *data)
{
	const struct auq_uapi_info *args = data;
	struct answer answer = {0};
	uint32_t bytes;
	int err;

	if (!args->return_size || !args->return_pointer)
		return -EINVAL;
	err = answer_query(drm->gpu->gpu, args, &answer);
	if (err)
		return err;
	bytes = args->return_size < answer.bytes ? args->return_size : answer.bytes;
	if (!bytes || !task->ops->write(task, args->return_pointer, answer.words, bytes))
		return 0;
	/* This one does not look at what became of the copy. */
	return args->query == AUQ_UAPI_INFO_UQ_FW_AREAS ? 0 : -EFAULT;
}
