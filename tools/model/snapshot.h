/* SPDX-License-Identifier: MIT */
/* What was seen at one moment. Plain data; who reads it never asks the system again. */
#ifndef AMDFENCE_SNAPSHOT_H
#define AMDFENCE_SNAPSHOT_H

#include <amdgpu_userq.h>
#include <stdbool.h>

enum source_state {
	SOURCE_ABSENT,
	SOURCE_DENIED,
	SOURCE_OK,
	SOURCE_BROKEN, /* there, but it could not be read, or made no sense */
	SOURCE_UNASKED,
};

/** A yes-or-no of the system; value means something only with SOURCE_OK. */
struct setting {
	enum source_state state;
	bool value;
};

struct system_snapshot {
	char release[65];
	bool simulated; /* it is no kernel, and there is no GPU: amdfence-sim(1) */
	struct setting panic_on_warn;
	struct setting lazy_rcu; /* RCU callbacks may be left lying for seconds */
};

struct gpu_snapshot {
	char node[256]; /* "" when the kernel made none */
	char pci[16];   /* 0000:03:00.0, "" when not known */
	char name[128];
	struct auq_device_info info;
	struct auq_ip_info ip[AUQ_NUM_IPS];
	enum auq_answer traits[AUQ_NUM_TRAITS];
	char listing[256]; /* where the kernel would list its fence drivers; "" when not known */
};

/** The fence drivers of a GPU. */
struct listing_snapshot {
	enum source_state state;
	int err;                     /* unless SOURCE_OK: why not, negative */
	struct auq_listing *listing; /* with SOURCE_OK; owned */
};

/** Of the kernel's functions, what they were called for. */
struct trace_snapshot {
	enum source_state state;
	char why[160];      /* unless SOURCE_OK: why there is none */
	const char *remedy; /* and what to do about it, a constant; "" if nothing */
	uint64_t events;    /* seen in all */
	uint64_t lost;      /* at least */
	bool has_queues;    /* with SOURCE_OK: the kernel's own tracepoints were used, too */
};

/* As amdfence-json(5) has them: ok, absent, denied, broken, unasked. */
const char *source_state_name(enum source_state state);

/* Names as people and options write them: gfx, compute, sdma. */
const char *ip_name(enum auq_ip ip);
/* In the order of what a queue costs, cheapest first. AUQ_NUM_IPS when none is usable. */
unsigned cheapest_usable_ip(const struct gpu_snapshot *gpu);

#endif
