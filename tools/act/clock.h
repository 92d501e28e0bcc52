/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_CLOCK_H
#define AMDFENCE_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Since some moment that stays the same. */
static inline uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static inline void sleep_ms(unsigned ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l};

	nanosleep(&pause, NULL);
}

#endif
