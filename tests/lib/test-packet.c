// SPDX-License-Identifier: MIT
/* Packets, executed by the virtual command processor that the lab has, too. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "amdgpu_userq.h"
#include "tap.h"
#include "../../tools/sim/cp.h"

#define RING_VA   0x100000u
#define RING_DW   1024u
#define FENCES    33u
#define MEMORY_VA 0xffff800000200000ull /* above 2^32, as slots are */

static uint32_t ring[RING_DW], memory[512];
static uint64_t signaled;
static int interrupts;

static void *lookup(uint64_t va, uint32_t bytes)
{
	if (va >= RING_VA && va + bytes <= RING_VA + sizeof(ring))
		return (char *)ring + (va - RING_VA);
	if (va >= MEMORY_VA && va + bytes <= MEMORY_VA + sizeof(memory))
		return (char *)memory + (va - MEMORY_VA);
	return NULL;
}

static int cp_read(void *ctx, uint64_t va, void *dst, uint32_t bytes)
{
	void *src = lookup(va, bytes);

	(void)ctx;
	if (src)
		memcpy(dst, src, bytes);
	return !src;
}

static int cp_write(void *ctx, uint64_t va, const void *src, uint32_t bytes)
{
	void *dst = lookup(va, bytes);

	(void)ctx;
	if (dst)
		memcpy(dst, src, bytes);
	return !dst;
}

static int cp_signal(void *ctx, uint64_t value)
{
	(void)ctx;
	signaled = value;
	return 0;
}

static void cp_interrupt(void *ctx)
{
	(void)ctx;
	interrupts++;
}

static const struct vcp_ops ops = {cp_read, cp_write, cp_signal, cp_interrupt};

static enum vcp_status run(struct vcp *cp, uint64_t wptr)
{
	enum vcp_status status;

	vcp_set_wptr(cp, wptr);
	do
		status = vcp_step(cp);
	while (status == VCP_DONE);
	if (status == VCP_FAULT)
		printf("# %s\n", cp->fault);
	return status;
}

/* Dwords that a call wrote; what it must not touch stays as it is. */
static uint32_t wrote(int count, int want, const char *what)
{
	is(count, want, what);
	return count < 0 ? 0 : (uint32_t)count;
}

static void test_engine(enum auq_ip ip, uint32_t version)
{
	static const uint32_t data[3] = {0xabcdef01, 2, 3};
	unsigned int unit = ip == AUQ_IP_SDMA ? 4 : 1;
	int signal = ip == AUQ_IP_SDMA ? 1 : 2;
	struct vcp cp;
	uint32_t n = 0;

	memset(memory, 0, sizeof(memory));
	interrupts = 0;
	signaled = 0;
	vcp_init(&cp, ip == AUQ_IP_SDMA ? VCP_SDMA_ENGINE : VCP_PM4_ENGINE, RING_VA, sizeof(ring),
		 0, &ops, NULL);
	n += wrote(auq_packet_nop(ip, ring, 2, 2), 2, "two NOPs");
	n += wrote(auq_packet_write(ip, ring + n, 5, MEMORY_VA + 12, data, 1), 5, "a write");
	is(run(&cp, n * unit), VCP_IDLE, "NOPs and a write");
	ok(memory[3] == 0xabcdef01 && !memory[2] && !memory[4], "wrote one dword");
	n += wrote(auq_packet_write(ip, ring + n, 7, MEMORY_VA + 40, data, 3), 7, "a long write");
	n += wrote(auq_packet_release(ip, version, ring + n, 8, MEMORY_VA + 24, 0x123456789abull),
		   8, "a release");
	is(run(&cp, n * unit), VCP_IDLE, "a long write, and a release");
	ok(!memcmp(&memory[10], data, sizeof(data)) && !memory[13], "wrote three dwords");
	ok(memory[6] == 0x456789ab && memory[7] == 0x123 && !memory[5] && !memory[8],
	   "released 64 bits");
	ok(!signaled && !interrupts, "no fence yet");
	n += wrote(auq_packet_fence_signal(ip, ring + n, (size_t)signal), signal, "a signal");
	is(run(&cp, n * unit), VCP_IDLE, "protected fence signal");
	is((long long)signaled, n * unit, "has the value that SIGNAL reads from wptr");
	is(interrupts, 1, "one interrupt");
	is((long long)vcp_rptr(&cp), n * unit, "rptr arrived");
}

static void test_fence_wait(void)
{
	struct auq_fence fences[FENCES];
	uint64_t *slots = (uint64_t *)memory;
	struct vcp cp;
	uint32_t value = 1, i, n;

	memset(memory, 0, sizeof(memory));
	for (i = 0; i < FENCES; i++)
		fences[i] = (struct auq_fence){MEMORY_VA + 8 * i, (1ull << 32) + i};
	vcp_init(&cp, VCP_PM4_ENGINE, RING_VA, sizeof(ring), 0, &ops, NULL);
	n = wrote(auq_packet_fence_wait(AUQ_IP_GFX, ring, RING_DW, fences, FENCES),
		  2 + 4 * 32 + 2 + 4, "33 fences in two packets");
	n += wrote(auq_packet_write(AUQ_IP_GFX, ring + n, 5, MEMORY_VA + 1024, &value, 1), 5,
		   "and a write");
	is(run(&cp, n), VCP_STALL, "waits for 33 fences");
	for (i = 0; i < FENCES - 1; i++)
		slots[i] = (1ull << 32) + i;
	slots[i] = (1ull << 32) + i - 1;
	is(run(&cp, n), VCP_STALL, "waits for the last of them, all 64 bits of it");
	is(memory[256], 0, "nothing behind it was done");
	slots[i]++;
	is(run(&cp, n), VCP_IDLE, "goes on");
	is(memory[256], 1, "to what is behind it");
}

