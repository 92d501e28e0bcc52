// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"

#include <string.h>

static int run_help_of(const struct command *command)
{
	char name[64], help[] = "--help";
	char *argv[] = {name, help, NULL};

	snprintf(name, sizeof(name), "amdfence %s", command->name);
	return command->run(2, argv);
}

static int run(int argc, char **argv)
{
	const struct command *command;

	/* Its own help is the list. */
	if (argc > 1 && strcmp(argv[1], "--help") && strcmp(argv[1], cmd_help.name)) {
		command = command_find(argv[1]);
		if (command)
			return run_help_of(command);
		complain("'amdfence help' lists the commands", "no command '%s'", argv[1]);
		return EXIT_TROUBLE;
	}
	printf("usage: amdfence COMMAND [OPTION...]\n\n");
	for (unsigned i = 0; commands[i]; i++)
		printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n'amdfence help COMMAND' says more; so do the manual pages amdfence(1) and\n"
	       "amdfence-COMMAND(1).\n");
	return EXIT_CLEAN;
}

const struct command cmd_help = {
	.name = "help",
	.summary = "this list, or the options of a command",
	.run = run,
};
