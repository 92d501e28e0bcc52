# SPDX-License-Identifier: MIT
# Sourced: from a kernel's name to an unpacked tree in the cache.
# Sets source_id (names the tree), source_version (for ranges), source_state (hash of its content).
# shellcheck shell=bash disable=SC2034,SC2154

# What an x86 build of amdgpu never reads. Build files stay, for Kconfig wants every one of them.
source_excludes=()
source_exclude_list() {
	local arch d
	for arch in alpha arc arm arm64 csky hexagon loongarch m68k microblaze mips nios2 openrisc \
		parisc powerpc riscv s390 sh sparc um xtensa; do
		source_excludes+=("--exclude=$1/arch/$arch/*.[chS]" "--exclude=$1/arch/$arch/*.dts*")
	done
	for d in drivers/{net/ethernet,net/wireless,media,infiniband,staging,accel,iio,scsi,crypto,mtd,usb} \
		sound net/{wireless,mac80211,netfilter,bluetooth,sctp,tipc,batman-adv} samples; do
		source_excludes+=("--exclude=$1/$d/*.[ch]")
	done
	source_excludes+=("--exclude=$1/tools/testing" "--exclude=$1/tools/perf" "--exclude=*.o"
		"--exclude=$1/.git")
}

# The machine's own apt, with lists and cache of ours; suite names are added, the mirror is its.
apt_private() {
	local tool=$1
	shift
	"$tool" -q -o Dir::State="$apt_dir/state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$apt_dir/cache" -o Dir::Etc::sourcelist="$apt_dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# Deb822 or one-line, apt itself says what it would ask of which archive.
apt_mirror() {
	local codename uris
	codename=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
	mkdir -p "$apt_dir/probe/lists/partial"
	uris=$(apt-get -o Dir::State="$apt_dir/probe" update --print-uris 2>/dev/null) || return 1
	for suite in "$codename" stable oldstable testing unstable sid; do
		sed -n "s|^'\([^']*\)/dists/$suite/InRelease'.*|\1|p" <<<"$uris"
	done | head -n 1
}

apt_setup() {
	local kind=$1 suites=$2 type=deb mirror suite
	apt_dir=$lab_cache/apt/$kind-$suites
	mkdir -p "$apt_dir"/{state/lists/partial,cache/archives/partial}
	lock 7 "$apt_dir/lock"
	if [ -n "$(find "$apt_dir/updated" -mmin -1440 2>/dev/null)" ]; then return; fi
	mirror=$(apt_mirror) || mirror=
	if [ -z "$mirror" ]; then
		die "apt on this machine has no Debian archive configured" "give a directory with a kernel tree instead of '$kernel'"
	fi
	if [ "$kind" = source ]; then type=deb-src; fi
	for suite in ${suites//,/ }; do
		echo "$type [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
	done >"$apt_dir/sources.list"
	if step "reading the package lists of $suites" "$apt_dir/update.log" apt_private apt-get update &&
		! grep -q '^[WE]: ' "$apt_dir/update.log"; then
		touch "$apt_dir/updated"
	elif [ -e "$apt_dir/updated" ]; then
		say "cannot refresh the package lists of $suites; using those of $(date -r "$apt_dir/updated" +%F)"
	else
		tail -n 5 "$apt_dir/update.log" >&2
		die "cannot read the package lists of $suites" "check the machine's apt, or give a directory with a kernel tree"
	fi
}

apt_private_in() {
	cd "$1" || return
	shift
	apt_private "$@"
}

# fetch DIR PACKAGE=VERSION TOOL ARGS...
fetch() {
	local dir=$1 what=$2
	shift 2
	if step "fetching $what" "$apt_dir/fetch.log" apt_private_in "$dir" "$@" "$what"; then return; fi
	grep '^[WE]: ' "$apt_dir/fetch.log" >&2 || tail -n 5 "$apt_dir/fetch.log" >&2
	die "the archive does not give $what (any more), or cannot be reached" \
		"give a directory with the kernel tree instead of '$kernel'"
}

# "name kind suites what" of a row, or nothing
table_row() {
	awk -v name="$1" '!/^#/ && $1 == name' "$lab_dir/kernels"
}

# What is new or different since the tree was copied, by name, size and time: seconds, not minutes.
directory_manifest() {
	find "$1" -name .git -prune -o \( -path "$1/include/generated" -o -path "$1/include/config" \
		-o -path "$1/arch/x86/include/generated" \) -prune -o -type f ! -name '*.o' ! -name '*.a' \
		! -name '.*' ! -name '*.cmd' ! -name 'vmlinux*' -printf '%P\t%s\t%T@\n' | LC_ALL=C sort
}

source_resolve() {
	local name kind suites what
	kernel=$1
	read -r name kind suites what < <(table_row "$kernel") || true
	if [ -d "$kernel" ]; then
		source_kind=directory
		source_dir=$(realpath "$kernel")
		if [ ! -e "$source_dir/drivers/gpu/drm/amd/amdgpu/amdgpu_userq.c" ]; then
			die "'$kernel' is not a kernel tree with amdgpu user queues"
		fi
		source_version=$(make -s -C "$source_dir" kernelversion 2>/dev/null | tail -n 1)
		source_id=directory-$(sha256sum <<<"$source_dir" | cut -c1-12)
		source_state=$(directory_manifest "$source_dir" | sha256sum | cut -c1-16)
		return
	fi
	source_kind=$kind
	source_package=linux
	source_version=$what
	case $kind in
	source) ;;
	binary)
		apt_setup binary "$suites"
		source_version=$(apt_private apt-cache madison "$what" | awk '{ print $3 }' | sort -V | tail -n 1)
		source_package=$(apt_private apt-cache show "$what=$source_version" |
			sed -n 's/^Depends:.*\<\(linux-source-[0-9.]*\).*/\1/p')
		if [ -z "$source_package" ]; then die "no package '$what' in $suites"; fi
		;;
	*)
		die "'$kernel' is no kernel of the lab and no directory" \
			"there are: $(awk '!/^#/ { printf "%s ", $1 }' "$lab_dir/kernels" "$lab_dir/variants")"
		;;
	esac
	exec 7>&-
	source_suites=$suites
	source_id=$source_package-$source_version
	source_state=$source_id
}

