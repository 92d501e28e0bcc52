# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/run
EXTRA_DIST += %D%/cases
