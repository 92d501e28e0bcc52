// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/json.h"
#include "render/render.h"

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name, int64_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

static struct json_object *steps(const struct race_round *round)
{
	struct json_object *array = json_object_new_array_ext(round->num_steps);
	char text[96];

	for (unsigned i = 0; i < round->num_steps; i++) {
		race_step_text(&round->steps[i], text, sizeof(text));
		json_object_array_add(array, json_object_new_string(text));
	}
	return array;
}

static struct json_object *first(const struct race_finding *finding)
{
	const struct race_fault *fault = &finding->fault;
	struct json_object *object, *step = NULL, *slot = NULL, *error = NULL;

	if (fault->kind == RACE_GOOD)
		return NULL;
	object = json_object_new_object();
	if (fault->kind == RACE_SLOT || fault->kind == RACE_LATE || fault->kind == RACE_ERROR)
		step = json_object_new_int64(fault->step);
	if (fault->kind == RACE_SLOT || fault->kind == RACE_LEAK)
		slot = json_object_new_int64(fault->slot);
	if (fault->kind == RACE_ERROR)
		error = json_object_new_string(auq_strerror(fault->err));
	add_text(object, "fault", race_fault_name(fault->kind));
	json_object_object_add(object, "round", json_hex(finding->first.number));
	json_object_object_add(object, "steps", steps(&finding->first));
	json_object_object_add(object, "step", step);
	json_object_object_add(object, "call", json_text_or_null(fault->call));
	json_object_object_add(object, "error", error);
	json_object_object_add(object, "slot", slot);
	json_object_object_add(object, "driver",
			       finding->has_driver ? json_driver(&finding->driver) : NULL);
	return object;
}

static struct json_object *race(const struct race_finding *finding, enum race_kind kind)
{
	struct json_object *object = json_object_new_object();
	struct json_object *faults = json_object_new_object();

	for (unsigned i = RACE_GOOD + 1; i < RACE_NUM_FAULTS; i++)
		add_number(faults, race_fault_name(i), finding->count[i]);
	add_text(object, "name", race_kind_name(kind));
	add_text(object, "title", race_kind_title(kind));
	add_text(object, "expected", race_verdict_name(finding->expected));
	add_text(object, "verdict", race_verdict_name(finding->verdict));
	add_number(object, "rounds", finding->run);
	json_object_object_add(object, "faults", faults);
	add_number(object, "unknown", finding->unknown);
	json_object_object_add(object, "first", first(finding));
	json_object_object_add(object, "skipped", json_text_or_null(finding->skipped));
	json_object_object_add(object, "ended", json_text_or_null(finding->ended));
	return object;
}

int render_race_json(const struct race_report *report, FILE *out)
{
	const struct report *base = &report->base;
	struct json_object *root = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	struct json_object *cost = json_object_new_object();
	struct json_object *races = json_object_new_array_ext(RACE_NUM_KINDS);

	add_text(kernel, "release", base->system.release);
	json_object_object_add(cost, "actual", json_hex(base->cost_actual));
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++)
		json_object_array_add(races, race(&report->findings[i], i));
	add_number(root, "schema", 1);
	json_object_object_add(root, "tool", json_tool());
	json_object_object_add(root, "simulated", json_object_new_boolean(base->system.simulated));
	json_object_object_add(root, "kernel", kernel);
	json_object_object_add(root, "device", json_device(&base->gpu));
	add_text(root, "ip", ip_name(base->ip));
	json_object_object_add(root, "listing", json_listing(base));
	json_object_object_add(root, "seed", json_hex(report->seed));
	json_object_object_add(root, "force", json_object_new_boolean(report->force));
	json_object_object_add(root, "races", races);
	add_number(root, "settle_ms", base->settle_ms);
	json_object_object_add(root, "cost", cost);
	json_object_object_add(root, "interrupted", json_object_new_boolean(base->interrupted));
	add_text(root, "verdict", race_verdict_name(base->verdict));
	return json_print(root, out);
}
