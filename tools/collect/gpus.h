/* SPDX-License-Identifier: MIT */
/* Which GPUs there are, found without opening a device. */
#ifndef AMDFENCE_COLLECT_GPUS_H
#define AMDFENCE_COLLECT_GPUS_H

#include "model/snapshot.h"

#define MAX_GPUS 64

/** Fills in node, pci and name of each GPU that amdgpu drives. How many; no more than MAX_GPUS. */
unsigned collect_gpus(struct gpu_snapshot gpus[MAX_GPUS]);

/** Fills in pci and name of the GPU with this node, as far as they are known. */
void collect_gpu_of_node(struct gpu_snapshot *gpu);

/** GPUs of AMD on the PCI bus, whatever drives them. */
unsigned collect_amd_on_pci(void);

#endif
