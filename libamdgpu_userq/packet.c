// SPDX-License-Identifier: MIT
/*
 * Packets for GFX 11 and 12, and SDMA 6 and 7.
 *
 * PM4 header, NOP, WRITE_DATA: Linux amdgpu/nvd.h, gfx_v11_0.c (.nop).
 * SDMA NOP and WRITE: Linux amdgpu/sdma_v6_0_0_pkt_open.h, sdma_v6_0.c
 * (sdma_v6_0_ring_test_ring).
 * PROTECTED_FENCE_SIGNAL, FENCE_WAIT_MULTI: Mesa src/amd/common/sid.h, and
 * src/gallium/winsys/amdgpu/drm/amdgpu_cs.cpp for their bodies.
 * SDMA protected fence: IGT lib/amdgpu/amd_sdma.h and amd_ip_blocks.c
 * (user_queue_submit).
 */
#include "internal.h"

#define PM4(op, body)    (3u << 30 | ((body)-1u) << 16 | (op) << 8) /* @body: dwords after it */
#define PM4_NOP_ALONE    0xffff1000u                                /* a NOP without a body */
#define PM4_WRITE_DATA   0x37u
#define PM4_FENCE_SIGNAL 0xd0u
#define PM4_FENCE_WAIT   0xd1u

#define WRITE_TO_MEMORY    (5u << 8)
#define WRITE_CONFIRMED    (1u << 20)
#define WRITE_UNCACHED     (3u << 25) /* bypass: the CPU looks at the result */
#define FENCE_WAIT_BY_ME   (1u << 0)
#define FENCE_WAIT_POLL(n) ((n) << 16)

#define SDMA(op, sub)        ((op) | (sub) << 8)
#define SDMA_NOP             SDMA(0u, 0u)
#define SDMA_WRITE           SDMA(2u, 0u)
#define SDMA_PROTECTED_FENCE SDMA(5u, 3u)

static void put_address(uint32_t *dw, uint64_t va)
{
	dw[0] = (uint32_t)va;
	dw[1] = (uint32_t)(va >> 32);
}

uint32_t auq_packet_nop(enum auq_ip ip)
{
	return ip == AUQ_IP_SDMA ? SDMA_NOP : PM4_NOP_ALONE;
}

uint32_t auq_packet_write(enum auq_ip ip, uint32_t *dw, uint64_t va, uint32_t value)
{
	if (ip == AUQ_IP_SDMA) {
		dw[0] = SDMA_WRITE;
		put_address(&dw[1], va);
		dw[3] = 0; /* dwords less one */
	} else {
		dw[0] = PM4(PM4_WRITE_DATA, 4);
		dw[1] = WRITE_TO_MEMORY | WRITE_CONFIRMED | WRITE_UNCACHED;
		put_address(&dw[2], va);
	}
	dw[4] = value;
	return 5;
}

uint32_t auq_packet_fence_signal(enum auq_ip ip, uint32_t *dw)
{
	if (ip == AUQ_IP_SDMA) {
		dw[0] = SDMA_PROTECTED_FENCE;
		return 1;
	}
	dw[0] = PM4(PM4_FENCE_SIGNAL, 1);
	dw[1] = 0;
	return 2;
}

uint32_t auq_packet_fence_wait(uint32_t *dw, const struct auq_fence *fences, uint32_t count)
{
	uint32_t i;

	dw[0] = PM4(PM4_FENCE_WAIT, 1 + 4 * count);
	dw[1] = FENCE_WAIT_BY_ME | FENCE_WAIT_POLL(4u);
	for (i = 0; i < count; i++) {
		put_address(&dw[2 + 4 * i], fences[i].va);
		put_address(&dw[4 + 4 * i], fences[i].value);
	}
	return 2 + 4 * count;
}