source_fetch() {
	local part=$lab_cache/source/$source_id.part
	tarball=$lab_cache/source/$source_id.tar.xz
	lock 8 "$lab_cache/source/$source_id.lock"
	if [ -e "$tarball" ]; then
		exec 8>&-
		return
	fi
	rm -rf "$part" && mkdir -p "$part"
	if [ "$source_kind" = source ]; then
		apt_setup source "$source_suites"
		fetch "$part" "linux=$source_version" apt-get source --tar-only --download-only
		mv "$part"/linux_*.orig.tar.xz "$part/tarball"
	else
		lock 7 "$apt_dir/lock"
		fetch "$part" "$source_package=$source_version" apt-get download
		dpkg-deb --fsys-tarfile "$part"/*.deb |
			tar -xO --wildcards './usr/src/linux-source-*.tar.xz' >"$part/tarball"
	fi
	mv "$part/tarball" "$tarball"
	rm -rf "$part"
	exec 7>&- 8>&-
}

# The tree of this source in $1: unpacked, or copied, or brought up to date.
source_unpack() {
	local tree=$1 top
	if [ "$source_kind" = directory ]; then
		source_copy "$tree"
		return
	fi
	if [ -d "$tree/src" ]; then return; fi
	source_fetch
	rm -rf "$tree/part" && mkdir -p "$tree/part"
	top=$(tar -tf "$tarball" 2>/dev/null | head -n 1) || true
	source_exclude_list "${top%%/*}"
	step "unpacking $source_id" "$tree/unpack.log" \
		tar -C "$tree/part" --strip-components=1 "${source_excludes[@]}" -xf "$tarball" ||
		die "cannot unpack $tarball" "$(tail -n 3 "$tree/unpack.log")" "delete it and try again"
	mv "$tree/part" "$tree/src"
}

source_copy() {
	local tree=$1 path
	directory_manifest "$source_dir" >"$tree/manifest.new"
	if [ ! -d "$tree/src" ]; then
		rm -rf "$tree/part" && mkdir -p "$tree/part"
		source_exclude_list .
		step "copying $source_dir" "$tree/unpack.log" copy_tree "$source_dir" "$tree/part" ||
			die "cannot copy $source_dir" "$(tail -n 3 "$tree/unpack.log")"
		mv "$tree/part" "$tree/src"
	elif ! cmp -s "$tree/manifest" "$tree/manifest.new"; then
		LC_ALL=C comm -3 "$tree/manifest" "$tree/manifest.new" | sed 's/^\t//' | cut -f1 | sort -u |
			while IFS= read -r path; do
				# an overlaid file is refreshed below the overlay
				for dest in "$tree/src/$path" "$tree/orig/$path"; do
					if [ ! -e "$dest" ]; then [ "$dest" = "$tree/src/$path" ] || continue; fi
					mkdir -p "$(dirname "$dest")"
					if [ -e "$source_dir/$path" ]; then cp "$source_dir/$path" "$dest"; else rm -f "$dest"; fi
				done
			done
	fi
	mv "$tree/manifest.new" "$tree/manifest"
}

copy_tree() {
	tar -C "$1" "${source_excludes[@]}" -c . | tar -C "$2" -x && kernel_make "$2" mrproper
}
