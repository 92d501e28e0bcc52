// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/watch.h"
#include "model/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sample_fini(struct sample *sample)
{
	drivers_fini(&sample->drivers);
	free(sample->queues.items);
	*sample = (struct sample){0};
}

void watch_fini(struct watch *watch)
{
	sample_fini(&watch->now);
	drivers_fini(&watch->first_drivers);
	free(watch->first_queues.items);
	free(watch->owners);
	free(watch->clients);
	*watch = (struct watch){0};
}

const char *watch_probe_refusal(const struct gpu_snapshot *gpu)
{
	const char *refusal = plan_refusal(gpu->traits);

	if (refusal[0])
		return refusal;
	switch (gpu->traits[AUQ_TRAIT_LEAK_LAST_FENCE]) {
	case AUQ_YES:
		return "on this kernel each look would leak a slot (L2)";
	case AUQ_UNKNOWN:
		return "whether each look leaks a slot on this kernel is not known";
	default:
		return cheapest_usable_ip(gpu) == AUQ_NUM_IPS ? "no engine takes user queues" : "";
	}
}

/* ---- sums ----------------------------------------------------------------- */

uint32_t drivers_orphans(const struct drivers *drivers)
{
	return drivers->count - drivers->live;
}

uint32_t owner_orphans(const struct owner *owner)
{
	return owner->drivers - owner->live;
}

uint64_t drivers_refs(const struct drivers *drivers)
{
	uint64_t refs = drivers->others.refs;

	for (unsigned i = 0; i < drivers->num_owners; i++)
		refs += drivers->owners[i].refs;
	return refs;
}

enum slot_count watch_slots(const struct watch *watch, uint32_t *slots)
{
	const struct sample *now = &watch->now;

	if (now->drivers.source.state == SOURCE_OK) {
		*slots = now->drivers.used;
		return SLOTS_EXACTLY;
	}
	if (now->probe.state != SOURCE_OK)
		return SLOTS_UNKNOWN;
	*slots = now->lowest_free;
	return SLOTS_AT_LEAST;
}

bool watch_slots_growth(const struct watch *watch, int64_t *growth)
{
	uint32_t slots;

	switch (watch_slots(watch, &slots)) {
	case SLOTS_EXACTLY:
		*growth = (int64_t)slots - watch->first_drivers.used;
		return true;
	case SLOTS_AT_LEAST:
		*growth = (int64_t)slots - watch->first_lowest;
		return true;
	default:
		return false;
	}
}

/* ---- the first ones, which growth is measured by --------------------------- */

static int copy_drivers(const struct drivers *from, struct drivers *to)
{
	*to = *from;
	to->items = NULL;
	to->is_leaked = NULL;
	to->num = 0;
	to->owners = malloc((from->num_owners + 1) * sizeof(*to->owners));
	if (!to->owners)
		return -ENOMEM;
	memcpy(to->owners, from->owners, from->num_owners * sizeof(*to->owners));
	return 0;
}

static int copy_queues(const struct queues *from, struct queues *to)
{
	*to = *from;
	to->items = malloc((from->num + 1) * sizeof(*to->items));
	if (!to->items)
		return -ENOMEM;
	if (from->num)
		memcpy(to->items, from->items, from->num * sizeof(*to->items));
	return 0;
}

static int keep_first(struct watch *watch)
{
	const struct sample *now = &watch->now;
	int err = 0;

	if (!watch->has_drivers && now->drivers.source.state == SOURCE_OK) {
		watch->has_drivers = true;
		err = copy_drivers(&now->drivers, &watch->first_drivers);
	}
	if (!err && !watch->has_queues && now->queues.source.state == SOURCE_OK) {
		watch->has_queues = true;
		err = copy_queues(&now->queues, &watch->first_queues);
	}
	if (!watch->has_lowest && now->probe.state == SOURCE_OK) {
		watch->has_lowest = true;
		watch->first_lowest = now->lowest_free;
	}
	return err;
}

/* ---- by owner and by client ------------------------------------------------ */

