// SPDX-License-Identifier: MIT
/* One page that loads nothing and runs nothing: its pictures are inline SVG. */
#include <config.h>

#include "render/dump-names.h"
#include "render/render.h"
#include "render/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_BARS = 12,     /* owners in the picture; all are in the table below */
	MOST_DRIVERS = 200, /* fence drivers in their table */
	WIDTH = 1000,       /* of pictures, in their own unit */
	HEIGHT = 220,
};

static const char style[] =
	":root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;"
	"--live:#2f6fd0;--fences:#1a8a6e;--waitq:#8250c4;--inherited:#b7791f;--unaccounted:#c9302c;"
	"--leak:#b3261e;--clean:#1a7f37;--unknown:#8a5a00}\n"
	"@media(prefers-color-scheme:dark){:root{--page:#14171c;--ink:#e6e8eb;--dim:#9aa4af;"
	"--line:#343b44;--live:#6ea8ff;--fences:#45c4a0;--waitq:#b794f6;--inherited:#e0b052;"
	"--unaccounted:#ff7b72;--leak:#ff7b72;--clean:#56d364;--unknown:#e0b052}}\n"
	"body{background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif;"
	"max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
	"h1{font-size:1.5rem;border-left:.4rem solid var(--verdict);padding-left:.8rem;"
	"color:var(--verdict)}\n"
	"h2{font-size:1.1rem;margin-top:2rem}\n"
	"[data-verdict=leak]{--verdict:var(--leak)}[data-verdict=clean]{--verdict:var(--clean)}"
	"[data-verdict=unknown]{--verdict:var(--unknown)}\n"
	"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
	"th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line);"
	"vertical-align:top;overflow-wrap:anywhere}\n"
	"th{font-weight:600}thead th{color:var(--dim);font-weight:400}\n"
	".n{text-align:right;overflow-wrap:normal}.bar{width:55%;vertical-align:middle}"
	".bar svg{display:block;width:100%;height:1rem}\n"
	".scroll{overflow-x:auto}.dim{color:var(--dim)}pre{overflow-x:auto}\n"
	".live{fill:var(--live)}.fences{fill:var(--fences)}.waitq{fill:var(--waitq)}"
	".inherited{fill:var(--inherited)}.unaccounted{fill:var(--unaccounted)}\n"
	".key{display:inline-block;margin-right:1.2rem}.key svg{width:.8rem;height:.8rem;"
	"margin-right:.4rem}\n"
	".axis{stroke:var(--line)}.used{stroke:var(--live);fill:none;stroke-width:2}"
	".leaked{stroke:var(--unaccounted);fill:none;stroke-width:2;stroke-dasharray:6 3}\n"
	".chart{width:100%;height:auto}.chart text{fill:var(--dim);font-size:14px}\n"
	".room{fill:var(--line)}details{margin:1rem 0}summary{cursor:pointer}\n";

/* What could be taken for markup becomes a reference; what steers a terminal or text, \xNN. */
static void put(const char *text, FILE *out)
{
	static const char *const references[] = {['&'] = "&amp;",
						 ['<'] = "&lt;",
						 ['>'] = "&gt;",
						 ['"'] = "&quot;",
						 ['\''] = "&#39;"};

	while (*text) {
		unsigned char byte = (unsigned char)*text;
		size_t length = utf8_length(text);

		if (byte < sizeof(references) / sizeof(references[0]) && references[byte])
			fputs(references[byte], out);
		else if (!length || utf8_is_control(text))
			for (size_t i = 0; i < (length ? length : 1); i++)
				fprintf(out, "\\x%02x", (unsigned char)text[i]);
		else
			fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
}

/* What the text of a report has for it, as a part of the page. */
static void put_rendered(void (*render)(const void *data, FILE *out), const void *data, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);

	if (!memory)
		return;
	render(data, memory);
	if (fclose(memory) == 0)
		put(text, out);
	free(text);
}

static void render_verdict(const void *dump, FILE *out)
{
	render_dump_verdict(dump, out);
}

