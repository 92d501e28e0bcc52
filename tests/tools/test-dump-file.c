// SPDX-License-Identifier: MIT
/* Dumps from files: what we wrote comes back, and what others wrote does no harm. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"
#include "sample-dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text_of(const struct dump *dump)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	render_dump_json(dump, out);
	fclose(out);
	return text;
}

static void is_refused(const char *text, size_t size, const char *wanted)
{
	struct dump dump;
	char why[200] = "";

	ok(!parse_dump(text, size, &dump, why, sizeof(why)) && strstr(why, wanted), "%s", wanted);
	if (!strstr(why, wanted))
		printf("# %s\n", why);
}

/* @text with the first @from replaced by @to; to be freed. */
static char *with(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *changed = NULL;

	if (!at ||
	    asprintf(&changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) < 0)
		return NULL;
	return changed;
}

static void test_round_trip(const char *text)
{
	struct dump dump;
	char why[200] = "", *again;

	ok(parse_dump(text, strlen(text), &dump, why, sizeof(why)), "a dump is read %s", why);
	again = text_of(&dump);
	ok(strcmp(text, again) == 0, "and is the same when it is written again");
	free(again);
	dump_fini(&dump);
}

/* A document's verdicts, with one trial in this slot. */
#define CHECK(slot)                                                                                \
	"\"leak_check\": {\"verdict\": \"leak\", \"cost\": \"0x1\", \"trials\": [{\"id\": "        \
	"\"L1\", "                                                                                 \
	"\"title\": \"t\", \"expected\": \"leak\", \"verdict\": \"leak\", \"run\": 1, "            \
	"\"leaked\": 1, "                                                                          \
	"\"skipped\": null, \"slots\": [" slot "]}]}"

static void test_refused(const char *text)
{
	static const struct {
		const char *from, *to, *why;
	} cases[] = {
		{"\"schema\": 1", "\"schema\": 2", "its schema is another than 1"},
		{"\"kind\": \"dump\"", "\"kind\": \"diff\"", "it is no dump"},
		{"\"kind\": \"dump\"", "\"kin\": \"dump\"", "it is no dump"},
		{"\"used\": 5", "\"used\": -1", "listing.used is out of range"},
		{"\"used\": 5", "\"used\": 4294967296", "listing.used is out of range"},
		{"\"used\": 5", "\"used\": 99999999999999999999", "listing.used is out of range"},
		{"\"used\": 5", "\"used\": \"5\"", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": null", "listing.used is not a whole number"},
		{"\"used\": 5", "\"use\": 5", "listing.used is missing"},
		{"\"used\": 5", "\"used\": 5, \"used\": {}", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": 5.0", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": 1e400", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": NaN", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": -Infinity", "listing.used is not a whole number"},
		{"\"used\": 5", "\"used\": 0x5", "it is no JSON"},
		{"\"refs\": 6", "\"refs\": 9223372036854775807",
		 "listing.owners[].refs is out of range"},
		{"\"owners\": [", "\"owners\": [ 1,",
		 "listing.owners has a member that is not an object"},
		{"\"drivers\": [", "\"drivers\": {}, \"d\": [", "listing.drivers is not an array"},
		{"\"va\": \"0x", "\"va\": \"0xg",
		 "listing.drivers[].va is not a hexadecimal number"},
		{"\"va\": \"0x", "\"va\": \"-0x",
		 "listing.drivers[].va is not a hexadecimal number"},
		{"\"leaked\": true", "\"leaked\": 1",
		 "listing.drivers[].leaked is not true or false"},
		{"\"state\": \"usable\"", "\"state\": \"\"", "engines[].state has no meaning"},
		{"\"level\": 4", "\"level\": 8", "log.lines[].level is out of range"},
		{"2026-01-01T00", "2026-01-01 00", "time is none"},
		{"\"Navi 31\"", "\"Navi\\u0000 31\"", "device.name has a NUL"},
		{"\"Navi 31\"", "\"Navi \xff\"", "it is no JSON"},
		{"\"Navi 31\"", "'Navi 31'", "it is no JSON"},
		{"\"user_queue\": \"1\"", "\"user\\u001b[2J\": 1",
		 "parameters.user?[2J is not a text"},
		{"\"leak_check\": null\n}", "\"leak_check\": null\n} 1", "it is no JSON"},
		{"\"leak_check\": null", CHECK("-1"),
		 "leak_check.trials[].slots has a member that is out of range"},
		{"\"leak_check\": null", CHECK("\"1\""),
		 "leak_check.trials[].slots has a member that is not a whole number"},
		{"\"leak_check\": null", "\"leak_check\": []", "leak_check is not an object"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *changed = with(text, cases[i].from, cases[i].to);

		if (changed)
			is_refused(changed, strlen(changed), cases[i].why);
		else
			ok(false, "the sample has '%s'", cases[i].from);
		free(changed);
	}
	is_refused("", 0, "it is empty");
	is_refused(" ", 1, "it is cut off");
	is_refused("[]", 2, "it is no dump");
	is_refused("1 ", 2, "it is no dump");
	is_refused("\0", 1, "it is");
}

static void test_verdicts(const char *text)
{
	struct dump dump;
	char why[200] = "", *written;

	ok(parse_dump(text, strlen(text), &dump, why, sizeof(why)), "verdicts are read %s", why);
	ok(dump.checked && dump.check_cost == 1 && dump.num_trials == 1 &&
		   dump.trials[0].num_slots == 1 && dump.trials[0].slots[0] == 5,
	   "with slots and cost");
	written = text_of(&dump);
	dump_fini(&dump);
	test_round_trip(written);
	free(written);
}

/* Each way to cut it off, and a byte changed at each place: whatever it is, nothing breaks. */
static void test_damaged(const char *text)
{
	size_t size = strlen(text), refused = 0;
	char *copy = strdup(text), why[200];
	struct dump dump;

	for (size_t cut = 0; cut + 1 < size; cut++)
		refused += !parse_dump(text, cut, &dump, why, sizeof(why));
	ok(refused == size - 1, "wherever it is cut off, it is refused");
	for (size_t at = 0; at < size; at += 7) {
		copy[at] = (char)(text[at] ^ (1 << at % 8));
		if (parse_dump(copy, size, &dump, why, sizeof(why)))
			dump_fini(&dump);
		copy[at] = text[at];
	}
	ok(true, "a byte that is changed does no harm");
	free(copy);
}

/* What is in a dump for others: nobody here reads it. */
#define UNREAD                                                                                     \
	"tool name version verdict letters reason reason reason "                                  \
	"title title title title title "                                                           \
	"unaccounted unaccounted unaccounted unaccounted unaccounted "

/* The place of the kind of @value in the table below, if it has only one. */
static int place_of(const char *value)
{
	switch (*value) {
	case '"':
		return 0;
	case 't':
	case 'f':
		return 1;
	case '[':
		return 2;
	case '{':
		return 3;
	}
	return -1;
}

/* In the place of each value, one of each other kind. */
static void test_kinds(const char *text)
{
	static const char *const values[] = {"\"0\"", "true", "[]", "{}", "1.5", "NaN"};
	char *changed, why[200], unread[1000] = "";
	struct dump dump;

	for (const char *at = text; (at = strstr(at, "\": ")); at++) {
		const char *value = at + strlen("\": "), *key = at;
		bool is_read = true;

		while (key[-1] != '"')
			key--;
		for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++) {
			if (i == place_of(value) || *value == 'n' ||
			    asprintf(&changed, "%.*s%s, \"theirs\": %s", (int)(value - text), text,
				     values[i], value) < 0)
				continue;
			if (parse_dump(changed, strlen(changed), &dump, why, sizeof(why))) {
				is_read = false;
				dump_fini(&dump);
			}
			free(changed);
		}
		if (!is_read && strlen(unread) < sizeof(unread) - 100)
			sprintf(unread + strlen(unread), "%.*s ", (int)(at - key), key);
	}
	if (!ok(strcmp(unread, UNREAD) == 0, "a value of another kind is refused"))
		printf("# %s\n", unread);
}

