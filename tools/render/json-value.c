// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/catalogue.h"
#include "render/dump-names.h"
#include "render/json.h"
#include "render/render.h"
#include "render/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct json_object *json_foreign(const char *text)
{
	struct json_object *object;
	char *clean = NULL;
	size_t size, length;
	FILE *out;

	if (!text[0])
		return NULL;
	out = open_memstream(&clean, &size);
	if (!out)
		return NULL;
	for (; *text; text += length ? length : 1) {
		bool control = *text == 0x7f || (text[0] == '\xc2' && text[1] < '\xa0');

		length = utf8_length(text);
		if (length && !control)
			fwrite(text, 1, length, out);
		else
			fputs("\ufffd", out);
	}
	object = fclose(out) ? NULL : json_object_new_string(clean);
	free(clean);
	return object;
}

struct json_object *json_text_or_null(const char *text)
{
	return text[0] ? json_object_new_string(text) : NULL;
}

struct json_object *json_hex(uint64_t value)
{
	char text[19];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_object_new_string(text);
}

struct json_object *json_driver(const struct auq_fence_driver *driver)
{
	const struct {
		const char *key;
		int64_t value;
	} counts[] = {
		{"refs", driver->refs},
		{"fences", driver->fences},
		{"waitq", driver->waitq},
		{"inherited", driver->inherited},
		{"unaccounted", auq_fence_driver_unaccounted(driver)},
		{"pending", driver->pending},
		{"pid", driver->pid},
	};
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "slot", json_object_new_int64(driver->slot));
	json_object_object_add(object, "va", json_hex(driver->va));
	json_object_object_add(object, "context", json_hex(driver->context));
	json_object_object_add(object, "value", json_hex(driver->value));
	json_object_object_add(object, "doorbell", json_hex(driver->doorbell));
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_object_add(object, counts[i].key,
				       json_object_new_int64(counts[i].value));
	json_object_object_add(object, "comm", json_foreign(driver->comm));
	return object;
}

struct json_object *json_owner(const struct owner *owner)
{
	const struct {
		const char *key;
		int64_t value;
	} counts[] = {
		{"processes", owner->processes},
		{"drivers", owner->drivers},
		{"live", owner->live},
		{"leaked", owner->leaked},
		{"refs", (int64_t)owner->refs},
		{"fences", (int64_t)owner->fences},
		{"waitq", (int64_t)owner->waitq},
		{"inherited", (int64_t)owner->inherited},
		{"unaccounted", owner->unaccounted},
		{"pending", (int64_t)owner->pending},
	};
	struct json_object *object = json_object_new_object();

	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_object_add(object, counts[i].key,
				       json_object_new_int64(counts[i].value));
	return object;
}

struct json_object *json_queue(const struct queue_entry *queue)
{
	struct json_object *object = json_object_new_object();
	const char *ip = queue->ip < 0 ? "" : ip_name((enum auq_ip)queue->ip);

	json_object_object_add(object, "client", json_hex(queue->client));
	json_object_object_add(object, "queue", json_object_new_int64(queue->queue));
	json_object_object_add(object, "pid", json_object_new_int64(queue->pid));
	json_object_object_add(object, "comm", json_foreign(queue->comm));
	json_object_object_add(object, "ip", json_text_or_null(ip));
	json_object_object_add(object, "mqd", json_hex(queue->mqd));
	return object;
}

struct json_object *json_engines(const enum auq_ip_state states[AUQ_NUM_IPS])
{
	struct json_object *array = json_object_new_array();

	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++) {
		struct json_object *object = json_object_new_object();

		json_object_object_add(object, "name", json_object_new_string(ip_name(ip)));
		json_object_object_add(object, "state",
				       json_object_new_string(engine_state_name(states[ip])));
		json_object_object_add(object, "reason",
				       json_object_new_string(ip_state_text(states[ip])));
		json_object_array_add(array, object);
	}
	return array;
}

struct json_object *json_defects(const enum auq_answer traits[AUQ_NUM_TRAITS])
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct defect *defect = &catalogue[i];
		struct json_object *object;

		if (defect->trait == DEFECT_CONTROL)
			continue;
		object = json_object_new_object();
		json_object_object_add(object, "id", json_object_new_string(defect->id));
		json_object_object_add(object, "title", json_object_new_string(defect->title));
		json_object_object_add(object, "answer",
				       json_object_new_string(answer_name(traits[defect->trait])));
		json_object_array_add(array, object);
	}
	return array;
}

struct json_object *json_tool(void)
{
	struct json_object *tool = json_object_new_object();

	json_object_object_add(tool, "name", json_object_new_string("amdfence"));
	json_object_object_add(tool, "version", json_object_new_string(PACKAGE_VERSION));
	return tool;
}

int json_print(struct json_object *root, FILE *out)
{
	const char *text = json_object_to_json_string_ext(
		root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
