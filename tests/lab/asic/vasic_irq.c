// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: the end of pipe interrupt.
 *
 * A timer that expires in hard interrupt context, at once or after irq_delay_ms. Not of the _HARD
 * kind: lockdep then allows the driver its spinlocks, as in the handler of a real interrupt. It
 * belongs to the device and carries a doorbell index, not a queue: like a real interrupt vector
 * it may arrive when its queue is gone and the doorbell is another's.
 */
#include <linux/preempt.h>

#include "vasic.h"
#include "vasic_compat.h"

static enum hrtimer_restart vasic_irq_fire(struct hrtimer *timer)
{
	struct vasic_irq *irq = container_of(timer, struct vasic_irq, timer);
	struct vasic *v = irq->vasic;

	atomic_long_inc(&v->stats.irqs);
	if (in_hardirq())
		atomic_long_inc(&v->stats.irqs_hard);
	vasic_compat_eop(v->adev, irq->doorbell, READ_ONCE(v->faults.irq_locked));
	clear_bit_unlock(0, &irq->busy);
	return HRTIMER_NORESTART;
}

void vasic_irq_raise(struct vasic *v, u32 doorbell)
{
	int i;

	if (READ_ONCE(v->faults.drop_irq)) {
		atomic_long_inc(&v->stats.irqs_dropped);
		return;
	}
	for (i = 0; i < VASIC_NUM_IRQS; i++) {
		struct vasic_irq *irq = &v->irqs[i];

		if (test_and_set_bit_lock(0, &irq->busy))
			continue;
		irq->doorbell = doorbell;
		hrtimer_start(&irq->timer, ms_to_ktime(READ_ONCE(v->faults.irq_delay_ms)),
			      HRTIMER_MODE_REL);
		return;
	}
	atomic_long_inc(&v->stats.irqs_lost);
}

void vasic_irq_init(struct vasic *v)
{
	int i;

	for (i = 0; i < VASIC_NUM_IRQS; i++) {
		v->irqs[i].vasic = v;
		hrtimer_setup(&v->irqs[i].timer, vasic_irq_fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	}
}

void vasic_irq_fini(struct vasic *v)
{
	int i;

	for (i = 0; i < VASIC_NUM_IRQS; i++)
		hrtimer_cancel(&v->irqs[i].timer);
}
