# SPDX-License-Identifier: MIT
# Sourced: from a tree and a list of patch series to a bzImage in the cache.
# One tree per source and configuration; what is ours or patched is an overlay on it, and only
# files whose content differs are touched, so that make rebuilds only what a variant changes.
# shellcheck shell=bash disable=SC2154

amdgpu=drivers/gpu/drm/amd/amdgpu

kernel_make() {
	local dir=$1
	shift
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u ARCH -u CROSS_COMPILE LC_ALL=C LOCALVERSION='' \
		KBUILD_BUILD_USER=lab KBUILD_BUILD_HOST=lab KBUILD_BUILD_TIMESTAMP=lab \
		make -C "$dir" -j"$lab_jobs" CC="${AMDFENCE_LAB_CC:-gcc}" "$@"
}

config_fragments() {
	printf '%s\n' "$lab_dir/config/base.config"
	if [ "$debug" = 1 ]; then printf '%s\n' "$lab_dir/config/debug.config"; fi
}

# What .config is made from: the fragments, and which Kconfig files of SRC patches changed how.
config_asked() {
	local path
	config_fragments | xargs -d '\n' cat
	if [ ${#patches[@]} = 0 ]; then return; fi
	patched_paths "${patches[@]}" | { grep '/Kconfig[^/]*$' || true; } | while IFS= read -r path; do
		echo "# $path: $(sha256sum <"$1/$path" | cut -c1-16)"
	done
}

series_patches() {
	if [ -e "$1/series" ]; then
		sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$1/series" | while read -r name _; do
			printf '%s\n' "$1/$name"
		done
	else
		find "$1" -maxdepth 1 -name '*.patch' ! -name '*cover-letter*' | LC_ALL=C sort
	fi
}

# The virtual ASIC, if this tree of ours has it yet, and the packet interpreter it shares.
asic_files() {
	find "$lab_dir/asic" -maxdepth 1 -name '*.[ch]' 2>/dev/null | LC_ALL=C sort
	find "$lab_dir/../../tools/sim" -maxdepth 1 -name 'cp.[ch]' 2>/dev/null | LC_ALL=C sort
}

# Everything that goes into a kernel, in one hash.
kernel_hash() {
	local files
	mapfile -t files < <(config_fragments; asic_files; printf '%s\n' "$lab_dir/lib/build.sh"
		find "$lab_dir/asic" -name Kbuild.append 2>/dev/null)
	{
		printf '%s\n' "$source_id $source_state $debug"
		${AMDFENCE_LAB_CC:-gcc} --version | head -n 1
		sha256sum "${files[@]}" | sed 's|[^ ]*/||'
		if [ ${#patches[@]} -gt 0 ]; then sha256sum "${patches[@]}" | cut -d' ' -f1; fi
	} | sha256sum | cut -c1-20
}

# Paths that patches touch, both sides of each, and both names of a rename.
patched_paths() {
	sed -n -e 's/\r$//' -e 's,^--- a/,,p' -e 's,^+++ b/,,p' -e 's/^rename \(from\|to\) //p' "$@" |
		sed 's/\t.*//' | LC_ALL=C sort -u
}

overlay_apply() {
	local tree=$1 stage=$1/stage src=$1/src path p
	local -A touched=()
	rm -rf "$stage" && mkdir -p "$stage" "$tree/orig"
	touch "$tree/overlaid"

	if [ ${#patches[@]} -gt 0 ]; then
		while IFS= read -r path; do touched[$path]=1; done < <(patched_paths "${patches[@]}")
	fi
	for path in "${!touched[@]}"; do
		mkdir -p "$stage/$(dirname "$path")"
		if p=$(overlay_original "$tree" "$path"); then cp "$p" "$stage/$path"; fi
	done
	for p in "${patches[@]}"; do
		patch -d "$stage" -p1 -F0 -s -f --no-backup-if-mismatch <"$p" >"$tree/patch.log" 2>&1 || {
			cat "$tree/patch.log" >&2
			die "$p does not apply to $kernel ($source_version)"
		}
	done

	while IFS= read -r p; do
		path=$amdgpu/$(basename "$p")
		touched[$path]=1
		mkdir -p "$stage/$amdgpu" && cp "$p" "$stage/$path"
	done < <(asic_files)
	if [ -e "$lab_dir/asic/Kbuild.append" ]; then
		path=$amdgpu/Makefile
		touched[$path]=1
		if [ ! -e "$stage/$path" ]; then cp "$(overlay_original "$tree" "$path")" "$stage/$path"; fi
		cat "$lab_dir/asic/Kbuild.append" >>"$stage/$path"
	fi

	# first what may be touched is written down, so that an interruption is repaired by the next run
	while IFS= read -r path; do touched[$path]=${touched[$path]:-0}; done <"$tree/overlaid"
	for path in "${!touched[@]}"; do
		if [ ! -e "$tree/orig/$path" ] && [ -e "$src/$path" ] && ! grep -qxF -- "$path" "$tree/overlaid"; then
			mkdir -p "$tree/orig/$(dirname "$path")" && cp -p "$src/$path" "$tree/orig/$path"
		fi
	done
	printf '%s\n' "${!touched[@]}" | sed '/^$/d' >"$tree/overlaid.new"
	mv "$tree/overlaid.new" "$tree/overlaid"

	for path in "${!touched[@]}"; do
		p=$stage/$path
		if [ "${touched[$path]}" = 0 ] && [ -e "$tree/orig/$path" ]; then p=$tree/orig/$path; fi
		if [ ! -e "$p" ]; then
			rm -f "$src/$path"
		elif ! cmp -s "$p" "$src/$path"; then
			mkdir -p "$(dirname "$src/$path")" && cp "$p" "$src/$path"
		fi
	done
	rm -rf "$stage"
}

# A file of the tree as it was before any overlay; fails if there was none.
overlay_original() {
	if [ -e "$1/orig/$2" ]; then
		printf '%s\n' "$1/orig/$2"
	elif [ -e "$1/src/$2" ] && ! grep -qxF -- "$2" "$1/overlaid"; then
		printf '%s\n' "$1/src/$2"
	else
		return 1
	fi
}

# config_apply SRC ASKED
config_apply() {
	local src=$1 wrong
	cp -p "$src/.config" "$src/../config.old" 2>/dev/null || true
	kernel_make "$src" tinyconfig || return
	cat "$2" >>"$src/.config"
	kernel_make "$src" olddefconfig || return
	# what comes later wins, as it did above
	wrong=$(awk -v config="$src/.config" '
		/^CONFIG_/ { split($0, kv, "="); want[kv[1]] = $0; may_lack[kv[1]] = optional }
		{ optional = /^# as far as it exists:/ }
		/^# CONFIG_.* is not set/ { want[$2] = "n" }
		END {
			while ((getline line < config) > 0)
				if (line ~ /^CONFIG_/) { split(line, kv, "="); have[kv[1]] = line }
			for (s in want)
				if (s in have ? have[s] != want[s] : want[s] != "n" && !may_lack[s]) print s
		}' "$2")
	if [ -n "$wrong" ]; then
		echo "these symbols did not get the value that tests/lab/config asks for: $wrong"
		return 1
	fi
	# an unchanged .config keeps its time: nothing to rebuild
	if cmp -s "$src/../config.old" "$src/.config"; then cp -p "$src/../config.old" "$src/.config"; fi
}

build_failed() {
	grep -E -B2 -A8 'error:|Error [0-9]|did not get the value' "$1" | tail -n 40 >&2 || tail -n 20 "$1" >&2
	die "the kernel for $kernel did not build" "whole log: $1"
}

# Sets kernel_dir, which then holds bzImage, build-id, config.
kernel_build() {
	local name=$source_id tree log hash part
	if [ "$debug" = 1 ]; then name=$name-debug; fi
	hash=$(kernel_hash)
	kernel_dir=$lab_cache/kernel/$hash
	if [ -e "$kernel_dir/bzImage" ]; then return; fi

	need make gcc patch flex bison bc xz readelf
	tree=$lab_cache/tree/$name
	lock 9 "$tree/lock"
	if [ -e "$kernel_dir/bzImage" ]; then
		exec 9>&-
		return
	fi
	source_unpack "$tree"
	overlay_apply "$tree"
	log=$tree/build.log
	config_asked "$tree/src" >"$tree/config.new"
	if ! cmp -s "$tree/config.new" "$tree/config.asked"; then
		rm -f "$tree/config.asked"
		step "configuring $label" "$log" config_apply "$tree/src" "$tree/config.new" || build_failed "$log"
		mv "$tree/config.new" "$tree/config.asked"
	fi
	step "building $label" "$log" kernel_make "$tree/src" bzImage || build_failed "$log"

	part=$kernel_dir.part
	rm -rf "$part" && mkdir -p "$part"
	cp "$tree/src/arch/x86/boot/bzImage" "$tree/src/.config" "$part"
	readelf -n "$tree/src/vmlinux" | sed -n 's/.*Build ID: //p' >"$part/build-id"
	rm -rf "$kernel_dir" && mv "$part" "$kernel_dir"
	exec 9>&-
}
