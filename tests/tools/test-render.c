// SPDX-License-Identifier: MIT
/*
 * What a report looks like, against the files in tests/tools/render. UPDATE=1
 * in the environment writes them anew.
 */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "model/evidence.h"
#include "model/plan.h"
#include "render/render.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS 4

static char *render(const struct report *report, bool json, bool colour)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (json)
		ok(render_report_json(report, out) == 0, "the report has a JSON document");
	else
		render_report_text(report, colour, out);
	fclose(out);
	return text;
}

static char *render_tap(const struct report *report)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	render_report_tap(report, out);
	fclose(out);
	return text;
}

static void check(const struct report *report, const char *name)
{
	char file[64], *text;

	snprintf(file, sizeof(file), "%s.txt", name);
	text = render(report, false, false);
	golden(file, text);
	free(text);
	snprintf(file, sizeof(file), "%s.json", name);
	text = render(report, true, false);
	golden(file, text);
	free(text);
	snprintf(file, sizeof(file), "%s.tap", name);
	text = render_tap(report);
	golden(file, text);
	free(text);
}

static struct finding *find(struct report *report, const char *id)
{
	return &report->findings[catalogue_find(id) - catalogue];
}

static void prepare(struct report *report)
{
	const struct plan_options options = {0};

	report_init(report, TRIALS);
	strcpy(report->system.release, "6.18.15-test");
	report->system.panic_on_warn = (struct setting){.state = SOURCE_OK, .value = true};
	strcpy(report->gpu.node, "/dev/dri/renderD128");
	strcpy(report->gpu.pci, "0000:03:00.0");
	strcpy(report->gpu.name, "Navi 31");
	report->gpu.info.device_id = 0x744c;
	report->gpu.info.drm_major = 3;
	report->gpu.info.drm_minor = 64;
	report->gpu.info.seq64_slots = 262144;
	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		report->gpu.traits[i] = AUQ_NO;
	report->gpu.traits[AUQ_TRAIT_LEAK_BORN_SIGNALED] = AUQ_YES;
	report->gpu.traits[AUQ_TRAIT_LEAK_PENDING_LIST] = AUQ_UNKNOWN;
	report->gpu.traits[AUQ_TRAIT_WAIT_SHORT_WARNS] = AUQ_YES;
	report->ip = AUQ_IP_SDMA;
	report->settle_ms = 1000;
	plan(report, &options);
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];

		finding->run = finding->wanted;
		for (unsigned j = 0; j < finding->run; j++)
			finding->outcomes[j].slot = 2;
	}
}

static void test_clean(void)
{
	struct report report;

	prepare(&report);
	find(&report, "control")->foreign = 1;
	judge(&report);
	check(&report, "clean");
	report_fini(&report);
}

static void test_simulated(void)
{
	struct report report;
	char *text;

	prepare(&report);
	report.system.simulated = true;
	judge(&report);
	text = render(&report, false, false);
	ok(strstr(text, " (SIMULATED)\n") != NULL, "a report says that it is simulated");
	free(text);
	text = render(&report, true, false);
	ok(strstr(text, "\"simulated\": true") != NULL, "in JSON, too");
	free(text);
	report_fini(&report);
}

static void test_leak(void)
{
	struct report report;
	char *text;

	prepare(&report);
	for (unsigned i = 0; i < TRIALS; i++)
		find(&report, "L1")->outcomes[i].slot = 4 + i;
	find(&report, "L1")->leaked = TRIALS;
	find(&report, "L3")->run = 2;
	find(&report, "L3")->unknown = 2;
	find(&report, "L3")->outcomes[0].slot = UINT32_MAX;
	strcpy(find(&report, "L3")->error, "USERQ_SIGNAL: Cannot allocate memory");
	report.interrupted = true;
	judge(&report);
	check(&report, "leak");
	text = render(&report, false, true);
	ok(strncmp(text, "\033[1;31mleak found\033[0m", 21) == 0 && !strchr(text + 21, '\033'),
	   "in colour only the verdict is");
	free(text);
	report_fini(&report);
}

