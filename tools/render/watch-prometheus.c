// SPDX-License-Identifier: MIT
/*
 * The text format of Prometheus 0.0.4, which the node exporter's textfile collector reads. What is
 * not known has no sample, for 0 would be a claim. Labels are few: a pid would be a new series for
 * each process that ever was.
 */
#include <config.h>

#include "render/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any name of a program, so that none is mistaken for it. */
#define OTHERS "(all other programs)"

/* Escaped as for a terminal, and what that has written as the format wants it. */
static void put_label(const char *text, FILE *out)
{
	char *escaped = render_escaped_copy(text);

	for (const char *c = escaped; c && *c; c++) {
		if (*c == '\\' || *c == '"')
			fputc('\\', out);
		fputc(*c, out);
	}
	free(escaped);
}

struct file {
	const struct watch_view *view;
	FILE *out;
};

static void put_head(const struct file *file, const char *name, const char *help)
{
	fprintf(file->out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* @more: further labels, from a comma on. */
static void put_value(const struct file *file, const char *name, const char *more, double value)
{
	fprintf(file->out, "%s{device=\"", name);
	put_label(file->view->gpu->pci[0] ? file->view->gpu->pci : file->view->gpu->node,
		  file->out);
	fprintf(file->out, "\"%s} %.15g\n", more, value);
}

static void put_comm_value(const struct file *file, const char *name, const char *comm,
			   double value)
{
	char *more = NULL;
	size_t size;
	FILE *memory = open_memstream(&more, &size);

	if (!memory)
		return;
	fprintf(memory, ",comm=\"");
	put_label(comm, memory);
	fprintf(memory, "\"");
	if (fclose(memory) == 0)
		put_value(file, name, more, value);
	free(more);
}

static void put_one(const struct file *file, const char *name, const char *help, double value)
{
	put_head(file, name, help);
	put_value(file, name, "", value);
}

/* ---- by program ------------------------------------------------------------ */

struct owner_metric {
	const char *name, *help;
	int64_t (*value)(const struct owner *owner);
};

static int64_t of_drivers(const struct owner *owner)
{
	return owner->drivers;
}

static int64_t of_orphans(const struct owner *owner)
{
	return owner_orphans(owner);
}

static int64_t of_leaked(const struct owner *owner)
{
	return owner->leaked;
}

static int64_t of_refs(const struct owner *owner)
{
	return (int64_t)owner->refs;
}

static int64_t of_unaccounted(const struct owner *owner)
{
	return owner->unaccounted;
}

static int64_t of_pending(const struct owner *owner)
{
	return (int64_t)owner->pending;
}

static const struct owner_metric owner_metrics[] = {
	{"amdfence_fence_drivers", "Fence drivers, by the program that made their queue.",
	 of_drivers},
	{"amdfence_fence_drivers_orphaned", "Fence drivers whose queue is gone.", of_orphans},
	{"amdfence_fence_drivers_leaked",
	 "Fence drivers that nothing will ever free, as two looks agree.", of_leaked},
	{"amdfence_fence_references", "References to fence drivers.", of_refs},
	{"amdfence_fence_references_unaccounted", "References that nobody owns up to.",
	 of_unaccounted},
	{"amdfence_fences_pending", "Fences that have not signaled.", of_pending},
};

static void put_owners(const struct file *file, const struct drivers *drivers)
{
	for (size_t i = 0; i < sizeof(owner_metrics) / sizeof(owner_metrics[0]); i++) {
		const struct owner_metric *metric = &owner_metrics[i];
		int64_t others = metric->value(&drivers->others);

		put_head(file, metric->name, metric->help);
		for (unsigned j = 0; j < drivers->num_owners; j++) {
			if (j < WATCH_EXPORTED)
				put_comm_value(file, metric->name, drivers->owners[j].comm,
					       metric->value(&drivers->owners[j]));
			else
				others += metric->value(&drivers->owners[j]);
		}
		if (drivers->num_owners > WATCH_EXPORTED)
			put_comm_value(file, metric->name, OTHERS, others);
	}
}

struct named_queues {
	char comm[64];
	unsigned num;
};

static int by_num(const void *a, const void *b)
{
	const struct named_queues *x = a, *y = b;

	if (x->num != y->num)
		return x->num < y->num ? 1 : -1;
	return strcmp(x->comm, y->comm);
}

static int by_comm(const void *a, const void *b)
{
	return strcmp(((const struct named_queues *)a)->comm,
		      ((const struct named_queues *)b)->comm);
}

static void put_queues(const struct file *file, const struct queues *queues)
{
	static const char name[] = "amdfence_queues";
	struct named_queues *named = calloc(queues->num + 1, sizeof(*named));
	unsigned num = 0, others = queues->left_out;

	if (!named)
		return;
	for (unsigned i = 0; i < queues->num; i++) {
		memcpy(named[i].comm, queues->items[i].comm, sizeof(named[i].comm));
		named[i].num = 1;
	}
	qsort(named, queues->num, sizeof(*named), by_comm);
	for (unsigned i = 0; i < queues->num; i++) {
		if (num && strcmp(named[num - 1].comm, named[i].comm) == 0)
			named[num - 1].num++;
		else
			named[num++] = named[i];
	}
	qsort(named, num, sizeof(*named), by_num);
	put_head(file, name, "User queues, by the program that has the device open.");
	for (unsigned i = 0; i < num; i++) {
		if (i < WATCH_EXPORTED)
			put_comm_value(file, name, named[i].comm, named[i].num);
		else
			others += named[i].num;
	}
	if (others)
		put_comm_value(file, name, OTHERS, others);
	free(named);
}

/* ---- all of it ------------------------------------------------------------- */

static void put_sources(const struct file *file)
{
	static const char name[] = "amdfence_source_up";
	const struct sample *now = &file->view->watch->now;

	put_head(file, name, "Whether that source could be read, 1, or not, 0.");
	put_value(file, name, ",source=\"listing\"", now->drivers.source.state == SOURCE_OK);
	put_value(file, name, ",source=\"clients\"", now->queues.source.state == SOURCE_OK);
	if (now->probe.state != SOURCE_UNASKED)
		put_value(file, name, ",source=\"slot_probe\"", now->probe.state == SOURCE_OK);
}

static void put_info(const struct file *file)
{
	static const char name[] = "amdfence_info";
	char more[256];

	snprintf(more, sizeof(more), ",version=\"%s\",kernel=\"%s\",simulated=\"%s\"",
		 PACKAGE_VERSION, file->view->system->release,
		 file->view->system->simulated ? "true" : "false");
	put_head(file, name, "What writes this file, and the kernel it runs on.");
	put_value(file, name, more, 1);
}

void render_watch_prometheus(const struct watch_view *view, FILE *out)
{
	const struct watch *watch = view->watch;
	const struct file file = {.view = view, .out = out};
	uint32_t slots;

	put_info(&file);
	put_one(&file, "amdfence_last_sample_timestamp_seconds", "When this was seen.",
		watch->now.time_ms / 1000.0);
	put_sources(&file);
	put_one(&file, "amdfence_fence_slots", "Fence slots that the device has.",
		view->gpu->info.seq64_slots);
	switch (watch_slots(watch, &slots)) {
	case SLOTS_EXACTLY:
		put_one(&file, "amdfence_fence_slots_in_use", "Fence slots in use.", slots);
		break;
	case SLOTS_AT_LEAST:
		put_one(&file, "amdfence_fence_slots_in_use_at_least",
			"Fence slots in use, a lower bound: those below the lowest free one.",
			slots);
		break;
	case SLOTS_UNKNOWN:
		break;
	}
	if (watch->now.drivers.source.state == SOURCE_OK)
		put_owners(&file, &watch->now.drivers);
	if (watch->now.queues.source.state == SOURCE_OK)
		put_queues(&file, &watch->now.queues);
	if (watch_slots(watch, &slots) == SLOTS_UNKNOWN)
		return;
	put_one(&file, "amdfence_steady_growth",
		"Whether fence drivers without a queue, or the lowest free slot, rise and never "
		"fall.",
		watch->remark != REMARK_NONE);
}
