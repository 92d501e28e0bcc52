// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/victim.h"
#include "act/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xf86drm.h>

struct victim {
	struct child child;
	const char *node;
	enum auq_ip ip;
	int worker_sock; /* the worker's own line, which the victim must not hold open */
};

enum order { ORDER_SIGNAL, ORDER_FREE };

static int do_signal(struct bench *bench, struct auq_queue **queue, int *fd)
{
	uint32_t syncobj = 0;
	int err;

	err = bench_queue(bench, DOORBELL_TRIAL, false, queue);
	if (!err)
		err = bench_syncobj(bench, &syncobj);
	if (!err)
		err = bench_signal(bench, *queue, syncobj);
	if (!err && drmSyncobjHandleToFD(auq_device_fd(bench->dev), syncobj, fd))
		err = -errno;
	bench_syncobj_destroy(bench, syncobj);
	return err;
}

static void serve(struct lifeline *line, void *arg)
{
	struct victim *victim = arg;
	struct auq_queue *queue = NULL;
	struct bench bench;
	enum order order;
	int err;

	close(victim->worker_sock);
	err = bench_open(&bench, line, victim->node, victim->ip);
	while (recv(line->sock, &order, sizeof(order), 0) == sizeof(order)) {
		int fd = -1, answer = err;

		if (!err && order == ORDER_SIGNAL) {
			answer = do_signal(&bench, &queue, &fd);
		} else if (!err) {
			answer = bench_free(&bench, queue);
			queue = NULL;
		}
		answer_send(line->sock, &answer, sizeof(answer), fd);
		if (fd >= 0)
			close(fd);
	}
	bench_free(&bench, queue);
	if (!err)
		bench_close(&bench);
}

int victim_start(const char *node, enum auq_ip ip, struct lifeline *line, struct victim **out)
{
	struct victim *victim = calloc(1, sizeof(*victim));
	int err;

	if (!victim)
		return -ENOMEM;
	victim->node = node;
	victim->ip = ip;
	victim->worker_sock = line->sock;
	err = child_start(&victim->child, "amdfence-victim", serve, victim);
	if (err) {
		free(victim);
		return err;
	}
	*out = victim;
	return 0;
}

void victim_end(struct victim *victim)
{
	if (!victim)
		return;
	child_end(&victim->child, false);
	free(victim);
}

static int give_order(struct victim *victim, enum order order, int *fd)
{
	int answer, err;

	*fd = -1;
	if (send(victim->child.sock, &order, sizeof(order), MSG_NOSIGNAL) < 0)
		return -errno;
	err = answer_receive(victim->child.sock, &answer, sizeof(answer), fd);
	return err ? err : answer;
}

int victim_signal(struct victim *victim, struct bench *bench, uint32_t *syncobj)
{
	int fd, err;

	line_call(bench->line, "USERQ CREATE or USERQ_SIGNAL of the other process");
	err = give_order(victim, ORDER_SIGNAL, &fd);
	if (err)
		bench->unsure++;
	else
		bench->made++;
	if (!err && drmSyncobjFDToHandle(auq_device_fd(bench->dev), fd, syncobj))
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (err)
		victim_free(victim, bench);
	return err;
}

pid_t victim_pid(const struct victim *victim)
{
	return victim->child.pid;
}

int victim_free(struct victim *victim, struct bench *bench)
{
	const char *before = line_call(bench->line, "USERQ FREE of the other process");
	int fd, err = give_order(victim, ORDER_FREE, &fd);

	if (!err)
		line_call(bench->line, before);
	return err;
}
