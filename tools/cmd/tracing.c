// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/tracing.h"

#include <errno.h>
#include <string.h>

void tracing_find(struct tracing *tracing, struct report *report)
{
	if (!report->system.simulated) {
		tracer_find(&tracing->tracer, "", &report->trace);
		return;
	}
	/* The kernel that could be traced is not the one that is looked at. */
	report->trace.state = SOURCE_ABSENT;
	strcpy(report->trace.why, "the simulated kernel has no tracefs");
}

/* Survives this process, and whatever ends it. */
static void sweep(struct lifeline *line, void *arg)
{
	line_wait(line);
	tracer_stop(arg);
}

int tracing_start(struct tracing *tracing, struct report *report)
{
	int err;

	tracing->ledger = ledger_new(report->gpu.info.seq64_slots);
	if (!tracing->ledger)
		return -ENOMEM;
	/* First, so that there is nobody to be asked after the probes are there. */
	err = child_start(&tracing->sweeper, "amdfence-sweep", sweep, &tracing->tracer);
	if (!err) {
		tracer_start(&tracing->tracer, &report->trace);
		if (report->trace.state == SOURCE_OK) {
			if (report->trace.has_queues)
				ledger_watch_queues(tracing->ledger);
			return 0;
		}
		child_stop(&tracing->sweeper);
		child_end(&tracing->sweeper, false);
	}
	ledger_free(tracing->ledger);
	tracing->ledger = NULL;
	return err;
}

void tracing_begin(struct tracing *tracing)
{
	if (!tracing)
		return;
	tracer_read(&tracing->tracer, tracing->ledger);
	ledger_begin(tracing->ledger);
}

void tracing_own(struct tracing *tracing, pid_t pid)
{
	/* The trace has ids as the initial namespace does: elsewhere nothing will be ours. */
	if (tracing && ledger_own(tracing->ledger, (uint32_t)pid))
		ledger_lose(tracing->ledger, 1);
}

void tracing_read(struct tracing *tracing)
{
	if (tracing)
		tracer_read(&tracing->tracer, tracing->ledger);
}

void tracing_expect(struct tracing *tracing, const struct batch_result *result)
{
	if (tracing)
		ledger_expect(tracing->ledger, result->made, result->judged, result->unsure);
}

void tracing_end(struct tracing *tracing, struct report *report)
{
	int err;

	if (!tracing)
		return;
	report->trace.events = ledger_events(tracing->ledger);
	report->trace.lost = ledger_lost(tracing->ledger);
	ledger_free(tracing->ledger);
	tracing->ledger = NULL;
	child_stop(&tracing->sweeper);
	child_end(&tracing->sweeper, false);
	/* It has done so, unless somebody ended it. */
	err = tracer_stop(&tracing->tracer);
	if (err)
		complain("the next run tries again", "cannot remove the probes '%s' in '%s': %s",
			 tracing->tracer.group, tracing->tracer.root, strerror(-err));
}
