# SPDX-License-Identifier: MIT
include_HEADERS = %D%/amdgpu_userq.h
pkgconfig_DATA = %D%/libamdgpu_userq.pc
EXTRA_DIST += %D%/VERSION %D%/libamdgpu_userq.sym meson.build

# Manual pages out of the header, and out of a program that is tested.
auq_pages = man/auq_strerror.3 man/auq_device.3 man/auq_trait.3 man/auq_buffer.3 man/auq_raw_queue.3 \
	man/auq_queue.3 man/auq_queue_emit.3 man/auq_packet.3 man/auq_signal.3 man/auq_slot.3 \
	man/auq_listing.3
auq_header = $(srcdir)/%D%/amdgpu_userq.h
auq_page = $(AWK) -v date='November 21, 2026' -f $(srcdir)/man/header-page.awk
nodist_man_MANS = $(auq_pages) man/libamdgpu_userq.3 man/libamdgpu_userq_tutorial.7
CLEANFILES += $(nodist_man_MANS) man/rules man/pages
EXTRA_DIST += man/header-page.awk man/libamdgpu_userq.3.in man/libamdgpu_userq_tutorial.7.in \
	man/tutorial.awk
$(auq_pages): $(auq_header) man/header-page.awk
	$(AM_V_GEN)$(MKDIR_P) man && $(auq_page) -v page=`basename $@ .3` $(auq_header) >$@.tmp && mv $@.tmp $@
man/libamdgpu_userq.3: man/libamdgpu_userq.3.in $(auq_header) man/header-page.awk
	$(AM_V_GEN)$(MKDIR_P) man && $(auq_page) -v page= $(auq_header) >man/rules && \
	sed -n 's|^/\* ---- \(auq_[a-z_]*\)(3): \(.*[^ -]\) -* \*/$$|.It Xr \1 3\n\2|p' $(auq_header) >man/pages && \
	sed -e '/^@RULES@/{r man/rules' -e 'd' -e '}' -e '/^@PAGES@/{r man/pages' -e 'd' -e '}' \
		$(srcdir)/man/libamdgpu_userq.3.in >$@.tmp && mv $@.tmp $@
man/libamdgpu_userq_tutorial.7: man/libamdgpu_userq_tutorial.7.in man/tutorial.awk tests/lib/examples/submit-and-wait.c
	$(AM_V_GEN)$(MKDIR_P) man && $(AWK) -f $(srcdir)/man/tutorial.awk \
		$(srcdir)/tests/lib/examples/submit-and-wait.c $(srcdir)/man/libamdgpu_userq_tutorial.7.in >$@.tmp && mv $@.tmp $@

# `man auq_wait` finds the page where it is.
install-data-hook:
	for page in $(auq_pages); do \
		for name in `sed -n 's/^.Nm \(auq_[a-z_]*\).*/\1/p' $$page`; do \
			test -e $(DESTDIR)$(man3dir)/$$name.3 || \
				echo ".so man3/`basename $$page`" >$(DESTDIR)$(man3dir)/$$name.3; \
		done; \
	done
uninstall-hook:
	rm -f $(DESTDIR)$(man3dir)/auq_*.3

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
%C%_libamdgpu_userq_la_LDFLAGS = -no-undefined -version-number $(AUQ_VERSION_NUMBER) \
	-Wl,--version-script=$(srcdir)/%D%/libamdgpu_userq.sym
EXTRA_%C%_libamdgpu_userq_la_DEPENDENCIES = $(srcdir)/%D%/libamdgpu_userq.sym
