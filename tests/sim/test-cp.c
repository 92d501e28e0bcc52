// SPDX-License-Identifier: MIT
/* The packet interpreter, on a machine of one page of ring and one page of memory. */
#include <stdio.h>
#include <string.h>

#include "cp.h"

#define RING_VA 0x100000u
#define MEM_VA  0x200000u
#define RO_VA   0x300000u /* readable only */
#define DWORDS  1024u

static struct machine {
	uint32_t ring[DWORDS], mem[DWORDS], ro[DWORDS];
	uint64_t fence;
	unsigned int fences, irqs;
	struct vcp cp;
	uint32_t put; /* dwords */
} m;

static uint32_t *find(uint64_t va, uint32_t bytes, bool write)
{
	if (va >= RING_VA && va + bytes <= RING_VA + sizeof(m.ring) && !write)
		return &m.ring[(va - RING_VA) / 4];
	if (va >= MEM_VA && va + bytes <= MEM_VA + sizeof(m.mem))
		return &m.mem[(va - MEM_VA) / 4];
	if (va >= RO_VA && va + bytes <= RO_VA + sizeof(m.ro) && !write)
		return &m.ro[(va - RO_VA) / 4];
	return NULL;
}

static int mem_read(void *ctx, uint64_t va, void *dst, uint32_t bytes)
{
	uint32_t *p = find(va, bytes, false);

	(void)ctx;
	if (p)
		memcpy(dst, p, bytes);
	return p ? 0 : -1;
}

static int mem_write(void *ctx, uint64_t va, const void *src, uint32_t bytes)
{
	uint32_t *p = find(va, bytes, true);

	(void)ctx;
	if (p)
		memcpy(p, src, bytes);
	return p ? 0 : -1;
}

static int fence_write(void *ctx, uint64_t value)
{
	(void)ctx;
	m.fence = value;
	m.fences++;
	return 0;
}

static void interrupt(void *ctx)
{
	(void)ctx;
	m.irqs++;
}

static const struct vcp_ops ops = {mem_read, mem_write, fence_write, interrupt};

static void start(enum vcp_engine engine)
{
	memset(&m, 0, sizeof(m));
	vcp_init(&m.cp, engine, RING_VA, sizeof(m.ring), 0, &ops, NULL);
}

static void put(uint32_t dword)
{
	m.ring[m.put++ % DWORDS] = dword;
}

static void put64(uint64_t value)
{
	put((uint32_t)value);
	put((uint32_t)(value >> 32));
}

static uint64_t here(void)
{
	return m.cp.engine == VCP_SDMA_ENGINE ? 4ull * m.put : m.put;
}

/* Rings the doorbell and steps until something other than DONE comes. */
static enum vcp_status run(void)
{
	enum vcp_status status;

	vcp_set_wptr(&m.cp, here());
	do
		status = vcp_step(&m.cp);
	while (status == VCP_DONE);
	return status;
}

static unsigned int tests, failures;

static void check(bool ok, const char *what, int line)
{
	tests++;
	if (!ok)
		failures++;
	printf("%sok %u - %s (line %d)\n", ok ? "" : "not ", tests, what, line);
}
#define CHECK(expr) check(expr, #expr, __LINE__)

static bool faults(const char *why)
{
	return run() == VCP_FAULT && strstr(m.cp.fault, why) && vcp_rptr(&m.cp) == 0;
}

static void put_signal(void)
{
	if (m.cp.engine == VCP_SDMA_ENGINE) {
		put(VCP_SDMA(VCP_SDMA_FENCE, VCP_SDMA_SUB_PROTECTED));
	} else {
		put(VCP_PM4(VCP_OP_FENCE_SIGNAL, 0));
		put(0);
	}
}

