// SPDX-License-Identifier: MIT
/* What watch makes of its samples, and how it shows it: the files in tests/tools/render. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"
#include "sample-dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct system_snapshot the_system = {.release = "7.3.4"};
static struct gpu_snapshot gpu = {
	.node = "/dev/dri/renderD128",
	.pci = "0000:03:00.0",
	.name = "Radeon \033[2J",
	.info = {.drm_major = 3, .drm_minor = 64, .device_id = 0x744c, .seq64_slots = 262144},
};

static struct source missing(enum source_state state, const char *why)
{
	struct source source = {.state = state};

	snprintf(source.error, sizeof(source.error), "%s", why);
	return source;
}

/* The list of a patched kernel, for root. */
static struct sample listed(uint64_t ms, const char *comm, unsigned leaked)
{
	struct sample sample = {.time_ms = 1767225600000 + (int64_t)ms, .elapsed_ms = ms};
	struct auq_listing *listing = sample_listing(comm, leaked);

	drivers_take_listing(&sample.drivers, listing, listing, 0);
	auq_listing_free(listing);
	sample.drivers.source.state = SOURCE_OK;
	sample.probe.state = SOURCE_UNASKED;
	sample.queues.source.state = SOURCE_OK;
	return sample;
}

/* What a user has of a stock kernel. */
static struct sample probed(uint64_t ms, uint32_t lowest)
{
	struct sample sample = {.time_ms = 1767225600000 + (int64_t)ms, .elapsed_ms = ms};

	sample.drivers.source = missing(SOURCE_ABSENT, "No such file or directory");
	sample.queues.source = missing(SOURCE_DENIED, "Permission denied");
	sample.probe.state = SOURCE_OK;
	sample.lowest_free = lowest;
	return sample;
}

static struct sample blind(uint64_t ms)
{
	struct sample sample = probed(ms, 0);

	sample.probe = missing(SOURCE_ABSENT, "each look \033[2J would leak");
	return sample;
}

/* @queues: pairs of a client and how many it has, 0 at the end. */
static void add_queues(struct sample *sample, const unsigned *queues)
{
	struct queues *all = &sample->queues;

	free(all->items);
	all->items = calloc(64, sizeof(*all->items));
	all->num = 0;
	for (; *queues; queues += 2)
		for (unsigned i = 0; i < queues[1]; i++) {
			struct queue_entry *entry = &all->items[all->num++];

			entry->client = queues[0];
			entry->queue = i + 1;
			entry->pid = 1000 + queues[0];
			snprintf(entry->comm, sizeof(entry->comm), "%s",
				 queues[0] == 7 ? "a\"b\\\n\xff" : "compositor");
		}
}

static void take(struct watch *watch, struct sample sample)
{
	if (watch_take(watch, &sample))
		ok(false, "no memory");
}

/* ---- the model -------------------------------------------------------------- */

