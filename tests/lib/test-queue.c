// SPDX-License-Identifier: MIT
/* Buffers, queues and rings: recipes, arguments, unwinding, wrapping. */
#include <errno.h>
#include <string.h>

#include "fake.h"
#include "tap.h"
#include "../../libamdgpu_userq/internal.h"

static struct auq_device *dev;

static void test_buffer(void)
{
	struct auq_buffer *const untouched = (void *)&fake, *buf = untouched;
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args), bad;
	struct {
		struct auq_buffer_args args;
		uint64_t later;
	} newer = {.args = {.size = sizeof(newer), .bytes = 1}, .later = 1};
	int n, r;

	args.bytes = 5000;
	args.alignment = 65536;
	is(auq_buffer_create(NULL, &args, &buf), -EINVAL, "no device");
	is(auq_buffer_create(dev, NULL, &buf), -EINVAL, "no args");
	is(auq_buffer_create(dev, &args, NULL), -EINVAL, "nowhere to put it");
	is(auq_buffer_create(dev, &newer.args, &buf), -E2BIG, "args from the future");
	bad = args, bad.size = 8;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "size too small");
	bad = args, bad.bytes = 0;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "no bytes");
	bad = args, bad.bytes = UINT64_MAX;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "too many bytes");
	bad = args, bad.alignment = 12288;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "alignment");
	bad = args, bad.domain = (enum auq_domain)3;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "domain");
	bad = args, bad.flags = 2;
	is(auq_buffer_create(dev, &bad, &buf), -EINVAL, "flags");
	for (n = 0;; n++) {
		fake.fail_after = n;
		fake.fail_errno = ENOSPC;
		r = auq_buffer_create(dev, &args, &buf);
		if (!r)
			break;
		ok(r == -ENOSPC && buf == untouched, "call %d fails", n);
		fake_check("after that", 1);
	}
	is(n, 5, "calls that can fail");
	fake.fail_after = -1;
	is((long long)auq_buffer_size(buf), 8192, "whole pages");
	is((long long)auq_buffer_va(buf) % 65536, 0, "aligned");
	ok(auq_buffer_handle(buf) && auq_buffer_cpu(buf), "handle and mapping");
	ok(!((char *)auq_buffer_cpu(buf))[0] && !((char *)auq_buffer_cpu(buf))[8191], "cleared");
	ok(fake.map_point > 1 && fake.map_waited == fake.map_point, "page tables were waited for");
	ok(auq_buffer_ref(buf) == buf, "ref");
	auq_buffer_unref(buf);
	is(fake.buffers, 1, "still there");
	auq_buffer_unref(buf);
	fake_check("buffer", 1);
	ok(!auq_buffer_ref(NULL), "ref of none");
	auq_buffer_unref(NULL);

	args.domain = AUQ_DOMAIN_DOORBELL;
	auq_buffer_create(dev, &args, &buf);
	is((long long)auq_buffer_va(buf), 0, "doorbells have no GPU address");
	is(fake.mappings, 0, "and are not mapped");
	auq_buffer_unref(buf);
}

static void test_create(enum auq_ip ip)
{
	struct auq_queue *const untouched = (void *)&fake, *queue = untouched;
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	const struct auq_uapi_userq_in *in = &fake.last_create.in;
	uint32_t nop;
	int n, r;

	args.ip = ip;
	args.priority = AUQ_PRIORITY_NORMAL_HIGH;
	args.flags = AUQ_QUEUE_SECURE;
	for (n = 0;; n++) {
		fake.fail_after = n;
		fake.fail_errno = ENOMEM;
		r = auq_queue_create(dev, &args, &queue);
		if (!r)
			break;
		if (r != -ENOMEM || queue != untouched || fake.buffers || fake.mappings ||
		    fake.ranges || fake.queues)
			break;
	}
	is(r, 0, "each call that can fail is undone");
	ok(n > 20, "%d of them", n);
	fake.fail_after = -1;
	if (r)
		return;
	ok(in->op == 1 && in->ip_type == (uint32_t)ip && in->flags == 6 &&
		   in->queue_size == 65536 && in->queue_va == queue->ring->va &&
		   in->rptr_va == queue->rptr->va && in->wptr_va == queue->wptr->va &&
		   in->doorbell_handle == queue->doorbell->handle && in->mqd &&
		   in->mqd_size == (ip == AUQ_IP_GFX ? 16 : 8),
	   "what the kernel is told");
	ok(queue->wptr->bytes == 4096 && *(uint64_t *)queue->wptr->cpu == 0, "wptr: one page, 0");
	auq_packet_nop(ip, &nop, 1, 1);
	is(((uint32_t *)queue->ring->cpu)[16383], nop, "the ring is all NOPs");
	is(auq_queue_id(queue), 5, "id");
	ok(auq_queue_device(queue) == dev, "device");
	ok(auq_queue_ref(queue) == queue, "ref");
	auq_queue_unref(queue);
	is(fake.queues, 1, "still there");
	auq_queue_unref(queue);
	is(fake.freed_id, 5, "freed by its id");
	fake_check("queue", 1);
}

