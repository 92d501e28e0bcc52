/* SPDX-License-Identifier: MIT */
/*
 * libamdgpu_userq: a thin library over the ioctls that tie AMD user-mode
 * queues to the kernel's fences. Everything here is Since: 1.0 unless a line
 * says otherwise.
 *
 * Rules that hold for every call below:
 *
 * - Success is 0, failure a negative errno. Nothing is printed, no signal
 *   handler or global state is touched, the process is never ended.
 * - On failure out-arguments keep the value they had.
 * - Argument structs begin with their size, set by AUQ_ARGS(). A struct from
 *   a newer header works on an older library as long as the fields that the
 *   library does not know are zero; otherwise, and if it says to be longer than
 *   4096 bytes, the call fails with -E2BIG. Not repeated below.
 * - -EINVAL: an argument is NULL that may not be, a size is smaller than in
 *   1.0, an enum or flag is unknown, an array is NULL and its count is not 0
 *   (in an argument struct -EFAULT). Not repeated below. Accessors, which
 *   return a value and no error, take no NULL; ref and unref do.
 * - Other errors of the kernel are passed on. Those that its code can give are
 *   listed with each call, with the kernels they were read in.
 * - Devices, buffers and queues are reference counted, atomically. Calls on
 *   different objects may run in different threads. Calls on one queue that
 *   use its ring (emit, submit, wait_idle, set_wptr) need the caller's own
 *   lock. All other calls on a device or a queue may run at the same time,
 *   with two exceptions that kernels make. WAIT into a queue must not run
 *   beside SIGNAL of it: all kernels read hand a reference on before they have
 *   taken it (amdgpu_userq_fence.c, amdgpu_userq_wait_ioctl(), from 7.1
 *   amdgpu_userq_wait_return_fence_info()). And up to 6.18 a queue must not be
 *   freed beside either: they look queues up without holding them.
 * - ioctls that a signal interrupts are started again. Any call may sleep.
 * - No object survives fork() in the child. Nor can the child make devices of a
 *   GPU of which the parent had one: libdrm_amdgpu hands out the parent's DRM
 *   file and gives the same GPU addresses to both (amdgpu_device_initialize()).
 *   Fork before the first auq_device_create(), or execve() in the child.
 *
 * Two levels. A driver that owns its rings and buffers takes a device and
 * auq_raw_queue_*(), auq_signal() and auq_wait(): these allocate nothing
 * (auq_wait() excepted, for more than 32 timelines before 7.1) and lock
 * nothing. Tools and tests take auq_buffer_*() and auq_queue_*(), too.
 *
 * Kernel behaviour is named by file and function in drivers/gpu/drm/amd/amdgpu
 * and by the kernels in which it was read: 6.18.5, 6.18.15, 7.0.0, 7.0.14,
 * 7.1.3, 7.1.13, 7.2.13, 7.3.4. What names no kernel holds for all of these;
 * "7.0" and the like, for those of them. User queues exist since 6.16; 6.16,
 * 6.17 and 6.19 were not read. Nothing was run on a GPU: what was seen was seen
 * with the driver of 6.18.15, 7.1.13 and 7.3.4 on a virtual one.
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

/** An argument struct of @type (without `struct`), its size filled in and the rest zero. */
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

/* ---- auq_strerror(3): the text of an error --------------------------------- */

/*
 * The kernel's own ENOTSUPP, which reaches user space although it has no
 * place in <errno.h>: no engine of the device has user queues, most often
 * because they are switched off, as by default (module parameter
 * amdgpu.user_queue). amdgpu_userq.c, amdgpu_userq_enabled(), from 6.18.15;
 * 6.18.5 gives -EINVAL.
 */
#define AUQ_ENOTSUPP 524

/**
 * Text in English for an errno value of either sign, 524 included; "Unknown
 * error" for any other number. Static storage, never NULL.
 */
const char *auq_strerror(int err);

/* ---- auq_device(3): devices and their engines ----------------------------- */

struct auq_device;

/** Engines that can have user queues; the values are the kernel's AMDGPU_HW_IP_*. */
enum auq_ip {
	AUQ_IP_GFX = 0,
	AUQ_IP_COMPUTE = 1,
	AUQ_IP_SDMA = 2,
};
#define AUQ_NUM_IPS 3

/**
 * A device from a DRM file.
 * @fd: an open primary or render node of amdgpu. It stays the caller's, who
 *      may close it at once.
 * @out: gets one reference, to be dropped with auq_device_unref().
 *
 * All devices that one process makes of one GPU share a DRM file, the first
 * one: libdrm_amdgpu joins them (amdgpu_device_initialize()). Handles of @fd
 * are therefore of use only if auq_device_fd() is the same file, as it is for
 * the first device of a GPU. A second client takes a second process.
 *
 * -EBADF, -ENOTTY: @fd is not open, or no DRM file
 * -ENODEV: another driver's
 * -EACCES: a primary node that is not authenticated
 * -ENOMEM
 */