static void render_keepers(const void *driver, FILE *out)
{
	render_driver(driver, out);
}

static void render_entry(const void *queue, FILE *out)
{
	render_queue(queue, out);
}

/* ---- tables --------------------------------------------------------------- */

static void put_row(const char *name, const char *value, FILE *out)
{
	fprintf(out, "<tr><th scope=row>");
	put(name, out);
	fprintf(out, "<td>");
	put(value[0] ? value : "not known", out);
	fprintf(out, "\n");
}

static void begin_table(const char *heading, const char *const *columns, FILE *out)
{
	fprintf(out, "<h2>%s</h2>\n<div class=scroll><table>\n", heading);
	if (!columns)
		return;
	fprintf(out, "<thead><tr>");
	for (; *columns; columns++)
		fprintf(out, **columns == '#' ? "<th scope=col class=n>%s" : "<th scope=col>%s",
			*columns + (**columns == '#'));
	fprintf(out, "\n<tbody>\n");
}

static void end_table(FILE *out)
{
	fprintf(out, "</table></div>\n");
}

static void put_number(int64_t number, FILE *out)
{
	fprintf(out, "<td class=n>%" PRId64, number);
}

/* False, and said why, where it could not be read. */
static bool put_source(const struct source *source, const char *absent, FILE *out)
{
	if (source->state == SOURCE_OK)
		return true;
	fprintf(out, "<p class=dim>");
	if (source->state == SOURCE_BROKEN)
		put(source->error, out);
	else
		render_missing(source, absent, out);
	fprintf(out, "</p>\n");
	return false;
}

static void put_subject(const struct dump *dump, FILE *out)
{
	char time[32], letters[65];

	render_time(dump->time, time);
	dump_taint_letters(dump->taint, letters);
	begin_table("Machine", NULL, out);
	put_row("time", time, out);
	put_row("GPU", dump->name, out);
	put_row("PCI address", dump->pci, out);
	put_row("device ID", dump->device_id, out);
	put_row("node", dump->node, out);
	put_row("kernel", dump->release, out);
	put_row("kernel version", dump->version, out);
	put_row("taint",
		dump->taint_source.state != SOURCE_OK ? ""
		: letters[0]                          ? letters
						      : "none",
		out);
	put_row("amdgpu", dump->driver_version, out);
	put_row("system", dump->os, out);
	put_row("libdrm", dump->libdrm_file, out);
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		put_row(ip_name((enum auq_ip)ip), ip_state_text(dump->ip[ip]), out);
	end_table(out);
}

static void put_trials(const struct dump *dump, FILE *out)
{
	static const char *const columns[] = {"defect",   "#trials", "#leaked", "verdict",
					      "expected", "slots",   "title",   NULL};

	if (!dump->checked)
		return;
	begin_table("Leak check", columns, out);
	for (unsigned i = 0; i < dump->num_trials; i++) {
		const struct dump_trial *trial = &dump->trials[i];

		fprintf(out, "<tr><th scope=row>");
		put(trial->id, out);
		put_number(trial->run, out);
		put_number(trial->leaked, out);
		fprintf(out, "<td>%s<td>%s<td>",
			trial->skipped[0] ? "skipped" : verdict_name(trial->verdict),
			verdict_name(trial->expected));
		render_trial_slots(trial, out);
		fprintf(out, "<td>");
		put(trial->title, out);
		if (trial->skipped[0]) {
			fprintf(out, "<br><span class=dim>");
			put(trial->skipped, out);
			fprintf(out, "</span>");
		}
		fprintf(out, "\n");
	}
	end_table(out);
	fprintf(out, "<p>");
	render_check_cost(dump, out);
	fprintf(out, "</p>\n");
}

