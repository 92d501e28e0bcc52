# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/completion %D%/no-gpu %D%/run %D%/terminal
EXTRA_DIST += %D%/cases
