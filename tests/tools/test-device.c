// SPDX-License-Identifier: MIT
/* What is said of a device that does not answer, or is another's. */
#include <config.h>

#include "../lib/tap.h"
#include "act/survey.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int answer;

int __wrap_survey_device(const char *node, unsigned deadline_s, struct survey *survey);

int __wrap_survey_device(const char *node, unsigned deadline_s, struct survey *survey)
{
	(void)node;
	(void)deadline_s;
	*survey = (struct survey){.listing = "/listing"};
	return answer;
}

static const struct {
	int answer;
	const char *node, *why, *remedy; /* how the remedy begins, "" if there is none */
} cases[] = {
	{-ENODEV, "/dev/null", "'/dev/null' is not driven by amdgpu", ""},
	{-ENOTTY, "/dev/null", "'/dev/null' is not a DRM device", ""},
	{0, "/", "'/' is not a DRM device", ""},
	{-ETIME, "/dev/null", "'/dev/null' did not answer within 30 s", "the kernel log (dmesg)"},
	{-EACCES, "/dev/null", "cannot open '/dev/null': Permission denied", "add yourself"},
	{-EMFILE, "/dev/null", "cannot open '/dev/null': Too many open files", ""},
	{0, "", "the driver has made no render node for the GPU at 0000:03:00.0", "/dev/dri"},
};

int main(void)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gpu_snapshot gpu = {.pci = "0000:03:00.0"};
		const char *remedy = NULL;
		char why[400] = "";

		strcpy(gpu.node, cases[i].node);
		answer = cases[i].answer;
		ok(!survey_gpu(&gpu, 30, why, sizeof(why), &remedy), "%s", cases[i].why);
		ok(strcmp(why, cases[i].why) == 0, "... is what is said: %s", why);
		ok(strncmp(remedy, cases[i].remedy, strlen(cases[i].remedy)) == 0 &&
			   !remedy[0] == !cases[i].remedy[0],
		   "... and what to do: %s", remedy);
		ok(!gpu.listing[0], "... and nothing is taken over");
	}
	return tap_done();
}
