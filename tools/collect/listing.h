/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_COLLECT_LISTING_H
#define AMDFENCE_COLLECT_LISTING_H

#include "model/snapshot.h"

/**
 * Reads a listing of fence drivers in place of what @snapshot holds. The kernel
 * takes spin locks for it, and never sleeps (amdgpu_userq_fence.c of
 * kernel-patch/), so that it may be read without a child process.
 */
void collect_listing(const char *path, struct listing_snapshot *snapshot);

/** Why there is none, and what to do about it, "" if nothing. Not for SOURCE_OK. */
const char *listing_remedy(const struct listing_snapshot *snapshot);

#endif
