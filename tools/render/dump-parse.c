// SPDX-License-Identifier: MIT
/* The file comes from whoever wrote it: nothing in it is believed. */
#include <config.h>

#include "model/catalogue.h"
#include "render/dump-names.h"
#include "render/json.h"
#include "render/render.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * What json-c makes of "{}," takes 250 times the text: objects and values are counted before. A
 * dump has one object for each of these, of some 15 values.
 */
#define MOST_OBJECTS (2 * (DUMP_MOST_DRIVERS + DUMP_MOST_OWNERS + DUMP_MOST_QUEUES))
#define MOST_VALUES  (20 * MOST_OBJECTS)
#define MOST_DEPTH   16          /* a dump has 5 */
#define MOST_COUNT   (1ll << 53) /* of 262144 drivers with 2^32 references each, 2^50 */

/* Where it is read, and the first thing that was wrong: then nothing more is read. */
struct reader {
	const char *where; /* the object that the next keys are of, with a dot behind */
	char *why;
	size_t room;
	bool is_bad;
};

static void __attribute__((format(printf, 2, 3)))
fail(struct reader *reader, const char *format, ...)
{
	va_list args;

	if (reader->is_bad)
		return;
	reader->is_bad = true;
	va_start(args, format);
	vsnprintf(reader->why, reader->room, format, args);
	va_end(args);
	/* Keys may be in it, which the file has made up. */
	for (char *c = reader->why; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
}

/* NULL also for null. */
static struct json_object *get(struct reader *reader, struct json_object *object, const char *key,
			       enum json_type type, const char *kind)
{
	struct json_object *value = NULL;

	if (reader->is_bad)
		return NULL;
	if (!json_object_object_get_ex(object, key, &value))
		fail(reader, "%s%s is missing", reader->where, key);
	else if (value && !json_object_is_type(value, type))
		fail(reader, "%s%s is not %s", reader->where, key, kind);
	return reader->is_bad ? NULL : value;
}

/* It must not be null. @where is what it is called in messages. */
static struct json_object *get_object(struct reader *reader, struct json_object *object,
				      const char *key, const char *where)
{
	struct json_object *value = get(reader, object, key, json_type_object, "an object");

	if (!value)
		fail(reader, "%s%s is not an object", reader->where, key);
	reader->where = where;
	return value;
}

/* With at most @most values of @type in it; NULL if something is wrong. */
static struct json_object *get_array_of(struct reader *reader, struct json_object *object,
					const char *key, enum json_type type, size_t most)
{
	struct json_object *array = get(reader, object, key, json_type_array, "an array");

	if (!array) {
		fail(reader, "%s%s is not an array", reader->where, key);
		return NULL;
	}
	if (json_object_array_length(array) > most)
		fail(reader, "%s%s has more than %zu members", reader->where, key, most);
	for (size_t i = 0; i < json_object_array_length(array) && !reader->is_bad; i++)
		if (!json_object_is_type(json_object_array_get_idx(array, i), type))
			fail(reader, "%s%s has a member that is not %s", reader->where, key,
			     type == json_type_int ? "a whole number" : "an object");
	return reader->is_bad ? NULL : array;
}

static struct json_object *get_array(struct reader *reader, struct json_object *object,
				     const char *key, size_t most)
{
	return get_array_of(reader, object, key, json_type_object, most);
}

static void *make_array(struct reader *reader, struct json_object *array, size_t size)
{
	void *items = calloc((array ? json_object_array_length(array) : 0) + 1, size);

	if (!items)
		fail(reader, "%s", strerror(ENOMEM));
	return items;
}

static bool read_flag(struct reader *reader, struct json_object *object, const char *key)
{
	struct json_object *value = get(reader, object, key, json_type_boolean, "true or false");

	if (!value)
		fail(reader, "%s%s is not true or false", reader->where, key);
	return json_object_get_boolean(value);
}

static int64_t read_number(struct reader *reader, struct json_object *object, const char *key,
			   int64_t low, int64_t high)
{
	struct json_object *value = get(reader, object, key, json_type_int, "a whole number");
	int64_t number = json_object_get_int64(value);

	if (!value)
		fail(reader, "%s%s is not a whole number", reader->where, key);
	if (number < low || number > high)
		fail(reader, "%s%s is out of range", reader->where, key);
	return number;
}

static uint32_t read_u32(struct reader *reader, struct json_object *object, const char *key)
{
	return (uint32_t)read_number(reader, object, key, 0, UINT32_MAX);
}

static uint64_t read_count(struct reader *reader, struct json_object *object, const char *key)
{
	return (uint64_t)read_number(reader, object, key, 0, MOST_COUNT);
}

/* What is longer is cut off, at the beginning of a character; null is "". */
static void read_text(struct reader *reader, struct json_object *object, const char *key, char *to,
		      size_t size)
{
	struct json_object *value = get(reader, object, key, json_type_string, "a text");
	const char *text = value ? json_object_get_string(value) : "";
	size_t length = strlen(text);

	if (value && length != (size_t)json_object_get_string_len(value))
		fail(reader, "%s%s has a NUL", reader->where, key);
	if (length >= size)
		for (length = size - 1; length && (text[length] & 0xc0) == 0x80;)
			length--;
	memcpy(to, text, length);
	to[length] = '\0';
}

static uint64_t read_hex(struct reader *reader, struct json_object *object, const char *key)
{
	char text[20], *end;
	uint64_t number;

	read_text(reader, object, key, text, sizeof(text));
	number = strtoull(text[0] ? text + 2 : text, &end, 16);
	if (strncmp(text, "0x", 2) != 0 || strlen(text) > 18 ||
	    strspn(text + 2, "0123456789abcdef") != strlen(text + 2) || end == text + 2)
		fail(reader, "%s%s is not a hexadecimal number", reader->where, key);
	return number;
}

/* The index of the word in @names, which has @num. */
static int read_word(struct reader *reader, struct json_object *object, const char *key,
		     const char *(*name)(int), int num)
{
	char text[32];

	read_text(reader, object, key, text, sizeof(text));
	for (int i = 0; i < num; i++)
		if (strcmp(text, name(i)) == 0)
			return i;
	fail(reader, "%s%s has no meaning", reader->where, key);
	return 0;
}

static const char *name_of_state(int i)
{
	return source_state_name((enum source_state)i);
}

static const char *name_of_verdict(int i)
{
	return verdict_name((enum verdict)i);
}

static const char *name_of_engine_state(int i)
{
	return engine_state_name((enum auq_ip_state)i);
}

static const char *name_of_answer(int i)
{
	return answer_name((enum auq_answer)i);
}

static const char *name_of_ip(int i)
{
	return ip_name((enum auq_ip)i);
}

static enum verdict read_verdict(struct reader *reader, struct json_object *object, const char *key)
{
	return (enum verdict)read_word(reader, object, key, name_of_verdict, VERDICT_UNKNOWN + 1);
}

static void read_source(struct reader *reader, struct json_object *object, struct source *source)
{
	source->state = (enum source_state)read_word(reader, object, "state", name_of_state,
						     SOURCE_UNASKED);
	read_text(reader, object, "error", source->error, sizeof(source->error));
}

/* ---- its parts ------------------------------------------------------------ */

static void read_time(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct tm utc = {0};
	const char *end;
	char text[40];

	read_text(reader, root, "time", text, sizeof(text));
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	if (!end || *end)
		fail(reader, "time is none");
	dump->time = timegm(&utc);
}

static void read_kernel(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *kernel = get_object(reader, root, "kernel", "kernel."), *taint, *panic;

	read_text(reader, kernel, "release", dump->release, sizeof(dump->release));
	read_text(reader, kernel, "version", dump->version, sizeof(dump->version));
	panic = get(reader, kernel, "panic_on_warn", json_type_boolean, "true or false");
	dump->panic_on_warn.state = panic ? SOURCE_OK : SOURCE_ABSENT;
	dump->panic_on_warn.value = json_object_get_boolean(panic);
	taint = get_object(reader, kernel, "taint", "kernel.taint.");
	read_source(reader, taint, &dump->taint_source);
	if (dump->taint_source.state == SOURCE_OK)
		dump->taint = read_hex(reader, taint, "value");
}

static void read_system(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *object = get_object(reader, root, "system", "system.");

	read_text(reader, object, "os", dump->os, sizeof(dump->os));
	read_text(reader, object, "machine", dump->machine, sizeof(dump->machine));
	reader->where = "";
	object = get_object(reader, root, "libdrm", "libdrm.");
	read_text(reader, object, "built_with", dump->libdrm_built, sizeof(dump->libdrm_built));
	read_text(reader, object, "file", dump->libdrm_file, sizeof(dump->libdrm_file));
}

static void read_device(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *object = get_object(reader, root, "device", "device."), *array;

	read_text(reader, object, "node", dump->node, sizeof(dump->node));
	read_text(reader, object, "pci", dump->pci, sizeof(dump->pci));
	read_text(reader, object, "name", dump->name, sizeof(dump->name));
	read_text(reader, object, "device_id", dump->device_id, sizeof(dump->device_id));
	read_text(reader, object, "driver_version", dump->driver_version,
		  sizeof(dump->driver_version));
	dump->slots = read_u32(reader, object, "slots");

	reader->where = "";
	array = get_array(reader, root, "engines", AUQ_NUM_IPS);
	reader->where = "engines[].";
	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		object = json_object_array_get_idx(array, i);
		dump->ip[read_word(reader, object, "name", name_of_ip, AUQ_NUM_IPS)] =
			(enum auq_ip_state)read_word(reader, object, "state", name_of_engine_state,
						     AUQ_IP_UNSUPPORTED + 1);
	}
}

