// SPDX-License-Identifier: MIT
/*
 * Probes and instance in an imitation of tracefs, which is plain files; mkdir() and
 * rmdir() of an instance make and remove what is in it. The lab has the real one.
 */
#include <config.h>

#include "../lib/tap.h"
#include "collect/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char top[] = "/tmp/test-tracer-XXXXXX";
static const char *missing; /* a file that a new instance lacks */
static bool has_queues;     /* it has the kernel's own events of queues */

static void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void shell(const char *format, ...)
{
	char command[2000], whole[2200];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	snprintf(whole, sizeof(whole), "cd %s && %s", top, command);
	if (system(whole))
		abort();
}

#define QUEUES "events/amdgpu/amdgpu_userq_"

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
	const char *group = strrchr(path, '-') + 1;

	if (__real_mkdir(path, mode))
		return -1;
	shell("cd %s && mkdir -p events/amdfence_%s per_cpu/cpu0 && touch tracing_on "
	      "buffer_size_kb "
	      "trace_clock trace_options trace_pipe events/amdfence_%s/enable && "
	      "printf 'overrun: 9\\ncommit overrun: 0\\ndropped events: 0\\n' >per_cpu/cpu0/stats",
	      path, group, group);
	if (has_queues)
		shell("cd %s && mkdir -p " QUEUES "create_end " QUEUES "destroy_end && "
		      "touch " QUEUES "create_end/enable " QUEUES "create_end/filter " QUEUES
		      "destroy_end/enable",
		      path);
	if (missing)
		shell("rm %s/%s", path, missing);
	return 0;
}

int __wrap_rmdir(const char *path);
int __wrap_rmdir(const char *path)
{
	if (access(path, F_OK))
		return -1;
	shell("rm -r %s", path);
	return 0;
}

