// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/dump-names.h"
#include "render/render.h"

#include <inttypes.h>

#define MOST_LINES 10 /* of owners, drivers, queues and points in time */

void render_dump_verdict(const struct dump *dump, FILE *out)
{
	const char *separator = ": ";

	switch (dump_verdict(dump)) {
	case VERDICT_LEAK:
		fprintf(out, "leak found");
		for (unsigned i = 0; i < dump->num_trials; i++) {
			if (dump->trials[i].verdict != VERDICT_LEAK)
				continue;
			fprintf(out, "%s", separator);
			render_escaped(dump->trials[i].id, out);
			separator = ", ";
		}
		if (dump->drivers.leaked)
			fprintf(out, "%s%" PRIu32 " leaked fence driver%s", separator,
				dump->drivers.leaked, dump->drivers.leaked == 1 ? "" : "s");
		break;
	case VERDICT_CLEAN:
		fprintf(out, "clean: nothing that was tried leaks");
		break;
	case VERDICT_UNKNOWN:
		if (dump->checked)
			fprintf(out, "unknown: leak-check has no verdict");
		else if (dump->drivers.source.state == SOURCE_OK)
			fprintf(out, "unknown: nothing has leaked yet, and no leak was tried");
		else
			fprintf(out, "unknown: fence drivers could not be listed, and no leak was "
				     "tried");
		break;
	}
	if (dump->simulated)
		fprintf(out, " (SIMULATED)");
}

void render_missing(const struct source *source, const char *absent, FILE *out)
{
	switch (source->state) {
	case SOURCE_ABSENT:
		fprintf(out, "%s", absent);
		break;
	case SOURCE_DENIED:
		fprintf(out, "for root only");
		break;
	default:
		fprintf(out, "could not be read: ");
		render_escaped(source->error, out);
	}
}

/* False, and said why, where it could not be read. */
static bool render_source(const char *name, const struct source *source, const char *absent,
			  FILE *out)
{
	if (source->state == SOURCE_OK)
		return true;
	fprintf(out, "%-9s", name);
	render_missing(source, absent, out);
	fprintf(out, "\n");
	return false;
}

static void render_subject(const struct dump *dump, FILE *out)
{
	char time[32], letters[65];

	render_time(dump->time, time);
	fprintf(out, "time     %s%s\ndevice   ", time, dump->redacted ? ", redacted" : "");
	render_escaped(dump->name[0] ? dump->name : "AMD GPU", out);
	fprintf(out, ", ");
	render_escaped(dump->pci[0] ? dump->pci : "not on PCI", out);
	fprintf(out, ", ");
	render_escaped(dump->node, out);
	fprintf(out, "\nkernel   ");
	render_escaped(dump->release, out);
	fprintf(out, ", amdgpu ");
	render_escaped(dump->driver_version, out);
	if (dump->taint_source.state == SOURCE_OK) {
		dump_taint_letters(dump->taint, letters);
		fprintf(out, letters[0] ? ", tainted %s" : ", not tainted", letters);
	}
	fprintf(out, "\nsystem   ");
	render_escaped(dump->os[0] ? dump->os : "not known", out);
	fprintf(out, ", ");
	render_escaped(dump->machine, out);
	fprintf(out, ", libdrm ");
	render_escaped(dump->libdrm_file, out);
	fprintf(out, "\n");
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		fprintf(out, "%-9s%s\n", ip_name((enum auq_ip)ip), ip_state_text(dump->ip[ip]));
}

static void render_owners(const struct drivers *drivers, FILE *out)
{
	unsigned shown = drivers->num_owners < MOST_LINES ? drivers->num_owners : MOST_LINES;

	if (!shown)
		return;
	fprintf(out, "\n%-16s %9s %9s %9s %11s %12s %9s\n", "OWNER", "PROCESSES", "DRIVERS",
		"LEAKED", "REFERENCES", "UNACCOUNTED", "PENDING");
	for (unsigned i = 0; i < shown; i++) {
		const struct owner *owner = &drivers->owners[i];

		render_escaped_to(owner->comm, 16, out);
		fprintf(out,
			" %9" PRIu32 " %9" PRIu32 " %9" PRIu32 " %11" PRIu64 " %12" PRId64
			" %9" PRIu64 "\n",
			owner->processes, owner->drivers, owner->leaked, owner->refs,
			owner->unaccounted, owner->pending);
	}
	if (drivers->num_owners + drivers->owners_left_out > shown)
		fprintf(out, "and %u more\n",
			drivers->num_owners + drivers->owners_left_out - shown);
}

static void render_history(const struct history *history, FILE *out)
{
	unsigned from = history->num > MOST_LINES ? history->num - MOST_LINES : 0;
	char time[32];

	if (history->num < 2)
		return;
	fprintf(out, "\n%-20s %9s %9s\n", "TIME", "SLOTS", "LEAKED");
	for (unsigned i = from; i < history->num; i++) {
		render_time(history->points[i].time, time);
		fprintf(out, "%-20s %9" PRIu32 " %9" PRIu32 "\n", time, history->points[i].used,
			history->points[i].leaked);
	}
}

static void render_listing(const struct drivers *drivers, const struct history *history, FILE *out)
{
	if (!render_source("listing", &drivers->source, NO_LISTING, out))
		return;
	fprintf(out,
		"slots    %" PRIu32 " of %" PRIu32 " in use\ndrivers  %" PRIu32
		" fence drivers, %" PRIu32 " with a queue, %" PRIu32 " leaked\n",
		drivers->used, drivers->total, drivers->count, drivers->live, drivers->leaked);
	render_history(history, out);
	render_owners(drivers, out);
}

