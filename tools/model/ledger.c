// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/ledger.h"

#include <amdgpu_userq.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PIDS 4

struct entry {
	uint64_t device;
	uint32_t pid;
	uint32_t batch;  /* of the last ALLOC */
	uint64_t number; /* of those of our processes in the batch, from 1; 0: another's */
	char comm[TRACE_COMM_BYTES];
	bool is_live;
};

struct tally_of_batch {
	uint64_t lost, strange;
	uint64_t missed; /* FREEs */
	uint64_t healed; /* of these, slots that were given out again */
	uint64_t allocs; /* by processes of ours */
	uint64_t held;   /* of these, not given back */
	uint64_t freed, destroyed;
	/* Queues, by processes of ours. */
	uint64_t queues_created, queues_destroyed;
	unsigned expected, judged, unsure;
};

struct ledger {
	struct trace_parser parser;
	uint32_t batch;
	uint32_t pids[MOST_PIDS];
	unsigned num_pids;
	uint64_t device; /* that ours is; 0 until something of ours was made */
	struct tally_of_batch now;
	uint64_t events, lost;
	bool has_queues;
	uint32_t num_slots;
	struct entry slots[];
};

struct ledger *ledger_new(uint32_t slots)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger) + slots * sizeof(ledger->slots[0]));

	if (!ledger)
		return NULL;
	ledger->num_slots = slots;
	ledger_begin(ledger);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger);
}

void ledger_watch_queues(struct ledger *ledger)
{
	ledger->has_queues = true;
}

void ledger_begin(struct ledger *ledger)
{
	ledger->batch++;
	ledger->num_pids = 0;
	ledger->device = 0;
	ledger->now = (struct tally_of_batch){0};
}

int ledger_own(struct ledger *ledger, uint32_t pid)
{
	if (ledger->num_pids == MOST_PIDS)
		return -ENOSPC;
	ledger->pids[ledger->num_pids++] = pid;
	return 0;
}

static bool is_ours(const struct ledger *ledger, uint32_t pid)
{
	for (unsigned i = 0; i < ledger->num_pids; i++)
		if (ledger->pids[i] == pid)
			return true;
	return false;
}

static struct entry *find_entry(struct ledger *ledger, const struct trace_event *event)
{
	const struct auq_fence fence = {.va = event->va};
	uint32_t slot = auq_fence_slot(&fence);

	/* An address that could not be read is 0; none of a slot is. */
	return event->va && slot < ledger->num_slots ? &ledger->slots[slot] : NULL;
}

static bool is_held(const struct ledger *ledger, const struct entry *entry)
{
	return entry->is_live && entry->batch == ledger->batch;
}

static void take_alloc(struct ledger *ledger, const struct trace_event *event)
{
	struct tally_of_batch *now = &ledger->now;
	struct entry *entry;
	uint64_t number = 0;

	/* No slot was free. */
	if (event->result)
		return;
	entry = find_entry(ledger, event);
	if (!entry) {
		now->strange++;
		return;
	}
	if (is_ours(ledger, event->pid)) {
		ledger->device = event->device;
		number = ++now->allocs;
		now->held++;
	} else if (ledger->device && ledger->device != event->device) {
		return;
	}
	if (is_held(ledger, entry) && entry->device == event->device) {
		now->healed++;
		now->held -= entry->number > 0;
	}
	*entry = (struct entry){
		.number = number,
		.device = event->device,
		.pid = event->pid,
		.batch = ledger->batch,
		.is_live = true,
	};
	memcpy(entry->comm, event->comm, sizeof(entry->comm));
}

static void take_free(struct ledger *ledger, const struct trace_event *event)
{
	struct entry *entry = find_entry(ledger, event);

	if (!entry) {
		ledger->now.strange++;
		return;
	}
	if (entry->device != event->device)
		return;
	if (is_held(ledger, entry) && entry->number)
		ledger->now.held--;
	entry->is_live = false;
}

