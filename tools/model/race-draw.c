// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/random.h"
#include "model/race.h"

/* Queues of a round, by what they are for. */
enum { FIRST = 1, SECOND, READER, OTHERS };

#define MOST_DELAY_LOG2 18       /* 262 us: from the next instruction to the end of a short job */
#define HELD            60       /* fence drivers: their slots share a word of the kernel's map */
#define REST_NS         40000000 /* for RCU to free the fences of these queues */
#define MOST_NOPS       256
#define MOST_CALLS_LOG2 8 /* of SIGNAL beside WAIT: one window after the other */

struct draw {
	struct race_round *round;
	const struct race_limits *limits;
	uint64_t random;
};

static struct race_step *add(struct draw *draw, unsigned actor, enum race_op op, unsigned queue,
			     unsigned syncobj, uint32_t number)
{
	struct race_step *step = &draw->round->steps[draw->round->num_steps++];

	*step = (struct race_step){
		.actor = actor, .op = op, .queue = queue, .syncobj = syncobj, .number = number};
	return step;
}

/* As many small ones as large ones, by their length in bits. */
static uint32_t some(struct draw *draw, unsigned most_bits)
{
	unsigned bits = random_below(&draw->random, most_bits + 1);

	return bits ? (1u << (bits - 1)) + random_below(&draw->random, 1u << (bits - 1)) : 0;
}

static bool chance(struct draw *draw)
{
	return random_below(&draw->random, 2);
}

static void delay(struct draw *draw, unsigned actor)
{
	uint32_t ns = some(draw, MOST_DELAY_LOG2);

	if (ns)
		add(draw, actor, RACE_OP_DELAY, 0, 0, ns);
}

static void meet(struct draw *draw)
{
	add(draw, 0, RACE_OP_MEET, 0, 0, 0);
	add(draw, 1, RACE_OP_MEET, 0, 0, 0);
}

static void submit(struct draw *draw, unsigned actor, unsigned queue)
{
	add(draw, actor, RACE_OP_SUBMIT, queue, 0, random_below(&draw->random, MOST_NOPS));
}

/*
 * The slot of a queue that has signaled into @syncobj: another one reads it,
 * which is freed again, so that nobody else holds the fence driver in the race.
 */
static void read_slot(struct draw *draw, unsigned syncobj)
{
	add(draw, 0, RACE_OP_CREATE, READER, 0, 0);
	add(draw, 0, RACE_OP_WAIT, READER, syncobj, 1);
	add(draw, 0, RACE_OP_FREE, READER, 0, 0);
}

static void draw_control(struct draw *draw)
{
	add(draw, 0, RACE_OP_CREATE, FIRST, 0, 0);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 1, 1);
	add(draw, 0, RACE_OP_WAIT, FIRST, 1, 1);
	add(draw, 0, RACE_OP_DROP, 0, 1, 0);
	add(draw, 0, RACE_OP_FREE, FIRST, 0, 0);
}

/* The other actor is the engine. */
static void draw_signal_complete(struct draw *draw)
{
	bool finished = random_below(&draw->random, 4) == 0;

	add(draw, 0, RACE_OP_CREATE, FIRST, 0, 0);
	if (chance(draw))
		submit(draw, 0, FIRST);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 1, 1);
	if (chance(draw))
		add(draw, 0, RACE_OP_IDLE, FIRST, 0, 0);
	add(draw, 0, RACE_OP_WAIT, FIRST, 1, 1 + random_below(&draw->random, 4));
	if (chance(draw))
		add(draw, 0, RACE_OP_DROP, 0, 1, 0);
	submit(draw, 0, FIRST);
	if (finished)
		add(draw, 0, RACE_OP_IDLE, FIRST, 0, 0);
	else
		delay(draw, 0);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 2, 1);
	if (!draw->limits->free_pending || chance(draw))
		add(draw, 0, RACE_OP_IDLE, FIRST, 0, 0);
	/* Found to be signaled, perhaps before the interrupt comes. */
	if (chance(draw))
		add(draw, 0, RACE_OP_POLL, 0, 2, 0);
	if (chance(draw))
		add(draw, 0, RACE_OP_DROP, 0, 2, 0);
	add(draw, 0, RACE_OP_FREE, FIRST, 0, 0);
}

