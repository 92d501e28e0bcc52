// SPDX-License-Identifier: MIT
#include "sample-dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(FILE *out, unsigned slot, const char *rest, unsigned pid, const char *comm)
{
	fprintf(out, "slot=%u va=0x7fff%08x ctx=%u seq=1 %s pid=%u comm=%s\n", slot, slot * 8,
		100 + slot, rest, pid, comm);
}

struct auq_listing *sample_listing(const char *comm, unsigned leaked)
{
	struct auq_listing *listing = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=%u total=262144\n", leaked + 2);
	add_line(out, 0, "refs=4 owner=live doorbell=8 fences=1 waitq=1 inherited=1 pending=1", 7,
		 "compositor");
	add_line(out, 1, "refs=1 owner=live doorbell=9 fences=0 waitq=0 inherited=0 pending=0", 8,
		 comm);
	for (unsigned i = 0; i < leaked; i++)
		add_line(out, 2 + i,
			 i % 2 ? "refs=1 owner=gone doorbell=10 fences=1 waitq=0 inherited=0 "
				 "pending=1"
			       : "refs=2 owner=gone doorbell=10 fences=0 waitq=0 inherited=0 "
				 "pending=0",
			 20 + i / 2, comm);
	fclose(out);
	if (auq_listing_parse(text, size, &listing))
		listing = NULL;
	free(text);
	return listing;
}

static void fill_pairs(struct pairs *pairs, const char *name, const char *value)
{
	pairs->source.state = SOURCE_OK;
	pairs->items = calloc(1, sizeof(*pairs->items));
	pairs->num = 1;
	strcpy(pairs->items[0].name, name);
	strcpy(pairs->items[0].value, value);
}

void sample_dump(struct dump *dump, const char *comm, unsigned leaked)
{
	struct auq_listing *listing = sample_listing(comm, leaked);
	const struct queue_entry queue = {.client = 5,
					  .queue = 1,
					  .pid = 7,
					  .ip = AUQ_IP_SDMA,
					  .mqd = 0x8000123000,
					  .comm = "compositor"};

	*dump = (struct dump){
		.time = 1767225600,
		.os = "Debian GNU/Linux 12 (bookworm)",
		.machine = "x86_64",
		.release = "7.3.4",
		.version = "#1 SMP",
		.taint_source.state = SOURCE_OK,
		.taint = 1 << 9 | 1 << 12,
		.libdrm_built = "2.4.114",
		.libdrm_file = "/home/jane/lib/libdrm.so.2",
		.node = "/dev/dri/renderD128",
		.pci = "0000:03:00.0",
		.name = "Navi 31",
		.device_id = "0x744c",
		.driver_version = "3.64.0",
		.slots = 262144,
		.ip = {AUQ_IP_USABLE, AUQ_IP_OFF, AUQ_IP_USABLE},
		.drivers.file = "/sys/kernel/debug/dri/128/amdgpu_userq_fence_drivers",
	};
	dump->traits[AUQ_TRAIT_LEAK_PENDING_LIST] = AUQ_YES;
	fill_pairs(&dump->parameters, "user_queue", "1");
	fill_pairs(&dump->firmware, "mes_fw_version", "0x00000093");
	dump->queues.source.state = SOURCE_OK;
	dump->queues.items = malloc(sizeof(queue));
	dump->queues.items[0] = queue;
	dump->queues.num = 1;
	dump->drivers.source.state = SOURCE_OK;
	drivers_take_listing(&dump->drivers, listing, listing, DUMP_MOST_DRIVERS);
	auq_listing_free(listing);
	dump->log.source.state = SOURCE_OK;
	dump->log.lines = calloc(1, sizeof(*dump->log.lines));
	dump->log.num = 1;
	dump->log.lines[0] = (struct log_line){
		.us = 5140900, .level = 4, .text = "amdgpu 0000:03:00.0: a <line> & more"};
}
