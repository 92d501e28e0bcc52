// SPDX-License-Identifier: MIT
/* Packets, executed by the virtual command processor that the lab has, too. */
#include <stdio.h>
#include <string.h>

#include "amdgpu_userq.h"
#include "tap.h"
#include "../../libamdgpu_userq/internal.h"
#include "../../tools/sim/cp.h"

#define RING_VA   0x100000u
#define RING_DW   1024u
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

static void test_engine(enum auq_ip ip)
{
	unsigned int unit = ip == AUQ_IP_SDMA ? 4 : 1;
	struct vcp cp;
	uint32_t n = 0;

	memset(memory, 0, sizeof(memory));
	interrupts = 0;
	signaled = 0;
	vcp_init(&cp, ip == AUQ_IP_SDMA ? VCP_SDMA_ENGINE : VCP_PM4_ENGINE, RING_VA, sizeof(ring),
		 0, &ops, NULL);
	ring[n++] = auq_packet_nop(ip);
	ring[n++] = auq_packet_nop(ip);
	n += auq_packet_write(ip, ring + n, MEMORY_VA + 12, 0xabcdef01);
	is(run(&cp, n * unit), VCP_IDLE, "NOPs and a write");
	ok(memory[3] == 0xabcdef01 && !memory[2] && !memory[4], "wrote one dword");
	is((long long)signaled, 0, "no fence yet");
	n += auq_packet_fence_signal(ip, ring + n);
	is(run(&cp, n * unit), VCP_IDLE, "protected fence signal");
	is((long long)signaled, n * unit, "has the value that SIGNAL reads from wptr");
	is(interrupts, 1, "one interrupt");
	is((long long)vcp_rptr(&cp), n * unit, "rptr arrived");
}

static void test_fence_wait(void)
{
	struct auq_fence fences[AUQ_FENCES_PER_WAIT];
	uint64_t *slots = (uint64_t *)memory;
	struct vcp cp;
	uint32_t i, n;

	memset(memory, 0, sizeof(memory));
	for (i = 0; i < AUQ_FENCES_PER_WAIT; i++)
		fences[i] = (struct auq_fence){MEMORY_VA + 8 * i, (1ull << 32) + i};
	vcp_init(&cp, VCP_PM4_ENGINE, RING_VA, sizeof(ring), 0, &ops, NULL);
	n = auq_packet_fence_wait(ring, fences, AUQ_FENCES_PER_WAIT);
	is(n, AUQ_PACKET_MAX, "the longest packet");
	n += auq_packet_write(AUQ_IP_GFX, ring + n, MEMORY_VA + 1024, 1);
	is(run(&cp, n), VCP_STALL, "waits for 32 fences");
	for (i = 0; i < AUQ_FENCES_PER_WAIT - 1; i++)
		slots[i] = (1ull << 32) + i;
	slots[i] = (1ull << 32) + i - 1;
	is(run(&cp, n), VCP_STALL, "waits for the last of them, all 64 bits of it");
	is(memory[256], 0, "nothing behind it was done");
	slots[i]++;
	is(run(&cp, n), VCP_IDLE, "goes on");
	is(memory[256], 1, "to what is behind it");
}

int main(void)
{
	test_engine(AUQ_IP_GFX);
	test_engine(AUQ_IP_COMPUTE);
	test_engine(AUQ_IP_SDMA);
	test_fence_wait();
	return tap_done();
}
