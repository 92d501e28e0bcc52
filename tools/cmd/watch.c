// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/look.h"
#include "cmd/terminal.h"
#include "act/clock.h"
#include "collect/listing.h"
#include "collect/system.h"
#include "render/render.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DEADLINE_S          30
#define DEFAULT_INTERVAL_MS 2000
#define SHORTEST_MS         100
#define LONGEST_MS          86400000

/* How far two looks at leaked fence drivers are apart, where there is no earlier sample. */
#define SECOND_LOOK_MS 100

struct options {
	const char *device;
	const char *prometheus; /* NULL: no such file */
	unsigned interval_ms;
	uint64_t count; /* 0: until it is told to stop */
	bool json;
};

enum { KEY_COUNT = 256, KEY_JSON, KEY_PROMETHEUS };

static const struct argp_option argp_options[] = {
	{"device", 'd', "DEVICE", 0,
	 "Render node, PCI address, or sim[:KERNEL]; default: the first that can", 0},
	{"interval", 'i', "SECONDS", 0, "From one sample to the next, 0.1 at least; default: 2", 0},
	{"count", KEY_COUNT, "N", 0, "Samples; default: until Ctrl-C", 0},
	{"json", KEY_JSON, NULL, 0, "One JSON document a line, see amdfence-json(5)", 0},
	{"prometheus", KEY_PROMETHEUS, "FILE", 0,
	 "In place of showing it, keep FILE up to date for Prometheus' node exporter", 0},
	{0},
};

static unsigned parse_interval(struct argp_state *state, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds * 1000 >= SHORTEST_MS && seconds * 1000 <= LONGEST_MS))
		argp_error(state, "--interval must be a number from 0.1 to 86400, not '%s'", text);
	return (unsigned)(seconds * 1000 + 0.5);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'd':
		options->device = arg;
		break;
	case 'i':
		options->interval_ms = parse_interval(state, arg);
		break;
	case KEY_COUNT:
		options->count = parse_number(state, "--count", arg, 1, 1000000000);
		break;
	case KEY_JSON:
		options->json = true;
		break;
	case KEY_PROMETHEUS:
		options->prometheus = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "no argument '%s' is wanted", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- samples --------------------------------------------------------------- */

struct session {
	const struct options *options;
	struct system_snapshot system;
	struct gpu_snapshot gpu;
	struct stat node; /* as it was in the beginning */
	struct look look;
	struct listing_snapshot earlier;
	const char *refusal; /* to look for the lowest free slot; "": none */
	uint64_t start_ms;
	struct watch watch;
	bool has_screen;
	bool utf8;
};

/* What is leaked at one moment may be on its way: it must be so twice. */
static int read_listing(struct session *session, struct drivers *drivers)
{
	struct listing_snapshot now = {0};
	int err = 0;

	if (session->earlier.state != SOURCE_OK) {
		collect_listing(session->gpu.listing, &session->earlier);
		if (session->earlier.state == SOURCE_OK)
			sleep_ms(SECOND_LOOK_MS);
	}
	collect_listing(session->gpu.listing, &now);
	drivers->source.state = now.state;
	if (now.state != SOURCE_OK)
		snprintf(drivers->source.error, sizeof(drivers->source.error), "%s",
			 auq_strerror(now.err));
	else if (session->earlier.state != SOURCE_OK)
		/* It has just appeared; another look tells what is leaked. */
		err = drivers_take_listing(drivers, now.listing, now.listing, 0);
	else
		err = drivers_take_listing(drivers, session->earlier.listing, now.listing, 0);
	auq_listing_free(session->earlier.listing);
	session->earlier = now;
	return err;
}

static void take_time(const struct session *session, struct sample *sample)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	struct timespec now;

	/* Where all is to be the same each time, so are the samples. */
	if (epoch) {
		sample->elapsed_ms = session->watch.samples * session->options->interval_ms;
		sample->time_ms = strtoll(epoch, NULL, 10) * 1000 + (int64_t)sample->elapsed_ms;
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	sample->time_ms = now.tv_sec * 1000ll + now.tv_nsec / 1000000;
	sample->elapsed_ms = clock_ms() - session->start_ms;
}

/* A driver that is loaded again makes another node. */
static bool is_gone(const struct session *session)
{
	struct stat now;

	return stat(session->gpu.node, &now) < 0 || now.st_ino != session->node.st_ino ||
	       now.st_rdev != session->node.st_rdev;
}