static int by_refs_now(const void *a, const void *b)
{
	const struct owner_change *x = a, *y = b;

	if (x->after.refs != y->after.refs)
		return x->after.refs < y->after.refs ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static int compare_owners(struct watch *watch)
{
	int err;

	free(watch->owners);
	watch->owners = NULL;
	watch->num_owners = 0;
	if (watch->now.drivers.source.state != SOURCE_OK)
		return 0;
	err = pair_owners(&watch->first_drivers, &watch->now.drivers, &watch->owners,
			  &watch->num_owners);
	if (!err)
		qsort(watch->owners, watch->num_owners, sizeof(*watch->owners), by_refs_now);
	return err;
}

static int by_client(const void *a, const void *b)
{
	const struct client_change *x = a, *y = b;

	return (x->client > y->client) - (x->client < y->client);
}

/* Queues are in the order of their clients: those of one become one. */
static unsigned add_clients(struct client_change *clients, unsigned num,
			    const struct queues *queues, bool after)
{
	for (unsigned i = 0; i < queues->num; i++) {
		const struct queue_entry *queue = &queues->items[i];
		bool same = i && queues->items[i - 1].client == queue->client;
		struct client_change *client = &clients[same ? num - 1 : num++];

		if (!same) {
			*client = (struct client_change){
				.client = queue->client,
				.pid = queue->pid,
			};
			memcpy(client->comm, queue->comm, sizeof(client->comm));
		}
		++*(after ? &client->after : &client->before);
	}
	return num;
}

static int compare_clients(struct watch *watch)
{
	const struct queues *first = &watch->first_queues, *now = &watch->now.queues;
	struct client_change *clients;
	unsigned num = 0;

	free(watch->clients);
	watch->clients = NULL;
	watch->num_clients = watch->num_clients_now = 0;
	if (now->source.state != SOURCE_OK)
		return 0;
	clients = calloc(first->num + now->num + 1, sizeof(*clients));
	if (!clients)
		return -ENOMEM;
	num = add_clients(clients, num, now, true);
	num = add_clients(clients, num, first, false);
	qsort(clients, num, sizeof(*clients), by_client);
	watch->clients = clients;
	for (unsigned i = 0; i < num;) {
		struct client_change client = clients[i++];

		for (; i < num && clients[i].client == client.client; i++) {
			/* What it is called now, as long as it is there. */
			if (clients[i].after) {
				clients[i].before = client.before;
				client = clients[i];
			} else {
				client.before = clients[i].before;
			}
		}
		watch->num_clients_now += client.after > 0;
		clients[watch->num_clients++] = client;
	}
	return 0;
}

/* ---- what goes on and on --------------------------------------------------- */

static void trend_take(struct trend *trend, uint32_t value, uint64_t ms)
{
	if (!trend->num || value < trend->lowest)
		trend->lowest = value;
	if (++trend->num < WATCH_BLOCK)
		return;
	trend->num = 0;
	if (!trend->blocks++ || trend->lowest < trend->to) {
		*trend = (struct trend){
			.blocks = 1,
			.from = trend->lowest,
			.from_ms = ms,
		};
		trend->lowest = trend->from;
	} else if (trend->lowest > trend->to) {
		trend->rises++;
		trend->rise_ms = ms;
	}
	trend->to = trend->lowest;
	trend->to_ms = ms;
}

/* What rose while programs were started, and has stood still for as long since, is over. */
static bool is_steady(const struct trend *trend)
{
	return trend->rises >= WATCH_STEADY &&
	       trend->to_ms - trend->rise_ms <= trend->rise_ms - trend->from_ms;
}

static enum remark find_remark(const struct watch *watch)
{
	const struct sample *now = &watch->now;

	if (now->drivers.source.state == SOURCE_OK)
		return is_steady(&watch->orphans) ? REMARK_ORPHANS : REMARK_NONE;
	return now->probe.state == SOURCE_OK && is_steady(&watch->lowest) ? REMARK_SLOTS
									  : REMARK_NONE;
}

const struct trend *watch_trend(const struct watch *watch)
{
	switch (watch->remark) {
	case REMARK_ORPHANS:
		return &watch->orphans;
	case REMARK_SLOTS:
		return &watch->lowest;
	default:
		return NULL;
	}
}

const char *remark_name(enum remark remark)
{
	static const char *const names[] = {
		[REMARK_NONE] = NULL,
		[REMARK_ORPHANS] = "orphans",
		[REMARK_SLOTS] = "slots",
	};

	return names[remark];
}

bool watch_seconds_left(const struct watch *watch, uint32_t total, uint64_t *seconds)
{
	const struct trend *trend = watch_trend(watch);
	uint32_t slots;

	if (!trend || watch_slots(watch, &slots) == SLOTS_UNKNOWN || slots > total)
		return false;
	*seconds = (total - slots) * (trend->to_ms - trend->from_ms) / (trend->to - trend->from) /
		   1000;
	return true;
}

static void add_point(struct watch *watch)
{
	struct watch_point point = {0};

	point.kind = watch_slots(watch, &point.slots);
	if (watch->num_points == WATCH_POINTS) {
		watch->num_points--;
		memmove(watch->points, watch->points + 1,
			watch->num_points * sizeof(watch->points[0]));
	}
	watch->points[watch->num_points++] = point;
}

int watch_take(struct watch *watch, struct sample *sample)
{
	int err;

	sample_fini(&watch->now);
	watch->now = *sample;
	*sample = (struct sample){0};
	watch->samples++;
	err = keep_first(watch);
	if (!err)
		err = compare_owners(watch);
	if (!err)
		err = compare_clients(watch);
	if (watch->now.drivers.source.state == SOURCE_OK)
		trend_take(&watch->orphans, drivers_orphans(&watch->now.drivers),
			   watch->now.elapsed_ms);
	if (watch->now.probe.state == SOURCE_OK)
		trend_take(&watch->lowest, watch->now.lowest_free, watch->now.elapsed_ms);
	watch->remark = find_remark(watch);
	add_point(watch);
	return err;
}