/* Those that only another version of amdfence knows are left out. */
static void read_defects(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *array = get_array(reader, root, "defects", 100);

	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		dump->traits[i] = AUQ_UNKNOWN;
	reader->where = "defects[].";
	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		struct json_object *object = json_object_array_get_idx(array, i);
		const struct defect *defect;
		int answer;
		char id[16];

		read_text(reader, object, "id", id, sizeof(id));
		answer = read_word(reader, object, "answer", name_of_answer, AUQ_UNKNOWN + 1);
		defect = catalogue_find(id);
		if (defect && defect->trait != DEFECT_CONTROL)
			dump->traits[defect->trait] = (enum auq_answer)answer;
	}
}

static void read_pairs(struct reader *reader, struct json_object *root, const char *key,
		       const char *where, struct pairs *pairs)
{
	struct json_object *object = get_object(reader, root, key, where), *values;

	read_source(reader, object, &pairs->source);
	values = get_object(reader, object, "values", where);
	if (!values)
		return;
	if (json_object_object_length(values) > DUMP_MOST_PAIRS) {
		fail(reader, "%svalues has more than %d members", where, DUMP_MOST_PAIRS);
		return;
	}
	pairs->items = calloc((size_t)json_object_object_length(values) + 1, sizeof(*pairs->items));
	if (!pairs->items) {
		fail(reader, "%s", strerror(ENOMEM));
		return;
	}
	json_object_object_foreach(values, name, value) {
		struct pair *pair = &pairs->items[pairs->num++];

		(void)value;
		if (strlen(name) >= sizeof(pair->name)) {
			fail(reader, "%svalues has a name of more than %zu bytes", where,
			     sizeof(pair->name) - 1);
			return;
		}
		strcpy(pair->name, name);
		read_text(reader, values, name, pair->value, sizeof(pair->value));
	}
}

