# SPDX-License-Identifier: MIT
EXTRA_DIST += %D%/tap.h

# Runs in the lab, on a real driver: tests/run-all.
noinst_PROGRAMS += %D%/lab-library
%C%_lab_library_SOURCES = %D%/lab-library.c %D%/tap.h
%C%_lab_library_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS)
# A real executable, which the lab can take along.
%C%_lab_library_LDFLAGS = -no-install
%C%_lab_library_LDADD = libamdgpu_userq/libamdgpu_userq.la $(LIBDRM_LIBS)
