# SPDX-License-Identifier: MIT

# Runs in the lab and on the simulated device: tests/lab/conform.
noinst_PROGRAMS += %D%/conformance/driver
%C%_conformance_driver_SOURCES = \
	%D%/conformance/main.c \
	%D%/conformance/call.c %D%/conformance/call.h \
	%D%/conformance/calls.c %D%/conformance/calls.h \
	%D%/conformance/control.c %D%/conformance/control.h \
	%D%/conformance/device.c %D%/conformance/device.h \
	%D%/conformance/part-core.c \
	%D%/conformance/part-faults.c \
	%D%/conformance/part-gem.c \
	%D%/conformance/part-info.c \
	%D%/conformance/part-off.c \
	%D%/conformance/part-queue.c \
	%D%/conformance/part-random.c \
	%D%/conformance/part-signal.c \
	%D%/conformance/part-slow.c \
	%D%/conformance/part-syncfile.c \
	%D%/conformance/part-syncobj.c \
	%D%/conformance/part-timeline.c \
	%D%/conformance/part-trials.c \
	%D%/conformance/part-wait.c \
	%D%/conformance/random-child.c \
	%D%/conformance/random-queue.c \
	%D%/conformance/random-syncobj.c \
	%D%/conformance/random-wait.c \
	%D%/conformance/random.h \
	%D%/conformance/parts.h \
	%D%/conformance/trace.c %D%/conformance/trace.h
%C%_conformance_driver_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools/sim
%C%_conformance_driver_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS)
# A real executable, which the lab can take along.
%C%_conformance_driver_LDFLAGS = -no-install
EXTRA_DIST += %D%/conform

# WAIT on fences within fences; as root, for sw_sync.
noinst_PROGRAMS += %D%/containers
%C%_containers_SOURCES = %D%/containers.c tests/lib/tap.c
%C%_containers_CPPFLAGS = $(amdfence_cppflags) -I$(top_srcdir)
%C%_containers_CFLAGS = $(amdfence_cflags)
%C%_containers_LDFLAGS = -no-install
%C%_containers_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)

# A second client for runs in the lab: background.
noinst_PROGRAMS += %D%/churn
%C%_churn_SOURCES = %D%/churn.c
%C%_churn_LDFLAGS = -no-install
%C%_churn_LDADD = libamdgpu_userq/libamdgpu_userq.la

# Hung queues and more, in the lab: kernel-patch/check.
noinst_PROGRAMS += %D%/defects
%C%_defects_SOURCES = %D%/defects.c tests/lib/tap.c tests/lib/tap.h
%C%_defects_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/lib
%C%_defects_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS)
%C%_defects_LDFLAGS = -no-install
%C%_defects_LDADD = libamdgpu_userq/libamdgpu_userq.la $(LIBDRM_LIBS)

# What provoke runs in the lab.
noinst_PROGRAMS += %D%/trigger
%C%_trigger_SOURCES = %D%/trigger.c %D%/trigger-races.c \
	%D%/trigger.h %D%/vasic-control.c %D%/vasic-control.h
%C%_trigger_CPPFLAGS = $(amdfence_cppflags) -I$(top_srcdir)
%C%_trigger_CFLAGS = $(amdfence_cflags) -pthread
%C%_trigger_LDFLAGS = -no-install
%C%_trigger_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)

# What bench-fix runs, and what README.md says of exhaust.
noinst_PROGRAMS += %D%/measure %D%/exhaust
%C%_measure_SOURCES = %D%/measure.c %D%/vasic-control.c
%C%_measure_CPPFLAGS = $(amdfence_cppflags)
%C%_measure_CFLAGS = $(amdfence_cflags)
%C%_measure_LDFLAGS = -no-install
%C%_measure_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_exhaust_SOURCES = %D%/exhaust.c
%C%_exhaust_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS)
%C%_exhaust_LDFLAGS = -no-install
%C%_exhaust_LDADD = libamdgpu_userq/libamdgpu_userq.la $(LIBDRM_LIBS)

# Allocations that fail, on a kernel with --debug.
noinst_PROGRAMS += %D%/no-memory
%C%_no_memory_SOURCES = %D%/no-memory.c %D%/vasic-control.c %D%/vasic-control.h tests/lib/tap.c
%C%_no_memory_CPPFLAGS = $(amdfence_cppflags) -I$(top_srcdir) -I$(top_srcdir)/tests/lib
%C%_no_memory_CFLAGS = $(amdfence_cflags)
%C%_no_memory_LDFLAGS = -no-install
%C%_no_memory_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)

EXTRA_DIST += %D%/README.md %D%/asic %D%/background %D%/bench-fix %D%/config %D%/deps %D%/dump %D%/evidence %D%/tracefs %D%/fence-release %D%/guest \
	%D%/kernels %D%/known-reports %D%/kunit %D%/lib %D%/matrix %D%/mutations %D%/provoke %D%/provoked-reports %D%/race \
	%D%/run %D%/selftest %D%/sync %D%/variants
