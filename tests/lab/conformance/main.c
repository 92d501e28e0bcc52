// SPDX-License-Identifier: MIT
/*
 * Drives the driver's ioctls, right and wrong, and prints what comes of them: the same on every
 * run, so that a model of a kernel can be compared with the kernel. As root on the device of the
 * lab; see trace.h for what is in a line.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "trace.h"

static const struct {
	const char *name;
	void (*run)(void);
} parts[] = {
	{"core", part_core},       {"gem", part_gem},           {"info", part_info},
	{"syncobj", part_syncobj}, {"timeline", part_timeline}, {"syncfile", part_syncfile},
	{"queue", part_queue},     {"signal", part_signal},     {"wait", part_wait},
	{"trials", part_trials},   {"faults", part_faults},     {"slow", part_slow},
	{"off", part_off},
};

static int usage(FILE *to)
{
	size_t i;

	fputs("usage: driver [--sequences N] [--seed N] [--full N] PART...\n\nPART is ", to);
	for (i = 0; i < NUM(parts); i++)
		fprintf(to, "%s, ", parts[i].name);
	fputs("or random.\n"
	      "  --sequences N  random ones (1000)\n"
	      "  --seed N       of the random ones (1)\n"
	      "  --full N       show only the first N sequences, a hash of the others\n",
	      to);
	return to == stderr ? 2 : 0;
}

static void run(const char *name, uint64_t seed, unsigned long sequences)
{
	size_t i;

	for (i = 0; i < NUM(parts); i++)
		if (!strcmp(parts[i].name, name)) {
			parts[i].run();
			return;
		}
	if (strcmp(name, "random"))
		die("there is no part '%s'", name);
	part_random(seed, sequences);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"sequences", required_argument, NULL, 'n'},
		{"seed", required_argument, NULL, 's'},
		{"full", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	unsigned long sequences = 1000;
	uint64_t seed = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'n':
			sequences = strtoul(optarg, NULL, 0);
			break;
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			trace_full(strtoul(optarg, NULL, 0));
			break;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	if (optind == argc)
		return usage(stderr);
	for (; optind < argc; optind++)
		run(argv[optind], seed, sequences);
	return 0;
}
