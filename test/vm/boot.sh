#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs a script as root under Debian's own kernel, in a virtual machine of two processors (qemu; without /dev/kvm it
# emulates) whose file system is an initramfs of this machine's programs: cgroup v2 with every controller, whatever the
# machine itself mounts.
#
#   test/vm/boot.sh SCRIPT [PROGRAM...]   SCRIPT is below test/; the programs are there in the guest, with their libraries
#   SCRIM_VM_SYSTEMD=1 test/vm/boot.sh …  with systemd as the guest's first process (test/vm/systemd.sh)
#
# Prints what the script prints, and ends with its status; 77 and the reason if there is no machine to be had.
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
SCRIM=${SCRIM:-$repository/build/release/launcher/scrim}
script=$(realpath "$1")
shift

missing() { echo "$1" && exit 77; }
[ -x "$SCRIM" ] || missing "no program at $SCRIM"
command -v qemu-system-x86_64 >/dev/null || missing "no qemu-system-x86_64 here"
command -v cpio >/dev/null || missing "no cpio here"
kernel=$(ls -v /boot/vmlinuz-*-amd64 2>/dev/null | tail -n 1)
[ -n "$kernel" ] || missing "no kernel image in /boot (packaging/install-deps.sh --test installs one)"

work=$(mktemp -d /tmp/scrim-vm.XXXXXX)
qemu=
# shellcheck disable=SC2317 # called by trap
clean() {
  [ -z "$qemu" ] || kill -KILL "$qemu" 2>/dev/null
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM

# With /bin and /lib as links into /usr, as Debian has them.
root=$work/root
mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},dev,proc,sys,run,tmp,etc,root,var/tmp}
for link in bin sbin lib lib64; do ln -s "usr/$link" "$root/$link"; done

# add FILE: at the same place there, and the libraries that it names.
add() {
  local file=$1 library
  [ ! -e "$root$file" ] || return 0
  mkdir -p "$root$(dirname "$file")"
  cp -L --preserve=mode "$file" "$root$file" || exit 1
  for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*'); do add "$library"; done
}
for program in bash busybox jq cpio ldd awk basename cat chmod chown chroot comm cp cut date dd dirname env expr find grep head id \
  kill ln ls mkdir mkfifo mknod mktemp mount mountpoint mv od printf ps readlink realpath rm rmdir sed seq setpriv sleep \
  sort stat tail tee timeout touch tr true false tty umount uname uniq unshare wc xargs "$@"; do
  path=$(command -v "$program" 2>/dev/null) || path=
  [ -n "$path" ] || path=/usr/bin/$program
  # A shell's own word for a program (kill, true) is a file too.
  case $path in /*) ;; *) path=/usr/bin/$program ;; esac
  [ -e "$path" ] || missing "no $program here"
  add "$(realpath -s "$path")"
done
ln -sf bash "$root/usr/bin/sh"
# Wherever the repository is here: below the guest's own /tmp, or in a folder that the guest does not know.
mkdir "$root/repository"
cp -a "$repository/test" "$root/repository/"
mkdir -p "$root/usr/local/bin"
strip -o "$root/usr/local/bin/scrim" "$SCRIM" 2>/dev/null || cp "$SCRIM" "$root/usr/local/bin/scrim"
echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
echo root:x:0: >"$root/etc/group"
cp "$here/init" "$root/init"
if [ -n "${SCRIM_VM_SYSTEMD:-}" ]; then
  [ -x /usr/lib/systemd/systemd ] && command -v dbus-daemon >/dev/null || missing "no systemd and dbus here"
  # shellcheck source=test/vm/systemd.sh
  source "$here/systemd.sh"
fi
(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initramfs" || exit 1

# The last line that init prints has the script's status; without one the guest did not come to its end.
timeout -k 5 "${limit:-300}" qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 768 -no-reboot \
  -nodefaults -display none -serial "file:$work/said" \
  -kernel "$kernel" -initrd "$work/initramfs" -append "console=ttyS0 ${SCRIM_VM_LOUD:-quiet loglevel=0} panic=-1 cgroup_no_v1=all scrim.script=/repository/${script#"$repository/"}" \
  </dev/null >"$work/qemu" 2>&1 &
qemu=$!
wait $qemu
qemu=
tr -d '\r' <"$work/said" | grep -a -v '^vm: status'
[ -z "${SCRIM_VM_LOUD:-}" ] || cat "$work/said"; status=$(tr -d '\r' <"$work/said" | sed -n 's/^vm: status //p' | tail -n 1)
if [ -z "$status" ]; then
  echo "FAIL ${script##*/}: the guest did not come to its end: $(tail -n 3 "$work/qemu" | tr '\n' ' ')"
  exit 1
fi
exit "$status"
