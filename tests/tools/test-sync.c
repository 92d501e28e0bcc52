// SPDX-License-Identifier: MIT
/* Which cases sync-check tries, how it judges, and what its report looks like. */
#include <config.h>

#include "../lib/tap.h"
#include "golden.h"
#include "render/render.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* All orders of @members have been seen so many times each. */
static void test_orders(enum sync_group group, unsigned members, unsigned orders)
{
	unsigned seen[3125] = {0}, different = 0, cases = 0, uneven = 0;
	struct sync_case trial;
	struct sync_walk walk;

	sync_walk_init(&walk, 0);
	while (walk.next.group != group)
		sync_walk_group(&walk);
	while (sync_walk_next(&walk, &trial)) {
		unsigned key = 0;

		for (unsigned i = 0; i < trial.members; i++)
			key = key * 5 + trial.order[i];
		different += !seen[key];
		seen[key]++;
		uneven += trial.members != members || trial.number != cases;
		cases++;
	}
	is(different, orders, "different orders");
	for (unsigned i = 0; i < 3125; i++)
		uneven += seen[i] && seen[i] != 2 * (members + 2);
	is(uneven, 0, "each with and without asking, polled after any number, or never");
}

static void test_closed(void)
{
	unsigned members[5] = {0}, bad = 0;
	struct sync_case trial;
	struct sync_walk walk;

	sync_walk_init(&walk, 0);
	while (walk.next.group != SYNC_CLOSED)
		sync_walk_group(&walk);
	while (sync_walk_next(&walk, &trial)) {
		members[trial.members]++;
		bad += !trial.closed || trial.closed & (trial.closed - 1) ||
		       trial.closed >> trial.members;
	}
	ok(members[2] == 32 && members[3] == 180 && members[4] == 1152,
	   "closed: each of 2 to 4 members in each order");
	is(bad, 0, "closed: one member at a time");
}

static void test_random(void)
{
	unsigned bad = 0, same = 0, most = 0, least = 64, before = 0, closed = 0;
	struct sync_walk walk, again, other;
	struct sync_case a, b, c;

	sync_walk_init(&walk, 5);
	while (walk.next.group != SYNC_RANDOM)
		sync_walk_group(&walk);
	again = walk;
	other = walk;
	other.seed = 6;
	for (unsigned i = 0; i < 5000; i++) {
		uint64_t seen = 0;

		sync_walk_next(&walk, &a);
		sync_walk_next(&again, &b);
		sync_walk_next(&other, &c);
		bad += memcmp(&a, &b, sizeof(a)) != 0;
		same += memcmp(&a, &c, sizeof(a)) == 0;
		for (unsigned k = 0; k < a.members; k++)
			seen |= 1ull << a.order[k];
		bad += a.members < 64 && (seen | a.closed | a.before | a.twice) >> a.members;
		bad += __builtin_popcountll(seen) != (int)a.members;
		bad += a.poll_after > a.members + 1;
		most = a.members > most ? a.members : most;
		least = a.members < least ? a.members : least;
		before += a.before != 0;
		closed += a.closed != 0;
	}
	is(bad, 0, "random: orders of all members, the same for the same seed");
	ok(same < 10, "... another seed, other cases");
	ok(least == 1 && most == 64, "... from 1 to 64 members");
	ok(before > 500 && before < 4500 && closed > 500 && closed < 4500,
	   "... some signaled before, some closed, often neither");
}

