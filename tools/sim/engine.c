/* SPDX-License-Identifier: MIT */
/*
 * The engines: one thread looks at the doorbells and executes packets (cp.c), as the virtual ASIC
 * of the lab does in tests/lab/asic/vasic_cp.c, and raises the interrupt that completes fences.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "device.h"
#include "sim.h"

#define PACKETS_PER_TURN 64
#define MAX_BACKOFF      16u
#define NSEC_PER_USEC    1000ull
#define NSEC_PER_MSEC    1000000ull

struct engine {
	struct gpu *gpu;
	pthread_t thread;
	bool stop;
	uint64_t random; /* state of random_below() */
};

/* splitmix64, by Sebastiano Vigna, who gave it to the public domain. */
static unsigned random_below(struct engine *engine, unsigned limit)
{
	uint64_t z = engine->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	return (unsigned)((z >> 32) * limit >> 32);
}

/* ---- interrupts ---------------------------------------------------------- */

struct late_irq {
	struct sim_work work;
	struct gpu *gpu;
	uint32_t doorbell;
};

/* The handler of the end of pipe: the doorbell may be another queue's by now, or nobody's. */
static void handle_irq(struct gpu *gpu, uint32_t doorbell)
{
	struct doorbell_entry *entry = gpu->doorbells;

	gpu->stats.irqs++;
	while (entry && entry->doorbell != doorbell)
		entry = entry->next;
	if (!entry)
		return;
	gpu->is_in_locked_irq = gpu->faults.irq_locked && gpu->quirks.wakes_by_driver;
	if (entry->driver)
		fence_driver_process(entry->driver);
	else if (entry->queue)
		fence_driver_process(entry->queue->driver);
	gpu->is_in_locked_irq = false;
}

static void handle_late_irq(struct sim_work *work)
{
	struct late_irq *irq = (struct late_irq *)work;

	handle_irq(irq->gpu, irq->doorbell);
	free(irq);
}

static void raise_irq(void *ctx)
{
	struct gpu_queue *queue = ctx;
	struct gpu *gpu = queue->gpu;
	struct late_irq *irq;

	if (gpu->faults.drop_irq) {
		gpu->stats.irqs_dropped++;
		return;
	}
	irq = gpu->faults.irq_delay_ms ? malloc(sizeof(*irq)) : NULL;
	if (!irq) {
		handle_irq(gpu, queue->doorbell);
		return;
	}
	*irq = (struct late_irq){
		.work.func = handle_late_irq,
		.gpu = gpu,
		.doorbell = queue->doorbell,
	};
	sim_queue_work(gpu->sim, &irq->work, sim_now() + gpu->faults.irq_delay_ms * NSEC_PER_MSEC);
}

/* ---- packets ------------------------------------------------------------- */

static int read_memory(void *ctx, uint64_t va, void *dst, uint32_t bytes)
{
	struct gpu_queue *queue = ctx;

	return gpu_vm_read(queue->file, va, dst, bytes);
}

static int write_memory(void *ctx, uint64_t va, const void *src, uint32_t bytes)
{
	struct gpu_queue *queue = ctx;

	return gpu_vm_write(queue->file, va, src, bytes);
}

static int write_fence(void *ctx, uint64_t value)
{
	struct gpu_queue *queue = ctx;

	queue->gpu->stats.fences++;
	fence_driver_write(queue->driver, value);
	sync_files_look(queue->gpu->sim);
	sim_wake(queue->gpu->sim);
	return 0;
}

static const struct vcp_ops ops = {
	.read = read_memory,
	.write = write_memory,
	.signal = write_fence,
	.interrupt = raise_irq,
};

static void hang(struct gpu_queue *queue, const char *why, uint64_t va)
{
	queue->state = QUEUE_HUNG;
	queue->hung_why = why;
	queue->hung_va = va;
}

static void look_at_doorbell(struct gpu_queue *queue)
{
	uint64_t wptr = __atomic_exchange_n(queue->doorbell_cpu, DOORBELL_IDLE, __ATOMIC_ACQ_REL);

	if (wptr != DOORBELL_IDLE)
		vcp_set_wptr(&queue->cp, wptr);
}

/* After what the packets wrote: who sees rptr move may rely on the fence. */
static void publish_rptr(struct gpu_queue *queue)
{
	uint64_t rptr = vcp_rptr(&queue->cp);

	if (rptr == queue->published)
		return;
	queue->published = rptr;
	if (gpu_vm_write(queue->file, queue->rptr_va, &rptr, sizeof(rptr)))
		hang(queue, "rptr: address that is not mapped", queue->rptr_va);
}

