# SPDX-License-Identifier: MIT
dist_check_SCRIPTS += %D%/header %D%/layering %D%/symbols %D%/uapi-layout
