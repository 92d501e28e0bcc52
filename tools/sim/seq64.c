/* SPDX-License-Identifier: MIT */
/* The device's pool of fence slots: lowest first, as amdgpu_seq64.c gives them. */
#include <errno.h>

#include "device.h"

int seq64_alloc(struct gpu *gpu, uint32_t *slot)
{
	unsigned i;

	for (i = 0; i < SEQ64_SLOTS / 64; i++) {
		if (gpu->used[i] == UINT64_MAX)
			continue;
		*slot = i * 64 + (uint32_t)__builtin_ctzll(~gpu->used[i]);
		if (*slot >= gpu->faults.max_slots)
			break;
		gpu->used[i] |= 1ull << *slot % 64;
		gpu->num_used++;
		return 0;
	}
	return -ENOSPC;
}

void seq64_free(struct gpu *gpu, uint32_t slot)
{
	gpu->used[slot / 64] &= ~(1ull << slot % 64);
	gpu->num_used--;
}

uint64_t *seq64_cpu(struct gpu *gpu, uint32_t slot)
{
	return (uint64_t *)gpu->seq64->cpu + slot;
}
