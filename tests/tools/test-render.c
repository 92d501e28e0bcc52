// SPDX-License-Identifier: MIT
/*
 * What a report looks like, against the files in tests/tools/render. UPDATE=1
 * in the environment writes them anew.
 */
#include <config.h>

#include "../lib/tap.h"
#include "model/plan.h"
#include "render/render.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS 4

static char *read_golden(const char *path)
{
	static char text[16384];
	FILE *file = fopen(path, "r");
	size_t size = 0;

	if (file) {
		size = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[size] = 0;
	return text;
}

static void compare(const char *name, const char *text)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/tools/render/%s", srcdir ? srcdir : ".", name);
	if (getenv("UPDATE")) {
		FILE *file = fopen(path, "w");

		if (file) {
			fputs(text, file);
			fclose(file);
		}
	}
	if (ok(strcmp(read_golden(path), text) == 0, "%s", name))
		return;
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		printf("# %.*s\n", (int)strcspn(line, "\n"), line);
}

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

static void check(const struct report *report, const char *name)
{
	char file[64], *text;

	snprintf(file, sizeof(file), "%s.txt", name);
	text = render(report, false, false);
	compare(file, text);
	free(text);
	snprintf(file, sizeof(file), "%s.json", name);
	text = render(report, true, false);
	compare(file, text);
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
			finding->slots[j] = 2;
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

static void test_leak(void)
{
	struct report report;
	char *text;

	prepare(&report);
	for (unsigned i = 0; i < TRIALS; i++)
		find(&report, "L1")->slots[i] = 4 + i;
	find(&report, "L1")->leaked = TRIALS;
	find(&report, "L3")->run = 2;
	find(&report, "L3")->unknown = 2;
	find(&report, "L3")->slots[0] = UINT32_MAX;
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
	test_leak();
	test_hostile_names();
	return tap_done();
}
