// SPDX-License-Identifier: MIT
/*
 * What carries calls to the simulated kernel: a server in this process, a client in another one
 * (transport-client.c), with the preloaded object between them. The kernel's core is the real one,
 * its driver does nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "null-gpu.h"
#include "profile.h"
#include "server.h"
#include "session.h"
#include "transport-client.h"
#include "tree.h"

/* ---- a debugfs of two files ---------------------------------------------- */

static char control[16] = "0\n";

char *sim_debugfs_read(struct sim *sim, const char *path, size_t *bytes)
{
	(void)sim;
	if (strcmp(path, "vasic/control"))
		return NULL;
	*bytes = strlen(control);
	return strdup(control);
}

int sim_debugfs_write(struct sim *sim, const char *path, const char *text, size_t bytes)
{
	(void)sim;
	if (strcmp(path, "vasic/control"))
		return -ENOENT;
	snprintf(control, sizeof(control), "%.*s", (int)bytes, text);
	return 0;
}

const char *const *sim_debugfs_list(void)
{
	static const char *const names[] = {"vasic/", "vasic/control", "of_another_kernel", NULL};

	return names;
}

/* ---- server and client --------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* The client's exit status. */
static int run_client(const char *self, const char *folder, const char *object)
{
	int status = -1;
	pid_t pid;

	setenv(SIM_SESSION_ENV, folder, 1);
	pid = fork();
	if (pid == 0) {
		/* Not before: a sanitizer's run time wants to be the first in its own process. */
		setenv("LD_PRELOAD", object, 1);
		execl(self, "transport-client", CLIENT, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static int fail(const char *what)
{
	printf("# %s\n", what);
	return 1;
}

static int serve_client(const char *self, const char *object)
{
	static const struct sim_profile profile = {.name = "test", .release = "7.3.4"};
	char folder[] = "/tmp/amdfence-test-XXXXXX";
	struct sim_server *server = NULL;
	struct sim *sim = sim_create(&profile, 1);
	int status = 1, tries = 0;

	if (!sim || !mkdtemp(folder))
		return fail("no memory, or no folder");
	if (sim_tree_make(sim, &profile, folder) || sim_server_start(sim, folder, &server)) {
		status = fail("the server did not start");
	} else {
		status = run_client(self, folder, object);
		while (sim_server_is_in_use(server) && tries++ < 500)
			usleep(10000);
		if (!sim_server_stop(server))
			status = fail("the server did not stop");
		else if (null_gpu.objects)
			status = fail("objects are left");
		else
			sim_destroy(sim);
	}
	nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return status;
}

int main(int argc, char **argv)
{
	char object[4096];

	if (argc > 1)
		return run_as_client(argc, argv);
	if (!realpath("tools/.libs/amdfence-sim.so", object))
		return fail("no tools/.libs/amdfence-sim.so here");
	return serve_client(argv[0], object);
}