static void read_queues(struct reader *reader, struct json_object *root, struct queues *queues)
{
	struct json_object *object = get_object(reader, root, "queues", "queues."), *array;

	read_source(reader, object, &queues->source);
	queues->left_out = read_u32(reader, object, "left_out");
	array = get_array(reader, object, "queues", DUMP_MOST_QUEUES);
	queues->items = make_array(reader, array, sizeof(*queues->items));
	reader->where = "queues.queues[].";
	for (size_t i = 0; !reader->is_bad && i < json_object_array_length(array); i++) {
		struct queue_entry *entry = &queues->items[queues->num++];

		object = json_object_array_get_idx(array, i);
		entry->client = read_hex(reader, object, "client");
		entry->queue = read_u32(reader, object, "queue");
		entry->pid = read_u32(reader, object, "pid");
		read_text(reader, object, "comm", entry->comm, sizeof(entry->comm));
		entry->ip = get(reader, object, "ip", json_type_string, "a text")
				    ? read_word(reader, object, "ip", name_of_ip, AUQ_NUM_IPS)
				    : -1;
		entry->mqd = read_hex(reader, object, "mqd");
	}
}

static void read_owner(struct reader *reader, struct json_object *object, struct owner *owner)
{
	read_text(reader, object, "comm", owner->comm, sizeof(owner->comm));
	owner->processes = read_u32(reader, object, "processes");
	owner->drivers = read_u32(reader, object, "drivers");
	owner->live = read_u32(reader, object, "live");
	owner->leaked = read_u32(reader, object, "leaked");
	owner->refs = read_count(reader, object, "refs");
	owner->fences = read_count(reader, object, "fences");
	owner->waitq = read_count(reader, object, "waitq");
	owner->inherited = read_count(reader, object, "inherited");
	owner->unaccounted = read_number(reader, object, "unaccounted", -MOST_COUNT, MOST_COUNT);
	owner->pending = read_count(reader, object, "pending");
}

