// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/race-ground.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

/* At the place to meet: first without a pause, then letting others go first, then asleep. */
#define SPINS     2000
#define YIELDS    200
#define NAP_NS    50000
#define NAPS_LOOK 100 /* so many naps until one looks what has become of the other */

struct race_ground *race_ground_create(uint32_t slots, size_t *bytes)
{
	struct race_ground *ground;

	*bytes = sizeof(*ground) + slots * sizeof(ground->owners[0]);
	ground = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ground == MAP_FAILED)
		return NULL;
	ground->num_owners = slots;
	return ground;
}

void race_ground_show(struct race_ground *ground, uint32_t slot)
{
	unsigned at = atomic_fetch_add(&ground->num_slots, 1);

	if (at < RACE_MOST_SLOTS)
		ground->slots[at] = slot;
}

static bool is_alone(const struct race_party *party)
{
	ssize_t got;
	char byte;

	if (party->peer < 0)
		return false;
	got = recv(party->peer, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

void race_follow(struct lifeline *line, const struct heartbeat *other, unsigned long *seen)
{
	unsigned long count = atomic_load(&other->count);

	atomic_store(&line->beat->call, atomic_load(&other->call));
	if (count != *seen)
		atomic_fetch_add(&line->beat->count, 1);
	*seen = count;
}

static int wait_for(struct race_party *party, atomic_uint *arrived)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	unsigned wanted = 2 * party->met;

	atomic_fetch_add(arrived, 1);
	for (unsigned long i = 0; atomic_load(arrived) < wanted; i++) {
		if (atomic_load(&party->ground->broken))
			return -ECHILD;
		if (i < SPINS)
			continue;
		if (i < SPINS + YIELDS) {
			sched_yield();
			continue;
		}
		if (i % NAPS_LOOK == 0 && is_alone(party)) {
			atomic_store(&party->ground->broken, true);
			return -ECHILD;
		}
		if (i % NAPS_LOOK == 0 && party->other)
			race_follow(party->line, party->other, &party->seen);
		nanosleep(&nap, NULL);
	}
	return 0;
}

/* In the first step one of them may sleep; when both have left it both are awake. */
int race_meet(struct race_party *party)
{
	int err;

	party->met++;
	err = wait_for(party, &party->ground->arrived[0]);
	return err ? err : wait_for(party, &party->ground->arrived[1]);
}
