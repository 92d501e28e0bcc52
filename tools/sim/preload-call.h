/* SPDX-License-Identifier: MIT */
/* A call on its way to the server and back. */
#ifndef SIM_PRELOAD_CALL_H
#define SIM_PRELOAD_CALL_H

#include "preload.h"

/* A raw system call: the result or -errno, and errno as it was. */
#define CALL(number, ...)                                                                          \
	({                                                                                         \
		int errno_ = errno;                                                                \
		long result_ = syscall(number, __VA_ARGS__);                                       \
		result_ = result_ < 0 ? -errno : result_;                                          \
		errno = errno_;                                                                    \
		result_;                                                                           \
	})

/*
 * Signals are blocked during a call, as nothing of a program runs in the middle of a system call
 * either. One that would end a sleep in the kernel is reported to the server; when the call has
 * come back, the handler runs, and the call fails or is begun again as sigaction() has it.
 */
struct call {
	int channel;
	uint64_t blocked; /* before the call */
	int signals;      /* a signalfd, or -1 */
	bool is_cancelled;
	bool is_restarted;
};

long call_answer(const struct call *call, uint32_t what, long value, const void *data, size_t bytes,
		 int fd);

/* ---- preload-signal.c ---------------------------------------------------- */

/* Until the server has something to say; cancels the call when a signal comes. */
void call_wait(struct call *call);

#endif
