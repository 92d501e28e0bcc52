/* SPDX-License-Identifier: MIT */
/*
 * libamdgpu_userq: a thin library over the ioctls that tie AMD user-mode
 * queues to the kernel's fences.
 *
 * Rules that hold for every call below:
 *
 * - Success is 0, failure a negative errno. Nothing is printed, no signal
 *   handler or global state is touched, the process is never ended.
 * - On failure out-arguments keep the value they had.
 * - Argument structs begin with their size, set by AUQ_ARGS(). A struct from
 *   a newer header works on an older library as long as the fields that the
 *   library does not know are zero; otherwise the call fails with -E2BIG.
 * - Objects are reference counted; the reference counts are atomic. Calls on
 *   different objects may run in different threads. Calls on one queue that
 *   change its ring (emit, submit, set_wptr) need the caller's own lock. All
 *   other calls on a device or a queue may run at the same time.
 * - No object survives fork() in the child: libdrm_amdgpu shares the DRM file
 *   of the parent. Create devices after fork().
 */
#ifndef AMDGPU_USERQ_H
#define AMDGPU_USERQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** An argument struct of @type with its size filled in and the rest zero. */
#ifdef __cplusplus
#define AUQ_ARGS(type)                                                                             \
	([] {                                                                                      \
		type args_ = type();                                                               \
		args_.size = sizeof(args_);                                                        \
		return args_;                                                                      \
	}())
#else
#define AUQ_ARGS(type) ((struct type){.size = sizeof(struct type)})
#endif

/*
 * The kernel's own ENOTSUPP, which reaches user space although it has no
 * place in <errno.h>: user queues are switched off (amdgpu.user_queue).
 */
#define AUQ_ENOTSUPP 524

/** Text for an errno value of either sign, 524 included. Static storage, never NULL. */
const char *auq_strerror(int err);

/* ---- devices ------------------------------------------------------------ */

struct auq_device;

/** Engines that can have user queues; the values are the kernel's AMDGPU_HW_IP_*. */
enum auq_ip {
	AUQ_IP_GFX = 0,
	AUQ_IP_COMPUTE = 1,
	AUQ_IP_SDMA = 2,
};
#define AUQ_NUM_IPS 3

int auq_device_create(int fd, struct auq_device **out);
struct auq_device *auq_device_ref(struct auq_device *dev);
void auq_device_unref(struct auq_device *dev);

/** The DRM file that all handles (GEM, syncobj, queue ids) of @dev belong to. Owned by @dev. */
int auq_device_fd(const struct auq_device *dev);

/** Whether an engine can take user queues and, if not, what stands in the way. */
enum auq_ip_state {
	AUQ_IP_USABLE = 0,
	AUQ_IP_KERNEL_TOO_OLD,   /* the kernel has no user queues at all */
	AUQ_IP_OFF,              /* amdgpu.user_queue does not allow them */
	AUQ_IP_FIRMWARE_TOO_OLD, /* allowed, but the driver did not enable this engine */
	AUQ_IP_ABSENT,           /* the device has no such engine */
	AUQ_IP_UNSUPPORTED,      /* the driver has no user queues for this version of the engine */
};

struct auq_ip_info {
	size_t size;
	enum auq_ip_state state;
	uint32_t num_slots;     /* hardware queue slots, as the kernel reports them */
	uint32_t version_major; /* of the IP block */
	uint32_t version_minor;
	uint32_t shadow_size; /* GFX, bytes; 0 when not needed */
	uint32_t shadow_alignment;
	uint32_t csa_size; /* GFX and SDMA, bytes */
	uint32_t csa_alignment;
	uint32_t eop_size; /* COMPUTE, bytes */
	uint32_t eop_alignment;
};

struct auq_device_info {
	size_t size;
	uint32_t userq_ip_mask; /* bit per enum auq_ip, the kernel's own word */
	uint32_t drm_major;     /* driver interface version */
	uint32_t drm_minor;
	uint32_t drm_patch;
	uint32_t device_id;      /* PCI */
	uint32_t family;         /* AMDGPU_FAMILY_* */
	uint32_t seq64_slots;    /* size of the device's pool of fence slots */
	char kernel_release[65]; /* uname -r when the device was created */
};

int auq_device_query(const struct auq_device *dev, struct auq_device_info *info);
int auq_device_query_ip(const struct auq_device *dev, enum auq_ip ip, struct auq_ip_info *info);

/* ---- traits: what this kernel does differently, or gets wrong ------------ */

