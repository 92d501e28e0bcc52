// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Virtual command processor; see cp.h. */
#include "cp.h"

#define CHUNK 32u /* dwords copied at once */

struct packet {
	uint32_t header;
	uint32_t len; /* dwords, header included */
};

static uint32_t unit(const struct vcp *cp)
{
	return cp->engine == VCP_SDMA_ENGINE ? 4 : 1;
}

/* Dwords of the ring between the read position and wptr. */
static uint32_t ring_left(const struct vcp *cp)
{
	return ((uint32_t)(cp->wptr / unit(cp)) - cp->ring.pos) & (cp->ring.dwords - 1);
}

static bool in_ib(const struct vcp *cp)
{
	return cp->ib.dwords != 0;
}

static enum vcp_status fault_at(struct vcp *cp, const char *why, uint64_t va)
{
	cp->fault = why;
	cp->fault_va = va;
	return VCP_FAULT;
}

static enum vcp_status fault(struct vcp *cp, const char *why)
{
	return fault_at(cp, why, 0);
}

static enum vcp_status read_mem(struct vcp *cp, uint64_t va, void *dst, uint32_t bytes)
{
	if (cp->ops->read(cp->ctx, va, dst, bytes))
		return fault_at(cp, "read from an address that is not mapped for it", va);
	return VCP_DONE;
}

static enum vcp_status write_mem(struct vcp *cp, uint64_t va, const void *src, uint32_t bytes)
{
	if (cp->ops->write(cp->ctx, va, src, bytes))
		return fault_at(cp, "write to an address that is not mapped for it", va);
	return VCP_DONE;
}

static enum vcp_status fetch(struct vcp *cp, uint32_t at, uint32_t *dst, uint32_t count)
{
	const struct vcp_stream *s = in_ib(cp) ? &cp->ib : &cp->ring;
	uint32_t i;

	for (i = 0; i < count; i++) {
		uint32_t pos = s->pos + at + i;

		if (!in_ib(cp))
			pos &= s->dwords - 1;
		if (read_mem(cp, s->va + 4ull * pos, &dst[i], 4) != VCP_DONE)
			return VCP_FAULT;
	}
	return VCP_DONE;
}

static uint64_t u64_of(const uint32_t *dw)
{
	return dw[0] | (uint64_t)dw[1] << 32;
}

static void advance(struct vcp *cp, uint32_t dwords)
{
	if (!in_ib(cp)) {
		cp->ring.pos = (cp->ring.pos + dwords) & (cp->ring.dwords - 1);
		return;
	}
	cp->ib.pos += dwords;
	if (cp->ib.pos == cp->ib.dwords) {
		cp->ib.dwords = 0;
		advance(cp, cp->ib_packet);
	}
}

/* Dwords @from .. end of the packet to @va. */
static enum vcp_status write_payload(struct vcp *cp, const struct packet *p, uint32_t from,
				     uint64_t va, bool increment)
{
	uint32_t buf[CHUNK], i, n;

	for (i = from; i < p->len; i += n) {
		n = increment ? p->len - i : 1;
		if (n > CHUNK)
			n = CHUNK;
		if (fetch(cp, i, buf, n) != VCP_DONE || write_mem(cp, va, buf, 4 * n) != VCP_DONE)
			return VCP_FAULT;
		if (increment)
			va += 4ull * n;
	}
	return VCP_DONE;
}

/* The fence's value is the position behind the packet that signals it. */
static enum vcp_status signal_fence(struct vcp *cp, const struct packet *p)
{
	struct vcp after = *cp;

	advance(&after, p->len);
	if (cp->ops->signal(cp->ctx, vcp_rptr(&after)))
		return fault(cp, "the protected fence's own address is not mapped");
	cp->ops->interrupt(cp->ctx);
	return VCP_DONE;
}

static enum vcp_status enter_ib(struct vcp *cp, const struct packet *p, uint64_t va,
				uint32_t dwords)
{
	if (in_ib(cp))
		return fault(cp, "indirect buffer inside an indirect buffer");
	cp->ib = (struct vcp_stream){.va = va, .dwords = dwords};
	cp->ib_packet = p->len;
	return VCP_DONE;
}