#define DRIVER(slot, ctx, refs, counts, comm)                                                      \
	"slot=" #slot " va=0xffff800000000000 ctx=" #ctx " seq=18446744073709551615 refs=" #refs   \
	" owner=gone doorbell=5 " counts " pid=77 comm=" comm "\n"
#define LOST "fences=0 waitq=0 inherited=0 pending=0"

static void read_listing(struct listing_snapshot *snapshot, const char *drivers)
{
	char text[4096];

	snprintf(text, sizeof(text), "# amdgpu_userq_fence_drivers v1 used=7 total=262144\n%s",
		 drivers);
	snapshot->state = SOURCE_OK;
	ok(auq_listing_parse(text, strlen(text), &snapshot->listing) == 0, "a listing");
}

static void take_listing(struct report *report, const char *id)
{
	struct finding *finding = find(report, id);

	for (unsigned i = 0; i < TRIALS; i++)
		finding->outcomes[i].said[EVIDENCE_SLOTS] = SAID_LEAKED;
	evidence_take_listing(finding, report->before.listing, report->after.listing);
	evidence_combine(finding);
}

/* What the listing names, of all kinds, and what it does not. */
static void test_drivers(void)
{
	struct report report;
	char *text;

	prepare(&report);
	for (unsigned i = 0; i < TRIALS; i++) {
		find(&report, "L1")->outcomes[i].slot = 10 + i;
		find(&report, "L3")->outcomes[i].slot = 20 + i;
	}
	strcpy(report.gpu.listing, "/sys/kernel/debug/dri/128/amdgpu_userq_fence_drivers");
	report.use[EVIDENCE_DEBUGFS] = true;
	read_listing(&report.before, DRIVER(1, 1, 1, LOST, "a\\033[31m") DRIVER(2, 2, 1, LOST, "b")
					     DRIVER(3, 3, 1, LOST, "c") DRIVER(4, 4, 2, LOST, "d"));
	read_listing(
		&report.after,
		DRIVER(1, 1, 1, LOST, "a\\033[31m") DRIVER(2, 2, 1, LOST, "b") DRIVER(
			3, 3, 1, LOST, "c") DRIVER(4, 4, 2, LOST, "d") DRIVER(10, 10, 1, LOST, "w")
			DRIVER(11, 11, 4, "fences=1 waitq=1 inherited=1 pending=0",
			       "w") DRIVER(12, 12, 0, "fences=2 waitq=0 inherited=0 pending=1", "w")
				DRIVER(13, 13, 2, "fences=2 waitq=0 inherited=0 pending=0", "w"));
	judge(&report);
	text = render(&report, false, false);
	ok(strncmp(text, "clean: nothing that was tried leaks, but something did before\n", 62) ==
		   0,
	   "clean, and yet not");
	free(text);
	take_listing(&report, "L1");
	take_listing(&report, "L3");
	judge(&report);
	check(&report, "drivers");

	auq_listing_free(report.after.listing);
	report.after = (struct listing_snapshot){.state = SOURCE_BROKEN, .err = -5};
	judge(&report);
	check(&report, "listing-broken");
	report_fini(&report);
}

