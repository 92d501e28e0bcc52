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

EXTRA_DIST += %D%/README.md %D%/asic %D%/config %D%/deps %D%/dump %D%/evidence %D%/fence-release %D%/guest \
	%D%/kernels %D%/known-reports %D%/kunit %D%/lib %D%/matrix %D%/mutations %D%/provoked-reports %D%/race \
	%D%/run %D%/selftest %D%/sync %D%/variants