static void test_pm4(void)
{
	start(VCP_PM4_ENGINE);
	CHECK(run() == VCP_IDLE && vcp_is_idle(&m.cp));
	put(VCP_PM4(VCP_OP_NOP, VCP_PM4_HEADER_ONLY));
	put(VCP_PM4_FILLER);
	put(VCP_PM4(VCP_OP_NOP, 1));
	put64(0x1122334455667788);
	put(VCP_PM4(VCP_OP_HDP_FLUSH, 0));
	put(0);
	put(VCP_PM4(VCP_OP_WRITE_DATA, 4));
	put(5 << 8 | 1 << 20);
	put64(MEM_VA + 8);
	put(0xaa);
	put(0xbb);
	put(VCP_PM4(VCP_OP_WRITE_DATA, 4));
	put(5 << 8 | 1 << 16);
	put64(MEM_VA + 16);
	put(0xcc);
	put(0xdd);
	CHECK(run() == VCP_IDLE);
	CHECK(m.mem[2] == 0xaa && m.mem[3] == 0xbb);
	CHECK(m.mem[4] == 0xdd && m.mem[5] == 0); /* one address for all */
	CHECK(vcp_rptr(&m.cp) == here() && !m.fences && !m.irqs);

	put_signal();
	CHECK(run() == VCP_IDLE && m.fences == 1 && m.fence == here() && m.irqs == 1);

	put(VCP_PM4(VCP_OP_RELEASE_MEM, 6));
	put(0x14 | 5 << 8);
	put(2u << 29 | 2u << 24);
	put64(MEM_VA + 24);
	put64(0x100000002);
	put(0);
	CHECK(run() == VCP_IDLE && m.mem[6] == 2 && m.mem[7] == 1 && m.irqs == 2);
	m.mem[7] = 9;
	put(VCP_PM4(VCP_OP_RELEASE_MEM, 6));
	put(0);
	put(1u << 29);
	put64(MEM_VA + 24);
	put64(0x300000004);
	put(0);
	CHECK(run() == VCP_IDLE && m.mem[6] == 4 && m.mem[7] == 9 && m.irqs == 2);
}

static void test_pm4_wait(void)
{
	start(VCP_PM4_ENGINE);
	m.ro[1] = 1; /* bits 63:32 */
	put(VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 8));
	put(1);
	put64(RO_VA);
	put64(0x100000000);
	put64(MEM_VA);
	put64(5);
	put_signal();
	CHECK(run() == VCP_STALL && vcp_rptr(&m.cp) == 0 && !m.fences);
	m.mem[0] = 4;
	CHECK(vcp_step(&m.cp) == VCP_STALL);
	m.mem[0] = 6; /* past it is as good */
	CHECK(run() == VCP_IDLE && m.fence == here());
}

static void test_pm4_ib(void)
{
	start(VCP_PM4_ENGINE);
	m.mem[100] = VCP_PM4(VCP_OP_WRITE_DATA, 3);
	m.mem[101] = 5 << 8;
	m.mem[102] = MEM_VA;
	m.mem[104] = 0x77;
	put(VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2));
	put64(MEM_VA + 400);
	put(5 | 1 << 22); /* inherits the VMID */
	put_signal();
	CHECK(run() == VCP_IDLE && m.mem[0] == 0x77 && m.fence == 6);

	put(VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2));
	put64(MEM_VA + 400);
	put(0);
	CHECK(run() == VCP_IDLE && vcp_rptr(&m.cp) == here());

	/* A fault inside leaves rptr at the packet that led there. */
	put(VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2));
	put64(MEM_VA + 400);
	put(4);
	CHECK(run() == VCP_FAULT && strstr(m.cp.fault, "indirect") && vcp_rptr(&m.cp) == 10);

	start(VCP_PM4_ENGINE);
	m.mem[0] = VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2);
	m.mem[1] = MEM_VA;
	m.mem[3] = 4;
	put(VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2));
	put64(MEM_VA);
	put(4);
	CHECK(faults("inside an indirect buffer"));
}

static void test_wrap(void)
{
	uint64_t wptr;
	int i;

	/* wptr that grows for ever */
	start(VCP_PM4_ENGINE);
	for (i = 0; i < 1000; i++) {
		put(VCP_PM4(VCP_OP_NOP, 3));
		put64(0);
		put64(0);
		put_signal();
		if (run() != VCP_IDLE || m.fence != here())
			break;
	}
	CHECK(i == 1000 && m.fence == 7000 && vcp_rptr(&m.cp) == 7000);

	/* wptr that wraps at the ring's size, two submissions seen at once */
	start(VCP_PM4_ENGINE);
	vcp_init(&m.cp, VCP_PM4_ENGINE, RING_VA, sizeof(m.ring), DWORDS - 3, &ops, NULL);
	m.put = DWORDS - 3;
	put(VCP_PM4(VCP_OP_NOP, VCP_PM4_HEADER_ONLY));
	put_signal();
	put_signal();
	wptr = m.put % DWORDS;
	vcp_set_wptr(&m.cp, wptr);
	CHECK(vcp_rptr(&m.cp) == DWORDS - 3);
	CHECK(vcp_step(&m.cp) == VCP_DONE && vcp_rptr(&m.cp) == DWORDS - 2);
	CHECK(vcp_step(&m.cp) == VCP_DONE && m.fence == 0);
	CHECK(vcp_step(&m.cp) == VCP_DONE && m.fence == 2 && vcp_rptr(&m.cp) == wptr);
}