int auq_device_create(int fd, struct auq_device **out);
/** Returns @dev with one more reference. NULL is fine. */
struct auq_device *auq_device_ref(struct auq_device *dev);
/** Drops one reference. NULL is fine. Buffers and queues hold their own. */
void auq_device_unref(struct auq_device *dev);

/**
 * The DRM file that all handles (GEM, syncobj, queue ids) of @dev belong to.
 * Owned by @dev, valid as long as it.
 */
int auq_device_fd(const struct auq_device *dev);

/**
 * Whether an engine can take user queues and, if not, what stands in the way.
 * userq_ip_mask is the kernel's word; the rest is told apart by the driver's
 * version (3.64 came with user queues), by the IP version against the list of
 * those that set userq_funcs[] in 7.3.4 (gfx_v11_0.c, gfx_v12_0.c,
 * sdma_v6_0.c, sdma_v7_0.c), and by userq_num_slots, which depends on the
 * module parameter alone (amdgpu_kms.c, amdgpu_hw_ip_info()).
 */
enum auq_ip_state {
	AUQ_IP_USABLE = 0,
	AUQ_IP_KERNEL_TOO_OLD,   /* before 6.16: no user queues at all */
	AUQ_IP_OFF,              /* amdgpu.user_queue does not allow them, the default */
	AUQ_IP_FIRMWARE_TOO_OLD, /* allowed, but the driver did not enable this engine */
	AUQ_IP_ABSENT,           /* the device has no such engine */
	AUQ_IP_UNSUPPORTED,      /* the driver has no user queues for this version of the engine */
};

struct auq_ip_info {
	size_t size;
	enum auq_ip_state state;
	uint32_t num_slots;     /* hardware queues, as the kernel counts them; more are scheduled */
	uint32_t version_major; /* of the IP block, 0 if absent */
	uint32_t version_minor;
	/*
	 * What a queue of this engine needs beside its ring; alignments are of
	 * GPU addresses, all is in bytes, and 0 unless the engine is usable.
	 * By AMDGPU_INFO_UQ_FW_AREAS, which knows GFX alone up to 6.18; there the
	 * others are those of 7.3.4.
	 */
	uint32_t shadow_size; /* GFX */
	uint32_t shadow_alignment;
	uint32_t csa_size; /* GFX and SDMA */
	uint32_t csa_alignment;
	uint32_t eop_size; /* COMPUTE */
	uint32_t eop_alignment;
};

struct auq_device_info {
	size_t size;
	uint32_t userq_ip_mask; /* bit per enum auq_ip, the kernel's own word; 0 before 6.16 */
	uint32_t drm_major;     /* driver interface version */
	uint32_t drm_minor;
	uint32_t drm_patch;
	uint32_t device_id;      /* PCI */
	uint32_t family;         /* AMDGPU_FAMILY_* */
	uint32_t seq64_slots;    /* fence slots of the device, one a queue (amdgpu_vm.h) */
	char kernel_release[65]; /* uname -r when the device was created */
};

/** What was found when @dev was created. @info: AUQ_ARGS(auq_device_info), filled. */
int auq_device_query(const struct auq_device *dev, struct auq_device_info *info);
/** The same for one engine. @info: AUQ_ARGS(auq_ip_info), filled. */
int auq_device_query_ip(const struct auq_device *dev, enum auq_ip ip, struct auq_ip_info *info);

/* ---- auq_trait(3): what a kernel does differently, or gets wrong ----------- */

/*
 * L and D numbers are those of amdfence's catalogue of defects. Where each was
 * read is beside its row in the library's traits.c.
 */
