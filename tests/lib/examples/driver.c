/* SPDX-License-Identifier: MIT */
/*
 * driver NODE: as a driver uses the library that has rings of its own. A queue writes into a
 * buffer that is shared with another process and a point of a timeline; a second queue waits for
 * the point, a queue of the other process for the buffer.
 */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <amdgpu_userq.h>
#include <xf86drm.h>

#define RING_BYTES  65536u
#define RING_DWORDS (RING_BYTES / 4)
#define POINT       7u
#define MAX_FENCES  16u

struct ring {
	struct auq_device *dev;
	enum auq_ip ip;
	uint32_t id;
	uint32_t version;
	struct auq_buffer *ring, *rptr, *wptr, *doorbell, *area, *fence;
	uint64_t next; /* in dwords */
};

static void check(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "driver: %s: %s\n", what, auq_strerror(r));
		exit(1);
	}
}
#define CHECK(call) check(call, #call)

static struct auq_buffer *make_buffer(struct auq_device *dev, uint64_t bytes, uint64_t alignment,
				      enum auq_domain domain)
{
	struct auq_buffer_args args = AUQ_ARGS(auq_buffer_args);
	struct auq_buffer *buf;

	args.bytes = bytes;
	args.alignment = alignment;
	args.domain = domain;
	args.flags = AUQ_BUFFER_UNCACHED;
	CHECK(auq_buffer_create(dev, &args, &buf));
	return buf;
}

/* ---- a ring of one's own ------------------------------------------------- */

/* SDMA or COMPUTE, each with a doorbell that its engine listens to. */
static void ring_create(struct ring *ring, struct auq_device *dev, enum auq_ip ip)
{
	struct auq_raw_queue_args args = AUQ_ARGS(auq_raw_queue_args);
	struct auq_ip_info info = AUQ_ARGS(auq_ip_info);
	uint32_t *dw;

	memset(ring, 0, sizeof(*ring));
	CHECK(auq_device_query_ip(dev, ip, &info));
	if (info.state != AUQ_IP_USABLE) {
		fprintf(stderr, "driver: no user queues on engine %d\n", (int)ip);
		exit(1);
	}
	ring->dev = auq_device_ref(dev);
	ring->ip = ip;
	ring->version = info.version_major;
	ring->ring = make_buffer(dev, RING_BYTES, 0, AUQ_DOMAIN_GTT);
	ring->rptr = make_buffer(dev, 4096, 0, AUQ_DOMAIN_GTT);
	ring->wptr = make_buffer(dev, 4096, 0, AUQ_DOMAIN_GTT);
	ring->fence = make_buffer(dev, 4096, 0, AUQ_DOMAIN_GTT);
	ring->doorbell = make_buffer(dev, 4096, 0, AUQ_DOMAIN_DOORBELL);
	dw = (uint32_t *)auq_buffer_cpu(ring->ring);
	CHECK(auq_packet_nop(ip, dw, RING_DWORDS, RING_DWORDS));

	args.ip = ip;
	args.priority = AUQ_PRIORITY_NORMAL_LOW;
	args.doorbell_handle = auq_buffer_handle(ring->doorbell);
	args.ring_va = auq_buffer_va(ring->ring);
	args.ring_bytes = RING_BYTES;
	args.rptr_va = auq_buffer_va(ring->rptr);
	args.wptr_va = auq_buffer_va(ring->wptr);
	if (ip == AUQ_IP_SDMA) {
		ring->area = make_buffer(dev, info.csa_size, info.csa_alignment, AUQ_DOMAIN_GTT);
		args.csa_va = auq_buffer_va(ring->area);
		args.doorbell_index = 0x100;
	} else {
		ring->area = make_buffer(dev, info.eop_size, info.eop_alignment, AUQ_DOMAIN_GTT);
		args.eop_va = auq_buffer_va(ring->area);
		args.doorbell_index = 4;
	}
	CHECK(auq_raw_queue_create(dev, &args, &ring->id));
}

