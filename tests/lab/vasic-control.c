// SPDX-License-Identifier: MIT
#include "vasic-control.h"

#include <stdio.h>
#include <stdlib.h>

#define VASIC "/sys/kernel/debug/dri/128/vasic/"

long read_number(const char *path)
{
	FILE *file = fopen(path, "r");
	long number;

	if (!file || fscanf(file, "%ld", &number) != 1) {
		fprintf(stderr, "cannot read '%s'\n", path);
		exit(2);
	}
	fclose(file);
	return number;
}

int slots_settled(void)
{
	return read_number(VASIC "settle");
}

void vasic_set(const char *name, unsigned value)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), VASIC "%s", name);
	file = fopen(path, "w");
	if (!file || fprintf(file, "%u\n", value) < 0 || fclose(file)) {
		fprintf(stderr, "cannot write '%s'\n", path);
		exit(2);
	}
}
