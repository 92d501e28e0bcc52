/* SPDX-License-Identifier: MIT */
/*
 * dma_fence and its containers, as include/linux/dma-fence*.h and dma-resv.h have them. All with
 * the lock of struct sim held.
 */
#ifndef SIM_FENCE_H
#define SIM_FENCE_H

#include "kernel.h"

struct fence;

struct fence_ops {
	const char *driver_name;
	const char *(*timeline_name)(struct fence *fence);
	bool (*is_signaled)(struct fence *fence); /* asks the hardware; may be NULL */
	/* May be NULL; may signal the fence. */
	void (*enable_signaling)(struct fence *fence);
	void (*release)(struct fence *fence); /* the last reference is gone: frees it */
};

struct fence_cb {
	struct fence_cb *next;
	struct fence_cb **link; /* NULL: not on a list */
	void (*func)(struct fence *fence, struct fence_cb *cb);
};

struct fence {
	struct sim *sim;
	const struct fence_ops *ops;
	unsigned refs;
	uint64_t context;
	uint64_t seqno;
	uint64_t timestamp; /* sim_now() when it signaled */
	int error;          /* 0 or negative, before it signals */
	bool signaled;
	bool signaling_enabled;
	struct fence_cb *callbacks;
};

uint64_t fence_context_alloc(struct sim *sim, unsigned num);
void fence_init(struct fence *fence, struct sim *sim, const struct fence_ops *ops, uint64_t context,
		uint64_t seqno);
struct fence *fence_get(struct fence *fence); /* NULL is fine, in both */
void fence_put(struct fence *fence);
bool fence_is_signaled(struct fence *fence); /* looks, and signals what is */
void fence_signal(struct fence *fence);      /* wakes waiters; again: nothing */
int fence_status(struct fence *fence);       /* 0 pending, 1, or the error; looks */
void fence_enable_signaling(struct fence *fence);
/* -ENOENT: signaled already, @cb is not used. */
int fence_add_callback(struct fence *fence, struct fence_cb *cb,
		       void (*func)(struct fence *fence, struct fence_cb *cb));
bool fence_remove_callback(struct fence *fence, struct fence_cb *cb);
/* 0, -ETIME, or -SIM_ERESTARTSYS; @task NULL: uninterruptible. */
int fence_wait(struct fence *fence, struct sim_task *task, uint64_t deadline);
bool fence_is_later(const struct fence *a, const struct fence *b); /* of the same context */
struct fence *fence_stub(struct sim *sim); /* the signaled one; a reference */
/* A signaled one of its own: dma_fence_allocate_private_stub(). NULL: no memory. */
struct fence *fence_stub_at(struct sim *sim, uint64_t timestamp);
/* What sync_file and debugfs show; of signaled fences no longer their driver's. */
const char *fence_driver_name(const struct fence *fence);
const char *fence_timeline_name(struct fence *fence);

/* Takes over the malloc()ed array and a reference of each; NULL: no memory, nothing taken. */
struct fence *fence_array_create(struct sim *sim, struct fence **fences, unsigned num,
				 uint64_t context, uint64_t seqno);
bool fence_is_array(const struct fence *fence);

/* Takes over both references; @prev may be NULL. dma_fence_chain_init(). NULL: no memory. */
struct fence *fence_chain_create(struct sim *sim, struct fence *prev, struct fence *contained,
				 uint64_t seqno);
bool fence_is_chain(const struct fence *fence);
/*
 * dma_fence_chain_find_seqno(): replaces the reference in *@fence by that of the link that
 * @point stands for, NULL if it has signaled. -EINVAL: the point is not there yet.
 */
int fence_chain_find_seqno(struct fence **fence, uint64_t point);
uint64_t fence_chain_prev_seqno(const struct fence *fence); /* of a chain */
struct fence *fence_chain_prev(struct fence *fence); /* a reference, or NULL; drops signaled ones */
struct fence *fence_chain_contained(struct fence *fence); /* no reference; itself if no chain */

/* Each fence below arrays and chains, until @each returns not 0, which is the result. */
int fence_unwrap(struct fence *head, int (*each)(struct fence *fence, void *arg), void *arg);
/*
 * dma_fence_dedup_array(): the latest one of each context stays, sorted by context, the others
 * are put. Returns how many; what some kernels make of none is the caller's.
 */
unsigned fence_dedup(struct fence **fences, unsigned num);
/* dma_fence_unwrap_merge(): a reference; the stub if all have signaled. NULL: no memory. */
struct fence *fence_merge(struct sim *sim, struct fence *const *fences, unsigned num);

/* ---- reservation objects ------------------------------------------------- */

enum resv_usage { RESV_KERNEL, RESV_WRITE, RESV_READ, RESV_BOOKKEEP };

struct resv_entry {
	struct fence *fence;
	enum resv_usage usage;
};

struct resv {
	struct resv_entry *entries;
	unsigned num, max;
};

/* dma_resv_reserve_fences(): without room for @num more, what has signaled goes. -ENOMEM. */
int resv_reserve(struct resv *resv, unsigned num);
/* Reserves one; dma_resv_add_fence(): takes a reference; replaces what it supersedes. -ENOMEM. */
int resv_add(struct resv *resv, struct fence *fence, enum resv_usage usage);
/* dma_resv_replace_fences(): takes references. */
void resv_replace(struct resv *resv, uint64_t context, struct fence *fence, enum resv_usage usage);
/* Each fence of that usage and of those before it, signaled or not. */
int resv_for_each(struct resv *resv, enum resv_usage usage,
		  int (*each)(struct fence *fence, void *arg), void *arg);
/* All of @from, which is empty then. Without memory for it, it is put. */
void resv_move(struct resv *to, struct resv *from);
void resv_fini(struct resv *resv);

#endif
