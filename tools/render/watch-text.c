// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ROWS 10 /* of owners, and of clients */

static bool is_listed(const struct watch_view *view)
{
	return view->watch->now.drivers.source.state == SOURCE_OK;
}

static bool has_queues(const struct watch_view *view)
{
	return view->watch->now.queues.source.state == SOURCE_OK;
}

static const char *simulated(const struct watch_view *view)
{
	return view->system->simulated ? " (SIMULATED)" : "";
}

/* ---- what figures are ------------------------------------------------------ */

void render_watch_slots_source(const struct watch_view *view, FILE *out)
{
	const struct sample *now = &view->watch->now;

	switch (now->probe.state) {
	case SOURCE_UNASKED:
		fprintf(out, "as the kernel counts them, with its list of fence drivers");
		break;
	case SOURCE_OK:
		fprintf(out, "a lower bound: below the slot of a queue made and freed each time");
		break;
	default:
		fprintf(out, "unknown: ");
		render_escaped(now->probe.error, out);
	}
}

static void render_sources(const struct watch_view *view, FILE *out)
{
	const struct sample *now = &view->watch->now;

	fprintf(out, "slots    ");
	render_watch_slots_source(view, out);
	fprintf(out, "\ndrivers  ");
	if (is_listed(view)) {
		fprintf(out, "as the kernel lists them");
	} else {
		fprintf(out, "unknown: ");
		render_missing(&now->drivers.source, NO_LISTING, out);
	}
	fprintf(out, "\nqueues   ");
	if (has_queues(view)) {
		fprintf(out, "by client, as debugfs has them");
	} else {
		fprintf(out, "unknown: ");
		render_missing(&now->queues.source, NO_CLIENTS, out);
	}
	fprintf(out, "\n");
}

/* ---- lines ----------------------------------------------------------------- */

static void render_cell(int width, bool known, const char *sign, int64_t value, FILE *out)
{
	char text[32] = "?";

	if (known)
		snprintf(text, sizeof(text), "%s%" PRId64, sign, value);
	fprintf(out, " %*s", width, text);
}

static void render_growth_cell(int width, bool known, int64_t value, FILE *out)
{
	render_cell(width, known, value > 0 ? "+" : "", value, out);
}

static const struct owner_change *fastest(const struct watch *watch)
{
	const struct owner_change *most = NULL;
	int64_t growth = 0;

	for (unsigned i = 0; i < watch->num_owners; i++) {
		const struct owner_change *owner = &watch->owners[i];
		int64_t grown = (int64_t)owner->after.refs - (int64_t)owner->before.refs;

		if (grown <= growth)
			continue;
		most = owner;
		growth = grown;
	}
	return most;
}

void render_watch_head(const struct watch_view *view, FILE *out)
{
	fprintf(out, "watching slots, fence drivers and queues%s\n\n", simulated(view));
	render_device(view->system, view->gpu, out);
	render_sources(view, out);
	fprintf(out, "\n%-20s %8s %8s %7s %7s %7s %7s %6s %7s  %s\n", "TIME", "SLOTS", "GROWTH",
		"DRIVERS", "ORPHANS", "LEAKED", "REFS", "QUEUES", "CLIENTS", "MOST NEW REFS");
}

void render_watch_line(const struct watch_view *view, FILE *out)
{
	const struct watch *watch = view->watch;
	const struct drivers *drivers = &watch->now.drivers;
	const struct owner_change *most = fastest(watch);
	uint32_t slots = 0;
	enum slot_count kind = watch_slots(watch, &slots);
	int64_t growth = 0;
	bool grows = watch_slots_growth(watch, &growth), listed = is_listed(view);
	char time[32];

	render_time(watch->now.time_ms / 1000, time);
	fprintf(out, "%-20s", time);
	render_cell(8, kind != SLOTS_UNKNOWN, kind == SLOTS_AT_LEAST ? ">=" : "", slots, out);
	render_growth_cell(8, grows, growth, out);
	render_cell(7, listed, "", drivers->count, out);
	render_cell(7, listed, "", drivers_orphans(drivers), out);
	render_cell(7, listed, "", drivers->leaked, out);
	render_cell(7, listed, "", (int64_t)drivers_refs(drivers), out);
	render_cell(6, has_queues(view), "", watch->now.queues.num + watch->now.queues.left_out,
		    out);
	render_cell(7, has_queues(view), "", watch->num_clients_now, out);
	if (most) {
		fprintf(out, "  ");
		render_escaped(most->comm, out);
		fprintf(out, " +%" PRIu64, most->after.refs - most->before.refs);
	}
	fprintf(out, "\n");
}

/* ---- the screen ------------------------------------------------------------ */

