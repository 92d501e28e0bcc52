// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/sync-trial.h"
#include "act/sw-sync.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

/* The kernel signals a merge from an interrupt some microseconds after its last member. */
#define SETTLE_MS 2000

struct trial {
	const struct sync_case *plan;
	struct sync_outcome *outcome;
	struct lifeline *line;
	int timeline[SYNC_MAX_MEMBERS];
	int fence[SYNC_MAX_MEMBERS];
	bool polling;
};

static void say(struct trial *trial, const char *call)
{
	snprintf(trial->outcome->call, sizeof(trial->outcome->call), "%s", call);
	line_call(trial->line, call);
}

/* Whether the trial is over: something is wrong with it or with the kernel. */
static bool is_over(const struct trial *trial)
{
	return trial->outcome->err || trial->outcome->fault != SYNC_GOOD;
}

static bool fail(struct trial *trial, int err)
{
	trial->outcome->err = err;
	return false;
}

static bool has(uint64_t set, unsigned member)
{
	return set >> member & 1;
}

/* Merges the second into the first, which is closed. */
static bool merge_into(struct trial *trial, int *first, int second)
{
	int both;

	say(trial, "SYNC_IOC_MERGE");
	both = sync_file_merge(*first, second);
	if (both < 0)
		return fail(trial, both);
	sw_sync_close(*first);
	*first = both;
	return true;
}

static bool make_fence(struct trial *trial, unsigned member)
{
	int *fence = &trial->fence[member];
	int later;
	bool merged;

	say(trial, "SW_SYNC_IOC_CREATE_FENCE");
	*fence = sw_sync_fence(trial->timeline[member], 1);
	if (*fence < 0)
		return fail(trial, *fence);
	if (!has(trial->plan->twice, member))
		return true;
	later = sw_sync_fence(trial->timeline[member], 2);
	if (later < 0)
		return fail(trial, later);
	merged = merge_into(trial, fence, later);
	sw_sync_close(later);
	return merged;
}

static bool signal_member(struct trial *trial, unsigned member, bool close)
{
	int *timeline = &trial->timeline[member];
	int err;

	if (close) {
		say(trial, "close of sw_sync");
		sw_sync_close(*timeline);
		*timeline = -1;
		return true;
	}
	say(trial, "SW_SYNC_IOC_INC");
	err = sw_sync_advance(*timeline, has(trial->plan->twice, member) ? 2 : 1);
	return err ? fail(trial, err) : true;
}

static bool make_members(struct trial *trial)
{
	const struct sync_case *plan = trial->plan;
	struct sync_truth *truth = &trial->outcome->truth;

	for (unsigned i = 0; i < plan->members; i++)
		if (!make_fence(trial, i))
			return false;
	for (unsigned i = 0; i < plan->members; i++)
		if (has(plan->before, i) && !signal_member(trial, i, false))
			return false;
		else if (!has(plan->before, i))
			truth->members++;
	truth->pending = truth->members;
	return true;
}

/* All into the first fence: one after the other, or neighbours, then neighbours of these. */
static bool merge_members(struct trial *trial)
{
	unsigned members = trial->plan->members;

	for (unsigned step = 1; trial->plan->pairs && step < members; step *= 2)
		for (unsigned i = 0; i + step < members; i += 2 * step)
			if (!merge_into(trial, &trial->fence[i], trial->fence[i + step]))
				return false;
	for (unsigned i = 1; !trial->plan->pairs && i < members; i++)
		if (!merge_into(trial, &trial->fence[0], trial->fence[i]))
			return false;
	/* With itself, so that what is signaled is left out of a single member, too. */
	return merge_into(trial, &trial->fence[0], trial->fence[0]);
}

/* Asks, in each way that has been begun, and judges. */
static void look(struct trial *trial)
{
	struct sync_outcome *outcome = trial->outcome;
	struct sync_view *view = &outcome->view;
	int err;

	view->polled = -1;
	if (trial->polling) {
		say(trial, "poll");
		view->polled =
			sync_file_poll(trial->fence[0], outcome->truth.pending ? 0 : SETTLE_MS);
		if (view->polled < 0) {
			fail(trial, view->polled);
			return;
		}
	}
	say(trial, "SYNC_IOC_FILE_INFO");
	err = sync_file_view(trial->fence[0], view);
	if (err)
		fail(trial, err);
	else
		outcome->fault = sync_judge(&outcome->truth, view);
}

static void poll_first(struct trial *trial)
{
	if (trial->plan->poll_after == trial->outcome->step && !trial->polling) {
		trial->polling = true;
		look(trial);
	}
}