static void draw_signal_free(struct draw *draw)
{
	unsigned signals = 1 + random_below(&draw->random, 4);

	add(draw, 0, RACE_OP_CREATE, FIRST, 0, 0);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 1, 1);
	read_slot(draw, 1);
	meet(draw);
	delay(draw, 0);
	if (draw->limits->free_pending && chance(draw))
		add(draw, 0, RACE_OP_SUBMIT, FIRST, 0, random_below(&draw->random, MOST_NOPS))
			->may_fail = true;
	add(draw, 0, RACE_OP_SIGNAL, FIRST, chance(draw), signals)->may_fail = true;
	delay(draw, 1);
	add(draw, 1, RACE_OP_FREE, FIRST, 0, 0);
	meet(draw);
}

/* The second queue waits for the first one's fence, and signals. */
static void draw_signal_wait(struct draw *draw)
{
	bool gone = draw->limits->late_ref && chance(draw);
	bool job = chance(draw) && (!gone || draw->limits->irq_put);

	add(draw, 0, RACE_OP_CREATE, FIRST, 0, 0);
	add(draw, 0, RACE_OP_CREATE, SECOND, 0, 0);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 1, 1);
	read_slot(draw, 1);
	if (gone)
		add(draw, 0, RACE_OP_FREE, FIRST, 0, 0);
	meet(draw);
	delay(draw, 0);
	add(draw, 0, RACE_OP_WAIT, SECOND, 1, 1 + some(draw, MOST_CALLS_LOG2));
	delay(draw, 1);
	if (job)
		submit(draw, 1, SECOND);
	add(draw, 1, RACE_OP_SIGNAL, SECOND, 2, 1 + some(draw, MOST_CALLS_LOG2));
	meet(draw);
	if (job)
		add(draw, 0, RACE_OP_IDLE, SECOND, 0, 0);
	add(draw, 0, RACE_OP_FREE, SECOND, 0, 0);
	if (!gone)
		add(draw, 0, RACE_OP_FREE, FIRST, 0, 0);
}

/* Of the two queues one waits for the other's fence; either is freed. */
static void draw_wait_free(struct draw *draw)
{
	unsigned freed = draw->limits->unheld && chance(draw) ? SECOND : FIRST;

	add(draw, 0, RACE_OP_CREATE, FIRST, 0, 0);
	add(draw, 0, RACE_OP_CREATE, SECOND, 0, 0);
	add(draw, 0, RACE_OP_SIGNAL, FIRST, 1, 1);
	read_slot(draw, 1);
	add(draw, 0, RACE_OP_SIGNAL, SECOND, 2, 1);
	read_slot(draw, 2);
	add(draw, 0, RACE_OP_DROP, 0, 2, 0);
	meet(draw);
	delay(draw, 0);
	add(draw, 0, RACE_OP_WAIT, SECOND, 1, 1 + random_below(&draw->random, 4))->may_fail =
		freed == SECOND;
	delay(draw, 1);
	add(draw, 1, RACE_OP_FREE, freed, 0, 0);
	meet(draw);
	add(draw, 0, RACE_OP_DROP, 0, 1, 0);
	add(draw, 0, RACE_OP_FREE, freed == FIRST ? SECOND : FIRST, 0, 0);
}

/*
 * One process frees a queue that holds the last references to many fence
 * drivers, whose bits in the map of slots are cleared one right after the other,
 * while the other makes queues, for which bits of the same word are set. What
 * a queue that is made later gets tells whether a bit was lost.
 */
