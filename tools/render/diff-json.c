// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/json.h"
#include "render/render.h"

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static struct json_object *side(const struct dump *dump)
{
	struct json_object *object = json_object_new_object();
	const struct drivers *drivers = &dump->drivers;
	bool known = drivers->source.state == SOURCE_OK;
	char time[32];

	render_time(dump->time, time);
	add(object, "time", json_object_new_string(time));
	add(object, "release", json_foreign(dump->release));
	add(object, "redacted", json_object_new_boolean(dump->redacted));
	add(object, "used", known ? json_object_new_int64(drivers->used) : NULL);
	add(object, "count", known ? json_object_new_int64(drivers->count) : NULL);
	add(object, "leaked", known ? json_object_new_int64(drivers->leaked) : NULL);
	return object;
}

static struct json_object *owners(const struct diff *diff)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < diff->num_owners; i++) {
		const struct owner_change *change = &diff->owners[i];
		struct json_object *object = json_object_new_object();

		add(object, "comm", json_foreign(change->comm));
		add(object, "before", json_owner(&change->before));
		add(object, "after", json_owner(&change->after));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *drivers(const struct auq_fence_driver *const *drivers, unsigned num)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < num; i++)
		json_object_array_add(array, json_driver(drivers[i]));
	return array;
}

static struct json_object *queues(const struct queue_entry *const *queues, unsigned num)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < num; i++)
		json_object_array_add(array, json_queue(queues[i]));
	return array;
}

static struct json_object *values(const struct diff *diff)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < diff->num_values; i++) {
		struct json_object *object = json_object_new_object();

		add(object, "name", json_foreign(diff->values[i].name));
		add(object, "before", json_foreign(diff->values[i].before));
		add(object, "after", json_foreign(diff->values[i].after));
		json_object_array_add(array, object);
	}
	return array;
}

int render_diff_json(const struct diff *diff, FILE *out)
{
	struct json_object *root = json_object_new_object();

	add(root, "schema", json_object_new_int(1));
	add(root, "kind", json_object_new_string("diff"));
	add(root, "tool", json_tool());
	add(root, "simulated",
	    json_object_new_boolean(diff->before->simulated || diff->after->simulated));
	add(root, "growth", json_object_new_string(growth_name(diff->growth)));
	add(root, "new_leaked", json_object_new_int64(diff->new_leaked));
	add(root, "before", side(diff->before));
	add(root, "after", side(diff->after));
	add(root, "owners", owners(diff));
	add(root, "appeared", drivers(diff->appeared, diff->num_appeared));
	add(root, "vanished", drivers(diff->vanished, diff->num_vanished));
	add(root, "partial", json_object_new_boolean(diff->is_partial));
	add(root, "queues_appeared", queues(diff->queues_appeared, diff->num_queues_appeared));
	add(root, "queues_vanished", queues(diff->queues_vanished, diff->num_queues_vanished));
	add(root, "changed", values(diff));
	return json_print(root, out);
}
