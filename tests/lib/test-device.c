// SPDX-License-Identifier: MIT
/* Devices: what they say, what stands in the way of user queues, and unwinding. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "fake.h"
#include "tap.h"

static enum auq_ip_state state_of(enum auq_ip ip)
{
	struct auq_ip_info info = AUQ_ARGS(auq_ip_info);
	struct auq_device *dev = fake_device();

	auq_device_query_ip(dev, ip, &info);
	auq_device_unref(dev);
	return info.state;
}

static void test_states(void)
{
	fake_reset("7.3.4");
	is(state_of(AUQ_IP_GFX), AUQ_IP_USABLE, "usable");
	fake.userq_ip_mask = 4;
	is(state_of(AUQ_IP_GFX), AUQ_IP_FIRMWARE_TOO_OLD, "slots and no mask: firmware");
	is(state_of(AUQ_IP_SDMA), AUQ_IP_USABLE, "each engine has its own bit");
	fake.userq_ip_mask = 0;
	fake.num_slots = 0;
	is(state_of(AUQ_IP_GFX), AUQ_IP_OFF, "no slots: off");
	is(state_of(AUQ_IP_SDMA), AUQ_IP_OFF, "no slots for SDMA: off");
	fake.discovery[AUQ_IP_GFX] = 0x0a0300;
	is(state_of(AUQ_IP_GFX), AUQ_IP_UNSUPPORTED, "GC 10.3");
	fake.discovery[AUQ_IP_GFX] = 0x0b0500;
	fake.num_slots = 2;
	is(state_of(AUQ_IP_GFX), AUQ_IP_UNSUPPORTED, "GC 11.5, compiled out");
	fake.discovery[AUQ_IP_SDMA] = 0x070001;
	is(state_of(AUQ_IP_SDMA), AUQ_IP_FIRMWARE_TOO_OLD, "SDMA 7.0.1");
	fake.drm_minor = 63;
	fake.userq_ip_mask = 7; /* what an old kernel leaves there is not looked at */
	is(state_of(AUQ_IP_COMPUTE), AUQ_IP_KERNEL_TOO_OLD, "driver 3.63");
	fake.version_major = 0;
	is(state_of(AUQ_IP_COMPUTE), AUQ_IP_ABSENT, "no such engine");
}

static void test_traits(void)
{
	enum auq_answer answers[AUQ_NUM_TRAITS + 2], untouched = AUQ_YES;
	struct auq_device *dev;
	int trait;

	fake_reset("6.18.15");
	dev = fake_device();
	answers[AUQ_NUM_TRAITS + 1] = AUQ_YES;
	is(auq_device_traits(dev, answers, AUQ_NUM_TRAITS + 1), 0, "all traits");
	for (trait = 0; trait < AUQ_NUM_TRAITS; trait++)
		if (answers[trait] != auq_device_trait(dev, (enum auq_trait)trait))
			break;
	is(trait, AUQ_NUM_TRAITS, "are what they are one by one");
	is(answers[AUQ_TRAIT_LEAK_BORN_SIGNALED], AUQ_YES, "are not nothing");
	is(answers[AUQ_NUM_TRAITS], AUQ_UNKNOWN, "one that is not known");
	is(answers[AUQ_NUM_TRAITS + 1], AUQ_YES, "no more than was asked for");
	is(auq_device_traits(dev, NULL, 0), 0, "none");
	is(auq_device_traits(dev, NULL, 1), -EINVAL, "no place");
	is(auq_device_traits(NULL, &untouched, 1), -EINVAL, "no device");
	is(untouched, AUQ_YES, "nothing was written");
	auq_device_unref(dev);
}

