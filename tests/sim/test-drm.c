/* SPDX-License-Identifier: MIT */
/* DRM's files, how ioctls are dispatched, GEM handles and dma-bufs. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>

#include "../lib/tap.h"
#include "local-task.h"
#include "null-gpu.h"
#include "profile.h"
#include "uapi-drm.h"

static const struct sim_profile old = {"6.18.15", "6.18.15", false};
static const struct sim_profile new = {"7.3.4", "7.3.4", false};

static struct local_machine m;

/* ---- dispatch ------------------------------------------------------------ */

static void test_dispatch(void)
{
	struct {
		int64_t value, beyond;
	} big = {41, 7};
	int64_t value = 41;

	is(local_call(&m, NULL_IOCTL, &value), 0, "a driver's ioctl");
	is(value, 42, "takes and gives");
	value = -5;
	is(local_call(&m, NULL_IOCTL, &value), -5, "fails with its own error");
	is(local_call(&m, NULL_IOCTL, NULL), -EFAULT, "a bad argument");
	m.process.is_read_only = true;
	is(local_call(&m, NULL_IOCTL, &value), -EFAULT, "one that cannot be written to");
	m.process.is_read_only = false;
	is(local_call(&m, DRM_IOWR(DRM_COMMAND_BASE, big), &big), 0, "a bigger argument");
	ok(big.value == 42 && big.beyond == 7, "comes back with what is not known");
	value = 0x1ffffffff;
	is(local_call(&m, DRM_IOWR(DRM_COMMAND_BASE, int32_t), &value), 0, "a smaller argument");
	is(value, 0x100000000, "is 0 beyond its end, where nothing is given back");
	value = 41;
	is(local_call(&m, DRM_IOW(DRM_COMMAND_BASE, int64_t), &value) || value != 41, 0,
	   "one that is only written gives nothing back");
	value = -5;
	is(local_call(&m, DRM_IOR(DRM_COMMAND_BASE, int64_t), &value) || value != 1, 0,
	   "one that is only read takes nothing");
	is(local_call(&m, DRM_IO(DRM_COMMAND_BASE), NULL), 0, "one without an argument");
	is(local_call(&m, DRM_IOWR(DRM_COMMAND_BASE + 2, int64_t), &value), -EINVAL,
	   "an unknown ioctl of the driver");
	is(local_call(&m, DRM_IOWR(0x7f, int64_t), &value), -EINVAL, "one far out");
	is(local_call(&m, DRM_IO(0xff), NULL), -EINVAL, "an unknown ioctl of DRM");
	is(local_call(&m, DRM_IO(0x03 + 0x11), NULL), -EINVAL, "a gap in its table");
	is(local_call(&m, _IO('x', 0), NULL), -ENOTTY, "an ioctl that is not DRM's");
}

static struct drm_file *file_at(int fd)
{
	return drm_file_of(m.process.fds[fd - LOCAL_FD_FIRST]);
}

/* Who uses a file: shown in debugfs, and asked of masters. */
static void test_owner(void)
{
	int card = local_open(&m.task, false);
	struct local_process other;
	struct local_task task;
	int64_t value = 0;

	local_process_init(&other, m.sim, 4711);
	local_task_init(&task, &other);
	null_gpu.refuses_files = true;
	is(local_open(&m.task, true), -ENOMEM, "the driver may refuse a file");
	null_gpu.refuses_files = false;
	ok(file_at(m.fd)->client_id == 1 && file_at(card)->client_id == 2, "files are counted");
	ok(!strcmp(file_at(card)->comm, "local-1000") && file_at(card)->pid == 1000,
	   "and know who opened them");
	local_ioctl(&task, local_pass(&m.process, m.fd, &other), NULL_IOCTL, &value);
	is(file_at(m.fd)->pid, 4711, "whom a file is passed to owns it");
	local_ioctl(&task, local_pass(&m.process, card, &other), NULL_IOCTL, &value);
	is(file_at(card)->pid, 1000, "unless it was a master");
	local_process_fini(&other);
	local_close(&m.process, card);
}

