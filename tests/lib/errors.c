// SPDX-License-Identifier: MIT
/*
 * errors PART...: each error of the header, as the kernel or the library gives it. What a line of
 * the output says to be produced, "auq_signal -ENOENT", tests/lib/header-errors compares with the
 * header. What a part needs of the kernel is beside its name, below.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xf86drm.h>

#include "amdgpu_userq.h"
#include "tap.h"

#define SECOND   1000000000ull
#define NONE     4242u /* no handle and no queue */
#define NUM_MANY 40u   /* more points than the library keeps on the stack */

/* ---- memory that is not there -------------------------------------------- */

static bool no_memory;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	return no_memory ? NULL : __libc_malloc(size);
}

void *calloc(size_t num, size_t size)
{
	return no_memory ? NULL : __libc_calloc(num, size);
}

void *realloc(void *old, size_t size)
{
	return no_memory ? NULL : __libc_realloc(old, size);
}

static int without_memory(int r)
{
	no_memory = false;
	return r;
}
#define WITHOUT_MEMORY(call) (no_memory = true, without_memory(call))

/* ---- what all parts need ------------------------------------------------- */

static struct auq_device *dev;

static void error(int got, int want, const char *call, const char *why)
{
	const char *name = want == -AUQ_ENOTSUPP ? "AUQ_ENOTSUPP" : strerrorname_np(-want);
	char text[128];

	snprintf(text, sizeof(text), "%s -%s: %s", call, name, why);
	is(got, want, text);
}
#define ERROR(want, why, call, ...) error(call(__VA_ARGS__), want, #call, why)

/* A struct of a newer header, whose last field is not zero. */
#define NEWER(type)                                                                                \
	struct {                                                                                   \
		struct type args;                                                                  \
		uint64_t news;                                                                     \
	} newer = {.args = {.size = sizeof(newer)}, .news = 1}

static int open_node(const char *format, int first)
{
	char path[32];
	int nr, fd;

	for (nr = first; nr < first + 4; nr++) {
		snprintf(path, sizeof(path), format, nr);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -errno;
}

/* A control of the simulated or virtual device. */
static bool control(const char *name, const char *value)
{
	char path[256], *end;
	int fd;
	bool done;

	auq_device_listing_path(dev, path, sizeof(path));
	end = strrchr(path, '/');
	snprintf(end, sizeof(path) - (size_t)(end - path), "/vasic/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		printf("# no control %s: %s\n", path, strerror(errno));
		return false;
	}
	done = write(fd, value, strlen(value)) > 0;
	close(fd);
	return done;
}

static struct auq_buffer *buffer(enum auq_domain domain, uint64_t bytes)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_buffer *buf = NULL;

	args.bytes = bytes;
	args.alignment = 4096;
	args.domain = domain;
	is(auq_buffer_create(dev, &args, &buf), 0, "a buffer");
	return buf;
}

static struct auq_queue *queue_of(enum auq_ip ip)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL;

	args.ip = ip;
	args.ring_bytes = 4096;
	is(auq_queue_create(dev, &args, &queue), 0, "a queue");
	return queue;
}

static uint32_t new_syncobj(void)
{
	uint32_t handle = 0;

	drmSyncobjCreate(auq_device_fd(dev), 0, &handle);
	return handle;
}

/* A queue by the raw call, out of five buffers that live as long as the process. */
static struct auq_raw_queue_args raw_args(void)
{
	static struct auq_buffer *ring, *rptr, *wptr, *csa, *doorbell;
	struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);

	if (!ring) {
		ring = buffer(AUQ_DOMAIN_GTT, 4096);
		rptr = buffer(AUQ_DOMAIN_GTT, 4096);
		wptr = buffer(AUQ_DOMAIN_GTT, 4096);
		csa = buffer(AUQ_DOMAIN_GTT, 4096);
		doorbell = buffer(AUQ_DOMAIN_DOORBELL, 4096);
	}
	args.ip = AUQ_IP_SDMA;
	args.doorbell_handle = auq_buffer_handle(doorbell);
	args.doorbell_index = 0x100;
	args.ring_va = auq_buffer_va(ring);
	args.ring_bytes = 4096;
	args.rptr_va = auq_buffer_va(rptr);
	args.wptr_va = auq_buffer_va(wptr);
	args.csa_va = auq_buffer_va(csa);
	return args;
}

