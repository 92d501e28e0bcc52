// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: memory as its engines see it.
 *
 * Addresses are looked up in the tables the driver wrote, one page at a time, and used under
 * tlb_lock, so that a TLB flush may mean what it means in silicon (vasic_gmc.c). No IOMMU is
 * expected: DMA addresses are physical ones. That is QEMU's default, and checked at start.
 */
#include <linux/mm.h>

#include "vasic.h"

#include "amdgpu_gart.h"
#include "amdgpu_gmc.h"
#include "amdgpu_vm.h"

#define ENTRY_ADDR GENMASK_ULL(47, 12)

/* The memory an entry of a page table or directory leads to, plus @offset. */
static void *resolve(struct vasic *v, u64 entry, u64 offset)
{
	struct amdgpu_device *adev = v->adev;
	u64 addr = (entry & ENTRY_ADDR) + offset;

	if (entry & AMDGPU_PTE_SYSTEM)
		return pfn_valid(PHYS_PFN(addr)) ? phys_to_virt(addr) : NULL;
	if (addr >= adev->gmc.real_vram_size)
		return NULL;
	return (__force u8 *)adev->mman.aper_base_kaddr + addr;
}

static void *gart_lookup(struct vasic *v, u64 addr)
{
	struct amdgpu_device *adev = v->adev;
	struct amdgpu_gmc *gmc = &adev->gmc;
	u64 pte;

	if (addr >= gmc->vram_start && addr <= gmc->vram_end)
		return resolve(v, (addr - gmc->vram_start) & PAGE_MASK, offset_in_page(addr));
	if (addr < gmc->gart_start || addr > gmc->gart_end || !adev->gart.ptr)
		return NULL;
	pte = READ_ONCE(((u64 *)adev->gart.ptr)[(addr - gmc->gart_start) >> PAGE_SHIFT]);
	if (!(pte & AMDGPU_PTE_VALID))
		return NULL;
	return resolve(v, pte, offset_in_page(addr));
}

/* Four levels of 9 bits, as vasic_gmc_sw_init() asked for. */
static void *vm_lookup(struct vasic *v, u64 page_table, u64 va, u64 access)
{
	u64 entry = page_table, *table;
	int shift;

	for (shift = 39; shift >= 12; shift -= 9) {
		table = resolve(v, entry, 0);
		if (!table)
			return NULL;
		entry = READ_ONCE(table[(va >> shift) & 511]);
		if (!(entry & AMDGPU_PTE_VALID))
			return NULL;
		if (shift == 12 || entry & AMDGPU_PDE_PTE)
			break;
	}
	if (!(entry & access))
		return NULL;
	return resolve(v, entry, va & (BIT_ULL(shift) - 1));
}

/* Fences and pointers are read and written whole and in order, as by the hardware. */
static void copy(void *dst, const void *src, u32 bytes)
{
	if (bytes == 8 && IS_ALIGNED((uintptr_t)dst | (uintptr_t)src, 8))
		smp_store_release((u64 *)dst, smp_load_acquire((const u64 *)src));
	else if (bytes == 4 && IS_ALIGNED((uintptr_t)dst | (uintptr_t)src, 4))
		smp_store_release((u32 *)dst, smp_load_acquire((const u32 *)src));
	else
		memcpy(dst, src, bytes);
}

/* @page_table 0: an address of VMID 0, the GART's. */
static int access_memory(struct vasic *v, u64 page_table, u64 addr, void *buf, u32 bytes,
			 u64 access)
{
	u32 n;

	for (; bytes; addr += n, buf += n, bytes -= n) {
		void *mem;

		n = min_t(u32, bytes, PAGE_SIZE - offset_in_page(addr));
		spin_lock(&v->tlb_lock);
		mem = page_table ? vm_lookup(v, page_table, addr, access) : gart_lookup(v, addr);
		if (mem && access == AMDGPU_PTE_WRITEABLE)
			copy(mem, buf, n);
		else if (mem)
			copy(buf, mem, n);
		spin_unlock(&v->tlb_lock);
		if (!mem)
			return -EFAULT;
	}
	return 0;
}

int vasic_gart_read(struct vasic *v, u64 addr, void *dst, u32 bytes)
{
	return access_memory(v, 0, addr, dst, bytes, AMDGPU_PTE_READABLE);
}

int vasic_gart_write(struct vasic *v, u64 addr, const void *src, u32 bytes)
{
	return access_memory(v, 0, addr, (void *)src, bytes, AMDGPU_PTE_WRITEABLE);
}

int vasic_vm_read(struct vasic *v, u64 page_table, u64 va, void *dst, u32 bytes)
{
	return access_memory(v, page_table, va, dst, bytes, AMDGPU_PTE_READABLE);
}

int vasic_vm_write(struct vasic *v, u64 page_table, u64 va, const void *src, u32 bytes)
{
	return access_memory(v, page_table, va, (void *)src, bytes, AMDGPU_PTE_WRITEABLE);
}
