/* SPDX-License-Identifier: MIT */
#ifndef AMDFENCE_RANDOM_H
#define AMDFENCE_RANDOM_H

#include <stdint.h>

/** splitmix64: small, and the same everywhere. */
static inline uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static inline unsigned random_below(uint64_t *state, unsigned limit)
{
	return random_next(state) % limit;
}

/** Of a seed, for case @number of @group: it does not depend on those before it. */
static inline uint64_t random_of(uint64_t seed, unsigned group, uint64_t number)
{
	return seed ^ (number * 0xd1342543de82ef95 + group);
}

#endif
