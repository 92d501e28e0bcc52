// SPDX-License-Identifier: MIT
#include <config.h>

#include "fake-auq.h"

#include <amdgpu_userq.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xf86drm.h>

#define SLOTS    4096
#define FENCES   8192
#define SYNCOBJS 1024
#define MOST_XA  64

/* Indices of fences and syncobjs start at 1; 0 is none. */
struct world {
	atomic_flag lock;
	unsigned defects;
	_Atomic bool stuck;
	unsigned slow_ms;
	int signal_err;
	unsigned to_lose;
	unsigned create_after;
	int create_err;
	bool twice; /* a slot is given to two queues */
	unsigned queues, devices, signals, created;
	pid_t signaller;
	unsigned driver_refs[SLOTS];
	struct {
		bool live;
		unsigned context, waitq;
		pid_t pid;
	} drivers[SLOTS];
	struct {
		unsigned refs, slot;
		bool pending;
	} fences[FENCES];
	unsigned contexts; /* given out */
	unsigned listings, listings_after, lingering;
	int listing_err;
	unsigned syncobjs[SYNCOBJS]; /* the fence; FENCES if there is none yet, 0 if unused */
};

static struct world *world;

struct auq_device {
	int refs;
};

struct auq_buffer {
	int refs;
};

struct auq_queue {
	int refs;
	bool freed;
	unsigned slot, wptr, last_fence, pending;
	unsigned xa[MOST_XA], num_xa;
};

static void nap(unsigned ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l};

	nanosleep(&pause, NULL);
}

static void lock(void)
{
	while (atomic_flag_test_and_set(&world->lock))
		nap(1);
}

static void unlock(void)
{
	atomic_flag_clear(&world->lock);
}

void fake_start(unsigned defects)
{
	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (world == MAP_FAILED)
		abort();
	world->defects = defects;
	world->create_after = UINT32_MAX;
	world->listings_after = UINT32_MAX;
}

void fake_stick_free(void)
{
	world->stuck = true;
}

void fake_unstick(void)
{
	world->stuck = false;
}

void fake_slow_signal(unsigned ms)
{
	world->slow_ms = ms;
}

void fake_fail_signal(int err)
{
	world->signal_err = err;
}

void fake_fail_create(unsigned after, int err)
{
	world->create_after = after;
	world->create_err = err;
}

void fake_lose_slots(unsigned num)
{
	world->to_lose = num;
}

void fake_give_slot_twice(void)
{
	world->twice = true;
}

static unsigned lowest_slot(void)
{
	/* As if the bit that was set last had been lost. */
	if (world->twice && world->driver_refs[0]) {
		world->twice = false;
		world->driver_refs[0]++;
		return 0;
	}
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if (world->driver_refs[slot])
			continue;
		world->driver_refs[slot] = 1;
		world->drivers[slot].live = true;
		world->drivers[slot].context = ++world->contexts;
		world->drivers[slot].pid = getpid();
		return slot;
	}
	abort();
}

unsigned fake_take_slot(void)
{
	unsigned slot;

	lock();
	slot = lowest_slot();
	unlock();
	return slot;
}

void fake_give_slot(unsigned slot)
{
	lock();
	world->driver_refs[slot] = 0;
	unlock();
}

unsigned fake_leak_slot(void)
{
	unsigned slot = fake_take_slot();

	world->drivers[slot].live = false;
	world->drivers[slot].pid = 1;
	return slot;
}

void fake_linger(unsigned num)
{
	world->lingering = num;
}

void fake_fail_listing(unsigned after, int err)
{
	world->listings_after = after;
	world->listing_err = err;
}

unsigned fake_listings(void)
{
	return world->listings;
}

static void list_driver(FILE *out, unsigned slot)
{
	unsigned fences = 0, pending = 0;

	for (unsigned i = 0; i < FENCES; i++) {
		if (!world->fences[i].refs || world->fences[i].slot != slot)
			continue;
		fences++;
		pending += world->fences[i].pending;
	}
	fprintf(out,
		"slot=%u va=0x%x ctx=%u seq=0 refs=%u owner=%s doorbell=0 fences=%u waitq=%u "
		"inherited=0 pending=%u pid=%d comm=amdfence-worker\n",
		slot, 8 * slot, world->drivers[slot].context, world->driver_refs[slot],
		world->drivers[slot].live ? "live" : "gone", fences, world->drivers[slot].waitq,
		pending, world->drivers[slot].pid);
}

/* In the place of auq_listing_read(): see local.mk. */
int __wrap_auq_listing_read(int fd, struct auq_listing **out);
int __wrap_auq_listing_read(int fd, struct auq_listing **out)
{
	char *text = NULL;
	size_t size;
	FILE *file;
	int err;

	(void)fd;
	if (world->listings++ >= world->listings_after)
		return world->listing_err;
	file = open_memstream(&text, &size);
	lock();
	fprintf(file, "# amdgpu_userq_fence_drivers v1 used=%u total=%u\n", fake_used_slots(),
		SLOTS);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		if (world->driver_refs[slot])
			list_driver(file, slot);
		else if (world->lingering)
			fprintf(file,
				"slot=%u va=0x0 ctx=%u seq=0 refs=1 owner=gone doorbell=0 fences=1 "
				"waitq=0 inherited=0 pending=0 pid=1 comm=a\n",
				slot, ++world->contexts);
	}
	if (world->lingering)
		world->lingering--;
	unlock();
	fclose(file);
	err = auq_listing_parse(text, size, out);
	free(text);
	return err;
}