static void put_owners(const struct drivers *drivers, FILE *out)
{
	static const char *const columns[] = {"owner",         "#processes", "#fence drivers",
					      "#with a queue", "#leaked",    "#references",
					      "#unaccounted",  "#pending",   NULL};

	if (!drivers->num_owners)
		return;
	begin_table("Owners", columns, out);
	for (unsigned i = 0; i < drivers->num_owners; i++) {
		const struct owner *owner = &drivers->owners[i];

		fprintf(out, "<tr><th scope=row>");
		put(owner->comm, out);
		put_number(owner->processes, out);
		put_number(owner->drivers, out);
		put_number(owner->live, out);
		put_number(owner->leaked, out);
		put_number((int64_t)owner->refs, out);
		put_number(owner->unaccounted, out);
		put_number((int64_t)owner->pending, out);
		fprintf(out, "\n");
	}
	end_table(out);
	if (drivers->owners_left_out)
		fprintf(out, "<p class=dim>and %u more</p>\n", drivers->owners_left_out);
}

static void put_drivers(const struct drivers *drivers, FILE *out)
{
	unsigned shown = drivers->num < MOST_DRIVERS ? drivers->num : MOST_DRIVERS;

	if (!shown)
		return;
	fprintf(out,
		"<details><summary>%" PRIu32 " fence drivers, leaked ones first</summary>\n<ul>\n",
		drivers->count);
	for (unsigned i = 0; i < shown; i++) {
		fprintf(out, "<li>%s", drivers->is_leaked[i] ? "<b>leaked</b> " : "");
		put_rendered(render_keepers, &drivers->items[i], out);
		fprintf(out, "\n");
	}
	if (drivers->count > shown)
		fprintf(out, "<li>and %" PRIu32 " more\n", drivers->count - shown);
	fprintf(out, "</ul></details>\n");
}

static void put_queues(const struct queues *queues, FILE *out)
{
	fprintf(out, "<h2>Live queues</h2>\n");
	if (!put_source(&queues->source, NO_CLIENTS, out))
		return;
	fprintf(out, queues->num ? "<ul>\n" : "<p>none</p>\n");
	for (unsigned i = 0; i < queues->num; i++) {
		fprintf(out, "<li>");
		put_rendered(render_entry, &queues->items[i], out);
		fprintf(out, "\n");
	}
	if (queues->left_out)
		fprintf(out, "<li>and %u more\n", queues->left_out);
	if (queues->num)
		fprintf(out, "</ul>\n");
}

static void put_defects(const struct dump *dump, FILE *out)
{
	static const char *const columns[] = {"defect", "here", "title", NULL};

	begin_table("Known defects, by the kernel's version", columns, out);
	for (unsigned i = 0; i < catalogue_size; i++)
		if (catalogue[i].trait != DEFECT_CONTROL)
			fprintf(out, "<tr><th scope=row>%s<td>%s<td>%s\n", catalogue[i].id,
				answer_name(dump->traits[catalogue[i].trait]), catalogue[i].title);
	end_table(out);
}

static void put_pairs(const char *heading, const struct pairs *pairs, FILE *out)
{
	fprintf(out, "<details><summary>%s</summary>\n", heading);
	if (put_source(&pairs->source, NO_VALUES, out)) {
		fprintf(out, "<table>\n");
		for (unsigned i = 0; i < pairs->num; i++)
			put_row(pairs->items[i].name, pairs->items[i].value, out);
		fprintf(out, "</table>\n");
	}
	fprintf(out, "</details>\n");
}

static void put_log(const struct driver_log *log, FILE *out)
{
	fprintf(out, "<details><summary>Kernel log of the driver</summary>\n");
	if (put_source(&log->source, NO_LOG, out)) {
		fprintf(out, "<pre>\n");
		for (unsigned i = 0; i < log->num; i++) {
			fprintf(out, "[%5" PRIu64 ".%06" PRIu64 "] ", log->lines[i].us / 1000000,
				log->lines[i].us % 1000000);
			put(log->lines[i].text, out);
			fprintf(out, "\n");
		}
		fprintf(out, "</pre>\n");
	}
	fprintf(out, "</details>\n");
}

/* ---- pictures ------------------------------------------------------------- */

/* What holds references, as the classes of the style name it. */
enum kind { KIND_LIVE, KIND_FENCES, KIND_WAITQ, KIND_INHERITED, KIND_UNACCOUNTED, NUM_KINDS };

