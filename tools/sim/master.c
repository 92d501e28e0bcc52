/* SPDX-License-Identifier: MIT */
/* Who may set modes, and who vouches for whom. There is nothing to set, but programs ask. */
#include <errno.h>

#include "drm-core.h"

bool master_is_current(const struct drm_file *file)
{
	return file->base.sim->master == file;
}

static void become(struct drm_file *file)
{
	file->base.sim->master = file;
	file->is_authenticated = true;
	file->was_master = true;
}

void master_open(struct drm_file *file)
{
	if (!file->base.sim->master)
		become(file);
}

void master_release(struct drm_file *file)
{
	struct sim *sim = file->base.sim;

	if (idr_find(&sim->magics, file->magic) == file)
		idr_remove(&sim->magics, file->magic);
	if (sim->master == file)
		sim->master = NULL;
}

int master_get_magic_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_auth *auth = data;

	(void)task;
	if (!file->magic)
		file->magic = idr_alloc(&file->base.sim->magics, file);
	auth->magic = file->magic;
	return file->magic ? 0 : -ENOMEM;
}

int master_auth_magic_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct drm_auth *auth = data;
	struct drm_file *other = idr_remove(&file->base.sim->magics, auth->magic); /* good once */

	(void)task;
	if (!other)
		return -EINVAL;
	other->is_authenticated = true;
	return 0;
}

static int check(const struct drm_file *file, const struct sim_task *task)
{
	return (file->was_master && file->pid == task->pid) || task->may_admin ? 0 : -EACCES;
}

int master_set_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct sim *sim = file->base.sim;
	int err = check(file, task);

	(void)data;
	if (err)
		return err;
	if (sim->master && sim->master != file)
		return -EBUSY;
	become(file);
	return 0;
}

int master_drop_ioctl(struct drm_file *file, struct sim_task *task, void *data)
{
	struct sim *sim = file->base.sim;
	int err = check(file, task);

	(void)data;
	if (err)
		return err;
	if (sim->master != file)
		return -EINVAL;
	sim->master = NULL;
	return 0;
}
