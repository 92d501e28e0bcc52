// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the PCI device.
 *
 * QEMU's ivshmem has its shared memory in BAR 2. An AMD device has VRAM in BAR 0, doorbells in
 * BAR 2 and registers in BAR 5; all three are carved out of that memory. Only the kernel's view
 * changes, the config space stays as QEMU made it.
 */
#include <linux/pci.h>

#include "vasic.h"

bool vasic_is_ours(struct pci_dev *pdev)
{
	return pdev->vendor == PCI_VENDOR_ID_ATI && pdev->device == VASIC_PCI_DEVICE;
}

static void carve(struct pci_dev *pdev, int bar, struct resource *parent, resource_size_t start,
		  resource_size_t bytes)
{
	struct resource *res = &pdev->resource[bar];

	*res = DEFINE_RES_MEM_NAMED(start, bytes, pci_name(pdev));
	res->flags |= IORESOURCE_MEM_64 | IORESOURCE_PREFETCH;
	if (request_resource(parent, res))
		pci_err(pdev, "vasic: BAR %d %pR is not free\n", bar, res);
}

static void vasic_pci_fixup(struct pci_dev *pdev)
{
	struct resource *shm = &pdev->resource[2], *parent = shm->parent;
	resource_size_t start = shm->start, bytes = resource_size(shm);

	if (!parent || bytes < SZ_64M) {
		pci_notice(pdev, "vasic: no memory, or less than 64 MiB: left alone\n");
		return;
	}
	release_resource(shm);
	if (pdev->resource[0].parent)
		release_resource(&pdev->resource[0]);

	carve(pdev, 0, parent, start, bytes / 2);
	carve(pdev, 2, parent, start + bytes / 2, VASIC_DOORBELL_BYTES);
	carve(pdev, 5, parent, start + bytes / 2 + VASIC_DOORBELL_BYTES, VASIC_MMIO_BYTES);

	pdev->vendor = PCI_VENDOR_ID_ATI;
	pdev->class = PCI_CLASS_DISPLAY_OTHER << 8;
}
DECLARE_PCI_FIXUP_FINAL(VASIC_PCI_VENDOR, VASIC_PCI_DEVICE, vasic_pci_fixup);
