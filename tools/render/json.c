// SPDX-License-Identifier: MIT
#include <config.h>

#include "model/evidence.h"
#include "render/json.h"
#include "render/render.h"

/* Of the drivers leaked before: all of them may be a quarter of a million. */
#define MOST_EARLIER 1000

struct json_object *json_device(const struct gpu_snapshot *gpu)
{
	struct json_object *object = json_object_new_object();
	char version[40], id[16];

	snprintf(version, sizeof(version), "%u.%u.%u", gpu->info.drm_major, gpu->info.drm_minor,
		 gpu->info.drm_patch);
	snprintf(id, sizeof(id), "0x%04x", gpu->info.device_id);
	json_object_object_add(object, "node", json_foreign(gpu->node));
	json_object_object_add(object, "pci", json_text_or_null(gpu->pci));
	json_object_object_add(object, "name", json_foreign(gpu->name));
	json_object_object_add(object, "device_id", json_object_new_string(id));
	json_object_object_add(object, "driver_version", json_object_new_string(version));
	json_object_object_add(object, "slots", json_object_new_int64(gpu->info.seq64_slots));
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

struct json_object *json_listing(const struct report *report)
{
	struct json_object *object, *earlier, *error = NULL;
	const struct auq_fence_driver *driver;
	uint32_t index = 0;

	if (report->before.state == SOURCE_UNASKED)
		return NULL;
	object = json_object_new_object();
	if (report->before.err || report->after.err)
		error = json_object_new_string(
			auq_strerror(report->before.err ? report->before.err : report->after.err));
	json_object_object_add(object, "file", json_foreign(report->gpu.listing));
	json_object_object_add(object, "state",
			       json_object_new_string(source_state_name(report->before.state)));
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
		json_object_array_add(earlier, json_driver(driver));
	json_object_object_add(object, "earlier", earlier);
	return object;
}

static struct json_object *trace(const struct report *report)
{
	struct json_object *object;

	if (report->trace.state == SOURCE_UNASKED)
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "state",
			       json_object_new_string(source_state_name(report->trace.state)));
	json_object_object_add(object, "error", json_text_or_null(report->trace.why));
	json_object_object_add(object, "events", json_hex(report->trace.events));
	json_object_object_add(object, "lost", json_hex(report->trace.lost));
	json_object_object_add(object, "tracepoints",
			       json_object_new_boolean(report->trace.has_queues));
	return object;
}

static struct json_object *json_traced(const struct traced_driver *driver)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "slot", json_object_new_int64(driver->slot));
	json_object_object_add(object, "pid", json_object_new_int64(driver->pid));
	json_object_object_add(object, "comm", json_foreign(driver->comm));
	return object;
}

static struct json_object *trial(const struct report *report, const struct finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct json_object *slots = json_object_new_array_ext(finding->run);
	struct json_object *drivers = json_object_new_array_ext(finding->num_drivers);
	struct json_object *traced = json_object_new_array_ext(finding->num_traced);

	for (unsigned i = 0; i < finding->num_traced; i++)
		json_object_array_add(traced, json_traced(&finding->traced[i]));
	for (unsigned i = 0; i < finding->run; i++)
		json_object_array_add(slots, json_object_new_int64(finding->outcomes[i].slot));
	for (unsigned i = 0; i < finding->num_drivers; i++)
		json_object_array_add(drivers, json_driver(&finding->drivers[i]));
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
	json_object_object_add(object, "traced", traced);
	json_object_object_add(object, "doubt", json_text_or_null(finding->doubt));
	json_object_object_add(object, "skipped", json_text_or_null(finding->skipped));
	json_object_object_add(object, "error", json_text_or_null(finding->error));
	return object;
}

static struct json_object *whole(const struct report *report)
{
	struct json_object *root = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	struct json_object *cost = json_object_new_object();
	struct json_object *trials = json_object_new_array();

	json_object_object_add(kernel, "release", json_object_new_string(report->system.release));
	json_object_object_add(cost, "planned", json_hex(report->cost_planned));
	json_object_object_add(cost, "actual", json_hex(report->cost_actual));
	for (unsigned i = 0; i < catalogue_size; i++)
		json_object_array_add(trials, trial(report, &report->findings[i]));

	json_object_object_add(root, "schema", json_object_new_int(1));
	json_object_object_add(root, "tool", json_tool());
	json_object_object_add(root, "simulated",
			       json_object_new_boolean(report->system.simulated));
	json_object_object_add(root, "kernel", kernel);
	json_object_object_add(root, "device", json_device(&report->gpu));
	json_object_object_add(root, "ip", json_object_new_string(ip_name(report->ip)));
	json_object_object_add(root, "listing", json_listing(report));
	json_object_object_add(root, "trace", trace(report));
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
	return json_print(whole(report), out);
}