static void test_create_arguments(void)
{
	struct auq_buffer_args buffer = AUQ_ARGS(auq_buffer_args);
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args), bad;
	struct auq_buffer *page, *doorbell, *two, *foreign;
	struct auq_queue *queue = NULL;
	struct auq_device *other;

	buffer.bytes = 4096;
	auq_buffer_create(dev, &buffer, &page);
	buffer.domain = AUQ_DOMAIN_DOORBELL;
	auq_buffer_create(dev, &buffer, &doorbell);
	buffer.domain = AUQ_DOMAIN_GTT;
	buffer.bytes = 8192;
	auq_buffer_create(dev, &buffer, &two);
	other = fake_device();
	buffer.bytes = 4096;
	auq_buffer_create(other, &buffer, &foreign);

	args.ip = AUQ_IP_SDMA;
	is(auq_queue_create(NULL, &args, &queue), -EINVAL, "no device");
	is(auq_queue_create(dev, NULL, &queue), -EINVAL, "no args");
	is(auq_queue_create(dev, &args, NULL), -EINVAL, "nowhere to put it");
	bad = args, bad.ip = (enum auq_ip)3;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "engine");
	bad = args, bad.priority = 4;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "priority");
	bad = args, bad.flags = 2;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "flags");
	bad = args, bad.ring_bytes = 2048;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "ring too small");
	bad = args, bad.ring_bytes = 12288;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "ring no power of two");
	bad = args, bad.ring_bytes = 2ull << 30;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "ring too large");
	bad = args, bad.wptr = two;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "wptr of two pages");
	bad = args, bad.wptr = doorbell;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "wptr in doorbells");
	bad = args, bad.wptr = foreign;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "wptr of another device");
	bad = args, bad.doorbell = page;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "doorbell in memory");
	bad = args, bad.doorbell = doorbell, bad.doorbell_index = 512;
	is(auq_queue_create(dev, &bad, &queue), -EINVAL, "doorbell beyond its page");
	ok(!queue && !fake.queues, "and no queue");

	*(uint64_t *)auq_buffer_cpu(page) = 9;
	args.wptr = page;
	args.doorbell = doorbell;
	args.doorbell_index = 511;
	is(auq_queue_create(dev, &args, &queue), 0, "with the caller's wptr and doorbell");
	is(*(uint64_t *)auq_buffer_cpu(page), 9, "which keeps what it holds");
	is(fake.last_create.in.doorbell_offset, 511, "its index");
	auq_buffer_unref(page);
	auq_buffer_unref(doorbell);
	auq_queue_unref(queue);
	auq_buffer_unref(two);
	auq_buffer_unref(foreign);
	auq_device_unref(other);
	fake_check("arguments", 1);

	args.wptr = args.doorbell = NULL;
	dev->ip[AUQ_IP_SDMA].state = AUQ_IP_OFF;
	is(auq_queue_create(dev, &args, &queue), -AUQ_ENOTSUPP, "off");
	dev->ip[AUQ_IP_SDMA].state = AUQ_IP_FIRMWARE_TOO_OLD;
	is(auq_queue_create(dev, &args, &queue), -EOPNOTSUPP,
	   "auq_queue_create -EOPNOTSUPP: firmware");
	dev->ip[AUQ_IP_SDMA].state = AUQ_IP_USABLE;
}

