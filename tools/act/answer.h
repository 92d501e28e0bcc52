/* SPDX-License-Identifier: MIT */
/* Messages between processes of ours that may carry a file. */
#ifndef AMDFENCE_ANSWER_H
#define AMDFENCE_ANSWER_H

#include <stddef.h>

/** @fd: -1 for none; it stays the caller's. -errno. */
int answer_send(int sock, const void *msg, size_t size, int fd);

/**
 * Waits for one of exactly @size bytes; @fd gets its file, the caller's from
 * now on, or -1. -ECONNRESET when there is nobody at the other end any more.
 */
int answer_receive(int sock, void *msg, size_t size, int *fd);

#endif
