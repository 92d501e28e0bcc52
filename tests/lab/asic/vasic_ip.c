// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: who it says it is, and its GFX and SDMA blocks.
 *
 * A GC 11.0.0 with SDMA 6.0.0 as far as the driver asks. No kernel rings, firmware, VBIOS, SMU,
 * interrupt ring or display: what is not named here is absent.
 */
#include <drm/drm_managed.h>

#include "vasic.h"
#include "vasic_compat.h"

#include "amdgpu_discovery.h"
#include "atom.h"
#include "atombios.h"
#include "mes_userqueue.h"

/* Every register reads 0: enough for libdrm_amdgpu, which wants GB_ADDR_CONFIG and its kin. */
static int vasic_read_register(struct amdgpu_device *adev, u32 se_num, u32 sh_num, u32 reg_offset,
			       u32 *value)
{
	*value = 0;
	return 0;
}

static u32 vasic_get_xclk(struct amdgpu_device *adev)
{
	return 10000; /* 100 MHz, in units of 10 kHz */
}

static void vasic_hdp(struct amdgpu_device *adev, struct amdgpu_ring *ring)
{
}

static void vasic_init_doorbell_index(struct amdgpu_device *adev)
{
	adev->doorbell_index.max_assignment = AMDGPU_NAVI10_DOORBELL_MAX_ASSIGNMENT;
}

static bool vasic_need_reset_on_init(struct amdgpu_device *adev)
{
	return false;
}

/* Not modelled. The driver has completed all fences with an error before it gets here. */
static int vasic_reset(struct amdgpu_device *adev)
{
	return -EOPNOTSUPP;
}

static enum amd_reset_method vasic_reset_method(struct amdgpu_device *adev)
{
	return AMD_RESET_METHOD_NONE;
}

static int vasic_supports_baco(struct amdgpu_device *adev)
{
	return 0;
}

static uint64_t vasic_get_pcie_replay_count(struct amdgpu_device *adev)
{
	return 0;
}

static const struct amdgpu_asic_funcs vasic_asic_funcs = {
	.read_register = vasic_read_register,
	.get_xclk = vasic_get_xclk,
	.flush_hdp = vasic_hdp,
	.invalidate_hdp = vasic_hdp,
	.init_doorbell_index = vasic_init_doorbell_index,
	.need_reset_on_init = vasic_need_reset_on_init,
	.reset = vasic_reset,
	.reset_method = vasic_reset_method,
	.supports_baco = vasic_supports_baco,
	.get_pcie_replay_count = vasic_get_pcie_replay_count,
};

static uint64_t vasic_gpu_clock(struct amdgpu_device *adev)
{
	return ktime_get_ns() / 10; /* 100 MHz, see vasic_get_xclk() */
}

/* Sizes as of gfx_v11_0.c, so that a client that fits here fits there. */
static int vasic_shadow_info(struct amdgpu_device *adev, struct amdgpu_gfx_shadow_info *info,
			     bool skip_check)
{
	*info = (struct amdgpu_gfx_shadow_info){
		.shadow_size = 73728,
		.shadow_alignment = 256,
		.csa_size = 484,
		.csa_alignment = 256,
	};
	vasic_compat_eop_area(info);
	return 0;
}

static const struct amdgpu_gfx_funcs vasic_gfx_funcs = {
	.get_gpu_clock_counter = vasic_gpu_clock,
	.get_gfx_shadow_info = vasic_shadow_info,
};

static int vasic_mqd_init(struct amdgpu_device *adev, void *mqd, struct amdgpu_mqd_prop *prop)
{
	*(struct vasic_mqd *)mqd = (struct vasic_mqd){
		.ring_va = prop->hqd_base_gpu_addr,
		.ring_bytes = prop->queue_size,
		.rptr_va = prop->rptr_gpu_addr,
		.fence_addr = prop->fence_address,
		.doorbell = prop->doorbell_index,
	};
	return 0;
}

static int vasic_nothing(struct amdgpu_ip_block *ip_block)
{
	return 0;
}

static int vasic_gating(struct amdgpu_ip_block *ip_block, enum amd_clockgating_state state)
{
	return 0;
}

static int vasic_power_gating(struct amdgpu_ip_block *ip_block, enum amd_powergating_state state)
{
	return 0;
}

