# SPDX-License-Identifier: MIT

check_PROGRAMS += %D%/test-batch %D%/test-judge %D%/test-man \
	%D%/test-output %D%/test-render %D%/test-trials %D%/test-watch
tool_test_cppflags = $(amdfence_cppflags) -I$(top_srcdir)/%D%
tool_test_ldadd = tools/libamdfence.la $(amdfence_libs)

# An imitation of the library in its place, and of libdrm's syncobjs.
%C%_test_batch_SOURCES = %D%/test-batch.c %D%/fake-auq.c %D%/fake-auq.h tests/lib/tap.c
%C%_test_batch_CPPFLAGS = $(tool_test_cppflags)
%C%_test_batch_CFLAGS = $(amdfence_cflags)
%C%_test_batch_LDADD = $(tool_test_ldadd)
%C%_test_judge_SOURCES = %D%/test-judge.c tests/lib/tap.c
%C%_test_judge_CPPFLAGS = $(tool_test_cppflags)
%C%_test_judge_CFLAGS = $(amdfence_cflags)
%C%_test_judge_LDADD = $(tool_test_ldadd)
%C%_test_output_SOURCES = %D%/test-output.c tests/lib/tap.c
%C%_test_output_CPPFLAGS = $(tool_test_cppflags)
%C%_test_output_CFLAGS = $(amdfence_cflags)
%C%_test_output_LDADD = $(tool_test_ldadd)
%C%_test_render_SOURCES = %D%/test-render.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_render_CPPFLAGS = $(tool_test_cppflags)
%C%_test_render_CFLAGS = $(amdfence_cflags)
%C%_test_render_LDADD = $(tool_test_ldadd)
EXTRA_DIST += %D%/render/clean.json %D%/render/clean.txt %D%/render/leak.json %D%/render/leak.txt
%C%_test_trials_SOURCES = %D%/test-trials.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_trials_CPPFLAGS = $(tool_test_cppflags)
%C%_test_trials_CFLAGS = $(amdfence_cflags)
%C%_test_trials_LDADD = $(tool_test_ldadd)
%C%_test_watch_SOURCES = %D%/test-watch.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_watch_CPPFLAGS = $(tool_test_cppflags)
%C%_test_watch_CFLAGS = $(amdfence_cflags)
%C%_test_watch_LDADD = $(tool_test_ldadd)
%C%_test_man_SOURCES = %D%/test-man.c tests/lib/tap.c
%C%_test_man_CPPFLAGS = $(tool_test_cppflags)
%C%_test_man_CFLAGS = $(amdfence_cflags)
%C%_test_man_LDADD = $(tool_test_ldadd)

# A second client for runs in the lab: tests/lab/background.
noinst_PROGRAMS += tests/lab/churn
tests_lab_churn_SOURCES = tests/lab/churn.c
tests_lab_churn_LDFLAGS = -no-install
tests_lab_churn_LDADD = libamdgpu_userq/libamdgpu_userq.la
EXTRA_DIST += tests/lab/background