static void test_judge(void)
{
	static const struct {
		struct sync_truth truth;
		struct sync_view view;
		enum sync_fault fault;
	} rows[] = {
		{{2, 1, 0}, {0, 0, 0, 2, 1, 0}, SYNC_GOOD},
		{{2, 1, 0}, {0, 0, -1, 2, 1, 0}, SYNC_GOOD},
		{{2, 1, 1}, {0, -ENOENT, 0, 2, 1, 1}, SYNC_GOOD},
		{{2, 0, 0}, {1, 1, 1, 2, 0, 0}, SYNC_GOOD},
		{{2, 0, 1}, {-ENOENT, -ENOENT, 1, 2, 0, 1}, SYNC_GOOD},
		{{0, 0, 0}, {1, 1, 1, 1, 0, 0}, SYNC_GOOD},
		{{2, 1, 0}, {1, 0, 0, 2, 1, 0}, SYNC_EARLY},
		{{2, 1, 1}, {-ENOENT, 0, 0, 2, 1, 1}, SYNC_EARLY},
		{{2, 1, 0}, {0, 0, 1, 2, 1, 0}, SYNC_EARLY},
		{{2, 1, 0}, {0, 1, 0, 2, 1, 0}, SYNC_DISAGREE},
		{{2, 0, 0}, {0, 1, -1, 2, 0, 0}, SYNC_LATE},
		{{2, 0, 0}, {1, 1, 0, 2, 0, 0}, SYNC_LATE},
		{{2, 0, 0}, {1, 0, 1, 2, 0, 0}, SYNC_DISAGREE},
		{{2, 0, 1}, {-ENOENT, 1, 1, 2, 0, 1}, SYNC_DISAGREE},
		{{2, 0, 1}, {1, -ENOENT, 1, 2, 0, 1}, SYNC_LOST_ERROR},
		{{2, 0, 0}, {-ENOENT, 1, 1, 2, 0, 0}, SYNC_MADE_ERROR},
		{{2, 1, 0}, {0, 0, 0, 1, 1, 0}, SYNC_MEMBERS},
		{{2, 1, 0}, {0, 0, 0, 2, 2, 0}, SYNC_MEMBERS},
		{{2, 0, 1}, {1, 1, 1, 2, 0, 0}, SYNC_MEMBERS},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(sync_judge(&rows[i].truth, &rows[i].view) == rows[i].fault, "judge %u: %s", i,
		   sync_fault_name(rows[i].fault));
}

static void test_first(void)
{
	struct sync_report report = {0};
	struct sync_outcome early = {.fault = SYNC_EARLY}, lost = {.fault = SYNC_LOST_ERROR};
	struct sync_case five = {.group = SYNC_RANDOM, .members = 5};
	struct sync_case three = {.group = SYNC_RANDOM, .members = 3};
	const struct sync_finding *finding = &report.findings[SYNC_RANDOM];

	sync_report_add(&report, &three, &lost);
	ok(!sync_report_found(&report) && finding->noted == 1, "a note is no defect");
	sync_report_add(&report, &five, &early);
	ok(sync_report_found(&report) && finding->first.members == 5,
	   "a defect is shown, not a note");
	sync_report_add(&report, &three, &lost);
	is(finding->first.members, 5, "... also when a note comes later");
	sync_report_add(&report, &three, &early);
	is(finding->first.members, 3, "... the shortest");
	sync_report_add(&report, &five, &early);
	ok(finding->first.members == 3 && finding->found == 3, "... of all");
}

static void check(const struct sync_report *report, const char *name)
{
	static const char *const endings[] = {"txt", "json", "tap"};

	for (unsigned i = 0; i < 3; i++) {
		char file[64], *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		if (i == 0)
			render_sync_text(report, out);
		else if (i == 1)
			render_sync_json(report, out);
		else
			render_sync_tap(report, out);
		fclose(out);
		snprintf(file, sizeof(file), "%s.%s", name, endings[i]);
		golden(file, text);
		free(text);
	}
}

static void test_render(void)
{
	struct sync_report report = {.release = "7.3.4", .seed = 12};
	struct sync_case trial = {
		.group = SYNC_ORDERS_2, .number = 1, .members = 2, .ask = true, .order = {0, 1}};
	struct sync_outcome outcome = {
		.fault = SYNC_EARLY,
		.call = "SYNC_IOC_FILE_INFO",
		.step = 1,
		.truth = {2, 1, 0},
		.view = {1, 0, 1, 2, 1, 0},
	};

	for (unsigned i = 0; i < SYNC_NUM_GROUPS; i++)
		report.findings[i].run = 100;
	check(&report, "sync-clean");

	sync_report_add(&report, &trial, &outcome);
	trial = (struct sync_case){
		.group = SYNC_RANDOM,
		.number = 17,
		.members = 4,
		.poll_after = 5,
		.pairs = true,
		.ask = true,
		.order = {3, 0, 2, 1},
		.closed = 8,
		.before = 4,
		.twice = 3,
	};
	outcome = (struct sync_outcome){
		.fault = SYNC_LOST_ERROR,
		.call = "SYNC_IOC_FILE_INFO",
		.step = 4,
		.truth = {3, 0, 1},
		.view = {1, -ENOENT, -1, 3, 0, 1},
	};
	sync_report_add(&report, &trial, &outcome);
	trial.group = SYNC_RACE;
	outcome = (struct sync_outcome){.fault = SYNC_HUNG, .call = "poll"};
	sync_report_add(&report, &trial, &outcome);
	report.ended = true;
	check(&report, "sync-found");
}

int main(void)
{
	test_orders(SYNC_ORDERS_2, 2, 2);
	test_orders(SYNC_ORDERS_3, 3, 6);
	test_orders(SYNC_ORDERS_4, 4, 24);
	test_orders(SYNC_ORDERS_5, 5, 120);
	test_closed();
	test_random();
	test_judge();
	test_first();
	test_render();
	return tap_done();
}
