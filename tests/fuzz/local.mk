# SPDX-License-Identifier: MIT
# Each target is replayed over its corpus here; tests/fuzz/run looks for new inputs.
check_PROGRAMS += %D%/fuzz-listing
%C%_fuzz_listing_SOURCES = %D%/fuzz-listing.c %D%/fuzz.h %D%/replay.c tests/lib/tap.c
%C%_fuzz_listing_CFLAGS = $(auq_test_cflags)
%C%_fuzz_listing_LDADD = libamdgpu_userq/libamdgpu_userq.la
EXTRA_DIST += %D%/run %D%/corpus
