// SPDX-License-Identifier: MIT
/* A dump as text and as a page, against the files in tests/tools/render. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"
#include "sample-dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const struct dump *dump, const struct history *history, bool html)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(html ? render_dump_html : render_dump_text)(dump, history, out);
	fclose(out);
	return text;
}

static void check(const struct dump *dump, const struct history *history, const char *name)
{
	char file[64], *text;

	snprintf(file, sizeof(file), "%s.txt", name);
	text = text_of(dump, history, false);
	golden(file, text);
	free(text);
	snprintf(file, sizeof(file), "%s.html", name);
	text = text_of(dump, history, true);
	golden(file, text);
	free(text);
}

static void add_trials(struct dump *dump)
{
	dump->checked = true;
	dump->check_verdict = VERDICT_LEAK;
	dump->num_trials = 2;
	dump->trials = calloc(2, sizeof(*dump->trials));
	dump->trials[0] = (struct dump_trial){.id = "L3",
					      .title = "a fence still pending",
					      .expected = VERDICT_LEAK,
					      .verdict = VERDICT_LEAK,
					      .run = 8,
					      .leaked = 8,
					      .slots = {3, 4, 5, 9, 9, 7, 8},
					      .num_slots = 7};
	dump->check_cost = 8;
	dump->trials[1] = (struct dump_trial){.id = "L4",
					      .title = "WAIT",
					      .expected = VERDICT_CLEAN,
					      .verdict = VERDICT_UNKNOWN,
					      .skipped = "not <safe> here"};
}

static void test_leak(void)
{
	struct point points[] = {{1767222000, 2, 0}, {1767223800, 3, 1}, {1767225600, 5, 3}};
	struct history history = {points, 3};
	struct dump dump;

	sample_dump(&dump, "game\\033[2J\\377", 3);
	add_trials(&dump);
	dump.simulated = true;
	check(&dump, &history, "report-leak");
	dump_fini(&dump);
}

/* Nothing of it could be read. */
static void test_nothing(void)
{
	struct history history = {0};
	struct dump dump = {0};
	struct source denied = {.state = SOURCE_DENIED, .error = "Permission denied"};

	dump.taint_source = dump.queues.source = dump.drivers.source = denied;
	dump.parameters.source = dump.firmware.source = dump.log.source = denied;
	check(&dump, &history, "report-nothing");
	dump.checked = true;
	check(&dump, &history, "report-clean");
	dump_fini(&dump);
}

static void test_hostile(void)
{
	static const char *const names[][2] = {
		{"<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;"},
		{"\u00e9\u202e\u2066", "\u00e9\\xe2\\x80\\xae\\xe2\\x81\\xa6"},
		{"\xc2\x9b\x7f\n", "\\xc2\\x9b\\x7f\\x0a"},
		{"\xc3(\xed\xa0\x80\xf5", "\\xc3(\\xed\\xa0\\x80\\xf5"},
		{"a\xf0\x9f", "a\\xf0\\x9f"},
	};
	struct history history = {0};
	struct dump dump;
	char *text;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		sample_dump(&dump, "game", 3);
		strcpy(dump.drivers.owners[0].comm, names[i][0]);
		text = text_of(&dump, &history, true);
		ok(strstr(text, names[i][1]) && !strstr(text, names[i][0]), "%s", names[i][1]);
		free(text);
		dump_fini(&dump);
	}
}

/* Whether each width, and each place in a line, is in its picture. */
static bool has_sane_pictures(const char *text)
{
	static const char width[] = "width=\"", points[] = "points=\"";

	for (const char *at = text; (at = strstr(at, width)); at++) {
		double number = strtod(at + strlen(width), NULL);

		if (!(number >= 0 && number <= 1000) && strncmp(at, "width=\"device", 13))
			return false;
	}
	for (const char *at = text; (at = strstr(at, points)); at++)
		for (char *end = (char *)at + strlen(points); *end != '"'; end++) {
			double number = strtod(end, &end);

			if (!(number >= 0 && number <= 1000))
				return false;
			if (*end == '"')
				break;
		}
	return true;
}

/* Numbers that no kernel has, as a file may have them: the picture stays one. */
static void test_absurd(void)
{
	struct point points[] = {{INT64_MIN, 0, UINT32_MAX}, {INT64_MAX, UINT32_MAX, 0}};
	struct history history = {points, 2};
	struct dump dump;
	char *text;

	sample_dump(&dump, "game", 3);
	dump.drivers.owners[0].unaccounted = -(1ll << 53);
	dump.drivers.owners[0].fences = dump.drivers.owners[0].waitq = 1ull << 53;
	dump.drivers.total = 1;
	dump.drivers.used = UINT32_MAX;
	text = text_of(&dump, &history, true);
	ok(has_sane_pictures(text), "numbers that are too large, or too small");
	free(text);
	dump.drivers.total = 0;
	points[1].time = points[0].time;
	text = text_of(&dump, &history, true);
	ok(has_sane_pictures(text), "no slots, and no time");
	free(text);
	dump.drivers.owners[0].fences = dump.drivers.owners[0].waitq = 0;
	memset(dump.drivers.owners, 0, dump.drivers.num_owners * sizeof(struct owner));
	text = text_of(&dump, &history, true);
	ok(has_sane_pictures(text), "owners without references");
	free(text);
	dump_fini(&dump);
}

int main(void)
{
	test_leak();
	test_nothing();
	test_hostile();
	test_absurd();
	return tap_done();
}
