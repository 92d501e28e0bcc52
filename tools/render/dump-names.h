/* SPDX-License-Identifier: MIT */
/* Words of a dump, for who writes and for who reads it. */
#ifndef AMDFENCE_DUMP_NAMES_H
#define AMDFENCE_DUMP_NAMES_H

#include <amdgpu_userq.h>

const char *engine_state_name(enum auq_ip_state state);
const char *answer_name(enum auq_answer answer);

#endif
