// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/dump-names.h"
#include "render/json.h"
#include "render/render.h"

#include <inttypes.h>

static void add(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_number(struct json_object *object, const char *key, int64_t number)
{
	add(object, key, json_object_new_int64(number));
}

static void add_flag(struct json_object *object, const char *key, bool flag)
{
	add(object, key, json_object_new_boolean(flag));
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	add(object, key, json_object_new_string(text));
}

/* An object of something that could be read or not. */
static struct json_object *source_object(const struct source *source)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "state", source_state_name(source->state));
	add(object, "error", json_foreign(source->error));
	return object;
}

static struct json_object *kernel(const struct dump *dump)
{
	struct json_object *object = json_object_new_object();
	struct json_object *taint = source_object(&dump->taint_source);
	char letters[65];

	if (dump->taint_source.state == SOURCE_OK) {
		dump_taint_letters(dump->taint, letters);
		add(taint, "value", json_hex(dump->taint));
		add_text(taint, "letters", letters);
	}
	add(object, "release", json_foreign(dump->release));
	add(object, "version", json_foreign(dump->version));
	add(object, "taint", taint);
	add(object, "panic_on_warn",
	    dump->panic_on_warn.state == SOURCE_OK
		    ? json_object_new_boolean(dump->panic_on_warn.value)
		    : NULL);
	return object;
}

static struct json_object *pairs_object(const struct pairs *pairs)
{
	struct json_object *object = source_object(&pairs->source);
	struct json_object *values = json_object_new_object();

	for (unsigned i = 0; i < pairs->num; i++)
		add(values, pairs->items[i].name, json_foreign(pairs->items[i].value));
	add(object, "values", values);
	return object;
}

static struct json_object *device(const struct dump *dump)
{
	struct json_object *object = json_object_new_object();

	add(object, "node", json_foreign(dump->node));
	add(object, "pci", json_foreign(dump->pci));
	add(object, "name", json_foreign(dump->name));
	add(object, "device_id", json_foreign(dump->device_id));
	add(object, "driver_version", json_foreign(dump->driver_version));
	add_number(object, "slots", dump->slots);
	return object;
}

static struct json_object *queues(const struct queues *queues)
{
	struct json_object *object = source_object(&queues->source);
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < queues->num; i++)
		json_object_array_add(array, json_queue(&queues->items[i]));
	add(object, "queues", array);
	add_number(object, "left_out", queues->left_out);
	return object;
}

static struct json_object *listing(const struct drivers *drivers)
{
	struct json_object *object = source_object(&drivers->source);
	struct json_object *owners = json_object_new_array(), *array = json_object_new_array();

	add(object, "file", json_foreign(drivers->file));
	if (drivers->source.state == SOURCE_OK) {
		add_number(object, "used", drivers->used);
		add_number(object, "total", drivers->total);
		add_number(object, "count", drivers->count);
		add_number(object, "live", drivers->live);
		add_number(object, "leaked", drivers->leaked);
	}
	for (unsigned i = 0; i < drivers->num_owners; i++) {
		struct json_object *owner = json_owner(&drivers->owners[i]);

		add(owner, "comm", json_foreign(drivers->owners[i].comm));
		json_object_array_add(owners, owner);
	}
	for (unsigned i = 0; i < drivers->num; i++) {
		struct json_object *driver = json_driver(&drivers->items[i]);

		add_flag(driver, "live", drivers->items[i].live);
		add_flag(driver, "leaked", drivers->is_leaked[i]);
		json_object_array_add(array, driver);
	}
	add(object, "owners", owners);
	add_number(object, "owners_left_out", drivers->owners_left_out);
	add(object, "drivers", array);
	add_number(object, "left_out", drivers->left_out);
	return object;
}

static struct json_object *log_object(const struct driver_log *log)
{
	struct json_object *object = source_object(&log->source);
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < log->num; i++) {
		struct json_object *line = json_object_new_object();

		add(line, "us", json_hex(log->lines[i].us));
		add_number(line, "level", log->lines[i].level);
		add(line, "text", json_foreign(log->lines[i].text));
		json_object_array_add(array, line);
	}
	add(object, "lines", array);
	return object;
}

static struct json_object *leak_check(const struct dump *dump)
{
	struct json_object *object, *array;

	if (!dump->checked)
		return NULL;
	object = json_object_new_object();
	array = json_object_new_array();
	for (unsigned i = 0; i < dump->num_trials; i++) {
		const struct dump_trial *trial = &dump->trials[i];
		struct json_object *row = json_object_new_object();
		struct json_object *slots = json_object_new_array();

		add(row, "id", json_foreign(trial->id));
		add(row, "title", json_foreign(trial->title));
		add_text(row, "expected", verdict_name(trial->expected));
		add_text(row, "verdict", verdict_name(trial->verdict));
		add_number(row, "run", trial->run);
		add_number(row, "leaked", trial->leaked);
		for (unsigned j = 0; j < trial->num_slots; j++)
			json_object_array_add(slots, json_object_new_int64(trial->slots[j]));
		add(row, "slots", slots);
		add(row, "skipped", json_foreign(trial->skipped));
		json_object_array_add(array, row);
	}
	add_text(object, "verdict", verdict_name(dump->check_verdict));
	add(object, "cost", json_hex(dump->check_cost));
	add(object, "trials", array);
	return object;
}

int render_dump_json(const struct dump *dump, FILE *out)
{
	struct json_object *root = json_object_new_object();
	struct json_object *system = json_object_new_object();
	struct json_object *libdrm = json_object_new_object();
	char time[32];

	render_time(dump->time, time);
	add(system, "os", json_foreign(dump->os));
	add(system, "machine", json_foreign(dump->machine));
	add(libdrm, "built_with", json_foreign(dump->libdrm_built));
	add(libdrm, "file", json_foreign(dump->libdrm_file));

	add_number(root, "schema", 1);
	add_text(root, "kind", "dump");
	add(root, "tool", json_tool());
	add_text(root, "time", time);
	add_flag(root, "simulated", dump->simulated);
	add_flag(root, "redacted", dump->redacted);
	add_text(root, "verdict", verdict_name(dump_verdict(dump)));
	add(root, "system", system);
	add(root, "kernel", kernel(dump));
	add(root, "libdrm", libdrm);
	add(root, "device", device(dump));
	add(root, "engines", json_engines(dump->ip));
	add(root, "defects", json_defects(dump->traits));
	add(root, "parameters", pairs_object(&dump->parameters));
	add(root, "firmware", pairs_object(&dump->firmware));
	add(root, "queues", queues(&dump->queues));
	add(root, "listing", listing(&dump->drivers));
	add(root, "log", log_object(&dump->log));
	add(root, "leak_check", leak_check(dump));
	return json_print(root, out);
}