static struct auq_wait_args wait_args(const uint32_t *syncobj)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);

	args.syncobjs = syncobj;
	args.num_syncobjs = syncobj ? 1 : 0;
	return args;
}

/* All three calls that WAIT answer alike. Their results stay as they are. */
static void wait_error(const struct auq_wait_args *args, int want, const char *why)
{
	struct auq_fence fence = {1, 2}, *fences = &fence;
	uint32_t num = 1;

	ERROR(want, why, auq_wait_count, dev, args, &num);
	ERROR(want, why, auq_wait, dev, args, &fence, &num);
	ERROR(want, why, auq_wait_alloc, dev, args, &fences, &num);
	ok(fences == &fence && fence.va == 1 && fence.value == 2 && num == 1, "nothing is written");
}

/* ---- parts --------------------------------------------------------------- */

static void drop_privilege(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return;
	/* for each primary node, and for high priority */
	data[0].effective &= ~(1u << CAP_SYS_ADMIN | 1u << CAP_SYS_NICE);
	syscall(SYS_capset, &header, data);
}

/* Before there is a device of this GPU, which libdrm_amdgpu would join others to. */
static void test_open(void)
{
	int master = open_node("/dev/dri/card%d", 0), other = open_node("/dev/dri/card%d", 0);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct auq_device *none = NULL;

	ERROR(-EINVAL, "nowhere to put it", auq_device_create, null, NULL);
	ERROR(-EBADF, "not open", auq_device_create, -1, &none);
	ERROR(-ENOTTY, "no DRM file", auq_device_create, null, &none);
	if (other >= 0)
		ERROR(-EACCES, "a primary node, not authenticated", auq_device_create, other,
		      &none);
	error(WITHOUT_MEMORY(auq_device_create(null, &none)), -ENOMEM, "auq_device_create",
	      "no memory");
	ok(!none, "no device");
	close(null);
	close(master);
	close(other);
}

static void test_device(void)
{
	enum auq_answer answer;
	char path[8];

	ERROR(-EINVAL, "no device", auq_device_query, NULL, NULL);
	ERROR(-EINVAL, "no engine", auq_device_query_ip, dev, (enum auq_ip)3, NULL);
	ERROR(-EINVAL, "no device", auq_device_traits, NULL, &answer, 1);
	ERROR(-EINVAL, "nowhere to put it", auq_device_listing_path, dev, NULL, 0);
	ERROR(-ENAMETOOLONG, "8 bytes", auq_device_listing_path, dev, path, sizeof(path));
	{
		NEWER(auq_device_info);
		ERROR(-E2BIG, "newer", auq_device_query, dev, &newer.args);
	}
	{
		NEWER(auq_ip_info);
		ERROR(-E2BIG, "newer", auq_device_query_ip, dev, AUQ_IP_GFX, &newer.args);
	}
}

static void test_buffer(void)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_buffer *none = NULL;

	ERROR(-EINVAL, "0 bytes", auq_buffer_create, dev, &args, &none);
	args.bytes = 1ull << 46;
	ERROR(-ENOMEM, "64 TiB", auq_buffer_create, dev, &args, &none);
	{
		NEWER(auq_buffer_args);
		ERROR(-E2BIG, "newer", auq_buffer_create, dev, &newer.args, &none);
	}
	ok(!none, "no buffer");
}