static enum vcp_status pm4_write_data(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[3], dst_sel;
	uint64_t va;

	if (p->len < 5)
		return fault(cp, "WRITE_DATA: no data");
	if (fetch(cp, 1, dw, 3) != VCP_DONE)
		return VCP_FAULT;
	dst_sel = dw[0] >> 8 & 0xf;
	if (dst_sel != 1 && dst_sel != 2 && dst_sel != 5)
		return fault(cp, "WRITE_DATA: destination is not memory");
	va = u64_of(&dw[1]);
	if (va & 3)
		return fault_at(cp, "WRITE_DATA: address not aligned to 4", va);
	return write_payload(cp, p, 4, va, !(dw[0] >> 16 & 1));
}

static enum vcp_status pm4_release_mem(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[7], data_sel, int_sel, bytes;
	uint64_t va;

	if (p->len != 8)
		return fault(cp, "RELEASE_MEM: length is not 8");
	if (fetch(cp, 1, dw, 7) != VCP_DONE)
		return VCP_FAULT;
	data_sel = dw[1] >> 29;
	int_sel = dw[1] >> 24 & 7;
	if (data_sel > 2)
		return fault(cp, "RELEASE_MEM: only immediate data is modelled");
	va = u64_of(&dw[2]);
	bytes = 4 * data_sel;
	if (bytes && va & (bytes - 1))
		return fault_at(cp, "RELEASE_MEM: address not aligned to its data", va);
	if (bytes && write_mem(cp, va, &dw[4], bytes) != VCP_DONE)
		return VCP_FAULT;
	if (int_sel == 1 || int_sel == 2)
		cp->ops->interrupt(cp->ctx);
	return VCP_DONE;
}

static enum vcp_status pm4_fence_wait(struct vcp *cp, const struct packet *p)
{
	uint32_t i, dw[4];
	uint64_t now;

	if (p->len < 6 || (p->len - 2) % 4 || (p->len - 2) / 4 > VCP_FENCE_WAIT_MAX)
		return fault(cp, "FENCE_WAIT_MULTI: not 1 to 32 pairs");
	for (i = 2; i < p->len; i += 4) {
		if (fetch(cp, i, dw, 4) != VCP_DONE)
			return VCP_FAULT;
		if (dw[0] & 7)
			return fault_at(cp, "FENCE_WAIT_MULTI: address not aligned to 8",
					u64_of(dw));
		if (read_mem(cp, u64_of(dw), &now, 8) != VCP_DONE)
			return VCP_FAULT;
		if (now < u64_of(&dw[2]))
			return VCP_STALL;
	}
	return VCP_DONE;
}

static enum vcp_status pm4_ib(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[3];

	if (p->len != 4)
		return fault(cp, "INDIRECT_BUFFER: length is not 4");
	if (fetch(cp, 1, dw, 3) != VCP_DONE)
		return VCP_FAULT;
	if (dw[0] & 3)
		return fault_at(cp, "INDIRECT_BUFFER: address not aligned to 4", u64_of(dw));
	return enter_ib(cp, p, u64_of(dw), dw[2] & 0xfffff);
}

static enum vcp_status pm4_execute(struct vcp *cp, const struct packet *p)
{
	if (p->header >> 30 == 2)
		return VCP_DONE;
	switch (p->header >> 8 & 0xff) {
	case VCP_OP_NOP:
		return VCP_DONE;
	case VCP_OP_HDP_FLUSH:
		return p->len == 2 ? VCP_DONE : fault(cp, "HDP_FLUSH: length is not 2");
	case VCP_OP_INDIRECT_BUFFER:
		return pm4_ib(cp, p);
	case VCP_OP_WRITE_DATA:
		return pm4_write_data(cp, p);
	case VCP_OP_RELEASE_MEM:
		return pm4_release_mem(cp, p);
	case VCP_OP_FENCE_WAIT_MULTI:
		return pm4_fence_wait(cp, p);
	case VCP_OP_FENCE_SIGNAL:
		if (p->len != 2)
			return fault(cp, "PROTECTED_FENCE_SIGNAL: length is not 2");
		return signal_fence(cp, p);
	default:
		return fault(cp, "PM4: unknown opcode");
	}
}