/* What the trace names, and where it is in doubt. */
static void test_traced(void)
{
	static const struct traced_driver traced = {10, 77, "a\033[31m\xff"};
	struct report report;
	struct finding *l1, *l3;
	char *text;

	prepare(&report);
	l1 = find(&report, "L1");
	l3 = find(&report, "L3");
	report.use[EVIDENCE_TRACE] = true;
	report.trace = (struct trace_snapshot){.state = SOURCE_OK, .events = 112, .lost = 3};
	l1->traced = calloc(TRIALS, sizeof(*l1->traced));
	for (unsigned i = 0; i < TRIALS; i++) {
		l1->outcomes[i].slot = 10 + i;
		l1->outcomes[i].said[EVIDENCE_SLOTS] = i ? SAID_LEAKED : SAID_FREE;
		l1->outcomes[i].said[EVIDENCE_TRACE] = SAID_LEAKED;
		l1->traced[i] = traced;
		l1->traced[i].slot += i;
	}
	l1->num_traced = TRIALS;
	strcpy(l3->doubt, "at least 3 events were lost");
	evidence_combine(l1);
	judge(&report);
	check(&report, "traced");
	report.trace.has_queues = true;
	text = render(&report, false, false);
	ok(strstr(text, "trace (112 events, 3 lost; the kernel's own tracepoints, too)\n") != NULL,
	   "the kernel's own tracepoints");
	free(text);
	text = render(&report, true, false);
	ok(strstr(text, "\"tracepoints\": true") != NULL, "... in JSON");
	free(text);

	report.use[EVIDENCE_TRACE] = false;
	report.trace.state = SOURCE_DENIED;
	strcpy(report.trace.why, "that is for root");
	text = render(&report, false, false);
	ok(strstr(text, "\nevidence slots; no trace: that is for root\n") != NULL, "no trace");
	free(text);
	report_fini(&report);
}

/* Each reason why there is no listing. */
static void test_no_listing(void)
{
	static const struct {
		enum source_state state;
		const char *text, *json;
	} cases[] = {
		{SOURCE_UNASKED, "\nevidence slots\n", "\"listing\": null"},
		{SOURCE_ABSENT,
		 "\nevidence slots; no debugfs: the kernel lists no fence drivers there\n",
		 "\"state\": \"absent\""},
		{SOURCE_DENIED, "\nevidence slots; no debugfs: that is for root\n",
		 "\"state\": \"denied\""},
		{SOURCE_BROKEN, "\nevidence slots; no debugfs: an error\n",
		 "\"state\": \"broken\""},
	};
	struct report report;
	char *text;

	prepare(&report);
	judge(&report);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		report.before.state = cases[i].state;
		report.before.err = -1;
		text = render(&report, false, false);
		ok(strstr(text, cases[i].text) != NULL, "no listing, case %u", i);
		free(text);
		text = render(&report, true, false);
		ok(strstr(text, cases[i].json) != NULL, "no listing in JSON, case %u", i);
		free(text);
	}
	report_fini(&report);
}

/* Control characters, an ANSI and a C1 sequence, and what is no UTF-8. */
static void test_hostile_names(void)
{
	static const char *const bad[] = {"\xff",         "\xc3",
					  "\xc0\xaf",     "\x80",
					  "\xed\xa0\x80", "\xf4\x90\x80\x80",
					  "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
					  "\xc2\x9b",     "\x7f"};
	static const char good[] = "R\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7\n\033[31m\"\\";
	struct json_object *root, *device, *name = NULL;
	struct report report;
	char *text;

	prepare(&report);
	strcpy(report.gpu.name, good);
	judge(&report);
	text = render(&report, true, false);
	root = json_tokener_parse(text);
	if (json_object_object_get_ex(root, "device", &device))
		json_object_object_get_ex(device, "name", &name);
	ok(name && strcmp(json_object_get_string(name), good) == 0, "a good name comes back");
	json_object_put(root);
	free(text);

	text = render(&report, false, false);
	ok(strstr(text,
		  "device   R\\xc3\\xa9\\xe2\\x82\\xac\\xf0\\x9f\\x90\\xa7\\x0a\\x1b[31m\"\\x5c,"),
	   "a terminal is told nothing");
	free(text);

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(report.gpu.name, sizeof(report.gpu.name), "<%s>", bad[i]);
		text = render(&report, true, false);
		ok(!strstr(text, bad[i]) && strstr(text, "\"<\xef\xbf\xbd"),
		   "what is no text is replaced in JSON: case %u", i);
		free(text);
	}
	report_fini(&report);
}

int main(void)
{
	test_clean();
	test_simulated();
	test_leak();
	test_drivers();
	test_traced();
	test_no_listing();
	test_hostile_names();
	return tap_done();
}