static void test_create(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_raw_queue_args raw = raw_args(), bad = raw;
	struct auq_queue *none = NULL;
	uint32_t id = 77, first = 0;

	args.ip = AUQ_IP_SDMA;
	bad.ring_va = 0;
	ERROR(-EINVAL, "no ring", auq_raw_queue_create, dev, &bad, &id);
	args.ring_bytes = 4095;
	ERROR(-EINVAL, "4095 bytes", auq_queue_create, dev, &args, &none);
	args.ring_bytes = 0;
	{
		NEWER(auq_raw_queue_args);
		ERROR(-E2BIG, "newer", auq_raw_queue_create, dev, &newer.args, &id);
	}
	{
		NEWER(auq_queue_args);
		ERROR(-E2BIG, "newer", auq_queue_create, dev, &newer.args, &none);
	}

	bad = raw;
	bad.priority = args.priority = AUQ_PRIORITY_HIGH;
	ERROR(-EACCES, "high priority", auq_raw_queue_create, dev, &bad, &id);
	ERROR(-EACCES, "high priority", auq_queue_create, dev, &args, &none);
	args.priority = 0;

	is(auq_raw_queue_create(dev, &raw, &first), 0, "a raw queue");
	ERROR(-EBUSY, "a doorbell of another queue", auq_raw_queue_create, dev, &raw, &id);
	is(auq_raw_queue_free(dev, first), 0, "is freed");
	ERROR(-ENOENT, "once", auq_raw_queue_free, dev, first);
	ERROR(-EINVAL, "no device", auq_raw_queue_free, NULL, first);
	if (control("max_slots", "0")) {
		ERROR(-ENOSPC, "no slot is left", auq_raw_queue_create, dev, &raw, &id);
		ERROR(-ENOSPC, "no slot is left", auq_queue_create, dev, &args, &none);
		control("max_slots", "262144");
	}
	if (control("no_memory", "1")) {
		ERROR(-ENOMEM, "no memory", auq_raw_queue_create, dev, &raw, &id);
		control("no_memory", "0");
	}
	error(WITHOUT_MEMORY(auq_queue_create(dev, &args, &none)), -ENOMEM, "auq_queue_create",
	      "no memory");
	ok(id == 77 && !none, "nothing is written");
}

static void test_doorbell(void)
{
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_queue *queue = NULL, *none = NULL;

	args.ip = AUQ_IP_SDMA;
	args.doorbell = buffer(AUQ_DOMAIN_DOORBELL, 4096);
	args.doorbell_index = 0x100;
	is(auq_queue_create(dev, &args, &queue), 0, "a queue with a doorbell");
	ERROR(-EBUSY, "a doorbell of another queue", auq_queue_create, dev, &args, &none);
	ok(!none, "nothing is written");
	auq_queue_unref(queue);
	auq_buffer_unref(args.doorbell);
}

static void test_freed_queue(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_COMPUTE), *stolen = queue_of(AUQ_IP_SDMA);
	struct auq_fence fence = {8, 1};
	uint32_t dw = 0, slot = 9;

	ERROR(-EINVAL, "no queue", auq_queue_free, NULL);
	is(auq_raw_queue_free(dev, auq_queue_id(stolen)), 0, "a queue is freed by its id");
	ERROR(-ENOENT, "freed by its id", auq_queue_free, stolen);
	auq_queue_unref(stolen);

	is(auq_queue_free(queue), 0, "freed");
	ERROR(-ENODEV, "freed", auq_queue_emit, queue, &dw, 1);
	ERROR(-ENODEV, "freed", auq_queue_emit_nop, queue, 1);
	ERROR(-ENODEV, "freed", auq_queue_emit_write, queue, 8, 1);
	ERROR(-ENODEV, "freed", auq_queue_emit_fence_wait, queue, &fence, 1);
	ERROR(-ENODEV, "freed", auq_queue_submit, queue, NULL);
	ERROR(-ENODEV, "freed", auq_queue_wait_idle, queue, 0);
	ERROR(-ENODEV, "freed", auq_queue_set_wptr, queue, 0);
	ERROR(-ENODEV, "freed", auq_queue_slot, queue, &slot);
	is(slot, 9, "nothing is written");
	auq_queue_unref(queue);
}

