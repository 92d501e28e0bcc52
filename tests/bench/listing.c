// SPDX-License-Identifier: MIT
/*
 * Listings of fence drivers up to the largest that there can be, every driver
 * leaked: how long it takes to read one, to judge it against another, to render
 * each driver and the report, to sum them up in a dump, to render that as text
 * and as a page, and how much memory. `make bench`
 */
#include <config.h>

#include "model/dump.h"
#include "model/evidence.h"
#include "model/plan.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIALS 64
#define SLOTS  262144u
#define ROUNDS 3

enum step { STEP_READ, STEP_JUDGE, STEP_RENDER, STEP_DUMP, STEP_PAGE, NUM_STEPS };

struct times {
	double seconds[NUM_STEPS]; /* of processor time, the best of all rounds */
	size_t bytes;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* In place of the kernel's file. */
static int write_listing(unsigned entries, size_t *bytes)
{
	int fd = memfd_create("listing", MFD_CLOEXEC);
	FILE *out = fdopen(dup(fd), "w");

	fprintf(out, "# amdgpu_userq_fence_drivers v1 used=%u total=%u\n", entries, SLOTS);
	for (unsigned slot = 0; slot < entries; slot++)
		fprintf(out,
			"slot=%u va=0x%x ctx=%u seq=18446744073709551615 refs=2 owner=gone "
			"doorbell=3072 fences=1 waitq=0 inherited=0 pending=0 pid=12345 "
			"comm=glxgears:gdrv0\n",
			slot, 0xffc00000 + 8 * slot, slot + 1000);
	*bytes = ftell(out);
	fclose(out);
	return fd;
}

static void read_listing(int fd, struct listing_snapshot *snapshot)
{
	lseek(fd, 0, SEEK_SET);
	snapshot->state = SOURCE_OK;
	if (auq_listing_read(fd, &snapshot->listing))
		abort();
}

static void judge_all(struct report *report, unsigned entries)
{
	for (unsigned i = 0; i < catalogue_size; i++) {
		struct finding *finding = &report->findings[i];

		finding->run = TRIALS;
		for (unsigned j = 0; j < TRIALS; j++)
			finding->outcomes[j].slot = (i * TRIALS + j) % entries;
		if (evidence_take_listing(finding, report->before.listing, report->after.listing))
			abort();
		evidence_combine(finding, report->after.listing);
	}
	judge(report);
	if (evidence_count_earlier(report) != entries)
		abort();
}

static void render_all(const struct report *report)
{
	uint32_t count = auq_listing_count(report->after.listing);
	FILE *out = fopen("/dev/null", "w");

	for (uint32_t i = 0; i < count; i++)
		render_driver(auq_listing_get(report->after.listing, i), out);
	render_report_text(report, false, out);
	if (render_report_json(report, out))
		abort();
	fclose(out);
}

static void dump_all(const struct report *report, struct dump *dump)
{
	FILE *out = fopen("/dev/null", "w");

	if (drivers_take_listing(&dump->drivers, report->before.listing, report->after.listing,
				 DUMP_MOST_DRIVERS) ||
	    render_dump_json(dump, out) || dump->drivers.leaked != dump->drivers.count)
		abort();
	fclose(out);
}

static void page_all(const struct dump *dump)
{
	struct point points[2] = {{0, 0, 0}, {1, dump->drivers.used, dump->drivers.leaked}};
	const struct history history = {points, 2};
	FILE *out = fopen("/dev/null", "w");

	render_dump_text(dump, &history, out);
	render_dump_html(dump, &history, out);
	fclose(out);
}

static void measure(unsigned entries, struct times *times)
{
	int fd = write_listing(entries, &times->bytes);

	for (unsigned round = 0; round < ROUNDS; round++) {
		double at[NUM_STEPS + 1];
		struct dump dump = {.drivers.source.state = SOURCE_OK};
		struct report report;

		if (report_init(&report, TRIALS))
			abort();
		report.use[EVIDENCE_DEBUGFS] = true;
		read_listing(fd, &report.before);
		at[STEP_READ] = now();
		read_listing(fd, &report.after);
		at[STEP_JUDGE] = now();
		judge_all(&report, entries);
		at[STEP_RENDER] = now();
		render_all(&report);
		at[STEP_DUMP] = now();
		dump_all(&report, &dump);
		at[STEP_PAGE] = now();
		page_all(&dump);
		at[NUM_STEPS] = now();
		for (unsigned i = 0; i < NUM_STEPS; i++)
			if (!round || at[i + 1] - at[i] < times->seconds[i])
				times->seconds[i] = at[i + 1] - at[i];
		dump_fini(&dump);
		report_fini(&report);
	}
	close(fd);
}

/* In a child of its own, whose memory is then known. */
static long measure_apart(unsigned entries, struct times *times)
{
	struct rusage usage;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		measure(entries, times);
		_exit(0);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status)
		abort();
	return usage.ru_maxrss;
}

int main(void)
{
	struct times *times = mmap(NULL, sizeof(*times), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double first[NUM_STEPS + 1] = {0}, each;

	printf("%9s %9s %9s %9s %9s %9s %9s %9s   per entry, first = 1\n", "entries", "file kB",
	       "read ms", "judge ms", "render ms", "dump ms", "page ms", "peak kB");
	for (unsigned entries = SLOTS / 64; entries <= SLOTS; entries *= 4) {
		long peak = measure_apart(entries, times);

		printf("%9u %9zu", entries, times->bytes / 1024);
		for (unsigned i = 0; i < NUM_STEPS; i++)
			printf(" %9.1f", 1e3 * times->seconds[i]);
		printf(" %9ld  ", peak);
		for (unsigned i = 0; i <= NUM_STEPS; i++) {
			each = (i < NUM_STEPS ? times->seconds[i] : peak) / entries;
			if (!first[i])
				first[i] = each;
			printf(" %.2f", each / first[i]);
		}
		printf("\n");
	}
	return 0;
}