unsigned fake_used_slots(void)
{
	unsigned used = 0;

	for (unsigned slot = 0; slot < SLOTS; slot++)
		used += world->driver_refs[slot] != 0;
	return used;
}

unsigned fake_queues(void)
{
	return world->queues;
}

unsigned fake_devices(void)
{
	return world->devices;
}

unsigned fake_signals(void)
{
	return world->signals;
}

pid_t fake_signaller(void)
{
	return world->signaller;
}

static void put_fence(unsigned fence)
{
	if (fence && fence != FENCES && --world->fences[fence].refs == 0)
		world->driver_refs[world->fences[fence].slot]--;
}

const char *auq_strerror(int err)
{
	return err ? "an error" : "success";
}

const char *auq_trait_kernels(enum auq_trait trait)
{
	(void)trait;
	return "all";
}

int auq_device_create(int fd, struct auq_device **out)
{
	(void)fd;
	*out = calloc(1, sizeof(**out));
	lock();
	world->devices++;
	unlock();
	return 0;
}

void auq_device_unref(struct auq_device *dev)
{
	if (!dev)
		return;
	lock();
	world->devices--;
	unlock();
	free(dev);
}

int auq_device_fd(const struct auq_device *dev)
{
	(void)dev;
	return -1;
}

int auq_buffer_create(struct auq_device *dev, const struct auq_buffer_args *args,
		      struct auq_buffer **out)
{
	(void)dev;
	(void)args;
	*out = calloc(1, sizeof(**out));
	return 0;
}

uint64_t auq_buffer_va(const struct auq_buffer *buf)
{
	return (uintptr_t)buf;
}

uint32_t auq_buffer_handle(const struct auq_buffer *buf)
{
	return buf != NULL;
}

/* Written, and never read. */
void *auq_buffer_cpu(const struct auq_buffer *buf)
{
	static uint64_t page[512];

	(void)buf;
	return page;
}

int auq_device_query_ip(const struct auq_device *dev, enum auq_ip ip, struct auq_ip_info *info)
{
	(void)dev;
	(void)ip;
	(void)info;
	return 0;
}

void auq_buffer_unref(struct auq_buffer *buf)
{
	free(buf);
}

int auq_queue_create(struct auq_device *dev, const struct auq_queue_args *args,
		     struct auq_queue **out)
{
	struct auq_queue *queue;

	(void)dev;
	(void)args;
	if (world->created++ >= world->create_after)
		return world->create_err;
	queue = calloc(1, sizeof(*queue));
	lock();
	queue->slot = lowest_slot();
	world->queues++;
	unlock();
	*out = queue;
	return 0;
}

int auq_queue_free(struct auq_queue *queue)
{
	while (world->stuck)
		nap(10);
	lock();
	if (!(world->defects & FAKE_L2))
		put_fence(queue->last_fence);
	if (!(world->defects & FAKE_L3)) {
		world->fences[queue->pending].pending = false;
		put_fence(queue->pending);
	}
	for (unsigned i = 0; i < queue->num_xa; i++) {
		world->driver_refs[queue->xa[i]]--;
		world->drivers[queue->xa[i]].waitq--;
	}
	if (world->to_lose) {
		world->to_lose--;
	} else {
		world->drivers[queue->slot].live = false;
		world->driver_refs[queue->slot]--;
	}
	world->queues--;
	unlock();
	queue->freed = true;
	return 0;
}

void auq_queue_unref(struct auq_queue *queue)
{
	if (!queue)
		return;
	if (!queue->freed)
		auq_queue_free(queue);
	free(queue);
}

/* In place of a table of ids: the tool asks for the id just before it uses it. */
static struct auq_queue *last_asked;

uint32_t auq_queue_id(const struct auq_queue *queue)
{
	last_asked = (struct auq_queue *)queue;
	return 1;
}

/* Queues by their id, of this process: others are another file's. */
#define FIRST_RAW_ID 2
static struct auq_queue *raw_queues[16];

int auq_raw_queue_create(struct auq_device *dev, const struct auq_raw_queue_args *args,
			 uint32_t *queue_id)
{
	unsigned at = 0;
	int err;

	(void)args;
	while (raw_queues[at])
		at++;
	err = auq_queue_create(dev, NULL, &raw_queues[at]);
	if (!err)
		*queue_id = at + FIRST_RAW_ID;
	return err;
}

int auq_raw_queue_free(struct auq_device *dev, uint32_t queue_id)
{
	(void)dev;
	auq_queue_unref(raw_queues[queue_id - FIRST_RAW_ID]);
	raw_queues[queue_id - FIRST_RAW_ID] = NULL;
	return 0;
}

