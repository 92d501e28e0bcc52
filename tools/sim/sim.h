/* SPDX-License-Identifier: MIT */
/* The core's own: what is in a struct sim. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <pthread.h>

#include "drm.h"
#include "gpu.h"

struct sim {
	const struct sim_profile *profile;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* sim_wake() */

	pthread_t worker;
	pthread_cond_t more_work;
	bool stop;
	struct sim_work *works;            /* by time */
	struct sim_work *rcu, **rcu_tail;  /* in order */
	uint64_t rcu_queued, rcu_finished; /* how many so far */

	uint64_t next_context;
	uint64_t next_client;
	uint64_t next_mmap_offset;
	struct fence stub;

	struct drm_file *files;
	struct drm_file *master; /* the current one, or NULL */
	uint32_t last_lessee;
	bool is_unique_set; /* SET_VERSION has been called: GET_UNIQUE answers */
	struct idr magics;  /* of struct drm_file */
	struct gem_object *objects;
	struct idr names; /* of struct gem_object */
	struct sync_file *sync_files;
	struct gpu *gpu;

	void (*take_controls)(void *arg); /* NULL: there are none */
	void *take_controls_arg;
	void (*show_folder)(void *arg, const char *path, bool is_there); /* NULL: nobody looks */
	void *show_folder_arg;
};

/* Whether the kernel that is simulated is older than @version, "7.1.13". */
bool sim_is_before(const struct sim *sim, const char *version);

/* As sim_on_folder() has it. */
void sim_show_folder(struct sim *sim, bool is_there, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void fence_init_stub(struct sim *sim);
/* container.c: how many and which; the way along a chain, where the reference on @fence goes */
unsigned fence_array_members(struct fence *array, struct fence *const **members);
struct fence *fence_chain_walk(struct fence *fence);
void syncobj_close_all(struct drm_file *file);

/* sync_file.c: a new file with one reference, NULL: no memory; what such a file has, NULL: none */
struct sim_fd *sync_file_create(struct fence *fence);
struct fence *sync_file_get_fence(struct sim_task *task, int fd);
/* The hardware has moved on, without anybody being told: who polls shall see it. */
void sync_files_look(struct sim *sim);

/* gem.c */
#define GEM_FIRST_OFFSET (1ull << 32) /* DRM_FILE_PAGE_OFFSET_START */
void gem_close_all(struct drm_file *file);
struct gem_object *gem_find_offset(struct sim *sim, uint64_t offset, size_t bytes);
bool gem_is_open_in(const struct gem_object *object, const struct drm_file *file);

#endif