static int take_sample(struct session *session, struct sample *sample)
{
	bool probe;
	int err;

	take_time(session, sample);
	if (is_gone(session))
		return -ENODEV;
	err = read_listing(session, &sample->drivers);
	if (err)
		return err;
	sample->probe.state = SOURCE_UNASKED;
	probe = sample->drivers.source.state != SOURCE_OK && !session->refusal[0];
	err = look_take(&session->look, &asked_to_stop, &sample->queues,
			probe ? &sample->probe : NULL, &sample->lowest_free);
	if (sample->drivers.source.state != SOURCE_OK && session->refusal[0]) {
		sample->probe.state = SOURCE_ABSENT;
		snprintf(sample->probe.error, sizeof(sample->probe.error), "%s", session->refusal);
	}
	return err;
}

/* ---- what there is to say --------------------------------------------------- */

static bool knows_anything(const struct sample *sample)
{
	return sample->drivers.source.state == SOURCE_OK ||
	       sample->queues.source.state == SOURCE_OK || sample->probe.state == SOURCE_OK;
}

static const char *remedy_of_nothing(const struct gpu_snapshot *gpu)
{
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++)
		if (ip_state_remedy(gpu->ip[ip].state)[0])
			return ip_state_remedy(gpu->ip[ip].state);
	return "debugfs is for root: run amdfence as root";
}

static void tell_change(const char *what, enum source_state was, const struct source *is)
{
	if (is->state == was || is->state == SOURCE_UNASKED || was == SOURCE_UNASKED)
		return;
	if (is->state == SOURCE_OK)
		complain("", "%s can be read now", what);
	else if (was == SOURCE_OK)
		complain("", "%s can no longer be read: %s", what, is->error);
}

/* On a screen it is there to be seen. */
static void tell_changes(const struct session *session, const struct sample *was)
{
	const struct sample *now = &session->watch.now;

	if (session->has_screen)
		return;
	tell_change("the list of fence drivers", was->drivers.source.state, &now->drivers.source);
	tell_change("the queues in debugfs", was->queues.source.state, &now->queues.source);
	tell_change("the lowest free slot", was->probe.state, &now->probe);
}

static void tell_remark(const struct session *session, enum remark was)
{
	const struct watch_view view = {&session->system, &session->gpu, &session->watch, 0};
	char *text = NULL;
	size_t size;
	FILE *memory;

	if (session->has_screen || session->options->json || session->watch.remark == was ||
	    session->watch.remark == REMARK_NONE)
		return;
	memory = open_memstream(&text, &size);
	if (!memory)
		return;
	render_watch_remark(&view, memory);
	if (fclose(memory) == 0)
		complain(WATCH_REMEDY, "%s", text);
	free(text);
}

/* ---- output ---------------------------------------------------------------- */

static int fill_head(const void *data, FILE *out)
{
	render_watch_head(data, out);
	return 0;
}

static int fill_line(const void *data, FILE *out)
{
	render_watch_line(data, out);
	return 0;
}

static int fill_json(const void *data, FILE *out)
{
	return render_watch_json(data, out);
}

static int fill_prometheus(const void *data, FILE *out)
{
	render_watch_prometheus(data, out);
	return 0;
}

static int fill_screen(const void *data, FILE *out)
{
	render_watch_screen(data, can_colour(), terminal_is_utf8(), out);
	return 0;
}

static bool show_screen(const struct session *session, const struct watch_view *view)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool shown;

	if (out)
		render_watch_screen(view, can_colour(), session->utf8, out);
	if (!out || fclose(out)) {
		complain("", "cannot prepare the output: %s", strerror(ENOMEM));
		free(text);
		return false;
	}
	shown = terminal_show(text, size);
	free(text);
	if (!shown)
		complain("", "cannot write to standard output: %s", strerror(errno));
	return shown;
}

static struct watch_view view_of(const struct session *session)
{
	return (struct watch_view){&session->system, &session->gpu, &session->watch,
				   session->options->interval_ms};
}

static bool print(int (*fill)(const void *data, FILE *out), const struct watch_view *view)
{
	return print_unless_stopped(fill, view, &asked_to_stop);
}

