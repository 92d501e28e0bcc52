// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the end of pipe interrupt, in hard interrupt context.
 *
 * At once it is an interrupt that this CPU sends itself: taken before the engine goes on, so that
 * no client sees rptr move, and hardly one the fence, before the driver was told. A client that
 * frees its queue in between would have found a leak of the driver that only the late interrupt
 * (irq_delay_ms), a timer, is to show.
 *
 * Both are of the kind, not HARD, where lockdep allows the driver its spinlocks as in the handler
 * of a real interrupt. They carry a doorbell index, not a queue: like a real interrupt vector a
 * late one may arrive when its queue is gone and the doorbell is another's.
 */
#include <linux/preempt.h>

#include "vasic.h"
#include "vasic_compat.h"

static void handle(struct vasic *v, u32 doorbell)
{
	atomic_long_inc(&v->stats.irqs);
	if (in_hardirq())
		atomic_long_inc(&v->stats.irqs_hard);
	vasic_compat_eop(v->adev, doorbell, READ_ONCE(v->faults.irq_locked));
}

static void vasic_irq_now(struct irq_work *work)
{
	struct vasic *v = container_of(work, struct vasic, irq_now);

	handle(v, v->irq_now_doorbell);
}

static enum hrtimer_restart vasic_irq_late(struct hrtimer *timer)
{
	struct vasic_irq *irq = container_of(timer, struct vasic_irq, timer);

	handle(irq->vasic, irq->doorbell);
	clear_bit_unlock(0, &irq->busy);
	return HRTIMER_NORESTART;
}

/* Preemption is off: the interrupt comes to this CPU. */
void vasic_irq_raise(struct vasic *v, u32 doorbell)
{
	u32 delay_ms = READ_ONCE(v->faults.irq_delay_ms);
	int i;

	if (READ_ONCE(v->faults.drop_irq)) {
		atomic_long_inc(&v->stats.irqs_dropped);
		return;
	}
	if (!delay_ms) {
		v->irq_now_doorbell = doorbell;
		irq_work_queue(&v->irq_now);
		while (irq_work_is_busy(&v->irq_now))
			cpu_relax();
		return;
	}
	for (i = 0; i < VASIC_NUM_IRQS; i++) {
		struct vasic_irq *irq = &v->irqs[i];

		if (test_and_set_bit_lock(0, &irq->busy))
			continue;
		irq->doorbell = doorbell;
		hrtimer_start(&irq->timer, ms_to_ktime(delay_ms), HRTIMER_MODE_REL);
		return;
	}
	atomic_long_inc(&v->stats.irqs_lost);
}

void vasic_irq_init(struct vasic *v)
{
	int i;

	init_irq_work(&v->irq_now, vasic_irq_now);
	for (i = 0; i < VASIC_NUM_IRQS; i++) {
		v->irqs[i].vasic = v;
		hrtimer_setup(&v->irqs[i].timer, vasic_irq_late, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	}
}

void vasic_irq_fini(struct vasic *v)
{
	int i;

	for (i = 0; i < VASIC_NUM_IRQS; i++)
		hrtimer_cancel(&v->irqs[i].timer);
}
