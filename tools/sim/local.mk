# SPDX-License-Identifier: MIT
noinst_LTLIBRARIES += %D%/libsim.la
%C%_libsim_la_SOURCES = \
	%D%/container.c %D%/core.c %D%/cp.c %D%/cp.h %D%/drm-core.h %D%/drm.c %D%/drm.h \
	%D%/fence.c %D%/fence.h %D%/gem.c %D%/gem.h %D%/gpu.h %D%/idr.c %D%/idr.h \
	%D%/ioctls.c %D%/kernel.h %D%/master.c %D%/modes.c %D%/prime.c %D%/profile.h %D%/resv.c \
	%D%/sim.h %D%/sync_file.c %D%/syncobj.c %D%/syncobj.h %D%/syncobj-handle.c %D%/syncobj-ioctl.c \
	%D%/syncobj-wait.c %D%/uapi-drm.h %D%/unwrap.c
%C%_libsim_la_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) -pthread

# How clients reach it: the server's side, and the object that is loaded into them.
noinst_LTLIBRARIES += %D%/libsimserver.la
%C%_libsimserver_la_SOURCES = \
	%D%/connection.c %D%/message.c %D%/protocol.h %D%/request.c %D%/server.c %D%/server.h \
	%D%/session.c %D%/session.h %D%/task.c %D%/transport.h %D%/tree.c %D%/tree.h
%C%_libsimserver_la_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) -pthread
%C%_libsimserver_la_LIBADD = %D%/libsim.la

# Beside the tool in the build, too, which is where that looks first.
pkglib_LTLIBRARIES += tools/amdfence-sim.la
tools_amdfence_sim_la_SOURCES = \
	%D%/preload-call.c %D%/preload-call.h %D%/preload-file.c %D%/preload-libc.h \
	%D%/preload-name.c %D%/preload-open.c %D%/preload-path.c %D%/preload-signal.c \
	%D%/preload-stat.c %D%/preload.h
tools_amdfence_sim_la_LDFLAGS = -module -avoid-version
tools_amdfence_sim_la_LIBADD = -ldl

# The device; apart from the core, whose tests have a null one in its place.
noinst_LTLIBRARIES += %D%/libsimgpu.la
%C%_libsimgpu_la_SOURCES = \
	%D%/bo.c %D%/clients.c %D%/ctx.c %D%/debugfs.c %D%/device.h %D%/engine.c %D%/eviction.c \
	%D%/fence-driver.c %D%/gpu.c \
	%D%/info.c %D%/profile.c %D%/ringless.c %D%/seq64.c %D%/userq.c %D%/userq-create.c %D%/userq-signal.c %D%/userq-wait.c \
	%D%/vm.c
%C%_libsimgpu_la_CFLAGS = $(AM_CFLAGS) $(LIBDRM_CFLAGS) -pthread

# All of it, for the tool: one archive, for its parts need each other.
noinst_LTLIBRARIES += %D%/libsimall.la
%C%_libsimall_la_SOURCES =
%C%_libsimall_la_LIBADD = %D%/libsimserver.la %D%/libsimgpu.la
