# SPDX-License-Identifier: MIT
check_PROGRAMS += %D%/test-cp
%C%_test_cp_SOURCES = %D%/test-cp.c tools/sim/cp.c tools/sim/cp.h
%C%_test_cp_CPPFLAGS = -I$(top_srcdir)/tools/sim

# The simulated kernel in the test's own process, the core with a driver that does nothing.
sim_test_sources = %D%/local-task.c %D%/local-task.h tests/lib/tap.c tests/lib/tap.h
sim_core_sources = $(sim_test_sources) %D%/null-gpu.c %D%/null-gpu.h
# Not -I: <drm.h> is libdrm's.
sim_test_cppflags = $(AM_CPPFLAGS) -iquote $(top_srcdir)/tools/sim
sim_test_cflags = $(AM_CFLAGS) $(LIBDRM_CFLAGS) -pthread
sim_test_ldadd = tools/sim/libsim.la

check_PROGRAMS += %D%/test-core %D%/test-drm %D%/test-fence %D%/test-memory %D%/test-sync-file %D%/test-syncobj
%C%_test_core_SOURCES = %D%/test-core.c $(sim_core_sources)
%C%_test_core_CPPFLAGS = $(sim_test_cppflags)
%C%_test_core_CFLAGS = $(sim_test_cflags)
%C%_test_core_LDADD = $(sim_test_ldadd)
%C%_test_fence_SOURCES = %D%/test-fence.c $(sim_core_sources)
%C%_test_fence_CPPFLAGS = $(sim_test_cppflags)
%C%_test_fence_CFLAGS = $(sim_test_cflags)
%C%_test_fence_LDADD = $(sim_test_ldadd)
%C%_test_drm_SOURCES = %D%/test-drm.c $(sim_core_sources)
%C%_test_drm_CPPFLAGS = $(sim_test_cppflags)
%C%_test_drm_CFLAGS = $(sim_test_cflags)
%C%_test_drm_LDADD = $(sim_test_ldadd)
%C%_test_memory_SOURCES = %D%/test-memory.c $(sim_core_sources)
%C%_test_memory_CPPFLAGS = $(sim_test_cppflags)
%C%_test_memory_CFLAGS = $(sim_test_cflags)
%C%_test_memory_LDADD = $(sim_test_ldadd)
%C%_test_memory_LDFLAGS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
%C%_test_sync_file_SOURCES = %D%/test-sync-file.c $(sim_core_sources)
%C%_test_sync_file_CPPFLAGS = $(sim_test_cppflags)
%C%_test_sync_file_CFLAGS = $(sim_test_cflags)
%C%_test_sync_file_LDADD = $(sim_test_ldadd)
%C%_test_syncobj_SOURCES = %D%/test-syncobj.c $(sim_core_sources)
%C%_test_syncobj_CPPFLAGS = $(sim_test_cppflags)
%C%_test_syncobj_CFLAGS = $(sim_test_cflags)
%C%_test_syncobj_LDADD = $(sim_test_ldadd)

# The device.
sim_gpu_sources = $(sim_test_sources) %D%/userq-client.c %D%/userq-client.h
sim_gpu_ldadd = tools/sim/libsimgpu.la tools/sim/libsim.la libamdgpu_userq/libamdgpu_userq.la
check_PROGRAMS += %D%/test-clients %D%/test-engine %D%/test-listing %D%/test-userq
%C%_test_engine_SOURCES = %D%/test-engine.c $(sim_gpu_sources)
%C%_test_engine_CPPFLAGS = $(sim_test_cppflags)
%C%_test_engine_CFLAGS = $(sim_test_cflags)
%C%_test_engine_LDADD = $(sim_gpu_ldadd)
%C%_test_clients_SOURCES = %D%/test-clients.c $(sim_gpu_sources)
%C%_test_clients_CPPFLAGS = $(sim_test_cppflags)
%C%_test_clients_CFLAGS = $(sim_test_cflags)
%C%_test_clients_LDADD = $(sim_gpu_ldadd)
%C%_test_listing_SOURCES = %D%/test-listing.c $(sim_gpu_sources)
%C%_test_listing_CPPFLAGS = $(sim_test_cppflags)
%C%_test_listing_CFLAGS = $(sim_test_cflags)
%C%_test_listing_LDADD = $(sim_gpu_ldadd)
%C%_test_userq_SOURCES = %D%/test-userq.c $(sim_gpu_sources)
%C%_test_userq_CPPFLAGS = $(sim_test_cppflags)
%C%_test_userq_CFLAGS = $(sim_test_cflags)
%C%_test_userq_LDADD = $(sim_gpu_ldadd)

# The transport, between two processes.
check_PROGRAMS += %D%/test-transport
%C%_test_transport_SOURCES = \
	%D%/test-transport.c %D%/transport-calls.c %D%/transport-client.c \
	%D%/transport-client.h \
	%D%/null-gpu.c %D%/null-gpu.h tests/lib/tap.c tests/lib/tap.h
%C%_test_transport_CPPFLAGS = $(sim_test_cppflags) -iquote $(top_srcdir)
%C%_test_transport_CFLAGS = $(sim_test_cflags)
%C%_test_transport_LDADD = tools/sim/libsimserver.la $(LIBDRM_LIBS)

# The command as a whole.
dist_check_SCRIPTS += %D%/conform %D%/interrupt %D%/leak-check %D%/library %D%/programs %D%/race %D%/session
EXTRA_DIST += %D%/sanitize %D%/traces