static void test_permissions(void)
{
	struct drm_unique unique = {0};
	struct drm_mode_card_res resources = {0};
	int64_t value = 0;
	int card;

	is(local_call(&m, DRM_IOCTL_GET_UNIQUE, &unique), -EACCES, "not on a render node");
	is(local_call(&m, DRM_IOCTL_MODE_GETRESOURCES, &resources), -EACCES, "nor modes");
	is(local_call(&m, DRM_IOCTL_MODE_GETRESOURCES, NULL), -EFAULT, "a bad pointer comes first");

	card = local_open(&m.task, false);
	is(local_ioctl(&m.task, card, NULL_IOCTL, &value), 0, "the first on a card is its master");
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_UNIQUE, &unique), -EACCES, "but not root");
	is(local_ioctl(&m.task, card, DRM_IOCTL_MODE_GETRESOURCES, &resources), 0,
	   "a card may be asked for displays");
	is(resources.count_crtcs + resources.count_connectors, 0, "and has none");
	local_close(&m.process, card);
}

static void test_root(void)
{
	struct drm_unique unique = {0};
	struct drm_lock lock = {0};
	struct local_task root;
	int64_t value = 0;
	int first, second;

	m.process.may_admin = true;
	local_task_init(&root, &m.process);
	m.process.may_admin = false;
	first = local_open(&root, false);
	second = local_open(&root, false);
	is(local_ioctl(&root, second, NULL_IOCTL, &value), 0, "root is authenticated");
	is(local_ioctl(&root, first, DRM_IOCTL_SET_UNIQUE, &unique), -EINVAL, "what was once");
	is(local_ioctl(&root, first, DRM_IOCTL_FINISH, &lock), 0, "does nothing any more");
	local_close(&m.process, first);
	local_close(&m.process, second);
}

static void test_modes(void)
{
	int card = local_open(&m.task, false);
	struct drm_mode_card_res resources = {.count_crtcs = 7};
	struct drm_mode_get_plane_res planes = {.count_planes = 7};
	struct drm_mode_cursor cursor = {.flags = DRM_MODE_CURSOR_MOVE};
	struct drm_mode_crtc crtc = {.crtc_id = 1};
	struct drm_mode_fb_cmd fb = {.width = 1};
	struct drm_mode_create_lease lease = {.flags = 1};
	struct drm_mode_list_lessees lessees = {.count_lessees = 7};
	struct drm_mode_get_lease objects = {.count_objects = 7};
	union drm_wait_vblank vblank = {0};
	struct drm_lock lock = {0};

#define CALL(nr, args) local_ioctl(&m.task, card, nr, args)
	ok(!CALL(DRM_IOCTL_MODE_GETRESOURCES, &resources) && !resources.count_crtcs, "no display");
	ok(!CALL(DRM_IOCTL_MODE_GETPLANERESOURCES, &planes) && !planes.count_planes, "no plane");
	is(CALL(DRM_IOCTL_MODE_CURSOR, &cursor), -ENOENT, "nothing for a cursor");
	cursor.flags = 4;
	is(CALL(DRM_IOCTL_MODE_CURSOR, &cursor), -EINVAL, "with a flag of which nothing is known");
	cursor.flags = 0;
	is(CALL(DRM_IOCTL_MODE_CURSOR, &cursor), -EINVAL, "or without one");
	is(CALL(DRM_IOCTL_MODE_GETCRTC, &crtc), -ENOENT, "no object");
	is(CALL(DRM_IOCTL_MODE_ADDFB, &fb), -EINVAL, "no framebuffer");
	is(CALL(DRM_IOCTL_WAIT_VBLANK, &vblank), -EOPNOTSUPP, "no blank");

	is(CALL(DRM_IOCTL_MODE_CREATE_LEASE, &lease), -EINVAL, "a lease with a flag");
	lease = (struct drm_mode_create_lease){.object_count = 1};
	is(CALL(DRM_IOCTL_MODE_CREATE_LEASE, &lease), -ENOENT, "of something");
	lease.object_count = 0;
	m.process.error = -EMFILE;
	is(CALL(DRM_IOCTL_MODE_CREATE_LEASE, &lease), -EMFILE, "with no descriptor left");
	is(CALL(DRM_IOCTL_MODE_CREATE_LEASE, &lease) || lease.lessee_id != 1, 0, "of nothing");
	is(local_ioctl(&m.task, (int)lease.fd, DRM_IOCTL_FINISH, &lock), 0, "is authenticated");
	local_close(&m.process, (int)lease.fd);
	ok(!CALL(DRM_IOCTL_MODE_LIST_LESSEES, &lessees) && !lessees.count_lessees, "is not listed");
	ok(!CALL(DRM_IOCTL_MODE_GET_LEASE, &objects) && !objects.count_objects, "and has nothing");
	lessees.pad = objects.pad = 1;
	is(CALL(DRM_IOCTL_MODE_LIST_LESSEES, &lessees), -EINVAL, "padding");
	is(CALL(DRM_IOCTL_MODE_GET_LEASE, &objects), -EINVAL, "padding");
#undef CALL
	local_close(&m.process, card);
}

