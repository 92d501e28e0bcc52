// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/race-rival.h"
#include "act/answer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 100

struct race_rival {
	const struct race_setup *setup;
	/* a process */
	struct child child;
	int worker_sock; /* the worker's own line, which the rival must not hold open */
	/* a thread */
	bool is_thread;
	pthread_t thread;
	pthread_mutex_t lock; /* of the next two */
	pthread_cond_t changed;
	const struct race_round *round; /* NULL: done */
	bool stop;
	struct heartbeat beat;
	struct lifeline line;
	struct bench bench;
	struct race_actor actor;
};

/* ---- a process ----------------------------------------------------------- */

struct process {
	const struct race_setup *setup;
	struct lifeline *line;
	struct bench bench;
	struct race_table table;
	struct race_actor actor;
};

static void open_device(struct process *process)
{
	const struct race_setup *setup = process->setup;

	process->actor.err = bench_open(&process->bench, process->line, setup->node, setup->ip);
}

/* A process of its own for one round, which ends with its device open: in it what is in @process.
 */
static void run_in_child(struct process *process, const struct race_round *round)
{
	struct race_ground *ground = process->setup->ground;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		open_device(process);
		race_actor_run(&process->actor, round);
		_exit(0);
	}
	line_call(process->line, "close of a process with queues");
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* Such a process counts for itself how often it met. */
	for (unsigned i = 0; i < round->num_steps; i++)
		process->actor.party.met +=
			round->steps[i].actor == 1 && round->steps[i].op == RACE_OP_MEET;
	if (!status)
		return;
	ground->faults[1] = (struct race_fault){
		.kind = pid < 0 ? RACE_ERROR : RACE_DIED,
		.actor = 1,
		.err = pid < 0 ? -EAGAIN : 0,
	};
	strcpy(ground->faults[1].call, pid < 0 ? "fork" : "the process that is to end");
	atomic_store(&ground->broken, true);
}

static void serve(struct lifeline *line, void *arg)
{
	struct race_rival *rival = arg;
	const struct race_setup *setup = rival->setup;
	struct process process = {.setup = setup, .line = line};
	struct race_answer done = {.type = RACE_DONE};
	struct race_round round;
	uint64_t number;
	bool ends = setup->kind == RACE_CLOSE;

	close(rival->worker_sock);
	process.actor = (struct race_actor){
		.index = 1,
		.bench = &process.bench,
		.table = &process.table,
		.party = {.ground = setup->ground, .line = line, .peer = line->sock},
	};
	if (!ends)
		open_device(&process);
	while (recv(line->sock, &number, sizeof(number), 0) == sizeof(number)) {
		race_draw(setup->seed, setup->kind, number, &setup->limits, &round);
		if (ends) {
			run_in_child(&process, &round);
		} else {
			race_actor_run(&process.actor, &round);
			if (!process.actor.err)
				race_table_clear(&process.table, &process.bench);
		}
		answer_send(line->sock, &done, sizeof(done), -1);
	}
	if (!ends && !process.actor.err) {
		race_table_fini(&process.table);
		bench_close(&process.bench);
	}
}

int race_rival_start_process(const struct race_setup *setup, struct lifeline *line,
			     struct race_rival **out)
{
	struct race_rival *rival = calloc(1, sizeof(*rival));
	int err;

	if (!rival)
		return -ENOMEM;
	rival->setup = setup;
	rival->worker_sock = line->sock;
	err = child_start(&rival->child, "amdfence-rival", serve, rival);
	if (err) {
		free(rival);
		return err;
	}
	*out = rival;
	return 0;
}

/* ---- a thread ------------------------------------------------------------ */

static void *run_thread(void *arg)
{
	struct race_rival *rival = arg;

	pthread_mutex_lock(&rival->lock);
	for (;;) {
		while (!rival->round && !rival->stop)
			pthread_cond_wait(&rival->changed, &rival->lock);
		if (rival->stop)
			break;
		pthread_mutex_unlock(&rival->lock);
		race_actor_run(&rival->actor, rival->round);
		pthread_mutex_lock(&rival->lock);
		rival->round = NULL;
		pthread_cond_broadcast(&rival->changed);
	}
	pthread_mutex_unlock(&rival->lock);
	return NULL;
}

