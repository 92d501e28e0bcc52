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

# A long step is run in the background so that a signal reaches us at once; its pid is kept for
# the traps. Silent for the first seconds, then one line at the start, one a minute, one at the end.
lab_child=
step() {
	local what=$1 log=$2 start=$SECONDS shown=0 rc=0
	shift 2
	"$@" >"$log" 2>&1 9>&- &
	lab_child=$!
	while kill -0 $lab_child 2>/dev/null; do
		if [ $((SECONDS - start)) -ge $((shown * 60 + (shown ? 0 : 3))) ]; then
			if [ $shown = 0 ]; then say "$what"; else say "$what: $((SECONDS - start)) s"; fi
			shown=$((shown + 1))
		fi
		sleep 0.2
	done
	wait $lab_child || rc=$?
	lab_child=
	if [ $rc = 0 ] && [ $shown != 0 ]; then say "$what: done in $((SECONDS - start)) s"; fi
	return $rc
}

hash_files() {
	cat -- "$@" | sha256sum | cut -c1-16
}