enum auq_trait {
	/* WAIT reads timeline points as 8-byte elements, else as 4-byte ones */
	AUQ_TRAIT_POINTS_U64,
	/* L1: a fence signaled at its creation never drops the references it inherited */
	AUQ_TRAIT_LEAK_BORN_SIGNALED,
	/* L2: a queue's last fence is never put */
	AUQ_TRAIT_LEAK_LAST_FENCE,
	/* L3: a fence still pending when its queue goes stays on a list for ever */
	AUQ_TRAIT_LEAK_PENDING_LIST,
	/* L4: WAIT with too small an array loses a fence */
	AUQ_TRAIT_LEAK_SHORT_WAIT,
	/* WAIT puts each fence twice on success: use after free, WAIT is never safe */
	AUQ_TRAIT_WAIT_DOUBLE_PUT,
	/* D2: WAIT puts fences twice on an error after the look-up, a signal for instance */
	AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT,
	/* D4: WAIT (fill) that finds nothing to wait for uses an uninitialised pointer */
	AUQ_TRAIT_WAIT_ZERO_UNSAFE,
	/* too small an array makes WAIT wait on the CPU, else it fails with -EINVAL */
	AUQ_TRAIT_WAIT_SHORT_BLOCKS,
	/* too small an array triggers a WARN, once a boot */
	AUQ_TRAIT_WAIT_SHORT_WARNS,
	/* D3: CREATE and FREE at the same time may lose a slot or give it twice */
	AUQ_TRAIT_SLOT_RACE,
	/* FREE waits without limit for a pending last fence; up to 6.18, 100 ms */
	AUQ_TRAIT_FREE_PENDING_BLOCKS,
	/* D7, D8: close() with a pending last fence may never end, nor the process */
	AUQ_TRAIT_CLOSE_PENDING_HANGS,
	/* a pending fence arms a timer that resets the queue */
	AUQ_TRAIT_HANG_DETECTION,
	/* D1: where a completion drops the last reference to a fence driver, a CPU deadlocks */
	AUQ_TRAIT_IRQ_PUT_DEADLOCKS,
	/* D5: SIGNAL and WAIT do not hold the queue, which FREE may free meanwhile */
	AUQ_TRAIT_QUEUE_UNHELD,
	/* D6: WAIT hands out a reference before it takes it, which SIGNAL meanwhile may drop */
	AUQ_TRAIT_WAIT_LATE_REF,
	/* D11: a file that is closed with queues keeps their doorbell pages */
	AUQ_TRAIT_CLOSE_KEEPS_DOORBELL,
	AUQ_NUM_TRAITS
};

enum auq_answer {
	AUQ_NO,
	AUQ_YES,
	AUQ_UNKNOWN, /* that kernel, or one near enough to it, was not read */
};

/**
 * By the kernel's release, that is, not knowing of patches; POINTS_U64, where
 * the release does not tell, by a WAIT that has no effect. The caller treats
 * AUQ_UNKNOWN of a defect as AUQ_YES where safety is at stake, as this library
 * does. Of an unknown @trait nothing is known.
 */
enum auq_answer auq_device_trait(const struct auq_device *dev, enum auq_trait trait);

/**
 * The first @num of them at once.
 * @answers: gets @num answers, AUQ_UNKNOWN for traits that this library does
 *           not know
 */
int auq_device_traits(const struct auq_device *dev, enum auq_answer *answers, uint32_t num);

/**
 * As auq_device_trait() for any release string, "6.18.15+deb13-amd64" for
 * instance. AUQ_UNKNOWN for one that is none, or NULL. "7.0.0-14-generic"
 * stands for any 7.0.y: Ubuntu does not name the stable update.
 */
enum auq_answer auq_release_trait(const char *release, enum auq_trait trait);

/**
 * Which kernels have the trait, for people: "6.18; fixed in 7.0".
 * Static storage; NULL for an unknown @trait.
 */
const char *auq_trait_kernels(enum auq_trait trait);

/* ---- auq_buffer(3): memory for the CPU and the GPU ------------------------- */

struct auq_buffer;

enum auq_domain {
	AUQ_DOMAIN_GTT,
	AUQ_DOMAIN_VRAM,
	AUQ_DOMAIN_DOORBELL, /* 64-bit doorbells, not in the GPU's address space */
};

struct auq_buffer_args {
	size_t size;
	uint64_t bytes;     /* rounded up to a page of 4096 */
	uint64_t alignment; /* of the GPU address, bytes, a power of two; 0 for a page */
	enum auq_domain domain;
	uint32_t flags; /* AUQ_BUFFER_* */
};
#define AUQ_BUFFER_UNCACHED (1u << 0) /* GPU accesses bypass its caches (MTYPE_UC) */

/**
 * Allocated, mapped for the CPU and, doorbells apart, cleared and mapped into
 * the GPU's address space to read, write and execute. When the call returns
 * the GPU's page tables are written: user queues do not wait for them.
 * @out: gets one reference; holds one on @dev.
 *
 * -EINVAL: also 0 bytes, or an alignment that is no power of two
 * -ENOMEM: no memory, of whatever kind; no room in the domain or in the
 *          address space
 */
int auq_buffer_create(struct auq_device *dev, const struct auq_buffer_args *args,
		      struct auq_buffer **out);
/** Returns @buf with one more reference. NULL is fine. */
struct auq_buffer *auq_buffer_ref(struct auq_buffer *buf);
/** Drops one reference; the last one unmaps and frees. NULL is fine. */
void auq_buffer_unref(struct auq_buffer *buf);
uint64_t auq_buffer_va(const struct auq_buffer *buf);     /* GPU address, 0 for doorbells */
void *auq_buffer_cpu(const struct auq_buffer *buf);       /* as long as @buf lives */
uint64_t auq_buffer_size(const struct auq_buffer *buf);   /* bytes */
uint32_t auq_buffer_handle(const struct auq_buffer *buf); /* GEM handle on auq_device_fd() */

/* ---- auq_raw_queue(3): queues on the caller's memory ----------------------- */

/**
 * The ioctl as it is, for a driver that owns its rings: nothing allocated,
 * nothing kept. Addresses are the GPU's and stay mapped as long as the queue.
 */