static bool show(const struct session *session)
{
	const struct options *options = session->options;
	const struct watch_view view = view_of(session);

	if (options->prometheus && !write_whole(options->prometheus, 0644, fill_prometheus, &view))
		return false;
	if (options->json)
		return print(fill_json, &view);
	if (options->prometheus)
		return true;
	if (session->has_screen)
		return show_screen(session, &view);
	return (session->watch.samples > 1 || print(fill_head, &view)) && print(fill_line, &view);
}

/* ---- until the end ---------------------------------------------------------- */

static bool step(struct session *session)
{
	struct sample sample = {0};
	const struct sample was = session->watch.now; /* its states; what it points to is gone */
	enum remark remark = session->watch.remark;
	int err = take_sample(session, &sample);

	if (err == -EINTR) {
		sample_fini(&sample);
		return true;
	}
	if (!err && !session->watch.samples && !knows_anything(&sample)) {
		terminal_leave();
		complain(remedy_of_nothing(&session->gpu), "nothing of '%s' can be watched: %s",
			 session->gpu.node, sample.probe.error);
		sample_fini(&sample);
		return false;
	}
	if (!err) {
		bool is_first = !session->watch.samples;

		err = watch_take(&session->watch, &sample);
		if (!err && !is_first)
			tell_changes(session, &was);
	}
	if (err) {
		terminal_leave();
		if (err == -ENODEV)
			complain("watch again when it is back",
				 "'%s' is gone: the driver was unloaded, or the GPU removed",
				 session->gpu.node);
		else
			complain("", "cannot take a sample: %s", strerror(-err));
		sample_fini(&sample);
		return false;
	}
	if (!show(session))
		return false;
	tell_remark(session, remark);
	return true;
}

static bool watch(struct session *session)
{
	const struct options *options = session->options;
	uint64_t next;

	session->start_ms = next = clock_ms();
	for (;;) {
		if (!step(session))
			return false;
		if (asked_to_stop || session->watch.samples == options->count)
			return true;
		/* What took longer than that is not made up for. */
		next += options->interval_ms;
		if (next < clock_ms())
			next = clock_ms();
		while (!asked_to_stop && clock_ms() < next) {
			terminal_wait(next);
			if (session->has_screen && terminal_has_changed() && !show(session))
				return false;
		}
		if (asked_to_stop)
			return true;
	}
}

static int run_session(struct session *session)
{
	const struct options *options = session->options;
	int err = look_begin(&session->look, &session->gpu);
	bool ended_well;

	if (err) {
		complain("", "cannot start a worker process: %s", strerror(-err));
		return EXIT_TROUBLE;
	}
	session->has_screen = !options->json && !options->prometheus && terminal_is_there();
	session->utf8 = terminal_is_utf8();
	catch_signals();
	if (session->has_screen)
		terminal_begin();
	ended_well = watch(session);
	terminal_leave();
	/* The last one stays to be read. */
	if (ended_well && session->has_screen && session->watch.samples) {
		const struct watch_view view = view_of(session);

		ended_well = print_whole(fill_screen, &view);
	}
	look_end(&session->look);
	return ended_well ? EXIT_CLEAN : EXIT_TROUBLE;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse,
	.doc = "Show how many fence slots, fence drivers, references and user queues a GPU has, "
	       "and who makes them more, again and again.\v"
	       "Exit status: 0 ended by --count or Ctrl-C, 2 trouble",
};

static int run(int argc, char **argv)
{
	static struct session session;
	struct options options = {.interval_ms = DEFAULT_INTERVAL_MS};
	int status = EXIT_TROUBLE;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if ((!options.prometheus || options.json) && !can_print())
		return EXIT_TROUBLE;
	session.options = &options;
	collect_system(&session.system);
	if (find_gpu(options.device, DEADLINE_S, &session.gpu)) {
		session.refusal = watch_probe_refusal(&session.gpu);
		if (stat(session.gpu.node, &session.node) == 0)
			status = run_session(&session);
		else
			complain("", "cannot open '%s': %s", session.gpu.node, strerror(errno));
	}
	watch_fini(&session.watch);
	auq_listing_free(session.earlier.listing);
	return status;
}

const struct command cmd_watch = {
	.name = "watch",
	.summary = "slots, fence drivers and queues, live, and who makes them more",
	.argp = &argp,
	.run = run,
};