/* Nothing is written when it fails: @dw is of a room that is too small by one. */
static void refuse(int r, int want, const char *what)
{
	bool pass = r == want && memory[0] == 0xdddddddd &&
		    !memcmp(memory, memory + 1, sizeof(memory) - sizeof(memory[0]));

	ok(pass, "%s: %d", what, r);
}

static void test_errors(enum auq_ip ip, uint32_t version)
{
	static const uint32_t data[16381];
	const struct auq_fence fences[2] = {{8, 0}, {16, 0}}, odd[2] = {{8, 0}, {12, 0}};
	const int none = ip == AUQ_IP_SDMA ? -EOPNOTSUPP : -ENOSPC;
	uint32_t *dw = memory;

	memset(memory, 0xdd, sizeof(memory));
	refuse(auq_packet_nop(ip, dw, 3, 4), -ENOSPC, "NOPs: no room");
	refuse(auq_packet_nop(ip, dw, SIZE_MAX, 1u << 31), -ENOSPC, "NOPs: more than an int");
	refuse(auq_packet_nop(ip, NULL, 1, 1), -EINVAL, "NOPs: nowhere");
	refuse(auq_packet_nop(AUQ_NUM_IPS, dw, 1, 1), -EINVAL, "NOPs: no engine");
	refuse(auq_packet_nop(ip, NULL, 0, 0), 0, "no NOPs");
	refuse(auq_packet_write(ip, dw, 6, 0, data, 3), -ENOSPC, "write: no room");
	refuse(auq_packet_write(ip, dw, 8, 2, data, 1), -EINVAL, "write: address");
	refuse(auq_packet_write(ip, dw, 8, 0, NULL, 1), -EINVAL, "write: no data");
	refuse(auq_packet_write(ip, dw, 8, 0, data, 0), -EINVAL, "write: none of it");
	refuse(auq_packet_write(ip, dw, 20000, 0, data, 16381), -EINVAL, "write: too much");
	refuse(auq_packet_write(ip, dw, 16383, 0, data, 16380), -ENOSPC, "write: much");
	refuse(auq_packet_write(AUQ_NUM_IPS, dw, 8, 0, data, 1), -EINVAL, "write: no engine");
	refuse(auq_packet_fence_wait(ip, dw, 9, fences, 2), none, "fence wait: no room");
	refuse(auq_packet_fence_wait(ip, dw, 10, odd, 2), none == -ENOSPC ? -EINVAL : none,
	       "fence wait: address");
	refuse(auq_packet_fence_wait(ip, dw, 10, NULL, 2), -EINVAL, "fence wait: no fences");
	refuse(auq_packet_fence_wait(ip, NULL, 10, fences, 2), -EINVAL, "fence wait: nowhere");
	refuse(auq_packet_fence_wait(ip, dw, 0, NULL, 0), ip == AUQ_IP_SDMA ? -EOPNOTSUPP : 0,
	       "fence wait: none of them");
	refuse(auq_packet_release(ip, version, dw, 7, 8, 1), -ENOSPC, "release: no room");
	refuse(auq_packet_release(ip, version, dw, 8, 4, 1), -EINVAL, "release: address");
	refuse(auq_packet_release(ip, version, NULL, 8, 8, 1), -EINVAL, "release: nowhere");
	refuse(auq_packet_release(ip, 10, dw, 8, 8, 1), -EOPNOTSUPP, "release: version 10");
	refuse(auq_packet_release(ip, 13, dw, 8, 8, 1), -EOPNOTSUPP, "release: version 13");
	refuse(auq_packet_release(ip, 5, dw, 8, 8, 1), -EOPNOTSUPP, "release: version 5");
	refuse(auq_packet_release(ip, 8, dw, 8, 8, 1), -EOPNOTSUPP, "release: version 8");
	refuse(auq_packet_fence_signal(ip, dw, ip == AUQ_IP_SDMA ? 0 : 1), -ENOSPC,
	       "signal: no room");
	refuse(auq_packet_fence_signal(ip, NULL, 2), -EINVAL, "signal: nowhere");
}

/* Words as drivers have them: the sources are named in packet.c. */
static void test_words(void)
{
	uint32_t gfx11[8], gfx12[8], sdma[8];

	auq_packet_release(AUQ_IP_GFX, 11, gfx11, 8, 8, 1);
	auq_packet_release(AUQ_IP_COMPUTE, 12, gfx12, 8, 8, 1);
	auq_packet_release(AUQ_IP_SDMA, 6, sdma, 8, 8, 1);
	ok(gfx11[0] == 0xc0064900 && gfx11[1] == 0x06603514 && gfx11[2] == 0x40000000,
	   "RELEASE_MEM of GFX 11: %08x %08x %08x", gfx11[0], gfx11[1], gfx11[2]);
	ok(gfx12[1] == 0x06600514 && !memcmp(gfx12 + 2, gfx11 + 2, 24),
	   "RELEASE_MEM of GFX 12 has no metadata cache: %08x", gfx12[1]);
	ok(sdma[0] == 0x30005 && sdma[1] == 8 && sdma[4] == 0x30005 && sdma[5] == 12,
	   "two FENCE packets of SDMA");
}

int main(void)
{
	test_engine(AUQ_IP_GFX, 11);
	test_engine(AUQ_IP_COMPUTE, 12);
	test_engine(AUQ_IP_SDMA, 6);
	test_engine(AUQ_IP_SDMA, 7);
	test_fence_wait();
	test_errors(AUQ_IP_GFX, 11);
	test_errors(AUQ_IP_SDMA, 7);
	test_words();
	return tap_done();
}
