# SPDX-License-Identifier: MIT

# The library's objects with an imitation of the kernel under them.
check_LTLIBRARIES = %D%/libfake.la
%C%_libfake_la_SOURCES = %D%/fake.c %D%/fake.h %D%/tap.c %D%/tap.h
%C%_libfake_la_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) $(LIBDRM_AMDGPU_CFLAGS)

check_PROGRAMS += \
	%D%/test-device %D%/test-listing %D%/test-packet %D%/test-queue %D%/test-signal-wait %D%/test-traits
auq_test_cflags = $(AM_CFLAGS) $(LIBDRM_CFLAGS) $(LIBDRM_AMDGPU_CFLAGS)
auq_test_ldadd = %D%/libfake.la libamdgpu_userq/libauq.la
%C%_test_device_CFLAGS = $(auq_test_cflags)
%C%_test_device_LDADD = $(auq_test_ldadd)
%C%_test_listing_CFLAGS = $(auq_test_cflags)
%C%_test_listing_LDADD = $(auq_test_ldadd)
%C%_test_listing_LDFLAGS = \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=read,--wrap=fstat,--wrap=setmntent
%C%_test_packet_SOURCES = %D%/test-packet.c tools/sim/cp.c tools/sim/cp.h
%C%_test_packet_CFLAGS = $(auq_test_cflags)
%C%_test_packet_LDADD = $(auq_test_ldadd)
%C%_test_queue_CFLAGS = $(auq_test_cflags)
%C%_test_queue_LDADD = $(auq_test_ldadd)
%C%_test_signal_wait_CFLAGS = $(auq_test_cflags)
%C%_test_signal_wait_LDADD = $(auq_test_ldadd)
%C%_test_traits_CFLAGS = $(auq_test_cflags)
%C%_test_traits_LDADD = $(auq_test_ldadd)

# Runs in the lab, on a real driver: tests/run-all.
noinst_PROGRAMS += %D%/lab-library
%C%_lab_library_SOURCES = %D%/lab-library.c %D%/tap.c %D%/tap.h
%C%_lab_library_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS)
# A real executable, which the lab can take along.
%C%_lab_library_LDFLAGS = -no-install
%C%_lab_library_LDADD = libamdgpu_userq/libamdgpu_userq.la $(LIBDRM_LIBS)

dist_check_SCRIPTS += %D%/header-errors
noinst_PROGRAMS += %D%/errors
%C%_errors_SOURCES = %D%/errors.c %D%/tap.c %D%/tap.h
%C%_errors_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) -fvisibility=default -pthread
%C%_errors_LDFLAGS = -no-install
%C%_errors_LDADD = libamdgpu_userq/libamdgpu_userq.la $(LIBDRM_LIBS)

# Programs of the installed package alone.
dist_check_SCRIPTS += %D%/installed
EXTRA_DIST += %D%/examples %D%/meson
clean-local: clean-installed
clean-installed:
	rm -rf %D%/root
.PHONY: clean-installed
