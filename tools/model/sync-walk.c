// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/random.h"
#include "model/sync.h"

#include <string.h>

static void first_order(struct sync_case *trial)
{
	for (unsigned i = 0; i < trial->members; i++)
		trial->order[i] = i;
}

static void swap(uint8_t *a, uint8_t *b)
{
	uint8_t c = *a;

	*a = *b;
	*b = c;
}

/* The next in lexical order; false, and the first one, after the last. */
static bool next_order(struct sync_case *trial)
{
	uint8_t *order = trial->order;
	unsigned at = trial->members - 1, other = trial->members - 1;

	while (at && order[at - 1] >= order[at])
		at--;
	if (!at) {
		first_order(trial);
		return false;
	}
	while (order[other] <= order[at - 1])
		other--;
	swap(&order[at - 1], &order[other]);
	for (other = trial->members - 1; at < other; at++, other--)
		swap(&order[at], &order[other]);
	return true;
}

/* Like the wheels of a counter; false when all have gone round. */
static bool advance(struct sync_case *trial)
{
	trial->ask = !trial->ask;
	if (trial->ask)
		return true;
	trial->poll_after = (trial->poll_after + 1) % (trial->members + 2);
	if (trial->poll_after)
		return true;
	if (trial->group == SYNC_CLOSED) {
		trial->closed = trial->closed << 1 & ((1u << trial->members) - 1);
		if (trial->closed)
			return true;
		trial->closed = 1;
	}
	if (next_order(trial))
		return true;
	if (trial->group == SYNC_CLOSED && trial->members < 4) {
		trial->members++;
		first_order(trial);
		return true;
	}
	return false;
}

static uint64_t some(uint64_t *state, unsigned members, unsigned one_in)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < members; i++)
		set |= (uint64_t)(random_below(state, one_in) == 0) << i;
	return set;
}

static void draw(struct sync_case *trial, uint64_t seed)
{
	uint64_t state = random_of(seed, trial->group, trial->number);

	/* Mostly few members: there the order matters most, and a case is short. */
	if (trial->group == SYNC_RACE || random_below(&state, 2))
		trial->members = 2 + random_below(&state, 7);
	else
		trial->members = 1 + random_below(&state, SYNC_MAX_MEMBERS);
	first_order(trial);
	for (unsigned i = trial->members - 1; i; i--)
		swap(&trial->order[i], &trial->order[random_below(&state, i + 1)]);
	trial->poll_after = random_below(&state, trial->members + 2);
	trial->ask = random_below(&state, 2);
	trial->pairs = random_below(&state, 2);
	trial->closed = random_below(&state, 4) ? 0 : some(&state, trial->members, 8);
	trial->before = random_below(&state, 4) ? 0 : some(&state, trial->members, 4);
	trial->twice = random_below(&state, 2) ? 0 : some(&state, trial->members, 4);
	/* From the start or never: the other thread polls, too. */
	if (trial->group == SYNC_RACE)
		trial->poll_after = trial->poll_after & 1 ? trial->members + 1 : 0;
}

static void group_init(struct sync_walk *walk, enum sync_group group)
{
	static const unsigned first_members[] = {2, 3, 4, 5, 2, 0, 0};

	memset(&walk->next, 0, sizeof(walk->next));
	walk->next.group = group;
	walk->next.members = first_members[group];
	walk->next.closed = group == SYNC_CLOSED;
	first_order(&walk->next);
	walk->done = 0;
}

void sync_walk_init(struct sync_walk *walk, uint64_t seed)
{
	walk->seed = seed;
	group_init(walk, 0);
}

bool sync_walk_next(struct sync_walk *walk, struct sync_case *trial)
{
	bool drawn = walk->next.group == SYNC_RANDOM || walk->next.group == SYNC_RACE;

	if (walk->done && !drawn && !advance(&walk->next))
		return false;
	walk->next.number = walk->done++;
	if (drawn)
		draw(&walk->next, walk->seed);
	*trial = walk->next;
	return true;
}

bool sync_walk_group(struct sync_walk *walk)
{
	if (walk->next.group + 1 == SYNC_NUM_GROUPS)
		return false;
	group_init(walk, walk->next.group + 1);
	return true;
}
