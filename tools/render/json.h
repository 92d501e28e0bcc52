/* SPDX-License-Identifier: MIT */
/* What all JSON documents of ours have in common. amdfence-json(5) says what members mean. */
#ifndef AMDFENCE_RENDER_JSON_H
#define AMDFENCE_RENDER_JSON_H

#include "model/dump.h"

#include <json-c/json.h>
#include <stdio.h>

/**
 * Text from elsewhere, NULL for "". json-c passes on what is no UTF-8 and so no JSON, and DEL and
 * U+0080 to U+009F, which are commands to some terminals: U+FFFD in their place.
 */
struct json_object *json_foreign(const char *text);
/** Text of ours, NULL for "". */
struct json_object *json_text_or_null(const char *text);
/** 64-bit values are strings: common readers of JSON round them. */
struct json_object *json_hex(uint64_t value);
struct json_object *json_device(const struct gpu_snapshot *gpu);
/** The kernel's listing and what it had before; NULL if it was not asked. */
struct json_object *json_listing(const struct report *report);
struct json_object *json_driver(const struct auq_fence_driver *driver);
/** Without its name. */
struct json_object *json_owner(const struct owner *owner);
struct json_object *json_queue(const struct queue_entry *queue);
/** Whether each engine takes user queues, and why not. */
struct json_object *json_engines(const enum auq_ip_state states[AUQ_NUM_IPS]);
/** The defects that a kernel with these traits has. */
struct json_object *json_defects(const enum auq_answer traits[AUQ_NUM_TRAITS]);
/** Who wrote the document. */
struct json_object *json_tool(void);

/** Writes @root and drops it. 0 or -ENOMEM. */
int json_print(struct json_object *root, FILE *out);

#endif
