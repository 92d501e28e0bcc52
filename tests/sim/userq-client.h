/* SPDX-License-Identifier: MIT */
/*
 * A client with user queues on the simulated device, in the test's own process. Queues are SDMA's:
 * wptr counts bytes. What cannot fail in a test ends it if it does.
 */
#ifndef USERQ_CLIENT_H
#define USERQ_CLIENT_H

#include <uapi.h>

#include "device.h"
#include "local-task.h"
#include "sim.h"

#define CLIENT_QUEUES     4
#define CLIENT_RING_BYTES 4096u

/* A file of the device with memory for some queues, each at a place of its own. */
struct client {
	struct local_task *task;
	int fd;
	uint32_t doorbell;
	uint32_t place_handle[CLIENT_QUEUES], wptr_handle[CLIENT_QUEUES];
	char *place[CLIENT_QUEUES]; /* ring, rptr, context save area: a page each */
	uint64_t *wptr[CLIENT_QUEUES];
	uint64_t *doorbells;
};

void client_open(struct client *client, struct local_task *task);
void client_close(struct client *client);

/* Its id, or -errno. Its memory is zero. */
int client_create_queue(struct client *client, unsigned place);
long client_free_queue(struct client *client, int id);
/* SIGNAL into a syncobj, unless it is 0. */
long client_signal(struct client *client, int id, uint32_t syncobj);
/* WAIT for a syncobj: how many pairs, or -errno. @room 0: only counts. */
long client_wait(struct client *client, int id, uint32_t syncobj, unsigned room,
		 struct auq_uapi_fence_info *infos);
/* NOPs and a fence at the end, up to @wptr; the doorbell. */
void client_submit(struct client *client, unsigned place, uint64_t wptr);
uint64_t client_rptr(const struct client *client, unsigned place);
/* Until rptr has got there, at most 5 s. */
bool client_wait_rptr(const struct client *client, unsigned place, uint64_t wptr);
/* The words of a ring, from its start. */
uint32_t *client_ring(const struct client *client, unsigned place);
uint64_t client_va(unsigned place);
void client_ring_doorbell(struct client *client, unsigned place, uint64_t wptr);

uint32_t client_syncobj(struct client *client);
void client_destroy_syncobj(struct client *client, uint32_t syncobj);
/* 0, -ETIME, or whatever the wait returns. */
long client_wait_syncobj(struct client *client, uint32_t syncobj, unsigned ms);

/* A file of debugfs, to be freed; and the number in it. */
char *debugfs_text(struct sim *sim, const char *path);
long debugfs_number(struct sim *sim, const char *path);
int debugfs_set(struct sim *sim, const char *name, const char *value); /* of vasic/ */
/* How often the kernel would have complained. */
unsigned num_reports(struct sim *sim);

#endif