struct auq_raw_queue_args {
	size_t size;
	enum auq_ip ip;
	uint32_t priority;        /* AUQ_PRIORITY_* */
	uint32_t flags;           /* AUQ_QUEUE_* */
	uint32_t doorbell_handle; /* GEM handle, of AUQ_DOMAIN_DOORBELL */
	uint32_t doorbell_index;  /* in 64-bit doorbells; one no other queue has */
	uint64_t ring_va;         /* aligned to 256 */
	uint64_t ring_bytes;      /* a power of two >= 4096 (checked from 7.0) */
	uint64_t rptr_va;         /* this and wptr_va: multiples of 8 (checked from 7.3) */
	/*
	 * The kernel takes the 8 bytes at offset 0 of the buffer for the value
	 * of a fence, whatever the offset in here, and maps one page of it:
	 * amdgpu_userq_fence.c, amdgpu_userq_fence_read_wptr(); mes_userqueue.c,
	 * mes_userq_create_wptr_mapping(). So: offset 0 of a buffer of one page.
	 */
	uint64_t wptr_va;
	uint64_t shadow_va; /* GFX; sizes and alignments: struct auq_ip_info */
	uint64_t csa_va;    /* GFX, SDMA */
	uint64_t eop_va;    /* COMPUTE */
};
#define AUQ_PRIORITY_NORMAL_LOW  0
#define AUQ_PRIORITY_LOW         1
#define AUQ_PRIORITY_NORMAL_HIGH 2
#define AUQ_PRIORITY_HIGH        3 /* needs CAP_SYS_NICE or DRM master */
#define AUQ_QUEUE_SECURE         (1u << 0)

/**
 * @queue_id: gets the id, of auq_device_fd(); free with auq_raw_queue_free().
 *
 * -EINVAL: also an engine without user queues, a size, an address that is not
 *          mapped or less far than needed, a wptr buffer of more than a page,
 *          a doorbell that is none (from 7.2)
 * -EACCES: AUQ_PRIORITY_HIGH without CAP_SYS_NICE and not DRM master
 * -ENOSPC: all fence slots of the device are in use
 * -EBUSY: the doorbell is another queue's (from 7.1.13; before, it is taken
 *         over silently), or 512 queues in this file (from 7.1)
 * -ENOMEM: also more than 511 queues in this file (up to 6.18), 512 (7.0)
 * -AUQ_ENOTSUPP: user queues are off
 *
 * Any other error: the scheduler firmware could not map the queue.
 */
int auq_raw_queue_create(struct auq_device *dev, const struct auq_raw_queue_args *args,
			 uint32_t *queue_id);
/**
 * Waits for the queue's last fence first: AUQ_TRAIT_FREE_PENDING_BLOCKS. The
 * id is gone whatever the call returns.
 *
 * -EINVAL: also no such queue (6.18)
 * -ENOENT: no such queue (from 7.0)
 * -AUQ_ENOTSUPP: user queues are off
 *
 * Any other error (6.18): the firmware could not unmap the queue, which is
 * gone nevertheless; from 7.0 that is no error here.
 */
int auq_raw_queue_free(struct auq_device *dev, uint32_t queue_id);

/* ---- auq_queue(3): queues with all they need ------------------------------- */

struct auq_queue;

struct auq_queue_args {
	size_t size;
	enum auq_ip ip;
	uint32_t priority;
	uint32_t flags;
	uint64_t ring_bytes; /* power of two from 4096 to 1 GiB; 0 for 64 KiB */
	/* Each may be NULL: the queue then makes its own. A reference is taken. */
	struct auq_buffer *wptr;     /* one page; may be shared by queues that never submit */
	struct auq_buffer *doorbell; /* of AUQ_DOMAIN_DOORBELL */
	uint32_t doorbell_index;     /* used with a caller's doorbell buffer; no other queue's */
};

/**
 * A queue with everything it needs, in GTT and uncached: ring, filled with
 * NOPs, rptr, and what of wptr, doorbell and the engine's areas is not given.
 * A caller's wptr page is left as it is. @out: gets one reference.
 *
 * As auq_raw_queue_create() and auq_buffer_create(), and
 * -EINVAL: also a size, or a buffer of another device, of the wrong domain or,
 *          for wptr, of more than one page
 * -AUQ_ENOTSUPP: also the engine is AUQ_IP_OFF
 * -EOPNOTSUPP: it is not usable for another reason, see auq_device_query_ip()
 */
int auq_queue_create(struct auq_device *dev, const struct auq_queue_args *args,
		     struct auq_queue **out);

/**
 * Frees the kernel's queue at once; its memory stays until the last reference
 * is dropped. Calls that emit, submit, wait or ask for the slot give -ENODEV
 * from then on. Of a queue that is freed already: 0.
 *
 * -EINVAL, -ENOENT: as auq_raw_queue_free(), which somebody has called with
 *          its id
 *
 * The queue is gone on any error.
 */