static void render_duration(uint64_t seconds, FILE *out)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	unsigned unit = 0;

	while (unit < 3 && seconds < 2 * units[unit].seconds)
		unit++;
	seconds /= units[unit].seconds;
	fprintf(out, "%" PRIu64 " %s%s", seconds, units[unit].name, seconds == 1 ? "" : "s");
}

void render_watch_remark(const struct watch_view *view, FILE *out)
{
	const struct watch *watch = view->watch;
	const struct trend *trend = watch_trend(watch);

	if (!trend)
		return;
	fprintf(out, "%s rose from %" PRIu32 " to %" PRIu32 " in ",
		watch->remark == REMARK_ORPHANS ? "orphans" : "the lowest free slot", trend->from,
		trend->to);
	render_duration((trend->to_ms - trend->from_ms) / 1000, out);
	fprintf(out, ", and never fell");
}

static void render_bars(const struct watch *watch, bool utf8, FILE *out)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char letters[] = "_.-=+*#@";
	uint32_t low = UINT32_MAX, high = 0;

	for (unsigned i = 0; i < watch->num_points; i++) {
		const struct watch_point *point = &watch->points[i];

		if (point->kind == SLOTS_UNKNOWN)
			continue;
		low = point->slots < low ? point->slots : low;
		high = point->slots > high ? point->slots : high;
	}
	for (unsigned i = 0; i < watch->num_points; i++) {
		const struct watch_point *point = &watch->points[i];
		unsigned level = 0;

		if (point->kind == SLOTS_UNKNOWN) {
			fputc('?', out);
			continue;
		}
		if (high > low)
			level = (uint64_t)(point->slots - low) * 7 / (high - low);
		if (utf8)
			fputs(bars[level], out);
		else
			fputc(letters[level], out);
	}
}

static void render_heading(const struct watch_view *view, bool colour, FILE *out)
{
	uint32_t slots;

	if (view->watch->remark != REMARK_NONE)
		render_headline(VERDICT_LEAK, "steady growth", colour, out);
	else if (watch_slots(view->watch, &slots) == SLOTS_UNKNOWN)
		render_headline(VERDICT_UNKNOWN, "unknown: slots cannot be looked at", colour, out);
	else
		render_headline(VERDICT_CLEAN, "no steady growth", colour, out);
	fprintf(out, "%s\n\n", simulated(view));
}

static void render_growth(const char *before, bool known, int64_t growth, const char *after,
			  FILE *out)
{
	if (known && growth)
		fprintf(out, "%s%+" PRId64 "%s", before, growth, after);
}

static void render_slots(const struct watch_view *view, bool utf8, FILE *out)
{
	const struct watch *watch = view->watch;
	uint32_t slots = 0;
	enum slot_count kind = watch_slots(watch, &slots);
	int64_t growth = 0;
	bool grows = watch_slots_growth(watch, &growth);

	fprintf(out, "slots    ");
	if (kind == SLOTS_UNKNOWN) {
		render_watch_slots_source(view, out);
		fprintf(out, "\n");
		return;
	}
	fprintf(out, "%s%" PRIu32 " of %" PRIu32 " in use",
		kind == SLOTS_AT_LEAST ? "at least " : "", slots, view->gpu->info.seq64_slots);
	render_growth(" (", grows, growth, ")", out);
	fprintf(out, "  ");
	render_bars(watch, utf8, out);
	if (kind == SLOTS_AT_LEAST) {
		fprintf(out, "\n         ");
		render_watch_slots_source(view, out);
	}
	fprintf(out, "\n");
}

static void render_drivers(const struct watch_view *view, FILE *out)
{
	const struct drivers *now = &view->watch->now.drivers;
	const struct drivers *first = &view->watch->first_drivers;
	int64_t refs = (int64_t)drivers_refs(now);

	fprintf(out, "drivers  ");
	if (!is_listed(view)) {
		fprintf(out, "unknown: ");
		render_missing(&now->source, NO_LISTING, out);
		fprintf(out, "\n");
		return;
	}
	fprintf(out, "%" PRIu32 " fence drivers", now->count);
	render_growth(" (", true, (int64_t)now->count - first->count, ")", out);
	fprintf(out, ", %" PRIu32 " orphan%s", drivers_orphans(now),
		drivers_orphans(now) == 1 ? "" : "s");
	render_growth(" (", true, (int64_t)drivers_orphans(now) - drivers_orphans(first), ")", out);
	fprintf(out, ", %" PRIu32 " leaked", now->leaked);
	render_growth(" (", true, (int64_t)now->leaked - first->leaked, ")", out);
	fprintf(out, "\nrefs     %" PRId64 " references", refs);
	render_growth(" (", true, refs - (int64_t)drivers_refs(first), ")", out);
	fprintf(out, "\n");
}

