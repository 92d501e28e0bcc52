// SPDX-License-Identifier: MIT
/* Dumps: what is accepted can be shown, compared, written and read again. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "render/render.h"

static char *write_dump(const struct dump *dump)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out || render_dump_json(dump, out) || fclose(out))
		abort();
	return text;
}

static void show(const struct dump *dump)
{
	struct point point = {dump->time, dump->drivers.used, dump->drivers.leaked};
	struct point points[2] = {point, point};
	const struct history history = {points, 2};
	char *text = NULL;
	struct diff diff;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out || diff_dumps(dump, dump, &diff))
		abort();
	if (diff.growth == GROWTH_LEAKS)
		abort();
	render_dump_text(dump, &history, out);
	render_dump_html(dump, &history, out);
	render_diff_text(&diff, out);
	diff_fini(&diff);
	fclose(out);
	/* All that is shown is printable: nothing steers a terminal. */
	for (size_t i = 0; i < size; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dump dump, again;
	char why[200], *text;

	if (!parse_dump((const char *)data, size, &dump, why, sizeof(why)))
		return 0;
	show(&dump);
	text = write_dump(&dump);
	if (!parse_dump(text, strlen(text), &again, why, sizeof(why)))
		abort();
	if (again.drivers.num != dump.drivers.num || again.queues.num != dump.queues.num ||
	    dump_verdict(&again) != dump_verdict(&dump))
		abort();
	free(text);
	dump_fini(&dump);
	dump_fini(&again);
	return 0;
}
