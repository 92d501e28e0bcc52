// SPDX-License-Identifier: MIT
/*
 * Packets for GFX and COMPUTE 11 and 12, and SDMA 6 and 7.
 *
 * PM4 header, NOP, WRITE_DATA: Linux amdgpu/nvd.h, gfx_v11_0.c (.nop).
 * RELEASE_MEM: nvd.h; gfx_v11_0.c, gfx_v11_0_ring_emit_fence(); gfx_v12_0.c,
 * gfx_v12_0_ring_emit_fence(); CACHE_FLUSH_AND_INV_TS_EVENT in soc21_enum.h and
 * soc24_enum.h.
 * SDMA NOP, WRITE and FENCE: Linux amdgpu/sdma_v6_0_0_pkt_open.h, which
 * sdma_v7_0.c takes as well; sdma_v6_0.c (sdma_v6_0_ring_test_ring(),
 * sdma_v6_0_ring_emit_fence()).
 * PROTECTED_FENCE_SIGNAL, FENCE_WAIT_MULTI: Mesa src/amd/common/sid.h, and
 * src/gallium/winsys/amdgpu/drm/amdgpu_cs.cpp for their bodies.
 * SDMA protected fence: IGT lib/amdgpu/amd_sdma.h and amd_ip_blocks.c
 * (user_queue_submit).
 */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define PM4(op, body)    (3u << 30 | ((body)-1u) << 16 | (op) << 8) /* @body: dwords after it */
#define PM4_NOP_ALONE    0xffff1000u                                /* a NOP without a body */
#define PM4_WRITE_DATA   0x37u
#define PM4_RELEASE_MEM  0x49u
#define PM4_FENCE_SIGNAL 0xd0u
#define PM4_FENCE_WAIT   0xd1u

#define WRITE_HEAD      4u     /* dwords in front of the data, in either language */
#define WRITE_MOST      16380u /* that the count of a PM4 header can say */
#define WRITE_TO_MEMORY (5u << 8)
#define WRITE_CONFIRMED (1u << 20)
#define WRITE_UNCACHED  (3u << 25) /* bypass: the CPU looks at the result */

#define FENCE_WAIT_BY_ME   (1u << 0)
#define FENCE_WAIT_POLL(n) ((n) << 16)

#define RELEASE_DWORDS      8u
#define RELEASE_EVENT       (0x14u | 5u << 8)     /* CACHE_FLUSH_AND_INV_TS_EVENT, at its end */
#define RELEASE_GLM         (1u << 12 | 1u << 13) /* metadata cache: write back and invalidate */
#define RELEASE_GL2_WB      (1u << 21)
#define RELEASE_IN_SEQUENCE (1u << 22)
#define RELEASE_UNCACHED    (3u << 25)
#define RELEASE_64_BITS     (2u << 29)

#define SDMA(op, sub)        ((op) | (sub) << 8)
#define SDMA_NOP             SDMA(0u, 0u)
#define SDMA_WRITE           SDMA(2u, 0u)
#define SDMA_FENCE           SDMA(5u, 0u)
#define SDMA_FENCE_UNCACHED  (3u << 16)
#define SDMA_PROTECTED_FENCE SDMA(5u, 3u)

static bool is_invalid(enum auq_ip ip, const uint32_t *dw, size_t room)
{
	return (unsigned int)ip >= AUQ_NUM_IPS || (!dw && room);
}

/* What is returned is an int. */
static bool is_too_long(uint64_t count, size_t room)
{
	return count > room || count > INT32_MAX;
}

static void put_u64(uint32_t *dw, uint64_t value)
{
	dw[0] = (uint32_t)value;
	dw[1] = (uint32_t)(value >> 32);
}

int auq_packet_nop(enum auq_ip ip, uint32_t *dw, size_t room, uint32_t count)
{
	uint32_t i;

	if (is_invalid(ip, dw, room))
		return -EINVAL;
	if (is_too_long(count, room))
		return -ENOSPC;
	for (i = 0; i < count; i++)
		dw[i] = ip == AUQ_IP_SDMA ? SDMA_NOP : PM4_NOP_ALONE;
	return (int)count;
}