int auq_queue_free(struct auq_queue *queue);
/** Returns @queue with one more reference. NULL is fine. */
struct auq_queue *auq_queue_ref(struct auq_queue *queue);
/** Drops one reference; the last one frees queue and memory. NULL is fine. */
void auq_queue_unref(struct auq_queue *queue);
/** For auq_signal() and auq_wait(). Of no meaning once the queue is freed. */
uint32_t auq_queue_id(const struct auq_queue *queue);
/** The device, which lives as long as @queue: no reference is taken. */
struct auq_device *auq_queue_device(const struct auq_queue *queue);

/* ---- auq_queue_emit(3): packets into a queue, and their execution ---------- */

/*
 * Packets go into the ring; the engine sees them at auq_queue_submit(). A
 * packet is written whole or not at all, and never over one that the engine
 * has not read.
 */

/**
 * @dwords: @count of them, whole packets in the engine's language; copied.
 *
 * -ENOSPC: no room now: submit, wait, and try again
 * -EMSGSIZE: more than the ring can ever hold
 * -ENODEV: the queue is freed
 */
int auq_queue_emit(struct auq_queue *queue, const uint32_t *dwords, size_t count);

/**
 * @dwords NOPs of one dword each.
 *
 * As auq_queue_emit().
 */
int auq_queue_emit_nop(struct auq_queue *queue, uint32_t dwords);

/**
 * The engine writes @value to GPU address @va, past its caches.
 *
 * -EINVAL: also an address that is no multiple of 4
 * -ENOSPC, -ENODEV: as auq_queue_emit()
 */
int auq_queue_emit_write(struct auq_queue *queue, uint64_t va, uint32_t value);

/** What an engine can wait for. */
struct auq_fence {
	uint64_t va;    /* GPU address of the seq64 slot */
	uint64_t value; /* done when the slot has reached it */
};

/**
 * Makes the engine wait, in front of what is emitted next, until each fence
 * that auq_wait() returned is done (packet FENCE_WAIT_MULTI).
 * @fences: @num_fences of them; copied. None is fine.
 *
 * As auq_queue_emit(), and
 * -EINVAL: also an address that is no multiple of 8
 * -EOPNOTSUPP: SDMA, which has no such packet
 */
int auq_queue_emit_fence_wait(struct auq_queue *queue, const struct auq_fence *fences,
			      uint32_t num_fences);

/**
 * Appends the protected fence signal, for which there is always room if an
 * emit succeeded, publishes wptr and rings the doorbell.
 * @value: may be NULL; gets the wptr, which auq_signal() turns into a fence
 *         unless more is submitted in between: dwords since the queue's
 *         creation, for SDMA bytes.
 *
 * -ENOSPC, -ENODEV: as auq_queue_emit()
 */
int auq_queue_submit(struct auq_queue *queue, uint64_t *value);

/**
 * Waits until the engine has read everything submitted, by polling rptr with
 * pauses of up to 1 ms.
 * @timeout_ns: nanoseconds from now; 0 only looks, UINT64_MAX has no end.
 *
 * -ETIME: not in that time
 * -ENODEV: the queue is freed
 */
int auq_queue_wait_idle(struct auq_queue *queue, uint64_t timeout_ns);

/**
 * Writes the wptr page without ringing the doorbell: the value that the next
 * SIGNAL reads. For tests of the kernel's fences. The position in the ring
 * stays what it was. An engine that polls the page reads on to @wptr, over
 * NOPs as long as nothing was emitted (SDMA does: sdma_v6_0.c,
 * sdma_v6_0_mqd_init(), F32_WPTR_POLL_ENABLE).
 *
 * -ENODEV: the queue is freed
 */
int auq_queue_set_wptr(struct auq_queue *queue, uint64_t wptr);

/* ---- auq_packet(3): packets for rings of one's own ------------------------- */

/*
 * For a driver that owns its rings. Each call writes packets to @dw, where
 * @room dwords are the caller's, and returns how many dwords these are, where
 * other calls return 0; on failure nothing is written. The language is that of
 * GFX and COMPUTE 11 and 12, or of SDMA 6 and 7. Which words mean what was read
 * in Linux 7.3.4, Mesa and IGT; packet.c names the files.
 */

/**
 * @count NOPs of one dword each.
 *
 * -ENOSPC: @room does not do
 */
int auq_packet_nop(enum auq_ip ip, uint32_t *dw, size_t room, uint32_t count);

/**
 * Writes memory past the engine's caches, in order and confirmed.
 * @va: GPU address, a multiple of 4
 * @data: @count dwords, from 1 to 16380; copied
 *
 * Takes 4 + @count dwords.
 *
 * -EINVAL: also another address or count
 * -ENOSPC: @room does not do
 */
int auq_packet_write(enum auq_ip ip, uint32_t *dw, size_t room, uint64_t va, const uint32_t *data,
		     uint32_t count);