static void test_authentication(void)
{
	struct local_task *task = &m.task, root;
	int first = local_open(task, false), second = local_open(task, false);
	struct drm_set_version version = {1, 4, -1, -1};
	struct drm_auth auth = {0};
	int64_t value = 0;

	is(local_ioctl(task, second, NULL_IOCTL, &value), -EACCES, "the second is nobody");
	is(local_ioctl(task, second, DRM_IOCTL_SET_VERSION, &version), -EACCES, "and no master");
	is(local_ioctl(task, second, DRM_IOCTL_SET_MASTER, NULL), -EACCES, "nor may it become one");
	is(local_ioctl(task, second, DRM_IOCTL_GET_MAGIC, &auth), 0, "it asks for a number");
	is(local_ioctl(task, first, DRM_IOCTL_AUTH_MAGIC, &auth), 0, "for which the first vouches");
	is(local_ioctl(task, first, DRM_IOCTL_AUTH_MAGIC, &auth), -EINVAL, "once");
	is(local_ioctl(task, second, NULL_IOCTL, &value), 0, "then it is somebody");

	is(local_ioctl(task, first, DRM_IOCTL_DROP_MASTER, NULL), 0, "the master resigns");
	is(local_ioctl(task, first, DRM_IOCTL_DROP_MASTER, NULL), -EINVAL, "once");
	is(local_ioctl(task, first, DRM_IOCTL_SET_MASTER, NULL), 0, "and may come back");
	m.process.may_admin = true;
	local_task_init(&root, &m.process);
	m.process.may_admin = false;
	is(local_ioctl(&root, second, DRM_IOCTL_SET_MASTER, NULL), -EBUSY, "there is but one");
	local_close(&m.process, first);
	is(local_ioctl(&root, second, DRM_IOCTL_SET_MASTER, NULL), 0, "root may be the next");
	first = local_open(task, false);
	local_ioctl(task, first, DRM_IOCTL_GET_MAGIC, &auth);
	local_close(&m.process, first);
	is(local_ioctl(task, second, DRM_IOCTL_AUTH_MAGIC, &auth), -EINVAL,
	   "nobody vouches for who is gone");
	local_close(&m.process, second);
}