static void test_growth(void)
{
	static const unsigned before[] = {5, 2, 7, 1, 0}, after[] = {5, 1, 9, 3, 0};
	struct watch watch = {0};
	struct sample sample = listed(0, "game", 1);
	uint32_t slots;
	int64_t growth;

	add_queues(&sample, before);
	take(&watch, sample);
	ok(watch_slots(&watch, &slots) == SLOTS_EXACTLY && slots == 3, "a listing counts slots");
	ok(watch_slots_growth(&watch, &growth) && growth == 0, "nothing has grown yet");
	sample = listed(2000, "game", 4);
	add_queues(&sample, after);
	take(&watch, sample);
	ok(watch_slots_growth(&watch, &growth) && growth == 3, "three more slots");
	ok(watch.num_owners == 2 && !strcmp(watch.owners[0].comm, "game") &&
		   watch.owners[0].before.drivers == 2 && watch.owners[0].after.drivers == 5,
	   "by owner, who has most references first");
	is(owner_orphans(&watch.owners[0].after), 4, "whose queues are gone");
	ok(watch.num_clients == 3 && watch.num_clients_now == 2, "clients of before and of now");
	ok(watch.clients[0].client == 5 && watch.clients[0].before == 2 &&
		   watch.clients[0].after == 1,
	   "one with less queues");
	ok(watch.clients[1].client == 7 && watch.clients[1].before == 1 && !watch.clients[1].after,
	   "one that is gone");
	ok(watch.clients[2].client == 9 && !watch.clients[2].before && watch.clients[2].after == 3,
	   "one that is new");
	take(&watch, blind(4000));
	ok(watch_slots(&watch, &slots) == SLOTS_UNKNOWN && !watch_slots_growth(&watch, &growth),
	   "what could not be read is not 0");
	ok(!watch.num_owners && !watch.num_clients, "nor is what was there before still there");
	take(&watch, probed(6000, 5));
	ok(watch_slots(&watch, &slots) == SLOTS_AT_LEAST && slots == 5, "a lower bound");
	ok(watch_slots_growth(&watch, &growth) && growth == 0,
	   "which is compared with lower bounds alone");
	take(&watch, listed(8000, "game", 4));
	ok(watch_slots_growth(&watch, &growth) && growth == 3,
	   "a listing that comes back is compared with the first one");
	watch_fini(&watch);
}

/* As many samples as numbers, the last of which is negative. */
static enum remark remark_of(const int *orphans)
{
	struct watch watch = {0};
	enum remark remark;

	for (unsigned i = 0; orphans[i] >= 0; i++)
		take(&watch, listed(1000 * i, "game", (unsigned)orphans[i]));
	remark = watch.remark;
	watch_fini(&watch);
	return remark;
}

static void test_remark(void)
{
	static const int steady[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, -1};
	static const int early[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, -1};
	static const int noisy[] = {1, 9, 5, 2, 7, 8, 4, 3, 9, 4, 8, 9, -1};
	static const int slow[] = {1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, -1};
	static const int waves[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 1, 2, 3, 4, 5, 6, -1};
	static const int flat[] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, -1};
	static const int ended[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4,
				    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, -1};
	static const int again[] = {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4,
				    4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, -1};
	struct watch watch = {0};
	uint64_t seconds;

	is(remark_of(steady), REMARK_ORPHANS, "a steady growth is remarked");
	is(remark_of(early), REMARK_NONE, "not before it has risen three times");
	is(remark_of(noisy), REMARK_ORPHANS, "what comes and goes does not hide it");
	is(remark_of(slow), REMARK_ORPHANS, "nor do times when nothing grows");
	is(remark_of(ended), REMARK_NONE, "what stands still for as long as it grew has ended");
	is(remark_of(again), REMARK_ORPHANS, "until it grows again");
	is(remark_of(waves), REMARK_NONE, "what falls again is no growth");
	is(remark_of(flat), REMARK_NONE, "nor is what stays");

	for (unsigned i = 0; i < 12; i++)
		take(&watch, probed(1000 * i, 10 * i));
	is(watch.remark, REMARK_SLOTS, "the lowest free slot, too");
	ok(watch_seconds_left(&watch, 1110, &seconds) && seconds == 100, "until there is none");
	ok(!watch_seconds_left(&watch, 100, &seconds), "not if more are in use than there are");
	take(&watch, listed(12000, "game", 1));
	ok(watch.remark == REMARK_NONE && !watch_seconds_left(&watch, 1110, &seconds),
	   "where there is a list, that counts");
	watch_fini(&watch);
}

static void test_history(void)
{
	struct watch watch = {0};

	for (unsigned i = 0; i < WATCH_POINTS + 5; i++)
		take(&watch, probed(i, i));
	ok(watch.num_points == WATCH_POINTS && watch.points[0].slots == 5 &&
		   watch.points[WATCH_POINTS - 1].slots == WATCH_POINTS + 4,
	   "the last points are kept");
	is(watch.samples, WATCH_POINTS + 5, "all samples are counted");
	watch_fini(&watch);
}

