// SPDX-License-Identifier: MIT
/* What the text of a trace tells of fence slots, whatever is in it. */
#include <config.h>

#include "../lib/tap.h"
#include "model/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKER 83
#define VICTIM 85

/* As a kernel of 6.18 writes them, in the lab and as a module. */
#define HEAD(comm16, pid) comm16 "-" pid "      [000] .Ns1.     4.389234: "
#define ALLOC(va, result)                                                                          \
	"amdfence_alloc: (amdgpu_userq_fence_driver_alloc+0x5a/0x155 [amdgpu] <- "                 \
	"amdgpu_seq64_alloc [amdgpu]) device=0xff11000002400000 va=" va " result=" result "\n"
#define FREE(va) "amdfence_free: (amdgpu_seq64_free+0x4/0x55) device=0xff11000002400000 va=" va "\n"
#define DESTROY                                                                                    \
	"amdfence_destroy: (amdgpu_userq_fence_driver_destroy+0x0/0x1c1) driver=0xff110000045d\n"
/* As 7.3.4 writes them. */
#define CREATED                                                                                    \
	"amdgpu_userq_create_end: queue=00000000d4d3d1e7, doorbell=3072, type=2, state=1, "        \
	"xcp_id=0, result=0\n"
#define DESTROYED                                                                                  \
	"amdgpu_userq_destroy_end: queue=00000000d4d3d1e7, doorbell=3072, type=2, state=0, "       \
	"xcp_id=0, result=0\n"
#define SLOT3 "0xffffffffffc00018"
#define SLOT4 "0xffffffffffc00020"
#define OURS  HEAD(" amdfence-worker", "83")
#define OTHER HEAD("            bash", "99")
#define IDLE  HEAD("          <idle>", "0")

static struct ledger *start(void)
{
	struct ledger *ledger = ledger_new(262144);

	ledger_own(ledger, WORKER);
	return ledger;
}

static void feed(struct ledger *ledger, const char *text)
{
	ledger_feed(ledger, text, strlen(text));
}

static bool is_doubted(const struct ledger *ledger, const char *why)
{
	char got[160];

	ledger_doubt(ledger, got, sizeof(got));
	return strcmp(got, why) == 0;
}

static void expect(const struct ledger *ledger, uint32_t slot, enum traced want, const char *what)
{
	struct traced_driver driver;

	is(ledger_find(ledger, slot, &driver), want, what);
}

/* ---- lines --------------------------------------------------------------- */

struct seen {
	unsigned num;
	struct trace_event last;
};

static void take(void *arg, const struct trace_event *event)
{
	struct seen *seen = arg;

	seen->num++;
	seen->last = *event;
}

static struct trace_event parse(const char *text)
{
	struct trace_parser parser = {0}, slow = {0};
	struct seen seen = {0}, again = {0};

	trace_parse(&parser, text, strlen(text), take, &seen);
	for (size_t i = 0; text[i]; i++)
		trace_parse(&slow, text + i, 1, take, &again);
	ok(seen.num == 1 && again.num == 1 && again.last.kind == seen.last.kind,
	   "one line, whole and a byte at a time");
	return seen.last;
}

static void test_lines(void)
{
	struct trace_event event = parse(OURS ALLOC(SLOT3, "-28"));

	ok(event.kind == TRACE_ALLOC && event.pid == WORKER && event.result == -28 &&
		   event.va == 0xffffffffffc00018 && event.device == 0xff11000002400000 &&
		   strcmp(event.comm, "amdfence-worker") == 0,
	   "an ALLOC that failed");
	event = parse(IDLE FREE(SLOT4));
	ok(event.kind == TRACE_FREE && event.va == 0xffffffffffc00020 && event.pid == 0, "a FREE");
	is(parse(IDLE DESTROY).kind, TRACE_DESTROY, "a DESTROY");
	event = parse(HEAD("   \n a: [1] b-7 ", "4242424") FREE(SLOT4));
	ok(event.kind == TRACE_FREE && event.pid == 4242424 &&
		   strcmp(event.comm, "\n a: [1] b-7 ") == 0,
	   "a hostile name");
	event = parse(OURS CREATED);
	ok(event.kind == TRACE_CREATED && event.pid == WORKER, "a queue was made");
	event = parse(OTHER "amdgpu_userq_destroy_end: (what it=(says\n");
	ok(event.kind == TRACE_DESTROYED && event.pid == 99, "one was destroyed, whatever is told");
	event = parse("CPU:1 [LOST 12 EVENTS]\n");
	ok(event.kind == TRACE_LOST && event.lost == 12, "events that were lost");
	is(parse("CPU:1 [LOST EVENTS]\n").lost, 1, "... nobody knows how many");
}

