// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/probe.h"
#include "act/clock.h"

#include <errno.h>

#define FIRST_PAUSE_MS   1
#define LONGEST_PAUSE_MS 128

/*
 * Another program that makes and frees queues all the time takes a slot as soon
 * as it is free. We hold every slot that we get below the ones looked for, so
 * that the two compete for few; with no pause in between each look wins about
 * as often as it loses, and this many do not all lose.
 */
#define LAST_LOOKS 256

/* When no slot of a probe ever came back, each look costs one for good (L2). */
#define LAST_LOOKS_THAT_LEAK 8

int probe_look(struct probe *probe, struct fates *fates)
{
	struct bench *bench = probe->bench;
	uint32_t wanted, slot;

	while (fates_highest(fates, &wanted)) {
		struct auq_queue *queue;
		int err;

		if (probe->num_held == sizeof(probe->held) / sizeof(probe->held[0]))
			return -EMFILE;
		err = bench_queue(bench, DOORBELL_PROBES + probe->num_held, false, &queue);
		if (err)
			/* -ENOMEM up to 7.0, -EBUSY from 7.1: too many queues in this file */
			return probe->num_held && (err == -ENOMEM || err == -EBUSY) ? -EMFILE : err;
		probe->made++;
		line_call(bench->line, "USERQ_SIGNAL or USERQ_WAIT");
		err = auq_queue_slot(queue, &slot);
		if (err) {
			bench_free(bench, queue);
			return err;
		}
		fates_free(fates, slot);
		if (slot < wanted) {
			probe->held[probe->num_held++] = queue;
			continue;
		}
		if (slot <= probe->highest)
			probe->came_back = true;
		else
			probe->highest = slot;
		err = bench_free(bench, queue);
		if (err || slot > wanted)
			return err;
	}
	return 0;
}

int probe_lowest(struct bench *bench, uint32_t *slot)
{
	struct auq_queue *queue;
	int err = bench_queue(bench, DOORBELL_PROBES, false, &queue), freed;

	if (err)
		return err;
	line_call(bench->line, "USERQ_SIGNAL or USERQ_WAIT");
	err = auq_queue_slot(queue, slot);
	freed = bench_free(bench, queue);
	return err ? err : freed;
}

static int free_held(struct probe *probe)
{
	int err = 0;

	while (probe->num_held) {
		int freed = bench_free(probe->bench, probe->held[--probe->num_held]);

		err = err ? err : freed;
	}
	return err;
}

static unsigned next_pause(unsigned pause)
{
	return pause < LONGEST_PAUSE_MS ? 2 * pause : LONGEST_PAUSE_MS;
}

unsigned probe_most(unsigned settle_ms)
{
	unsigned looks = LAST_LOOKS_THAT_LEAK, pause = FIRST_PAUSE_MS;

	for (unsigned at = 0; at < settle_ms; at += pause, pause = next_pause(pause))
		looks++;
	return looks;
}

static int settle(struct probe *probe, struct fates *fates, unsigned settle_ms)
{
	const uint64_t end = clock_ms() + settle_ms;
	unsigned pause = FIRST_PAUSE_MS, last_looks = 0;
	uint32_t slot;

	while (fates_highest(fates, &slot)) {
		int err;

		if (line_is_stopped(probe->bench->line))
			return -EINTR;
		err = probe_look(probe, fates);
		if (err)
			return err;
		if (clock_ms() < end) {
			sleep_ms(pause);
			pause = next_pause(pause);
			continue;
		}
		last_looks++;
		if (last_looks >= (probe->came_back ? LAST_LOOKS : LAST_LOOKS_THAT_LEAK))
			break;
	}
	fates_close(fates, FATE_OCCUPIED);
	return 0;
}

int probe_settle(struct probe *probe, struct fates *fates, unsigned settle_ms)
{
	int err = settle(probe, fates, settle_ms);
	int freed = free_held(probe);

	return err ? err : freed;
}