static void test_questions(void)
{
	int card = local_open(&m.task, false);
	char name[16] = "", date[16] = "", desc[16] = "", unique[32] = "";
	struct drm_version version = {
		.version_patchlevel = 7,
		.name = name,
		.name_len = 3,
		.date = date,
		.date_len = sizeof(date),
		.desc = desc,
		.desc_len = sizeof(desc),
	};
	struct drm_stats stats = {.count = 7};
	struct drm_set_version set = {1, 4, -1, -1};
	struct drm_unique args = {.unique = unique, .unique_len = sizeof(unique)};
	struct drm_get_cap cap = {.capability = DRM_CAP_SYNCOBJ_TIMELINE};
	struct drm_set_client_cap client_cap = {.capability = DRM_CLIENT_CAP_ATOMIC, .value = 1};
	struct drm_client client = {.idx = 1};
	struct abi_set_client_name client_name = {.name_len = 3, .name = (uintptr_t) "abc"};

	is(local_call(&m, DRM_IOCTL_VERSION, &version), 0, "the version");
	ok(version.version_major == 3 && version.version_minor == 64 &&
		   version.version_patchlevel == 0,
	   "is 3.64.0");
	ok(!strcmp(date, "0") && !strcmp(desc, "AMD GPU"), "of no date");
	ok(!strcmp(name, "amd") && version.name_len == 6, "the name is cut, its length is not");
	version.name = (char *)1;
	is(local_call(&m, DRM_IOCTL_VERSION, &version), -EFAULT, "into a bad pointer");

	version.name = NULL;
	is(local_call(&m, DRM_IOCTL_VERSION, &version), 0, "or nowhere");
	is(local_call(&m, DRM_IOCTL_GET_CAP, &cap) || cap.value != 1, 0, "a capability");
	cap.capability = DRM_CAP_PRIME;
	is(local_call(&m, DRM_IOCTL_GET_CAP, &cap) || cap.value != 3, 0, "both ways of PRIME");
	cap.capability = DRM_CAP_CURSOR_WIDTH;
	is(local_call(&m, DRM_IOCTL_GET_CAP, &cap) || cap.value != 64, 0, "the size of cursors");
	cap.capability = DRM_CAP_ASYNC_PAGE_FLIP;
	is(local_call(&m, DRM_IOCTL_GET_CAP, &cap) || cap.value != 0, 0, "one that it has not");
	cap.capability = 0x7777;
	is(local_call(&m, DRM_IOCTL_GET_CAP, &cap), -EINVAL, "an unknown one");
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_CLIENT_CAP, &client_cap), -EOPNOTSUPP,
	   "no atomic modes");
	client_cap.capability = DRM_CLIENT_CAP_STEREO_3D;
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_CLIENT_CAP, &client_cap), 0, "but what may be");
	client_cap.value = 2;
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_CLIENT_CAP, &client_cap), -EINVAL, "yes or no");
	client_cap.capability = 99;
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_CLIENT_CAP, &client_cap), -EINVAL,
	   "and nothing unknown");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_CLIENT, &client), -EINVAL,
	   "no list of clients");
	client.idx = 0;
	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_CLIENT, &client) || client.auth != 1, 0,
	   "but oneself");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_STATS, &stats) || stats.count, 0,
	   "statistics of nothing");

	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_UNIQUE, &args) || args.unique_len, 0,
	   "where it is, is not told at once");
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), 0, "but from version 1.1 on");
	args.unique_len = 3;
	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_UNIQUE, &args) || unique[0], 0,
	   "where there is too little room, but its length");
	args.unique_len = sizeof(unique);
	is(local_ioctl(&m.task, card, DRM_IOCTL_GET_UNIQUE, &args), 0, "it is");
	ok(!strcmp(unique, "pci:" SIM_PCI_ADDRESS) && args.unique_len == strlen(unique), "%s",
	   unique);
	set = (struct drm_set_version){1, 5, -1, -1};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL, "there is no 1.5");
	set = (struct drm_set_version){1, -1, -1, -1};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL, "nor 1.-1");
	set = (struct drm_set_version){1, 0, 3, 0};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), 0, "but 1.0 and 3.0");
	set = (struct drm_set_version){-1, -1, 3, -1};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL, "and not 3.-1");
	set = (struct drm_set_version){-1, -1, 3, 64};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), 0, "the driver's own");
	set.drm_dd_minor = 65;
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL, "and no later one");
	set = (struct drm_set_version){-1, -1, 2, 64};
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL, "nor another");
	set.drm_di_major = 2;
	is(local_ioctl(&m.task, card, DRM_IOCTL_SET_VERSION, &set), -EINVAL,
	   "there is no version 2");
	ok(set.drm_di_major == 1 && set.drm_di_minor == 4 && set.drm_dd_major == 3 &&
		   set.drm_dd_minor == 64,
	   "and the right ones are told");

	is(local_call(&m, ABI_SET_CLIENT_NAME, &client_name), 0, "a client's name");
	client_name.name = (uintptr_t) "!~x";
	is(local_call(&m, ABI_SET_CLIENT_NAME, &client_name), 0, "of what can be seen");
	client_name.name = (uintptr_t) "a c";
	is(local_call(&m, ABI_SET_CLIENT_NAME, &client_name), -EINVAL, "a space cannot");
	client_name.name = (uintptr_t) "a\nc";
	is(local_call(&m, ABI_SET_CLIENT_NAME, &client_name), -EINVAL, "without a newline");
	client_name.name_len = 65;
	is(local_call(&m, ABI_SET_CLIENT_NAME, &client_name), -EINVAL, "nor too long");
	local_close(&m.process, card);
}

/* ---- GEM ----------------------------------------------------------------- */

static uint32_t create(uint64_t bytes, uint64_t *offset)
{
	struct null_create args = {.bytes = bytes};
	long err = local_call(&m, NULL_CREATE, &args);

	if (offset)
		*offset = args.mmap_offset;
	return err ? 0 : args.handle;
}