static void test_query(void)
{
	struct auq_device_info info = AUQ_ARGS(auq_device_info);
	struct auq_ip_info ip = AUQ_ARGS(auq_ip_info);
	struct {
		struct auq_ip_info info;
		uint64_t later;
	} newer = {.info = {.size = sizeof(newer)}};
	struct auq_device *dev;

	fake_reset("6.18.15");
	fake.areas_of_gfx_only = true;
	dev = fake_device();
	is(auq_device_query(dev, &info), 0, "query");
	ok(info.size == sizeof(info) && info.userq_ip_mask == 7 && info.drm_major == 3 &&
		   info.drm_minor == 64 && info.device_id == 0x44 && info.family == 145 &&
		   info.seq64_slots == 262144 && !strcmp(info.kernel_release, "6.18.15"),
	   "what the device says");
	auq_device_query_ip(dev, AUQ_IP_GFX, &ip);
	ok(ip.shadow_size == 4096 && ip.shadow_alignment == 256 && ip.csa_size == 512 &&
		   ip.csa_alignment == 128 && !ip.eop_size,
	   "areas of GFX, by query");
	ip = AUQ_ARGS(auq_ip_info);
	auq_device_query_ip(dev, AUQ_IP_COMPUTE, &ip);
	ok(ip.eop_size == 2048 && ip.eop_alignment == 256 && !ip.csa_size,
	   "EOP where 6.18 is mute");
	ip = AUQ_ARGS(auq_ip_info);
	auq_device_query_ip(dev, AUQ_IP_SDMA, &ip);
	ok(ip.csa_size == 32 && !ip.eop_size && !ip.shadow_size, "CSA where 6.18 is mute");

	is(auq_device_query_ip(dev, AUQ_IP_SDMA, &newer.info), 0, "a newer, longer struct");
	ok(newer.info.size == sizeof(newer) && !newer.later, "keeps its size");
	newer.later = 1;
	is(auq_device_query_ip(dev, AUQ_IP_SDMA, &newer.info), -E2BIG, "with something in it");
	ip.size--;
	is(auq_device_query_ip(dev, AUQ_IP_SDMA, &ip), -EINVAL, "a shorter struct");
	info.size = 0;
	is(auq_device_query(dev, &info), -EINVAL, "no size");
	is(auq_device_query(dev, NULL), -EINVAL, "no info");
	is(auq_device_query(NULL, &info), -EINVAL, "no device");
	is(auq_device_query_ip(NULL, AUQ_IP_GFX, &ip), -EINVAL, "no device");
	ip.size = sizeof(ip);
	is(auq_device_query_ip(dev, (enum auq_ip)3, &ip), -EINVAL, "no such engine");
	is(auq_device_query_ip(dev, (enum auq_ip) - 1, &ip), -EINVAL, "no such engine");
	auq_device_unref(dev);

	fake.areas_of_gfx_only = false;
	dev = fake_device();
	ip = AUQ_ARGS(auq_ip_info);
	auq_device_query_ip(dev, AUQ_IP_COMPUTE, &ip);
	ok(ip.eop_size == 4096 && ip.eop_alignment == 256, "EOP by query");
	auq_device_unref(dev);
	fake_check("query", 0);
}

static void test_errors(void)
{
	struct auq_device *const untouched = (void *)&fake, *dev = untouched;
	struct utsname host;
	int n, r;

	fake_reset("7.3.4");
	is(auq_device_create(fake_fd(), NULL), -EINVAL, "nowhere to put it");
	is(auq_device_create(-1, &dev), -EBADF, "no file");
	fake.driver = "i915";
	is(auq_device_create(fake_fd(), &dev), -ENODEV,
	   "auq_device_create -ENODEV: another driver");
	fake.driver = "amdgpu";
	/* whichever call fails, everything before it is undone */
	for (n = 0;; n++) {
		fake.fail_after = n;
		fake.fail_errno = EACCES;
		dev = untouched;
		r = auq_device_create(fake_fd(), &dev);
		if (!r)
			break;
		ok(r == -EACCES && dev == untouched && !fake.devices && !fake.syncobjs,
		   "call %d fails", n);
	}
	ok(n > 8, "%d calls can fail", n);
	fake.fail_after = -1;
	ok(auq_device_ref(dev) == dev, "ref");
	auq_device_unref(dev);
	is(fake.devices, 1, "still there");
	is(auq_device_fd(dev), fake_fd(), "its file");
	auq_device_unref(dev);
	fake_check("device", 0);
	ok(!auq_device_ref(NULL), "ref of none");
	auq_device_unref(NULL);
	is(uname(&host), 0, "the fake's uname is in use");
}

static void test_points(void)
{
	struct auq_device *dev;

	fake_reset("7.4.0-rc1");
	dev = fake_device();
	is(auq_device_trait(dev, AUQ_TRAIT_POINTS_U64), AUQ_YES, "by version");
	is(auq_device_trait(dev, AUQ_NUM_TRAITS), AUQ_UNKNOWN, "no trait");
	is(auq_device_trait(NULL, AUQ_TRAIT_POINTS_U64), AUQ_UNKNOWN, "no device");
	is(auq_device_trait(dev, AUQ_TRAIT_LEAK_PENDING_LIST), AUQ_UNKNOWN, "not read");
	auq_device_unref(dev);
	fake.release = "6.19.3";
	dev = fake_device();
	is(auq_device_trait(dev, AUQ_TRAIT_POINTS_U64), AUQ_NO, "by probe: 4 bytes");
	auq_device_unref(dev);
	fake.reads_u64_points = true;
	dev = fake_device();
	is(auq_device_trait(dev, AUQ_TRAIT_POINTS_U64), AUQ_YES, "by probe: 8 bytes");
	auq_device_unref(dev);
	fake.userq_ip_mask = 0;
	dev = fake_device();
	is(auq_device_trait(dev, AUQ_TRAIT_POINTS_U64), AUQ_UNKNOWN, "no probe without queues");
	auq_device_unref(dev);
}

static void test_strerror(void)
{
	ok(strstr(auq_strerror(524), "switched off"), "524: %s", auq_strerror(524));
	ok(auq_strerror(-524) == auq_strerror(524), "either sign");
	ok(!strcmp(auq_strerror(-ENOENT), strerror(ENOENT)), "ENOENT");
	ok(!strcmp(auq_strerror(99999), "Unknown error"), "99999");
	ok(auq_strerror(INT32_MIN) != NULL, "the smallest int");
}

int main(void)
{
	test_states();
	test_query();
	test_traits();
	test_errors();
	test_points();
	test_strerror();
	return tap_done();
}
