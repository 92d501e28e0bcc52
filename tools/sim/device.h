/* SPDX-License-Identifier: MIT */
/*
 * amdgpu's own: the model of what drivers/gpu/drm/amd/amdgpu keeps. The lock is held.
 *
 * Modelled is what a process can observe: who holds which reference, when a slot is given back,
 * what an ioctl answers. Page tables, firmware and interrupts are there only in their effects.
 */
#ifndef SIM_DEVICE_H
#define SIM_DEVICE_H

#include <uapi.h>

#include "cp.h"
#include "gpu.h"
#include "profile.h"

#define GPU_PAGE      4096ull
#define GPU_MAX_PFN   (1ull << 36) /* amdgpu_vm_adjust_size() of the virtual ASIC: 256 TiB */
#define GPU_HOLE_MASK ((1ull << 48) - 1)
#define GPU_NUM_IPS   3

#define SEQ64_BYTES (2ull << 20)
#define SEQ64_SLOTS (SEQ64_BYTES / 8)
/* Below the context save area, which ends the address space: amdgpu_vm.h */
#define SEQ64_START    ((GPU_MAX_PFN * GPU_PAGE) - (2ull << 20) - SEQ64_BYTES)
#define SEQ64_VA(slot) ((SEQ64_START | ~GPU_HOLE_MASK) + 8ull * (slot)) /* sign extended */

#define DOORBELLS_PER_PAGE 512u
#define DOORBELL_IDLE      UINT64_MAX /* a port: nobody reads what was written there */

/* ---- what a kernel does differently -------------------------------------- */

enum free_pending {
	FREE_WAITS_100_MS,  /* interruptible, then goes on */
	FREE_WAITS_INTR,    /* without limit, interruptible */
	FREE_WAITS_FOREVER, /* without limit, uninterruptible */
};

/* Where each comes from: profile.c. */
struct quirks {
	bool leaks_born_signaled;   /* L1 */
	bool leaks_last_fence;      /* L2 */
	bool leaks_pending;         /* L3: the list is not drained when the queue goes */
	bool leaks_short_wait;      /* L4 */
	bool puts_twice;            /* WAIT, on success */
	bool puts_twice_on_error;   /* D2 */
	bool dedups_nothing_to_one; /* D4 */
	bool wakes_by_driver; /* an interrupt finds the fence driver, not the queue, by doorbell */
	bool short_wait_blocks;
	bool short_wait_warns;
	bool refuses_same_bo; /* -EALREADY */
	bool points_are_64;
	bool collects_bos_first;
	bool counts_in_16_bits;
	bool limits_bos;              /* 65536, else what an allocation allows */
	bool detects_hangs;           /* a pending fence is completed with an error after 2 s */
	bool cancels_detection_first; /* D8: FREE does, and then waits */
	enum free_pending free_pending;
	bool unknown_queue_is_einval; /* FREE: else -ENOENT */
	bool gates_signal;            /* SIGNAL and WAIT know whether user queues are on */
	int create_disabled_errno;
	unsigned max_queues;
	int too_many_errno;
	bool takes_doorbell_over; /* a second queue on a doorbell: silently, else -EBUSY */
	bool checks_ring_size;    /* a power of two, a page at least */
	bool checks_ring_align;   /* rptr and wptr to 8 bytes */
	bool checks_last_page;    /* of what is mapped for a queue, if it is a part of a page */
	bool checks_doorbell_range;
	bool checks_doorbell_domain;
	bool checks_va_overflow;
	bool has_all_fw_areas;
	bool mqd_fault_is_enomem;
	bool checks_bo_list; /* the size of its entries, and how many */
	bool has_proc_options;
	bool counts_alignment;      /* GEM_LIST_HANDLES: in pages, else in bytes */
	bool refuses_late_timeline; /* GEM_VA: a timeline with DELAY_UPDATE */
	uint32_t trap_bytes;        /* at the top of an address space, below seq64 */
	uint32_t dev_info_bytes;
	unsigned open_reserves;   /* places in a buffer's reservation, for a new handle */
	unsigned ensure_reserves; /* the same, for the first queue */
	bool leaks_wptr_buffer;   /* D12: it is never freed, nor are the fences in it */
	bool attaches_each_open;  /* eviction fences: for each handle, else once */
	bool attaches_unmapped;   /* to buffers that never had an address, too */
	bool late_eviction_fence; /* CREATE makes it after the checks, else before */
	bool dashes_queues;       /* debugfs: "queue-1", else "queue_1" */
	bool close_hangs;         /* D7: with a pending last fence, for ever */
};

void quirks_of(const struct sim_profile *profile, struct quirks *quirks);

/* ---- fence drivers and fences -------------------------------------------- */

struct userq_fence;

struct fence_driver {
	struct gpu *gpu;
	struct fence_driver *next, **link; /* of all that live */
	unsigned refs;
	uint32_t slot;
	uint64_t context;
	uint32_t doorbell;
	pid_t pid; /* who made its queue */
	char comm[16];
	bool owner_is_gone;
	struct userq_fence *pending, **pending_tail; /* in order of SIGNAL */
	/* Who holds the references, beside the queue. */
	unsigned fences;
	unsigned gathered;
	unsigned inherited;
};

