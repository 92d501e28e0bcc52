// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command *const commands[] = {&cmd_leak_check, &cmd_list, &cmd_help, NULL};

const struct command *command_find(const char *name)
{
	for (unsigned i = 0; commands[i]; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

/* argp prints --help and exits: what could not be written must not pass as success. */
static void close_output(void)
{
	/* A closed standard output is an error only if something was to go there. */
	if (fflush(stdout) == 0 && !ferror(stdout) && (fclose(stdout) == 0 || errno == EBADF))
		return;
	complain("", "cannot write to standard output: %s", strerror(errno));
	_exit(EXIT_TROUBLE);
}

int main(int argc, char **argv)
{
	const struct command *command;
	char name[64];

	argp_program_version = "amdfence " PACKAGE_VERSION;
	argp_err_exit_status = EXIT_TROUBLE;
	signal(SIGPIPE, SIG_IGN);
	atexit(close_output);

	if (argc < 2) {
		complain("'amdfence help' lists the commands", "no command given");
		return EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("%s\n", argp_program_version);
		return EXIT_CLEAN;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)
		return cmd_help.run(1, argv);
	command = command_find(argv[1]);
	if (!command) {
		complain("'amdfence help' lists the commands", "no command '%s'", argv[1]);
		return EXIT_TROUBLE;
	}
	snprintf(name, sizeof(name), "amdfence %s", command->name);
	argv[1] = name;
	return command->run(argc - 1, argv + 1);
}
