/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels 6.18 to 7.3 differ for us: all of it is here. */
#ifndef VASIC_COMPAT_H
#define VASIC_COMPAT_H

#include <linux/version.h>

#include "amdgpu_userq_fence.h"
#include "vasic.h"

/*
 * The end of pipe, as gfx_v11_0_eop_irq() and sdma_v6_0_process_fence_irq() deliver it.
 *
 * Up to 7.0 these process the fences under the xarray's lock and hang for good if that drops
 * the last reference of a fence driver, whose release takes the same lock. @locked does it
 * their way; otherwise a reference of our own stands in for the lock.
 */
static inline void vasic_compat_eop(struct amdgpu_device *adev, u32 doorbell, bool locked)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
	amdgpu_userq_process_fence_irq(adev, doorbell);
#else
	struct amdgpu_userq_fence_driver *drv;
	struct xarray *xa = &adev->userq_xa;
	unsigned long flags;

	xa_lock_irqsave(xa, flags);
	drv = xa_load(xa, doorbell);
	if (drv && locked)
		amdgpu_userq_fence_driver_process(drv);
	else if (drv && !kref_get_unless_zero(&drv->refcount))
		drv = NULL;
	xa_unlock_irqrestore(xa, flags);
	if (drv && !locked) {
		amdgpu_userq_fence_driver_process(drv);
		amdgpu_userq_fence_driver_put(drv);
	}
#endif
}

/* Up to 6.18 amdgpu_device_ip_init() looks at the ring for buffer moves without asking if any. */
static inline void vasic_compat_no_buffer_ring(struct amdgpu_device *adev)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	adev->mman.buffer_funcs_ring = &adev->sdma.instance[0].ring;
#endif
}

/* From 7.0 AMDGPU_INFO_UQ_FW_AREAS answers for COMPUTE and SDMA too. */
static inline void vasic_compat_eop_area(struct amdgpu_gfx_shadow_info *info)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	info->eop_size = 2048;
	info->eop_alignment = 256;
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
static inline void vasic_compat_csa_info(struct amdgpu_device *adev,
					 struct amdgpu_sdma_csa_info *info)
{
	info->size = 32;
	info->alignment = 4;
}
#endif

static inline void vasic_compat_sdma_area(struct amdgpu_device *adev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	adev->sdma.get_csa_info = vasic_compat_csa_info;
#endif
}

/* One array in 6.18, one per MES pipe since. */
static inline void **vasic_compat_hung_doorbells(struct amdgpu_mes *mes)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
	return &mes->hung_queue_db_array_cpu_addr[0];
#else
	return &mes->hung_queue_db_array_cpu_addr;
#endif
}

/* gfx_v11_0_sw_init() does this; amdgpu_gfx_reset_mes_compute() takes it. */
static inline void vasic_compat_compute_reset(struct amdgpu_device *adev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 3, 0)
	mutex_init(&adev->gfx.mec.reset_mutex);
#endif
}

static inline void vasic_compat_pte_mask(struct amdgpu_device *adev)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
	adev->gmc.pte_addr_mask = GENMASK_ULL(47, 12);
#endif
}

#endif