static long close_handle(uint32_t handle)
{
	struct drm_gem_close args = {.handle = handle};

	return local_call(&m, DRM_IOCTL_GEM_CLOSE, &args);
}

static void test_handles(void)
{
	struct null_create args = {.bytes = 4096};
	uint32_t first = create(4096, NULL);

	is(first, 1, "the first handle is 1");
	is(create(4096, NULL), 2, "then 2");
	is(close_handle(1), 0, "a handle is closed");
	is(close_handle(1), -EINVAL, "once");
	is(create(4096, NULL), 1, "and its number is the next");
	null_gpu.open_error = -EPERM;
	is(local_call(&m, NULL_CREATE, &args), -EPERM, "the driver may refuse a handle");
	is(null_gpu.objects, 2, "the object of which is gone");
	is(close_handle(3), -EINVAL, "with its handle");
	close_handle(1);
	close_handle(2);
	is(null_gpu.objects, 0, "as all are");
	is(null_gpu.opened - null_gpu.closed, 0, "the driver was told of each handle");
}

static void test_mmap(void)
{
	struct null_create args = {.bytes = 4096};
	struct drm_prime_handle prime = {0};
	struct local_task other;
	uint64_t offset, next;
	uint32_t handle = create(8192, &offset);
	void *first, *second;
	int fd;

	create(4096, &next);
	ok(offset >= 1ull << 32 && next >= offset + 8192, "objects have places of their own");
	is(local_mmap(&m.process, m.fd, offset, 8192, &first), 0, "an object is mapped");
	is(local_mmap(&m.process, m.fd, offset, 4096, &second), 0, "or a part");
	strcpy(first, "shared");
	ok(!strcmp(second, "shared"), "it is the same memory");
	munmap(second, 4096);
	is(local_mmap(&m.process, m.fd, offset + 4096, 4096, &second), -EINVAL,
	   "but from the beginning");
	is(local_mmap(&m.process, m.fd, offset, 12288, &second), -EINVAL, "and not beyond the end");
	local_task_init(&other, &m.process);
	fd = local_open(&other, true);
	is(local_ioctl(&other, fd, NULL_CREATE, &args), 0, "another file has objects, too");
	is(local_mmap(&m.process, fd, offset, 8192, &second), -EACCES, "but no handle of this");
	local_close(&m.process, fd);
	is(local_mmap(&m.process, LOCAL_FD_FIRST, 0, 4096, &second), -EINVAL,
	   "there is nothing at 0");
	close_handle(handle);
	is(local_mmap(&m.process, m.fd, offset, 8192, &second), -EINVAL, "nor where it was");
	ok(!strcmp(first, "shared"), "what is mapped stays");
	munmap(first, 8192);
	close_handle(2);
	handle = create(4095, &offset);
	is(local_mmap(&m.process, m.fd, offset, 4095, &second), -EINVAL,
	   "what has no memory is not mapped");
	prime.handle = handle;
	local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);
	is(local_mmap(&m.process, prime.fd, 0, 4096, &second), -EINVAL, "nor its dma-buf");
	local_close(&m.process, prime.fd);
	close_handle(handle);
	is(null_gpu.objects, 0, "no object is left");
}

static void test_names(void)
{
	int card = local_open(&m.task, false);
	struct drm_gem_flink flink = {.handle = create(4096, NULL)};
	struct drm_prime_handle prime = {.handle = flink.handle};
	struct drm_gem_open open = {.name = 1};
	struct drm_gem_close close = {0};

	local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);
	local_ioctl(&m.task, card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
	flink.handle = 77;
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_FLINK, &flink), -ENOENT, "no such handle");
	flink.handle = prime.handle;
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_OPEN, &open), -ENOENT, "no such name");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_FLINK, &flink) || flink.name != 1, 0, "a name");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_FLINK, &flink) || flink.name != 1, 0,
	   "its only");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_OPEN, &open), 0, "opens it");
	ok(open.handle != prime.handle && open.size == 4096, "under another handle");
	local_ioctl(&m.task, card, DRM_IOCTL_GEM_CLOSE, &prime);
	close_handle(1);
	is(null_gpu.objects, 1, "a handle keeps it");
	close.handle = open.handle;
	local_ioctl(&m.task, card, DRM_IOCTL_GEM_CLOSE, &close);
	is(null_gpu.objects, 1, "and a dma-buf does");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_OPEN, &open), -ENOENT, "but not its name");
	local_ioctl(&m.task, card, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
	flink = (struct drm_gem_flink){.handle = prime.handle};
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_FLINK, &flink) || flink.name != 1, 0,
	   "it may have another");
	is(local_ioctl(&m.task, card, DRM_IOCTL_GEM_OPEN, &open), 0, "by which it is opened");
	local_close(&m.process, prime.fd);
	local_close(&m.process, card);
	is(null_gpu.objects, 0, "and it goes with the last");
}