static void test_strange_lines(void)
{
	static const char *const lines[] = {
		"CPU:1 [LOS",
		"##### CPU 1 buffer started ####",
		"amdfence-worker2-83      [000] .....     4.389234: " FREE(SLOT4),
		HEAD(" amdfence-worker",
		     "83") "free: (amdgpu_seq64_free+0x4/0x55) device=0x1 va=0x2",
		HEAD(" amdfence-worker", "x83") FREE(SLOT4),
		HEAD(" amdfence-worker", "99999999999") FREE(SLOT4),
		OURS FREE("(fault)"),
		OURS "amdgpu_userq_create_ending: queue=1",
		OURS FREE("0x10000000000000000"),
		OURS FREE(SLOT4 " more=0x1"),
		OURS ALLOC(SLOT4, "99999999999"),
		OURS "amdfence_free: (amdgpu_seq64_free",
		"                 ",
	};
	struct trace_parser parser;
	char text[2000];

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "%.*s\n", (int)strcspn(lines[i], "\n"), lines[i]);
		is(parse(text).kind, TRACE_STRANGE, lines[i]);
	}
	memset(text, ' ', sizeof(text));
	strcpy(text + 1000, FREE(SLOT4));
	is(parse(text).kind, TRACE_STRANGE, "a long line");
	/* What fits is a line by itself. */
	snprintf(
		text, sizeof(text), IDLE "amdfence_free: (%0*d) device=0x1 va=0x8 more\n",
		(int)(sizeof(parser.line) - 1 - strlen(IDLE "amdfence_free: () device=0x1 va=0x8")),
		0);
	is(parse(text).kind, TRACE_STRANGE, "... the beginning of which is a whole one");
}

/* ---- the ledger ---------------------------------------------------------- */

static void test_fates(void)
{
	struct ledger *ledger = start();
	struct traced_driver driver;

	expect(ledger, 3, TRACED_NOTHING, "nobody had it");
	feed(ledger, OURS ALLOC(SLOT3, "0"));
	ledger_expect(ledger, 1, 1, 0);
	ok(ledger_find(ledger, 3, &driver) == TRACED_OURS && driver.slot == 3 &&
		   driver.pid == WORKER && strcmp(driver.comm, "amdfence-worker") == 0,
	   "ours, and whose");
	ok(is_doubted(ledger, ""), "... without doubt");
	feed(ledger, OTHER "amdfence_alloc: (x) device=0x1 va=" SLOT3 " result=0\n");
	feed(ledger, OTHER DESTROY OTHER "amdfence_free: (x) device=0x1 va=" SLOT3 "\n");
	expect(ledger, 3, TRACED_OURS, "... whatever another GPU has and gives back there");
	feed(ledger, IDLE DESTROY IDLE FREE(SLOT3));
	expect(ledger, 3, TRACED_FREE, "given back");
	feed(ledger, OTHER ALLOC(SLOT3, "0"));
	expect(ledger, 3, TRACED_OTHERS, "another's");
	feed(ledger, OTHER "amdfence_alloc: (x) device=0x1 va=" SLOT4 " result=0\n");
	expect(ledger, 4, TRACED_NOTHING, "another GPU's");
	feed(ledger, OURS ALLOC("0x0", "-28"));
	ok(is_doubted(ledger, ""), "a pool without slots is no queue");
	feed(ledger, OURS ALLOC(SLOT4, "0"));
	ledger_expect(ledger, 2, 1, 0);
	expect(ledger, 4, TRACED_FREE, "a queue that looked for slots proves one to be free");
	is(ledger_events(ledger), 10, "all are counted");
	ledger_begin(ledger);
	expect(ledger, 3, TRACED_NOTHING, "what was before is forgotten");
	ledger_free(ledger);
}

