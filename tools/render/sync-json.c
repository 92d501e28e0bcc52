// SPDX-License-Identifier: MIT
#include <config.h>

/* amdfence-json(5) says what each member means. */
#include "render/render.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>

static void add_text(struct json_object *object, const char *name, const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name, int64_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

/* Members are counted from 1, as in the text. */
static struct json_object *set(uint64_t members)
{
	struct json_object *array = json_object_new_array();

	for (unsigned i = 0; i < SYNC_MAX_MEMBERS; i++)
		if (members >> i & 1)
			json_object_array_add(array, json_object_new_int(i + 1));
	return array;
}

static struct json_object *first(const struct sync_finding *finding)
{
	const struct sync_case *trial = &finding->first;
	const struct sync_outcome *outcome = &finding->outcome;
	struct json_object *object, *order;
	bool ended = outcome->fault != SYNC_HUNG && outcome->fault != SYNC_DIED;

	if (!finding->found && !finding->noted)
		return NULL;
	object = json_object_new_object();
	order = json_object_new_array();
	for (unsigned i = 0; i < trial->members; i++)
		json_object_array_add(order, json_object_new_int(trial->order[i] + 1));
	add_text(object, "fault", sync_fault_name(outcome->fault));
	add_number(object, "case", trial->number);
	add_number(object, "members", trial->members);
	json_object_object_add(object, "order", order);
	json_object_object_add(object, "poll_after",
			       trial->poll_after > trial->members
				       ? NULL
				       : json_object_new_int64(trial->poll_after));
	json_object_object_add(object, "ask", json_object_new_boolean(trial->ask));
	json_object_object_add(object, "pairs", json_object_new_boolean(trial->pairs));
	json_object_object_add(object, "closed", set(trial->closed));
	json_object_object_add(object, "before", set(trial->before));
	json_object_object_add(object, "twice", set(trial->twice));
	add_text(object, "call", outcome->call);
	json_object_object_add(object, "signaled",
			       ended ? json_object_new_int64(outcome->step) : NULL);
	json_object_object_add(object, "status",
			       ended ? json_object_new_int64(outcome->view.own) : NULL);
	json_object_object_add(object, "pending",
			       ended ? json_object_new_int64(outcome->truth.pending) : NULL);
	return object;
}

static struct json_object *groups(const struct sync_report *report)
{
	struct json_object *array = json_object_new_array_ext(SYNC_NUM_GROUPS);

	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++) {
		const struct sync_finding *finding = &report->findings[i];
		struct json_object *object = json_object_new_object();

		add_text(object, "name", sync_group_name(i));
		add_text(object, "title", sync_group_title(i));
		add_number(object, "run", finding->run);
		add_number(object, "found", finding->found);
		add_number(object, "noted", finding->noted);
		json_object_object_add(object, "first", first(finding));
		json_object_array_add(array, object);
	}
	return array;
}

int render_sync_json(const struct sync_report *report, FILE *out)
{
	struct json_object *root = json_object_new_object();
	struct json_object *tool = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	const char *verdict = sync_report_found(report)                    ? "defect"
			      : report->trouble.err || report->interrupted ? "unknown"
									   : "clean";
	char seed[19];
	const char *text;

	snprintf(seed, sizeof(seed), "0x%" PRIx64, report->seed);
	add_text(tool, "name", "amdfence");
	add_text(tool, "version", PACKAGE_VERSION);
	add_text(kernel, "release", report->release);
	add_number(root, "schema", 1);
	json_object_object_add(root, "tool", tool);
	json_object_object_add(root, "kernel", kernel);
	add_text(root, "seed", seed);
	json_object_object_add(root, "strict", json_object_new_boolean(report->strict));
	json_object_object_add(root, "groups", groups(report));
	json_object_object_add(root, "ended", json_object_new_boolean(report->ended));
	json_object_object_add(root, "interrupted", json_object_new_boolean(report->interrupted));
	add_text(root, "verdict", verdict);
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
							    JSON_C_TO_STRING_SPACED |
							    JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		fprintf(out, "%s\n", text);
	json_object_put(root);
	return text ? 0 : -ENOMEM;
}