static void test_ring(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_COMPUTE), *sdma = queue_of(AUQ_IP_SDMA);
	const struct auq_fence fence = {8, 1}, odd = {9, 1};
	struct auq_fence many[300];
	static uint32_t dw[2000];

	for (size_t i = 0; i < 300; i++)
		many[i] = fence;
	ERROR(-EINVAL, "no queue", auq_queue_emit, NULL, dw, 1);
	ERROR(-EINVAL, "no queue", auq_queue_emit_nop, NULL, 1);
	ERROR(-EINVAL, "an odd address", auq_queue_emit_write, queue, 2, 1);
	ERROR(-EINVAL, "an odd address", auq_queue_emit_fence_wait, queue, &odd, 1);
	ERROR(-EINVAL, "no queue", auq_queue_submit, NULL, NULL);
	ERROR(-EINVAL, "no queue", auq_queue_wait_idle, NULL, 0);
	ERROR(-EINVAL, "no queue", auq_queue_set_wptr, NULL, 0);
	ERROR(-EOPNOTSUPP, "SDMA", auq_queue_emit_fence_wait, sdma, &fence, 1);
	ERROR(-EMSGSIZE, "2000 of 1024", auq_queue_emit, queue, dw, 2000);
	ERROR(-EMSGSIZE, "2000 of 1024", auq_queue_emit_nop, queue, 2000);
	ERROR(-EMSGSIZE, "1220 of 1024", auq_queue_emit_fence_wait, queue, many, 300);

	is(auq_queue_emit_nop(queue, 1021), 0, "a full ring");
	ERROR(-ENOSPC, "full", auq_queue_emit, queue, dw, 1);
	ERROR(-ENOSPC, "full", auq_queue_emit_nop, queue, 1);
	ERROR(-ENOSPC, "full", auq_queue_emit_write, queue, 8, 1);
	ERROR(-ENOSPC, "full", auq_queue_emit_fence_wait, queue, &fence, 1);
	if (control("hold", "1")) {
		is(auq_queue_submit(queue, NULL), 0, "an engine with work that it does not do");
		ERROR(-ETIME, "1 ms", auq_queue_wait_idle, queue, 1000000);
		ERROR(-ENOSPC, "full", auq_queue_submit, queue, NULL);
		control("hold", "0");
		is(auq_queue_wait_idle(queue, 5 * SECOND), 0, "goes on");
	}
	auq_queue_unref(queue);
	auq_queue_unref(sdma);
}

static void test_packets(void)
{
	const enum auq_ip no_ip = (enum auq_ip)3;
	const struct auq_fence fence = {8, 1}, odd = {9, 1};
	uint32_t dw[8], data = 0;

	ERROR(-EINVAL, "no engine", auq_packet_nop, no_ip, dw, 8, 1);
	ERROR(-EINVAL, "an odd address", auq_packet_write, AUQ_IP_GFX, dw, 8, 2, &data, 1);
	ERROR(-EINVAL, "an odd address", auq_packet_fence_wait, AUQ_IP_GFX, dw, 8, &odd, 1);
	ERROR(-EINVAL, "an odd address", auq_packet_release, AUQ_IP_GFX, 11, dw, 8, 4, 1);
	ERROR(-EINVAL, "no engine", auq_packet_fence_signal, no_ip, dw, 8);
	ERROR(-ENOSPC, "no room", auq_packet_nop, AUQ_IP_GFX, dw, 0, 1);
	ERROR(-ENOSPC, "no room", auq_packet_write, AUQ_IP_GFX, dw, 4, 8, &data, 1);
	ERROR(-ENOSPC, "no room", auq_packet_fence_wait, AUQ_IP_GFX, dw, 5, &fence, 1);
	ERROR(-ENOSPC, "no room", auq_packet_release, AUQ_IP_GFX, 11, dw, 7, 8, 1);
	ERROR(-ENOSPC, "no room", auq_packet_fence_signal, AUQ_IP_GFX, dw, 1);
	ERROR(-EOPNOTSUPP, "SDMA", auq_packet_fence_wait, AUQ_IP_SDMA, dw, 8, &fence, 1);
	ERROR(-EOPNOTSUPP, "GFX 10", auq_packet_release, AUQ_IP_GFX, 10, dw, 8, 8, 1);
}

