// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the memory controller block.
 *
 * VRAM is BAR 0 and all of it is visible, so the driver may write every page table with the CPU.
 * The formats of page tables are those of gfx11 (gmc_v11_0.c), walked in vasic_mem.c.
 */
#include "vasic.h"
#include "vasic_compat.h"

#include "amdgpu_gem.h"
#include "amdgpu_gmc.h"
#include "amdgpu_vm.h"

/* Nothing is cached. What remains of a flush: accesses begun before it have ended. */
static void vasic_flush(struct amdgpu_device *adev)
{
	struct vasic *v = vasic_of(adev);

	spin_lock(&v->tlb_lock);
	spin_unlock(&v->tlb_lock);
}

static void vasic_flush_gpu_tlb(struct amdgpu_device *adev, uint32_t vmid, uint32_t vmhub,
				uint32_t flush_type)
{
	vasic_flush(adev);
}

static void vasic_flush_gpu_tlb_pasid(struct amdgpu_device *adev, uint16_t pasid,
				      uint32_t flush_type, bool all_hub, uint32_t inst)
{
	vasic_flush(adev);
}

static void vasic_get_vm_pde(struct amdgpu_device *adev, int level, u64 *dst, u64 *flags)
{
	if (!(*flags & AMDGPU_PDE_PTE) && !(*flags & AMDGPU_PTE_SYSTEM))
		*dst = amdgpu_gmc_vram_mc2pa(adev, *dst);
}

static void vasic_get_vm_pte(struct amdgpu_device *adev, struct amdgpu_vm *vm, struct amdgpu_bo *bo,
			     uint32_t vm_flags, uint64_t *pte_flags)
{
	if (vm_flags & AMDGPU_VM_PAGE_EXECUTABLE)
		*pte_flags |= AMDGPU_PTE_EXECUTABLE;
	if (vm_flags & AMDGPU_VM_PAGE_PRT) {
		*pte_flags |= AMDGPU_PTE_PRT | AMDGPU_PTE_SYSTEM;
		*pte_flags &= ~AMDGPU_PTE_VALID;
	}
}

static unsigned int vasic_get_vbios_fb_size(struct amdgpu_device *adev)
{
	return 0;
}

static const struct amdgpu_gmc_funcs vasic_gmc_funcs = {
	.flush_gpu_tlb = vasic_flush_gpu_tlb,
	.flush_gpu_tlb_pasid = vasic_flush_gpu_tlb_pasid,
	.get_vm_pde = vasic_get_vm_pde,
	.get_vm_pte = vasic_get_vm_pte,
	.get_vbios_fb_size = vasic_get_vbios_fb_size,
};

static const struct drm_sched_backend_ops vasic_sched_ops = {};

/* From 7.3 a VM cannot be made without a scheduler for updates by SDMA, even if never used. */
static int vasic_sched_init(struct vasic *v)
{
	struct amdgpu_device *adev = v->adev;
	struct drm_sched_init_args args = {
		.ops = &vasic_sched_ops,
		.num_rqs = DRM_SCHED_PRIORITY_COUNT,
		.credit_limit = 1,
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.name = "vasic",
		.dev = adev->dev,
	};
	int r;

	r = drm_sched_init(&v->sched, &args);
	if (r)
		return r;
	adev->vm_manager.vm_pte_scheds[0] = &v->sched;
	adev->vm_manager.vm_pte_num_scheds = 1;
	return 0;
}

static int vasic_gmc_early_init(struct amdgpu_ip_block *ip_block)
{
	ip_block->adev->gmc.gmc_funcs = &vasic_gmc_funcs;
	return 0;
}

