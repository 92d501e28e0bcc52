/* SPDX-License-Identifier: MIT */
/* What a device says of itself, asked in a child: see child.h. */
#ifndef AMDFENCE_SURVEY_H
#define AMDFENCE_SURVEY_H

#include <amdgpu_userq.h>
#include <stdbool.h>

struct survey {
	struct auq_device_info info;
	struct auq_ip_info ip[AUQ_NUM_IPS];
	enum auq_answer traits[AUQ_NUM_TRAITS];
	char listing[256]; /* path; "" when not known */
};

/**
 * -errno of opening @node, -ENODEV or -ENOTTY if it is not amdgpu's, -ETIME if
 * the device did not answer within @deadline_s, -ECHILD if the child died.
 */
int survey_device(const char *node, unsigned deadline_s, struct survey *survey);

#endif
