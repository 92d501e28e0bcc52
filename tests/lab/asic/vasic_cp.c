// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the engines. One thread per device looks at the doorbells and executes packets
 * (cp.c), a few per queue and turn, so that a queue that waits or is slow stops no other.
 */
#include <linux/delay.h>

#include "vasic.h"

#define PACKETS_PER_TURN 64

static int cp_read(void *ctx, uint64_t va, void *dst, uint32_t bytes)
{
	struct vasic_queue *q = ctx;

	return vasic_vm_read(q->vasic, q->page_table, va, dst, bytes);
}

static int cp_write(void *ctx, uint64_t va, const void *src, uint32_t bytes)
{
	struct vasic_queue *q = ctx;

	return vasic_vm_write(q->vasic, q->page_table, va, src, bytes);
}

/* The slot belongs to the kernel: written through VMID 0, whatever the client may access. */
static int cp_signal(void *ctx, uint64_t value)
{
	struct vasic_queue *q = ctx;

	atomic_long_inc(&q->vasic->stats.fences);
	return vasic_gart_write(q->vasic, q->mqd.fence_addr, &value, sizeof(value));
}

static void cp_interrupt(void *ctx)
{
	struct vasic_queue *q = ctx;

	vasic_irq_raise(q->vasic, q->mqd.doorbell);
}

static const struct vcp_ops cp_ops = {
	.read = cp_read,
	.write = cp_write,
	.signal = cp_signal,
	.interrupt = cp_interrupt,
};

/* Doorbell indices count dwords, a user queue's doorbell is 64 bits wide. */
static u64 *doorbell(struct vasic_queue *q)
{
	return (__force u64 *)((u32 __iomem *)q->vasic->doorbells + q->mqd.doorbell);
}

void vasic_cp_hang(struct vasic_queue *q, const char *why, u64 va)
{
	if (q->state == VASIC_HUNG)
		return;
	q->state = VASIC_HUNG;
	q->hung_why = why;
	q->hung_va = va;
	dev_notice(q->vasic->adev->dev, "vasic: doorbell %u hung at rptr %llu va 0x%llx: %s\n",
		   q->mqd.doorbell, vcp_rptr(&q->cp), va, why);
}

/*
 * After a time without doorbells the firmware believes the wptr in memory. Looked up through the
 * client's address: the one in the GART that comes along with it is stale after an eviction.
 */
void vasic_cp_load_wptr(struct vasic_queue *q)
{
	u64 wptr;

	if (!cp_read(q, q->wptr_va, &wptr, sizeof(wptr)))
		vcp_set_wptr(&q->cp, wptr);
}

void vasic_cp_attach(struct vasic_queue *q)
{
	vcp_init(&q->cp, q->ip == AMDGPU_HW_IP_DMA ? VCP_SDMA_ENGINE : VCP_PM4_ENGINE,
		 q->mqd.ring_va, q->mqd.ring_bytes, q->mqd.rptr, &cp_ops, q);
	q->published = q->mqd.rptr;
	WRITE_ONCE(*doorbell(q), VASIC_DOORBELL_IDLE);
	if (q->mqd.was_mapped)
		vasic_cp_load_wptr(q);
}

static void look_at_doorbell(struct vasic_queue *q)
{
	u64 wptr;

	if (READ_ONCE(*doorbell(q)) == VASIC_DOORBELL_IDLE)
		return;
	wptr = xchg(doorbell(q), VASIC_DOORBELL_IDLE);
	if (wptr != VASIC_DOORBELL_IDLE)
		vcp_set_wptr(&q->cp, wptr);
}

/* After what the packets wrote: who sees rptr move may rely on the fence. */
static void publish_rptr(struct vasic_queue *q)
{
	u64 rptr = vcp_rptr(&q->cp);

	if (rptr == q->published)
		return;
	q->published = rptr;
	if (vasic_vm_write(q->vasic, q->page_table, q->mqd.rptr_va, &rptr, sizeof(rptr)))
		vasic_cp_hang(q, "rptr: address that is not mapped", q->mqd.rptr_va);
}

/* True if the queue has got on. */
static bool run_queue(struct vasic_queue *q)
{
	const struct vasic_faults *faults = &q->vasic->faults;
	enum vcp_status status = VCP_IDLE;
	int done = 0;

	look_at_doorbell(q);
	while (done < PACKETS_PER_TURN) {
		u32 step_us = READ_ONCE(faults->step_us);

		if (vcp_is_idle(&q->cp) || READ_ONCE(faults->hold) ||
		    ktime_get_ns() < q->not_before_ns)
			break;
		if (READ_ONCE(faults->hang)) {
			vasic_cp_hang(q, "told to", 0);
			break;
		}
		/* From a fence's write to the end of its interrupt in one go. */
		preempt_disable();
		status = vcp_step(&q->cp);
		preempt_enable();
		if (status == VCP_FAULT)
			vasic_cp_hang(q, q->cp.fault, q->cp.fault_va);
		if (status != VCP_DONE)
			break;
		done++;
		atomic_long_inc(&q->vasic->stats.packets);
		if (step_us)
			q->not_before_ns = ktime_get_ns() + step_us * NSEC_PER_USEC;
	}
	q->waiting = status == VCP_STALL;
	publish_rptr(q);
	return done;
}

static bool run_queues(struct vasic *v)
{
	struct vasic_queue *q;
	bool busy = false;

	mutex_lock(&v->lock);
	list_for_each_entry(q, &v->queues, link)
		if (q->state == VASIC_RUNNING)
			busy |= run_queue(q);
	mutex_unlock(&v->lock);
	return busy;
}

static int vasic_cp_thread(void *data)
{
	struct vasic *v = data;
	u32 backoff = 1;

	while (!kthread_should_stop()) {
		u32 poll_us = max(READ_ONCE(v->faults.poll_us), 1u);

		wait_event_idle(v->wake, !list_empty_careful(&v->queues) || kthread_should_stop());
		backoff = run_queues(v) ? 1 : min(2 * backoff, 16u);
		usleep_range_state(poll_us * backoff, 2 * poll_us * backoff, TASK_IDLE);
	}
	return 0;
}

int vasic_cp_start(struct vasic *v)
{
	struct amdgpu_device *adev = v->adev;

	v->doorbells = ioremap(adev->doorbell.base, adev->doorbell.size);
	if (!v->doorbells)
		return -ENOMEM;
	v->thread = kthread_run(vasic_cp_thread, v, "vasic/%s", dev_name(adev->dev));
	return PTR_ERR_OR_ZERO(v->thread);
}

void vasic_cp_stop(struct vasic *v)
{
	if (!IS_ERR_OR_NULL(v->thread))
		kthread_stop(v->thread);
	v->thread = NULL;
	vasic_irq_fini(v);
	if (v->doorbells)
		iounmap(v->doorbells);
	v->doorbells = NULL;
}