static int vasic_gmc_sw_init(struct amdgpu_ip_block *ip_block)
{
	struct amdgpu_device *adev = ip_block->adev;
	struct amdgpu_gmc *gmc = &adev->gmc;
	int r;

	gmc->mc_mask = GENMASK_ULL(47, 0);
	vasic_compat_pte_mask(adev);
	gmc->aper_base = pci_resource_start(adev->pdev, 0);
	gmc->aper_size = pci_resource_len(adev->pdev, 0);
	gmc->mc_vram_size = gmc->aper_size;
	gmc->real_vram_size = gmc->aper_size;
	gmc->visible_vram_size = gmc->aper_size;
	gmc->gart_size = SZ_512M;
	set_bit(AMDGPU_GFXHUB(0), adev->vmhubs_mask);

	r = dma_set_mask_and_coherent(adev->dev, DMA_BIT_MASK(44));
	if (r)
		return r;

	amdgpu_vm_adjust_size(adev, 256 * 1024, 9, 3, 48);
	amdgpu_gmc_set_agp_default(adev, gmc);
	amdgpu_gmc_vram_location(adev, gmc, 0);
	amdgpu_gmc_gart_location(adev, gmc, AMDGPU_GART_PLACEMENT_HIGH);

	r = vasic_sched_init(vasic_of(adev));
	if (r)
		return r;
	r = amdgpu_bo_init(adev);
	if (r)
		return r;
	r = amdgpu_gart_init(adev);
	if (r)
		return r;
	adev->gart.table_size = adev->gart.num_gpu_pages * 8;
	r = amdgpu_gart_table_vram_alloc(adev);
	if (r)
		return r;

	adev->vm_manager.first_kfd_vmid = 1;
	amdgpu_vm_manager_init(adev);
	adev->vm_manager.vm_update_mode = AMDGPU_VM_USE_CPU_FOR_GFX | AMDGPU_VM_USE_CPU_FOR_COMPUTE;
	return 0;
}

static int vasic_gmc_sw_fini(struct amdgpu_ip_block *ip_block)
{
	struct amdgpu_device *adev = ip_block->adev;

	amdgpu_vm_manager_fini(adev);
	amdgpu_gart_table_vram_free(adev);
	amdgpu_gem_force_release(adev);
	amdgpu_bo_fini(adev);
	drm_sched_fini(&vasic_of(adev)->sched);
	return 0;
}

static int vasic_gmc_hw_init(struct amdgpu_ip_block *ip_block)
{
	amdgpu_gtt_mgr_recover(&ip_block->adev->mman.gtt_mgr);
	return 0;
}

static int vasic_gmc_hw_fini(struct amdgpu_ip_block *ip_block)
{
	return 0;
}

/*
 * Whether the walk finds what the driver mapped: a field of the page table format that a kernel
 * fills in otherwise than expected would turn every later access into one of a wrong page.
 */
static int vasic_gmc_late_init(struct amdgpu_ip_block *ip_block)
{
	struct amdgpu_device *adev = ip_block->adev;
	u64 pattern = 0x5643705541534943ull, addr, seen = 0, *cpu;
	struct amdgpu_bo *bo = NULL;
	int r;

	r = amdgpu_bo_create_kernel(adev, 2 * PAGE_SIZE, PAGE_SIZE, AMDGPU_GEM_DOMAIN_GTT, &bo,
				    &addr, (void **)&cpu);
	if (r)
		return r;
	/* The second page: a walk that always ends at one address must not pass. */
	cpu[PAGE_SIZE / sizeof(*cpu)] = pattern;
	r = vasic_gart_read(vasic_of(adev), addr + PAGE_SIZE, &seen, sizeof(seen));
	if (!r && seen != pattern)
		r = -EIO;
	if (r)
		dev_err(adev->dev, "vasic: GART walk of 0x%llx found 0x%llx (%d)\n", addr, seen, r);
	amdgpu_bo_free_kernel(&bo, &addr, (void **)&cpu);
	return r;
}

static int vasic_gmc_gating(struct amdgpu_ip_block *ip_block, enum amd_clockgating_state state)
{
	return 0;
}

static int vasic_gmc_power_gating(struct amdgpu_ip_block *ip_block,
				  enum amd_powergating_state state)
{
	return 0;
}

static const struct amd_ip_funcs vasic_gmc_ip_funcs = {
	.name = "vasic_gmc",
	.early_init = vasic_gmc_early_init,
	.late_init = vasic_gmc_late_init,
	.sw_init = vasic_gmc_sw_init,
	.sw_fini = vasic_gmc_sw_fini,
	.hw_init = vasic_gmc_hw_init,
	.hw_fini = vasic_gmc_hw_fini,
	.set_clockgating_state = vasic_gmc_gating,
	.set_powergating_state = vasic_gmc_power_gating,
};

const struct amdgpu_ip_block_version vasic_gmc_block = {
	.type = AMD_IP_BLOCK_TYPE_GMC,
	.major = 11,
	.funcs = &vasic_gmc_ip_funcs,
};