enum auq_trait {
	AUQ_TRAIT_POINTS_U64,         /* timeline points are read as 8-byte elements (7.1) */
	AUQ_TRAIT_LEAK_BORN_SIGNALED, /* L1: inherited references lost by a fence born signaled */
	AUQ_TRAIT_LEAK_LAST_FENCE,    /* L2: last_fence never put at teardown */
	AUQ_TRAIT_LEAK_PENDING_LIST,  /* L3: fence on the list when its queue goes */
	AUQ_TRAIT_LEAK_SHORT_WAIT,    /* L4: WAIT with too small an array loses a fence */
	AUQ_TRAIT_WAIT_DOUBLE_PUT,    /* WAIT puts each fence twice on success: never safe */
	AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT, /* ... and on late errors (D2) */
	AUQ_TRAIT_WAIT_ZERO_UNSAFE,      /* WAIT(fill) with nothing to wait for uses garbage (D4) */
	AUQ_TRAIT_WAIT_SHORT_BLOCKS,     /* too small an array makes WAIT wait on the CPU */
	AUQ_TRAIT_WAIT_SHORT_WARNS,      /* too small an array triggers WARN_ON_ONCE */
	AUQ_TRAIT_SLOT_RACE,             /* seq64 bits are not atomic (D3) */
	AUQ_TRAIT_FREE_PENDING_BLOCKS, /* FREE waits without limit for a pending last_fence (D8) */
	AUQ_TRAIT_CLOSE_PENDING_HANGS, /* close with a pending last_fence may never end (D7) */
	AUQ_TRAIT_HANG_DETECTION,      /* a pending fence arms a timer that resets the queue */
	AUQ_NUM_TRAITS
};

enum auq_answer { AUQ_NO, AUQ_YES, AUQ_UNKNOWN };

/** By version; the caller treats AUQ_UNKNOWN of a defect as AUQ_YES where safety is at stake. */
enum auq_answer auq_device_trait(const struct auq_device *dev, enum auq_trait trait);

/** As auq_device_trait() for any release string ("6.18.15-amd64"). */
enum auq_answer auq_release_trait(const char *release, enum auq_trait trait);

/** Which kernels have the trait, for people: "6.16 to 7.0.y; fixed in 7.1". Static storage. */
const char *auq_trait_kernels(enum auq_trait trait);

/* ---- buffers ------------------------------------------------------------ */

struct auq_buffer;

enum auq_domain { AUQ_DOMAIN_GTT, AUQ_DOMAIN_VRAM, AUQ_DOMAIN_DOORBELL };

struct auq_buffer_args {
	size_t size;
	uint64_t bytes;
	uint64_t alignment; /* of the GPU address, bytes; 0 for a page */
	enum auq_domain domain;
	uint32_t flags; /* AUQ_BUFFER_* */
};
#define AUQ_BUFFER_UNCACHED (1u << 0) /* GPU accesses bypass its caches (MTYPE_UC) */

/** Allocated, cleared, mapped for the CPU and, doorbells apart, into the GPU's address space. */
int auq_buffer_create(struct auq_device *dev, const struct auq_buffer_args *args,
		      struct auq_buffer **out);
struct auq_buffer *auq_buffer_ref(struct auq_buffer *buf);
void auq_buffer_unref(struct auq_buffer *buf);
uint64_t auq_buffer_va(const struct auq_buffer *buf); /* GPU address, 0 for doorbells */
void *auq_buffer_cpu(const struct auq_buffer *buf);
uint64_t auq_buffer_size(const struct auq_buffer *buf);   /* bytes */
uint32_t auq_buffer_handle(const struct auq_buffer *buf); /* GEM handle on auq_device_fd() */

/* ---- queues ------------------------------------------------------------- */

/** The ioctl as it is, for a driver that owns its rings: nothing allocated, nothing kept. */
struct auq_raw_queue_args {
	size_t size;
	enum auq_ip ip;
	uint32_t priority;        /* AUQ_PRIORITY_* */
	uint32_t flags;           /* AUQ_QUEUE_* */
	uint32_t doorbell_handle; /* GEM handle */
	uint32_t doorbell_index;  /* in 64-bit doorbells */
	uint64_t ring_va;
	uint64_t ring_bytes;
	uint64_t rptr_va;
	uint64_t wptr_va;   /* at offset 0 of a buffer of one page */
	uint64_t shadow_va; /* GFX */
	uint64_t csa_va;    /* GFX, SDMA */
	uint64_t eop_va;    /* COMPUTE */
};
#define AUQ_PRIORITY_NORMAL_LOW  0
#define AUQ_PRIORITY_LOW         1
#define AUQ_PRIORITY_NORMAL_HIGH 2
#define AUQ_PRIORITY_HIGH        3 /* needs CAP_SYS_NICE or DRM master */
#define AUQ_QUEUE_SECURE         (1u << 0)

int auq_raw_queue_create(struct auq_device *dev, const struct auq_raw_queue_args *args,
			 uint32_t *queue_id);
int auq_raw_queue_free(struct auq_device *dev, uint32_t queue_id);

struct auq_queue;