static void take_event(void *arg, const struct trace_event *event)
{
	struct ledger *ledger = arg;

	ledger->events += event->kind != TRACE_LOST && event->kind != TRACE_STRANGE;
	switch (event->kind) {
	case TRACE_ALLOC:
		take_alloc(ledger, event);
		break;
	case TRACE_FREE:
		ledger->now.freed++;
		take_free(ledger, event);
		break;
	case TRACE_DESTROY:
		ledger->now.destroyed++;
		break;
	case TRACE_CREATED:
		ledger->now.queues_created += is_ours(ledger, event->pid);
		break;
	case TRACE_DESTROYED:
		ledger->now.queues_destroyed += is_ours(ledger, event->pid);
		break;
	case TRACE_LOST:
		ledger_lose(ledger, event->lost);
		break;
	case TRACE_STRANGE:
		ledger->now.strange++;
		break;
	}
}

void ledger_feed(struct ledger *ledger, const char *text, size_t size)
{
	trace_parse(&ledger->parser, text, size, take_event, ledger);
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

void ledger_lose(struct ledger *ledger, uint64_t events)
{
	ledger->now.lost = add(ledger->now.lost, events);
	ledger->lost = add(ledger->lost, events);
}

void ledger_miss(struct ledger *ledger, uint64_t frees)
{
	ledger->now.missed = add(ledger->now.missed, frees);
	ledger->lost = add(ledger->lost, frees);
}

void ledger_expect(struct ledger *ledger, unsigned made, unsigned judged, unsigned unsure)
{
	ledger->now.expected = made;
	ledger->now.judged = judged;
	ledger->now.unsure = unsure;
}

/* What the kernel's own events say against ours; a CREATE that failed may have had a slot. */
static void doubt_queues(const struct tally_of_batch *now, char *why, size_t size)
{
	const uint64_t created = now->queues_created;

	if (created < now->expected || created > now->expected + now->unsure)
		snprintf(why, size, "%u queues were made, and the kernel tells of %" PRIu64,
			 now->expected, created);
	else if (now->allocs < created)
		snprintf(why, size,
			 "the kernel tells of %" PRIu64 " queues made, and %" PRIu64
			 " slots were given out for them",
			 created, now->allocs);
	/* What has its slot may be the queue. */
	else if (now->queues_destroyed < created)
		snprintf(why, size,
			 "the kernel tells of %" PRIu64 " queues made, and %" PRIu64
			 " of them destroyed",
			 created, now->queues_destroyed);
}

void ledger_doubt(const struct ledger *ledger, char *why, size_t size)
{
	const struct tally_of_batch *now = &ledger->now;

	why[0] = '\0';
	if (now->lost)
		snprintf(why, size, "at least %" PRIu64 " events were lost", now->lost);
	else if (now->strange)
		snprintf(why, size, "%" PRIu64 " lines are not understood", now->strange);
	else if (now->allocs < now->expected || now->allocs > now->expected + now->unsure)
		snprintf(why, size, "%u queues were made, and %" PRIu64 " slots given out for them",
			 now->expected, now->allocs);
	/* Some may be on their way from one to the other, or have been missed; not most. */
	else if (now->destroyed / 2 > now->freed || now->freed / 2 > now->destroyed)
		snprintf(why, size,
			 "%" PRIu64 " fence drivers were destroyed, and %" PRIu64
			 " slots taken back",
			 now->destroyed, now->freed);
	else if (ledger->has_queues)
		doubt_queues(now, why, size);
}

uint64_t ledger_unexplained(const struct ledger *ledger, unsigned leaked)
{
	const struct tally_of_batch *now = &ledger->now;
	uint64_t explained = now->healed + (now->held > leaked ? now->held - leaked : 0);

	return now->missed > explained ? now->missed - explained : 0;
}

enum traced ledger_find(const struct ledger *ledger, uint32_t slot, struct traced_driver *driver)
{
	const struct entry *entry = slot < ledger->num_slots ? &ledger->slots[slot] : NULL;

	if (!entry || entry->batch != ledger->batch || entry->device != ledger->device)
		return TRACED_NOTHING;
	if (!entry->is_live || entry->number > ledger->now.judged)
		return TRACED_FREE;
	*driver = (struct traced_driver){.slot = slot, .pid = entry->pid};
	memcpy(driver->comm, entry->comm, sizeof(driver->comm));
	return entry->number ? TRACED_OURS : TRACED_OTHERS;
}

uint64_t ledger_events(const struct ledger *ledger)
{
	return ledger->events;
}

uint64_t ledger_lost(const struct ledger *ledger)
{
	return ledger->lost;
}
