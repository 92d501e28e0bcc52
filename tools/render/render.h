/* SPDX-License-Identifier: MIT */
/* Reports for people and for programs. Each writes its whole output into a stream in memory. */
#ifndef AMDFENCE_RENDER_H
#define AMDFENCE_RENDER_H

#include "model/diff.h"
#include "model/history.h"
#include "model/race.h"
#include "model/sync.h"
#include "model/watch.h"

#include <stdio.h>

/** @colour: for a terminal. */
void render_report_text(const struct report *report, bool colour, FILE *out);
void render_report_tap(const struct report *report, FILE *out);
/** 0 or -ENOMEM. */
int render_report_json(const struct report *report, FILE *out);

/** A GPU with its engines and defects. */
void render_gpu_text(const struct system_snapshot *system, const struct listed_gpu *listed,
		     FILE *out);
/** All of them. 0 or -ENOMEM. */
int render_list_json(const struct system_snapshot *system, const struct listed_gpu *gpus,
		     unsigned num, FILE *out);

/** Why an engine takes no user queues, and what to do about it, "" if nothing. */
const char *ip_state_text(enum auq_ip_state state);
const char *ip_state_remedy(enum auq_ip_state state);

/** 0 or -ENOMEM. */
int render_dump_json(const struct dump *dump, FILE *out);
/**
 * The dump in a document of @size bytes, to be given to dump_fini(). False if it is none: @why
 * says so, in characters that can be printed. Takes 100 MiB at most beside a few times @size.
 */
bool parse_dump(const char *text, size_t size, struct dump *dump, char *why, size_t room);

/** The slots of a trial, as ranges in the order they came in: 4-11, or 4, 4, 5. */
void render_trial_slots(const struct dump_trial *trial, FILE *out);
/** What leak-check has cost. */
void render_check_cost(const struct dump *dump, FILE *out);
/** Why there is nothing of a source that is not SOURCE_OK; @absent says it of SOURCE_ABSENT. */
void render_missing(const struct source *source, const char *absent, FILE *out);
#define NO_LISTING "the kernel lists no fence drivers"
#define NO_CLIENTS "debugfs has no clients"
#define NO_VALUES  "the driver tells none"
#define NO_LOG     "the kernel shows none"
/** The verdict of a dump in one line, without its end. */
void render_dump_verdict(const struct dump *dump, FILE *out);
void render_dump_text(const struct dump *dump, const struct history *history, FILE *out);
/** A whole page, which loads nothing and runs nothing. */
void render_dump_html(const struct dump *dump, const struct history *history, FILE *out);

/** What changed. */
void render_diff_text(const struct diff *diff, FILE *out);
/** 0 or -ENOMEM. */
int render_diff_json(const struct diff *diff, FILE *out);

/** What sync-check found. */
void render_sync_text(const struct sync_report *report, FILE *out);
void render_sync_tap(const struct sync_report *report, FILE *out);
/** 0 or -ENOMEM. */
int render_sync_json(const struct sync_report *report, FILE *out);
/** The case that a finding shows, each line after @indent. */
void render_sync_case(const struct sync_finding *finding, const char *indent, FILE *out);

/** What race found. */
void render_race_text(const struct race_report *report, bool colour, FILE *out);
void render_race_tap(const struct race_report *report, FILE *out);
/** 0 or -ENOMEM. */
int render_race_json(const struct race_report *report, FILE *out);
/** The fault of a finding and the round it was in, each line after @indent. */
void render_race_fault(const struct race_report *report, const struct race_finding *finding,
		       const char *indent, FILE *out);
/** One step, "A: SIGNAL q1 into s1"; at most @size bytes with its end. */
void race_step_text(const struct race_step *step, char *text, size_t size);

/** What watch has seen, and of what. */
struct watch_view {
	const struct system_snapshot *system;
	const struct gpu_snapshot *gpu;
	const struct watch *watch;
	unsigned interval_ms;
};

/** What each figure is, or why there is none, and the headings of the lines. */
void render_watch_head(const struct watch_view *view, FILE *out);
void render_watch_line(const struct watch_view *view, FILE *out);
/** A whole screen; @utf8: the terminal shows bars, else they are made of letters. */
void render_watch_screen(const struct watch_view *view, bool colour, bool utf8, FILE *out);
/** One line. 0 or -ENOMEM. */
int render_watch_json(const struct watch_view *view, FILE *out);
/** The text format of Prometheus, as the node exporter reads it. */
void render_watch_prometheus(const struct watch_view *view, FILE *out);
/** Where the number of slots in use comes from, or why it is not known; no end of line. */
void render_watch_slots_source(const struct watch_view *view, FILE *out);
/** That something grows steadily, "" if not; and what to do then. */
#define WATCH_REMEDY "'amdfence leak-check' tells whether this kernel leaks"
void render_watch_remark(const struct watch_view *view, FILE *out);
/** @text, cut off at @columns characters; colours do not count, and are switched off at the end. */
void render_cut_line(const char *text, size_t length, unsigned columns, FILE *out);

/* Parts of reports. */

void render_headline(enum verdict verdict, const char *name, bool colour, FILE *out);
/** Device and kernel, a line each. */
void render_device(const struct system_snapshot *system, const struct gpu_snapshot *gpu, FILE *out);
/** What is judged by, and why not by more: a line. */
void render_evidence(const struct report *report, FILE *out);
/** A line; of @unknown more slots nobody could say it. */
void render_cost(const struct report *report, uint64_t unknown, FILE *out);

/** What keeps a fence driver whose queue is gone, and who made it; no end of line. */
void render_driver(const struct auq_fence_driver *driver, FILE *out);

/** A live queue and whose it is; no end of line. */
void render_queue(const struct queue_entry *queue, FILE *out);

/** 2026-01-31T12:00:00Z. */
void render_time(int64_t seconds, char text[32]);

/** As render_escaped(), filled up or cut off to @width characters. */
void render_escaped_to(const char *text, int width, FILE *out);
/** Text from elsewhere: what a terminal might take for a command is shown as \xNN. */
void render_escaped(const char *text, FILE *out);
/** What that writes, to be freed; NULL without memory. */
char *render_escaped_copy(const char *text);

#endif
