/* SPDX-License-Identifier: MIT */
/*
 * The listing of fence drivers: its text, and that references always add up. amdfence's own
 * parser reads the same text in tests/lib.
 */
#define _GNU_SOURCE /* strdupa() */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tap.h"
#include "profile.h"
#include "userq-client.h"

#define LISTING "amdgpu_userq_fence_drivers"

static struct local_machine m;
static struct client c;

struct record {
	unsigned slot, refs, fences, waitq, inherited, pending, doorbell;
	uint64_t va, context, value;
	int pid;
	char owner[8], comm[80];
};

static char *listing(void)
{
	char *text;

	debugfs_number(m.sim, "vasic/settle");
	sim_lock(m.sim);
	text = gpu_listing(gpu_of(m.sim));
	sim_unlock(m.sim);
	return text;
}

/* How many records. */
static unsigned parse(char *text, struct record records[8])
{
	unsigned num = 0;
	char *line;

	for (line = strtok(text, "\n"); line && num < 8; line = strtok(NULL, "\n")) {
		struct record *r = &records[num];

		num += sscanf(line,
			      "slot=%u va=0x%" SCNx64 " ctx=%" SCNu64 " seq=%" SCNu64
			      " refs=%u owner=%7s doorbell=%u fences=%u waitq=%u inherited=%u"
			      " pending=%u pid=%d comm=%79s",
			      &r->slot, &r->va, &r->context, &r->value, &r->refs, r->owner,
			      &r->doorbell, &r->fences, &r->waitq, &r->inherited, &r->pending,
			      &r->pid, r->comm) == 13;
	}
	return num;
}

static unsigned list(struct record records[8])
{
	char *text = listing();
	unsigned num = parse(text, records);

	free(text);
	return num;
}

static bool adds_up(const struct record *r)
{
	return r->refs == (strcmp(r->owner, "live") == 0) + r->fences + r->waitq + r->inherited;
}

static bool is_leak(const struct record *r)
{
	return strcmp(r->owner, "gone") == 0 &&
	       (r->refs > r->fences + r->waitq + r->inherited || r->pending > 0);
}

static void start(const char *profile)
{
	local_machine_start(&m, sim_profile_find(profile));
	snprintf(m.task.base.comm, sizeof(m.task.base.comm), "a b\\\n\xff");
	client_open(&c, &m.task);
}

static void stop(void)
{
	client_close(&c);
	local_machine_stop(&m);
}

static void test_text(void)
{
	char *text, *from_file, want[256];
	struct record r[8];
	int id;

	start("fixed");
	text = listing();
	ok(!strcmp(text, "# amdgpu_userq_fence_drivers v1 used=0 total=262144\n"),
	   "nothing but the head");
	free(text);

	id = client_create_queue(&c, 0);
	*c.wptr[0] = 5;
	client_signal(&c, id, 0);
	text = listing();
	from_file = debugfs_text(m.sim, LISTING);
	ok(from_file && !strcmp(text, from_file), "a kernel with our patches has it as a file");
	free(from_file);
	parse(strdupa(text), r);
	snprintf(want, sizeof(want),
		 "# amdgpu_userq_fence_drivers v1 used=1 total=262144\n"
		 "slot=0 va=0xffffffffffc00000 ctx=%" PRIu64 " seq=0 refs=2 owner=live doorbell=%u"
		 " fences=1 waitq=0 inherited=0 pending=1 pid=1000 comm=a\\040b\\134\\012\\377\n",
		 r[0].context, r[0].doorbell);
	ok(!strcmp(text, want), "one, its name escaped");
	free(text);
	*c.wptr[0] = 0;
	client_submit(&c, 0, 64);
	client_free_queue(&c, id);
	stop();

	start("7.3");
	ok(!debugfs_text(m.sim, LISTING), "others have not");
	stop();
}

/* Step by step through a leak. */
static void test_references(void)
{
	struct auq_uapi_fence_info info;
	uint32_t syncobj;
	struct record r[8];
	int a, b;

	start("6.18.15");
	a = client_create_queue(&c, 0);
	b = client_create_queue(&c, 1);
	syncobj = client_syncobj(&c);
	client_signal(&c, a, syncobj);
	is(list(r), 2, "two queues");
	ok(adds_up(&r[0]) && r[0].fences == 1, "a fence holds its driver");
	client_wait(&c, b, syncobj, 1, &info);
	client_wait(&c, b, syncobj, 1, &info);
	list(r);
	ok(adds_up(&r[0]) && r[0].waitq == 2, "so does each WAIT");
	ok(info.va == r[0].va, "whose slot is told");
	*c.wptr[1] = 64;
	client_signal(&c, b, 0);
	list(r);
	ok(adds_up(&r[0]) && r[0].waitq == 0 && r[0].inherited == 2, "a fence inherits them");
	ok(adds_up(&r[1]) && r[1].pending == 1, "and is pending");
	client_destroy_syncobj(&c, syncobj);
	client_free_queue(&c, a);
	list(r);
	ok(adds_up(&r[0]) && !strcmp(r[0].owner, "gone") && !is_leak(&r[0]), "held, not leaked");
	*c.wptr[1] = 0;
	client_submit(&c, 1, 64);
	client_wait_rptr(&c, 1, 64);
	is(list(r), 1, "until that one is signaled");
	is(r[0].slot, 1, "of the other queue");

	client_signal(&c, b, 0);
	syncobj = client_syncobj(&c);
	client_signal(&c, b, syncobj);
	client_wait(&c, b, syncobj, 1, &info);
	client_signal(&c, b, 0);
	client_destroy_syncobj(&c, syncobj);
	list(r);
	ok(adds_up(&r[0]) && r[0].inherited == 1, "its own one, inherited by a signaled fence");
	client_free_queue(&c, b);
	is(list(r), 1, "is lost with that");
	ok(is_leak(&r[0]) && r[0].refs == 1 && !r[0].fences, "and a leak");
	stop();
}

/* What a fence that is born signaled inherits is not held until that fence goes. */
static void test_born_signaled(void)
{
	struct auq_uapi_fence_info info;
	uint32_t syncobj;
	struct record r[8];
	int a, b;

	start("7.3");
	a = client_create_queue(&c, 0);
	b = client_create_queue(&c, 1);
	syncobj = client_syncobj(&c);
	client_signal(&c, a, syncobj);
	client_wait(&c, b, syncobj, 1, &info);
	client_signal(&c, b, 0);
	client_destroy_syncobj(&c, syncobj);
	client_free_queue(&c, a);
	is(list(r), 1, "7.3: only the living queue");
	is(r[0].slot, 1, "has its driver");
	client_free_queue(&c, b);
	stop();
}

static void test_pending(void)
{
	struct record r[8];
	int id;

	start("7.3");
	id = client_create_queue(&c, 0);
	*c.wptr[0] = 1;
	client_signal(&c, id, 0);
	*c.wptr[0] = 0;
	client_signal(&c, id, 0);
	client_free_queue(&c, id);
	is(list(r), 1, "what stays behind a pending fence");
	ok(is_leak(&r[0]) && adds_up(&r[0]) && r[0].pending == 1, "is a leak, though it adds up");
	stop();
}

int main(void)
{
	test_text();
	test_references();
	test_born_signaled();
	test_pending();
	return tap_done();
}
