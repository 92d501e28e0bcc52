// SPDX-License-Identifier: MIT
#include <config.h>

#include "collect/file.h"
#include "collect/tracer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of each processor's buffer: some ten thousand events, read after each trial. */
#define BUFFER_KB "512"

#define READ_BYTES 65536
/* Other programs could make events faster than they are read. */
#define MOST_READS 1024

/* Of all events that anybody defined. */
#define MOST_EVENTS_BYTES (4 << 20)

#define INSTANCE_PREFIX "amdfence-"
#define GROUP_PREFIX    "amdfence_"
#define QUEUE_EVENTS    "events/amdgpu/"

static const struct probe {
	const char *event;
	char type; /* r: at the return */
	const char *function;
	const char *fields;
} probes[] = {
	{TRACE_ALLOC_EVENT, 'r', "amdgpu_seq64_alloc", TRACE_ALLOC_FIELDS},
	{TRACE_FREE_EVENT, 'p', "amdgpu_seq64_free", TRACE_FREE_FIELDS},
	/* Tells that amdgpu_seq64_free() was made a part of it, and has no probe to be hit. */
	{TRACE_DESTROY_EVENT, 'p', "amdgpu_userq_fence_driver_destroy", TRACE_DESTROY_FIELDS},
};
#define NUM_PROBES (sizeof(probes) / sizeof(probes[0]))

/* ---- files of tracefs ---------------------------------------------------- */

/* They take one thing a write; one that is opened to be truncated would forget all events. */
static int put(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	ssize_t put;
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	do
		put = write(fd, text, strlen(text));
	while (put < 0 && errno == EINTR);
	err = put < 0 ? -errno : 0;
	close(fd);
	return err;
}

static FILE *get(const char *folder, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "re");
}

/* ---- whether there is one ------------------------------------------------ */

__attribute__((format(printf, 4, 5))) static void fail(struct trace_snapshot *snapshot,
						       enum source_state state, const char *remedy,
						       const char *format, ...)
{
	va_list args;

	snapshot->state = state;
	snapshot->remedy = remedy;
	va_start(args, format);
	vsnprintf(snapshot->why, sizeof(snapshot->why), format, args);
	va_end(args);
}

static void fail_with(struct trace_snapshot *snapshot, int err, const char *what, const char *which)
{
	if (err != -EACCES && err != -EPERM && err != -EROFS)
		fail(snapshot, SOURCE_BROKEN, "", "cannot %s%s: %s", what, which, strerror(-err));
	else if (geteuid())
		fail(snapshot, SOURCE_DENIED, "run amdfence as root", "that is for root");
	else
		fail(snapshot, SOURCE_DENIED,
		     "a container may not, nor may anybody where /sys/kernel/security/lockdown "
		     "says [confidentiality]",
		     "the kernel lets root set no probes: %s", strerror(-err));
}

