#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SCRIM_VM_SETUP of test/vm/boot.sh: puts Debian's systemd and dbus into the guest, with the few units that it needs to
# run the test script as a service. $root is the guest's root; `add` and what is in scope are boot.sh's.
units=$root/usr/lib/systemd/system
mkdir -p "$units" "$root/etc/systemd/system" "$root/etc/dbus-1" "$root/usr/share/dbus-1" "$root/var/lib/dbus"
for file in /usr/lib/systemd/systemd /usr/bin/dbus-daemon /usr/bin/systemctl /usr/lib/systemd/systemd-shutdown; do add "$file"; done
for unit in basic.target sysinit.target sockets.target slices.target paths.target timers.target local-fs.target shutdown.target \
  umount.target final.target dbus.socket dbus.service; do cp "/usr/lib/systemd/system/$unit" "$units/"; done
cp -a /usr/share/dbus-1/system.conf /usr/share/dbus-1/system.d "$root/usr/share/dbus-1/"
cp /etc/passwd /etc/group "$root/etc/"
helper=$(dirname "$SCRIM")/systemd/scrim-systemd-cgroup
[ -x "$helper" ] || missing "no scrim-systemd-cgroup was built (no libsystemd-dev)"
mkdir -p "$root/usr/local/libexec/scrim"
cp "$helper" "$root/usr/local/libexec/scrim/" || exit 1
for library in $(ldd "$helper" | grep -o '/[^ ]*'); do add "$library"; done
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
cat >"$units/scrim-test.service" <<END
[Unit]
DefaultDependencies=no
Requires=dbus.service
After=dbus.service
[Service]
Type=oneshot
ExecStart=/bin/bash /run/test.sh
StandardOutput=tty
StandardError=inherit
TTYPath=/dev/console
END
cat >"$units/default.target" <<END
[Unit]
Requires=scrim-test.service
END
