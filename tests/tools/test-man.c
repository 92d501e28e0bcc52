// SPDX-License-Identifier: MIT
/* The manual pages say of each defect and each race what the tables say. */
#include <config.h>

#include "../lib/tap.h"
#include "model/catalogue.h"
#include "model/race.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text without the marks of troff that the page uses; its line ends are spaces. */
static void read_page(const char *name, char *text, size_t size)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	size_t length = 0;
	FILE *file;
	int c;

	snprintf(path, sizeof(path), "%s/man/%s", dir ? dir : ".", name);
	text[0] = 0;
	file = fopen(path, "r");
	if (!file)
		return;
	while ((c = getc(file)) != EOF && length < size - 1) {
		if (c == '\\') {
			c = getc(file);
			if (c == 'f')
				getc(file);
			if (c != '-')
				continue;
		}
		text[length++] = c == '\n' ? ' ' : c;
	}
	text[length] = 0;
	fclose(file);
}

int main(void)
{
	static char page[65536];
	char heading[200];

	read_page("amdfence-leak-check.1", page, sizeof(page));
	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct defect *defect = &catalogue[i];

		snprintf(heading, sizeof(heading), "%s: %s", defect->id, defect->title);
		ok(strstr(page, heading) != NULL, "title of %s", defect->id);
		ok(strstr(page, defect->description) != NULL, "description of %s", defect->id);
		if (defect->remedy)
			ok(strstr(page, defect->remedy) != NULL, "remedy of %s", defect->id);
	}
	read_page("amdfence-race.1", page, sizeof(page));
	for (unsigned i = 0; i < RACE_NUM_KINDS; i++) {
		snprintf(heading, sizeof(heading), "%s: %s", race_kind_name(i), race_kind_title(i));
		ok(strstr(page, heading) != NULL, "title of %s", race_kind_name(i));
		ok(strstr(page, race_kind_description(i)) != NULL, "description of %s",
		   race_kind_name(i));
	}
	return tap_done();
}
