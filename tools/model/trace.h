/* SPDX-License-Identifier: MIT */
/* The text of our trace events, as a trace_pipe of tracefs gives it. Pure, and of bounded size. */
#ifndef AMDFENCE_TRACE_H
#define AMDFENCE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_COMM_BYTES 16 /* TASK_COMM_LEN of the kernel, and the width of its column */

/* Names of our events. */
#define TRACE_ALLOC_EVENT   "amdfence_alloc"
#define TRACE_FREE_EVENT    "amdfence_free"
#define TRACE_DESTROY_EVENT "amdfence_destroy"

/*
 * The kernel's own, since 7.3. Whoever enables CREATED lets through what has result == 0 alone:
 * of the rest, the kernel tells of some twice and of others never (amdgpu_userq_create(), 7.3.4).
 */
#define TRACE_CREATED_EVENT   "amdgpu_userq_create_end"
#define TRACE_DESTROYED_EVENT "amdgpu_userq_destroy_end"

/* Fields of ours, as the parser expects them. */
#define TRACE_ALLOC_FIELDS   "device=$arg1:x64 va=+0($arg2):x64 result=$retval:s32"
#define TRACE_FREE_FIELDS    "device=$arg1:x64 va=$arg2:x64"
#define TRACE_DESTROY_FIELDS "driver=$arg1:x64"

enum trace_kind {
	TRACE_ALLOC,     /* amdgpu_seq64_alloc() returned */
	TRACE_FREE,      /* amdgpu_seq64_free() was called */
	TRACE_DESTROY,   /* amdgpu_userq_fence_driver_destroy() was called */
	TRACE_CREATED,   /* CREATE made a queue */
	TRACE_DESTROYED, /* a queue was destroyed, and its own reference to its driver dropped */
	TRACE_LOST,      /* the buffer was full: events are missing here */
	TRACE_STRANGE,   /* a line that is none of these */
};

struct trace_event {
	enum trace_kind kind;
	uint32_t pid;                /* of the thread; of all but LOST and STRANGE */
	char comm[TRACE_COMM_BYTES]; /* its name, any bytes but NUL */
	uint64_t device, va;         /* of ALLOC and FREE: which GPU, which slot's address */
	int32_t result;              /* of ALLOC: 0 or -errno */
	uint64_t lost;               /* of LOST: how many; at least 1 */
};

/** Starts as {0}. */
struct trace_parser {
	char line[512];
	size_t used;
	bool is_overlong;
};

/**
 * Takes the next @size bytes of text, which may end anywhere, and calls @take
 * for each line that is complete.
 */
void trace_parse(struct trace_parser *parser, const char *text, size_t size,
		 void (*take)(void *arg, const struct trace_event *event), void *arg);

#endif
