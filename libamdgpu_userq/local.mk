# SPDX-License-Identifier: MIT
include_HEADERS = %D%/amdgpu_userq.h
pkgconfig_DATA = %D%/libamdgpu_userq.pc
EXTRA_DIST += %D%/libamdgpu_userq.sym
dist_man_MANS += man/libamdgpu_userq.3

# The library's objects once, for the library and for the tests that replace the kernel.
noinst_LTLIBRARIES += %D%/libauq.la
%C%_libauq_la_SOURCES = \
	%D%/internal.h %D%/uapi.h \
	%D%/args.c %D%/device.c %D%/error.c %D%/listing.c \
	%D%/listing-line.c %D%/listing-path.c %D%/memory.c \
	%D%/packet.c %D%/queue.c %D%/raw.c %D%/ring.c %D%/signal.c \
	%D%/slot.c %D%/traits.c %D%/wait.c
%C%_libauq_la_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) $(LIBDRM_AMDGPU_CFLAGS)

lib_LTLIBRARIES += %D%/libamdgpu_userq.la
%C%_libamdgpu_userq_la_SOURCES =
%C%_libamdgpu_userq_la_LIBADD = %D%/libauq.la $(LIBDRM_AMDGPU_LIBS) $(LIBDRM_LIBS)
%C%_libamdgpu_userq_la_LDFLAGS = -no-undefined -version-info 0:0:0 \
	-Wl,--version-script=$(srcdir)/%D%/libamdgpu_userq.sym
EXTRA_%C%_libamdgpu_userq_la_DEPENDENCIES = $(srcdir)/%D%/libamdgpu_userq.sym
