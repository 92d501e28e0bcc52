// SPDX-License-Identifier: MIT
#include <config.h>

#include "act/survey.h"
#include "act/child.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct answer {
	int err;
	struct survey survey;
};

static int ask(const char *node, struct survey *survey)
{
	struct auq_device *dev;
	int fd, err;

	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = auq_device_create(fd, &dev);
	close(fd);
	if (err)
		return err;
	survey->info = AUQ_ARGS(auq_device_info);
	err = auq_device_query(dev, &survey->info);
	for (unsigned ip = 0; !err && ip < AUQ_NUM_IPS; ip++) {
		survey->ip[ip] = AUQ_ARGS(auq_ip_info);
		err = auq_device_query_ip(dev, ip, &survey->ip[ip]);
	}
	if (!err)
		err = auq_device_traits(dev, survey->traits, AUQ_NUM_TRAITS);
	if (auq_device_listing_path(dev, survey->listing, sizeof(survey->listing)))
		survey->listing[0] = '\0';
	auq_device_unref(dev);
	return err;
}

static void run(struct lifeline *line, void *arg)
{
	struct answer answer = {0};

	line_call(line, "open");
	answer.err = ask(arg, &answer.survey);
	line_send(line, &answer, sizeof(answer));
}

int survey_device(const char *node, unsigned deadline_s, struct survey *survey)
{
	struct answer answer;
	struct child child;
	int err, got;

	err = child_start(&child, "amdfence-survey", run, (void *)node);
	if (err)
		return err;
	got = child_receive(&child, &answer, sizeof(answer), deadline_s, NULL);
	child_end(&child, got == -ETIME);
	if (got <= 0)
		return got == -ETIME ? -ETIME : -ECHILD;
	if (!answer.err)
		*survey = answer.survey;
	return answer.err;
}