static int vasic_gfx_early_init(struct amdgpu_ip_block *ip_block)
{
	struct amdgpu_device *adev = ip_block->adev;
	int ip;

	/* The same gate as in gfx_v11_0_early_init(); the firmware is always new enough. */
	adev->gfx.disable_kq = true;
	adev->gfx.disable_uq = amdgpu_user_queue != 1 && amdgpu_user_queue != 2;
	adev->sdma.disable_uq = adev->gfx.disable_uq;
	adev->sdma.no_user_submission = true;
	adev->pm.pp_feature &= ~PP_GFXOFF_MASK;
	vasic_compat_sdma_area(adev);
	adev->gfx.gfx_supported_reset = AMDGPU_RESET_TYPE_PER_QUEUE;
	adev->gfx.compute_supported_reset = AMDGPU_RESET_TYPE_PER_QUEUE;
	adev->sdma.supported_reset = AMDGPU_RESET_TYPE_PER_QUEUE;
	vasic_compat_compute_reset(adev);

	for (ip = AMDGPU_HW_IP_GFX; ip <= AMDGPU_HW_IP_DMA; ip++) {
		adev->mqds[ip].mqd_size = sizeof(struct vasic_mqd);
		adev->mqds[ip].init_mqd = vasic_mqd_init;
		if (!adev->gfx.disable_uq)
			adev->userq_funcs[ip] = &userq_mes_funcs;
	}
	return 0;
}

static int vasic_gfx_sw_init(struct amdgpu_ip_block *ip_block)
{
	vasic_debugfs_init(vasic_of(ip_block->adev));
	return 0;
}

static int vasic_gfx_hw_init(struct amdgpu_ip_block *ip_block)
{
	return vasic_cp_start(vasic_of(ip_block->adev));
}

static int vasic_gfx_hw_fini(struct amdgpu_ip_block *ip_block)
{
	vasic_cp_stop(vasic_of(ip_block->adev));
	return 0;
}

static const struct amd_ip_funcs vasic_gfx_ip_funcs = {
	.name = "vasic_gfx",
	.early_init = vasic_gfx_early_init,
	.sw_init = vasic_gfx_sw_init,
	.hw_init = vasic_gfx_hw_init,
	.hw_fini = vasic_gfx_hw_fini,
	.set_clockgating_state = vasic_gating,
	.set_powergating_state = vasic_power_gating,
};

static const struct amdgpu_ip_block_version vasic_gfx_block = {
	.type = AMD_IP_BLOCK_TYPE_GFX,
	.major = 11,
	.funcs = &vasic_gfx_ip_funcs,
};

static const struct amd_ip_funcs vasic_sdma_ip_funcs = {
	.name = "vasic_sdma",
	.hw_init = vasic_nothing,
	.hw_fini = vasic_nothing,
	.set_clockgating_state = vasic_gating,
	.set_powergating_state = vasic_power_gating,
};

static const struct amdgpu_ip_block_version vasic_sdma_block = {
	.type = AMD_IP_BLOCK_TYPE_SDMA,
	.major = 6,
	.funcs = &vasic_sdma_ip_funcs,
};

int vasic_set_ip_blocks(struct amdgpu_device *adev)
{
	struct vasic *v;
	int r;

	if (!vasic_is_ours(adev->pdev))
		return amdgpu_discovery_set_ip_blocks(adev);

	v = drmm_kzalloc(adev_to_drm(adev), sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	v->adev = adev;
	mutex_init(&v->lock);
	spin_lock_init(&v->tlb_lock);
	INIT_LIST_HEAD(&v->queues);
	init_waitqueue_head(&v->wake);
	vasic_faults_init(v);
	vasic_irq_init(v);
	vasic_mes_init(v);

	adev->family = AMDGPU_FAMILY_GC_11_0_0;
	adev->external_rev_id = 1;
	adev->ip_versions[GC_HWIP][0] = IP_VERSION(11, 0, 0);
	adev->ip_versions[SDMA0_HWIP][0] = IP_VERSION(6, 0, 0);
	adev->asic_funcs = &vasic_asic_funcs;
	adev->gfx.funcs = &vasic_gfx_funcs;
	adev->firmware.load_type = AMDGPU_FW_LOAD_DIRECT;
	vasic_compat_no_buffer_ring(adev);
	/* Read by amdgpu_atombios_scratch_need_asic_init(): nothing left for a VBIOS to do. */
	WREG32(adev->bios_scratch_reg_offset + 7, ATOM_S7_ASIC_INIT_COMPLETE_MASK);

	r = amdgpu_device_ip_block_add(adev, &vasic_gmc_block);
	if (!r)
		r = amdgpu_device_ip_block_add(adev, &vasic_gfx_block);
	if (!r)
		r = amdgpu_device_ip_block_add(adev, &vasic_sdma_block);
	return r;
}