struct auq_queue_args {
	size_t size;
	enum auq_ip ip;
	uint32_t priority;
	uint32_t flags;
	uint64_t ring_bytes; /* power of two >= 4096; 0 for 64 KiB */
	/* Each may be NULL: the queue then makes its own. A reference is taken. */
	struct auq_buffer *wptr;     /* one page; may be shared by queues that never submit */
	struct auq_buffer *doorbell; /* one page of 512 doorbells */
	uint32_t doorbell_index;     /* used with a caller's doorbell buffer */
};

int auq_queue_create(struct auq_device *dev, const struct auq_queue_args *args,
		     struct auq_queue **out);

/**
 * Frees the kernel's queue at once, with the references still held elsewhere
 * the object stays as a husk on which every other call gives -ENODEV.
 */
int auq_queue_free(struct auq_queue *queue);
struct auq_queue *auq_queue_ref(struct auq_queue *queue);
void auq_queue_unref(struct auq_queue *queue); /* the last one frees the kernel's queue */
uint32_t auq_queue_id(const struct auq_queue *queue);
struct auq_device *auq_queue_device(const struct auq_queue *queue); /* no reference taken */

/* Packets go into the ring; the engine sees them at auq_queue_submit(). */
int auq_queue_emit(struct auq_queue *queue, const uint32_t *dwords, size_t count);
int auq_queue_emit_nop(struct auq_queue *queue, uint32_t dwords);
int auq_queue_emit_write(struct auq_queue *queue, uint64_t va, uint32_t value);

/**
 * Appends the protected fence signal, publishes wptr and rings the doorbell.
 * @value (may be NULL) gets the wptr that the next SIGNAL turns into a fence.
 */
int auq_queue_submit(struct auq_queue *queue, uint64_t *value);

/** Waits until the engine has read everything submitted; -ETIME after @timeout_ns. */
int auq_queue_wait_idle(struct auq_queue *queue, uint64_t timeout_ns);

/**
 * Writes the wptr page without ringing the doorbell: the value that the next
 * SIGNAL reads. For tests of the kernel's fences; the engine may see it too.
 */
int auq_queue_set_wptr(struct auq_queue *queue, uint64_t wptr);

/* ---- fences ------------------------------------------------------------- */

struct auq_signal_args {
	size_t size;
	uint32_t queue_id;
	uint32_t flags; /* 0 */
	const uint32_t *syncobjs;
	const uint32_t *bo_read; /* GEM handles */
	const uint32_t *bo_write;
	uint32_t num_syncobjs;
	uint32_t num_bo_read;
	uint32_t num_bo_write;
};

int auq_signal(struct auq_device *dev, const struct auq_signal_args *args);

struct auq_fence {
	uint64_t va;    /* GPU address of the seq64 slot */
	uint64_t value; /* done when the slot has reached it */
};

struct auq_wait_args {
	size_t size;
	uint32_t queue_id; /* whose next SIGNAL inherits the references */
	uint32_t flags;    /* AUQ_WAIT_* */
	const uint32_t *syncobjs;
	const uint32_t *timelines; /* syncobj handles */
	const uint64_t *points;    /* one per timeline */
	const uint32_t *bo_read;
	const uint32_t *bo_write;
	uint32_t num_syncobjs;
	uint32_t num_timelines;
	uint32_t num_bo_read;
	uint32_t num_bo_write;
};
#define AUQ_WAIT_UNSAFE (1u << 0) /* do it even where the kernel is known to corrupt memory */
#define AUQ_WAIT_SHORT  (1u << 1) /* hand the kernel too small an array: to test for defect L4 */

/** Upper bound of what auq_wait() can return now. No reference is taken. */
int auq_wait_count(struct auq_device *dev, const struct auq_wait_args *args, uint32_t *count);

/** @num_fences: in: room in @fences; out: fences written. */
int auq_wait(struct auq_device *dev, const struct auq_wait_args *args, struct auq_fence *fences,
	     uint32_t *num_fences);

/** As auq_wait() with an array of the right size; the caller frees it with free(). */
int auq_wait_alloc(struct auq_device *dev, const struct auq_wait_args *args,
		   struct auq_fence **fences, uint32_t *num_fences);

/**
 * Makes the engine wait, in front of what is emitted next, until each fence
 * that auq_wait() returned is done. -EOPNOTSUPP on SDMA.
 */
int auq_queue_emit_fence_wait(struct auq_queue *queue, const struct auq_fence *fences,
			      uint32_t num_fences);

/* ---- slots -------------------------------------------------------------- */

/** The seq64 slot that a fence address belongs to. */
uint32_t auq_fence_slot(const struct auq_fence *fence);

/**
 * The slot of @queue. Signals a fence and waits on it with the queue itself:
 * call it once, and never SIGNAL this queue again on a kernel with L1.
 */
int auq_queue_slot(struct auq_queue *queue, uint32_t *slot);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
