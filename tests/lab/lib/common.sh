# SPDX-License-Identifier: MIT
# Sourced by the lab's scripts: messages, exit statuses, locks, long steps.
# shellcheck shell=bash

# Statuses of the lab's own; anything else is the command's. 124 is what timeout(1) uses.
LAB_TROUBLE=120
LAB_REPORT=121
LAB_TIMEOUT=124

lab_cache=${AMDFENCE_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/amdfence-lab}
lab_jobs=${AMDFENCE_LAB_JOBS:-$(nproc)}

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$1"
	shift
	if [ $# -gt 0 ]; then printf '     %s\n' "$@" >&2; fi
	exit $LAB_TROUBLE
}

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || die "'$tool' is not installed" "tests/lab/deps installs what the lab needs"
	done
}

# lock FD FILE: hold FILE's lock until FD is closed; says so if it has to wait
lock() {
	mkdir -p "$(dirname "$2")"
	eval "exec $1>\"\$2\""
	flock -n "$1" && return
	say "waiting for another run that holds $2"
	flock "$1"
}

# start COMMAND...: in the background, so that a signal reaches us at once, and in a process group
# of its own, which the traps end whole
lab_child=
start() {
	set -m
	"$@" &
	lab_child=$!
	set +m
}

stop() {
	if [ -n "$lab_child" ]; then kill -- "-$lab_child" 2>/dev/null || true; fi
}

# step WHAT LOG COMMAND...: silent for the first seconds, then a line at once, one a minute, one at
# the end. Locks are inherited: they are held until the last process of the step is gone.
step() {
	local what=$1 log=$2 began=$SECONDS shown=0 rc=0
	shift 2
	start "$@" >"$log" 2>&1
	while kill -0 $lab_child 2>/dev/null; do
		if [ $((SECONDS - began)) -ge $((shown * 60 + (shown ? 0 : 3))) ]; then
			if [ $shown = 0 ]; then say "$what"; else say "$what: $((SECONDS - began)) s"; fi
			shown=$((shown + 1))
		fi
		sleep 0.2
	done
	wait $lab_child || rc=$?
	lab_child=
	if [ $rc = 0 ] && [ $shown != 0 ]; then say "$what: done in $((SECONDS - began)) s"; fi
	return $rc
}
