# SPDX-License-Identifier: MIT
# Sourced: boots a kernel with an initramfs in QEMU, within a time limit, and leaves nothing behind.
# shellcheck shell=bash disable=SC2154

# /dev/kvm may exist and yet not run an ordinary guest: try once per boot of this machine.
guest_accel() {
	local verdict log=$lab_tmp/kvm.log
	verdict=$lab_cache/kvm-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$verdict" ]; then
		rm -f "$lab_cache"/kvm-*
		echo tcg >"$lab_tmp/kvm"
		if [ -w /dev/kvm ] && timeout -k 1 5 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults \
			-display none -no-reboot -serial "file:$log" -kernel "$1/bzImage" \
			-append 'console=ttyS0 panic=-1' </dev/null >/dev/null 2>&1 && grep -q 'Kernel panic' "$log"; then
			echo kvm >"$lab_tmp/kvm"
		fi
		mv "$lab_tmp/kvm" "$verdict"
	fi
	cat "$verdict"
}

# guest_boot KERNEL_DIR INITRAMFS LOG: 0 if QEMU ended by itself, 124 on the time limit
guest_boot() {
	local kernel_dir=$1 initramfs=$2 log=$3 accel rc=0 port
	accel=$(guest_accel "$kernel_dir")
	local args=(
		-accel "$accel" -cpu "$([ "$accel" = kvm ] && echo host || echo max)" -smp 2 -m "$memory"
		-nodefaults -display none -no-reboot
		-object memory-backend-ram,id=vram,size=256M,share=on
		-device ivshmem-plain,memdev=vram
		-kernel "$kernel_dir/bzImage" -initrd "$initramfs"
		# emulated on a busy machine, the timer may tick too late for the check at boot, which panics
		-append "console=ttyS0 panic=-1 printk.time=1 no_timer_check amdgpu.user_queue=1 $append"
	)
	if [ "$shell" = 1 ]; then
		timeout --foreground -k 2 "$timeout" qemu-system-x86_64 "${args[@]}" \
			-chardev "stdio,id=tty,signal=off,logfile=$log" -serial chardev:tty || rc=$?
		return $rc
	fi
	args+=(-chardev "file,id=log,path=$log" -serial chardev:log -device virtio-serial-pci)
	for port in out err status; do
		mkfifo "$lab_tmp/$port"
		args+=(-chardev "file,id=$port,path=$lab_tmp/$port" -device "virtserialport,chardev=$port,name=$port")
	done
	# each pipe's reader ends with QEMU, its only writer
	cat "$lab_tmp/out" >&1 &
	readers=$!
	cat "$lab_tmp/err" >&2 &
	readers+=" $!"
	cat "$lab_tmp/status" >"$lab_tmp/exit" &
	readers+=" $!"
	# should this shell be killed outright, the kernel ends timeout, and timeout ends QEMU
	start setpriv --pdeathsig TERM timeout -k 2 "$timeout" qemu-system-x86_64 "${args[@]}" \
		</dev/null >"$lab_tmp/qemu.log" 2>&1
	wait $lab_child || rc=$?
	lab_child=
	if [ $rc != 0 ] && [ $rc != 124 ] && [ -s "$lab_tmp/qemu.log" ]; then
		cat "$lab_tmp/qemu.log" >&2
	fi
	# QEMU may have failed before it opened them
	for port in out err status; do : <>"$lab_tmp/$port" >/dev/null; done
	# shellcheck disable=SC2086
	wait $readers
	return $rc
}
