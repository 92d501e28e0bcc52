// SPDX-License-Identifier: MIT
#include <config.h>

/* amdfence-json(5) says what each member means. */
#include "model/evidence.h"
#include "render/render.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>

/* Of the drivers leaked before: all of them may be a quarter of a million. */
#define MOST_EARLIER 1000

/* Bytes of the character that @text begins with, 0 if it is not well-formed UTF-8. */
static size_t utf8_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;

	/* no continuation, nothing too long, no surrogates, nothing beyond U+10FFFF */
	if ((byte[0] >= 0x80 && byte[0] < 0xc2) || byte[0] > 0xf4 ||
	    (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

/*
 * Text from elsewhere. json-c passes on what is no UTF-8 and so no JSON, and
 * DEL and U+0080 to U+009F, which are commands to some terminals.
 */
static struct json_object *foreign_text(const char *text)
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

static struct json_object *text_or_null(const char *text)
{
	return text[0] ? json_object_new_string(text) : NULL;
}

/* 64-bit values are strings: common readers of JSON round them. */
static struct json_object *hex(uint64_t value)
{
	char text[19];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_object_new_string(text);
}

static struct json_object *device(const struct gpu_snapshot *gpu)
{
	struct json_object *object = json_object_new_object();
	char version[40], id[16];

	snprintf(version, sizeof(version), "%u.%u.%u", gpu->info.drm_major, gpu->info.drm_minor,
		 gpu->info.drm_patch);
	snprintf(id, sizeof(id), "0x%04x", gpu->info.device_id);
	json_object_object_add(object, "node", foreign_text(gpu->node));
	json_object_object_add(object, "pci", text_or_null(gpu->pci));
	json_object_object_add(object, "name", foreign_text(gpu->name));
	json_object_object_add(object, "device_id", json_object_new_string(id));
	json_object_object_add(object, "driver_version", json_object_new_string(version));
	json_object_object_add(object, "slots", json_object_new_int64(gpu->info.seq64_slots));
	return object;
}

static struct json_object *driver_object(const struct auq_fence_driver *driver)
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
	json_object_object_add(object, "va", hex(driver->va));
	json_object_object_add(object, "context", hex(driver->context));
	json_object_object_add(object, "value", hex(driver->value));
	json_object_object_add(object, "doorbell", hex(driver->doorbell));
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		json_object_object_add(object, counts[i].key,
				       json_object_new_int64(counts[i].value));
	json_object_object_add(object, "comm", foreign_text(driver->comm));
	return object;
}

/* What each source says of the trials of one defect. */
static struct json_object *tallies(const struct report *report, const struct finding *finding)
{
	struct json_object *object = json_object_new_object();

	for (unsigned source = 0; source < NUM_EVIDENCE; source++) {
		struct json_object *tally;

		if (!report->use[source])
			continue;
		tally = json_object_new_object();
		json_object_object_add(tally, "leaked",
				       json_object_new_int64(finding->by[source].leaked));
		json_object_object_add(tally, "unknown",
				       json_object_new_int64(finding->by[source].unknown));
		json_object_object_add(object, evidence_name(source), tally);
	}
	return object;
}

static struct json_object *listing(const struct report *report)
{
	static const char *const states[] = {
		[SOURCE_OK] = "ok",
		[SOURCE_ABSENT] = "absent",
		[SOURCE_DENIED] = "denied",
		[SOURCE_BROKEN] = "broken",
	};
	struct json_object *object, *earlier, *error = NULL;
	const struct auq_fence_driver *driver;
	uint32_t index = 0;

	if (report->before.state == SOURCE_UNASKED)
		return NULL;
	object = json_object_new_object();
	if (report->before.err || report->after.err)
		error = json_object_new_string(
			auq_strerror(report->before.err ? report->before.err : report->after.err));
	json_object_object_add(object, "file", foreign_text(report->gpu.listing));
	json_object_object_add(object, "state",
			       json_object_new_string(states[report->before.state]));
	json_object_object_add(object, "error", error);
	if (report->before.state != SOURCE_OK)
		return object;
	json_object_object_add(object, "drivers_before",
			       json_object_new_int64(auq_listing_count(report->before.listing)));
	json_object_object_add(object, "used_before",
			       json_object_new_int64(auq_listing_used(report->before.listing)));
	json_object_object_add(object, "leaked_before",
			       report->after.state == SOURCE_OK
				       ? json_object_new_int64(evidence_count_earlier(report))
				       : NULL);
	earlier = json_object_new_array();
	while (json_object_array_length(earlier) < MOST_EARLIER &&
	       (driver = evidence_next_earlier(report, &index)))
		json_object_array_add(earlier, driver_object(driver));
	json_object_object_add(object, "earlier", earlier);
	return object;
}

static struct json_object *trial(const struct report *report, const struct finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct json_object *slots = json_object_new_array_ext(finding->run);
	struct json_object *drivers = json_object_new_array_ext(finding->num_drivers);

	for (unsigned i = 0; i < finding->run; i++)
		json_object_array_add(slots, json_object_new_int64(finding->outcomes[i].slot));
	for (unsigned i = 0; i < finding->num_drivers; i++)
		json_object_array_add(drivers, driver_object(&finding->drivers[i]));
	json_object_object_add(object, "id", json_object_new_string(finding->defect->id));
	json_object_object_add(object, "title", json_object_new_string(finding->defect->title));
	json_object_object_add(object, "expected",
			       json_object_new_string(verdict_name(finding->expected)));
	json_object_object_add(object, "verdict",
			       json_object_new_string(verdict_name(finding->verdict)));
	json_object_object_add(object, "run", json_object_new_int64(finding->run));
	json_object_object_add(object, "leaked", json_object_new_int64(finding->leaked));
	json_object_object_add(object, "unknown", json_object_new_int64(finding->unknown));
	json_object_object_add(object, "foreign", json_object_new_int64(finding->foreign));
	json_object_object_add(object, "slots", slots);
	json_object_object_add(object, "evidence", tallies(report, finding));
	json_object_object_add(object, "disagree", json_object_new_int64(finding->disagree));
	json_object_object_add(object, "drivers", drivers);
	json_object_object_add(object, "skipped", text_or_null(finding->skipped));
	json_object_object_add(object, "error", text_or_null(finding->error));
	return object;
}

static struct json_object *whole(const struct report *report)
{
	struct json_object *root = json_object_new_object();
	struct json_object *tool = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	struct json_object *cost = json_object_new_object();
	struct json_object *trials = json_object_new_array();

	json_object_object_add(tool, "name", json_object_new_string("amdfence"));
	json_object_object_add(tool, "version", json_object_new_string(PACKAGE_VERSION));
	json_object_object_add(kernel, "release", json_object_new_string(report->system.release));
	json_object_object_add(cost, "planned", hex(report->cost_planned));
	json_object_object_add(cost, "actual", hex(report->cost_actual));
	for (unsigned i = 0; i < catalogue_size; i++)
		json_object_array_add(trials, trial(report, &report->findings[i]));

	json_object_object_add(root, "schema", json_object_new_int(1));
	json_object_object_add(root, "tool", tool);
	json_object_object_add(root, "simulated",
			       json_object_new_boolean(report->system.simulated));
	json_object_object_add(root, "kernel", kernel);
	json_object_object_add(root, "device", device(&report->gpu));
	json_object_object_add(root, "ip", json_object_new_string(ip_name(report->ip)));
	json_object_object_add(root, "listing", listing(report));
	json_object_object_add(root, "trials", trials);
	json_object_object_add(root, "settle_ms", json_object_new_int64(report->settle_ms));
	json_object_object_add(root, "cost", cost);
	json_object_object_add(root, "interrupted", json_object_new_boolean(report->interrupted));
	json_object_object_add(root, "verdict",
			       json_object_new_string(verdict_name(report->verdict)));
	return root;
}

int render_report_json(const struct report *report, FILE *out)
{
	struct json_object *root = whole(report);
	const char *text = json_object_to_json_string_ext(
		root,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
