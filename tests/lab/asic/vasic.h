/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual ASIC: what the driver needs to find where the silicon would be. See README.md.
 *
 * One struct vasic per device, freed with the DRM device. The table of MES functions lies
 * inside it, so that the driver's own pointer leads back to us: no list, no global.
 */
#ifndef VASIC_H
#define VASIC_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/wait.h>
#include <drm/gpu_scheduler.h>

#include "amdgpu.h"
#include "amdgpu_mes.h"
#include "cp.h"

#define VASIC_PCI_VENDOR 0x1af4 /* as QEMU's ivshmem comes */
#define VASIC_PCI_DEVICE 0x1110 /* kept: no real AMD device has it */

#define VASIC_MMIO_BYTES     SZ_1M
#define VASIC_DOORBELL_BYTES SZ_16M

#define VASIC_NUM_IRQS 128 /* under way at the same time */
#define VASIC_NUM_HUNG 8   /* as many as amdgpu_userq.c has room for */

/* What a doorbell holds once it was seen: it is a port, nobody reads it. */
#define VASIC_DOORBELL_IDLE U64_MAX

/* Ours to define: the driver only passes it on. Lives in GTT, found through the GART. */
struct vasic_mqd {
	u64 ring_va;
	u64 rptr_va;
	u64 fence_addr; /* seq64 slot, GART */
	u64 rptr;       /* saved while not mapped */
	u32 ring_bytes;
	u32 doorbell;
	u32 was_mapped;
};

enum vasic_queue_state { VASIC_RUNNING, VASIC_SUSPENDED, VASIC_HUNG };

struct vasic_queue {
	struct list_head link;
	struct vasic *vasic;
	struct vcp cp;
	struct vasic_mqd mqd;
	u64 mqd_addr;
	u64 gang;
	u64 page_table;
	u64 wptr_va;
	u64 published; /* rptr last shown to the client */
	u64 not_before_ns;
	const char *hung_why;
	u64 hung_va;
	u32 ip;
	enum vasic_queue_state state;
	bool waiting;
};

struct vasic_irq {
	struct hrtimer timer;
	struct vasic *vasic;
	u32 doorbell;
	unsigned long busy; /* bit 0 */
};

/* Each is a file in debugfs and a parameter amdgpu.vasic_NAME for the state at boot. */
struct vasic_faults {
	bool hold;       /* start no packet */
	bool hang;       /* a queue that has something to do never gets on */
	bool drop_irq;   /* end of pipe without its interrupt */
	bool irq_locked; /* up to 7.0: process fences under the xarray's lock, as the driver does */
	u32 irq_delay_ms; /* between the write of the fence and the interrupt */
	u32 step_us;      /* between packets of a queue */
	u32 poll_us;      /* between looks at the doorbells; up to 16 times that when idle */
};

struct vasic_stats {
	atomic_long_t packets;
	atomic_long_t fences;
	atomic_long_t irqs;
	atomic_long_t irqs_hard; /* of these in hard interrupt context */
	atomic_long_t irqs_dropped;
	atomic_long_t irqs_lost; /* no room for one more under way */
};

struct vasic {
	struct amdgpu_device *adev;
	struct amdgpu_mes_funcs mes_funcs;
	struct drm_gpu_scheduler sched; /* never given a job */
	u32 hung_doorbells[VASIC_NUM_HUNG];

	struct mutex lock; /* queues and all in them */
	struct list_head queues;
	wait_queue_head_t wake;
	struct task_struct *thread;
	u64 __iomem *doorbells;

	spinlock_t tlb_lock; /* held from looking up an address to having used it */

	struct vasic_faults faults;
	struct vasic_stats stats;
	struct irq_work irq_now;
	u32 irq_now_doorbell;                  /* under lock */
	struct vasic_irq irqs[VASIC_NUM_IRQS]; /* late ones */
};

static inline struct vasic *vasic_of_mes(struct amdgpu_mes *mes)
{
	return container_of(mes->funcs, struct vasic, mes_funcs);
}

static inline struct vasic *vasic_of(struct amdgpu_device *adev)
{
	return vasic_of_mes(&adev->mes);
}

/* vasic_pci.c */
bool vasic_is_ours(struct pci_dev *pdev);

/* vasic_ip.c: called in place of amdgpu_discovery_set_ip_blocks() */
int vasic_set_ip_blocks(struct amdgpu_device *adev);

/* vasic_gmc.c */
extern const struct amdgpu_ip_block_version vasic_gmc_block;

/* vasic_mem.c: 0 or -EFAULT */
int vasic_gart_read(struct vasic *v, u64 addr, void *dst, u32 bytes);
int vasic_gart_write(struct vasic *v, u64 addr, const void *src, u32 bytes);
int vasic_vm_read(struct vasic *v, u64 page_table, u64 va, void *dst, u32 bytes);
int vasic_vm_write(struct vasic *v, u64 page_table, u64 va, const void *src, u32 bytes);

/* vasic_mes.c */
void vasic_mes_init(struct vasic *v);

/* vasic_cp.c */
int vasic_cp_start(struct vasic *v);
void vasic_cp_stop(struct vasic *v);
void vasic_cp_attach(struct vasic_queue *q);
void vasic_cp_load_wptr(struct vasic_queue *q);
void vasic_cp_hang(struct vasic_queue *q, const char *why, u64 va);

/* vasic_irq.c */
void vasic_irq_init(struct vasic *v);
void vasic_irq_fini(struct vasic *v);
void vasic_irq_raise(struct vasic *v, u32 doorbell);

/* vasic_debugfs.c */
void vasic_faults_init(struct vasic *v);
void vasic_debugfs_init(struct vasic *v);

#endif
