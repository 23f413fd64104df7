#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs a script as root under Debian's own kernel, in a virtual machine of two processors (qemu; without /dev/kvm it
# emulates) whose file system is an initramfs of this machine's programs: cgroup v2 with every controller, whatever the
# machine itself mounts.
#
#   test/vm/boot.sh SCRIPT [PROGRAM...]   SCRIPT is below test/; the programs are there in the guest, with their libraries
#   SCRIM_VM_SYSTEMD=1 test/vm/boot.sh …  with systemd as the guest's first process (test/vm/systemd.sh)
#   SCRIM_VM_ARCH=arm64 test/vm/boot.sh … an arm64 guest, of what packaging/arm64-sysroot.sh unpacked
#   SCRIM_VM_WITH=DIRECTORY …             which is /with there
#   SCRIM_VM_MODULES="NAME…" …            with these modules of the kernel, loaded (those that it has built in are no error)
#
# Prints what the script prints, and ends with its status; 77 and the reason if there is no machine to be had.
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
arch=${SCRIM_VM_ARCH:-amd64}
script=$(realpath "$1")
shift

missing() { echo "$1" && exit 77; }
case $arch in
  amd64)
    machine=(qemu-system-x86_64 -M q35 -cpu max) console=ttyS0
    SCRIM=${SCRIM:-$repository/build/release/launcher/scrim}
    files= # where the guest's programs and kernel are here
    origin="packaging/install-deps.sh --test installs one"
    ;;
  arm64)
    # Pointer authentication with the architecture's own cipher takes half of an emulated guest's time.
    machine=(qemu-system-aarch64 -M virt -cpu "max,pauth-impdef=on") console=ttyAMA0
    SCRIM=$repository/build/arm64/launcher/scrim
    files=$repository/build/sysroot-arm64
    origin="packaging/arm64-sysroot.sh unpacks one"
    ;;
  *) missing "no guest of architecture $arch is known here" ;;
esac
[ -x "$SCRIM" ] || missing "no program at $SCRIM"
command -v "${machine[0]}" >/dev/null || missing "no ${machine[0]} here"
command -v cpio >/dev/null || missing "no cpio here"
kernel=$(ls -v "$files"/boot/vmlinuz-*-"$arch" 2>/dev/null | tail -n 1)
[ -n "$kernel" ] || missing "no kernel image in $files/boot ($origin)"

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

# libraries FILE: those that it names, and what loads them. Another architecture's ldd does not run here.
libraries() {
  if [ -z "$files" ]; then
    ldd "$1" 2>/dev/null | grep -o '/[^ ]*'
  else
    readelf -W -l -d "$files$1" 2>/dev/null |
      sed -n -e 's,.*interpreter: \(.*\)\],\1,p' -e 's,.*(NEEDED).*\[\(.*\)\],/usr/lib/aarch64-linux-gnu/\1,p'
  fi
}
# add FILE: at the same place there, and its libraries.
add() {
  local file=$1 library
  [ ! -e "$root$file" ] || return 0
  mkdir -p "$root$(dirname "$file")"
  cp -L --preserve=mode "$files$file" "$root$file" || exit 1
  for library in $(libraries "$file"); do add "$library"; done
}
# place PROGRAM: where it is among the guest's files.
place() {
  local path
  path=$(PATH=${files:+$files/usr/bin:$files/usr/sbin:}$PATH command -v "$1" 2>/dev/null) || path=
  path=${path#"$files"}
  # A shell's own word for a program (kill, true) is a file too.
  case $path in /*) ;; *) path=/usr/bin/$1 ;; esac
  realpath -s "$path"
}
for program in bash busybox jq cpio ldd awk basename cat chmod chown chroot comm cp cut date dd dirname env expr find grep head id \
  kill ln ls mkdir mkfifo mknod mktemp mount mountpoint mv od printf ps readlink realpath rm rmdir sed seq setpriv sleep \
  sort stat tail tee timeout touch tr true false tty umount uname uniq unshare wc xargs "$@"; do
  path=$(place "$program")
  [ -e "$files$path" ] || missing "no $program here"
  add "$path"
done
ln -sf bash "$root/usr/bin/sh"
# Wherever the repository is here: below the guest's own /tmp, or in a folder that the guest does not know.
mkdir "$root/repository"
cp -a "$repository/test" "$root/repository/"
[ -z "${SCRIM_VM_WITH:-}" ] || cp -a "$SCRIM_VM_WITH" "$root/with" || exit 1
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
# In the order in which they can be loaded; test/vm/init does it.
for module in ${SCRIM_VM_MODULES:-}; do
  said=$(modprobe -S "${kernel##*/vmlinuz-}" ${files:+-d "$files"} --show-depends "$module" 2>&1) || missing "no module $module: $said"
  for file in $(sed -n 's/^insmod \([^ ]*\).*/\1/p' <<<"$said"); do
    file=${file#"$files"}
    add "$file"
    echo "$file" >>"$root/modules"
  done
done
(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initramfs" || exit 1

# The last line that init prints has the script's status; without one the guest did not come to its end.
timeout -k 5 "${limit:-300}" "${machine[@]}" -accel tcg,thread=multi -smp 2 -m 768 -no-reboot \
  -nodefaults -display none -serial "file:$work/said" \
  -kernel "$kernel" -initrd "$work/initramfs" -append "console=$console ${SCRIM_VM_LOUD:-quiet loglevel=0} panic=-1 cgroup_no_v1=all scrim.script=/repository/${script#"$repository/"}" \
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
