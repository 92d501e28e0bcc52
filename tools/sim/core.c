/* SPDX-License-Identifier: MIT */
/* Lock, waiting, what is done later, memory and files: what everything else stands on. */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "profile.h"
#include "sim.h"

#define NSEC_PER_SEC 1000000000ull
/* Some milliseconds, as a kernel that is not busy takes. */
#define GRACE_PERIOD (4 * NSEC_PER_SEC / 1000)

uint64_t sim_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

void sim_lock(struct sim *sim)
{
	pthread_mutex_lock(&sim->lock);
}

void sim_unlock(struct sim *sim)
{
	pthread_mutex_unlock(&sim->lock);
}

/* 0 or ETIMEDOUT. */
static int wait_until(struct sim *sim, pthread_cond_t *cond, uint64_t deadline)
{
	struct timespec ts;

	if (deadline == SIM_NO_DEADLINE)
		return pthread_cond_wait(cond, &sim->lock);
	ts.tv_sec = (time_t)(deadline / NSEC_PER_SEC);
	ts.tv_nsec = (long)(deadline % NSEC_PER_SEC);
	return pthread_cond_timedwait(cond, &sim->lock, &ts);
}

int sim_wait(struct sim *sim, struct sim_task *task, uint64_t deadline)
{
	int ret;

	if (task && task->interrupted)
		return -SIM_ERESTARTSYS;
	if (deadline != SIM_NO_DEADLINE && sim_now() >= deadline)
		return -ETIME;
	if (task && task->ops->watch)
		task->ops->watch(task, true);
	ret = wait_until(sim, &sim->changed, deadline);
	if (task && task->ops->watch)
		task->ops->watch(task, false);
	if (task && task->interrupted)
		return -SIM_ERESTARTSYS;
	return ret == ETIMEDOUT ? -ETIME : 0;
}

void sim_wake(struct sim *sim)
{
	pthread_cond_broadcast(&sim->changed);
}

bool sim_is_before(const struct sim *sim, const char *version)
{
	unsigned have[3] = {0}, want[3] = {0};
	unsigned i;

	sscanf(sim->profile->release, "%u.%u.%u", &have[0], &have[1], &have[2]);
	sscanf(version, "%u.%u.%u", &want[0], &want[1], &want[2]);
	for (i = 0; i < 3; i++) {
		if (have[i] != want[i])
			return have[i] < want[i];
	}
	return false;
}

void sim_on_controls(struct sim *sim, void (*take)(void *arg), void *arg)
{
	sim->take_controls = take;
	sim->take_controls_arg = arg;
}

void sim_take_controls(struct sim *sim)
{
	if (sim->take_controls)
		sim->take_controls(sim->take_controls_arg);
}

void sim_on_folder(struct sim *sim, void (*show)(void *arg, const char *path, bool is_there),
		   void *arg)
{
	sim->show_folder = show;
	sim->show_folder_arg = arg;
}

void sim_show_folder(struct sim *sim, bool is_there, const char *format, ...)
{
	char path[64];
	va_list args;

	if (!sim->show_folder)
		return;
	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	sim->show_folder(sim->show_folder_arg, path, is_there);
}

struct gpu *gpu_of(struct sim *sim)
{
	return sim->gpu;
}

/* ---- later --------------------------------------------------------------- */

void sim_queue_work(struct sim *sim, struct sim_work *work, uint64_t at)
{
	struct sim_work **p = &sim->works;

	sim_cancel_work(sim, work);
	while (*p && (*p)->at <= at)
		p = &(*p)->next;
	work->at = at;
	work->queued = true;
	work->next = *p;
	*p = work;
	if (sim->works == work)
		pthread_cond_signal(&sim->more_work);
}

bool sim_cancel_work(struct sim *sim, struct sim_work *work)
{
	struct sim_work **p = &sim->works;

	if (!work->queued)
		return false;
	while (*p != work)
		p = &(*p)->next;
	*p = work->next;
	work->queued = false;
	return true;
}

void sim_call_rcu(struct sim *sim, struct sim_work *work, void (*func)(struct sim_work *work))
{
	work->func = func;
	work->at = sim_now() + GRACE_PERIOD;
	work->next = NULL;
	*sim->rcu_tail = work;
	sim->rcu_tail = &work->next;
	sim->rcu_queued++;
	if (sim->rcu == work)
		pthread_cond_signal(&sim->more_work);
}

void sim_rcu_barrier(struct sim *sim)
{
	uint64_t until = sim->rcu_queued;

	while (sim->rcu_finished < until)
		sim_wait(sim, NULL, SIM_NO_DEADLINE);
}

static bool run_work(struct sim *sim, uint64_t now)
{
	struct sim_work *work = sim->works;

	if (!work || work->at > now)
		return false;
	sim->works = work->next;
	work->queued = false;
	work->func(work);
	return true;
}

static bool run_rcu(struct sim *sim, uint64_t now)
{
	struct sim_work *work = sim->rcu;

	if (!work || work->at > now)
		return false;
	sim->rcu = work->next;
	if (!sim->rcu)
		sim->rcu_tail = &sim->rcu;
	work->func(work);
	sim->rcu_finished++;
	sim_wake(sim);
	return true;
}