void render_trial_slots(const struct dump_trial *trial, FILE *out)
{
	unsigned end;

	for (unsigned i = 0; i < trial->num_slots; i = end + 1) {
		for (end = i; end + 1 < trial->num_slots; end++)
			if (trial->slots[end + 1] != trial->slots[end] + 1)
				break;
		fprintf(out, "%s%" PRIu32, i ? ", " : "", trial->slots[i]);
		if (end > i)
			fprintf(out, "-%" PRIu32, trial->slots[end]);
	}
	if (trial->run > trial->num_slots)
		fprintf(out, " and %" PRIu32 " more", trial->run - trial->num_slots);
}

void render_check_cost(const struct dump *dump, FILE *out)
{
	if (dump->check_cost)
		fprintf(out, "%" PRIu64 " of %" PRIu32 " fence slots are pinned by leak-check",
			dump->check_cost, dump->slots);
	else
		fprintf(out, "no fence slot is pinned by leak-check");
}

static void render_trials(const struct dump *dump, FILE *out)
{
	if (!dump->checked)
		return;
	fprintf(out, "\n%-8s %6s %6s  %-8s %-8s %s\n", "ID", "TRIALS", "LEAKED", "VERDICT",
		"EXPECTED", "TITLE");
	for (unsigned i = 0; i < dump->num_trials; i++) {
		const struct dump_trial *trial = &dump->trials[i];

		render_escaped_to(trial->id, 8, out);
		if (trial->skipped[0])
			fprintf(out, " %6s %6s  %-8s ", "-", "-", "skipped");
		else
			fprintf(out, " %6" PRIu32 " %6" PRIu32 "  %-8s ", trial->run, trial->leaked,
				verdict_name(trial->verdict));
		fprintf(out, "%-8s ", verdict_name(trial->expected));
		render_escaped(trial->title, out);
		fprintf(out, "\n");
	}
	fprintf(out, "\n");
	for (unsigned i = 0; i < dump->num_trials; i++) {
		if (!dump->trials[i].num_slots)
			continue;
		render_escaped_to(dump->trials[i].id, 8, out);
		fprintf(out, " slots ");
		render_trial_slots(&dump->trials[i], out);
		fprintf(out, "\n");
	}
	fprintf(out, "cost     ");
	render_check_cost(dump, out);
	fprintf(out, "\n");
}

static void render_details(const struct dump *dump, FILE *out)
{
	const struct drivers *drivers = &dump->drivers;
	unsigned shown = 0;

	fprintf(out, "\n");
	for (; shown < drivers->num && drivers->is_leaked[shown] && shown < MOST_LINES; shown++) {
		fprintf(out, "leaked   ");
		render_driver(&drivers->items[shown], out);
		fprintf(out, "\n");
	}
	if (drivers->leaked > shown)
		fprintf(out, "leaked   and %" PRIu32 " more\n", drivers->leaked - shown);
	if (!render_source("queues", &dump->queues.source, NO_CLIENTS, out))
		return;
	for (unsigned i = 0; i < dump->queues.num && i < MOST_LINES; i++) {
		fprintf(out, "queues   ");
		render_queue(&dump->queues.items[i], out);
		fprintf(out, "\n");
	}
	if (dump->queues.num + dump->queues.left_out > MOST_LINES)
		fprintf(out, "queues   and %u more\n",
			dump->queues.num + dump->queues.left_out - MOST_LINES);
	if (!dump->queues.num)
		fprintf(out, "queues   none\n");
}

static void render_pairs(const char *name, const struct pairs *pairs, FILE *out)
{
	if (!render_source(name, &pairs->source, NO_VALUES, out))
		return;
	if (!pairs->num)
		fprintf(out, "%-9snone\n", name);
	for (unsigned i = 0; i < pairs->num; i++) {
		fprintf(out, "%-9s", name);
		render_escaped(pairs->items[i].name, out);
		fprintf(out, "=");
		render_escaped(pairs->items[i].value, out);
		fprintf(out, "\n");
	}
}

static void render_log(const struct driver_log *log, FILE *out)
{
	if (!render_source("log", &log->source, NO_LOG, out))
		return;
	for (unsigned i = 0; i < log->num; i++) {
		fprintf(out, "log      [%5" PRIu64 ".%06" PRIu64 "] ", log->lines[i].us / 1000000,
			log->lines[i].us % 1000000);
		render_escaped(log->lines[i].text, out);
		fprintf(out, "\n");
	}
}

void render_dump_text(const struct dump *dump, const struct history *history, FILE *out)
{
	render_dump_verdict(dump, out);
	fprintf(out, "\n\n");
	render_subject(dump, out);
	render_listing(&dump->drivers, history, out);
	render_trials(dump, out);
	render_details(dump, out);
	fprintf(out, "\n");
	for (unsigned i = 0; i < catalogue_size; i++)
		if (catalogue[i].trait != DEFECT_CONTROL)
			fprintf(out, "defect   %-8s %-8s by the kernel's version: %s\n",
				catalogue[i].id, answer_name(dump->traits[catalogue[i].trait]),
				catalogue[i].title);
	render_pairs("firmware", &dump->firmware, out);
	render_pairs("param", &dump->parameters, out);
	render_log(&dump->log, out);
}
