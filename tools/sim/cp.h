/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Virtual command processor: executes the packets of one user queue.
 *
 * Freestanding, no allocation, no globals: the same source is built into the
 * lab's kernel (tests/lab/asic/) and into programs. Memory, the protected
 * fence and the interrupt are the caller's, through struct vcp_ops.
 *
 * Two languages: PM4, spoken by GFX and COMPUTE, and SDMA's own. Where the
 * encodings come from; nvd.h, gfx_v11_0.c and sdma_v6_0*.[ch] are Linux 6.18's
 * in drivers/gpu/drm/amd/amdgpu, sid.h and amdgpu_cs.cpp Mesa's (src/amd/common,
 * src/gallium/winsys/amdgpu/drm), amd_ip_blocks.[ch] IGT's (lib/amdgpu):
 *
 * - PM4 header, NOP, type 2 filler: nvd.h PACKET3(), CP_PACKET2; a NOP that is
 *   only its header: sid.h PKT3_NOP_PAD
 * - WRITE_DATA: nvd.h PACKET3_WRITE_DATA, WRITE_DATA_DST_SEL
 * - RELEASE_MEM: nvd.h PACKET3_RELEASE_MEM, gfx_v11_0.c
 *   gfx_v11_0_ring_emit_fence()
 * - INDIRECT_BUFFER: sid.h PKT3_INDIRECT_BUFFER, amd_ip_blocks.c
 *   user_queue_submit()
 * - HDP_FLUSH: sid.h PKT3_HDP_FLUSH; there is nothing to flush here
 * - FENCE_WAIT_MULTI: sid.h PKT3_FENCE_WAIT_MULTI, S_D10_*; its pairs, at most
 *   32: amdgpu_cs.cpp amdgpu_cs_add_userq_packets()
 * - PROTECTED_FENCE_SIGNAL: sid.h; it writes the read position (comment of
 *   amdgpu_userq_fence_read_wptr() in amdgpu_userq_fence.c, Linux 6.18), which
 *   is the submission's wptr because it comes last
 * - SDMA NOP, WRITE, FENCE, TRAP, POLL_REGMEM, INDIRECT: sdma_v6_0_0_pkt_open.h,
 *   sdma_v6_0.c
 * - SDMA protected fence, a FENCE of one dword with sub-opcode 3: IGT
 *   amd_sdma.h, amd_ip_blocks.c user_queue_submit(). Firmware older than the
 *   driver accepts for user queues had it at 1
 * - wptr and rptr count dwords for PM4 and bytes for SDMA: sdma_v6_0.c
 *   sdma_v6_0_ring_set_wptr(), amd_ip_blocks.h amdgpu_sdma_pkt_end()
 */
#ifndef VCP_H
#define VCP_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

/* PM4 */
#define VCP_PM4(op, count)      ((3u << 30) | ((uint32_t)(count) << 16) | ((uint32_t)(op) << 8))
#define VCP_PM4_FILLER          (2u << 30)
#define VCP_PM4_HEADER_ONLY     0x3fffu /* a NOP's count: no payload at all */
#define VCP_OP_NOP              0x10u
#define VCP_OP_WRITE_DATA       0x37u
#define VCP_OP_INDIRECT_BUFFER  0x3fu
#define VCP_OP_RELEASE_MEM      0x49u
#define VCP_OP_HDP_FLUSH        0x95u
#define VCP_OP_FENCE_SIGNAL     0xd0u
#define VCP_OP_FENCE_WAIT_MULTI 0xd1u
#define VCP_FENCE_WAIT_MAX      32u

/* SDMA */
#define VCP_SDMA(op, sub)      ((uint32_t)(op) | ((uint32_t)(sub) << 8))
#define VCP_SDMA_NOP           0u
#define VCP_SDMA_WRITE         2u
#define VCP_SDMA_INDIRECT      4u
#define VCP_SDMA_FENCE         5u
#define VCP_SDMA_TRAP          6u
#define VCP_SDMA_POLL_REGMEM   8u
#define VCP_SDMA_SUB_PROTECTED 3u /* of FENCE */

enum vcp_engine { VCP_PM4_ENGINE, VCP_SDMA_ENGINE };

enum vcp_status {
	VCP_DONE,  /* one packet executed */
	VCP_IDLE,  /* nothing to execute */
	VCP_STALL, /* a wait is not fulfilled yet: step again later */
	VCP_FAULT, /* refused; the queue stays at this packet for ever */
};

/* Each returns 0 or, if the address is not mapped for that access, anything else. */
struct vcp_ops {
	int (*read)(void *ctx, uint64_t va, void *dst, uint32_t bytes);
	int (*write)(void *ctx, uint64_t va, const void *src, uint32_t bytes);
	int (*signal)(void *ctx, uint64_t value); /* write the queue's protected fence */
	void (*interrupt)(void *ctx);             /* end of pipe, or trap */
};

struct vcp_stream {
	uint64_t va;
	uint32_t dwords;
	uint32_t pos; /* dwords */
};

struct vcp {
	const struct vcp_ops *ops;
	void *ctx;
	enum vcp_engine engine;
	struct vcp_stream ring;
	struct vcp_stream ib; /* dwords is 0 outside an indirect buffer */
	uint32_t ib_packet;   /* length of the packet that led into it */
	uint64_t wptr;        /* as the client wrote it */
	const char *fault;    /* why, once refused */
	uint64_t fault_va;    /* the address, if it was one */
};

/* @rptr: where to begin, in the engine's unit. An impossible ring faults at the first step. */
void vcp_init(struct vcp *cp, enum vcp_engine engine, uint64_t ring_va, uint32_t ring_bytes,
	      uint64_t rptr, const struct vcp_ops *ops, void *ctx);

/* The doorbell: @wptr in the engine's unit, growing for ever or wrapped at the ring's size. */
void vcp_set_wptr(struct vcp *cp, uint64_t wptr);

/* The read position as the client counts: equal to wptr when all is done. */
uint64_t vcp_rptr(const struct vcp *cp);

bool vcp_is_idle(const struct vcp *cp);

/* At most one packet. */
enum vcp_status vcp_step(struct vcp *cp);

#endif