static void test_change_handle(void)
{
	struct abi_gem_change_handle args = {.handle = create(4096, NULL), .new_handle = 9};

	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), 0, "6.18 gives an object another handle");
	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), -ENOENT, "the old one is gone");
	args.handle = 9;
	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), 0, "its own it has");
	create(4096, NULL);
	args.new_handle = 1;
	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), -ENOSPC, "that of another it cannot have");
	args.new_handle = UINT32_MAX;
	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), -EINVAL, "nor any number");
	close_handle(1);
	close_handle(9);
}

/* ---- dma-bufs ------------------------------------------------------------ */

static void test_prime(void)
{
	struct drm_prime_handle export = {.handle = create(8192, NULL)}, import = {0};
	struct local_process other;
	struct local_task task;
	int fd, passed;
	void *cpu;

	is(local_call(&m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &export), -EINVAL, "stdin is no dma-buf");
	export.fd = 999;
	is(local_call(&m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &export), -EBADF, "nor is what is closed");
	export.fd = m.fd;
	is(local_call(&m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &export), -EINVAL, "nor a device");
	export.handle = 99;
	is(local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), -ENOENT, "no such handle");
	export.handle = 1;
	export.flags = ~0u;
	is(local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), -EINVAL, "unknown flags");
	export.flags = DRM_CLOEXEC | DRM_RDWR;
	null_gpu.export_error = -EPERM;
	is(local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), -EPERM, "the driver may refuse");
	m.process.error = -EMFILE;
	is(local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), -EMFILE, "no descriptor is left");
	is(local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), 0, "an object as a dma-buf");
	import.fd = export.fd;
	is(local_call(&m, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import) || import.handle != 1, 0,
	   "is the same object here");

	local_process_init(&other, m.sim, 2000);
	local_task_init(&task, &other);
	fd = local_open(&task, true);
	passed = local_pass(&m.process, export.fd, &other);
	is(local_size(&other, passed), 8192, "elsewhere it has its size");
	is(local_mmap(&other, passed, 4096, 4096, &cpu), 0, "can be mapped");
	munmap(cpu, 4096);
	is(local_mmap(&other, passed, 4096, 8192, &cpu), -EINVAL, "to its end");
	local_close(&m.process, export.fd);
	close_handle(1);
	is(null_gpu.objects, 1, "lives on");
	import.fd = passed;
	null_gpu.open_error = -EPERM;
	is(local_ioctl(&task, fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import), -EPERM,
	   "unless the driver refuses");
	is(local_ioctl(&task, fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import), 0, "is imported");
	export.handle = import.handle;
	is(local_ioctl(&task, fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &import), 0, "and again");
	is(import.handle, export.handle, "with the same handle");
	local_ioctl(&task, fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export);
	ok(other.fds[export.fd - LOCAL_FD_FIRST] == other.fds[passed - LOCAL_FD_FIRST],
	   "it is the same dma-buf that is exported");
	local_close(&other, passed);
	export.handle = import.handle;
	is(local_ioctl(&task, fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &export), 0, "and exported again");
	null_gpu.order[0] = '\0';
	local_process_fini(&other);
	is(null_gpu.objects, 0, "until that process ends");
	ok(!strcmp(null_gpu.order, "rhc"), "queues, handles, address space");
}

static struct gem_object *lock_object(uint32_t handle)
{
	struct drm_file *file;

	sim_lock(m.sim);
	file = drm_file_of(m.process.fds[m.fd - LOCAL_FD_FIRST]);
	return gem_lookup(file, handle);
}

static void unlock_object(struct gem_object *object)
{
	gem_put(object);
	sim_unlock(m.sim);
}