static void signal_next(struct trial *trial)
{
	unsigned member = trial->plan->order[trial->outcome->step];
	bool close = has(trial->plan->closed, member);
	struct sync_truth *truth = &trial->outcome->truth;

	if (!has(trial->plan->before, member)) {
		if (!signal_member(trial, member, close))
			return;
		truth->pending--;
		truth->failed += close;
	}
	trial->outcome->step++;
}

static void run_in_order(struct trial *trial)
{
	poll_first(trial);
	while (!is_over(trial) && trial->outcome->step < trial->plan->members) {
		signal_next(trial);
		if (!is_over(trial))
			poll_first(trial);
		if (!is_over(trial) && trial->plan->ask)
			look(trial);
	}
	if (!is_over(trial))
		look(trial);
}

/* What a second thread sees, who asks without a pause. */
struct asker {
	int merged;
	bool poll;
	_Atomic unsigned begun; /* signals of members */
	unsigned needed;        /* of these, until the merge may be signaled */
	_Atomic unsigned asked;
	atomic_bool stop;
	bool early;
	bool ended; /* by itself: a thread that oopses is gone without a word */
	int status;
};

static void *ask(void *arg)
{
	struct asker *asker = arg;

	while (!atomic_load(&asker->stop)) {
		int err = sync_file_status(asker->merged, &asker->status);

		if (!err && !asker->status && asker->poll && sync_file_poll(asker->merged, 0) > 0)
			asker->status = 1;
		/* The signal is counted before it is given. */
		if (asker->status && atomic_load(&asker->begun) < asker->needed) {
			asker->early = true;
			break;
		}
		atomic_fetch_add(&asker->asked, 1);
	}
	asker->ended = true;
	return NULL;
}

/*
 * Until it has begun to ask once more and is done; false if it has ended before.
 * What it asks right now may be from before the last signal, and does not count.
 */
static bool wait_for_asker(struct asker *asker, pthread_t thread)
{
	unsigned before = atomic_load(&asker->asked);

	while (atomic_load(&asker->asked) - before < 2) {
		if (pthread_tryjoin_np(thread, NULL) == 0)
			return false;
		sched_yield();
	}
	return true;
}

static void run_race(struct trial *trial, const cpu_set_t *cpus)
{
	struct asker asker = {.needed = trial->outcome->truth.members};
	pthread_t thread;
	bool runs;
	int err;

	poll_first(trial);
	if (is_over(trial))
		return;
	asker.merged = trial->fence[0];
	asker.poll = trial->polling;
	err = pthread_create(&thread, NULL, ask, &asker);
	if (err) {
		fail(trial, -err);
		return;
	}
	pthread_setaffinity_np(thread, sizeof(*cpus), cpus);
	runs = wait_for_asker(&asker, thread);
	while (runs && !is_over(trial) && trial->outcome->step < trial->plan->members) {
		if (trial->plan->ask)
			runs = wait_for_asker(&asker, thread);
		if (!has(trial->plan->before, trial->plan->order[trial->outcome->step]))
			atomic_fetch_add(&asker.begun, 1);
		signal_next(trial);
	}
	atomic_store(&asker.stop, true);
	if (runs)
		pthread_join(thread, NULL);
	if (is_over(trial))
		return;
	if (asker.early || !asker.ended) {
		trial->outcome->fault = asker.early ? SYNC_EARLY : SYNC_DIED;
		trial->outcome->view.own = asker.status;
		return;
	}
	look(trial);
}

void sync_trial(const char *path, const struct sync_case *plan, const cpu_set_t *cpus,
		struct lifeline *line, struct sync_outcome *outcome)
{
	struct trial trial = {.plan = plan, .outcome = outcome, .line = line};
	unsigned opened = 0;

	*outcome = (struct sync_outcome){.fault = SYNC_GOOD};
	for (unsigned i = 0; i < SYNC_MAX_MEMBERS; i++)
		trial.timeline[i] = trial.fence[i] = -1;
	say(&trial, "open of sw_sync");
	/* Contexts of fences ascend with their timelines, and a merge is sorted by context. */
	while (opened < plan->members) {
		trial.timeline[opened] = sw_sync_open(path);
		if (trial.timeline[opened] < 0) {
			fail(&trial, trial.timeline[opened]);
			goto out;
		}
		opened++;
	}
	if (!make_members(&trial) || !merge_members(&trial))
		goto out;
	if (plan->group == SYNC_RACE)
		run_race(&trial, cpus);
	else
		run_in_order(&trial);
out:
	line_call(line, "close");
	for (unsigned i = 0; i < plan->members; i++) {
		sw_sync_close(trial.fence[i]);
		sw_sync_close(trial.timeline[i]);
	}
}
