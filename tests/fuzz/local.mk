# SPDX-License-Identifier: MIT
# Each target is replayed over its corpus here; tests/fuzz/run looks for new inputs.
check_PROGRAMS += %D%/fuzz-dump %D%/fuzz-listing %D%/fuzz-trace
%C%_fuzz_listing_SOURCES = %D%/fuzz-listing.c %D%/fuzz.h %D%/replay.c tests/lib/tap.c
%C%_fuzz_listing_CFLAGS = $(auq_test_cflags)
%C%_fuzz_listing_LDADD = libamdgpu_userq/libamdgpu_userq.la
%C%_fuzz_dump_SOURCES = %D%/fuzz-dump.c %D%/fuzz.h %D%/replay.c tests/lib/tap.c
%C%_fuzz_dump_CPPFLAGS = $(amdfence_cppflags)
%C%_fuzz_dump_CFLAGS = $(amdfence_cflags)
%C%_fuzz_dump_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_fuzz_trace_SOURCES = %D%/fuzz-trace.c %D%/fuzz.h %D%/replay.c tests/lib/tap.c
%C%_fuzz_trace_CPPFLAGS = $(amdfence_cppflags)
%C%_fuzz_trace_CFLAGS = $(amdfence_cflags)
%C%_fuzz_trace_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
EXTRA_DIST += %D%/run %D%/corpus
