// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command *const commands[] = {
	&cmd_leak_check, &cmd_race,  &cmd_sync_check, &cmd_list,       &cmd_dump, &cmd_diff,
	&cmd_report,     &cmd_watch, &cmd_sim,        &cmd_completion, &cmd_help, NULL};

const struct command *command_find(const char *name)
{
	for (unsigned i = 0; commands[i]; i++)
		if (strcmp(name, commands[i]->name) == 0)
			return commands[i];
	return NULL;
}

/*
 * A standard file that is closed must not become the number of the line to a
 * worker. Opened the wrong way round it stays as useless as it was.
 */
static void open_standard_files(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(EXIT_TROUBLE);
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

	open_standard_files();
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
