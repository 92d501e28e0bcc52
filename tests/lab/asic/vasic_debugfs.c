// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual ASIC: its controls and what it knows, in debugfs dri/<minor>/vasic/. See README.md.
 */
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/workqueue.h>

#include "vasic.h"

static struct vasic_faults at_boot = {.poll_us = 200};

module_param_named(vasic_hold, at_boot.hold, bool, 0444);
module_param_named(vasic_hang, at_boot.hang, bool, 0444);
module_param_named(vasic_drop_irq, at_boot.drop_irq, bool, 0444);
module_param_named(vasic_irq_locked, at_boot.irq_locked, bool, 0444);
module_param_named(vasic_irq_delay_ms, at_boot.irq_delay_ms, uint, 0444);
module_param_named(vasic_step_us, at_boot.step_us, uint, 0444);
module_param_named(vasic_poll_us, at_boot.poll_us, uint, 0444);

void vasic_faults_init(struct vasic *v)
{
	v->faults = at_boot;
}

/* How many seq64 slots are taken, by the driver's own bitmap. */
static int slots_show(struct seq_file *m, void *unused)
{
	struct vasic *v = m->private;

	seq_printf(m, "%u\n", bitmap_weight(v->adev->seq64.used, v->adev->seq64.num_sem));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(slots);

/*
 * The same, once all that was put off has been done: TTM's release of buffers, and RCU callbacks,
 * where fences go. A callback may put the last reference of what goes by another one.
 */
static int settle_show(struct seq_file *m, void *unused)
{
	struct vasic *v = m->private;
	int i;

	for (i = 0; i < 2; i++) {
		flush_workqueue(v->adev->mman.bdev.wq);
		rcu_barrier();
	}
	return slots_show(m, unused);
}
DEFINE_SHOW_ATTRIBUTE(settle);

static const char *state_name(const struct vasic_queue *q)
{
	if (q->state == VASIC_HUNG)
		return "hung";
	if (q->state == VASIC_SUSPENDED)
		return "suspended";
	if (vcp_is_idle(&q->cp))
		return "idle";
	return q->waiting ? "waiting" : "busy";
}

static int queues_show(struct seq_file *m, void *unused)
{
	static const char *const ips[] = {"gfx", "compute", "sdma"};
	struct vasic *v = m->private;
	struct vasic_queue *q;

	mutex_lock(&v->lock);
	list_for_each_entry(q, &v->queues, link) {
		seq_printf(m, "doorbell=%u ip=%s state=%s rptr=%llu wptr=%llu", q->mqd.doorbell,
			   ips[q->ip], state_name(q), vcp_rptr(&q->cp), q->cp.wptr);
		if (q->state == VASIC_HUNG)
			seq_printf(m, " va=0x%llx why=%s", q->hung_va, q->hung_why);
		seq_putc(m, '\n');
	}
	mutex_unlock(&v->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

static int stats_show(struct seq_file *m, void *unused)
{
	struct vasic_stats *s = &((struct vasic *)m->private)->stats;

	seq_printf(m, "packets=%ld\nfences=%ld\nirqs=%ld\nirqs_hard=%ld\n",
		   atomic_long_read(&s->packets), atomic_long_read(&s->fences),
		   atomic_long_read(&s->irqs), atomic_long_read(&s->irqs_hard));
	seq_printf(m, "irqs_dropped=%ld\nirqs_lost=%ld\n", atomic_long_read(&s->irqs_dropped),
		   atomic_long_read(&s->irqs_lost));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

void vasic_debugfs_init(struct vasic *v)
{
	struct dentry *dir = debugfs_create_dir("vasic", adev_to_drm(v->adev)->debugfs_root);
	struct vasic_faults *f = &v->faults;

	debugfs_create_file("slots", 0400, dir, v, &slots_fops);
	debugfs_create_file("settle", 0400, dir, v, &settle_fops);
	debugfs_create_file("queues", 0400, dir, v, &queues_fops);
	debugfs_create_file("stats", 0400, dir, v, &stats_fops);
	debugfs_create_bool("hold", 0600, dir, &f->hold);
	debugfs_create_bool("hang", 0600, dir, &f->hang);
	debugfs_create_bool("drop_irq", 0600, dir, &f->drop_irq);
	debugfs_create_bool("irq_locked", 0600, dir, &f->irq_locked);
	debugfs_create_u32("irq_delay_ms", 0600, dir, &f->irq_delay_ms);
	debugfs_create_u32("step_us", 0600, dir, &f->step_us);
	debugfs_create_u32("poll_us", 0600, dir, &f->poll_us);
}