int auq_packet_write(enum auq_ip ip, uint32_t *dw, size_t room, uint64_t va, const uint32_t *data,
		     uint32_t count)
{
	if (is_invalid(ip, dw, room) || !data || !count || count > WRITE_MOST || va & 3)
		return -EINVAL;
	if (is_too_long(WRITE_HEAD + count, room))
		return -ENOSPC;
	if (ip == AUQ_IP_SDMA) {
		dw[0] = SDMA_WRITE;
		put_u64(&dw[1], va);
		dw[3] = count - 1;
	} else {
		dw[0] = PM4(PM4_WRITE_DATA, 3 + count);
		dw[1] = WRITE_TO_MEMORY | WRITE_CONFIRMED | WRITE_UNCACHED;
		put_u64(&dw[2], va);
	}
	memcpy(&dw[WRITE_HEAD], data, count * sizeof(*data));
	return (int)(WRITE_HEAD + count);
}

int auq_packet_fence_wait(enum auq_ip ip, uint32_t *dw, size_t room, const struct auq_fence *fences,
			  uint32_t num_fences)
{
	uint64_t packets = (num_fences + (uint64_t)AUQ_FENCES_PER_WAIT - 1) / AUQ_FENCES_PER_WAIT;
	uint32_t i, left;
	uint32_t *to = dw;

	if (is_invalid(ip, dw, room) || (!fences && num_fences))
		return -EINVAL;
	if (ip == AUQ_IP_SDMA)
		return -EOPNOTSUPP;
	if (is_too_long(2 * packets + 4 * (uint64_t)num_fences, room))
		return -ENOSPC;
	for (i = 0; i < num_fences; i++) {
		if (fences[i].va & 7)
			return -EINVAL;
	}
	for (i = 0; i < num_fences; i++) {
		if (i % AUQ_FENCES_PER_WAIT == 0) {
			left = num_fences - i;
			if (left > AUQ_FENCES_PER_WAIT)
				left = AUQ_FENCES_PER_WAIT;
			*to++ = PM4(PM4_FENCE_WAIT, 1 + 4 * left);
			*to++ = FENCE_WAIT_BY_ME | FENCE_WAIT_POLL(4u);
		}
		put_u64(to, fences[i].va);
		put_u64(to + 2, fences[i].value);
		to += 4;
	}
	return (int)(to - dw);
}

static void put_sdma_fence(uint32_t *dw, uint64_t va, uint32_t value)
{
	dw[0] = SDMA_FENCE | SDMA_FENCE_UNCACHED;
	put_u64(&dw[1], va);
	dw[3] = value;
}

int auq_packet_release(enum auq_ip ip, uint32_t version_major, uint32_t *dw, size_t room,
		       uint64_t va, uint64_t value)
{
	uint32_t oldest = ip == AUQ_IP_SDMA ? 6 : 11;

	if (is_invalid(ip, dw, room) || va & 7)
		return -EINVAL;
	if (version_major != oldest && version_major != oldest + 1)
		return -EOPNOTSUPP;
	if (is_too_long(RELEASE_DWORDS, room))
		return -ENOSPC;
	if (ip == AUQ_IP_SDMA) {
		put_sdma_fence(dw, va, (uint32_t)value);
		put_sdma_fence(dw + 4, va + 4, (uint32_t)(value >> 32));
		return RELEASE_DWORDS;
	}
	dw[0] = PM4(PM4_RELEASE_MEM, 7);
	dw[1] = RELEASE_EVENT | RELEASE_GL2_WB | RELEASE_IN_SEQUENCE | RELEASE_UNCACHED;
	if (version_major == oldest)
		dw[1] |= RELEASE_GLM;
	dw[2] = RELEASE_64_BITS;
	put_u64(&dw[3], va);
	put_u64(&dw[5], value);
	dw[7] = 0;
	return RELEASE_DWORDS;
}

int auq_packet_fence_signal(enum auq_ip ip, uint32_t *dw, size_t room)
{
	int count = ip == AUQ_IP_SDMA ? 1 : 2;

	if (is_invalid(ip, dw, room))
		return -EINVAL;
	if (is_too_long((uint64_t)count, room))
		return -ENOSPC;
	if (ip == AUQ_IP_SDMA) {
		dw[0] = SDMA_PROTECTED_FENCE;
	} else {
		dw[0] = PM4(PM4_FENCE_SIGNAL, 1);
		dw[1] = 0;
	}
	return count;
}