/* Where tracefs is mounted, and kprobe events are in it. */
static bool find_root(struct tracer *tracer, const char *prefix, struct trace_snapshot *snapshot)
{
	/* The second is where it was before Linux 4.1, and comes with debugfs. */
	static const char *const folders[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[sizeof(tracer->root) + 32];

	for (unsigned i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(tracer->root, sizeof(tracer->root), "%s%s", prefix, folders[i]);
		snprintf(path, sizeof(path), "%s/kprobe_events", tracer->root);
		if (access(path, R_OK | W_OK) == 0)
			return true;
		if (errno != ENOENT) {
			fail_with(snapshot, -errno, "open kprobe_events", "");
			return false;
		}
		snprintf(path, sizeof(path), "%s/instances", tracer->root);
		if (access(path, F_OK) == 0) {
			fail(snapshot, SOURCE_ABSENT, "it takes a kernel with CONFIG_KPROBE_EVENTS",
			     "the kernel has no kprobe events");
			return false;
		}
	}
	snprintf(path, sizeof(path), "%s%s", prefix, folders[0]);
	if (access(path, F_OK) == 0)
		fail(snapshot, SOURCE_ABSENT,
		     "as root: mount -t tracefs tracefs /sys/kernel/tracing",
		     "tracefs is not mounted");
	else
		fail(snapshot, SOURCE_ABSENT, "it takes a kernel with CONFIG_FTRACE",
		     "the kernel has no tracefs");
	return false;
}

/* "ADDRESS TYPE NAME" and, of a module, "\t[MODULE]". Which function of ours it is, or -1. */
static int find_function(const char *line, char *module, size_t size)
{
	const char *name = strchr(line, ' ');
	size_t length;

	name = name ? strchr(name + 1, ' ') : NULL;
	if (!name)
		return -1;
	name++;
	length = strcspn(name, "\t\n");
	for (unsigned i = 0; i < NUM_PROBES; i++) {
		if (strlen(probes[i].function) != length ||
		    strncmp(name, probes[i].function, length) != 0)
			continue;
		module[0] = '\0';
		name += length;
		if (strncmp(name, "\t[", 2) == 0)
			snprintf(module, size, "%.*s:", (int)strcspn(name + 2, "]"), name + 2);
		return (int)i;
	}
	return -1;
}

static bool find_functions(struct tracer *tracer, const char *prefix,
			   struct trace_snapshot *snapshot)
{
	bool found[NUM_PROBES] = {false};
	size_t room = 0;
	char *line = NULL;
	FILE *file = get(prefix, "proc/kallsyms");
	int i;

	if (!file) {
		fail_with(snapshot, -errno, "read /proc/kallsyms", "");
		return false;
	}
	while (getline(&line, &room, file) > 0) {
		i = find_function(line, tracer->module, sizeof(tracer->module));
		if (i >= 0)
			found[i] = true;
	}
	free(line);
	fclose(file);
	for (i = 0; i < (int)NUM_PROBES; i++) {
		if (found[i])
			continue;
		fail(snapshot, SOURCE_ABSENT, "", "the kernel has no function %s()",
		     probes[i].function);
		return false;
	}
	return true;
}

void tracer_find(struct tracer *tracer, const char *prefix, struct trace_snapshot *snapshot)
{
	*tracer = (struct tracer){0};
	*snapshot = (struct trace_snapshot){.state = SOURCE_OK, .remedy = ""};
	if (!find_root(tracer, prefix, snapshot) || !find_functions(tracer, prefix, snapshot))
		return;
	snprintf(tracer->instance, sizeof(tracer->instance), "%s/instances/" INSTANCE_PREFIX "%d",
		 tracer->root, (int)getpid());
	snprintf(tracer->group, sizeof(tracer->group), GROUP_PREFIX "%d", (int)getpid());
}

/* ---- what others left ---------------------------------------------------- */

/* Whether @name is PREFIX and the number of a process that is no more. */
static bool is_left(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);
	char *end;
	long pid;

	if (strncmp(name, prefix, length) != 0)
		return false;
	/* As ours are written: no blank, sign or zero in front. */
	if (name[length] < '1' || name[length] > '9')
		return false;
	pid = strtol(name + length, &end, 10);
	return (!*end || *end == '/') && pid <= INT32_MAX && kill((pid_t)pid, 0) < 0 &&
	       errno == ESRCH;
}

/* Whether "GROUP/EVENT ..." is one of our events; a group of that name may hold others'. */
static bool is_event(const char *name)
{
	size_t length;

	name += strcspn(name, "/\n");
	name += *name == '/';
	length = strcspn(name, " \n");
	for (unsigned i = 0; i < NUM_PROBES; i++)
		if (strlen(probes[i].event) == length &&
		    strncmp(name, probes[i].event, length) == 0)
			return true;
	return false;
}

static void remove_instances(const struct tracer *tracer)
{
	char path[sizeof(tracer->root) + NAME_MAX + 16];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/instances", tracer->root);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		if (!is_left(entry->d_name, INSTANCE_PREFIX))
			continue;
		snprintf(path, sizeof(path), "%s/instances/%s", tracer->root, entry->d_name);
		rmdir(path);
	}
	if (folder)
		closedir(folder);
}

