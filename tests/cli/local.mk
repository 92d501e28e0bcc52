# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/completion %D%/run
EXTRA_DIST += %D%/cases