static void render_queue_sum(const struct watch_view *view, FILE *out)
{
	const struct watch *watch = view->watch;
	const struct queues *now = &watch->now.queues, *first = &watch->first_queues;
	unsigned num = now->num + now->left_out;

	fprintf(out, "queues   ");
	if (!has_queues(view)) {
		fprintf(out, "unknown: ");
		render_missing(&now->source, NO_CLIENTS, out);
		fprintf(out, "\n");
		return;
	}
	fprintf(out, "%u queue%s", num, num == 1 ? "" : "s");
	render_growth(" (", true, (int64_t)num - first->num - first->left_out, ")", out);
	fprintf(out, " of %u client%s\n", watch->num_clients_now,
		watch->num_clients_now == 1 ? "" : "s");
}

static void render_remarks(const struct watch_view *view, FILE *out)
{
	uint64_t seconds;

	if (view->watch->remark == REMARK_NONE)
		return;
	fprintf(out, "remark   ");
	render_watch_remark(view, out);
	fprintf(out, "\nremark   " WATCH_REMEDY "\n");
	if (watch_seconds_left(view->watch, view->gpu->info.seq64_slots, &seconds)) {
		fprintf(out, "remark   if it goes on like that, no slot is free in ");
		render_duration(seconds, out);
		fprintf(out, "\n");
	}
}

static void render_owners(const struct watch *watch, FILE *out)
{
	if (!watch->num_owners)
		return;
	fprintf(out, "\n%-16s %8s %8s %8s %8s %8s %8s %8s %8s\n", "OWNER", "DRIVERS", "GROWTH",
		"ORPHANS", "GROWTH", "LEAKED", "REFS", "GROWTH", "PENDING");
	for (unsigned i = 0; i < watch->num_owners && i < MOST_ROWS; i++) {
		const struct owner_change *change = &watch->owners[i];
		const struct owner *before = &change->before, *after = &change->after;

		render_escaped_to(change->comm, 16, out);
		render_cell(8, true, "", after->drivers, out);
		render_growth_cell(8, true, (int64_t)after->drivers - before->drivers, out);
		render_cell(8, true, "", owner_orphans(after), out);
		render_growth_cell(8, true, (int64_t)owner_orphans(after) - owner_orphans(before),
				   out);
		render_cell(8, true, "", after->leaked, out);
		render_cell(8, true, "", (int64_t)after->refs, out);
		render_growth_cell(8, true, (int64_t)after->refs - (int64_t)before->refs, out);
		render_cell(8, true, "", (int64_t)after->pending, out);
		fprintf(out, "\n");
	}
	if (watch->num_owners > MOST_ROWS)
		fprintf(out, "and %u more\n", watch->num_owners - MOST_ROWS);
}

static void render_clients(const struct watch *watch, FILE *out)
{
	if (!watch->num_clients)
		return;
	fprintf(out, "\n%-16s %8s %8s %8s %8s\n", "CLIENT OF", "CLIENT", "PID", "QUEUES", "GROWTH");
	for (unsigned i = 0; i < watch->num_clients && i < MOST_ROWS; i++) {
		const struct client_change *client = &watch->clients[i];

		render_escaped_to(client->comm, 16, out);
		fprintf(out, " %8" PRIu64, client->client);
		render_cell(8, client->pid, "", client->pid, out);
		render_cell(8, true, "", client->after, out);
		render_growth_cell(8, true, (int64_t)client->after - client->before, out);
		fprintf(out, "\n");
	}
	if (watch->num_clients > MOST_ROWS)
		fprintf(out, "and %u more\n", watch->num_clients - MOST_ROWS);
}

void render_watch_screen(const struct watch_view *view, bool colour, bool utf8, FILE *out)
{
	const struct watch *watch = view->watch;
	char time[32];

	render_heading(view, colour, out);
	render_device(view->system, view->gpu, out);
	render_time(watch->now.time_ms / 1000, time);
	fprintf(out, "time     %s, sample %" PRIu64 ", every %g s\n", time, watch->samples,
		view->interval_ms / 1000.0);
	render_slots(view, utf8, out);
	render_drivers(view, out);
	render_queue_sum(view, out);
	render_remarks(view, out);
	render_owners(watch, out);
	render_clients(watch, out);
}

void render_cut_line(const char *text, size_t length, unsigned columns, FILE *out)
{
	unsigned used = 0;

	for (size_t i = 0; i < length;) {
		size_t step = 1;

		if (text[i] == '\033') {
			/* "\033[1;31m" */
			while (i + step < length && text[i + step - 1] != 'm')
				step++;
		} else {
			while (i + step < length && ((unsigned char)text[i + step] & 0xc0) == 0x80)
				step++;
			if (used++ == columns) {
				fputs("\033[0m", out);
				return;
			}
		}
		fwrite(text + i, 1, step, out);
		i += step;
	}
}
