/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_COLLECT_QUEUES_H
#define AMDFENCE_COLLECT_QUEUES_H

#include "model/dump.h"

/**
 * The live queues of a device, by client, as debugfs has them.
 * @dri: the folder dri/ of debugfs
 * @pci: of the device; clients of others are left out
 *
 * Only while a DRM file is open can a kernel that has no folders for clients be told from one
 * without clients: the caller has one. Reading takes the reservation of each queue's MQD, without
 * end when somebody keeps that (amdgpu_mqd_info_read(), 6.18.15 in amdgpu_userq.c, 7.3.4 in
 * amdgpu_debugfs.c): to be done where it may hang. -ENOMEM.
 */
int collect_queues(const char *dri, const char *pci, struct queues *queues);

#endif
