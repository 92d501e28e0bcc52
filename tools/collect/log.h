/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_COLLECT_LOG_H
#define AMDFENCE_COLLECT_LOG_H

#include "model/dump.h"

/**
 * The last lines of the kernel's log that speak of amdgpu or the device at @pci, without the
 * names of programs and addresses that are in them. -ENOMEM.
 */
int collect_log(const char *pci, struct driver_log *log);
/** The same of @fd, which gives a record a read and does not block; it stays the caller's. */
int collect_log_of(int fd, const char *pci, struct driver_log *log);

#endif
