// SPDX-License-Identifier: MIT
#include <config.h>

#include "cmd/cmd.h"
#include "cmd/simulated.h"
#include "act/survey.h"
#include "collect/gpus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

bool survey_gpu(struct gpu_snapshot *gpu, unsigned deadline_s, char *why, size_t size,
		const char **remedy)
{
	struct survey survey;
	struct stat st;
	int err;

	*remedy = "";
	if (!gpu->node[0]) {
		snprintf(why, size, "the driver has made no render node for the GPU at %s",
			 gpu->pci);
		*remedy = "/dev/dri/renderD* is missing: is /dev managed by udev or devtmpfs?";
		return false;
	}
	/* Opening anything but a device might block, or do something. */
	if (stat(gpu->node, &st) == 0 && !S_ISCHR(st.st_mode))
		err = -ENOTTY;
	else
		err = survey_device(gpu->node, deadline_s, &survey);
	switch (-err) {
	case 0:
		gpu->info = survey.info;
		memcpy(gpu->ip, survey.ip, sizeof(gpu->ip));
		memcpy(gpu->traits, survey.traits, sizeof(gpu->traits));
		memcpy(gpu->listing, survey.listing, sizeof(gpu->listing));
		return true;
	case ENOTTY:
		snprintf(why, size, "'%s' is not a DRM device", gpu->node);
		break;
	case ENODEV:
		snprintf(why, size, "'%s' is not driven by amdgpu", gpu->node);
		break;
	case ETIME:
		snprintf(why, size, "'%s' did not answer within %u s", gpu->node, deadline_s);
		*remedy = "the kernel log (dmesg) may say what has happened to the GPU";
		break;
	default:
		snprintf(why, size, "cannot open '%s': %s", gpu->node, auq_strerror(err));
		if (err == -EACCES)
			*remedy = "add yourself to the group that owns it, most often 'render': "
				  "adduser USER render, and log in again";
	}
	return false;
}

static bool has_user_queues(const struct gpu_snapshot *gpu)
{
	return cheapest_usable_ip(gpu) != AUQ_NUM_IPS;
}

void complain_no_gpu(void)
{
	unsigned num = collect_amd_on_pci();

	if (num)
		complain("load amdgpu (modprobe amdgpu) and see what dmesg says of it",
			 "none of %u AMD GPU(s) is driven by amdgpu", num);
	else
		complain("", "no AMD GPU found");
}

/* The first that has user queues; if none has, the first that answers. */
static bool find_default(unsigned deadline_s, struct gpu_snapshot *gpu)
{
	struct gpu_snapshot gpus[MAX_GPUS];
	unsigned num = collect_gpus(gpus);
	char why[400], first_why[400] = "";
	const char *remedy, *first_remedy = "";
	bool found = false;

	if (!num) {
		complain_no_gpu();
		return false;
	}
	for (unsigned i = 0; i < num; i++) {
		if (!survey_gpu(&gpus[i], deadline_s, why, sizeof(why), &remedy)) {
			if (!first_why[0]) {
				strcpy(first_why, why);
				first_remedy = remedy;
			}
			continue;
		}
		if (found && !has_user_queues(&gpus[i]))
			continue;
		*gpu = gpus[i];
		found = true;
		if (has_user_queues(gpu))
			return true;
	}
	if (!found)
		complain(first_remedy, "%s", first_why);
	return found;
}

static bool find_pci(const char *wanted, struct gpu_snapshot *gpu)
{
	struct gpu_snapshot gpus[MAX_GPUS];
	unsigned num = collect_gpus(gpus);

	for (unsigned i = 0; i < num; i++) {
		/* the domain may be left out if it is 0 */
		if (strcasecmp(gpus[i].pci, wanted) &&
		    (strncmp(gpus[i].pci, "0000:", 5) || strcasecmp(gpus[i].pci + 5, wanted)))
			continue;
		*gpu = gpus[i];
		return true;
	}
	complain("'amdfence list' says what there is", "no GPU at '%s' is driven by amdgpu",
		 wanted);
	return false;
}

bool find_gpu(const char *wanted, unsigned deadline_s, struct gpu_snapshot *gpu)
{
	const char *remedy;
	char why[400];

	if (wanted && is_name_of_simulated(wanted)) {
		if (!is_simulated())
			exit(simulate_this_command(wanted));
		if (!is_of_this_simulation(wanted))
			return false;
		wanted = NULL; /* here there is no other */
	}
	if (!wanted)
		return find_default(deadline_s, gpu);
	*gpu = (struct gpu_snapshot){0};
	if (!strchr(wanted, '/')) {
		if (!find_pci(wanted, gpu))
			return false;
	} else if (snprintf(gpu->node, sizeof(gpu->node), "%s", wanted) >= (int)sizeof(gpu->node)) {
		complain("", "cannot open '%s': %s", wanted, strerror(ENAMETOOLONG));
		return false;
	} else {
		collect_gpu_of_node(gpu);
	}
	if (!survey_gpu(gpu, deadline_s, why, sizeof(why), &remedy)) {
		complain(remedy, "%s", why);
		return false;
	}
	return true;
}