static void ring_destroy(struct ring *ring)
{
	CHECK(auq_raw_queue_free(ring->dev, ring->id));
	auq_buffer_unref(ring->area);
	auq_buffer_unref(ring->doorbell);
	auq_buffer_unref(ring->fence);
	auq_buffer_unref(ring->wptr);
	auq_buffer_unref(ring->rptr);
	auq_buffer_unref(ring->ring);
	auq_device_unref(ring->dev);
}

/* The example is done long before the ring's end. */
static uint32_t *ring_at(struct ring *ring)
{
	return (uint32_t *)auq_buffer_cpu(ring->ring) + ring->next;
}

static size_t ring_room(const struct ring *ring)
{
	return (size_t)(RING_DWORDS - ring->next);
}

static void ring_take(struct ring *ring, int dwords, const char *what)
{
	check(dwords, what);
	ring->next += (uint64_t)dwords;
}

static void ring_write(struct ring *ring, uint64_t va, uint32_t value)
{
	ring_take(ring, auq_packet_write(ring->ip, ring_at(ring), ring_room(ring), va, &value, 1),
		  "auq_packet_write");
}

/* The end of a submission: the driver's own fence, the kernel's fence, and the doorbell. */
static void ring_submit(struct ring *ring, uint32_t syncobj, uint32_t bo)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);
	volatile uint64_t *wptr = (volatile uint64_t *)auq_buffer_cpu(ring->wptr);
	volatile uint64_t *doorbell = (volatile uint64_t *)auq_buffer_cpu(ring->doorbell);
	uint64_t value;

	ring_take(ring,
		  auq_packet_release(ring->ip, ring->version, ring_at(ring), ring_room(ring),
				     auq_buffer_va(ring->fence), 1),
		  "auq_packet_release");
	ring_take(ring, auq_packet_fence_signal(ring->ip, ring_at(ring), ring_room(ring)),
		  "auq_packet_fence_signal");
	value = ring->ip == AUQ_IP_SDMA ? ring->next * 4 : ring->next; /* bytes, or dwords */
	__sync_synchronize();
	*wptr = value;
	__sync_synchronize();
	doorbell[ring->ip == AUQ_IP_SDMA ? 0x100 : 4] = value;

	/* After the doorbell, before the next submission. */
	args.queue_id = ring->id;
	args.syncobjs = &syncobj;
	args.num_syncobjs = 1;
	args.bo_write = &bo;
	args.num_bo_write = bo ? 1 : 0;
	CHECK(auq_signal(ring->dev, &args));
}

/* The engine's wait for all that the kernel knows of. */
static void ring_wait(struct ring *ring, struct auq_wait_args *args)
{
	struct auq_fence fences[MAX_FENCES];
	uint32_t num = MAX_FENCES;

	args->queue_id = ring->id;
	CHECK(auq_wait(ring->dev, args, fences, &num));
	ring_take(ring,
		  auq_packet_fence_wait(ring->ip, ring_at(ring), ring_room(ring), fences, num),
		  "auq_packet_fence_wait");
}

/* On the CPU, for a queue must not be freed while its last fence is pending. */
static void ring_finish(const struct ring *ring, uint32_t syncobj)
{
	const volatile uint64_t *own = (const volatile uint64_t *)auq_buffer_cpu(ring->fence);

	CHECK(drmSyncobjWait(auq_device_fd(ring->dev), &syncobj, 1, INT64_MAX, 0, NULL));
	check(*own == 1 ? 0 : -1, "the driver's own fence");
}

static uint32_t make_syncobj(struct auq_device *dev)
{
	uint32_t handle = 0;

	CHECK(drmSyncobjCreate(auq_device_fd(dev), 0, &handle));
	return handle;
}

static struct auq_device *make_device(const char *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);
	struct auq_device *dev;

	check(auq_device_create(fd, &dev), node);
	close(fd);
	return dev;
}

/* ---- two processes ------------------------------------------------------- */

static void send_fd(int socket, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
	char byte = 0;
	struct iovec part = {&byte, 1};
	struct msghdr message;

	memset(&message, 0, sizeof(message));
	memset(&control, 0, sizeof(control));
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	check(sendmsg(socket, &message, 0) == 1 ? 0 : -1, "sendmsg");
}