static uint64_t next_time(const struct sim *sim)
{
	uint64_t next = sim->works ? sim->works->at : SIM_NO_DEADLINE;

	return sim->rcu && sim->rcu->at < next ? sim->rcu->at : next;
}

static void *worker(void *arg)
{
	struct sim *sim = arg;
	uint64_t now;

	sim_lock(sim);
	while (!sim->stop) {
		now = sim_now();
		if (!run_work(sim, now) && !run_rcu(sim, now))
			wait_until(sim, &sim->more_work, next_time(sim));
	}
	sim_unlock(sim);
	return NULL;
}

/* ---- memory -------------------------------------------------------------- */

struct sim_memory *sim_memory_create(size_t bytes)
{
	struct sim_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	memory->refs = 1;
	memory->bytes = bytes;
	memory->fd = memfd_create("amdfence-sim", MFD_CLOEXEC);
	if (memory->fd < 0)
		goto free_memory;
	if (ftruncate(memory->fd, (off_t)bytes))
		goto close_fd;
	memory->cpu = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
	if (memory->cpu == MAP_FAILED)
		goto close_fd;
	return memory;

close_fd:
	close(memory->fd);
free_memory:
	free(memory);
	return NULL;
}

struct sim_memory *sim_memory_get(struct sim_memory *memory)
{
	memory->refs++;
	return memory;
}

void sim_memory_put(struct sim_memory *memory)
{
	if (--memory->refs)
		return;
	munmap(memory->cpu, memory->bytes);
	close(memory->fd);
	free(memory);
}

/* ---- files --------------------------------------------------------------- */

void sim_fd_init(struct sim_fd *file, struct sim *sim, const struct sim_fd_ops *ops)
{
	file->ops = ops;
	file->sim = sim;
	file->refs = 1;
	file->is_readable = false;
	file->transport = NULL;
}

struct sim_fd *sim_fd_get(struct sim_fd *file)
{
	file->refs++;
	return file;
}

void sim_fd_put(struct sim_fd *file)
{
	if (!--file->refs)
		file->ops->release(file);
}

long sim_fd_ioctl(struct sim_fd *file, struct sim_task *task, uint32_t cmd, uint64_t arg)
{
	long ret;

	if (!file->ops->ioctl)
		return -ENOTTY;
	sim_fd_get(file);
	ret = file->ops->ioctl(file, task, cmd, arg);
	sim_fd_put(file);
	return ret;
}

int sim_fd_mmap(struct sim_fd *file, uint64_t offset, size_t bytes, struct sim_memory **memory,
		uint64_t *memory_offset)
{
	if (!file->ops->mmap)
		return -ENODEV;
	return file->ops->mmap(file, offset, bytes, memory, memory_offset);
}

int64_t sim_fd_size(struct sim_fd *file)
{
	return file->ops->size ? file->ops->size(file) : -ESPIPE;
}

/* ---- the machine --------------------------------------------------------- */

static int init_lock(struct sim *sim)
{
	pthread_condattr_t attr;
	int err;

	err = pthread_condattr_init(&attr);
	if (err)
		return err;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	err = pthread_mutex_init(&sim->lock, NULL);
	if (err)
		goto destroy_attr;
	err = pthread_cond_init(&sim->changed, &attr);
	if (err)
		goto destroy_lock;
	err = pthread_cond_init(&sim->more_work, &attr);
	if (err)
		goto destroy_changed;
	pthread_condattr_destroy(&attr);
	return 0;

destroy_changed:
	pthread_cond_destroy(&sim->changed);
destroy_lock:
	pthread_mutex_destroy(&sim->lock);
destroy_attr:
	pthread_condattr_destroy(&attr);
	return err;
}

static void fini_lock(struct sim *sim)
{
	pthread_cond_destroy(&sim->more_work);
	pthread_cond_destroy(&sim->changed);
	pthread_mutex_destroy(&sim->lock);
}

struct sim *sim_create(const struct sim_profile *profile, uint64_t seed)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return NULL;
	sim->profile = profile;
	sim->rcu_tail = &sim->rcu;
	sim->next_context = 1;
	sim->next_client = 1;
	sim->next_mmap_offset = GEM_FIRST_OFFSET;
	fence_init_stub(sim);
	if (init_lock(sim))
		goto free_sim;
	if (pthread_create(&sim->worker, NULL, worker, sim))
		goto destroy_lock;

	sim_lock(sim);
	sim->gpu = gpu_create(sim, profile, seed);
	sim_unlock(sim);
	if (!sim->gpu)
		goto stop_worker;
	return sim;

stop_worker:
	sim_lock(sim);
	sim->stop = true;
	pthread_cond_signal(&sim->more_work);
	sim_unlock(sim);
	pthread_join(sim->worker, NULL);
destroy_lock:
	fini_lock(sim);
free_sim:
	free(sim);
	return NULL;
}

void sim_destroy(struct sim *sim)
{
	sim_lock(sim);
	sim_rcu_barrier(sim);
	gpu_destroy(sim->gpu);
	sim_rcu_barrier(sim);
	sim->stop = true;
	pthread_cond_signal(&sim->more_work);
	sim_unlock(sim);
	pthread_join(sim->worker, NULL);
	idr_fini(&sim->magics);
	idr_fini(&sim->names);
	fini_lock(sim);
	free(sim);
}
