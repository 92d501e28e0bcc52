/* SPDX-License-Identifier: MIT */
/*
 * The folders of clients and their queues in debugfs: drm_debugfs.c, proc_info;
 * amdgpu_mqd_info_read(), 6.18.15 in amdgpu_userq.c, 7.3.4 in amdgpu_debugfs.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "sim.h"

/* In GART; where exactly depends on what else is there. */
#define MQD_START 0x7fff00400000ull

static const char *queue_name(const struct gpu *gpu, uint32_t id, char name[32])
{
	snprintf(name, 32, "queue%c%" PRIu32, gpu->quirks.dashes_queues ? '-' : '_', id);
	return name;
}

void gpu_queue_show(const struct gpu_queue *queue, bool is_there)
{
	char name[32];

	sim_show_folder(queue->gpu->sim, is_there, "client-%" PRIu64 "/%s",
			queue->file->drm->client_id, queue_name(queue->gpu, queue->id, name));
}

/* Clients are processes of this machine: what they are called now. False: gone. */
static bool read_comm(pid_t pid, char comm[17])
{
	char path[32];
	size_t got = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	got = fread(comm, 1, 16, file);
	fclose(file);
	if (got)
		got--; /* the end of the line */
	comm[got] = '\0';
	return got;
}

static void print_process(FILE *out, const struct drm_file *file)
{
	char comm[17];

	if (read_comm(file->pid, comm))
		fprintf(out, "pid: %d\ncomm: %s\n", (int)file->pid, comm);
	else
		fprintf(out, "pid: 0\ncomm: Unset\n");
}

static void print_mqd(FILE *out, const struct gpu_queue *queue)
{
	fprintf(out, "queue_type: %" PRIu32 "\nmqd_gpu_address: 0x%" PRIx64 "\n", queue->ip,
		(uint64_t)(MQD_START + queue->doorbell / 2 * GPU_PAGE));
}

static const struct gpu_queue *find_queue(const struct gpu_file *file, const char *path)
{
	struct gpu_queue *queue;
	char name[32];
	uint32_t id;

	for (id = 1; (queue = idr_next(&file->queues, &id)); id++) {
		size_t length = strlen(queue_name(file->gpu, id, name));

		if (strncmp(path, name, length) == 0 && strcmp(path + length, "/mqd_info") == 0)
			return queue;
	}
	return NULL;
}

char *gpu_client_text(struct gpu *gpu, const char *path, size_t *bytes)
{
	const struct gpu_queue *queue = NULL;
	const struct drm_file *file;
	char *text = NULL, *rest;
	uint64_t id;
	FILE *out;

	id = strtoull(path + strlen("client-"), &rest, 10);
	for (file = gpu->sim->files; file && file->client_id != id;)
		file = file->next;
	if (!file || *rest++ != '/')
		return NULL;
	if (strcmp(rest, "proc_info")) {
		queue = find_queue(file->gpu, rest);
		if (!queue)
			return NULL;
	}
	out = open_memstream(&text, bytes);
	if (!out)
		return NULL;
	if (queue)
		print_mqd(out, queue);
	else
		print_process(out, file);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