/**
 * Makes the engine wait until each fence that auq_wait() returned is done.
 * @fences: @num_fences of them; copied. None is fine, and no packet.
 *
 * Takes 4 dwords a fence, and 2 for each 32 of them and the rest.
 *
 * -EINVAL: also an address that is no multiple of 8
 * -ENOSPC: @room does not do
 * -EOPNOTSUPP: SDMA, which has no such packet
 */
int auq_packet_fence_wait(enum auq_ip ip, uint32_t *dw, size_t room, const struct auq_fence *fences,
			  uint32_t num_fences);

/**
 * Once all work before is done and its caches are written back, writes @value;
 * no interrupt. For a driver's own fences.
 * @version_major: of struct auq_ip_info
 * @va: GPU address, a multiple of 8
 *
 * Takes 8 dwords. SDMA, which does its work in order, writes the lower half
 * first and then the upper one.
 *
 * -EINVAL: also another address
 * -ENOSPC: @room does not do
 * -EOPNOTSUPP: another version than those above
 */
int auq_packet_release(enum auq_ip ip, uint32_t version_major, uint32_t *dw, size_t room,
		       uint64_t va, uint64_t value);

/**
 * Writes the queue's slot and makes the kernel look at its fences. The value is
 * where the packet ends, so that it has to be the last one in front of the wptr
 * that auq_signal() finds.
 *
 * Takes 2 dwords, of SDMA 1.
 *
 * -ENOSPC: @room does not do
 */
int auq_packet_fence_signal(enum auq_ip ip, uint32_t *dw, size_t room);

/* ---- auq_signal(3): SIGNAL and WAIT, queues and the kernel's fences --------- */

struct auq_signal_args {
	size_t size;
	uint32_t queue_id;
	uint32_t flags; /* 0 */
	/* Handles on auq_device_fd(); the arrays are the caller's, and only read. */
	const uint32_t *syncobjs;
	const uint32_t *bo_read; /* GEM */
	const uint32_t *bo_write;
	uint32_t num_syncobjs; /* up to 65535 */
	uint32_t num_bo_read;  /* up to 65536 */
	uint32_t num_bo_write;
};

/**
 * USERQ_SIGNAL: makes a fence of the value in the queue's wptr page, as it is
 * now, and puts it into syncobjs (replacing what they hold) and BOs; from there
 * DRM_IOCTL_SYNCOBJ_TRANSFER takes it to a point of a timeline. The fence
 * is done when the queue's slot reaches that value, which it may have already.
 * No handle at all is fine. Call it after auq_queue_submit(), before the next
 * one: amdgpu_userq_fence.c, amdgpu_userq_signal_ioctl().
 *
 * The references that WAITs into this queue have gathered go over to the new
 * fence, unless the kernel has no memory for them (up to 7.0: the next one's
 * then). On kernels with AUQ_TRAIT_LEAK_BORN_SIGNALED they are lost if the fence
 * is done when created, for ever.
 *
 * -EINVAL: also too many handles; or the wptr page is not mapped any more
 * -ENOENT: no such queue, syncobj or BO
 * -EALREADY: a BO is named twice (up to 7.2)
 * -EFAULT: an array is not readable, NULL for instance
 * -ENOMEM
 * -AUQ_ENOTSUPP: user queues are off
 *
 * After -EALREADY, or -ENOMEM on behalf of a BO, a fence was made, which
 * took over those references, but nobody can see it.
 */
int auq_signal(struct auq_device *dev, const struct auq_signal_args *args);

struct auq_wait_args {
	size_t size;
	uint32_t queue_id; /* whose next SIGNAL inherits the references */
	uint32_t flags;    /* AUQ_WAIT_* */
	/* Handles on auq_device_fd(); the arrays are the caller's, and only read. */
	const uint32_t *syncobjs;
	const uint32_t *timelines; /* syncobjs */
	const uint64_t *points;    /* one per timeline */
	const uint32_t *bo_read;   /* waits for their writers */
	const uint32_t *bo_write;  /* waits for writers and readers */
	uint32_t num_syncobjs;     /* up to 65535, up to 7.0 together with num_timelines */
	uint32_t num_timelines;    /* up to 65535 */
	uint32_t num_bo_read;      /* up to 65536 */
	uint32_t num_bo_write;
};
#define AUQ_WAIT_UNSAFE (1u << 0) /* do it even where the kernel is known to corrupt memory */
#define AUQ_WAIT_SHORT  (1u << 1) /* hand the kernel too small an array: to test for defect L4 */

