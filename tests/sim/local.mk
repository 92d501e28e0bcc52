# SPDX-License-Identifier: MIT
check_PROGRAMS += %D%/test-cp
%C%_test_cp_SOURCES = %D%/test-cp.c tools/sim/cp.c tools/sim/cp.h
%C%_test_cp_CPPFLAGS = -I$(top_srcdir)/tools/sim
