/* SPDX-License-Identifier: MIT */
/* The machine around the GPU, as a bug report names it. */
#ifndef AMDFENCE_COLLECT_HOST_H
#define AMDFENCE_COLLECT_HOST_H

#include "model/dump.h"

/** Operating system, kernel, taint, libdrm, the driver's parameters. -ENOMEM. */
int collect_host(struct dump *dump);

/** The firmware of the GPU with that PCI address, as sysfs has it. -ENOMEM. */
int collect_firmware(const char *pci, struct pairs *firmware);

/** The source for an errno of opening or reading, 0 for SOURCE_OK. */
struct source source_of(int err);

#endif
