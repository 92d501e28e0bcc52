// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>
#include <string.h>

#define MOST_LINES 10 /* of a kind */

static void render_heading(const struct diff *diff, FILE *out)
{
	switch (diff->growth) {
	case GROWTH_LEAKS:
		fprintf(out, "leaks grew: %" PRIu32 " more leaked fence driver%s", diff->new_leaked,
			diff->new_leaked == 1 ? "" : "s");
		break;
	case GROWTH_NONE:
		fprintf(out, "no leak grew");
		break;
	case GROWTH_UNKNOWN:
		fprintf(out, "unknown: fence drivers are not in both dumps");
		break;
	}
	fprintf(out, "%s\n\n",
		diff->before->simulated || diff->after->simulated ? " (SIMULATED)" : "");
}

static void render_dump_line(const char *name, const struct dump *dump, FILE *out)
{
	char time[32];

	render_time(dump->time, time);
	fprintf(out, "%-9s%s, ", name, time);
	render_escaped(dump->name[0] ? dump->name : "AMD GPU", out);
	fprintf(out, ", Linux ");
	render_escaped(dump->release, out);
	fprintf(out, "%s\n", dump->redacted ? ", redacted" : "");
}

static void render_count(const char *name, uint32_t before, uint32_t after, const char *what,
			 FILE *out)
{
	fprintf(out, "%-9s%" PRIu32 " -> %" PRIu32 " %s (%+" PRId64 ")\n", name, before, after,
		what, (int64_t)after - before);
}

static void render_owners(const struct diff *diff, FILE *out)
{
	if (!diff->num_owners)
		return;
	fprintf(out, "\n%-16s %9s %9s %11s %12s %9s\n", "OWNER", "DRIVERS", "LEAKED", "REFERENCES",
		"UNACCOUNTED", "PENDING");
	for (unsigned i = 0; i < diff->num_owners && i < MOST_LINES; i++) {
		const struct owner_change *change = &diff->owners[i];
		const struct owner *before = &change->before, *after = &change->after;

		render_escaped_to(change->comm, 16, out);
		fprintf(out,
			" %+9" PRId64 " %+9" PRId64 " %+11" PRId64 " %+12" PRId64 " %+9" PRId64
			"\n",
			(int64_t)after->drivers - before->drivers,
			(int64_t)after->leaked - before->leaked,
			(int64_t)(after->refs - before->refs),
			after->unaccounted - before->unaccounted,
			(int64_t)(after->pending - before->pending));
	}
	if (diff->num_owners > MOST_LINES)
		fprintf(out, "and %u more\n", diff->num_owners - MOST_LINES);
}

static void render_drivers(const char *what, const struct auq_fence_driver *const *drivers,
			   unsigned num, FILE *out)
{
	for (unsigned i = 0; i < num && i < MOST_LINES; i++) {
		fprintf(out, "%-9s", what);
		render_driver(drivers[i], out);
		fprintf(out, "\n");
	}
	if (num > MOST_LINES)
		fprintf(out, "%-9sand %u more\n", what, num - MOST_LINES);
}

static void render_queues(const char *what, const struct queue_entry *const *queues, unsigned num,
			  FILE *out)
{
	for (unsigned i = 0; i < num && i < MOST_LINES; i++) {
		fprintf(out, "%-9s", what);
		render_queue(queues[i], out);
		fprintf(out, "\n");
	}
	if (num > MOST_LINES)
		fprintf(out, "%-9sand %u more queues\n", what, num - MOST_LINES);
}

static void render_values(const struct diff *diff, FILE *out)
{
	for (unsigned i = 0; i < diff->num_values; i++) {
		const struct value_change *change = &diff->values[i];

		fprintf(out, "changed  ");
		render_escaped(change->name, out);
		fprintf(out, ": '");
		render_escaped(change->before, out);
		fprintf(out, "' -> '");
		render_escaped(change->after, out);
		fprintf(out, "'\n");
	}
}

void render_diff_text(const struct diff *diff, FILE *out)
{
	const struct drivers *before = &diff->before->drivers, *after = &diff->after->drivers;

	render_heading(diff, out);
	render_dump_line("before", diff->before, out);
	render_dump_line("after", diff->after, out);
	if (diff->growth != GROWTH_UNKNOWN) {
		render_count("slots", before->used, after->used, "in use", out);
		render_count("drivers", before->count, after->count, "fence drivers", out);
		render_count("leaked", before->leaked, after->leaked, "of them", out);
	}
	if (diff->before->redacted || diff->after->redacted)
		fprintf(out, "names    of redacted dumps: the same one may stand for another "
			     "program in each\n");
	render_owners(diff, out);
	if (diff->num_appeared || diff->num_vanished || diff->num_queues_appeared ||
	    diff->num_queues_vanished || diff->num_values)
		fprintf(out, "\n");
	render_drivers("appeared", diff->appeared, diff->num_appeared, out);
	render_drivers("vanished", diff->vanished, diff->num_vanished, out);
	if (diff->is_partial)
		fprintf(out,
			"partial  a dump names %d fence drivers at most, and counts the rest\n",
			DUMP_MOST_DRIVERS);
	render_queues("appeared", diff->queues_appeared, diff->num_queues_appeared, out);
	render_queues("vanished", diff->queues_vanished, diff->num_queues_vanished, out);
	render_values(diff, out);
}
