# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/agrees
# Builds everything again: not a part of make check.
EXTRA_DIST += %D%/package
# One by one, for a build leaves much in that folder.
EXTRA_DIST += debian/.gitignore debian/amdfence.docs debian/amdfence.install debian/changelog debian/control \
	debian/copyright debian/libamdgpu-userq-dev.examples debian/libamdgpu-userq-dev.install \
	debian/libamdgpu-userq1.install debian/libamdgpu-userq1.symbols debian/not-installed debian/rules \
	debian/source
