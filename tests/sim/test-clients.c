/* SPDX-License-Identifier: MIT */
/* The folders of clients and their queues in debugfs: when they are there, and what is in them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../lib/tap.h"
#include "profile.h"
#include "userq-client.h"

static struct local_machine m;
static struct client c;
static char shown[1024]; /* what came, what went */

static void show(void *arg, const char *path, bool is_there)
{
	(void)arg;
	snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), "%c%s ",
		 is_there ? '+' : '-', path);
}

static void start(const char *profile)
{
	local_machine_start(&m, sim_profile_find(profile));
	m.task.base.pid = getpid();
	shown[0] = '\0';
	sim_lock(m.sim);
	sim_on_folder(m.sim, show, NULL);
	sim_unlock(m.sim);
	client_open(&c, &m.task);
}

static void stop(void)
{
	client_close(&c);
	local_machine_stop(&m);
}

static void has(const char *path, const char *wanted, const char *what)
{
	char *text = debugfs_text(m.sim, path);

	ok(text && !strcmp(text, wanted), "%s", what);
	if (text && strcmp(text, wanted))
		printf("# %s", text);
	free(text);
}

static void test_folders(void)
{
	char path[64], client[32], wanted[128];
	unsigned long long id;
	int queue;

	start("6.18.15");
	ok(sscanf(shown, "+client-%llu ", &id) == 1, "who opens the device is a client");
	snprintf(client, sizeof(client), "client-%llu", id);
	shown[0] = '\0';
	queue = client_create_queue(&c, 0);
	snprintf(path, sizeof(path), "+%s/queue-%d ", client, queue);
	ok(!strcmp(shown, path), "its queue has a folder in there");
	shown[0] = '\0';
	client_free_queue(&c, queue);
	path[0] = '-';
	ok(!strcmp(shown, path), "as long as it lives");
	client_create_queue(&c, 0);
	shown[0] = '\0';
	stop();
	snprintf(wanted, sizeof(wanted), "-%s/queue-%d -%s ", client, queue, client);
	ok(!strncmp(shown, wanted, strlen(wanted)), "all goes with the file");
}

/* From 7.1 on it is spelt otherwise. */
static void test_spelling(void)
{
	start("7.0.0");
	client_create_queue(&c, 0);
	ok(strstr(shown, "/queue-1 "), "7.0");
	stop();
	start("7.1.3");
	client_create_queue(&c, 0);
	ok(strstr(shown, "/queue_1 "), "7.1");
	stop();
}

static void test_texts(void)
{
	char path[64], wanted[128];
	unsigned long long id;
	int a, b;

	prctl(PR_SET_NAME, "a b\n\xff");
	start("7.3");
	sscanf(shown, "+client-%llu ", &id);
	snprintf(path, sizeof(path), "client-%llu/proc_info", id);
	snprintf(wanted, sizeof(wanted), "pid: %d\ncomm: a b\n\xff\n", (int)getpid());
	has(path, wanted, "a client's process, its name as it is");
	a = client_create_queue(&c, 0);
	b = client_create_queue(&c, 1);
	snprintf(path, sizeof(path), "client-%llu/queue_%d/mqd_info", id, a);
	has(path, "queue_type: 2\nmqd_gpu_address: 0x7fff00a00000\n", "a queue, spelt as from 7.1");
	snprintf(path, sizeof(path), "client-%llu/queue_%d/mqd_info", id, b);
	has(path, "queue_type: 2\nmqd_gpu_address: 0x7fff00a01000\n",
	    "another one has another MQD");
	snprintf(path, sizeof(path), "client-%llu/queue-%d/mqd_info", id, a);
	ok(!debugfs_text(m.sim, path), "not as up to 7.0");
	snprintf(path, sizeof(path), "client-%llu/queue_%d/mqd_info", id, b + 1);
	ok(!debugfs_text(m.sim, path), "no such queue");
	snprintf(path, sizeof(path), "client-%llu/proc_info", id + 1);
	ok(!debugfs_text(m.sim, path), "no such client");
	snprintf(path, sizeof(path), "client-%llu", id);
	ok(!debugfs_text(m.sim, path), "a folder is no text");
	stop();
}

static void test_gone(void)
{
	unsigned long long id;
	char path[64];

	start("7.3");
	sscanf(shown, "+client-%llu ", &id);
	/* A number that no process can have. */
	sim_lock(m.sim);
	m.sim->files->pid = 1 << 30;
	sim_unlock(m.sim);
	snprintf(path, sizeof(path), "client-%llu/proc_info", id);
	has(path, "pid: 0\ncomm: Unset\n", "a process that has gone");
	stop();
}

int main(void)
{
	test_folders();
	test_spelling();
	test_texts();
	test_gone();
	return tap_done();
}