/* Many names with braces in them are fine, many objects are not. */
static void test_much(const char *text)
{
	const size_t size = 4 << 20;
	char *many = malloc(size), *changed;
	struct dump dump;
	char why[200];

	for (size_t i = 0; i + 3 < size; i += 3)
		memcpy(many + i, "{},", 3);
	is_refused(many, size, "more in it than a dump");
	for (size_t i = 0; i + 2 < size; i += 2)
		memcpy(many + i, "0,", 2);
	is_refused(many, size, "more in it than a dump");
	memset(many, '{', size);
	memcpy(many, "\"\\\"", 3);
	strcpy(many + 100000, "\"");
	changed = with(text, "\"compositor\"", many);
	ok(parse_dump(changed, strlen(changed), &dump, why, sizeof(why)),
	   "a name may be made of braces");
	dump_fini(&dump);
	free(changed);
	free(many);
}

static void test_deep(void)
{
	const size_t size = 10000;
	char *text = malloc(size);

	memset(text, '[', size);
	is_refused(text, size, "nesting too deep");
	for (size_t i = 0; i + 5 < 1000; i += 5)
		memcpy(text + i, "{\"a\":", 5);
	is_refused(text, 1000, "nesting too deep");
	free(text);
}

static void test_long_names(const char *text)
{
	char name[400], *changed;
	struct dump dump;
	char why[200];

	strcpy(name, "\"");
	for (unsigned i = 0; i < 50; i++)
		strcat(name, "\xef\xbf\xbd");
	strcat(name, "\"");
	changed = with(text, "\"compositor\"", name);
	ok(parse_dump(changed, strlen(changed), &dump, why, sizeof(why)), "a long name is taken");
	ok(strlen(dump.queues.items[0].comm) == 63, "and cut off where a character ends");
	dump_fini(&dump);
	free(changed);
}

int main(void)
{
	struct dump dump;
	char *text, *checked;

	sample_dump(&dump, "game\\033[2J", 3);
	text = text_of(&dump);
	test_round_trip(text);
	checked = with(text, "\"leak_check\": null", CHECK("5"));
	test_verdicts(checked);
	free(checked);
	test_refused(text);
	test_kinds(text);
	test_damaged(text);
	test_deep();
	test_much(text);
	test_long_names(text);
	free(text);
	dump_fini(&dump);
	return tap_done();
}