static void test_refusal(void)
{
	struct gpu_snapshot safe = gpu;

	for (unsigned i = 0; i < AUQ_NUM_TRAITS; i++)
		safe.traits[i] = AUQ_NO;
	for (unsigned i = 0; i < AUQ_NUM_IPS; i++)
		safe.ip[i].state = AUQ_IP_OFF;
	ok(strstr(watch_probe_refusal(&safe), "no engine"), "no queue, no look");
	safe.ip[AUQ_IP_GFX].state = AUQ_IP_USABLE;
	is(strlen(watch_probe_refusal(&safe)), 0, "a look costs nothing");
	safe.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_YES;
	ok(strstr(watch_probe_refusal(&safe), "L2"), "... but where it would leak");
	safe.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_UNKNOWN;
	ok(watch_probe_refusal(&safe)[0], "... or may");
	safe.traits[AUQ_TRAIT_LEAK_LAST_FENCE] = AUQ_NO;
	safe.traits[AUQ_TRAIT_WAIT_DOUBLE_PUT] = AUQ_YES;
	ok(strstr(watch_probe_refusal(&safe), "corrupts"), "... or corrupt memory");
}

/* ---- what is shown ---------------------------------------------------------- */

enum shape { LINES, SCREEN, BARS, JSON, PROMETHEUS };

static char *render(const struct watch *watch, enum shape shape)
{
	const struct watch_view view = {&the_system, &gpu, watch, 2000};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	switch (shape) {
	case LINES:
		if (watch->samples == 1)
			render_watch_head(&view, out);
		render_watch_line(&view, out);
		break;
	case SCREEN:
		render_watch_screen(&view, false, false, out);
		break;
	case BARS:
		render_watch_screen(&view, true, true, out);
		break;
	case JSON:
		render_watch_json(&view, out);
		break;
	case PROMETHEUS:
		render_watch_prometheus(&view, out);
		break;
	}
	fclose(out);
	return text;
}

static void check(const struct watch *watch, enum shape shape, const char *name)
{
	char *text = render(watch, shape);

	golden(name, text);
	ok(!strchr(text, '\033') || shape == BARS, "... no control characters");
	free(text);
}

static void test_listed(void)
{
	static const unsigned queues[] = {5, 2, 7, 1, 0};
	struct watch watch = {0};
	struct sample sample;

	for (unsigned i = 0; i < 13; i++) {
		sample = listed(2000 * i, "g \\033[2J\\\"x", i);
		add_queues(&sample, queues + (i < 5 ? 2 : 0));
		take(&watch, sample);
		if (!i)
			check(&watch, LINES, "watch-first.txt");
	}
	check(&watch, LINES, "watch-line.txt");
	check(&watch, SCREEN, "watch-screen.txt");
	check(&watch, BARS, "watch-bars.txt");
	check(&watch, JSON, "watch.json");
	check(&watch, PROMETHEUS, "watch.prom");
	watch_fini(&watch);
}

static void test_probed(void)
{
	struct watch watch = {0};

	the_system.simulated = true;
	for (unsigned i = 0; i < 12; i++) {
		take(&watch, probed(2000 * i, 10 + i / 3));
		if (!i)
			check(&watch, LINES, "watch-probe-first.txt");
	}
	check(&watch, LINES, "watch-probe-line.txt");
	check(&watch, SCREEN, "watch-probe-screen.txt");
	check(&watch, JSON, "watch-probe.json");
	check(&watch, PROMETHEUS, "watch-probe.prom");
	watch_fini(&watch);
	the_system.simulated = false;
}

static void test_blind(void)
{
	struct watch watch = {0};

	take(&watch, blind(0));
	check(&watch, LINES, "watch-blind.txt");
	check(&watch, SCREEN, "watch-blind-screen.txt");
	check(&watch, JSON, "watch-blind.json");
	check(&watch, PROMETHEUS, "watch-blind.prom");
	watch_fini(&watch);
}