static void test_pm4_faults(void)
{
	static const struct {
		const char *why;
		uint32_t dw[8];
		uint32_t len;
	} cases[] = {
		{"not a packet header", {0x12345678}, 1},
		{"not a packet header", {0x40000000}, 1},
		{"unknown opcode", {VCP_PM4(0xf2, 0), 0}, 2},
		{"past wptr", {VCP_PM4(VCP_OP_NOP, 5), 0}, 2},
		{"past wptr", {VCP_PM4(VCP_OP_FENCE_SIGNAL, 0)}, 1},
		{"length is not 2", {VCP_PM4(VCP_OP_FENCE_SIGNAL, 1), 0, 0}, 3},
		{"length is not 2", {VCP_PM4(VCP_OP_HDP_FLUSH, 1), 0, 0}, 3},
		{"no data", {VCP_PM4(VCP_OP_WRITE_DATA, 2), 5 << 8, MEM_VA, 0}, 4},
		{"not memory", {VCP_PM4(VCP_OP_WRITE_DATA, 3), 0, MEM_VA, 0, 1}, 5},
		{"aligned to 4", {VCP_PM4(VCP_OP_WRITE_DATA, 3), 5 << 8, MEM_VA + 2, 0, 1}, 5},
		{"write to", {VCP_PM4(VCP_OP_WRITE_DATA, 3), 5 << 8, 0xdead0000, 0, 1}, 5},
		{"write to", {VCP_PM4(VCP_OP_WRITE_DATA, 3), 5 << 8, RO_VA, 0, 1}, 5},
		{"not 8", {VCP_PM4(VCP_OP_RELEASE_MEM, 5), 0, 0, MEM_VA, 0, 0, 0}, 7},
		{"aligned to its",
		 {VCP_PM4(VCP_OP_RELEASE_MEM, 6), 0, 2u << 29, MEM_VA + 4, 0, 0, 0, 0},
		 8},
		{"immediate", {VCP_PM4(VCP_OP_RELEASE_MEM, 6), 0, 3u << 29, MEM_VA}, 8},
		{"pairs", {VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 3), 0, MEM_VA, 0, 0}, 5},
		{"pairs", {VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 0), 0}, 2},
		{"aligned to 8", {VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 4), 0, MEM_VA + 4}, 6},
		{"read from", {VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 4), 0, 0xdead0000}, 6},
		{"length is not 4", {VCP_PM4(VCP_OP_INDIRECT_BUFFER, 1), MEM_VA, 0}, 3},
		{"aligned to 4", {VCP_PM4(VCP_OP_INDIRECT_BUFFER, 2), MEM_VA + 1, 0, 1}, 4},
	};
	size_t i;
	uint32_t j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(VCP_PM4_ENGINE);
		for (j = 0; j < cases[i].len; j++)
			put(cases[i].dw[j]);
		check(faults(cases[i].why), cases[i].why, (int)i);
	}
	CHECK(vcp_step(&m.cp) == VCP_FAULT); /* for ever */

	start(VCP_PM4_ENGINE);
	put(VCP_PM4(VCP_OP_FENCE_WAIT_MULTI, 4 * 33));
	while (m.put < 4 * 33 + 2)
		put(0);
	CHECK(faults("pairs"));

	vcp_init(&m.cp, VCP_PM4_ENGINE, RING_VA, 4000, 0, &ops, NULL);
	CHECK(faults("power of two"));
	vcp_init(&m.cp, VCP_PM4_ENGINE, RING_VA + 4, 4096, 0, &ops, NULL);
	CHECK(vcp_step(&m.cp) == VCP_FAULT && strstr(m.cp.fault, "256"));
}