static const struct {
	const char *name, *meaning;
} kinds[] = {
	[KIND_LIVE] = {"live", "its queue"},
	[KIND_FENCES] = {"fences", "its fences"},
	[KIND_WAITQ] = {"waitq", "queues that waited"},
	[KIND_INHERITED] = {"inherited", "fences of such queues"},
	[KIND_UNACCOUNTED] = {"unaccounted", "nobody: lost"},
};

static void count_kinds(const struct owner *owner, uint64_t counts[NUM_KINDS])
{
	counts[KIND_LIVE] = owner->live;
	counts[KIND_FENCES] = owner->fences;
	counts[KIND_WAITQ] = owner->waitq;
	counts[KIND_INHERITED] = owner->inherited;
	/* Fewer than there should be are none. */
	counts[KIND_UNACCOUNTED] = owner->unaccounted > 0 ? (uint64_t)owner->unaccounted : 0;
}

static uint64_t sum_of(const uint64_t counts[NUM_KINDS])
{
	uint64_t sum = 0;

	for (unsigned kind = 0; kind < NUM_KINDS; kind++)
		sum += counts[kind];
	return sum;
}

static void put_bar(const struct owner *owner, uint64_t most, FILE *out)
{
	uint64_t counts[NUM_KINDS];
	double at = 0;

	count_kinds(owner, counts);
	fprintf(out, "<tr><th scope=row>");
	put(owner->comm[0] ? owner->comm : "not known", out);
	fprintf(out, "<td class=bar><svg viewBox=\"0 0 %d 16\" preserveAspectRatio=none role=img>",
		WIDTH);
	for (unsigned kind = 0; kind < NUM_KINDS; kind++) {
		double width = most ? (double)counts[kind] / (double)most * WIDTH : 0;

		if (!counts[kind])
			continue;
		fprintf(out,
			"<rect class=%s x=\"%.2f\" width=\"%.2f\" height=16><title>%" PRIu64
			" held by %s</title></rect>",
			kinds[kind].name, at, width, counts[kind], kinds[kind].meaning);
		at += width;
	}
	fprintf(out, "</svg>");
	put_number((int64_t)owner->refs, out);
	fprintf(out, "\n");
}

static void put_references(const struct drivers *drivers, FILE *out)
{
	static const char *const columns[] = {"owner", "held by", "#references", NULL};
	unsigned shown = drivers->num_owners < MOST_BARS ? drivers->num_owners : MOST_BARS;
	uint64_t counts[NUM_KINDS], most = 0;

	if (!shown)
		return;
	for (unsigned i = 0; i < shown; i++) {
		count_kinds(&drivers->owners[i], counts);
		if (sum_of(counts) > most)
			most = sum_of(counts);
	}
	begin_table("References to fence drivers, by owner", columns, out);
	for (unsigned i = 0; i < shown; i++)
		put_bar(&drivers->owners[i], most, out);
	end_table(out);
	if (drivers->num_owners + drivers->owners_left_out > shown)
		fprintf(out, "<p class=dim>and %u more owners</p>\n",
			drivers->num_owners + drivers->owners_left_out - shown);
	fprintf(out, "<p>");
	for (unsigned kind = 0; kind < NUM_KINDS; kind++)
		fprintf(out,
			"<span class=key><svg viewBox=\"0 0 8 8\" aria-hidden=true><rect class=%s "
			"width=8 height=8 /></svg>%s</span>\n",
			kinds[kind].name, kinds[kind].meaning);
	fprintf(out, "</p>\n");
}

static void put_line(const struct history *history, const char *class, bool leaked, uint32_t most,
		     FILE *out)
{
	const struct point *first = &history->points[0];
	const struct point *last = &history->points[history->num - 1];
	double span = (double)last->time - (double)first->time;

	fprintf(out, "<polyline class=%s points=\"", class);
	for (unsigned i = 0; i < history->num; i++) {
		const struct point *point = &history->points[i];
		double x = span > 0 ? ((double)point->time - (double)first->time) / span : 0;
		double y = (double)(leaked ? point->leaked : point->used) / most;

		fprintf(out, "%s%.1f,%.1f", i ? " " : "", x * WIDTH,
			HEIGHT - 10 - y * (HEIGHT - 40));
	}
	fprintf(out, "\"/>");
}

