/* SPDX-License-Identifier: MIT */
#include "userq-client.h"

#include <amdgpu_drm.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "cp.h"

#define PLACE_BYTES (3 * CLIENT_RING_BYTES)
#define AT_RPTR     CLIENT_RING_BYTES
#define AT_CSA      (2 * CLIENT_RING_BYTES)

static void must(long err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %ld\n", what, err);
	abort();
}

uint64_t client_va(unsigned place)
{
	return (1ull << 32) + (uint64_t)place * (1u << 20);
}

static uint64_t wptr_va(unsigned place)
{
	return client_va(place) + (1u << 19);
}

static void *map(struct client *client, uint64_t bytes, uint32_t domain, uint64_t va,
		 uint32_t *handle)
{
	union drm_amdgpu_gem_create create = {.in = {.bo_size = bytes, .domains = domain}};
	union drm_amdgpu_gem_mmap offset = {0};
	struct auq_uapi_gem_va args = {
		.operation = AMDGPU_VA_OP_MAP,
		.flags = AMDGPU_VM_PAGE_READABLE | AMDGPU_VM_PAGE_WRITEABLE,
		.va_address = va,
		.map_size = bytes,
	};
	void *cpu;

	must(local_ioctl(client->task, client->fd, DRM_IOCTL_AMDGPU_GEM_CREATE, &create),
	     "GEM_CREATE");
	*handle = args.handle = offset.in.handle = create.out.handle;
	must(local_ioctl(client->task, client->fd, DRM_IOCTL_AMDGPU_GEM_MMAP, &offset), "GEM_MMAP");
	must(local_mmap(client->task->process, client->fd, offset.out.addr_ptr, bytes, &cpu),
	     "mmap");
	if (va)
		must(local_ioctl(client->task, client->fd, AUQ_IOCTL_GEM_VA, &args), "GEM_VA");
	return cpu;
}

void client_open(struct client *client, struct local_task *task)
{
	unsigned i;

	*client = (struct client){.task = task, .fd = local_open(task, true)};
	client->doorbells = map(client, GPU_PAGE, AUQ_UAPI_DOMAIN_DOORBELL, 0, &client->doorbell);
	for (i = 0; i < CLIENT_QUEUES; i++) {
		client->place[i] = map(client, PLACE_BYTES, AMDGPU_GEM_DOMAIN_GTT, client_va(i),
				       &client->place_handle[i]);
		client->wptr[i] = map(client, GPU_PAGE, AMDGPU_GEM_DOMAIN_GTT, wptr_va(i),
				      &client->wptr_handle[i]);
	}
}

void client_close(struct client *client)
{
	unsigned i;

	for (i = 0; i < CLIENT_QUEUES; i++) {
		munmap(client->place[i], PLACE_BYTES);
		munmap(client->wptr[i], GPU_PAGE);
	}
	munmap(client->doorbells, GPU_PAGE);
	local_close(client->task->process, client->fd);
}

int client_create_queue(struct client *client, unsigned place)
{
	struct auq_uapi_mqd_sdma mqd = {.csa_va = client_va(place) + AT_CSA};
	union auq_uapi_userq args = {
		.in =
			{
				.op = AUQ_UAPI_OP_CREATE,
				.ip_type = AMDGPU_HW_IP_DMA,
				.doorbell_handle = client->doorbell,
				.doorbell_offset = place,
				.queue_va = client_va(place),
				.queue_size = CLIENT_RING_BYTES,
				.rptr_va = client_va(place) + AT_RPTR,
				.wptr_va = wptr_va(place),
				.mqd = (uintptr_t)&mqd,
				.mqd_size = sizeof(mqd),
			},
	};
	long err;

	memset(client->place[place], 0, PLACE_BYTES);
	*client->wptr[place] = 0;
	err = local_ioctl(client->task, client->fd, AUQ_IOCTL_USERQ, &args);
	return err ? (int)err : (int)args.out.queue_id;
}

long client_free_queue(struct client *client, int id)
{
	union auq_uapi_userq args = {.in = {.op = AUQ_UAPI_OP_FREE, .queue_id = (uint32_t)id}};

	return local_ioctl(client->task, client->fd, AUQ_IOCTL_USERQ, &args);
}

