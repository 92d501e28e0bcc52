# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/header %D%/layering %D%/layout %D%/man %D%/symbols %D%/uapi-layout
EXTRA_DIST += %D%/abidiff %D%/beside-libdrm.c %D%/layout.lp64 %D%/newest-debian
