// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/look.h"
#include "act/probe.h"
#include "collect/host.h"
#include "collect/listing.h"
#include "collect/queues.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEADLINE_S 30

struct wish {
	bool probe;
};

struct answer {
	int probe_err;
	uint32_t lowest;
	int queues_err;
	struct queues queues;
};

/* ---- the process ----------------------------------------------------------- */

struct looker {
	struct lifeline *line;
	const struct gpu_snapshot *gpu;
	char dri[sizeof(((struct gpu_snapshot *)0)->listing)];
	struct bench bench; /* open once it has probed: up to 6.18 each file costs a buffer */
	bool is_open, has_clients;
};

static int probe(struct looker *looker, uint32_t *lowest)
{
	int err = 0;

	if (!looker->is_open) {
		err = bench_open(&looker->bench, looker->line, looker->gpu->node,
				 cheapest_usable_ip(looker->gpu));
		looker->is_open = !err;
	}
	if (!err)
		err = probe_lowest(&looker->bench, lowest);
	if (err == -ENOSPC) {
		*lowest = looker->gpu->info.seq64_slots;
		return 0;
	}
	return err;
}

/* A file of ours makes sure of a client, until one was seen; who looks all the time shall not
 * wake the GPU each time. */
static int read_queues(struct looker *looker, struct queues *queues)
{
	int fd = -1, err;

	if (!looker->has_clients) {
		line_call(looker->line, "open");
		fd = open(looker->gpu->node, O_RDWR | O_CLOEXEC);
	}
	line_call(looker->line, "read in debugfs");
	err = collect_queues(looker->dri, looker->gpu->pci, queues);
	if (fd >= 0)
		close(fd);
	if (err)
		return err;
	if (queues->source.state == SOURCE_OK)
		looker->has_clients = true;
	else if (queues->source.state == SOURCE_ABSENT && looker->has_clients)
		queues->source = (struct source){.state = SOURCE_OK};
	return 0;
}

static bool answer_wish(struct looker *looker, const struct wish *wish)
{
	struct answer answer = {0};
	bool sent;

	if (wish->probe)
		answer.probe_err = probe(looker, &answer.lowest);
	answer.queues_err = read_queues(looker, &answer.queues);
	sent = !line_send(looker->line, &answer, sizeof(answer));
	for (unsigned i = 0; sent && i < answer.queues.num; i++)
		sent = !line_send(looker->line, &answer.queues.items[i],
				  sizeof(answer.queues.items[i]));
	free(answer.queues.items);
	return sent;
}

static void run(struct lifeline *line, void *arg)
{
	struct looker looker = {.line = line, .gpu = arg};
	struct wish wish;

	/* The listing is DEBUGFS/dri/MINOR/FILE. */
	strcpy(looker.dri, looker.gpu->listing);
	for (unsigned i = 0; i < 2; i++) {
		char *slash = strrchr(looker.dri, '/');

		if (slash)
			*slash = '\0';
	}
	while (line_receive(line, &wish, sizeof(wish)) && answer_wish(&looker, &wish))
		;
	if (looker.is_open)
		bench_close(&looker.bench);
}

/* ---- who asks it ----------------------------------------------------------- */

int look_begin(struct look *look, const struct gpu_snapshot *gpu)
{
	int err;

	*look = (struct look){.gpu = gpu};
	err = child_start(&look->child, "amdfence-look", run, (void *)gpu);
	look->is_running = !err;
	return err;
}

void look_end(struct look *look)
{
	if (look->is_running)
		child_end(&look->child, look->err == -ETIME);
	look->is_running = false;
}

static int receive(struct look *look, const volatile sig_atomic_t *stop, struct answer *answer)
{
	int got = child_receive(&look->child, answer, sizeof(*answer), DEADLINE_S, stop);
	struct queues *queues = &answer->queues;

	queues->items = NULL;
	if (got <= 0)
		return got ? got : -EPIPE;
	queues->items = calloc(queues->num + 1, sizeof(*queues->items));
	if (!queues->items)
		return -ENOMEM;
	for (unsigned i = 0; i < queues->num && got > 0; i++)
		got = child_receive(&look->child, &queues->items[i], sizeof(queues->items[i]),
				    DEADLINE_S, stop);
	return got > 0 ? 0 : got ? got : -EPIPE;
}

int look_take(struct look *look, const volatile sig_atomic_t *stop, struct queues *queues,
	      struct source *probe, uint32_t *lowest)
{
	const struct wish wish = {.probe = probe != NULL};
	struct answer answer = {0};
	int err = look->err;

	if (!err)
		err = child_send(&look->child, &wish, sizeof(wish));
	if (!err)
		err = receive(look, stop, &answer);
	if (!err)
		err = answer.queues_err;
	if (err == -EINTR || err == -ENOMEM) {
		free(answer.queues.items);
		return err;
	}
	if (err) {
		free(answer.queues.items);
		look->err = err;
		*queues = (struct queues){.source = source_of(err)};
		if (probe)
			*probe = source_of(err);
		return 0;
	}
	*queues = answer.queues;
	if (!probe)
		return 0;
	*probe = source_of(answer.probe_err);
	*lowest = answer.lowest;
	return answer.probe_err == -ENODEV ? -ENODEV : 0;
}

int look_once(const struct gpu_snapshot *gpu, struct queues *queues)
{
	struct look look;
	int err = look_begin(&look, gpu);

	if (!err)
		err = look_take(&look, NULL, queues, NULL, NULL);
	look_end(&look);
	return err;
}

int look_at_drivers(const struct gpu_snapshot *gpu, unsigned most, struct drivers *drivers)
{
	struct listing_snapshot earlier = {0}, now = {0};
	int err = 0;

	collect_listing(gpu->listing, &earlier);
	if (earlier.state == SOURCE_OK) {
		usleep(100000);
		collect_listing(gpu->listing, &now);
		drivers->source = (struct source){.state = now.state};
	} else {
		drivers->source = (struct source){.state = earlier.state};
	}
	if (drivers->source.state == SOURCE_OK)
		err = drivers_take_listing(drivers, earlier.listing, now.listing, most);
	else
		snprintf(drivers->source.error, sizeof(drivers->source.error), "%s",
			 auq_strerror(earlier.err ? earlier.err : now.err));
	auq_listing_free(earlier.listing);
	auq_listing_free(now.listing);
	return err;
}
