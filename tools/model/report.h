/* SPDX-License-Identifier: MIT */
/* What leak-check found, and the judgement on it. Plain data, no input or output. */
#ifndef AMDFENCE_REPORT_H
#define AMDFENCE_REPORT_H

#include "model/catalogue.h"
#include "model/ledger.h"
#include "model/snapshot.h"

/* Where evidence comes from, in the order in which it is named. */
enum evidence { EVIDENCE_SLOTS, EVIDENCE_DEBUGFS, EVIDENCE_TRACE, NUM_EVIDENCE };

const char *evidence_name(enum evidence evidence);

/** What one source says of one trial's fence driver. */
enum said {
	SAID_NOTHING,
	SAID_FREE,
	SAID_TAKEN, /* free, but another program's driver has its slot now */
	SAID_LEAKED,
};

struct outcome {
	uint32_t slot;
	enum said said[NUM_EVIDENCE];
};

struct tally {
	unsigned leaked;
	unsigned unknown;
};

enum verdict { VERDICT_CLEAN, VERDICT_LEAK, VERDICT_UNKNOWN };

const char *verdict_name(enum verdict verdict);

/** What became of one defect's trials. */
struct finding {
	const struct defect *defect;
	enum verdict expected; /* by the kernel's version */
	unsigned wanted;
	unsigned run;
	struct outcome *outcomes;      /* of each trial in run; owned */
	struct tally by[NUM_EVIDENCE]; /* what each source says of them */
	unsigned leaked;               /* what they say together */
	unsigned unknown;              /* of these nobody could say it */
	unsigned disagree;             /* of these they said different things */
	unsigned foreign;    /* leaked in a first pass and none in the second: another program's */
	unsigned superseded; /* leaked in a pass that another one replaced */
	struct auq_fence_driver *drivers; /* that leaked, as the listing has them; owned */
	unsigned num_drivers;
	struct traced_driver *traced; /* that leaked, as the trace has them; owned */
	unsigned num_traced;
	char doubt[160];      /* why the trace says nothing; "" if it speaks */
	bool silent;          /* control: its queues did not signal */
	unsigned probes;      /* queues that looked for free slots, all of which signalled */
	char skipped[160];    /* why it was not tried; "" if it was */
	char error[200];      /* what ended it early; "" if nothing did */
	enum verdict verdict; /* by judge() */
};

struct report {
	struct system_snapshot system;
	struct gpu_snapshot gpu;
	enum auq_ip ip;
	unsigned trials; /* for each defect */
	unsigned settle_ms;
	bool use[NUM_EVIDENCE];
	struct listing_snapshot before; /* of all trials; SOURCE_UNASKED if debugfs is not used */
	struct listing_snapshot after;  /* the last look, SOURCE_UNASKED if there was none */
	struct trace_snapshot trace;    /* SOURCE_UNASKED if it is not used */
	struct finding *findings;       /* catalogue_size of them, in its order */
	uint64_t cost_planned;          /* slots, if the kernel had every defect tried */
	uint64_t cost_actual;           /* slots pinned until the driver is reloaded */
	bool interrupted;
	bool stuck;           /* a call did not return */
	enum verdict verdict; /* by judge() */
};

/** Allocates the findings; -ENOMEM. */
int report_init(struct report *report, unsigned trials);
void report_fini(struct report *report);

/** The finding of DEFECT_CONTROL, and of a trait's first row. */
struct finding *report_find(struct report *report, int trait);

/**
 * Fills in each finding's verdict, the report's and the actual cost.
 *
 * A slot counts as leaked only if it was occupied at every look. Another
 * program may sit on one by chance, so a finding is a leak when more than half
 * of its trials leaked and the control's did not; anything between none and
 * that is unknown. A report is clean when all that was tried is,
 * and that was more than the control.
 */
void judge(struct report *report);

#endif