static void test_signal(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_SDMA);
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);
	uint32_t syncobj = new_syncobj(), none = NONE, slot = 9;
	bool in_use = true;

	args.queue_id = NONE;
	ERROR(-ENOENT, "no queue", auq_signal, dev, &args);
	args.queue_id = auq_queue_id(queue);
	args.num_syncobjs = 65536;
	ERROR(-EINVAL, "65536 syncobjs", auq_signal, dev, &args);
	args.num_syncobjs = 1;
	ERROR(-EFAULT, "syncobjs", auq_signal, dev, &args);
	args.syncobjs = &none;
	ERROR(-ENOENT, "no syncobj", auq_signal, dev, &args);
	args.syncobjs = &syncobj;
	args.num_bo_read = 1;
	ERROR(-EFAULT, "BOs to read", auq_signal, dev, &args);
	args.bo_read = &none;
	ERROR(-ENOENT, "no BO", auq_signal, dev, &args);
	args.num_bo_read = 0;
	args.num_bo_write = 1;
	ERROR(-EFAULT, "BOs to write", auq_signal, dev, &args);
	args.num_bo_write = 0;
	{
		NEWER(auq_signal_args);
		ERROR(-E2BIG, "newer", auq_signal, dev, &newer.args);
	}
	ERROR(-EINVAL, "nowhere to put it", auq_queue_slot, queue, NULL);
	ERROR(-EINVAL, "no such slot", auq_slot_query, dev, 262144, &in_use);
	ERROR(-EMFILE, "too many below are free", auq_slot_query, dev, 262143, &in_use);
	error(WITHOUT_MEMORY(auq_slot_query(dev, 0, &in_use)), -ENOMEM, "auq_slot_query",
	      "no memory");
	if (control("no_memory", "1")) {
		ERROR(-ENOMEM, "no memory", auq_signal, dev, &args);
		ERROR(-ENOMEM, "no memory", auq_queue_slot, queue, &slot);
		control("no_memory", "0");
	}
	ok(slot == 9 && in_use, "nothing is written");
	if (control("max_slots", "0")) {
		in_use = false;
		is(auq_slot_query(dev, 0, &in_use), 0, "no slot is free");
		ok(in_use, "so that each is in use");
		control("max_slots", "262144");
	}
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	auq_queue_unref(queue);
}

static void test_wait(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_SDMA);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	uint32_t syncobj = new_syncobj(), none = NONE, num = 0;
	const uint64_t point = 1;
	struct auq_wait_args args = wait_args(&none);
	struct auq_fence fence;

	wait_error(&args, -ENOENT, "no syncobj");
	args.syncobjs = NULL;
	wait_error(&args, -EFAULT, "syncobjs");
	args.num_syncobjs = 65536;
	wait_error(&args, -EINVAL, "65536 syncobjs");
	args.num_syncobjs = 0;
	args.num_timelines = 1;
	args.points = &point;
	wait_error(&args, -EFAULT, "timelines");
	args.timelines = &syncobj;
	args.points = NULL;
	wait_error(&args, -EFAULT, "points");
	args.num_timelines = 0;
	args.num_bo_read = 1;
	wait_error(&args, -EFAULT, "BOs to read");
	args.bo_read = &none;
	wait_error(&args, -ENOENT, "no BO");
	args.num_bo_read = 0;
	args.num_bo_write = 1;
	wait_error(&args, -EFAULT, "BOs to write");
	{
		NEWER(auq_wait_args);
		wait_error(&newer.args, -E2BIG, "newer");
	}

	signal.queue_id = auq_queue_id(queue);
	signal.syncobjs = &syncobj;
	signal.num_syncobjs = 1;
	is(auq_signal(dev, &signal), 0, "a fence");
	args = wait_args(&syncobj);
	args.queue_id = NONE;
	num = 1;
	ERROR(-EINVAL, "no queue", auq_wait, dev, &args, &fence, &num);
	num = 0;
	ERROR(-ENOSPC, "no room", auq_wait, dev, &args, NULL, &num);
	args.queue_id = auq_queue_id(queue);
	num = 1;
	/* Read-only: the kernel can't write there. */
	ERROR(-EFAULT, "nowhere to put it", auq_wait, dev, &args,
	      mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), &num);
	error(WITHOUT_MEMORY(auq_wait_alloc(dev, &args, &(struct auq_fence *){NULL}, &num)),
	      -ENOMEM, "auq_wait_alloc", "no memory");
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	auq_queue_unref(queue);
}

