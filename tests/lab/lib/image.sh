# SPDX-License-Identifier: MIT
# Sourced: from a command and its files to the guest's initramfs.
# shellcheck shell=bash disable=SC2154

image_seen=' '
image_libs=
stage=

# image_take ROOT FILE: FILE at its own place, what it is a link to, its interpreter, its libraries
image_take() {
	local root=$1 file=$2
	case $image_seen in *" $file "*) return ;; esac
	image_seen+="$file "
	if [ ! -e "$root$file" ]; then
		mkdir -p "$root$(dirname "$file")"
		# libtool's wrapper knows its build folder only; the program proper lies beside it
		if head -n 2 "$file" | grep -aq 'temporary wrapper script for'; then
			cp "${file%/*}/.libs/${file##*/}" "$root$file"
		else
			cp -L "$file" "$root$file"
		fi
	fi
	image_needs "$root" "$root$file"
}

image_needs() {
	local root=$1 file=$2 libs lib interpreter
	case $(head -c 4 "$file" | tr -d '\0') in
	$'\x7fELF')
		# ldd's lines: "name => /path (0x..)", "name => not found" and "/loader (0x..)"
		libs=$(LD_LIBRARY_PATH=$image_libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} ldd "$file" 2>/dev/null) || true
		if [[ $libs == *'not found'* ]]; then
			die "$file needs libraries that are not there:$(sed -n 's/ => not found.*//p' <<<"$libs" | tr -s '\n\t' ' ')" \
				"give the tree of make install with AMDFENCE_LAB_STAGE, or set LD_LIBRARY_PATH"
		fi
		while read -r lib; do
			if [ -z "$stage" ] || [ "${lib#"$stage"/}" = "$lib" ]; then image_take "$root" "$lib"; fi
		done < <(grep -o '/[^ ]*' <<<"$libs" | sort -u)
		;;
	'#!'*)
		read -r interpreter _ < <(sed -n '1s/^#! *//p' "$file")
		if [ ! -e "$root$interpreter" ] && [ -x "$interpreter" ] && [ "$interpreter" != /bin/sh ]; then
			image_take "$root" "$interpreter"
		fi
		;;
	esac
}

# The staged `make install` tree, as it is, and what its programs need from this machine.
image_stage() {
	local root=$1 file
	stage=${AMDFENCE_LAB_STAGE:-}
	if [ -z "$stage" ] && [ -n "${AMDFENCE_BUILD:-}" ]; then
		stage=$lab_tmp/stage
		make -s -C "$AMDFENCE_BUILD" install DESTDIR="$stage" >"$lab_tmp/stage.log" 2>&1 ||
			die "make install failed in $AMDFENCE_BUILD" "$(tail -n 5 "$lab_tmp/stage.log")"
	fi
	if [ -z "$stage" ]; then return; fi
	if [ ! -d "$stage" ]; then die "AMDFENCE_LAB_STAGE: no directory '$stage'"; fi
	stage=$(realpath "$stage")
	cp -a "$stage/." "$root"
	image_libs=$(find "$stage" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
	while IFS= read -r file; do image_needs "$root" "$file"; done < <(find "$stage" -type f -perm -u=x)
}

# Quoted so that the guest's shell sees exactly these words.
quote() {
	local word
	for word; do printf "'%s' " "${word//\'/\'\\\'\'}"; done
}

# The command's program: a file here, else one of the stage or busybox, else found in PATH here.
image_command() {
	local root=$1 name=$2 found
	case $name in
	*/*)
		if [ -f "$name" ]; then
			name=$(realpath -s "$name")
			image_take "$root" "$name"
		elif [ ! -e "$root$name" ]; then
			die "'$name' is neither a file here nor one of the staged tree"
		fi
		;;
	*)
		found=$(cd "$root" && ls -d {usr/local/,usr/,}{s,}bin/"$name" 2>/dev/null) || true
		if [ -z "$found" ] && [[ $'\n'$(busybox --list)$'\n' != *$'\n'"$name"$'\n'* ]]; then
			found=$(command -v -- "$name" || true)
			case $found in
			/*) image_take "$root" "$found" ;;
			*) die "no command '$name': not staged, not in busybox, not on this machine" \
				"AMDFENCE_BUILD=FOLDER takes amdfence along from the folder where it was built" ;;
			esac
		fi
		;;
	esac
	command[0]=$name
}

# image_make FILE: the initramfs; reads command, with, user, shell
image_make() {
	local root=$lab_tmp/root file
	mkdir -p "$root"/{bin,dev,etc,lab,proc,sys,tmp,run,usr/bin}
	cp "$(command -v busybox)" "$root/bin/busybox"
	install -m 0755 "$lab_dir/guest/init" "$root/init"
	printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/tmp:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
	image_stage "$root"
	for file in "${with[@]}"; do
		if [ ! -e "$file" ]; then die "--with: no file '$file'"; fi
		file=$(realpath -s "$file")
		if [ -d "$file" ]; then
			mkdir -p "$root$file" && cp -a "$file/." "$root$file"
		else
			image_take "$root" "$file"
		fi
	done
	if [ "$shell" = 1 ]; then
		: >"$root/lab/shell"
	else
		image_command "$root" "${command[0]}"
		printf 'exec %s\n' "$(quote "${command[@]}")" >"$root/lab/command"
	fi
	printf '%s\n' "$user" >"$root/lab/user"
	image_env >"$root/lab/env"
	# libdrm_amdgpu complains on standard error without its table of names
	if [ -n "$(find "$root" -name 'libdrm_amdgpu.so*')" ] && [ -e /usr/share/libdrm/amdgpu.ids ]; then
		image_take "$root" /usr/share/libdrm/amdgpu.ids
	fi
	(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0) >"$1"
}

# What the guest's processes see of our environment: where the libraries are, sanitizer options.
image_env() {
	local name
	if [ -n "$image_libs" ]; then
		printf 'export LD_LIBRARY_PATH=%s\n' "$(quote "${image_libs//$stage/}")"
	fi
	for name in $(compgen -e | grep -E '^[A-Z]*SAN_OPTIONS$' || true); do
		printf 'export %s=%s\n' "$name" "$(quote "${!name}")"
	done
}