/**
 * USERQ_WAIT, count: an upper bound of what auq_wait() can return now. No
 * reference is taken, and the queue is not looked at.
 *
 * Sleeps up to 5 s for a syncobj or point that has no fence yet, in the kernel
 * (amdgpu_userq_fence.c, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT). The count is
 * 65535 at most (from 7.1), or wraps there (up to 7.0): there auq_wait() gets it
 * wrong if the BOs and points of one call have more fences than that.
 *
 * -EINVAL: also too many handles
 * -ENOENT: no such syncobj or BO
 * -ETIME: no fence in 5 s
 * -EALREADY: a BO is named twice (up to 7.2)
 * -EFAULT: an array is not readable, NULL for instance; but @points the library
 *          reads itself without AUQ_TRAIT_POINTS_U64, and checks for NULL alone
 * -EOVERFLOW: a point of 2^32 or more on a kernel without AUQ_TRAIT_POINTS_U64
 * -EOPNOTSUPP: timelines, and it is not known how the kernel reads points
 * -ENOMEM
 * -AUQ_ENOTSUPP: user queues are off
 */
int auq_wait_count(struct auq_device *dev, const struct auq_wait_args *args, uint32_t *count);

/**
 * USERQ_WAIT: the fences to wait for, as slots and values for the engine, one
 * a queue. The kernel keeps the slots of all these queues, until the fence
 * that the next SIGNAL of args->queue_id makes is done, or that queue is
 * freed: emit the waits, submit, SIGNAL. Fences that are not a user queue's are
 * waited for before the call returns; those that are done are returned like
 * any other, but for points of a timeline, which may be gone by then.
 * @fences: room for *@num_fences pairs, writable
 * @num_fences: in: that room, of which 65535 are used; out: pairs written
 *
 * Counts first, so that the kernel never gets too small an array, which it
 * answers with a lost fence and a WARN (6.18), -EINVAL (7.0) or a wait on the
 * CPU (from 7.1); nor one for nothing (AUQ_TRAIT_WAIT_ZERO_UNSAFE): where there
 * is no fence, *@num_fences is 0 and the queue is not looked at. BOs that other
 * processes use may gain fences between count and fill: leave some room.
 * Where AUQ_TRAIT_WAIT_ERROR_DOUBLE_PUT is not AUQ_NO, all signals of the
 * thread are blocked meanwhile, so that only SIGKILL interrupts it; there
 * @fences must be writable for the kernel, too, or memory is corrupted.
 *
 * As auq_wait_count(), and
 * -EINVAL: also no such queue
 * -ENOSPC: less room than there are fences. With AUQ_WAIT_SHORT, and room for
 *          one at least, the kernel is asked nevertheless; -EINVAL up to 7.0
 * -EOPNOTSUPP: also AUQ_TRAIT_WAIT_DOUBLE_PUT is not AUQ_NO, and AUQ_WAIT_UNSAFE
 *         is not set
 * -EFAULT: also @fences is not writable
 */
int auq_wait(struct auq_device *dev, const struct auq_wait_args *args, struct auq_fence *fences,
	     uint32_t *num_fences);

/**
 * As auq_wait() with an array of the right size, tried again if it was not.
 * @fences: gets an array, to be freed with free(), even for no fence
 * @num_fences: gets its length
 *
 * As auq_wait_count(), and
 * -EINVAL, -EOPNOTSUPP: also as auq_wait()
 * -ENOSPC: eight times there were more fences than had just been counted
 */
int auq_wait_alloc(struct auq_device *dev, const struct auq_wait_args *args,
		   struct auq_fence **fences, uint32_t *num_fences);

/* ---- auq_slot(3): which slot of the device a queue has --------------------- */

/**
 * The seq64 slot that a fence address belongs to, from 0. Slots are given out
 * lowest first (amdgpu_seq64.c, amdgpu_seq64_alloc()).
 */
uint32_t auq_fence_slot(const struct auq_fence *fence);

/**
 * The slot of @queue. Signals a fence and waits on it with the queue itself:
 * call it once, and never SIGNAL this queue again on a kernel with
 * AUQ_TRAIT_LEAK_BORN_SIGNALED, or the slot is leaked. If wptr is ahead of the
 * engine the fence is pending, with what follows for freeing the queue.
 *
 * -ENODEV: the queue is freed
 * -EOPNOTSUPP: as auq_wait()
 * -ENOMEM
 * -EIO: the kernel did not return the fence that was just made
 */
int auq_queue_slot(struct auq_queue *queue, uint32_t *slot);

/**
 * Whether a fence driver has @slot just now, whichever process its queue is or
 * was of. Takes no privilege: makes queues until one has this slot or a higher
 * one, and frees them. On a kernel with AUQ_TRAIT_LEAK_LAST_FENCE that leaks
 * their slots.
 * @in_use: gets the answer
 *
 * For a test that must leak nothing: the slot of each of its queues, when all
 * is freed. A fence driver goes a while after its queue (RCU), some
 * milliseconds, seconds where the kernel is booted with rcu_nocbs: ask again
 * until then. Another process may take a slot that was free a moment ago.
 *
 * -EINVAL: also a slot that the device does not have
 * -EMFILE: more slots below it are free than this file may have queues
 * -ENOMEM
 * -AUQ_ENOTSUPP: user queues are off
 * -EOPNOTSUPP: as auq_wait(); or no engine is usable for another reason
 */
