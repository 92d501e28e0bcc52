# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/completion %D%/run %D%/terminal
EXTRA_DIST += %D%/cases