/* Each line of kprobe_events begins with "TYPE:GROUP/EVENT ". All are read before one goes. */
static void remove_events(const struct tracer *tracer)
{
	char path[sizeof(tracer->root) + 16], order[200], *text, *line, *name;
	size_t size;

	snprintf(path, sizeof(path), "%s/kprobe_events", tracer->root);
	if (collect_file(path, MOST_EVENTS_BYTES, &text, &size))
		return;
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		name = line + strcspn(line, ":\n");
		if (*name != ':' || !is_left(name + 1, GROUP_PREFIX) || !is_event(name + 1))
			continue;
		snprintf(order, sizeof(order), "-%.*s\n", (int)strcspn(name, " \n"), name);
		put(tracer->root, "kprobe_events", order);
	}
	free(text);
}

/* ---- ours ---------------------------------------------------------------- */

/* A new instance has the options of the main one, which somebody may have changed. */
static const struct setup {
	const char *file, *text;
	bool must;
} setups[] = {
	{"tracing_on", "0", true},
	{"buffer_size_kb", BUFFER_KB, true},
	/* The order of events of two processors; the default clock may go back. */
	{"trace_clock", "mono", true},
	{"trace_options", "context-info", true},
	{"trace_options", "irq-info", true},
	{"trace_options", "norecord-tgid", true},
	{"trace_options", "record-cmd", true},
	{"trace_options", "overwrite", true},
	{"trace_options", "noraw", true},
	{"trace_options", "nohex", true},
	{"trace_options", "nobin", true},
	{"trace_options", "noverbose", true},
	{"trace_options", "nolatency-format", true},
	/* As far as they exist. */
	{"trace_options", "nofields", false},
	{"trace_options", "nostacktrace", false},
	{"trace_options", "nouserstacktrace", false},
};

/*
 * Whether the kernel has both. A filter by a field that an event has not is
 * refused, so that nothing else has to be known of it.
 */
static bool set_up_queues(const struct tracer *tracer)
{
	static const char *const steps[][2] = {
		{QUEUE_EVENTS TRACE_CREATED_EVENT "/filter", "result == 0"},
		{QUEUE_EVENTS TRACE_DESTROYED_EVENT "/enable", "1"},
		{QUEUE_EVENTS TRACE_CREATED_EVENT "/enable", "1"},
	};

	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (put(tracer->instance, steps[i][0], steps[i][1]))
			return false;
	return true;
}

static bool set_up(const struct tracer *tracer, struct trace_snapshot *snapshot)
{
	char text[400];
	int err;

	if (mkdir(tracer->instance, 0700) < 0) {
		fail_with(snapshot, -errno, "make ", tracer->instance);
		return false;
	}
	for (unsigned i = 0; i < sizeof(setups) / sizeof(setups[0]); i++) {
		err = put(tracer->instance, setups[i].file, setups[i].text);
		if (!err || !setups[i].must)
			continue;
		fail_with(snapshot, err, "set ", setups[i].file);
		return false;
	}
	for (unsigned i = 0; i < NUM_PROBES; i++) {
		snprintf(text, sizeof(text), "%c:%s/%s %s%s %s\n", probes[i].type, tracer->group,
			 probes[i].event, tracer->module, probes[i].function, probes[i].fields);
		err = put(tracer->root, "kprobe_events", text);
		if (err) {
			fail_with(snapshot, err, "set a probe on ", probes[i].function);
			return false;
		}
	}
	snprintf(text, sizeof(text), "events/%s/enable", tracer->group);
	err = put(tracer->instance, text, "1");
	if (!err)
		snapshot->has_queues = set_up_queues(tracer);
	if (!err)
		err = put(tracer->instance, "tracing_on", "1");
	if (err)
		fail_with(snapshot, err, "enable ", text);
	return !err;
}

/* ---- what the kernel says it missed -------------------------------------- */

/*
 * Of each event "NAME HITS MISSES", without its group: another amdfence's are
 * counted, too. A probe is missed when it is hit by an interrupt that came while
 * the processor was in another one (kprobe_ftrace_handler(), 6.18).
 */