/* True if the queue has got on. */
static bool run_queue(struct gpu_queue *queue, unsigned most)
{
	const struct faults *faults = &queue->gpu->faults;
	enum vcp_status status = VCP_IDLE;
	unsigned done = 0;

	while (done < most) {
		if (vcp_is_idle(&queue->cp) || faults->hold || sim_now() < queue->not_before)
			break;
		if (faults->hang) {
			hang(queue, "told to", 0);
			break;
		}
		status = vcp_step(&queue->cp);
		if (status == VCP_FAULT)
			hang(queue, queue->cp.fault, queue->cp.fault_va);
		if (status != VCP_DONE)
			break;
		done++;
		queue->gpu->stats.packets++;
		if (faults->step_us)
			queue->not_before = sim_now() + faults->step_us * NSEC_PER_USEC;
	}
	queue->is_waiting = status == VCP_STALL;
	publish_rptr(queue);
	return done > 0;
}

/* How many can go on by themselves. */
static unsigned look_at_doorbells(struct gpu *gpu)
{
	struct gpu_queue *queue;
	unsigned num = 0;

	for (queue = gpu->queues; queue; queue = queue->next) {
		if (queue->state == QUEUE_RUNNING)
			look_at_doorbell(queue);
	}
	/* Who wrote a control and then a doorbell expects the work to meet it. */
	sim_take_controls(gpu->sim);
	for (queue = gpu->queues; queue; queue = queue->next) {
		if (queue->state != QUEUE_RUNNING)
			continue;
		num += !vcp_is_idle(&queue->cp) && !queue->is_waiting && !gpu->faults.hold;
	}
	return num;
}

/*
 * Queues run side by side: which of them gets how far before another is chance, and chance is the
 * seed's. It is asked only where there is a choice, so that the same work meets the same chance.
 */
static bool run_queues(struct gpu *gpu)
{
	bool is_choice = look_at_doorbells(gpu) > 1, busy = false;
	unsigned most = PACKETS_PER_TURN;
	struct gpu_queue *queue;

	for (queue = gpu->queues; queue; queue = queue->next) {
		if (queue->state != QUEUE_RUNNING)
			continue;
		if (is_choice)
			most = random_below(gpu->engine, PACKETS_PER_TURN + 1);
		busy |= run_queue(queue, most);
	}
	return busy || is_choice;
}

/*
 * A doorbell is memory: nobody tells when it is written. What is told meanwhile counts: another
 * poll_us, or that this ends.
 */
static void pause_engine(struct engine *engine, uint32_t backoff)
{
	const struct faults *faults = &engine->gpu->faults;
	uint64_t since = sim_now();

	while (!engine->stop) {
		uint64_t poll_us = (faults->poll_us ? faults->poll_us : 1ull) * backoff;

		if (sim_wait(engine->gpu->sim, NULL, since + poll_us * NSEC_PER_USEC) == -ETIME)
			break;
	}
}

static void *run(void *arg)
{
	struct engine *engine = arg;
	struct gpu *gpu = engine->gpu;
	uint32_t backoff = 1;

	sim_lock(gpu->sim);
	while (!engine->stop) {
		if (!gpu->queues) {
			sim_wait(gpu->sim, NULL, SIM_NO_DEADLINE);
			continue;
		}
		if (run_queues(gpu))
			backoff = 1;
		else if (backoff < MAX_BACKOFF)
			backoff *= 2;
		pause_engine(engine, backoff);
	}
	sim_unlock(gpu->sim);
	return NULL;
}

/* ---- who is mapped ------------------------------------------------------- */

void engine_add(struct gpu_queue *queue, uint64_t ring_va, uint32_t ring_bytes)
{
	struct gpu *gpu = queue->gpu;

	vcp_init(&queue->cp, queue->ip == 2 ? VCP_SDMA_ENGINE : VCP_PM4_ENGINE, ring_va, ring_bytes,
		 0, &ops, queue);
	__atomic_store_n(queue->doorbell_cpu, DOORBELL_IDLE, __ATOMIC_RELEASE);
	queue->next = gpu->queues;
	queue->link = &gpu->queues;
	if (queue->next)
		queue->next->link = &queue->next;
	gpu->queues = queue;
	sim_wake(gpu->sim);
}

void engine_remove(struct gpu_queue *queue)
{
	*queue->link = queue->next;
	if (queue->next)
		queue->next->link = queue->link;
}

int engine_start(struct gpu *gpu, uint64_t seed)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->gpu = gpu;
	engine->random = seed;
	gpu->engine = engine;
	err = pthread_create(&engine->thread, NULL, run, engine);
	if (err) {
		gpu->engine = NULL;
		free(engine);
	}
	return -err;
}

void engine_stop(struct gpu *gpu)
{
	struct engine *engine = gpu->engine;

	engine->stop = true;
	sim_wake(gpu->sim);
	sim_unlock(gpu->sim);
	pthread_join(engine->thread, NULL);
	sim_lock(gpu->sim);
	free(engine);
}
