// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/check.h"
#include "cmd/cmd.h"
#include "act/child.h"
#include "collect/host.h"
#include "collect/listing.h"
#include "collect/log.h"
#include "collect/queues.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 30

struct options {
	const char *device;
	const char *output; /* NULL: standard output */
	bool redact;
	bool check;
};

enum { KEY_REDACT = 256, KEY_CHECK, KEY_JSON };

static const struct argp_option argp_options[] = {
	{"device", 'd', "DEVICE", 0,
	 "Render node, PCI address, or sim[:KERNEL]; default: the first that can", 0},
	{"output", 'o', "FILE", 0, "Write to FILE, which is complete or as it was", 0},
	{"redact", KEY_REDACT, NULL, 0, "Hide names of programs, and addresses", 0},
	{"leak-check", KEY_CHECK, NULL, 0,
	 "Try the known leaks before, see amdfence-leak-check(1), and add the verdicts", 0},
	{"json", KEY_JSON, NULL, 0, "As without: a dump is one JSON document", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'd':
		options->device = arg;
		break;
	case 'o':
		options->output = arg;
		break;
	case KEY_REDACT:
		options->redact = true;
		break;
	case KEY_CHECK:
		options->check = true;
		break;
	case KEY_JSON:
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- queues: where reading may hang --------------------------------------- */

struct place {
	const char *node, *pci, *dri;
};

static void send_queues(struct lifeline *line, void *arg)
{
	const struct place *place = arg;
	struct queues queues;
	int fd, err;

	line_call(line, "open");
	fd = open(place->node, O_RDWR | O_CLOEXEC);
	line_call(line, "read in debugfs");
	err = collect_queues(place->dri, place->pci, &queues);
	if (!err && !line_send(line, &queues, sizeof(queues)))
		for (unsigned i = 0; i < queues.num; i++)
			if (line_send(line, &queues.items[i], sizeof(queues.items[i])))
				break;
	if (fd >= 0)
		close(fd);
}

static int receive_queues(struct child *child, struct queues *queues)
{
	int got = child_receive(child, queues, sizeof(*queues), DEADLINE_S, NULL);

	queues->items = NULL;
	if (got <= 0)
		return got ? got : -EPIPE;
	queues->items = calloc(queues->num + 1, sizeof(*queues->items));
	if (!queues->items)
		return -ENOMEM;
	for (unsigned i = 0; i < queues->num && got > 0; i++)
		got = child_receive(child, &queues->items[i], sizeof(queues->items[i]), DEADLINE_S,
				    NULL);
	return got > 0 ? 0 : got ? got : -EPIPE;
}

/* @listing is DEBUGFS/dri/MINOR/FILE. */
static int read_queues(const struct gpu_snapshot *gpu, struct queues *queues)
{
	char dri[sizeof(gpu->listing)];
	const struct place place = {gpu->node, gpu->pci, dri};
	struct child child;
	int err;

	strcpy(dri, gpu->listing);
	for (unsigned i = 0; i < 2; i++) {
		char *slash = strrchr(dri, '/');

		if (slash)
			*slash = '\0';
	}
	err = child_start(&child, "amdfence-dump", send_queues, (void *)&place);
	if (err)
		return err;
	err = receive_queues(&child, queues);
	child_end(&child, err == -ETIME);
	if (err != -ETIME && err != -EPIPE)
		return err;
	free(queues->items);
	*queues = (struct queues){.source = source_of(err)};
	return 0;
}

/* ---- all of it ----------------------------------------------------------- */

/* What is leaked at one moment may be on its way: it must be so twice. */
static int read_listing(const struct gpu_snapshot *gpu, struct dump *dump)
{
	struct listing_snapshot earlier = {0}, now = {0};
	int err = 0;

	collect_listing(gpu->listing, &earlier);
	if (earlier.state == SOURCE_OK) {
		usleep(100000);
		collect_listing(gpu->listing, &now);
		dump->drivers.source = (struct source){.state = now.state};
	} else {
		dump->drivers.source = (struct source){.state = earlier.state};
	}
	if (dump->drivers.source.state == SOURCE_OK)
		err = dump_take_listing(dump, earlier.listing, now.listing);
	else
		snprintf(dump->drivers.source.error, sizeof(dump->drivers.source.error), "%s",
			 auq_strerror(earlier.err ? earlier.err : now.err));
	auq_listing_free(earlier.listing);
	auq_listing_free(now.listing);
	return err;
}

static int64_t time_of_dump(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	return epoch ? strtoll(epoch, NULL, 10) : (int64_t)time(NULL);
}

static int collect(struct dump *dump, const struct system_snapshot *system,
		   const struct gpu_snapshot *gpu)
{
	int err;

	dump->time = time_of_dump();
	dump->simulated = system->simulated;
	dump->panic_on_warn = system->panic_on_warn;
	memcpy(dump->release, system->release, sizeof(dump->release));
	dump_take_gpu(dump, gpu);
	err = collect_host(dump);
	if (!err)
		err = collect_firmware(gpu->pci, &dump->firmware);
	if (!err)
		err = read_queues(gpu, &dump->queues);
	if (!err)
		err = read_listing(gpu, dump);
	if (!err)
		err = collect_log(gpu->pci, &dump->log);
	return err;
}

static int fill(const void *data, FILE *out)
{
	return render_dump_json(data, out);
}

static bool check(struct report *report, struct dump *dump)
{
	struct check_options options = check_defaults;

	options.any = true;
	if (!check_prepare(report, &options) || !check_run(report, &options))
		return false;
	if (report->interrupted) {
		complain("", "interrupted: no dump is written");
		return false;
	}
	if (!dump_take_report(dump, report))
		return true;
	complain("", "%s", strerror(ENOMEM));
	return false;
}

static bool write_dump(struct report *report, struct dump *dump, const struct options *options)
{
	int err;

	if (options->check && !check(report, dump))
		return false;
	err = collect(dump, &report->system, &report->gpu);
	if (!err && options->redact)
		err = dump_redact(dump);
	if (err) {
		complain("", "cannot collect what a dump has: %s", strerror(-err));
		return false;
	}
	return options->output ? write_whole(options->output, fill, dump) : print_whole(fill, dump);
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Write what a bug report needs to know of a GPU, its driver and its fence "
	       "drivers: one JSON document. As root it says more.\v"
	       "Exit status: 0 written, 2 trouble",
};

static int run(int argc, char **argv)
{
	struct options options = {0};
	struct report report;
	struct dump dump = {0};
	int status = EXIT_TROUBLE;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (!options.output && !can_print())
		return EXIT_TROUBLE;
	if (report_init(&report, CHECK_TRIALS)) {
		complain("", "%s", strerror(ENOMEM));
		return EXIT_TROUBLE;
	}
	collect_system(&report.system);
	if (find_gpu(options.device, DEADLINE_S, &report.gpu) &&
	    write_dump(&report, &dump, &options))
		status = EXIT_CLEAN;
	dump_fini(&dump);
	report_fini(&report);
	return status;
}

const struct command cmd_dump = {
	.name = "dump",
	.summary = "what a bug report needs, as one JSON document",
	.argp = &argp,
	.run = run,
};