static int receive_fd(int socket)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control;
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message;
	int fd = -1;

	memset(&message, 0, sizeof(message));
	message.msg_iov = &part;
	message.msg_iovlen = 1;
	message.msg_control = &control;
	message.msg_controllen = sizeof(control);
	if (recvmsg(socket, &message, 0) == 1 && message.msg_controllen)
		memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	check(fd, "recvmsg");
	return fd;
}

/* Another client: waits on its queue for who writes the buffer, and reads it then. */
static int consumer(const char *node, int socket)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	int dmabuf = receive_fd(socket);
	struct auq_device *dev = make_device(node);
	uint32_t syncobj = make_syncobj(dev), bo, seen;
	struct ring ring;
	void *map;

	CHECK(drmPrimeFDToHandle(auq_device_fd(dev), dmabuf, &bo));
	ring_create(&ring, dev, AUQ_IP_COMPUTE);
	args.bo_read = &bo;
	args.num_bo_read = 1;
	ring_wait(&ring, &args);
	ring_submit(&ring, syncobj, 0);
	ring_finish(&ring, syncobj);

	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, dmabuf, 0);
	check(map == MAP_FAILED ? -1 : 0, "mmap");
	seen = *(const volatile uint32_t *)map;
	munmap(map, 4096);
	ring_destroy(&ring);
	drmSyncobjDestroy(auq_device_fd(dev), syncobj);
	drmCloseBufferHandle(auq_device_fd(dev), bo);
	auq_device_unref(dev);
	close(dmabuf);
	return seen == 1 ? 0 : 1;
}

static int producer(const char *node, int socket)
{
	struct auq_wait_args args = AUQ_ARGS(auq_wait_args);
	struct auq_device *dev = make_device(node);
	int drm = auq_device_fd(dev), dmabuf;
	struct auq_buffer *shared = make_buffer(dev, 4096, 0, AUQ_DOMAIN_GTT);
	const volatile uint32_t *data = (const volatile uint32_t *)auq_buffer_cpu(shared);
	uint32_t done = make_syncobj(dev), timeline = make_syncobj(dev), last = make_syncobj(dev);
	const uint64_t point = POINT;
	struct ring writer, waiter;
	int r;

	ring_create(&writer, dev, AUQ_IP_SDMA);
	ring_write(&writer, auq_buffer_va(shared), 1);
	ring_submit(&writer, done, auq_buffer_handle(shared));
	CHECK(drmPrimeHandleToFD(drm, auq_buffer_handle(shared), DRM_CLOEXEC | DRM_RDWR, &dmabuf));
	send_fd(socket, dmabuf);
	CHECK(drmSyncobjTransfer(drm, timeline, POINT, done, 0, 0));

	ring_create(&waiter, dev, AUQ_IP_COMPUTE);
	args.timelines = &timeline;
	args.points = &point;
	args.num_timelines = 1;
	ring_wait(&waiter, &args);
	ring_write(&waiter, auq_buffer_va(shared) + 4, 2);
	ring_submit(&waiter, last, 0);

	ring_finish(&writer, done);
	ring_finish(&waiter, last);
	r = data[0] == 1 && data[1] == 2 ? 0 : 1;
	ring_destroy(&waiter);
	ring_destroy(&writer);
	drmSyncobjDestroy(drm, last);
	drmSyncobjDestroy(drm, timeline);
	drmSyncobjDestroy(drm, done);
	close(dmabuf);
	auq_buffer_unref(shared);
	auq_device_unref(dev);
	return r;
}

int main(int argc, char **argv)
{
	const char *node = argc > 1 ? argv[1] : "/dev/dri/renderD128";
	int sockets[2], status = 1, r;
	pid_t child;

	/* No device survives fork(): each process makes its own. */
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), "socketpair");
	child = fork();
	if (child == 0) {
		close(sockets[0]);
		_exit(consumer(node, sockets[1]));
	}
	check(child, "fork");
	close(sockets[1]);
	r = producer(node, sockets[0]);
	close(sockets[0]);
	check(waitpid(child, &status, 0) == child ? 0 : -1, "waitpid");
	printf("producer: %s, consumer: %s\n", r ? "wrong" : "right", status ? "wrong" : "right");
	return r || status;
}