static const char *contents(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *contents(const char *format, ...)
{
	static char text[8000];
	char name[500], path[600];
	va_list args;
	size_t size = 0;
	FILE *file;

	va_start(args, format);
	vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	snprintf(path, sizeof(path), "%s/%s", top, name);
	file = fopen(path, "r");
	if (file) {
		size = fread(text, 1, sizeof(text) - 1, file);
		fclose(file);
	}
	text[size] = '\0';
	return text;
}

static void make_tree(const char *tracing)
{
	shell("rm -rf sys proc && mkdir -p sys/kernel/tracing proc && mkdir -p %s/instances && "
	      "touch %s/kprobe_events && "
	      "printf ' amdfence_free 10 3\\n amdfence_alloc 10 0\\n other 1 9\\n' "
	      ">%s/kprobe_profile && "
	      "printf '%%s\\n' '0 T amdgpu_seq64_alloc\t[amdgpu]' '0 t amdgpu_seq64_free_all' "
	      "'0 T amdgpu_seq64_free\t[amdgpu]' "
	      "'0 T amdgpu_userq_fence_driver_destroy\t[amdgpu]' >proc/kallsyms",
	      tracing, tracing, tracing);
}

#define TRACING "sys/kernel/tracing"

static void expect_none(enum source_state state, const char *why, const char *remedy)
{
	struct trace_snapshot snapshot;
	struct tracer tracer;

	tracer_find(&tracer, top, &snapshot);
	ok(snapshot.state == state && strcmp(snapshot.why, why) == 0 &&
		   strcmp(snapshot.remedy, remedy) == 0,
	   "none: %s (%s)", why, snapshot.remedy);
}

static void test_find(void)
{
	make_tree(TRACING);
	shell("sed -i /seq64_free/d proc/kallsyms");
	expect_none(SOURCE_ABSENT, "the kernel has no function amdgpu_seq64_free()", "");
	shell("rm proc/kallsyms");
	expect_none(SOURCE_BROKEN, "cannot read /proc/kallsyms: No such file or directory", "");
	shell("rm " TRACING "/kprobe_events");
	expect_none(SOURCE_ABSENT, "the kernel has no kprobe events",
		    "it takes a kernel with CONFIG_KPROBE_EVENTS");
	shell("rm -r " TRACING "/*");
	expect_none(SOURCE_ABSENT, "tracefs is not mounted",
		    "as root: mount -t tracefs tracefs /sys/kernel/tracing");
	shell("rm -r " TRACING);
	expect_none(SOURCE_ABSENT, "the kernel has no tracefs",
		    "it takes a kernel with CONFIG_FTRACE");
}

static void test_denied(void)
{
	int status = 0;

	make_tree(TRACING);
	shell("chmod 711 . && chmod 700 " TRACING);
	if (fork() == 0) {
		struct trace_snapshot snapshot;
		struct tracer tracer;

		if (!geteuid() && (setgid(65534) || setuid(65534)))
			_exit(1);
		if (getuid() == 65534)
			tracer_find(&tracer, top, &snapshot);
		_exit(getuid() == 65534 && (snapshot.state != SOURCE_DENIED ||
					    strcmp(snapshot.why, "that is for root") != 0));
	}
	wait(&status);
	is(status, 0, "nobody is told that it is for root");
}

static bool is_start(struct tracer *tracer, struct trace_snapshot *snapshot)
{
	tracer_find(tracer, top, snapshot);
	if (snapshot->state != SOURCE_OK)
		return false;
	tracer_start(tracer, snapshot);
	return snapshot->state == SOURCE_OK;
}

static void test_start(const char *tracing)
{
	struct trace_snapshot snapshot;
	struct tracer tracer;
	char want[2000];
	int pid = (int)getpid();

	make_tree(tracing);
	ok(is_start(&tracer, &snapshot), "a trace in %s", tracing);
	snprintf(want, sizeof(want),
		 "r:amdfence_%d/amdfence_alloc amdgpu:amdgpu_seq64_alloc device=$arg1:x64 "
		 "va=+0($arg2):x64 result=$retval:s32\n"
		 "p:amdfence_%d/amdfence_free amdgpu:amdgpu_seq64_free device=$arg1:x64 "
		 "va=$arg2:x64\n"
		 "p:amdfence_%d/amdfence_destroy amdgpu:amdgpu_userq_fence_driver_destroy "
		 "driver=$arg1:x64\n",
		 pid, pid, pid);
	ok(strcmp(contents("%s/kprobe_events", tracing), want) == 0, "... its probes");
	ok(strcmp(contents("%s/instances/amdfence-%d/events/amdfence_%d/enable", tracing, pid, pid),
		  "1") == 0,
	   "... are enabled in its instance");
	ok(strcmp(contents("%s/instances/amdfence-%d/tracing_on", tracing, pid), "01") == 0,
	   "... which records when all is set");
	ok(strcmp(contents("%s/instances/amdfence-%d/trace_clock", tracing, pid), "mono") == 0,
	   "... by a clock of all processors");
	shell(": >%s/kprobe_events", tracing);
	is(tracer_stop(&tracer), 0, "it is removed");
	snprintf(want, sizeof(want),
		 "-:amdfence_%d/amdfence_alloc\n-:amdfence_%d/amdfence_free\n"
		 "-:amdfence_%d/amdfence_destroy\n",
		 pid, pid, pid);
	ok(strcmp(contents("%s/kprobe_events", tracing), want) == 0, "... with its probes");
	shell("rmdir %s/instances && mkdir %s/instances", tracing, tracing);
	is(tracer_stop(&tracer), 0, "... and once more, which is no error");
}

static void test_failure(void)
{
	struct trace_snapshot snapshot;
	struct tracer tracer;

	make_tree(TRACING);
	missing = "trace_clock";
	ok(!is_start(&tracer, &snapshot) && snapshot.state == SOURCE_BROKEN &&
		   strcmp(snapshot.why, "cannot set trace_clock: No such file or directory") == 0,
	   "an instance that lacks a file");
	missing = NULL;
	shell("rmdir " TRACING "/instances && mkdir " TRACING "/instances");
	ok(true, "... leaves nothing");
}

/* Both events of queues are recorded, those of queues that were made; or it is not said. */
static void test_queues(void)
{
	static const char *const files[] = {QUEUES "create_end/filter", QUEUES "create_end/enable",
					    QUEUES "destroy_end/enable"};
	static const char *const want[] = {"result == 0", "1", "1"};
	struct trace_snapshot snapshot;
	struct tracer tracer;

	make_tree(TRACING);
	ok(is_start(&tracer, &snapshot) && !snapshot.has_queues, "a kernel without them");
	tracer_stop(&tracer);
	has_queues = true;
	ok(is_start(&tracer, &snapshot) && snapshot.has_queues, "events of queues");
	for (unsigned i = 0; i < 3; i++)
		ok(strcmp(contents("%s/%s", tracer.instance + strlen(top) + 1, files[i]),
			  want[i]) == 0,
		   "... %s", files[i]);
	tracer_stop(&tracer);
	for (unsigned i = 0; i < 3; i++) {
		missing = files[i];
		ok(is_start(&tracer, &snapshot) && !snapshot.has_queues, "... not without %s",
		   missing);
		tracer_stop(&tracer);
	}
	missing = NULL;
	has_queues = false;
}

static pid_t end_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void test_left(void)
{
	struct trace_snapshot snapshot;
	struct tracer tracer;
	int dead = (int)end_child(), live = (int)getppid();
	char want[100];

	make_tree(TRACING);
	shell("mkdir " TRACING "/instances/xamdfence-%d " TRACING "/instances/amdfence-%d " TRACING
	      "/instances/amdfence-%d",
	      dead, dead, live);
	shell("mkdir " TRACING "/instances/amdfence-+%d " TRACING "/instances/amdfence-0%d", dead,
	      dead);
	shell("printf 'r10:amdfence_%d/amdfence_alloc x\\np:amdfence_%d/a x\\n"
	      "p:amdfence_%d/amdfence_free x\\np:mine/b x\\n' >" TRACING "/kprobe_events",
	      dead, dead, live);
	ok(is_start(&tracer, &snapshot), "a trace after one that was killed");
	snprintf(want, sizeof(want), "\n-:amdfence_%d/amdfence_alloc\nr:", dead);
	ok(strstr(contents(TRACING "/kprobe_events"), want) != NULL, "... whose probe is removed");
	shell("test ! -e " TRACING "/instances/amdfence-%d", dead);
	shell("rmdir " TRACING "/instances/xamdfence-%d " TRACING "/instances/amdfence-%d", dead,
	      live);
	shell("rmdir " TRACING "/instances/amdfence-+%d " TRACING "/instances/amdfence-0%d", dead,
	      dead);
	ok(true, "... and whose instance, and no other's");
	tracer_stop(&tracer);
}

static void test_read(void)
{
	struct ledger *ledger = ledger_new(64);
	struct trace_snapshot snapshot;
	struct tracer tracer;

	make_tree(TRACING);
	is_start(&tracer, &snapshot);
	shell("echo '          <idle>-0 [000] ..... 1.0: amdfence_free: (x) device=0x1 va=0x8' >"
	      "%s/trace_pipe",
	      tracer.instance);
	tracer_read(&tracer, ledger);
	ok(ledger_events(ledger) == 1 && ledger_lost(ledger) == 0, "an event is read");
	shell(": >%s/trace_pipe", tracer.instance);
	shell("sed -i 's/free 10 3/free 10 5/' " TRACING "/kprobe_profile");
	tracer_read(&tracer, ledger);
	ok(ledger_lost(ledger) == 2 && ledger_unexplained(ledger, 0) == 2,
	   "probes that were missed since");
	shell("sed -i 's/alloc 10 0/alloc 10 1/' " TRACING "/kprobe_profile && "
	      "sed -i 's/events: 0/events: 4/' %s/per_cpu/cpu0/stats",
	      tracer.instance);
	tracer_read(&tracer, ledger);
	is(ledger_lost(ledger), 7, "events that were dropped since");
	tracer_read(&tracer, ledger);
	is(ledger_lost(ledger), 7, "... are counted once");
	shell("echo 0 >%s/tracing_on", tracer.instance);
	tracer_read(&tracer, ledger);
	is(ledger_lost(ledger), 8, "what somebody stopped may have lost events");
	shell("echo 1 >%s/tracing_on && echo 0 >%s/events/%s/enable", tracer.instance,
	      tracer.instance, tracer.group);
	tracer_read(&tracer, ledger);
	is(ledger_lost(ledger), 9, "... and whose events somebody disabled");
	shell("echo 1 >%s/events/%s/enable && rm %s/trace_pipe", tracer.instance, tracer.group,
	      tracer.instance);
	tracer_read(&tracer, ledger);
	is(ledger_lost(ledger), 10, "what cannot be read is lost");
	tracer_stop(&tracer);
	ledger_free(ledger);
}

int main(void)
{
	if (!mkdtemp(top))
		return 1;
	test_find();
	test_denied();
	test_start(TRACING);
	test_start("sys/kernel/debug/tracing");
	test_failure();
	test_queues();
	test_left();
	test_read();
	shell("rm -r %s", top);
	return tap_done();
}
