// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/json.h"
#include "render/render.h"

#include <errno.h>

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_number(struct json_object *object, const char *key, int64_t number)
{
	add(object, key, json_object_new_int64(number));
}

static struct json_object *number_or_null(bool known, int64_t number)
{
	return known ? json_object_new_int64(number) : NULL;
}

static struct json_object *slots(const struct watch_view *view)
{
	static const char *const names[] = {
		[SLOTS_UNKNOWN] = "unknown",
		[SLOTS_AT_LEAST] = "at-least",
		[SLOTS_EXACTLY] = "exact",
	};
	const struct watch *watch = view->watch;
	struct json_object *object = json_object_new_object();
	uint32_t used = 0;
	enum slot_count kind = watch_slots(watch, &used);
	int64_t growth = 0;
	bool grows = watch_slots_growth(watch, &growth);

	add(object, "total", json_object_new_int64(view->gpu->info.seq64_slots));
	add(object, "known", json_object_new_string(names[kind]));
	add(object, "used", number_or_null(kind != SLOTS_UNKNOWN, used));
	add(object, "growth", number_or_null(grows, growth));
	add(object, "error", kind == SLOTS_UNKNOWN ? json_foreign(watch->now.probe.error) : NULL);
	return object;
}

static struct json_object *owners(const struct watch *watch)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < watch->num_owners; i++) {
		const struct owner_change *change = &watch->owners[i];
		const struct owner *before = &change->before, *after = &change->after;
		struct json_object *object = json_owner(after);
		struct json_object *growth = json_object_new_object();

		add_number(growth, "drivers", (int64_t)after->drivers - before->drivers);
		add_number(growth, "orphans",
			   (int64_t)owner_orphans(after) - owner_orphans(before));
		add_number(growth, "leaked", (int64_t)after->leaked - before->leaked);
		add_number(growth, "refs", (int64_t)(after->refs - before->refs));
		add(object, "comm", json_foreign(change->comm));
		add(object, "growth", growth);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *source_object(const struct source *source)
{
	struct json_object *object = json_object_new_object();

	add(object, "state", json_object_new_string(source_state_name(source->state)));
	add(object, "error", json_foreign(source->error));
	return object;
}

static struct json_object *drivers(const struct watch *watch)
{
	const struct drivers *now = &watch->now.drivers;
	struct json_object *object = source_object(&now->source);
	bool known = now->source.state == SOURCE_OK;

	add(object, "count", number_or_null(known, now->count));
	add(object, "live", number_or_null(known, now->live));
	add(object, "orphans", number_or_null(known, drivers_orphans(now)));
	add(object, "leaked", number_or_null(known, now->leaked));
	add(object, "refs", number_or_null(known, (int64_t)drivers_refs(now)));
	add(object, "owners", owners(watch));
	add_number(object, "owners_left_out", now->owners_left_out);
	return object;
}

static struct json_object *queues(const struct watch *watch)
{
	const struct queues *now = &watch->now.queues;
	struct json_object *object = source_object(&now->source);
	struct json_object *array = json_object_new_array();
	bool known = now->source.state == SOURCE_OK;

	add(object, "count", number_or_null(known, now->num + now->left_out));
	for (unsigned i = 0; i < watch->num_clients; i++) {
		const struct client_change *change = &watch->clients[i];
		struct json_object *client = json_object_new_object();

		add(client, "client", json_hex(change->client));
		add_number(client, "pid", change->pid);
		add(client, "comm", json_foreign(change->comm));
		add_number(client, "count", change->after);
		add_number(client, "growth", (int64_t)change->after - change->before);
		json_object_array_add(array, client);
	}
	add(object, "clients", array);
	add_number(object, "left_out", now->left_out);
	return object;
}

static struct json_object *remark(const struct watch *watch)
{
	const struct trend *trend = watch_trend(watch);
	struct json_object *object;

	if (!trend)
		return NULL;
	object = json_object_new_object();
	add(object, "what", json_object_new_string(remark_name(watch->remark)));
	add_number(object, "from", trend->from);
	add_number(object, "to", trend->to);
	add_number(object, "ms", (int64_t)(trend->to_ms - trend->from_ms));
	return object;
}

int render_watch_json(const struct watch_view *view, FILE *out)
{
	const struct watch *watch = view->watch;
	struct json_object *root = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	char time[32];
	const char *text;

	render_time(watch->now.time_ms / 1000, time);
	add(kernel, "release", json_object_new_string(view->system->release));
	add(root, "schema", json_object_new_int(1));
	add(root, "kind", json_object_new_string("watch"));
	add(root, "tool", json_tool());
	add(root, "time", json_object_new_string(time));
	add(root, "simulated", json_object_new_boolean(view->system->simulated));
	add(root, "kernel", kernel);
	add(root, "device", json_device(view->gpu));
	add_number(root, "sample", (int64_t)watch->samples);
	add_number(root, "elapsed_ms", (int64_t)watch->now.elapsed_ms);
	add(root, "slots", slots(view));
	add(root, "listing", drivers(watch));
	add(root, "queues", queues(watch));
	add(root, "remark", remark(watch));
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