int auq_slot_query(struct auq_device *dev, uint32_t slot, bool *in_use);

/* ---- auq_listing(3): fence drivers, and whether they are leaked ------------ */

/*
 * The kernel keeps a fence driver for each queue (struct
 * amdgpu_userq_fence_driver). It owns the queue's slot and lives until its last
 * reference is dropped; one that is lost pins the slot until amdgpu is reloaded.
 * A kernel with the patches of amdfence lists them in debugfs, for root, one a
 * line in the order of their slots:
 *
 *   # amdgpu_userq_fence_drivers v1 used=<slots in use> total=<slots>
 *   slot= va= ctx= seq= refs= owner=live|gone doorbell= fences= waitq= inherited= pending=
 *   pid= comm=
 *
 * No other kernel can tell. Each line is true for one moment, and not for the
 * same as the others.
 */
struct auq_fence_driver {
	uint32_t slot;      /* as auq_fence_slot() */
	uint32_t refs;      /* all that are held, by whomever: the next four lines */
	bool live;          /* its queue is there, and holds one */
	uint32_t fences;    /* of this queue that somebody keeps; each holds one */
	uint32_t waitq;     /* gathered by WAIT into a queue, for its next fence */
	uint32_t inherited; /* held by fences of the queues that waited */
	uint32_t pending;   /* of its fences, those that nobody has processed yet */
	uint32_t pid;       /* that created the queue, as the initial namespace has it */
	uint64_t va;        /* GPU address of the slot */
	uint64_t context;   /* of its fences; the kernel gives none out twice */
	uint64_t value;     /* that the slot holds ("seq=") */
	uint64_t doorbell;  /* of the queue, in doorbells of the device */
	char comm[64];      /* its name, decoded: any bytes, escape them before they are shown */
};

/** One moment's fence drivers. Not reference counted and never changed. */
struct auq_listing;

/**
 * Where the listing of @dev is, if its kernel has one: the file is not looked
 * for. In the first debugfs of /proc/self/mounts, by default /sys/kernel/debug,
 * the folder dri/<minor> (drm_debugfs.c, drm_debugfs_register(), 6.18.15).
 * @path: gets the path, of @size bytes at most with its end
 *
 * -ENAMETOOLONG: @size does not do
 * -ENODEV: the DRM file is no device node
 */
int auq_device_listing_path(const struct auq_device *dev, char *path, size_t size);

/**
 * Reads and checks a listing, from where @fd stands to its end. Memory grows
 * with the entries only, which are 262144 at most, whatever the file holds.
 * @fd: stays the caller's. A pipe makes the call wait for its writer.
 * @out: the caller's, to be freed with auq_listing_free()
 *
 * -EBADMSG: no listing, or one that is cut off, has a control character, a line
 *           of 4096 bytes or more, a field missing, twice or malformed, slots
 *           out of order, twice or beyond the total
 * -EPROTONOSUPPORT: another version than 1
 * -EFBIG: more than 262144 slots
 * -EOVERFLOW: a number that does not fit
 * -ENOMEM
 *
 * And those of read(2); -EINTR is tried again.
 */
int auq_listing_read(int fd, struct auq_listing **out);
/**
 * Of the @size bytes of @text.
 *
 * As auq_listing_read().
 */
int auq_listing_parse(const char *text, size_t size, struct auq_listing **out);
/** NULL is fine. */
void auq_listing_free(struct auq_listing *listing);

/** Slots in use, and in all, as the listing begins. It counted them before the drivers. */
uint32_t auq_listing_used(const struct auq_listing *listing);
uint32_t auq_listing_total(const struct auq_listing *listing);
/** Fence drivers listed. */
uint32_t auq_listing_count(const struct auq_listing *listing);
/**
 * The one at @index, in the order of slots, or NULL beyond the last. Lives as
 * long as @listing. A later library may give a longer struct: do not copy more
 * of it than sizeof says, nor step from one to the next.
 */
const struct auq_fence_driver *auq_listing_get(const struct auq_listing *listing, uint32_t index);
/** The one with @slot, or NULL. */
const struct auq_fence_driver *auq_listing_find(const struct auq_listing *listing, uint32_t slot);

/**
 * References that nobody owns up to: refs - live - fences - waitq - inherited.
 * 0 is as it should be. The counters change one after the other: another value
 * means something if it is still there at a second look.
 */
int64_t auq_fence_driver_unaccounted(const struct auq_fence_driver *driver);

/**
 * Whether nothing will ever free the driver: its queue is gone, and there are
 * references that nobody owns up to, or pending fences, which hold their driver
 * and which it holds. A moment may look like this: ask two listings. A fence
 * that is kept is no leak as such, but may be one if nobody should keep it.
 */
bool auq_fence_driver_is_leaked(const struct auq_fence_driver *driver);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