struct userq_fence {
	struct fence base;
	struct fence_driver *driver;
	struct fence_driver **inherited;
	unsigned num_inherited;
	struct userq_fence *next; /* on the driver's list */
	struct sim_work rcu;
};

/* -ENOMEM, -ENOSPC. The reference is the queue's. */
int fence_driver_create(struct gpu *gpu, const struct drm_file *file, uint32_t doorbell,
			struct fence_driver **driver);
void fence_driver_get(struct fence_driver *driver);
void fence_driver_put(struct fence_driver *driver);
uint64_t fence_driver_value(const struct fence_driver *driver);
void fence_driver_write(struct fence_driver *driver, uint64_t value);
/* Signals what the slot has reached, from the front of the list. */
void fence_driver_process(struct fence_driver *driver);
/* Signals all that is pending, with an error. */
void fence_driver_cancel(struct fence_driver *driver);

struct gpu_queue;
/* Takes over what WAITs into the queue have gathered. A reference; NULL: no memory. */
struct fence *userq_fence_create(struct gpu_queue *queue, uint64_t seqno);
struct userq_fence *userq_fence_of(struct fence *fence); /* NULL: somebody else's */

/* ---- buffers and address spaces ------------------------------------------ */

struct gpu_bo {
	struct gem_object base;
	struct gpu *gpu;
	uint64_t alignment;
	uint32_t domains;
	uint64_t flags;
	uint32_t doorbell_page; /* of AMDGPU_GEM_DOMAIN_DOORBELL, else 0 */
	uint64_t tiling_flags;
	uint64_t metadata_flags;
	uint32_t metadata_bytes;
	uint32_t metadata[64];
};

struct gpu_bo *gpu_bo_of(struct gem_object *object);

struct gpu_mapping {
	struct gpu_mapping *next;
	uint64_t start, last; /* pages */
	uint64_t offset;      /* bytes */
	uint32_t flags;
	struct gpu_bo *bo; /* NULL: PRT */
};

/* The BO in a file: amdgpu_bo_va. */
struct gpu_bo_use {
	struct gpu_bo_use *next;
	struct gpu_bo *bo;
	unsigned handles;
	bool was_mapped;
};

struct gpu_file {
	struct drm_file *drm;
	struct gpu *gpu;
	struct gpu_mapping *mappings;
	struct gpu_bo_use *uses;
	struct idr queues;
	unsigned num_queues;
	struct idr contexts, bo_lists;
	struct fence *eviction; /* from its first queue on */
	uint64_t eviction_context;
	bool is_locked; /* userq_mutex, while its holder sleeps */
};

/* eviction.c: a handle comes, or goes; a queue comes. 0 or -ENOMEM. */
int eviction_open(struct gpu_file *file, struct gpu_bo *bo, bool is_first);
void eviction_close(struct gpu_file *file, struct gpu_bo *bo, bool is_last);
int eviction_ensure(struct gpu_file *file);

/* What @va, without the sign, is mapped to; NULL: nothing. */
struct gpu_mapping *gpu_vm_find(const struct gpu_file *file, uint64_t va);
/* 0 or -EFAULT, as the engine reads and writes it. */
int gpu_vm_read(const struct gpu_file *file, uint64_t va, void *dst, uint32_t bytes);
int gpu_vm_write(const struct gpu_file *file, uint64_t va, const void *src, uint32_t bytes);
/* Unmaps a buffer, or all of them (NULL). */
void gpu_vm_forget(struct gpu_file *file, const struct gpu_bo *bo);

/* ---- queues -------------------------------------------------------------- */

enum queue_state { QUEUE_RUNNING, QUEUE_HUNG };

struct gpu_queue {
	struct gpu *gpu;
	struct gpu_file *file;
	struct gpu_queue *next, **link; /* of those that are mapped */
	unsigned refs;
	uint32_t id; /* in its file */
	uint32_t ip;
	uint32_t doorbell; /* on the BAR, in dwords */
	struct gpu_bo *doorbell_bo;
	uint64_t *doorbell_cpu;
	uint64_t rptr_va, wptr_va;
	struct fence_driver *driver;
	struct fence *last_fence;
	struct fence_driver **gathered;
	unsigned num_gathered, max_gathered;
	struct sim_work hang_work;

	struct vcp cp;
	enum queue_state state;
	bool is_waiting;
	uint64_t published; /* rptr last shown to the client */
	uint64_t not_before;
	const char *hung_why;
	uint64_t hung_va;
};

/* userq-create.c: 0 and its number, or -errno. */
int gpu_queue_create(struct gpu_file *file, struct sim_task *task,
		     const struct auq_uapi_userq_in *in, uint32_t *id);