long client_signal(struct client *client, int id, uint32_t syncobj)
{
	struct auq_uapi_signal args = {
		.queue_id = (uint32_t)id,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = syncobj != 0,
	};

	return local_ioctl(client->task, client->fd, AUQ_IOCTL_SIGNAL, &args);
}

long client_wait(struct client *client, int id, uint32_t syncobj, unsigned room,
		 struct auq_uapi_fence_info *infos)
{
	struct auq_uapi_wait args = {
		.waitq_id = (uint32_t)id,
		.syncobj_handles = (uintptr_t)&syncobj,
		.num_syncobj_handles = 1,
		.num_fences = (uint16_t)room,
		.out_fences = (uintptr_t)infos,
	};
	long err = local_ioctl(client->task, client->fd, AUQ_IOCTL_WAIT, &args);

	return err ? err : args.num_fences;
}

uint32_t *client_ring(const struct client *client, unsigned place)
{
	return (uint32_t *)client->place[place];
}

void client_ring_doorbell(struct client *client, unsigned place, uint64_t wptr)
{
	__atomic_store_n(client->wptr[place], wptr, __ATOMIC_RELEASE);
	__atomic_store_n(&client->doorbells[place], wptr, __ATOMIC_RELEASE);
}

void client_submit(struct client *client, unsigned place, uint64_t wptr)
{
	uint64_t at = __atomic_load_n(client->wptr[place], __ATOMIC_ACQUIRE) / 4;
	uint32_t *ring = client_ring(client, place);

	for (; at < wptr / 4; at++)
		ring[at] = at + 1 < wptr / 4 ? VCP_SDMA(VCP_SDMA_NOP, 0)
					     : VCP_SDMA(VCP_SDMA_FENCE, VCP_SDMA_SUB_PROTECTED);
	client_ring_doorbell(client, place, wptr);
}

uint64_t client_rptr(const struct client *client, unsigned place)
{
	return __atomic_load_n((uint64_t *)(client->place[place] + AT_RPTR), __ATOMIC_ACQUIRE);
}

bool client_wait_rptr(const struct client *client, unsigned place, uint64_t wptr)
{
	const struct timespec pause = {.tv_nsec = 200000};
	uint64_t end = sim_now() + 5000000000ull;

	while (client_rptr(client, place) != wptr) {
		if (sim_now() > end)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

uint32_t client_syncobj(struct client *client)
{
	struct drm_syncobj_create args = {0};

	must(local_ioctl(client->task, client->fd, DRM_IOCTL_SYNCOBJ_CREATE, &args),
	     "SYNCOBJ_CREATE");
	return args.handle;
}

void client_destroy_syncobj(struct client *client, uint32_t syncobj)
{
	struct drm_syncobj_destroy args = {.handle = syncobj};

	must(local_ioctl(client->task, client->fd, DRM_IOCTL_SYNCOBJ_DESTROY, &args),
	     "SYNCOBJ_DESTROY");
}

long client_wait_syncobj(struct client *client, uint32_t syncobj, unsigned ms)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&syncobj,
		.count_handles = 1,
		.timeout_nsec = ms ? (int64_t)sim_now() + ms * 1000000ll : 0,
	};

	return local_ioctl(client->task, client->fd, DRM_IOCTL_SYNCOBJ_WAIT, &args);
}

char *debugfs_text(struct sim *sim, const char *path)
{
	size_t bytes;
	char *text;

	sim_lock(sim);
	text = sim_debugfs_read(sim, path, &bytes);
	sim_unlock(sim);
	return text;
}

long debugfs_number(struct sim *sim, const char *path)
{
	char *text = debugfs_text(sim, path);
	long number = text ? strtol(text, NULL, 10) : -1;

	free(text);
	return number;
}

int debugfs_set(struct sim *sim, const char *name, const char *value)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "vasic/%s", name);
	sim_lock(sim);
	err = sim_debugfs_write(sim, path, value, strlen(value));
	sim_unlock(sim);
	return err;
}

unsigned num_reports(struct sim *sim)
{
	unsigned num;

	sim_lock(sim);
	num = gpu_of(sim)->reports;
	sim_unlock(sim);
	return num;
}
