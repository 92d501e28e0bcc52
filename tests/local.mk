# SPDX-License-Identifier: MIT
include tests/lib/local.mk
include tests/abi/local.mk
include tests/debian/local.mk
include tests/tools/local.mk
include tests/cli/local.mk
include tests/sim/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/lab/local.mk
EXTRA_DIST += %D%/run-all