static void listing_error(const char *text, int want, const char *why)
{
	struct auq_listing *none = NULL;
	int fd = memfd_create("listing", MFD_CLOEXEC);

	if (write(fd, text, strlen(text)) < 0)
		return;
	lseek(fd, 0, SEEK_SET);
	if (want == -ENOMEM) {
		error(WITHOUT_MEMORY(auq_listing_read(fd, &none)), want, "auq_listing_read", why);
		error(WITHOUT_MEMORY(auq_listing_parse(text, strlen(text), &none)), want,
		      "auq_listing_parse", why);
	} else {
		ERROR(want, why, auq_listing_read, fd, &none);
		ERROR(want, why, auq_listing_parse, text, strlen(text), &none);
	}
	ok(!none, "no listing");
	close(fd);
}

static void test_listing(void)
{
	ERROR(-EINVAL, "nowhere to put it", auq_listing_read, 0, NULL);
	ERROR(-EINVAL, "nowhere to put it", auq_listing_parse, "", 0, NULL);
	ERROR(-EBADF, "not open", auq_listing_read, -1, &(struct auq_listing *){NULL});
#define TITLE "# amdgpu_userq_fence_drivers "
	listing_error("", -EBADMSG, "empty");
	listing_error(TITLE "v2 used=0 total=1\n", -EPROTONOSUPPORT, "v2");
	listing_error(TITLE "v1 used=0 total=262145\n", -EFBIG, "262145 slots");
	listing_error(TITLE "v1 used=4294967296 total=1\n", -EOVERFLOW, "2^32");
	listing_error(TITLE "v1 used=0 total=1\n", -ENOMEM, "no memory");
#undef TITLE
}

static void part_any(void)
{
	test_device();
	test_buffer();
	test_create();
	test_doorbell();
	test_freed_queue();
	test_ring();
	test_packets();
	test_signal();
	test_wait();
	test_listing();
}

/* Points of 4 bytes, BOs that may not be named twice, queues that are not there by another name. */
static void part_old(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_SDMA);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_buffer *buf = buffer(AUQ_DOMAIN_GTT, 4096);
	const uint32_t twice[2] = {auq_buffer_handle(buf), auq_buffer_handle(buf)};
	static uint32_t many_handles[NUM_MANY];
	static uint64_t many_points[NUM_MANY];
	uint64_t point = 1ull << 32;
	uint32_t num = 0;

	ERROR(-EINVAL, "no such queue", auq_raw_queue_free, dev, NONE);
	signal.queue_id = auq_queue_id(queue);
	signal.bo_read = twice;
	signal.num_bo_read = 2;
	ERROR(-EALREADY, "a BO twice", auq_signal, dev, &signal);
	args.bo_read = twice;
	args.num_bo_read = 2;
	wait_error(&args, -EALREADY, "a BO twice");
	args.num_bo_read = 0;
	args.timelines = twice;
	args.points = &point;
	args.num_timelines = 1;
	wait_error(&args, -EOVERFLOW, "2^32");
	args.timelines = many_handles;
	args.points = many_points;
	args.num_timelines = NUM_MANY;
	error(WITHOUT_MEMORY(auq_wait_count(dev, &args, &num)), -ENOMEM, "auq_wait_count",
	      "no memory for points");
	error(WITHOUT_MEMORY(auq_wait(dev, &args, NULL, &num)), -ENOMEM, "auq_wait",
	      "no memory for points");
	auq_queue_unref(queue);
	auq_buffer_unref(buf);
}