static void test_sdma(void)
{
	start(VCP_SDMA_ENGINE);
	put(VCP_SDMA(VCP_SDMA_NOP, 0));
	put(VCP_SDMA(VCP_SDMA_NOP, 0) | 2 << 16);
	put64(~0ull);
	put(VCP_SDMA(VCP_SDMA_WRITE, 0));
	put64(MEM_VA + 4);
	put(1); /* two dwords */
	put64(0x200000001);
	put(VCP_SDMA(VCP_SDMA_FENCE, 0));
	put64(MEM_VA + 12);
	put(3);
	CHECK(run() == VCP_IDLE && m.mem[1] == 1 && m.mem[2] == 2 && m.mem[3] == 3 && !m.irqs);
	CHECK(vcp_rptr(&m.cp) == 4 * m.put);
	put(VCP_SDMA(VCP_SDMA_TRAP, 0));
	put(0);
	CHECK(run() == VCP_IDLE && m.irqs == 1 && !m.fences);
	put_signal();
	CHECK(run() == VCP_IDLE && m.irqs == 2 && m.fence == 4 * m.put);

	put(VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0) | 5u << 28 | 1u << 31);
	put64(RO_VA);
	put(7);
	put(0xff);
	put(0xfff << 16 | 4);
	CHECK(run() == VCP_STALL);
	m.ro[0] = 0x106;
	CHECK(vcp_step(&m.cp) == VCP_STALL); /* the mask hides the rest */
	m.ro[0] = 0x107;
	CHECK(run() == VCP_IDLE);

	while ((m.put + 6) % 8)
		put(VCP_SDMA(VCP_SDMA_NOP, 0));
	m.mem[64] = VCP_SDMA(VCP_SDMA_FENCE, 0);
	m.mem[65] = MEM_VA;
	m.mem[67] = 0x55;
	put(VCP_SDMA(VCP_SDMA_INDIRECT, 0));
	put64(MEM_VA + 256);
	put(4);
	put64(0);
	CHECK(run() == VCP_IDLE && m.mem[0] == 0x55 && vcp_rptr(&m.cp) == here());
}

static void test_sdma_faults(void)
{
	static const struct {
		const char *why;
		uint32_t dw[6];
		uint32_t len;
	} cases[] = {
		{"unknown opcode", {0xf2}, 1},
		{"unknown opcode", {VCP_SDMA(VCP_SDMA_WRITE, 1), 0, 0, 0, 0}, 5},
		{"past wptr", {VCP_SDMA(VCP_SDMA_NOP, 0) | 3 << 16, 0}, 2},
		{"past wptr", {VCP_SDMA(VCP_SDMA_WRITE, 0), MEM_VA, 0}, 3},
		{"past wptr", {VCP_SDMA(VCP_SDMA_WRITE, 0), MEM_VA, 0, 0xfffff, 0}, 5},
		{"aligned to 4", {VCP_SDMA(VCP_SDMA_WRITE, 0), MEM_VA + 1, 0, 0, 0}, 5},
		{"write to", {VCP_SDMA(VCP_SDMA_FENCE, 0), RO_VA, 0, 1}, 4},
		{"of a register", {VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0), MEM_VA}, 6},
		{"comparison", {VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0) | 15u << 28, MEM_VA}, 6},
		{"multiple of 8", {VCP_SDMA(VCP_SDMA_INDIRECT, 0), MEM_VA, 0, 1}, 6},
	};
	size_t i;
	uint32_t j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(VCP_SDMA_ENGINE);
		for (j = 0; j < cases[i].len; j++)
			put(cases[i].dw[j]);
		check(faults(cases[i].why), cases[i].why, (int)i);
	}
	start(VCP_SDMA_ENGINE);
	vcp_set_wptr(&m.cp, 6);
	CHECK(vcp_step(&m.cp) == VCP_FAULT && strstr(m.cp.fault, "whole number"));
}

int main(void)
{
	test_pm4();
	test_pm4_wait();
	test_pm4_ib();
	test_wrap();
	test_pm4_faults();
	test_sdma();
	test_sdma_faults();
	printf("1..%u\n", tests);
	return failures != 0;
}
