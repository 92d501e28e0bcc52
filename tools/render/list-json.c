// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/dump-names.h"
#include "render/json.h"
#include "render/render.h"

static struct json_object *seen(const struct drivers *drivers)
{
	struct json_object *object = json_object_new_object();
	bool ok = drivers->source.state == SOURCE_OK;

	json_object_object_add(object, "state",
			       json_object_new_string(source_state_name(drivers->source.state)));
	json_object_object_add(object, "error", json_foreign(drivers->source.error));
	json_object_object_add(object, "count", ok ? json_object_new_int64(drivers->count) : NULL);
	json_object_object_add(object, "leaked",
			       ok ? json_object_new_int64(drivers->leaked) : NULL);
	return object;
}

static struct json_object *gpu_object(const struct listed_gpu *listed)
{
	const struct gpu_snapshot *gpu = &listed->gpu;
	struct json_object *object = json_object_new_object();
	enum auq_ip_state states[AUQ_NUM_IPS];
	bool answers = !listed->why[0];

	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		states[ip] = gpu->ip[ip].state;
	json_object_object_add(object, "device", json_device(gpu));
	json_object_object_add(object, "error", json_foreign(listed->why));
	json_object_object_add(object, "engines", answers ? json_engines(states) : NULL);
	json_object_object_add(object, "defects", answers ? json_defects(gpu->traits) : NULL);
	json_object_object_add(object, "listing", answers ? seen(&listed->drivers) : NULL);
	return object;
}

int render_list_json(const struct system_snapshot *system, const struct listed_gpu *gpus,
		     unsigned num, FILE *out)
{
	struct json_object *root = json_object_new_object();
	struct json_object *kernel = json_object_new_object();
	struct json_object *array = json_object_new_array();

	json_object_object_add(kernel, "release", json_foreign(system->release));
	for (unsigned i = 0; i < num; i++)
		json_object_array_add(array, gpu_object(&gpus[i]));
	json_object_object_add(root, "schema", json_object_new_int(1));
	json_object_object_add(root, "kind", json_object_new_string("list"));
	json_object_object_add(root, "tool", json_tool());
	json_object_object_add(root, "simulated", json_object_new_boolean(system->simulated));
	json_object_object_add(root, "kernel", kernel);
	json_object_object_add(root, "gpus", array);
	return json_print(root, out);
}