int race_rival_start_thread(const struct race_setup *setup, struct bench *bench,
			    struct race_table *table, struct race_rival **out)
{
	struct race_rival *rival = calloc(1, sizeof(*rival));
	pthread_condattr_t attr;
	int err;

	if (!rival)
		return -ENOMEM;
	rival->setup = setup;
	rival->is_thread = true;
	rival->beat.call = "start";
	rival->line = (struct lifeline){.sock = bench->line->sock, .beat = &rival->beat};
	rival->bench = *bench;
	rival->bench.line = &rival->line;
	rival->actor = (struct race_actor){
		.index = 1,
		.bench = &rival->bench,
		.table = table,
		.party = {.ground = setup->ground, .line = &rival->line, .peer = -1},
	};
	pthread_mutex_init(&rival->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&rival->changed, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&rival->thread, NULL, run_thread, rival);
	if (err) {
		pthread_cond_destroy(&rival->changed);
		pthread_mutex_destroy(&rival->lock);
		free(rival);
		return -err;
	}
	*out = rival;
	return 0;
}

static void end_thread(struct race_rival *rival)
{
	pthread_mutex_lock(&rival->lock);
	rival->stop = true;
	pthread_cond_broadcast(&rival->changed);
	pthread_mutex_unlock(&rival->lock);
	pthread_join(rival->thread, NULL);
	pthread_cond_destroy(&rival->changed);
	pthread_mutex_destroy(&rival->lock);
}

/* ---- both ---------------------------------------------------------------- */

void race_rival_end(struct race_rival *rival)
{
	if (!rival)
		return;
	if (rival->is_thread)
		end_thread(rival);
	else
		child_end(&rival->child, false);
	free(rival);
}

int race_rival_peer(const struct race_rival *rival)
{
	return rival->is_thread ? -1 : rival->child.sock;
}

const struct heartbeat *race_rival_beat(const struct race_rival *rival)
{
	return rival->is_thread ? &rival->beat : rival->child.beat;
}

int race_rival_begin(struct race_rival *rival, const struct race_round *round)
{
	if (!rival->is_thread)
		return send(rival->child.sock, &round->number, sizeof(round->number),
			    MSG_NOSIGNAL) < 0
			       ? -errno
			       : 0;
	pthread_mutex_lock(&rival->lock);
	rival->round = round;
	pthread_cond_broadcast(&rival->changed);
	pthread_mutex_unlock(&rival->lock);
	return 0;
}

static void wait_for_thread(struct race_rival *rival, struct lifeline *line)
{
	unsigned long seen = 0;

	pthread_mutex_lock(&rival->lock);
	while (rival->round) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += POLL_MS * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		if (pthread_cond_timedwait(&rival->changed, &rival->lock, &until))
			race_follow(line, race_rival_beat(rival), &seen);
	}
	pthread_mutex_unlock(&rival->lock);
}

int race_rival_finish(struct race_rival *rival, struct lifeline *line)
{
	struct pollfd poller = {.fd = rival->child.sock, .events = POLLIN};
	struct race_answer answer = {.type = RACE_GIVEN};
	unsigned long seen = 0;
	int fd, err = 0;

	if (rival->is_thread) {
		wait_for_thread(rival, line);
		return 0;
	}
	/* What it gave and nobody took comes first. */
	while (!err && answer.type != RACE_DONE) {
		if (poll(&poller, 1, POLL_MS) <= 0) {
			race_follow(line, race_rival_beat(rival), &seen);
			continue;
		}
		err = answer_receive(rival->child.sock, &answer, sizeof(answer), &fd);
		if (fd >= 0)
			close(fd);
	}
	return err;
}
