// SPDX-License-Identifier: MIT
/* What a dump makes of what was read, and of what may not be shown. */
#include <config.h>

#include "../lib/tap.h"
#include "collect/log.h"
#include "collect/queues.h"
#include "golden.h"
#include "render/render.h"
#include "sample-dump.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char *render(const struct dump *dump)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	render_dump_json(dump, out);
	fclose(out);
	return text;
}

static void test_document(void)
{
	struct dump dump;
	char *text;

	sample_dump(&dump, "game\\033[2J\\377", 3);
	text = render(&dump);
	golden("dump.json", text);
	free(text);
	ok(dump_redact(&dump) == 0, "redacted");
	text = render(&dump);
	ok(!strstr(text, "game") && !strstr(text, "compositor"), "no name of a program is left");
	ok(!strstr(text, "0x7fff") && !strstr(text, "0x8000123000"), "no address is left");
	ok(!strstr(text, "jane"), "no folder of libdrm is left");
	golden("dump-redacted.json", text);
	free(text);
	dump_fini(&dump);
}

static void test_owners(void)
{
	struct auq_listing *now = sample_listing("game", 4), *before = sample_listing("game", 3);
	struct dump dump = {0};
	const struct owner *owner;

	ok(drivers_take_listing(&dump.drivers, before, now, DUMP_MOST_DRIVERS) == 0,
	   "a listing is taken");
	ok(dump.drivers.count == 6 && dump.drivers.live == 2, "all are counted");
	ok(dump.drivers.leaked == 3, "leaked is what was leaked before, too");
	ok(dump.drivers.num_owners == 2, "there is an owner for each name");
	owner = &dump.drivers.owners[0];
	ok(strcmp(owner->comm, "game") == 0 && owner->refs == 7 && owner->drivers == 5,
	   "who has most references is first");
	ok(owner->processes == 3, "processes are counted once");
	ok(owner->unaccounted == 4 && owner->pending == 2, "what keeps them is summed up");
	ok(dump.drivers.is_leaked[0] && !dump.drivers.is_leaked[3], "leaked ones come first");
	ok(dump_verdict(&dump) == VERDICT_LEAK, "a leaked driver is a leak without leak-check");
	dump_fini(&dump);
	auq_listing_free(now);
	auq_listing_free(before);
}

/* How many are leaked of one driver that @was and then @is so. */
static unsigned count_leaked(const char *was, const char *is)
{
	struct auq_listing *before = NULL, *now = NULL;
	struct dump dump = {0};
	unsigned leaked;

	auq_listing_parse(was, strlen(was), &before);
	auq_listing_parse(is, strlen(is), &now);
	drivers_take_listing(&dump.drivers, before, now, DUMP_MOST_DRIVERS);
	leaked = dump.drivers.leaked;
	dump_fini(&dump);
	auq_listing_free(before);
	auq_listing_free(now);
	return leaked;
}

#define ONE(context, refs)                                                                         \
	"# amdgpu_userq_fence_drivers v1 used=1 total=2\nslot=0 va=0x8 ctx=" context               \
	" seq=0 refs=" refs                                                                        \
	" owner=gone doorbell=1 fences=0 waitq=0 inherited=0 pending=0 pid=1 comm=a\n"

static void test_twice(void)
{
	ok(count_leaked(ONE("5", "1"), ONE("5", "1")) == 1, "leaked is what was so twice");
	ok(count_leaked(ONE("4", "1"), ONE("5", "1")) == 0, "not what has another's slot");
	ok(count_leaked(ONE("5", "0"), ONE("5", "1")) == 0, "not what was in order before");
}

static void test_many(void)
{
	struct auq_listing *listing = sample_listing("game", DUMP_MOST_DRIVERS + 10);
	struct dump dump = {0};

	drivers_take_listing(&dump.drivers, listing, listing, DUMP_MOST_DRIVERS);
	ok(dump.drivers.num == DUMP_MOST_DRIVERS && dump.drivers.left_out == 12,
	   "what is too much is left out");
	ok(dump.drivers.owners[0].drivers == DUMP_MOST_DRIVERS + 11, "but counted");
	dump_fini(&dump);
	auq_listing_free(listing);
}

static void test_redact_line(void)
{
	static const char *const cases[][2] = {
		{"amdgpu: for process my game pid 7 thread x:cs0 pid 8",
		 "amdgpu: for process <name> pid 7 thread <name> pid 8"},
		{"amdgpu: in page starting at address 0x0000800102030000 from client 10",
		 "amdgpu: in page starting at address <address> from client 10"},
		{"amdgpu: ring 24 vmid:3, 0x00801030, ffff888012345678",
		 "amdgpu: ring 24 vmid:3, 0x00801030, <address>"},
		{"CPU: 1 Comm: firefox Not tainted", "CPU: 1 Comm: <name> Not tainted"},
		{"the processor is fine", "the processor is fine"},
	};
	struct {
		char line[512], guard[64];
	} place = {.guard = "untouched"};
	char *line = place.line;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(line, cases[i][0]);
		dump_redact_line(line);
		if (!ok(strcmp(line, cases[i][1]) == 0, "%s", cases[i][1]))
			printf("# %s\n", line);
	}
	for (unsigned i = 0; i + 20 < sizeof(place.line); i += 8)
		strcpy(line + i, "comm: a ");
	dump_redact_line(line);
	ok(strlen(line) < sizeof(place.line) && strcmp(place.guard, "untouched") == 0,
	   "a line that grows is cut off");
}

