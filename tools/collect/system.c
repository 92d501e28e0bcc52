// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/system.h"
#include "sim/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* The first line of a small file of the kernel's. */
static enum source_state read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return errno == ENOENT ? SOURCE_ABSENT : SOURCE_DENIED;
	ok = fgets(line, size, file) != NULL;
	fclose(file);
	return ok ? SOURCE_OK : SOURCE_DENIED;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), suffix_length = strlen(suffix);

	return length >= suffix_length && strcmp(text + length - suffix_length, suffix) == 0;
}

void collect_system(struct system_snapshot *system)
{
	struct utsname names;
	char line[4096];

	*system = (struct system_snapshot){0};
	if (uname(&names) == 0)
		snprintf(system->release, sizeof(system->release), "%s", names.release);
	system->simulated = has_suffix(system->release, SIM_RELEASE_SUFFIX);

	system->panic_on_warn.state =
		read_line("/proc/sys/kernel/panic_on_warn", line, sizeof(line));
	if (system->panic_on_warn.state == SOURCE_OK)
		system->panic_on_warn.value = atoi(line) != 0;

	/* CONFIG_RCU_LAZY holds back callbacks of CPUs that these options take out only. */
	system->lazy_rcu.state = read_line("/proc/cmdline", line, sizeof(line));
	if (system->lazy_rcu.state == SOURCE_OK)
		system->lazy_rcu.value = strstr(line, "rcu_nocbs") || strstr(line, "nohz_full");
}
