// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/gpus.h"

#include <limits.h>
#include <pciaccess.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xf86drm.h>

#define VENDOR_AMD    0x1002
#define CLASS_DISPLAY 0x03 /* the PCI base class */

static bool is_amd_gpu(const struct pci_device *pci)
{
	return pci->vendor_id == VENDOR_AMD && pci->device_class >> 16 == CLASS_DISPLAY;
}

/* The kernel driver that a PCI device is bound to, as sysfs has it. */
static bool is_driven_by_amdgpu(const char *address)
{
	char path[PATH_MAX], target[PATH_MAX];
	const char *name;
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", address);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	name = strrchr(target, '/');
	return name && strcmp(name + 1, "amdgpu") == 0;
}

static void describe(const struct pci_device *pci, struct gpu_snapshot *gpu)
{
	const char *name = pci_device_get_device_name(pci);

	snprintf(gpu->pci, sizeof(gpu->pci), "%04x:%02x:%02x.%u", pci->domain, pci->bus, pci->dev,
		 pci->func);
	if (name)
		snprintf(gpu->name, sizeof(gpu->name), "%s", name);
	else
		snprintf(gpu->name, sizeof(gpu->name), "AMD %04x", pci->device_id);
}

/* The render node of a PCI device, or "" if the driver made none. */
static void find_node(const char *address, char *node, size_t size)
{
	drmDevicePtr devices[MAX_GPUS];
	int num = drmGetDevices2(0, devices, MAX_GPUS);
	char bus[32];

	for (int i = 0; i < num; i++) {
		const drmDevicePtr device = devices[i];
		const drmPciBusInfo *at = device->businfo.pci;

		if (device->bustype != DRM_BUS_PCI ||
		    !(device->available_nodes & 1 << DRM_NODE_RENDER))
			continue;
		snprintf(bus, sizeof(bus), "%04x:%02x:%02x.%u", at->domain, at->bus, at->dev,
			 at->func);
		if (strcmp(bus, address) == 0)
			snprintf(node, size, "%s", device->nodes[DRM_NODE_RENDER]);
	}
	if (num > 0)
		drmFreeDevices(devices, num);
}

/* Calls @take for each AMD GPU until it returns false. */
static void for_each_amd_gpu(bool (*take)(const struct pci_device *, void *), void *arg)
{
	struct pci_device_iterator *iterator;
	struct pci_device *pci;

	if (pci_system_init() != 0)
		return;
	iterator = pci_slot_match_iterator_create(NULL);
	while ((pci = pci_device_next(iterator)))
		if (is_amd_gpu(pci) && !take(pci, arg))
			break;
	pci_iterator_destroy(iterator);
	pci_system_cleanup();
}

struct list {
	struct gpu_snapshot *gpus;
	unsigned num;
};

static bool take_driven(const struct pci_device *pci, void *arg)
{
	struct list *list = arg;
	struct gpu_snapshot *gpu = &list->gpus[list->num];

	*gpu = (struct gpu_snapshot){0};
	describe(pci, gpu);
	if (!is_driven_by_amdgpu(gpu->pci))
		return true;
	find_node(gpu->pci, gpu->node, sizeof(gpu->node));
	return ++list->num < MAX_GPUS;
}

unsigned collect_gpus(struct gpu_snapshot gpus[MAX_GPUS])
{
	struct list list = {.gpus = gpus};

	for_each_amd_gpu(take_driven, &list);
	return list.num;
}

static bool count_one(const struct pci_device *pci, void *arg)
{
	(void)pci;
	++*(unsigned *)arg;
	return true;
}

unsigned collect_amd_on_pci(void)
{
	unsigned num = 0;

	for_each_amd_gpu(count_one, &num);
	return num;
}

void collect_gpu_of_node(struct gpu_snapshot *gpu)
{
	struct gpu_snapshot gpus[MAX_GPUS];
	unsigned num = collect_gpus(gpus);
	char *asked = realpath(gpu->node, NULL);

	for (unsigned i = 0; asked && i < num; i++) {
		if (strcmp(gpus[i].node, asked) != 0)
			continue;
		memcpy(gpu->pci, gpus[i].pci, sizeof(gpu->pci));
		memcpy(gpu->name, gpus[i].name, sizeof(gpu->name));
	}
	free(asked);
}