/* More names than anybody wants series of. */
static void test_many_names(void)
{
	struct watch watch = {0};
	struct sample sample = listed(0, "game", 1);
	struct drivers *drivers = &sample.drivers;
	char *text;

	free(drivers->owners);
	drivers->num_owners = 30;
	drivers->owners = calloc(30, sizeof(*drivers->owners));
	sample.queues.items = calloc(30, sizeof(*sample.queues.items));
	sample.queues.num = 30;
	for (unsigned i = 0; i < 30; i++) {
		snprintf(drivers->owners[i].comm, sizeof(drivers->owners[i].comm), "p%u", i);
		drivers->owners[i].drivers = 1;
		drivers->owners[i].refs = 2;
		snprintf(sample.queues.items[i].comm, sizeof(sample.queues.items[i].comm), "p%02u",
			 i);
		sample.queues.items[i].client = i;
	}
	take(&watch, sample);
	text = render(&watch, PROMETHEUS);
	ok(strstr(text, "amdfence_fence_references{device=\"0000:03:00.0\",comm=\"p19\"} 2\n") &&
		   !strstr(text, "comm=\"p20\""),
	   "twenty are named");
	ok(strstr(text, "amdfence_fence_references{device=\"0000:03:00.0\","
			"comm=\"(all other programs)\"} 20\n"),
	   "the rest is one");
	ok(strstr(text, "amdfence_queues{device=\"0000:03:00.0\",comm=\"(all other programs)\"} "
			"10\n"),
	   "of queues, too");
	free(text);
	text = render(&watch, SCREEN);
	ok(strstr(text, "and 20 more\n"), "a screen has ten");
	free(text);
	watch_fini(&watch);
}

static void test_cut(void)
{
	static const struct {
		const char *text;
		unsigned columns;
		const char *shown;
	} cases[] = {
		{"abc", 3, "abc"},
		{"abc", 2, "ab\033[0m"},
		{"\033[1;31mab\033[0mcd", 3, "\033[1;31mab\033[0mc\033[0m"},
		{"▁▂▃", 3, "▁▂▃"},
		{"▁▂▃", 2, "▁▂\033[0m"},
		{"\xff\xfe", 9, "\xff\xfe"},
		{"\033[1", 9, "\033[1"},
		{"", 0, ""},
		{"a", 0, "\033[0m"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		render_cut_line(cases[i].text, strlen(cases[i].text), cases[i].columns, out);
		fclose(out);
		ok(!strcmp(text, cases[i].shown), "a line is cut: case %zu", i);
		free(text);
	}
}

/* More programs than are named one by one still count. */
static void test_many_owners(void)
{
	struct sample sample = {.drivers.source.state = SOURCE_OK};
	const unsigned num = DUMP_MOST_OWNERS + 7;
	struct auq_listing *listing = NULL;
	struct watch watch = {0};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=%u total=262144\n", num);
	for (unsigned i = 0; i < num; i++)
		fprintf(out,
			"slot=%u va=0x7fff%08x ctx=%u seq=1 refs=3 owner=gone doorbell=8 fences=1 "
			"waitq=1 inherited=1 pending=1 pid=%u comm=program-%u\n",
			i, 8 * i, 1 + i, 100 + i, i);
	fclose(out);
	if (auq_listing_parse(text, size, &listing) ||
	    drivers_take_listing(&sample.drivers, listing, listing, 0))
		ok(false, "no listing");
	auq_listing_free(listing);
	free(text);
	take(&watch, sample);
	is(drivers_refs(&watch.now.drivers), 3 * num, "references of programs that are left out");
	text = render(&watch, PROMETHEUS);
	size = 0;
	for (const char *c = text; (c = strstr(c, "\namdfence_fence_drivers{")); c++)
		size += strtoul(strchr(c, '}') + 1, NULL, 10);
	is(size, num, "fence drivers in a file for Prometheus");
	free(text);
	watch_fini(&watch);
}

int main(void)
{
	test_growth();
	test_remark();
	test_history();
	test_many_owners();
	test_refusal();
	test_listed();
	test_probed();
	test_blind();
	test_many_names();
	test_cut();
	return tap_done();
}
