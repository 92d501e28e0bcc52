/* SPDX-License-Identifier: MIT */
/* Reports for people and for programs. Each writes its whole output into a stream in memory. */
#ifndef AMDFENCE_RENDER_H
#define AMDFENCE_RENDER_H

#include "model/dump.h"
#include "model/sync.h"

#include <stdio.h>

/** @colour: for a terminal. */
void render_report_text(const struct report *report, bool colour, FILE *out);
/** 0 or -ENOMEM. */
int render_report_json(const struct report *report, FILE *out);

/** A GPU with its engines and defects; @why says what is the matter with it, or is NULL. */
void render_gpu_text(const struct system_snapshot *system, const struct gpu_snapshot *gpu,
		     const char *why, FILE *out);

/** Why an engine takes no user queues, and what to do about it, "" if nothing. */
const char *ip_state_text(enum auq_ip_state state);
const char *ip_state_remedy(enum auq_ip_state state);

/** 0 or -ENOMEM. */
int render_dump_json(const struct dump *dump, FILE *out);

/** What sync-check found. */
void render_sync_text(const struct sync_report *report, FILE *out);
void render_sync_tap(const struct sync_report *report, FILE *out);
/** 0 or -ENOMEM. */
int render_sync_json(const struct sync_report *report, FILE *out);
/** The case that a finding shows, each line after @indent. */
void render_sync_case(const struct sync_finding *finding, const char *indent, FILE *out);

/** What keeps a fence driver whose queue is gone, and who made it; no end of line. */
void render_driver(const struct auq_fence_driver *driver, FILE *out);

/** Text from elsewhere: what a terminal might take for a command is shown as \xNN. */
void render_escaped(const char *text, FILE *out);

#endif
