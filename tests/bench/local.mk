# SPDX-License-Identifier: MIT
# make bench: figures. The time of none of them passes or fails.
EXTRA_PROGRAMS += %D%/calls %D%/listing
# The shared library, as programs use it, with an imitation of the kernel in the program.
%C%_calls_SOURCES = %D%/calls.c tests/lib/fake.c tests/lib/fake.h tests/lib/tap.c tests/lib/tap.h
%C%_calls_CPPFLAGS = $(AM_CPPFLAGS) -DdrmIoctl=fake_drmIoctl
%C%_calls_CFLAGS = $(auq_test_cflags) -fvisibility=default -pthread
%C%_calls_LDADD = libamdgpu_userq/libamdgpu_userq.la
%C%_calls_LDFLAGS = -no-install
%C%_listing_CPPFLAGS = $(amdfence_cppflags)
%C%_listing_CFLAGS = $(amdfence_cflags)
%C%_listing_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
CLEANFILES += %D%/calls %D%/listing
EXTRA_DIST += %D%/overhead
overhead: %D%/calls
	$(srcdir)/%D%/overhead
bench: overhead %D%/listing
	%D%/listing
.PHONY: bench overhead
