# SPDX-License-Identifier: MIT

check_PROGRAMS += %D%/test-batch %D%/test-device %D%/test-diff %D%/test-dump %D%/test-dump-file %D%/test-evidence %D%/test-fates %D%/test-judge %D%/test-ledger %D%/test-man \
	%D%/test-output %D%/test-race %D%/test-race-run %D%/test-render %D%/test-report %D%/test-sync %D%/test-sync-run %D%/test-tracer %D%/test-trials %D%/test-watch
tool_test_cppflags = $(amdfence_cppflags) -I$(top_srcdir)/%D%
# Of the library, what fake-auq.c does not stand in for.
tool_test_ldadd = tools/libamdfence.la libamdgpu_userq/libauq.la $(amdfence_libs)

# An imitation of the library in its place, and of libdrm's syncobjs.
%C%_test_batch_SOURCES = %D%/test-batch.c %D%/fake-auq.c %D%/fake-auq.h tests/lib/tap.c
%C%_test_batch_CPPFLAGS = $(tool_test_cppflags)
%C%_test_batch_CFLAGS = $(amdfence_cflags)
%C%_test_batch_LDADD = $(tool_test_ldadd)
%C%_test_diff_SOURCES = %D%/test-diff.c %D%/sample-dump.c %D%/golden.c tests/lib/tap.c
%C%_test_diff_CPPFLAGS = $(tool_test_cppflags)
%C%_test_diff_CFLAGS = $(amdfence_cflags)
%C%_test_diff_LDADD = $(tool_test_ldadd)
%C%_test_dump_file_SOURCES = %D%/test-dump-file.c %D%/sample-dump.c %D%/golden.c tests/lib/tap.c
%C%_test_dump_file_CPPFLAGS = $(tool_test_cppflags)
%C%_test_dump_file_CFLAGS = $(amdfence_cflags)
%C%_test_dump_file_LDADD = $(tool_test_ldadd)
%C%_test_dump_SOURCES = %D%/test-dump.c %D%/sample-dump.c %D%/sample-dump.h %D%/golden.c tests/lib/tap.c
%C%_test_dump_CPPFLAGS = $(tool_test_cppflags)
%C%_test_dump_CFLAGS = $(amdfence_cflags)
%C%_test_dump_LDADD = $(tool_test_ldadd)
%C%_test_evidence_SOURCES = %D%/test-evidence.c tests/lib/tap.c
%C%_test_evidence_CPPFLAGS = $(tool_test_cppflags)
%C%_test_evidence_CFLAGS = $(amdfence_cflags)
%C%_test_evidence_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_test_fates_SOURCES = %D%/test-fates.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_fates_CPPFLAGS = $(tool_test_cppflags)
%C%_test_fates_CFLAGS = $(amdfence_cflags)
%C%_test_fates_LDADD = $(tool_test_ldadd)
%C%_test_judge_SOURCES = %D%/test-judge.c tests/lib/tap.c
%C%_test_judge_CPPFLAGS = $(tool_test_cppflags)
%C%_test_judge_CFLAGS = $(amdfence_cflags)
%C%_test_judge_LDADD = $(tool_test_ldadd)
%C%_test_ledger_SOURCES = %D%/test-ledger.c tests/lib/tap.c
%C%_test_ledger_CPPFLAGS = $(tool_test_cppflags)
%C%_test_ledger_CFLAGS = $(amdfence_cflags)
%C%_test_ledger_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_test_device_SOURCES = %D%/test-device.c tests/lib/tap.c
%C%_test_device_CPPFLAGS = $(tool_test_cppflags)
%C%_test_device_CFLAGS = $(amdfence_cflags)
%C%_test_device_LDADD = $(tool_test_ldadd)
%C%_test_device_LDFLAGS = -Wl,--wrap=survey_device
%C%_test_output_SOURCES = %D%/test-output.c tests/lib/tap.c
%C%_test_output_CPPFLAGS = $(tool_test_cppflags)
%C%_test_output_CFLAGS = $(amdfence_cflags)
%C%_test_output_LDADD = $(tool_test_ldadd)
%C%_test_race_run_SOURCES = %D%/test-race-run.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_race_run_CPPFLAGS = $(tool_test_cppflags)
%C%_test_race_run_CFLAGS = $(amdfence_cflags)
%C%_test_race_run_LDADD = $(tool_test_ldadd)
%C%_test_race_SOURCES = %D%/test-race.c %D%/golden.c tests/lib/tap.c
%C%_test_race_CPPFLAGS = $(tool_test_cppflags)
%C%_test_race_CFLAGS = $(amdfence_cflags)
%C%_test_race_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_test_render_SOURCES = %D%/test-render.c %D%/golden.c %D%/golden.h %D%/fake-auq.c tests/lib/tap.c
%C%_test_render_CPPFLAGS = $(tool_test_cppflags)
%C%_test_render_CFLAGS = $(amdfence_cflags)
%C%_test_render_LDADD = $(tool_test_ldadd)
EXTRA_DIST += %D%/render
%C%_test_report_SOURCES = %D%/test-report.c %D%/sample-dump.c %D%/golden.c tests/lib/tap.c
%C%_test_report_CPPFLAGS = $(tool_test_cppflags)
%C%_test_report_CFLAGS = $(amdfence_cflags)
%C%_test_report_LDADD = $(tool_test_ldadd)
%C%_test_sync_SOURCES = %D%/test-sync.c %D%/golden.c tests/lib/tap.c
%C%_test_sync_CPPFLAGS = $(tool_test_cppflags)
%C%_test_sync_CFLAGS = $(amdfence_cflags)
%C%_test_sync_LDADD = $(tool_test_ldadd)
# An imitation of sw_sync in the place of tools/act/sw-sync.c.
%C%_test_sync_run_SOURCES = %D%/test-sync-run.c %D%/fake-sw-sync.c %D%/fake-sw-sync.h tests/lib/tap.c
%C%_test_sync_run_CPPFLAGS = $(tool_test_cppflags)
%C%_test_sync_run_CFLAGS = $(amdfence_cflags)
%C%_test_sync_run_LDADD = $(tool_test_ldadd)
%C%_test_tracer_SOURCES = %D%/test-tracer.c tests/lib/tap.c
%C%_test_tracer_CPPFLAGS = $(tool_test_cppflags)
%C%_test_tracer_CFLAGS = $(amdfence_cflags)
%C%_test_tracer_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_test_tracer_LDFLAGS = -Wl,--wrap=mkdir -Wl,--wrap=rmdir
%C%_test_trials_SOURCES = %D%/test-trials.c %D%/fake-auq.c tests/lib/tap.c
%C%_test_trials_CPPFLAGS = $(tool_test_cppflags)
%C%_test_trials_CFLAGS = $(amdfence_cflags)
%C%_test_trials_LDADD = $(tool_test_ldadd)
%C%_test_trials_LDFLAGS = -Wl,--wrap=auq_listing_read
%C%_test_watch_SOURCES = %D%/test-watch.c %D%/sample-dump.c %D%/golden.c tests/lib/tap.c
%C%_test_watch_CPPFLAGS = $(tool_test_cppflags)
%C%_test_watch_CFLAGS = $(amdfence_cflags)
%C%_test_watch_LDADD = tools/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)
%C%_test_man_SOURCES = %D%/test-man.c tests/lib/tap.c
%C%_test_man_CPPFLAGS = $(tool_test_cppflags)
%C%_test_man_CFLAGS = $(amdfence_cflags)
%C%_test_man_LDADD = $(tool_test_ldadd)

dist_check_SCRIPTS += %D%/json-schema
# In a browser: not a part of make check.
EXTRA_DIST += %D%/browser