static void read_driver(struct reader *reader, struct json_object *object,
			struct auq_fence_driver *driver)
{
	driver->slot = read_u32(reader, object, "slot");
	driver->va = read_hex(reader, object, "va");
	driver->context = read_hex(reader, object, "context");
	driver->value = read_hex(reader, object, "value");
	driver->doorbell = read_hex(reader, object, "doorbell");
	driver->refs = read_u32(reader, object, "refs");
	driver->live = read_flag(reader, object, "live");
	driver->fences = read_u32(reader, object, "fences");
	driver->waitq = read_u32(reader, object, "waitq");
	driver->inherited = read_u32(reader, object, "inherited");
	driver->pending = read_u32(reader, object, "pending");
	driver->pid = read_u32(reader, object, "pid");
	read_text(reader, object, "comm", driver->comm, sizeof(driver->comm));
}

static void read_listing(struct reader *reader, struct json_object *root, struct drivers *drivers)
{
	struct json_object *object = get_object(reader, root, "listing", "listing."), *owners,
			   *array;

	read_source(reader, object, &drivers->source);
	read_text(reader, object, "file", drivers->file, sizeof(drivers->file));
	if (drivers->source.state == SOURCE_OK) {
		drivers->used = read_u32(reader, object, "used");
		drivers->total = read_u32(reader, object, "total");
		drivers->count = read_u32(reader, object, "count");
		drivers->live = read_u32(reader, object, "live");
		drivers->leaked = read_u32(reader, object, "leaked");
	}
	drivers->owners_left_out = read_u32(reader, object, "owners_left_out");
	drivers->left_out = read_u32(reader, object, "left_out");
	owners = get_array(reader, object, "owners", DUMP_MOST_OWNERS);
	array = get_array(reader, object, "drivers", DUMP_MOST_DRIVERS);
	drivers->owners = make_array(reader, owners, sizeof(*drivers->owners));
	drivers->items = make_array(reader, array, sizeof(*drivers->items));
	drivers->is_leaked = make_array(reader, array, sizeof(*drivers->is_leaked));
	reader->where = "listing.owners[].";
	for (size_t i = 0; !reader->is_bad && i < json_object_array_length(owners); i++)
		read_owner(reader, json_object_array_get_idx(owners, i),
			   &drivers->owners[drivers->num_owners++]);
	reader->where = "listing.drivers[].";
	for (size_t i = 0; !reader->is_bad && i < json_object_array_length(array); i++) {
		object = json_object_array_get_idx(array, i);
		drivers->is_leaked[i] = read_flag(reader, object, "leaked");
		read_driver(reader, object, &drivers->items[drivers->num++]);
	}
}

static void read_log(struct reader *reader, struct json_object *root, struct driver_log *log)
{
	struct json_object *object = get_object(reader, root, "log", "log."), *array;

	read_source(reader, object, &log->source);
	array = get_array(reader, object, "lines", DUMP_MOST_LINES);
	log->lines = make_array(reader, array, sizeof(*log->lines));
	reader->where = "log.lines[].";
	for (size_t i = 0; !reader->is_bad && i < json_object_array_length(array); i++) {
		struct log_line *line = &log->lines[log->num++];

		object = json_object_array_get_idx(array, i);
		line->us = read_hex(reader, object, "us");
		line->level = (unsigned)read_number(reader, object, "level", 0, 7);
		read_text(reader, object, "text", line->text, sizeof(line->text));
	}
}

static void read_slots(struct reader *reader, struct json_object *object, struct dump_trial *trial)
{
	struct json_object *array =
		get_array_of(reader, object, "slots", json_type_int, DUMP_MOST_SLOTS);

	for (size_t i = 0; array && i < json_object_array_length(array); i++) {
		int64_t slot = json_object_get_int64(json_object_array_get_idx(array, i));

		if (slot < 0 || slot > UINT32_MAX)
			fail(reader, "%sslots has a member that is out of range", reader->where);
		trial->slots[trial->num_slots++] = (uint32_t)slot;
	}
}

