/* SPDX-License-Identifier: MIT */
/* What sequences are made of: files of the device, buffers, queues. Made without a trace. */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls.h"

#define PAGE 4096u

struct buffer {
	uint32_t handle;
	uint64_t va;
	uint64_t bytes;
	void *cpu;
};

enum ip { GFX, COMPUTE, SDMA };

struct queue {
	struct file *file;
	enum ip ip;
	uint32_t id;
	uint64_t written;   /* wptr as the engine was told, in its unit */
	unsigned int index; /* of the places of its file */
};

#define MOST_QUEUES 8
#define RING_BYTES  8192u

/* An open node with memory for MOST_QUEUES queues, each at its place in it. */
struct file {
	int fd;
	uint64_t next_va;
	struct buffer rings, doorbell, wptr[MOST_QUEUES];
};

/* 6.18 before 7.0, and so on: for what must not be done to some kernels. */
bool kernel_before(int major, int minor);

void file_open(struct file *file);
void file_close(struct file *file);

/* @domains of amdgpu_drm.h; a doorbell page is not mapped for the GPU. */
void buffer_create(struct file *file, struct buffer *buffer, uint64_t bytes, uint64_t domains);
void buffer_destroy(struct file *file, struct buffer *buffer);

/* What CREATE takes for a queue at this place. @mqd: room for the engine's areas. */
union auq_uapi_userq queue_args(struct file *file, unsigned int index, enum ip ip,
				struct auq_uapi_mqd_gfx *mqd);
/* These two with a trace. Either returns 0 or errno. */
int queue_create(struct file *file, struct queue *queue, unsigned int index, enum ip ip);
int queue_free(struct queue *queue);

/* wptr in memory, which SIGNAL reads; the engine is not told. */
void queue_set_wptr(struct queue *queue, uint64_t value);
/*
 * NOPs and at the end the fence, up to @value (of the engine's unit, SDMA: a multiple of 4, and
 * beyond what was written before); then the doorbell. wptr in memory is @value, too.
 */
void queue_submit(struct queue *queue, uint64_t value);
/* Until the engine has read everything: fences are written, interrupts handled. */
void queue_wait_idle(struct queue *queue);

uint32_t syncobj_create(struct file *file);
void syncobj_destroy(struct file *file, uint32_t handle);

/* SYNCOBJ_WAIT for one, with a trace: at once, or so many ms. */
int syncobj_state(struct file *file, uint32_t handle, int64_t ms);
/* A sync_file of what it holds, with a trace. */
int syncobj_export(struct file *file, uint32_t handle);

/* SIGNAL with a trace: into a syncobj, if not 0. */
int queue_signal(struct queue *queue, uint32_t syncobj);
/* WAIT with a trace: what it returns as pairs, slots in this sequence's order. */
int queue_wait(struct queue *queue, struct auq_uapi_wait *args, unsigned int room);
/* The common case: one binary syncobj. */
int queue_wait_syncobj(struct queue *queue, uint32_t syncobj, unsigned int room);

/* CLOCK_MONOTONIC, in so many ms from now. */
int64_t in_ms(int64_t ms);

#endif