/* 0 for a header that begins no packet. */
static uint32_t pm4_len(uint32_t header)
{
	uint32_t count = header >> 16 & 0x3fff;

	if (header >> 30 == 2)
		return 1;
	if (header >> 30 != 3)
		return 0;
	if ((header >> 8 & 0xff) == VCP_OP_NOP && count == VCP_PM4_HEADER_ONLY)
		return 1;
	return count + 2;
}

static enum vcp_status sdma_write(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[2];

	if (fetch(cp, 1, dw, 2) != VCP_DONE)
		return VCP_FAULT;
	if (dw[0] & 3)
		return fault_at(cp, "WRITE: address not aligned to 4", u64_of(dw));
	return write_payload(cp, p, 4, u64_of(dw), true);
}

static enum vcp_status sdma_fence(struct vcp *cp)
{
	uint32_t dw[3];

	if (fetch(cp, 1, dw, 3) != VCP_DONE)
		return VCP_FAULT;
	if (dw[0] & 3)
		return fault_at(cp, "FENCE: address not aligned to 4", u64_of(dw));
	return write_mem(cp, u64_of(dw), &dw[2], 4);
}

static bool compare(uint32_t func, uint32_t a, uint32_t b)
{
	switch (func) {
	case 0:
		return true;
	case 1:
		return a < b;
	case 2:
		return a <= b;
	case 3:
		return a == b;
	case 4:
		return a != b;
	case 5:
		return a >= b;
	default:
		return a > b;
	}
}

/* The retry count is not modelled: it polls until fulfilled. */
static enum vcp_status sdma_poll(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[4], now, func = p->header >> 28 & 7;

	if (!(p->header >> 31))
		return fault(cp, "POLL_REGMEM: of a register");
	if (func == 7)
		return fault(cp, "POLL_REGMEM: unknown comparison");
	if (fetch(cp, 1, dw, 4) != VCP_DONE)
		return VCP_FAULT;
	if (dw[0] & 3)
		return fault_at(cp, "POLL_REGMEM: address not aligned to 4", u64_of(dw));
	if (read_mem(cp, u64_of(dw), &now, 4) != VCP_DONE)
		return VCP_FAULT;
	return compare(func, now & dw[3], dw[2]) ? VCP_DONE : VCP_STALL;
}

static enum vcp_status sdma_ib(struct vcp *cp, const struct packet *p)
{
	uint32_t dw[3];

	if (!in_ib(cp) && (cp->ring.pos + p->len) % 8)
		return fault(cp, "INDIRECT: does not end on a multiple of 8 dwords");
	if (fetch(cp, 1, dw, 3) != VCP_DONE)
		return VCP_FAULT;
	if (dw[0] & 31)
		return fault_at(cp, "INDIRECT: address not aligned to 32", u64_of(dw));
	return enter_ib(cp, p, u64_of(dw), dw[2] & 0xfffff);
}

static enum vcp_status sdma_execute(struct vcp *cp, const struct packet *p)
{
	switch (p->header & 0xffff) {
	case VCP_SDMA(VCP_SDMA_NOP, 0):
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_WRITE, 0):
		return sdma_write(cp, p);
	case VCP_SDMA(VCP_SDMA_FENCE, 0):
		return sdma_fence(cp);
	case VCP_SDMA(VCP_SDMA_FENCE, VCP_SDMA_SUB_PROTECTED):
		return signal_fence(cp, p);
	case VCP_SDMA(VCP_SDMA_TRAP, 0):
		cp->ops->interrupt(cp->ctx);
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0):
		return sdma_poll(cp, p);
	default:
		return sdma_ib(cp, p); /* sdma_len() lets nothing else pass */
	}
}