static void read_check(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *object = get(reader, root, "leak_check", json_type_object, "an object");
	struct json_object *array;

	if (!object)
		return;
	reader->where = "leak_check.";
	dump->checked = true;
	dump->check_verdict = read_verdict(reader, object, "verdict");
	dump->check_cost = read_hex(reader, object, "cost");
	array = get_array(reader, object, "trials", 100);
	dump->trials = make_array(reader, array, sizeof(*dump->trials));
	reader->where = "leak_check.trials[].";
	for (size_t i = 0; !reader->is_bad && i < json_object_array_length(array); i++) {
		struct dump_trial *trial = &dump->trials[dump->num_trials++];

		object = json_object_array_get_idx(array, i);
		read_text(reader, object, "id", trial->id, sizeof(trial->id));
		read_text(reader, object, "title", trial->title, sizeof(trial->title));
		trial->expected = read_verdict(reader, object, "expected");
		trial->verdict = read_verdict(reader, object, "verdict");
		trial->run = read_u32(reader, object, "run");
		trial->leaked = read_u32(reader, object, "leaked");
		read_slots(reader, object, trial);
		read_text(reader, object, "skipped", trial->skipped, sizeof(trial->skipped));
	}
}

/* ---- the whole ------------------------------------------------------------ */

static void read_root(struct reader *reader, struct json_object *root, struct dump *dump)
{
	struct json_object *value;
	char kind[16];

	if (!json_object_is_type(root, json_type_object) ||
	    !json_object_object_get_ex(root, "kind", &value)) {
		fail(reader, "it is no dump");
		return;
	}
	read_text(reader, root, "kind", kind, sizeof(kind));
	if (strcmp(kind, "dump") != 0)
		fail(reader, "it is no dump");
	if (read_number(reader, root, "schema", 0, UINT32_MAX) != 1)
		fail(reader, "its schema is another than 1");
	read_time(reader, root, dump);
	dump->simulated = read_flag(reader, root, "simulated");
	dump->redacted = read_flag(reader, root, "redacted");
	read_system(reader, root, dump);
	reader->where = "";
	read_kernel(reader, root, dump);
	reader->where = "";
	read_device(reader, root, dump);
	reader->where = "";
	read_defects(reader, root, dump);
	reader->where = "";
	read_pairs(reader, root, "parameters", "parameters.", &dump->parameters);
	reader->where = "";
	read_pairs(reader, root, "firmware", "firmware.", &dump->firmware);
	reader->where = "";
	read_queues(reader, root, &dump->queues);
	reader->where = "";
	read_listing(reader, root, &dump->drivers);
	reader->where = "";
	read_log(reader, root, &dump->log);
	reader->where = "";
	read_check(reader, root, dump);
}

static bool has_too_much(const char *text, size_t size)
{
	size_t objects = 0, values = 0;
	bool in_text = false;

	for (size_t i = 0; i < size; i++) {
		if (in_text && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_text = !in_text;
		else if (!in_text && (text[i] == '{' || text[i] == '['))
			objects++;
		else if (!in_text && text[i] == ',')
			values++;
	}
	return objects > MOST_OBJECTS || values > MOST_VALUES;
}

bool parse_dump(const char *text, size_t size, struct dump *dump, char *why, size_t room)
{
	struct json_tokener *tokener = json_tokener_new_ex(MOST_DEPTH);
	struct reader reader = {.where = "", .why = why, .room = room};
	struct json_object *root = NULL;
	enum json_tokener_error error;

	*dump = (struct dump){0};
	if (!tokener) {
		fail(&reader, "%s", strerror(ENOMEM));
		return false;
	}
	if (has_too_much(text, size)) {
		fail(&reader, "it has more in it than a dump");
		json_tokener_free(tokener);
		return false;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)size);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue)
		fail(&reader, size ? "it is cut off" : "it is empty");
	else if (error != json_tokener_success)
		fail(&reader, "it is no JSON: %s, at byte %zu", json_tokener_error_desc(error),
		     json_tokener_get_parse_end(tokener));
	else
		read_root(&reader, root, dump);
	json_object_put(root);
	json_tokener_free(tokener);
	if (reader.is_bad)
		dump_fini(dump);
	return !reader.is_bad;
}