static void test_dmabuf_fences(void)
{
	struct drm_prime_handle prime = {.handle = create(4096, NULL)};
	struct dma_buf_export_sync_file export = {.flags = DMA_BUF_SYNC_READ};
	struct dma_buf_import_sync_file import = {.flags = DMA_BUF_SYNC_WRITE};
	struct dma_buf_sync sync = {.flags = DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ};
	struct fence *reader, *writer;
	struct gem_object *object;
	int readers, writers;

	local_call(&m, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);
	object = lock_object(prime.handle);
	reader = null_fence(m.sim, 100, 1);
	writer = null_fence(m.sim, 101, 1);
	resv_add(&object->resv, reader, RESV_READ);
	resv_add(&object->resv, writer, RESV_WRITE);
	unlock_object(object);

	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), 0,
	   "what a reader waits for");
	writers = export.fd;
	export.flags = DMA_BUF_SYNC_RW;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), 0,
	   "what a writer waits for");
	readers = export.fd;
	m.process.is_read_only = true;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), -EFAULT,
	   "if it can be told");
	m.process.is_read_only = false;
	is(local_open(&m.task, true), export.fd + 1, "else there is no file");
	local_close(&m.process, export.fd + 1);
	m.process.error = -EMFILE;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), -EMFILE,
	   "nor without a descriptor");
	export.flags = 0;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), -EINVAL,
	   "is to be said");
	export.flags = 7;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export), -EINVAL,
	   "and nothing else");
	local_interrupt(&m.task, true);
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_SYNC, &sync), -SIM_ERESTARTSYS,
	   "the CPU waits, too");
	local_interrupt(&m.task, false);

	sim_lock(m.sim);
	fence_signal(writer);
	sim_unlock(m.sim);
	ok(local_is_readable(&m.process, writers) && !local_is_readable(&m.process, readers),
	   "a reader waits for the writer alone");
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_SYNC, &sync), 0, "as the CPU does");
	sync.flags = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_SYNC, &sync), 0, "the end waits for none");
	sync.flags = DMA_BUF_SYNC_START;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_SYNC, &sync), -EINVAL, "which access?");

	import.fd = readers;
	import.flags = 0;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import), -EINVAL,
	   "taken in as what?");
	import.flags = DMA_BUF_SYNC_READ;
	local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import);
	export.flags = DMA_BUF_SYNC_READ;
	local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export);
	ok(local_is_readable(&m.process, export.fd), "as a reader, whom no reader waits for");
	local_close(&m.process, export.fd);
	import.flags = DMA_BUF_SYNC_WRITE;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import), 0,
	   "a sync_file's fence is taken in");
	import.fd = prime.fd;
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &import), -EINVAL,
	   "of a sync_file alone");
	export.flags = DMA_BUF_SYNC_READ;
	local_ioctl(&m.task, prime.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &export);
	ok(!local_is_readable(&m.process, export.fd), "now as a writer");

	is(local_ioctl(&m.task, prime.fd, DMA_BUF_SET_NAME_B, "name"), 0, "a name");
	is(local_ioctl(&m.task, prime.fd, DMA_BUF_SET_NAME_B,
		       "a name that is much too long for a dma-buf"),
	   -EINVAL, "that is too long");
	is(local_ioctl(&m.task, prime.fd, DRM_IOCTL_VERSION, NULL), -ENOTTY, "it is no device");

	sim_lock(m.sim);
	fence_signal(reader);
	fence_put(reader);
	fence_put(writer);
	sim_unlock(m.sim);
	ok(local_is_readable(&m.process, readers) && local_is_readable(&m.process, export.fd),
	   "all are over");
	local_close(&m.process, writers);
	local_close(&m.process, readers);
	local_close(&m.process, export.fd);
	local_close(&m.process, prime.fd);
	close_handle(prime.handle);
	is(null_gpu.fences + null_gpu.objects, 0, "nothing is left");
}

int main(void)
{
	struct abi_gem_change_handle args = {0};

	local_machine_start(&m, &old);
	test_owner();
	test_dispatch();
	test_permissions();
	test_root();
	test_modes();
	test_authentication();
	test_questions();
	test_handles();
	test_mmap();
	test_names();
	test_change_handle();
	test_prime();
	test_dmabuf_fences();
	local_machine_stop(&m);

	local_machine_start(&m, &new);
	args.handle = create(4096, NULL);
	args.new_handle = 9;
	is(local_call(&m, ABI_GEM_CHANGE_HANDLE, &args), -EINVAL, "7.3 gives no other handle");
	local_machine_stop(&m);
	is(null_gpu.objects, 0, "what is open at the end is closed");
	return tap_done();
}
