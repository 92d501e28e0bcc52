// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/check.h"
#include "cmd/cmd.h"
#include "cmd/look.h"
#include "collect/host.h"
#include "collect/log.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* ---- all of it ----------------------------------------------------------- */

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
		err = look_once(gpu, &dump->queues);
	if (!err)
		err = look_at_drivers(gpu, DUMP_MOST_DRIVERS, &dump->drivers);
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
	return options->output ? write_whole(options->output, 0, fill, dump)
			       : print_whole(fill, dump);
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