static void draw_create(struct draw *draw)
{
	unsigned made = 2 + random_below(&draw->random, 3);

	add(draw, 1, RACE_OP_CREATE, FIRST, 0, 0);
	add(draw, 1, RACE_OP_HOLD, FIRST, 0, HELD / 2 + random_below(&draw->random, HELD / 2));
	add(draw, 1, RACE_OP_DELAY, 0, 0, REST_NS);
	meet(draw);
	delay(draw, 0);
	for (unsigned i = 0; i < made; i++)
		add(draw, 0, RACE_OP_CREATE, FIRST + i, 0, 0);
	delay(draw, 1);
	add(draw, 1, RACE_OP_FREE, FIRST, 0, 0);
	add(draw, 1, RACE_OP_CREATE, SECOND, 0, 0);
	meet(draw);
	add(draw, 0, RACE_OP_CREATE, FIRST + made, 0, 0);
	for (unsigned i = 0; i <= made; i++)
		add(draw, 0, RACE_OP_SLOT, FIRST + i, 0, 0);
	add(draw, 1, RACE_OP_SLOT, SECOND, 0, 0);
	meet(draw);
	for (unsigned i = 0; i <= made; i++)
		add(draw, 0, RACE_OP_FREE, FIRST + i, 0, 0);
	add(draw, 1, RACE_OP_FREE, SECOND, 0, 0);
}

static void draw_close(struct draw *draw)
{
	bool job = chance(draw), more = chance(draw);

	add(draw, 1, RACE_OP_CREATE, FIRST, 0, 0);
	if (job)
		submit(draw, 1, FIRST);
	add(draw, 1, RACE_OP_SIGNAL, FIRST, 1, 1);
	if (job && (!draw->limits->close_pending || chance(draw))) {
		add(draw, 1, RACE_OP_IDLE, FIRST, 0, 0);
		add(draw, 1, RACE_OP_POLL, 0, 1, 0);
	}
	add(draw, 1, RACE_OP_GIVE, 0, 1, 0);
	add(draw, 0, RACE_OP_CREATE, SECOND, 0, 0);
	add(draw, 0, RACE_OP_TAKE, 0, 1, 0);
	read_slot(draw, 1);
	meet(draw);
	delay(draw, 1);
	add(draw, 1, RACE_OP_EXIT, 0, 0, 0);
	delay(draw, 0);
	if (more)
		add(draw, 0, RACE_OP_CREATE, OTHERS, 0, 0);
	add(draw, 0, RACE_OP_WAIT, SECOND, 1, 1 + random_below(&draw->random, 4));
	/* What was waited for goes over to the next fence, and with it when it is done. */
	if (draw->limits->irq_put && chance(draw)) {
		submit(draw, 0, SECOND);
		add(draw, 0, RACE_OP_SIGNAL, SECOND, 2, 1);
		add(draw, 0, RACE_OP_DROP, 0, 1, 0);
		add(draw, 0, RACE_OP_IDLE, SECOND, 0, 0);
		add(draw, 0, RACE_OP_POLL, 0, 2, 0);
	} else {
		add(draw, 0, RACE_OP_POLL, 0, 1, 0);
		add(draw, 0, RACE_OP_DROP, 0, 1, 0);
	}
	add(draw, 0, RACE_OP_FREE, SECOND, 0, 0);
	if (more)
		add(draw, 0, RACE_OP_FREE, OTHERS, 0, 0);
}

void race_draw(uint64_t seed, enum race_kind kind, uint64_t number,
	       const struct race_limits *limits, struct race_round *round)
{
	static void (*const kinds[RACE_NUM_KINDS])(struct draw *) = {
		[RACE_CONTROL] = draw_control,
		[RACE_SIGNAL_COMPLETE] = draw_signal_complete,
		[RACE_SIGNAL_FREE] = draw_signal_free,
		[RACE_SIGNAL_WAIT] = draw_signal_wait,
		[RACE_WAIT_FREE] = draw_wait_free,
		[RACE_CREATE] = draw_create,
		[RACE_CLOSE] = draw_close,
	};
	struct draw draw = {
		.round = round,
		.limits = limits,
		.random = random_of(seed, kind, number),
	};

	round->kind = kind;
	round->number = number;
	round->num_steps = 0;
	kinds[kind](&draw);
}