static void part_unsafe(void)
{
	struct auq_queue *queue = queue_of(AUQ_IP_SDMA);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	uint32_t syncobj = new_syncobj(), num = 1, slot;
	struct auq_wait_args args = wait_args(&syncobj);
	struct auq_fence fence, *fences;

	signal.queue_id = args.queue_id = auq_queue_id(queue);
	signal.syncobjs = &syncobj;
	signal.num_syncobjs = 1;
	is(auq_signal(dev, &signal), 0, "a fence");
	ERROR(-EOPNOTSUPP, "puts twice", auq_wait, dev, &args, &fence, &num);
	ERROR(-EOPNOTSUPP, "puts twice", auq_wait_alloc, dev, &args, &fences, &num);
	ERROR(-EOPNOTSUPP, "puts twice", auq_queue_slot, queue, &slot);
	ERROR(-EOPNOTSUPP, "puts twice", auq_slot_query, dev, 0, &(bool){false});
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	auq_queue_unref(queue);
}

static void part_off(void)
{
	struct auq_raw_queue_args raw = raw_args();
	struct auq_queue_args args = AUQ_ARGS(auq_queue_args);
	struct auq_signal_args signal = AUQ_ARGS(auq_signal_args);
	struct auq_wait_args wait = wait_args(NULL);
	struct auq_queue *none = NULL;
	uint32_t id = 77;

	ERROR(-AUQ_ENOTSUPP, "off", auq_raw_queue_create, dev, &raw, &id);
	ERROR(-AUQ_ENOTSUPP, "off", auq_raw_queue_free, dev, 1);
	ERROR(-AUQ_ENOTSUPP, "off", auq_queue_create, dev, &args, &none);
	ERROR(-AUQ_ENOTSUPP, "off", auq_signal, dev, &signal);
	ERROR(-AUQ_ENOTSUPP, "off", auq_slot_query, dev, 0, &(bool){false});
	wait_error(&wait, -AUQ_ENOTSUPP, "off");
	ok(id == 77 && !none, "nothing is written");
}

/* Each takes the 5 s that the kernel waits for somebody to submit. */
struct late {
	pthread_t thread;
	struct auq_wait_args args;
	int (*call)(struct late *late);
	int result;
};

static int late_count(struct late *late)
{
	return auq_wait_count(dev, &late->args, &(uint32_t){0});
}

static int late_wait(struct late *late)
{
	return auq_wait(dev, &late->args, &(struct auq_fence){0, 0}, &(uint32_t){1});
}

static int late_alloc(struct late *late)
{
	return auq_wait_alloc(dev, &late->args, &(struct auq_fence *){NULL}, &(uint32_t){0});
}

static void *run_late(void *data)
{
	struct late *late = data;

	late->result = late->call(late);
	return NULL;
}

static void part_slow(void)
{
	static const char *const names[3] = {"auq_wait_count", "auq_wait", "auq_wait_alloc"};
	struct late late[3] = {{.call = late_count}, {.call = late_wait}, {.call = late_alloc}};
	uint32_t syncobj = new_syncobj();

	for (int i = 0; i < 3; i++) {
		late[i].args = wait_args(&syncobj);
		pthread_create(&late[i].thread, NULL, run_late, &late[i]);
	}
	for (int i = 0; i < 3; i++) {
		pthread_join(late[i].thread, NULL);
		error(late[i].result, -ETIME, names[i], "nobody submits");
	}
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {
		{"any", part_any},       /* 7.1.13 and later */
		{"old", part_old},       /* 6.18 */
		{"unsafe", part_unsafe}, /* 7.0 */
		{"off", part_off},       /* user queues are off */
		{"slow", part_slow},     /* any; takes 5 s */
	};
	int fd, i;

	drop_privilege();
	test_open();
	fd = open_node("/dev/dri/renderD%d", 128);
	if (!ok(fd >= 0, "a render node") || !is(auq_device_create(fd, &dev), 0, "device"))
		return tap_done();
	close(fd);
	for (i = 1; i < argc; i++)
		for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
			if (!strcmp(argv[i], parts[p].name))
				parts[p].run();
	auq_device_unref(dev);
	return tap_done();
}