void gpu_queue_get(struct gpu_queue *queue);
void gpu_queue_put(struct gpu_queue *queue);
/* SIGNAL has made a fence: hang detection, where there is one. */
void gpu_queue_watch(struct gpu_queue *queue);
/* That, of the queue's hang_work. */
void gpu_queue_detect_hang(struct sim_work *work);
/* clients.c: its folder in debugfs appears, or vanishes. */
void gpu_queue_show(const struct gpu_queue *queue, bool is_there);
/* A file of a client's folder, by its path from "client-" on; NULL: no such file. */
char *gpu_client_text(struct gpu *gpu, const char *path, size_t *bytes);
/* Where the entry of that doorbell is linked, or would be. */
struct doorbell_entry **gpu_doorbell_find(struct gpu *gpu, uint32_t doorbell);
/* The queue's own; a fence driver's stays. */
void gpu_doorbell_erase(struct gpu_queue *queue);
/* Until no FREE of this file holds the mutex. */
void gpu_file_sync(struct gpu_file *file);
int gpu_queue_gather(struct gpu_queue *queue, struct fence_driver *driver); /* -ENOMEM */

int userq_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int signal_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int wait_ioctl(struct drm_file *file, struct sim_task *task, void *data);
/* memdup_user() of @num elements: NULL and 0 for none, else to be freed. */
int copy_array(struct sim_task *task, uint64_t user, size_t num, size_t size, void **out);
/* Handles to objects with a reference each, all or none. */
int lookup_objects(struct drm_file *file, const uint32_t *handles, unsigned num,
		   struct gem_object ***out);
void put_objects(struct gem_object **objects, unsigned num);
/* And a place for a fence in each. -EALREADY where the kernel refuses that one is named twice, in
 * one list or both. */
int lock_objects(const struct gpu *gpu, struct gem_object **a, unsigned num_a,
		 struct gem_object **b, unsigned num_b);

/* ---- the engine ---------------------------------------------------------- */

/* As the virtual ASIC of the lab has them: tests/lab/asic/README.md. */
struct faults {
	bool hold, hang, drop_irq, irq_locked;
	bool no_memory; /* for fences and their drivers */
	uint32_t irq_delay_ms, step_us, poll_us;
	uint32_t max_slots;
};

struct engine_stats {
	uint64_t packets, fences, irqs, irqs_dropped;
};

int engine_start(struct gpu *gpu, uint64_t seed); /* -EAGAIN: no thread */
void engine_stop(struct gpu *gpu);
void engine_add(struct gpu_queue *queue, uint64_t ring_va, uint32_t ring_bytes);
void engine_remove(struct gpu_queue *queue);

/* ---- the device ---------------------------------------------------------- */

/* Which fence driver or queue an interrupt of a doorbell finds; without a reference. */
struct doorbell_entry {
	struct doorbell_entry *next;
	uint32_t doorbell;
	struct fence_driver *driver;
	struct gpu_queue *queue;
};

struct gpu {
	struct sim *sim;
	const struct sim_profile *profile;
	struct quirks quirks;
	struct sim_memory *seq64;
	uint64_t *used; /* a bit per slot */
	uint32_t num_used;
	bool has_warned; /* WARN_ON_ONCE() of the short array */
	struct fence_driver *drivers;
	struct fence **forgotten; /* gpu_forget() */
	unsigned num_forgotten, max_forgotten;
	struct resv lost; /* fences in buffers that a defect never frees */
	struct doorbell_entry *doorbells;
	uint64_t doorbell_pages; /* a bit per page of the BAR */
	bool is_on;              /* amdgpu.user_queue */
	bool is_ending;          /* nothing waits any more */
	bool is_in_locked_irq;   /* the handler holds the lock that destroying a driver takes */
	unsigned reports;        /* what a kernel would have logged as a WARN or worse */

	struct gpu_queue *queues;
	struct faults faults;
	struct engine_stats stats;
	struct engine *engine;
};

/* seq64.c */
int seq64_alloc(struct gpu *gpu, uint32_t *slot);
void seq64_free(struct gpu *gpu, uint32_t slot);
uint64_t *seq64_cpu(struct gpu *gpu, uint32_t slot);

/* Takes over a reference that a kernel forgets, until the device goes. */
void gpu_forget(struct gpu *gpu, struct fence *fence);

/* What would be in the kernel log: a WARN, a use after free. To standard error, once a kind. */
void gpu_report(struct gpu *gpu, const char *text);

/* bo.c, vm.c, info.c, ctx.c, ringless.c: the other ioctls */
int gem_create_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_mmap_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_va_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_metadata_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_op_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_wait_idle_ioctl(struct drm_file *file, struct sim_task *task, void *data);
/* struct drm_amdgpu_gem_list_handles */
struct gpu_list_handles {
	uint64_t entries;
	uint32_t num_entries;
	uint32_t padding;
};
int gem_list_handles_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int gem_userptr_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int bo_list_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int vm_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int sched_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int proc_options_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int ctx_ioctl(struct drm_file *file, struct sim_task *task, void *data);
int info_ioctl(struct drm_file *file, struct sim_task *task, void *data);

#endif
