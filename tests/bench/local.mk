# SPDX-License-Identifier: MIT
# Figures, nothing that passes or fails: make bench
EXTRA_PROGRAMS += %D%/calls %D%/listing
%C%_calls_CFLAGS = $(auq_test_cflags)
%C%_calls_LDADD = $(auq_test_ldadd)
%C%_calls_LDFLAGS = -no-install \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=pthread_mutex_lock,--wrap=drmIoctl
%C%_listing_CPPFLAGS = $(amdfence_cppflags)
%C%_listing_CFLAGS = $(amdfence_cflags)
%C%_listing_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
CLEANFILES += %D%/calls %D%/listing
EXTRA_DIST += %D%/overhead
bench: %D%/calls %D%/listing
	$(srcdir)/%D%/overhead
	%D%/listing
.PHONY: bench
