// SPDX-License-Identifier: MIT
#include <config.h>

#include "fake-sw-sync.h"

#include "act/clock.h"
#include "act/sw-sync.h"
#include "model/sync.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 512

struct point {
	unsigned timeline; /* counted from 1, never used again */
	uint32_t value;
};

struct file {
	bool open;
	bool is_timeline;
	unsigned timeline;
	struct point points[SYNC_MAX_MEMBERS];
	unsigned num;
	bool polled;
};

enum fake_flaw fake_flaw;
static struct file files[FILES];
static struct {
	uint32_t value;
	bool closed;
} timelines[200000];
static unsigned num_timelines;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

unsigned fake_open_files(void)
{
	unsigned num = 0;

	for (unsigned i = 0; i < FILES; i++)
		num += files[i].open;
	return num;
}

static int new_file(void)
{
	for (unsigned i = 0; i < FILES; i++)
		if (!files[i].open) {
			memset(&files[i], 0, sizeof(files[i]));
			files[i].open = true;
			return i;
		}
	return -EMFILE;
}

static int status_of(const struct point *point)
{
	if (timelines[point->timeline].value >= point->value)
		return 1;
	return timelines[point->timeline].closed ? -ENOENT : 0;
}

int sw_sync_open(const char *path)
{
	int file;

	if (strcmp(path, "fake") != 0)
		return -ENOENT;
	file = new_file();
	files[file].is_timeline = true;
	files[file].timeline = ++num_timelines;
	return file;
}

int sw_sync_fence(int timeline, uint32_t value)
{
	int file;

	if (fake_flaw == FAKE_FENCE_FAILS)
		return -EMFILE;
	file = new_file();
	files[file].points[0] = (struct point){files[timeline].timeline, value};
	files[file].num = 1;
	return file;
}

int sw_sync_advance(int timeline, uint32_t by)
{
	/* Time for a thread that asks to begin with that. */
	if (fake_flaw == FAKE_SLOW_ANSWERS)
		sleep_ms(1);
	pthread_mutex_lock(&lock);
	timelines[files[timeline].timeline].value += by;
	pthread_mutex_unlock(&lock);
	return 0;
}

void sw_sync_close(int file)
{
	if (file < 0)
		return;
	pthread_mutex_lock(&lock);
	if (files[file].is_timeline)
		timelines[files[file].timeline].closed = true;
	files[file].open = false;
	pthread_mutex_unlock(&lock);
}

/* Pending points only, sorted by timeline, the latest of each. */
static void add_points(struct file *to, const struct file *from)
{
	for (unsigned i = 0; i < from->num; i++) {
		const struct point *point = &from->points[i];
		unsigned at = 0;

		if (status_of(point))
			continue;
		while (at < to->num && to->points[at].timeline < point->timeline)
			at++;
		if (at < to->num && to->points[at].timeline == point->timeline) {
			if (to->points[at].value < point->value)
				to->points[at] = *point;
			continue;
		}
		memmove(&to->points[at + 1], &to->points[at],
			(to->num - at) * sizeof(to->points[0]));
		to->points[at] = *point;
		to->num++;
	}
}

int sync_file_merge(int a, int b)
{
	int file = new_file();

	add_points(&files[file], &files[a]);
	add_points(&files[file], &files[b]);
	if (fake_flaw == FAKE_MEMBER_LOST && files[file].num > 1)
		files[file].num--;
	if (!files[file].num) {
		files[file].points[0] = (struct point){0, 0};
		files[file].num = 1;
	}
	return file;
}

/* What the fence of a file says of itself. */
static int own_status(const struct file *file)
{
	unsigned count = file->num;
	int status = 1;

	if (file->polled && fake_flaw == FAKE_NEVER)
		return 0;
	while (file->polled && fake_flaw == FAKE_LOW_MEMBERS && count > 1 &&
	       status_of(&file->points[count - 1]))
		count--;
	if (file->polled && fake_flaw == FAKE_LOW_MEMBERS)
		count--;
	for (unsigned i = 0; i < count; i++) {
		int of_point = status_of(&file->points[i]);

		if (!of_point)
			return 0;
		if (of_point < 0 && fake_flaw != FAKE_ERROR_LOST)
			status = of_point;
	}
	return fake_flaw == FAKE_ERROR_MADE ? -EIO : status;
}

static unsigned count_status(const struct file *file, int sign)
{
	unsigned count = 0;

	for (unsigned i = 0; i < file->num; i++) {
		int status = status_of(&file->points[i]);

		count += (status > 0) - (status < 0) == sign;
	}
	return count;
}

int sync_file_status(int file, int *status)
{
	if (fake_flaw == FAKE_ASKER_OOPSES && syscall(SYS_gettid) != getpid())
		pthread_exit(NULL);
	/* Who asks without a pause keeps neither the CPU nor the lock from who signals. */
	sched_yield();
	pthread_mutex_lock(&lock);
	*status = own_status(&files[file]);
	if ((fake_flaw == FAKE_EARLY_IN_RACE || fake_flaw == FAKE_SLOW_ANSWERS) &&
	    files[file].num > 1 && count_status(&files[file], 0) == 1)
		*status = 1;
	pthread_mutex_unlock(&lock);
	if (fake_flaw == FAKE_SLOW_ANSWERS)
		sleep_ms(5);
	return 0;
}

int sync_file_view(int number, struct sync_view *view)
{
	const struct file *file = &files[number];

	view->own = own_status(file);
	view->members = file->num;
	view->pending = count_status(file, 0);
	view->failed = count_status(file, -1);
	view->whole = 1;
	for (unsigned i = 0; i < file->num && view->whole > 0; i++)
		view->whole = status_of(&file->points[i]);
	if (fake_flaw == FAKE_STATUS_SPLIT)
		view->whole = 0;
	return 0;
}

int sync_file_poll(int number, unsigned timeout_ms)
{
	struct file *file = &files[number];
	int status;

	pthread_mutex_lock(&lock);
	if (!file->polled && file->num > 1 && !count_status(file, 0)) {
		if (fake_flaw == FAKE_POLL_HANGS)
			sleep_ms(10000);
		if (fake_flaw == FAKE_POLL_OOPSES)
			kill(getpid(), SIGKILL);
	}
	file->polled = true;
	status = own_status(file);
	pthread_mutex_unlock(&lock);
	(void)timeout_ms;
	return status != 0;
}
