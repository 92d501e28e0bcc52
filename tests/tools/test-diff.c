// SPDX-License-Identifier: MIT
/* What changed between two dumps, against the files in tests/tools/render. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"
#include "sample-dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const struct diff *diff, const char *name)
{
	char file[64], *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	render_diff_text(diff, out);
	fclose(out);
	snprintf(file, sizeof(file), "%s.txt", name);
	golden(file, text);
	free(text);
	out = open_memstream(&text, &size);
	render_diff_json(diff, out);
	fclose(out);
	snprintf(file, sizeof(file), "%s.json", name);
	golden(file, text);
	free(text);
}

static void test_growth(void)
{
	struct dump before, after;
	struct diff diff;

	sample_dump(&before, "game\\033[2J", 1);
	sample_dump(&after, "game\\033[2J", 4);
	after.time += 60;
	after.simulated = true;
	after.taint = 0;
	strcpy(after.parameters.items[0].value, "2");
	strcpy(after.firmware.items[0].name, "new_fw_version");
	after.queues.items[0].queue = 2;
	ok(diff_dumps(&before, &after, &diff) == 0, "two dumps are compared");
	ok(diff.growth == GROWTH_LEAKS && diff.new_leaked == 3, "a leak grew");
	check(&diff, "diff-leaks");
	diff_fini(&diff);

	diff_dumps(&after, &before, &diff);
	ok(diff.growth == GROWTH_NONE && diff.num_vanished == 3 && !diff.num_appeared,
	   "what vanishes is no growth");
	diff_fini(&diff);

	/* The same number of leaked ones, and one of them another one. */
	after.drivers.items[0].context += 1000;
	diff_dumps(&after, &after, &diff);
	ok(diff.growth == GROWTH_NONE && !diff.num_owners && !diff.num_values, "nothing changed");
	check(&diff, "diff-none");
	diff_fini(&diff);
	dump_fini(&before);
	sample_dump(&before, "game\\033[2J", 4);
	diff_dumps(&before, &after, &diff);
	ok(diff.growth == GROWTH_LEAKS && diff.new_leaked == 1,
	   "a leaked one in the place of another is new");
	diff_fini(&diff);

	after.drivers.source.state = SOURCE_DENIED;
	after.redacted = true;
	diff_dumps(&before, &after, &diff);
	ok(diff.growth == GROWTH_UNKNOWN, "what could not be read is not clean");
	check(&diff, "diff-unknown");
	diff_fini(&diff);
	dump_fini(&before);
	dump_fini(&after);
}

static void test_partial(void)
{
	struct dump before, after;
	struct diff diff;

	sample_dump(&before, "game", DUMP_MOST_DRIVERS + 5);
	sample_dump(&after, "game", DUMP_MOST_DRIVERS + 25);
	diff_dumps(&before, &after, &diff);
	ok(diff.is_partial && diff.new_leaked == 20, "of those left out the number tells");
	ok(diff.owners[0].after.drivers - diff.owners[0].before.drivers == 20,
	   "and whose they are");
	diff_fini(&diff);
	dump_fini(&before);
	dump_fini(&after);
}

int main(void)
{
	test_growth();
	test_partial();
	return tap_done();
}