static void put_history(const struct history *history, FILE *out)
{
	char first[32], last[32];
	uint32_t most = 1;

	for (unsigned i = 0; i < history->num; i++) {
		if (history->points[i].used > most)
			most = history->points[i].used;
		if (history->points[i].leaked > most)
			most = history->points[i].leaked;
	}
	render_time(history->points[0].time, first);
	render_time(history->points[history->num - 1].time, last);
	fprintf(out,
		"<svg class=chart viewBox=\"0 0 %d %d\" role=img aria-label=\"Slots in use over "
		"time\"><line class=axis x1=0 x2=%d y1=%d y2=%d /><text x=0 y=16>%" PRIu32
		" slots</text><text x=0 y=%d>%s</text><text x=%d y=%d text-anchor=end>%s</text>",
		WIDTH, HEIGHT + 20, WIDTH, HEIGHT - 10, HEIGHT - 10, most, HEIGHT + 10, first,
		WIDTH, HEIGHT + 10, last);
	put_line(history, "used", false, most, out);
	put_line(history, "leaked", true, most, out);
	fprintf(out, "</svg>\n<p class=dim>solid: in use; dashed: leaked fence drivers</p>\n");
}

static void put_slots(const struct drivers *drivers, const struct history *history, FILE *out)
{
	double share = drivers->total ? (double)drivers->used / drivers->total : 0;
	bool is_tiny = drivers->used && share < 0.0001;

	fprintf(out, "<h2>Fence slots</h2>\n");
	if (!put_source(&drivers->source, NO_LISTING, out))
		return;
	fprintf(out,
		"<p>%" PRIu32 " of %" PRIu32 " in use (%s%.2f %%): %" PRIu32
		" fence drivers, %" PRIu32 " with a queue, %" PRIu32 " leaked</p>\n"
		"<svg class=chart viewBox=\"0 0 %d 16\" role=img aria-label=\"Share of slots in "
		"use\">"
		"<rect class=room width=%d height=16 /><rect class=%s width=\"%.2f\" height=16 />"
		"</svg>\n",
		drivers->used, drivers->total, is_tiny ? "less than " : "",
		is_tiny ? 0.01 : 100 * share, drivers->count, drivers->live, drivers->leaked, WIDTH,
		WIDTH, drivers->leaked ? "unaccounted" : "live",
		/* what is not nothing can be seen */
		drivers->used ? (share > 1 ? 1 : share) * (WIDTH - 2) + 2 : 0);
	if (history->num > 1)
		put_history(history, out);
}

void render_dump_html(const struct dump *dump, const struct history *history, FILE *out)
{
	fprintf(out, "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
		     "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
		     "style-src 'unsafe-inline'\">\n"
		     "<meta name=viewport content=\"width=device-width\">\n<title>amdfence: ");
	put_rendered(render_verdict, dump, out);
	fprintf(out, "</title>\n<style>\n%s</style>\n<h1 id=verdict data-verdict=%s>", style,
		verdict_name(dump_verdict(dump)));
	put_rendered(render_verdict, dump, out);
	fprintf(out, "</h1>\n");
	put_slots(&dump->drivers, history, out);
	put_references(&dump->drivers, out);
	put_trials(dump, out);
	put_subject(dump, out);
	put_owners(&dump->drivers, out);
	put_drivers(&dump->drivers, out);
	put_queues(&dump->queues, out);
	put_defects(dump, out);
	put_pairs("Firmware", &dump->firmware, out);
	put_pairs("Parameters of amdgpu", &dump->parameters, out);
	put_log(&dump->log, out);
	fprintf(out, "<p class=dim>amdfence " PACKAGE_VERSION "%s</p>\n",
		dump->redacted ? ", of a redacted dump" : "");
}