/* 0 for an unknown packet. @left: dwords that may be looked at. */
static enum vcp_status sdma_len(struct vcp *cp, uint32_t header, uint32_t left, uint32_t *len)
{
	uint32_t count;

	switch (header & 0xffff) {
	case VCP_SDMA(VCP_SDMA_NOP, 0):
		*len = 1 + (header >> 16 & 0x3fff);
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_WRITE, 0):
		*len = 5;
		if (left < 5)
			return VCP_DONE;
		if (fetch(cp, 3, &count, 1) != VCP_DONE)
			return VCP_FAULT;
		*len += count & 0xfffff;
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_FENCE, 0):
		*len = 4;
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_FENCE, VCP_SDMA_SUB_PROTECTED):
		*len = 1;
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_TRAP, 0):
		*len = 2;
		return VCP_DONE;
	case VCP_SDMA(VCP_SDMA_POLL_REGMEM, 0):
	case VCP_SDMA(VCP_SDMA_INDIRECT, 0):
		*len = 6;
		return VCP_DONE;
	default:
		*len = 0;
		return VCP_DONE;
	}
}

void vcp_init(struct vcp *cp, enum vcp_engine engine, uint64_t ring_va, uint32_t ring_bytes,
	      uint64_t rptr, const struct vcp_ops *ops, void *ctx)
{
	uint32_t dwords = ring_bytes / 4;

	*cp = (struct vcp){.ops = ops, .ctx = ctx, .engine = engine, .wptr = rptr};
	/* The hardware has no bits for anything else: base >> 8 and log2(size). */
	if (ring_bytes < 256 || ring_bytes & (ring_bytes - 1)) {
		cp->fault = "ring: size is not a power of two";
		dwords = 1u << 31; /* rptr must not seem to arrive */
	} else if (ring_va & 0xff) {
		cp->fault = "ring: address not aligned to 256";
	}
	cp->ring = (struct vcp_stream){.va = ring_va, .dwords = dwords};
	cp->ring.pos = (uint32_t)(rptr / unit(cp)) & (dwords - 1);
}

void vcp_set_wptr(struct vcp *cp, uint64_t wptr)
{
	if (!cp->fault && wptr % unit(cp))
		fault(cp, "wptr: not a whole number of dwords");
	cp->wptr = wptr;
}

uint64_t vcp_rptr(const struct vcp *cp)
{
	uint64_t left = (uint64_t)ring_left(cp) * unit(cp);

	/* A client that wraps its wptr has wrapped it since. */
	if (cp->wptr < left)
		left -= (uint64_t)cp->ring.dwords * unit(cp);
	return cp->wptr - left;
}

bool vcp_is_idle(const struct vcp *cp)
{
	return !cp->fault && !ring_left(cp);
}

enum vcp_status vcp_step(struct vcp *cp)
{
	enum vcp_status status;
	struct packet p;
	uint32_t left;
	bool was_in_ib = in_ib(cp);

	if (cp->fault)
		return VCP_FAULT;
	if (vcp_is_idle(cp))
		return VCP_IDLE;
	left = was_in_ib ? cp->ib.dwords - cp->ib.pos : ring_left(cp);

	if (fetch(cp, 0, &p.header, 1) != VCP_DONE)
		return VCP_FAULT;
	if (cp->engine == VCP_SDMA_ENGINE) {
		if (sdma_len(cp, p.header, left, &p.len) != VCP_DONE)
			return VCP_FAULT;
	} else {
		p.len = pm4_len(p.header);
	}
	if (!p.len)
		return fault(cp, cp->engine == VCP_SDMA_ENGINE ? "SDMA: unknown opcode"
							       : "PM4: not a packet header");
	if (p.len > left)
		return fault(cp, was_in_ib ? "packet runs past the end of its indirect buffer"
					   : "packet runs past wptr");

	status = cp->engine == VCP_SDMA_ENGINE ? sdma_execute(cp, &p) : pm4_execute(cp, &p);
	/* The packet that leads into an indirect buffer is done when the buffer is. */
	if (status == VCP_DONE && in_ib(cp) == was_in_ib)
		advance(cp, p.len);
	return status;
}
