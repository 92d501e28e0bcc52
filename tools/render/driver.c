// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/render.h"

#include <inttypes.h>

static const char *plural(int64_t num)
{
	return num == 1 ? "" : "s";
}

/* What keeps it, as far as the counters tell. */
static void render_keepers(const struct auq_fence_driver *driver, FILE *out)
{
	int64_t missing = auq_fence_driver_unaccounted(driver);
	const char *comma = "";

	if (missing > 0) {
		fprintf(out, "%" PRId64 " of %" PRIu32 " reference%s unaccounted for", missing,
			driver->refs, plural(driver->refs));
		comma = ", ";
	}
	if (missing < 0) {
		fprintf(out, "%" PRId64 " reference%s too few", -missing, plural(-missing));
		comma = ", ";
	}
	if (driver->pending) {
		fprintf(out, "%s%" PRIu32 " of %" PRIu32 " fence%s pending for ever", comma,
			driver->pending, driver->fences, plural(driver->fences));
		comma = ", ";
	} else if (driver->fences) {
		fprintf(out, "%s%" PRIu32 " fence%s kept", comma, driver->fences,
			plural(driver->fences));
		comma = ", ";
	}
	if (driver->waitq) {
		fprintf(out, "%s%" PRIu32 " held by queues that waited", comma, driver->waitq);
		comma = ", ";
	}
	if (driver->inherited)
		fprintf(out, "%s%" PRIu32 " held by fences of such queues", comma,
			driver->inherited);
}

void render_driver(const struct auq_fence_driver *driver, FILE *out)
{
	fprintf(out, "slot %" PRIu32 ": ", driver->slot);
	render_keepers(driver, out);
	fprintf(out, "; pid %" PRIu32 " '", driver->pid);
	render_escaped(driver->comm, out);
	fputc('\'', out);
}

void render_queue(const struct queue_entry *queue, FILE *out)
{
	fprintf(out, "queue %" PRIu32 " of client %" PRIu64 ": %s; pid %" PRIu32 " '", queue->queue,
		queue->client, queue->ip < 0 ? "engine not known" : ip_name((enum auq_ip)queue->ip),
		queue->pid);
	render_escaped(queue->comm, out);
	fputc('\'', out);
}
