/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_COLLECT_SYSTEM_H
#define AMDFENCE_COLLECT_SYSTEM_H

#include "model/snapshot.h"

void collect_system(struct system_snapshot *system);

#endif
