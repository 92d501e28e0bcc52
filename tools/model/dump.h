/* SPDX-License-Identifier: MIT */
/* What a bug report needs of one machine at one moment: amdfence-dump(1). Plain data. */
#ifndef AMDFENCE_DUMP_H
#define AMDFENCE_DUMP_H

#include "model/report.h"

/*
 * More than that is counted and not shown: a device may have a quarter of a million fence
 * drivers, and a dump is to be attached to a report.
 */
enum {
	DUMP_MOST_DRIVERS = 4096,
	DUMP_MOST_OWNERS = 1000,
	DUMP_MOST_QUEUES = 4096,
	DUMP_MOST_LINES = 200,
	DUMP_MOST_PAIRS = 512,
	DUMP_MOST_SLOTS = 64, /* of a defect's trials */
};

/** Whether something could be read, and why not. */
struct source {
	enum source_state state;
	char error[128]; /* "" with SOURCE_OK */
};

/** A parameter of the driver, a version of firmware. */
struct pair {
	char name[64];
	char value[128];
};

struct pairs {
	struct source source;
	struct pair *items; /* owned */
	unsigned num;
};

/** A live queue, as debugfs has it. */
struct queue_entry {
	uint64_t client; /* the kernel's number of the DRM file */
	uint32_t queue;  /* its id in there */
	uint32_t pid;    /* of who holds the file, 0 when it is gone */
	char comm[64];
	int ip;       /* enum auq_ip, or -1: not known */
	uint64_t mqd; /* GPU address, 0 when not known */
};

struct queues {
	struct source source;
	struct queue_entry *items; /* owned */
	unsigned num, left_out;
};

/** What the fence drivers of one name hold together: who owns the references. */
struct owner {
	char comm[64];
	uint32_t processes; /* that created them: different pids */
	uint32_t drivers, live, leaked;
	uint64_t refs, fences, waitq, inherited, pending;
	int64_t unaccounted;
};

struct drivers {
	struct source source;
	char file[256];
	uint32_t used, total;         /* slots */
	uint32_t count, live, leaked; /* fence drivers */
	struct owner *owners;         /* owned; the one with most references first */
	unsigned num_owners;
	unsigned owners_left_out;
	struct owner others;            /* these together; nameless, its processes not counted */
	struct auq_fence_driver *items; /* owned; leaked ones first, else by slot */
	bool *is_leaked;                /* of each item; owned */
	unsigned num, left_out;
};

struct log_line {
	uint64_t us; /* since boot */
	unsigned level;
	char text[512];
};

struct driver_log {
	struct source source;
	struct log_line *lines; /* owned; the last ones */
	unsigned num;
};

/** A GPU as list has it. */
struct listed_gpu {
	struct gpu_snapshot gpu;
	char why[400];          /* what is the matter with it, "" where it answered */
	struct drivers drivers; /* counted, none of them named */
};

/** One row of the verdicts of leak-check. */
struct dump_trial {
	char id[16], title[128];
	enum verdict expected, verdict;
	uint32_t run, leaked;
	uint32_t slots[DUMP_MOST_SLOTS]; /* of the first trials */
	unsigned num_slots;
	char skipped[160];
};

struct dump {
	int64_t time; /* s since 1970 */
	bool simulated, redacted;
	char os[128], machine[65];
	char release[65], version[128]; /* of the kernel */
	struct source taint_source;
	uint64_t taint;
	struct setting panic_on_warn;
	char libdrm_built[32], libdrm_file[256];
	char node[256], pci[16], name[128], device_id[16], driver_version[40];
	uint32_t slots;
	enum auq_ip_state ip[AUQ_NUM_IPS];
	enum auq_answer traits[AUQ_NUM_TRAITS]; /* by the kernel's version */
	struct pairs parameters, firmware;
	struct queues queues;
	struct drivers drivers;
	struct driver_log log;
	bool checked; /* by leak-check; the rest is 0 without */
	enum verdict check_verdict;
	uint64_t check_cost;       /* slots pinned by it */
	struct dump_trial *trials; /* owned */
	unsigned num_trials;
};

void dump_fini(struct dump *dump);

/** What a device says of itself. */
void dump_take_gpu(struct dump *dump, const struct gpu_snapshot *gpu);

/**
 * The fence drivers of @listing, @most of them by name; leaked are those that are it here and,
 * with the same context, in @earlier. @drivers is to be given to drivers_fini() in any case.
 * -ENOMEM.
 */
int drivers_take_listing(struct drivers *drivers, const struct auq_listing *earlier,
			 const struct auq_listing *listing, unsigned most);
void drivers_fini(struct drivers *drivers);

/** The verdicts of @report; -ENOMEM. */
int dump_take_report(struct dump *dump, const struct report *report);

/**
 * Hides names of programs (the same one by the same number throughout), GPU
 * addresses and the folder of libdrm. -ENOMEM.
 */
int dump_redact(struct dump *dump);

/** A line of the kernel's log without names of programs and addresses. */
void dump_redact_line(char *line);

/** What it says of leaks: by leak-check, or by the listing, which can show one but not exclude it.
 */
enum verdict dump_verdict(const struct dump *dump);

/** The letters that the kernel has for the bits of its taint: "OE", "" if there are none. */
void dump_taint_letters(uint64_t taint, char letters[65]);

#endif
