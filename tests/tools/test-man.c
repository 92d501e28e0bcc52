// SPDX-License-Identifier: MIT
/* The manual page says of each defect what the catalogue says. */
#include <config.h>

#include "../lib/tap.h"
#include "model/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text without the marks of troff that the page uses; its line ends are spaces. */
static void read_page(char *text, size_t size)
{
	const char *dir = getenv("srcdir");
	char path[4096];
	size_t length = 0;
	FILE *file;
	int c;

	snprintf(path, sizeof(path), "%s/man/amdfence-leak-check.1", dir ? dir : ".");
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

	read_page(page, sizeof(page));
	for (unsigned i = 0; i < catalogue_size; i++) {
		const struct defect *defect = &catalogue[i];
		char heading[200];

		snprintf(heading, sizeof(heading), "%s: %s", defect->id, defect->title);
		ok(strstr(page, heading) != NULL, "title of %s", defect->id);
		ok(strstr(page, defect->description) != NULL, "description of %s", defect->id);
		if (defect->remedy)
			ok(strstr(page, defect->remedy) != NULL, "remedy of %s", defect->id);
	}
	return tap_done();
}