static struct auq_queue *queue_of(uint32_t id)
{
	return id < FIRST_RAW_ID ? last_asked : raw_queues[id - FIRST_RAW_ID];
}

/* Of an engine nobody has asked for, all is done at once. */
int auq_queue_emit_nop(struct auq_queue *queue, uint32_t dwords)
{
	(void)queue;
	(void)dwords;
	return 0;
}

int auq_queue_submit(struct auq_queue *queue, uint64_t *value)
{
	(void)queue;
	(void)value;
	return 0;
}

int auq_queue_wait_idle(struct auq_queue *queue, uint64_t timeout_ns)
{
	(void)queue;
	(void)timeout_ns;
	return 0;
}

int auq_queue_set_wptr(struct auq_queue *queue, uint64_t wptr)
{
	queue->wptr = wptr;
	return 0;
}

int auq_signal(struct auq_device *dev, const struct auq_signal_args *args)
{
	struct auq_queue *queue = queue_of(args->queue_id);
	unsigned fence = 1;

	(void)dev;
	nap(world->slow_ms);
	if (world->signal_err)
		return world->signal_err;
	lock();
	world->signals++;
	world->signaller = getpid();
	while (world->fences[fence].refs)
		fence++;
	world->fences[fence].slot = queue->slot;
	world->fences[fence].refs = 1;
	world->driver_refs[queue->slot]++;
	world->fences[fence].pending = queue->wptr != 0;
	if (queue->wptr) {
		queue->pending = fence;
		world->fences[fence].refs++;
	} else if (!(world->defects & FAKE_L1)) {
		for (unsigned i = 0; i < queue->num_xa; i++)
			world->driver_refs[queue->xa[i]]--;
	}
	for (unsigned i = 0; i < queue->num_xa; i++)
		world->drivers[queue->xa[i]].waitq--;
	queue->num_xa = 0;
	put_fence(queue->last_fence);
	queue->last_fence = fence;
	for (unsigned i = 0; i < args->num_syncobjs; i++) {
		put_fence(world->syncobjs[args->syncobjs[i]]);
		world->syncobjs[args->syncobjs[i]] = fence;
		world->fences[fence].refs++;
	}
	unlock();
	return 0;
}

int auq_wait(struct auq_device *dev, const struct auq_wait_args *args, struct auq_fence *fences,
	     uint32_t *num_fences)
{
	struct auq_queue *queue = queue_of(args->queue_id);
	unsigned fence = world->syncobjs[args->syncobjs[0]];

	(void)dev;
	lock();
	if (args->num_syncobjs > *num_fences && (world->defects & FAKE_L4)) {
		world->fences[fence].refs++;
		unlock();
		return -EINVAL;
	}
	queue->xa[queue->num_xa++] = world->fences[fence].slot;
	world->driver_refs[world->fences[fence].slot]++;
	world->drivers[world->fences[fence].slot].waitq++;
	fences[0].va = 8ull * world->fences[fence].slot;
	fences[0].value = 0;
	*num_fences = 1;
	unlock();
	return 0;
}

uint32_t auq_fence_slot(const struct auq_fence *fence)
{
	return fence->va / 8;
}

int auq_queue_slot(struct auq_queue *queue, uint32_t *slot)
{
	struct auq_signal_args args = AUQ_ARGS(auq_signal_args);

	args.queue_id = auq_queue_id(queue);
	auq_signal(NULL, &args);
	*slot = queue->slot;
	return 0;
}

int drmSyncobjCreate(int fd, uint32_t flags, uint32_t *handle)
{
	unsigned syncobj = 1;

	(void)fd;
	(void)flags;
	lock();
	while (world->syncobjs[syncobj])
		syncobj++;
	world->syncobjs[syncobj] = FENCES;
	unlock();
	*handle = syncobj;
	return 0;
}

int drmSyncobjDestroy(int fd, uint32_t handle)
{
	(void)fd;
	lock();
	put_fence(world->syncobjs[handle]);
	world->syncobjs[handle] = 0;
	unlock();
	return 0;
}

/* A file of a syncobj keeps its fence, by a syncobj of its own that the importer takes over. */
int drmSyncobjHandleToFD(int fd, uint32_t handle, int *obj_fd)
{
	uint32_t copy;

	drmSyncobjCreate(fd, 0, &copy);
	*obj_fd = memfd_create("syncobj", MFD_CLOEXEC);
	if (pwrite(*obj_fd, &copy, sizeof(copy), 0) != sizeof(copy))
		return -1;
	lock();
	world->syncobjs[copy] = world->syncobjs[handle];
	world->fences[world->syncobjs[copy]].refs++;
	unlock();
	return 0;
}

int drmSyncobjFDToHandle(int fd, int obj_fd, uint32_t *handle)
{
	(void)fd;
	return pread(obj_fd, handle, sizeof(*handle), 0) == sizeof(*handle) ? 0 : -1;
}
