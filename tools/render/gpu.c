// SPDX-License-Identifier: MIT
#include <config.h>

#include "render/dump-names.h"
#include "render/render.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *ip_state_text(enum auq_ip_state state)
{
	switch (state) {
	case AUQ_IP_USABLE:
		return "user queues work";
	case AUQ_IP_KERNEL_TOO_OLD:
		return "the kernel is too old for user queues";
	case AUQ_IP_OFF:
		return "user queues are switched off";
	case AUQ_IP_FIRMWARE_TOO_OLD:
		return "the firmware is too old for user queues";
	case AUQ_IP_ABSENT:
		return "no such engine";
	case AUQ_IP_UNSUPPORTED:
		return "amdgpu has no user queues for this generation";
	}
	return "unknown";
}

const char *ip_state_remedy(enum auq_ip_state state)
{
	switch (state) {
	case AUQ_IP_KERNEL_TOO_OLD:
		return "Linux 6.18 or later has them";
	case AUQ_IP_OFF:
		return "boot with amdgpu.user_queue=1 on the kernel's command line, "
		       "or put 'options amdgpu user_queue=1' into /etc/modprobe.d/amdgpu.conf";
	case AUQ_IP_FIRMWARE_TOO_OLD:
		return "install a newer linux-firmware (Debian: firmware-amd-graphics) and reboot";
	default:
		return "";
	}
}

void render_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char byte = *text;

		/* 0x80 and up: UTF-8 of names, but also the C1 controls of some terminals */
		if (iscntrl(byte) || byte >= 0x80 || byte == '\\')
			fprintf(out, "\\x%02x", byte);
		else
			putc(byte, out);
	}
}

char *render_escaped_copy(const char *text)
{
	char *escaped = NULL;
	size_t size;
	FILE *memory = open_memstream(&escaped, &size);

	if (!memory)
		return NULL;
	render_escaped(text, memory);
	if (fclose(memory) == 0)
		return escaped;
	free(escaped);
	return NULL;
}

void render_escaped_to(const char *text, int width, FILE *out)
{
	char *escaped = render_escaped_copy(text);

	if (escaped)
		fprintf(out, "%-*.*s", width, width, escaped);
	free(escaped);
}

void render_time(int64_t seconds, char text[32])
{
	time_t at = seconds;
	struct tm utc;

	if (!gmtime_r(&at, &utc) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc))
		strcpy(text, "1970-01-01T00:00:00Z");
}

static void render_defects(const struct gpu_snapshot *gpu, FILE *out)
{
	for (unsigned i = 0; i < catalogue_size; i++)
		if (catalogue[i].trait != DEFECT_CONTROL)
			fprintf(out, "  %-8s %-8s %s\n", catalogue[i].id,
				answer_name(gpu->traits[catalogue[i].trait]),
				auq_trait_kernels(catalogue[i].trait));
}

static void render_seen(const struct drivers *drivers, FILE *out)
{
	fprintf(out, "  seen     ");
	if (drivers->source.state == SOURCE_OK) {
		fprintf(out, "%u of %u fence drivers in debugfs leaked\n", drivers->leaked,
			drivers->count);
		return;
	}
	fprintf(out, "unknown; no debugfs: ");
	render_missing(&drivers->source, NO_LISTING, out);
	fprintf(out, "\n");
}

void render_gpu_text(const struct system_snapshot *system, const struct listed_gpu *listed,
		     FILE *out)
{
	const struct gpu_snapshot *gpu = &listed->gpu;
	const char *remedy = "";

	render_escaped(gpu->name[0] ? gpu->name : "AMD GPU", out);
	fprintf(out, ", %s, ", gpu->pci[0] ? gpu->pci : "not on PCI");
	render_escaped(gpu->node[0] ? gpu->node : "no render node", out);
	fprintf(out, "%s\n  kernel   %s\n", system->simulated ? " (SIMULATED)" : "",
		system->release);
	if (listed->why[0]) {
		fprintf(out, "  %s\n", listed->why);
		return;
	}
	fprintf(out, "  driver   amdgpu %u.%u.%u, %u fence slots\n", gpu->info.drm_major,
		gpu->info.drm_minor, gpu->info.drm_patch, gpu->info.seq64_slots);
	for (unsigned ip = 0; ip < AUQ_NUM_IPS; ip++) {
		fprintf(out, "  %-8s %s\n", ip_name(ip), ip_state_text(gpu->ip[ip].state));
		if (ip_state_remedy(gpu->ip[ip].state)[0])
			remedy = ip_state_remedy(gpu->ip[ip].state);
	}
	if (remedy[0])
		fprintf(out, "  %s\n", remedy);
	fprintf(out, "  defects, by the kernel's version ('amdfence leak-check' tries them):\n");
	render_defects(gpu, out);
	render_seen(&listed->drivers, out);
}