static uint64_t count_missed(const struct tracer *tracer, const char *event)
{
	FILE *file = get(tracer->root, "kprobe_profile");
	uint64_t missed, all = 0;
	char name[64];

	while (file && fscanf(file, "%63s %*u %" SCNu64, name, &missed) == 2)
		all += strcmp(name, event) == 0 ? missed : 0;
	if (file)
		fclose(file);
	return all;
}

/* Of each processor, and probes; what was overwritten says the text itself. */
static uint64_t count_dropped(const struct tracer *tracer)
{
	char path[sizeof(tracer->instance) + NAME_MAX + 16], line[128];
	uint64_t number, all = count_missed(tracer, TRACE_ALLOC_EVENT);
	struct dirent *entry;
	DIR *folder;
	FILE *file;

	snprintf(path, sizeof(path), "%s/per_cpu", tracer->instance);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "per_cpu/%s/stats", entry->d_name);
		file = get(tracer->instance, path);
		while (file && fgets(line, sizeof(line), file))
			if (sscanf(line, "commit overrun: %" SCNu64, &number) == 1 ||
			    sscanf(line, "dropped events: %" SCNu64, &number) == 1)
				all += number;
		if (file)
			fclose(file);
	}
	if (folder)
		closedir(folder);
	return all;
}

/* ---- all of it ----------------------------------------------------------- */

void tracer_start(struct tracer *tracer, struct trace_snapshot *snapshot)
{
	remove_instances(tracer);
	remove_events(tracer);
	if (!set_up(tracer, snapshot)) {
		tracer_stop(tracer);
		return;
	}
	tracer->missed = count_missed(tracer, TRACE_FREE_EVENT);
	tracer->dropped = count_dropped(tracer);
}

static int read_pipe(const struct tracer *tracer, struct ledger *ledger)
{
	char path[sizeof(tracer->instance) + 16], *text = malloc(READ_BYTES);
	ssize_t got = 1;
	int fd = -1, err = -ENOMEM;

	snprintf(path, sizeof(path), "%s/trace_pipe", tracer->instance);
	if (text)
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		err = -EOVERFLOW;
		for (unsigned i = 0; i < MOST_READS && got > 0; i++) {
			got = read(fd, text, READ_BYTES);
			if (got > 0)
				ledger_feed(ledger, text, (size_t)got);
			else
				err = got < 0 && errno != EAGAIN ? -errno : 0;
		}
		close(fd);
	}
	free(text);
	return err;
}

static bool is_one(const struct tracer *tracer, const char *name)
{
	FILE *file = get(tracer->instance, name);
	int number = 0;
	bool is;

	is = file && fscanf(file, "%d", &number) == 1 && number == 1;
	if (file)
		fclose(file);
	return is;
}

/* Whoever stops all instances, as trace-cmd can, stops ours: nothing is lost then, nor seen. */
static bool is_recording(const struct tracer *tracer)
{
	char name[sizeof(tracer->group) + 16];

	snprintf(name, sizeof(name), "events/%s/enable", tracer->group);
	return is_one(tracer, "tracing_on") && is_one(tracer, name);
}

static uint64_t since(uint64_t *last, uint64_t now)
{
	uint64_t more = now > *last ? now - *last : 0;

	*last = now;
	return more;
}

void tracer_read(struct tracer *tracer, struct ledger *ledger)
{
	if (read_pipe(tracer, ledger) || !is_recording(tracer))
		ledger_lose(ledger, 1);
	ledger_lose(ledger, since(&tracer->dropped, count_dropped(tracer)));
	ledger_miss(ledger, since(&tracer->missed, count_missed(tracer, TRACE_FREE_EVENT)));
}

int tracer_stop(const struct tracer *tracer)
{
	char order[100];
	int err = 0, got;

	if (rmdir(tracer->instance) < 0 && errno != ENOENT)
		err = -errno;
	for (unsigned i = 0; i < NUM_PROBES; i++) {
		snprintf(order, sizeof(order), "-:%s/%s\n", tracer->group, probes[i].event);
		got = put(tracer->root, "kprobe_events", order);
		if (got && got != -ENOENT)
			err = got;
	}
	return err;
}
