/* SPDX-License-Identifier: MIT */
/* Timelines that user space signals (sw_sync), and files of fences. Files are -errno on failure. */
#ifndef AMDFENCE_SW_SYNC_H
#define AMDFENCE_SW_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#define SW_SYNC_PATH "/sys/kernel/debug/sync/sw_sync"

struct sync_view;

/** A new timeline, at 0. Each open file is one; to close it fails its pending fences. */
int sw_sync_open(const char *path);
/** A fence that is signaled when the timeline reaches @point. */
int sw_sync_fence(int timeline, uint32_t point);
/** 0 or -errno. */
int sw_sync_advance(int timeline, uint32_t by);

/** A fence of all that are pending in both. */
int sync_file_merge(int a, int b);
/** Status of the fence: 0 pending, 1 signaled, or its error, into @status. 0 or -errno. */
int sync_file_status(int file, int *status);
/** Fills in all of @view but polled. 0 or -errno. */
int sync_file_view(int file, struct sync_view *view);
/** 1 once the fence is signaled, 0 when it is not within @timeout_ms, -errno. */
int sync_file_poll(int file, unsigned timeout_ms);

/** Of either kind; nothing if negative. */
void sw_sync_close(int file);

#endif