static void write_record(int fd, const char *text)
{
	ok(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "a record");
}

static void test_log(void)
{
	struct driver_log log = {0};
	int ends[2];

	socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends);
	write_record(ends[0], "6,1,100,-;usb 1-1: new device\n");
	write_record(ends[0], "4,2,5140900,-;a fault of process x pid 3\n SUBSYSTEM=pci\n "
			      "DEVICE=+pci:0000:03:00.0\n");
	write_record(ends[0], "6,3,200,-;another's\n SUBSYSTEM=pci\n DEVICE=+pci:0000:04:00.0\n");
	write_record(ends[0], "30,4,300,c;[drm] amdgpu kernel modesetting enabled.\n");
	write_record(ends[0], "5,5,0,-;Kernel command line: root=UUID=12 amdgpu.user_queue=1\n");
	write_record(ends[0], "no record of amdgpu");
	ok(collect_log_of(ends[1], "0000:03:00.0", &log) == 0, "the log is read");
	ok(log.source.state == SOURCE_OK && log.num == 2, "what is of the driver is taken");
	ok(log.lines[0].us == 5140900 && log.lines[0].level == 4 &&
		   strcmp(log.lines[0].text, "a fault of process <name> pid 3") == 0,
	   "time, level and text of a line of the device");
	ok(log.lines[1].level == 6, "the facility is no level");
	free(log.lines);

	for (unsigned i = 0; i < DUMP_MOST_LINES + 3; i++)
		dprintf(ends[0], "6,%u,%u,-;amdgpu\n", i, i);
	collect_log_of(ends[1], "", &log);
	ok(log.num == DUMP_MOST_LINES && log.lines[0].us == 3 &&
		   log.lines[DUMP_MOST_LINES - 1].us == DUMP_MOST_LINES + 2,
	   "the last lines are kept, in order");
	free(log.lines);
	close(ends[0]);
	close(ends[1]);
}

static void put(const char *folder, const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", folder, path);
	for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	fputs(text, file);
	fclose(file);
}

static void put_client(const char *folder, unsigned id, const char *device)
{
	char full[512], path[64];

	snprintf(path, sizeof(path), "client-%u/proc_info", id);
	put(folder, path, "pid: 77\ncomm: a \033 name\npid: 1\n");
	snprintf(full, sizeof(full), "%s/client-%u/device", folder, id);
	ok(symlink(device, full) == 0, "client %u is of %s", id, device);
}

static void test_queues(void)
{
	char folder[] = "/tmp/test-dump.XXXXXX", command[64];
	struct queues queues = {0};

	ok(mkdtemp(folder) != NULL, "a folder");
	collect_queues(folder, "0000:03:00.0", &queues);
	ok(queues.source.state == SOURCE_ABSENT, "no folder of a client: the kernel has none");
	free(queues.items);
	put_client(folder, 12, "../0000:03:00.0");
	put_client(folder, 5, "../0000:03:00.0");
	put_client(folder, 6, "../0000:04:00.0");
	put(folder, "client-12/queue-3/mqd_info", "queue_type: 2\nmqd_gpu_address: 0x8000123000\n");
	put(folder, "client-5/queue_2/mqd_info", "queue_type: 0\n");
	put(folder, "client-5/queue_1/mqd_info", "");
	put(folder, "client-6/queue_1/mqd_info", "queue_type: 0\n");
	put(folder, "client-5/queue_x/mqd_info", "queue_type: 0\n");
	put(folder, "client-5/queue_9/gone", "");
	put(folder, "clients", "");
	ok(collect_queues(folder, "0000:03:00.0", &queues) == 0 && queues.num == 3,
	   "both spellings, of this device only");
	ok(queues.items[0].client == 5 && queues.items[0].queue == 1 && queues.items[0].ip == -1,
	   "a queue of which nothing is known");
	ok(queues.items[2].client == 12 && queues.items[2].queue == 3 &&
		   queues.items[2].ip == AUQ_IP_SDMA && queues.items[2].mqd == 0x8000123000,
	   "engine and MQD");
	ok(queues.items[0].pid == 77 && strcmp(queues.items[0].comm, "a \033 name") == 0,
	   "whose it is");
	free(queues.items);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(system(command) == 0, "removed");
	collect_queues(folder, "0000:03:00.0", &queues);
	ok(queues.source.state == SOURCE_ABSENT, "no debugfs");
}

int main(void)
{
	test_document();
	test_owners();
	test_twice();
	test_many();
	test_redact_line();
	test_log();
	test_queues();
	return tap_done();
}