static void test_doubts(void)
{
	struct ledger *ledger = start();

	feed(ledger, OURS ALLOC(SLOT3, "0"));
	ledger_expect(ledger, 2, 2, 0);
	ok(is_doubted(ledger, "2 queues were made, and 1 slots given out for them"), "one too few");
	ledger_expect(ledger, 0, 0, 1);
	ok(is_doubted(ledger, ""), "one that may be");
	ledger_expect(ledger, 0, 0, 0);
	ok(is_doubted(ledger, "0 queues were made, and 1 slots given out for them"),
	   "one too many");
	ledger_begin(ledger);
	feed(ledger, IDLE DESTROY IDLE DESTROY);
	ok(is_doubted(ledger, "2 fence drivers were destroyed, and 0 slots taken back"),
	   "amdgpu_seq64_free() has no probe that is hit");
	ledger_begin(ledger);
	feed(ledger, "CPU:0 [LOST 5 EVENTS]\n");
	ok(is_doubted(ledger, "at least 5 events were lost"), "lost");
	ledger_lose(ledger, UINT64_MAX);
	is((long long)ledger_lost(ledger), (long long)UINT64_MAX,
	   "... no more than can be counted");
	ledger_begin(ledger);
	feed(ledger, OURS ALLOC("0x0", "0") IDLE "nonsense\n");
	ok(is_doubted(ledger, "2 lines are not understood"), "strange");
	ledger_begin(ledger);
	ok(is_doubted(ledger, ""), "another batch, another doubt");
	for (unsigned i = 0; i < 4; i++)
		ledger_own(ledger, i);
	is(ledger_own(ledger, 5), -ENOSPC, "not more processes than there can be");
	ledger_free(ledger);
}

/* What the kernel's own events say, where there are some. */
static void test_queues(void)
{
	struct ledger *ledger = start();

	feed(ledger, OURS ALLOC(SLOT3, "0"));
	ledger_expect(ledger, 1, 1, 0);
	ok(is_doubted(ledger, ""), "a kernel that tells nothing of queues");
	ledger_watch_queues(ledger);
	ok(is_doubted(ledger, "1 queues were made, and the kernel tells of 0"), "one that should");
	feed(ledger, OTHER CREATED OTHER DESTROYED);
	ok(is_doubted(ledger, "1 queues were made, and the kernel tells of 0"),
	   "... not of another's");
	feed(ledger, OURS CREATED);
	ok(is_doubted(ledger, "the kernel tells of 1 queues made, and 0 of them destroyed"),
	   "a queue that has its slot still");
	feed(ledger, OTHER DESTROYED);
	ok(is_doubted(ledger, "the kernel tells of 1 queues made, and 0 of them destroyed"),
	   "... whatever another does");
	feed(ledger, OURS DESTROYED);
	ok(is_doubted(ledger, ""), "... and gone, without its slot");
	feed(ledger, OURS CREATED OURS DESTROYED);
	ok(is_doubted(ledger, "1 queues were made, and the kernel tells of 2"), "one too many");
	ledger_expect(ledger, 1, 1, 1);
	ok(is_doubted(ledger, "the kernel tells of 2 queues made, and 1 slots were given out "
			      "for them"),
	   "one that may be was, and its slot is not known");
	feed(ledger, OURS ALLOC(SLOT4, "0"));
	ok(is_doubted(ledger, ""), "... and is");
	ledger_begin(ledger);
	ledger_own(ledger, WORKER);
	feed(ledger, OURS ALLOC(SLOT3, "0") OURS ALLOC(SLOT4, "0") OURS CREATED OURS DESTROYED);
	ledger_expect(ledger, 1, 1, 1);
	ok(is_doubted(ledger, ""), "a CREATE that failed may have had a slot");
	ledger_expect(ledger, 2, 2, 0);
	ok(is_doubted(ledger, "2 queues were made, and the kernel tells of 1"),
	   "another batch is watched, too");
	ledger_free(ledger);
}

/* Probes that were missed, and what shows of it. */
static void test_missed(void)
{
	struct ledger *ledger = start();

	feed(ledger, OURS ALLOC(SLOT3, "0") OURS ALLOC(SLOT4, "0"));
	ledger_expect(ledger, 2, 2, 0);
	is(ledger_unexplained(ledger, 2), 0, "nothing was missed");
	ledger_miss(ledger, 1);
	is(ledger_unexplained(ledger, 2), 1, "one of two may have been given back");
	is(ledger_unexplained(ledger, 1), 0, "... the one that is not judged");
	ok(is_doubted(ledger, ""), "... no doubt of the rest");
	feed(ledger, OURS ALLOC(SLOT4, "0"));
	is(ledger_unexplained(ledger, 2), 0, "given out again: that was it");
	feed(ledger, IDLE FREE(SLOT4));
	is(ledger_unexplained(ledger, 1), 0, "... and is not held any more");
	ledger_miss(ledger, 1);
	is(ledger_unexplained(ledger, 1), 1, "another one");
	is(ledger_lost(ledger), 2, "all are counted");
	ledger_free(ledger);
}

int main(void)
{
	test_lines();
	test_strange_lines();
	test_fates();
	test_doubts();
	test_queues();
	test_missed();
	return tap_done();
}
