// SPDX-License-Identifier: MIT
#include <sys/wait.h>
#include <unistd.h>

#include "random.h"
#include "trace.h"

/* In the child: nothing may be traced. Not freed: its end does that. */
static int child(int fd, bool waits)
{
	struct syncobj_handle import = {.fd = fd};
	struct auq_uapi_fence_info fence;
	struct auq_uapi_signal signal = {.num_syncobj_handles = 1};
	struct auq_uapi_wait wait = {.num_syncobj_handles = 1, .num_fences = 1};
	struct queue queue;
	struct file file;

	file_open(&file);
	call_quiet(file.fd, &syncobj_from_fd_call, &import);
	if (queue_create(&file, &queue, 0, SDMA))
		return 1;
	signal.queue_id = wait.waitq_id = queue.id;
	signal.syncobj_handles = wait.syncobj_handles = (uintptr_t)&import.handle;
	wait.out_fences = (uintptr_t)&fence;
	if (ioctl_errno(file.fd, &signal_call, &signal))
		return 2;
	if (waits && ioctl_errno(file.fd, &wait_call, &wait))
		return 3;
	return 0;
}

/* Another process makes the fence of one of our syncobjs, and is gone. */
void random_child(struct random_state *state)
{
	unsigned int file = random_below(state, NUM_FILES);
	struct random_syncobj *syncobj = random_syncobj(state, file);
	struct syncobj_handle export = {.handle = syncobj->handle};
	bool waits = random_below(state, 2);
	int status;
	pid_t pid;

	random_settle(state);
	call_quiet(state->files[file].fd, &syncobj_to_fd_call, &export);
	pid = fork();
	if (!pid)
		_exit(child(export.fd, waits));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("cannot run a child");
	close(export.fd);
	trace("child, syncobj %u of %u: %d", syncobj->handle, file, status);
	syncobj->object->is_plain = true;
	state->unsettled = true;
}