static void test_raw(void)
{
	struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);
	uint32_t id = 77;

	is(auq_raw_queue_create(NULL, &args, &id), -EINVAL, "raw: no device");
	is(auq_raw_queue_create(dev, NULL, &id), -EINVAL, "raw: no args");
	is(auq_raw_queue_create(dev, &args, NULL), -EINVAL, "raw: nowhere to put it");
	args.priority = 4;
	is(auq_raw_queue_create(dev, &args, &id), -EINVAL, "raw: priority");
	args.priority = 0;
	args.ip = (enum auq_ip)7;
	is(auq_raw_queue_create(dev, &args, &id), -EINVAL, "raw: engine");
	args.ip = AUQ_IP_COMPUTE;
	fake.fail_after = 0;
	fake.fail_errno = EBUSY;
	is(auq_raw_queue_create(dev, &args, &id), -EBUSY, "raw: the kernel's own error");
	is(id, 77, "the id is left alone");
	is(auq_raw_queue_create(dev, &args, &id), 0, "raw: create");
	is(id, 5, "the id");
	is(auq_raw_queue_free(NULL, 5), -EINVAL, "raw: no device");
	is(auq_raw_queue_free(dev, 5), 0, "raw: free");
	ok(fake.last_create.in.mqd_size == 8 && fake.freed_id == 5, "as told");
}

static void test_free(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;
	struct auq_fence fence = {8, 8};
	uint32_t slot = 3;

	args.ip = AUQ_IP_COMPUTE;
	auq_queue_create(dev, &args, &queue);
	fake.free_errno = EIO;
	is(auq_queue_free(queue), -EIO, "the firmware cannot unmap it");
	is(auq_queue_free(queue), 0, "it is gone nevertheless");
	is(fake.queues, 0, "and is freed once");
	fake.free_errno = 0;
	is(auq_queue_emit_nop(queue, 1), -ENODEV, "emit_nop");
	is(auq_queue_emit_write(queue, 8, 1), -ENODEV, "emit_write");
	is(auq_queue_emit(queue, &slot, 1), -ENODEV, "emit");
	is(auq_queue_emit_fence_wait(queue, &fence, 1), -ENODEV, "emit_fence_wait");
	is(auq_queue_submit(queue, NULL), -ENODEV, "submit");
	is(auq_queue_wait_idle(queue, 0), -ENODEV, "wait_idle");
	is(auq_queue_set_wptr(queue, 1), -ENODEV, "set_wptr");
	is(auq_queue_slot(queue, &slot), -ENODEV, "slot");
	is(slot, 3, "left alone");
	auq_queue_unref(queue);
	fake_check("husk", 1);
	is(auq_queue_free(NULL), -EINVAL, "no queue");
	ok(!auq_queue_ref(NULL), "ref of none");
	auq_queue_unref(NULL);
}

/* An engine that reads everything, or up to @left dwords before the end. */
static void read_ring(struct auq_queue *queue, uint64_t left, bool wrapped)
{
	unsigned int shift = queue->ip == AUQ_IP_SDMA ? 2 : 0;
	uint64_t rptr = queue->submitted - left;

	if (wrapped)
		rptr &= queue->ring->bytes / 4 - 1;
	*(uint64_t *)queue->rptr->cpu = rptr << shift;
}

static void test_ring(enum auq_ip ip, bool wrapped)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	unsigned int shift = ip == AUQ_IP_SDMA ? 2 : 0;
	uint32_t end = ip == AUQ_IP_SDMA ? 1 : 2, data[64], i, at;
	uint64_t value = 0, total = 0, seen;
	struct auq_queue *queue = NULL;
	uint32_t *ring;

	args.ip = ip;
	args.ring_bytes = 4096;
	auq_queue_create(dev, &args, &queue);
	ring = queue->ring->cpu;
	is(auq_queue_wait_idle(queue, 0), 0, "an empty ring is idle");
	is(auq_queue_emit_nop(queue, 1024 - end), -EMSGSIZE, "more than a ring");
	is(auq_queue_emit_nop(queue, 1023 - end), 0, "the most that a ring takes");
	is(auq_queue_emit_nop(queue, 1), -ENOSPC, "is full");
	is(*(uint64_t *)queue->wptr->cpu, 0, "not published before submit");
	is(auq_queue_submit(queue, &value), 0, "submit fits");
	is((long long)value, 1023 << shift, "wptr in the engine's unit");
	is(*(uint64_t *)queue->wptr->cpu, (long long)value, "in the wptr page");
	is(((uint64_t *)queue->doorbell->cpu)[queue->doorbell_index], (long long)value,
	   "and in the doorbell");
	is(auq_queue_wait_idle(queue, 1000000), -ETIME, "not idle");
	seen = value;
	is(auq_queue_submit(queue, &value), -ENOSPC, "a full ring takes no more");
	is((long long)value, (long long)seen, "value is left alone");
	is(auq_queue_emit(queue, data, 0), -ENOSPC, "not even the end of nothing");
	read_ring(queue, 0, wrapped);
	is(auq_queue_wait_idle(queue, 0), 0, "idle");

	total = 1023;
	for (i = 0; i < 64; i++)
		data[i] = 0xf00d0000 + i;
	for (i = 0; i < 200; i++) {
		read_ring(queue, i % 5, wrapped);
		if (auq_queue_emit(queue, data, 61))
			break;
		/* the 61 dwords, round the corner or not */
		for (at = 0; at < 61; at++)
			if (ring[(total + at) & 1023] != data[at])
				break;
		if (at < 61 || auq_queue_submit(queue, &value))
			break;
		total += 61 + end;
		if (value != total << shift)
			break;
	}
	is(i, 200, "twelve times round, nothing torn");

	read_ring(queue, 0, wrapped);
	is(auq_queue_emit(queue, data, 64), 0, "emit");
	is(auq_queue_emit_nop(queue, 1023 - 64 - end), 0, "fill up");
	is(auq_queue_emit_write(queue, 8, 1), -ENOSPC, "no room for a write");
	is(auq_queue_emit_write(queue, 9, 1), -EINVAL, "a write to an odd address");
	is(auq_queue_set_wptr(queue, 42), 0, "set_wptr");
	is(*(uint64_t *)queue->wptr->cpu, 42, "writes the page");
	is(((uint64_t *)queue->doorbell->cpu)[queue->doorbell_index], (long long)value,
	   "not the doorbell");
	auq_queue_unref(queue);
	fake_check("ring", 1);
}

