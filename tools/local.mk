# SPDX-License-Identifier: MIT

# All of the tool but main, once, for the tool and for its tests.
noinst_LTLIBRARIES += %D%/libamdfence.la
%C%_libamdfence_la_SOURCES = \
	%D%/act/answer.c %D%/act/answer.h %D%/act/batch.c %D%/act/batch.h %D%/act/bench.c %D%/act/child.c %D%/act/child.h \
	%D%/act/clock.h %D%/act/fates.c %D%/act/fates.h \
	%D%/act/race-actor.c %D%/act/race-actor.h %D%/act/race-ground.c %D%/act/race-ground.h %D%/act/race-rival.c %D%/act/race-rival.h \
	%D%/act/race-queue.c %D%/act/race-queue.h %D%/act/race-run.c %D%/act/race-run.h \
	%D%/act/probe.c %D%/act/probe.h %D%/act/survey.c %D%/act/survey.h \
	%D%/act/sw-sync.c %D%/act/sw-sync.h %D%/act/sync-run.c %D%/act/sync-run.h \
	%D%/act/sync-trial.c %D%/act/sync-trial.h \
	%D%/act/trial.c %D%/act/trial.h %D%/act/trial-control.c %D%/act/trial-l1.c \
	%D%/act/trial-l2.c %D%/act/trial-l3.c %D%/act/trial-l4.c \
	%D%/act/victim.c %D%/act/victim.h \
	%D%/cmd/completion.c %D%/cmd/race.c %D%/cmd/races.c %D%/cmd/races.h \
	%D%/cmd/args.c %D%/cmd/args.h %D%/cmd/outcome.c %D%/cmd/outcome.h \
	%D%/cmd/check.c %D%/cmd/check.h %D%/cmd/cmd.h %D%/cmd/device.c %D%/cmd/diff.c %D%/cmd/dump.c %D%/cmd/help.c %D%/cmd/leak-check.c %D%/cmd/list.c %D%/cmd/look.c %D%/cmd/look.h \
	%D%/cmd/output.c %D%/cmd/read-dump.c %D%/cmd/read-dump.h %D%/cmd/report.c %D%/cmd/sim.c %D%/cmd/simulated.c %D%/cmd/simulated.h \
	%D%/cmd/sync-check.c %D%/cmd/terminal.c %D%/cmd/terminal.h %D%/cmd/tracing.c %D%/cmd/tracing.h \
	%D%/cmd/trials.c %D%/cmd/trials.h %D%/cmd/watch.c \
	%D%/collect/file.c %D%/collect/file.h %D%/collect/gpus.c %D%/collect/gpus.h %D%/collect/host.c %D%/collect/host.h \
	%D%/collect/listing.c %D%/collect/listing.h %D%/collect/log.c %D%/collect/log.h \
	%D%/collect/queues.c %D%/collect/queues.h \
	%D%/collect/system.c %D%/collect/system.h %D%/collect/tracer.c %D%/collect/tracer.h \
	%D%/model/catalogue.c %D%/model/catalogue.h %D%/model/diff.c %D%/model/diff.h %D%/model/dump.c %D%/model/dump.h %D%/model/evidence.c %D%/model/evidence.h %D%/model/history.h \
	%D%/model/judge.c %D%/model/ledger.c %D%/model/ledger.h %D%/model/plan.c \
	%D%/model/plan.h %D%/model/report.h %D%/model/snapshot.c %D%/model/snapshot.h \
	%D%/model/race.c %D%/model/race.h %D%/model/race-draw.c %D%/model/random.h \
	%D%/model/sync.c %D%/model/sync.h %D%/model/sync-walk.c %D%/model/trace.c %D%/model/trace.h %D%/model/watch.c %D%/model/watch.h \
	%D%/render/diff-json.c %D%/render/diff-text.c %D%/render/driver.c %D%/render/dump-json.c %D%/render/dump-names.c %D%/render/dump-parse.c %D%/render/dump-names.h %D%/render/dump-html.c %D%/render/dump-text.c \
	%D%/render/race-json.c %D%/render/race-round.c %D%/render/race-tap.c %D%/render/race-text.c \
	%D%/render/gpu.c %D%/render/json.c %D%/render/json.h %D%/render/json-value.c %D%/render/list-json.c \
	%D%/render/render.h \
	%D%/render/tap.c %D%/render/sync-json.c %D%/render/sync-tap.c %D%/render/sync-text.c %D%/render/text.c \
	%D%/render/utf8.c %D%/render/utf8.h %D%/render/watch-json.c %D%/render/watch-prometheus.c %D%/render/watch-text.c
dist_man_MANS += man/amdfence.1 man/amdfence-diff.1 man/amdfence-dump.1 man/amdfence-leak-check.1 man/amdfence-list.1 man/amdfence-race.1 man/amdfence-report.1 man/amdfence-sim.1 man/amdfence-sync-check.1 man/amdfence-watch.1 man/amdfence-json.5

amdfence_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tools -DPKGLIBDIR='"$(pkglibdir)"'
amdfence_cflags = $(AM_CFLAGS) $(LIBDRM_CFLAGS) $(PCIACCESS_CFLAGS) $(JSON_C_CFLAGS)
amdfence_libs = tools/sim/libsimall.la $(LIBDRM_LIBS) $(PCIACCESS_LIBS) $(JSON_C_LIBS)
%C%_libamdfence_la_CPPFLAGS = $(amdfence_cppflags)
%C%_libamdfence_la_CFLAGS = $(amdfence_cflags)

bin_PROGRAMS += %D%/amdfence
%C%_amdfence_SOURCES = %D%/amdfence.c
%C%_amdfence_CPPFLAGS = $(amdfence_cppflags)
%C%_amdfence_CFLAGS = $(amdfence_cflags)
%C%_amdfence_LDADD = %D%/libamdfence.la libamdgpu_userq/libamdgpu_userq.la $(amdfence_libs)

# Where bash-completion and zsh look. What has been built for another machine cannot write them.
if CAN_RUN
bashcompletiondir = $(datadir)/bash-completion/completions
bashcompletion_DATA = %D%/completion/bash/amdfence
zshcompletiondir = $(datadir)/zsh/site-functions
zshcompletion_DATA = %D%/completion/zsh/_amdfence
CLEANFILES += $(bashcompletion_DATA) $(zshcompletion_DATA)
%D%/completion/bash/amdfence: %D%/amdfence$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/amdfence completion bash >$@
%D%/completion/zsh/_amdfence: %D%/amdfence$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && %D%/amdfence completion zsh >$@
endif

include tools/sim/local.mk
dist_pkgdata_DATA = man/amdfence.schema.json