static void test_ring_arguments(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	static struct auq_fence fences[40];
	struct auq_queue *queue = NULL;

	args.ip = AUQ_IP_GFX;
	args.ring_bytes = 4096;
	auq_queue_create(dev, &args, &queue);
	is(auq_queue_emit(NULL, NULL, 0), -EINVAL, "emit");
	is(auq_queue_emit(queue, NULL, 1), -EINVAL, "emit of NULL");
	is(auq_queue_emit(queue, NULL, 0), 0, "emit of nothing");
	is(auq_queue_emit(queue, (uint32_t *)fences, SIZE_MAX), -EMSGSIZE, "emit of everything");
	is(auq_queue_emit_nop(NULL, 1), -EINVAL, "emit_nop");
	is(auq_queue_emit_write(NULL, 8, 1), -EINVAL, "emit_write");
	is(auq_queue_emit_fence_wait(NULL, fences, 1), -EINVAL, "emit_fence_wait");
	is(auq_queue_emit_fence_wait(queue, NULL, 1), -EINVAL, "emit_fence_wait of NULL");
	is(auq_queue_emit_fence_wait(queue, NULL, 0), 0, "of none");
	is((long long)queue->emitted, 0, "nothing so far");
	is(auq_queue_emit_fence_wait(queue, fences, 40), 0, "of 40");
	is((long long)queue->emitted, 2 + 32 * 4 + 2 + 8 * 4, "two packets");
	is(auq_queue_emit_fence_wait(queue, fences, UINT32_MAX), -EMSGSIZE, "of too many");
	fences[39].va = 4;
	is(auq_queue_emit_fence_wait(queue, fences, 40), -EINVAL, "of one at half an address");
	is(auq_queue_submit(NULL, NULL), -EINVAL, "submit");
	is(auq_queue_wait_idle(NULL, 0), -EINVAL, "wait_idle");
	is(auq_queue_set_wptr(NULL, 0), -EINVAL, "set_wptr");
	auq_queue_unref(queue);

	args.ip = AUQ_IP_SDMA;
	auq_queue_create(dev, &args, &queue);
	is(auq_queue_emit_fence_wait(queue, fences, 1), -EOPNOTSUPP, "SDMA");
	auq_queue_unref(queue);
}

int main(void)
{
	int ip;

	fake_reset("7.3.4");
	dev = fake_device();
	test_buffer();
	for (ip = 0; ip < AUQ_NUM_IPS; ip++)
		test_create((enum auq_ip)ip);
	test_create_arguments();
	test_raw();
	test_free();
	for (ip = 0; ip < AUQ_NUM_IPS; ip++) {
		test_ring((enum auq_ip)ip, false);
		test_ring((enum auq_ip)ip, true);
	}
	test_ring_arguments();
	auq_device_unref(dev);
	fake_check("all", 0);
	return tap_done();
}
