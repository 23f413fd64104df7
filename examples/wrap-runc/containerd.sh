#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd with scrim in front of runc, on a daemon of its own. ctr's --runc-binary is what BinaryName in
# containerd.toml is for pods. Which default RuntimeDefault is, and what is delegated to whom, is in a configuration
# file.
source "$(dirname "$0")/../../test/engines/lib.sh"
begin containerd ctr /usr/bin/busybox runc
here=$(cd "$(dirname "$0")" && pwd)

same "containerd.toml is one that containerd reads" scrim "$(
  containerd --config "$here/containerd.toml" config dump 2>/dev/null |
    grep -oP '^ *\[plugins\."io\.containerd\.grpc\.v1\.cri"\.containerd\.runtimes\.\Kscrim(?=\]$)'
)"
make_wrapper "$work/scrim" --config "$here/scrim.json"
start_containerd
make_rootfs "$work/rootfs"
deny_mkdir_profile "$work/own.json"
run() { ctr run --rm --runc-binary "$work/scrim" --rootfs "$@" 2>&1; }

same "ctr run --seccomp: containerd's default" "Seccomp:	2" \
  "$(run --seccomp "$work/rootfs" c1 /bin/grep Seccomp: /proc/self/status)"
same "… without: unconfined" "Seccomp:	0" "$(run "$work/rootfs" c2 /bin/grep Seccomp: /proc/self/status)"
same "… an annotation adds a profile where there is none" "Seccomp:	2" \
  "$(run --annotation run.scrim.profile=RuntimeDefault "$work/rootfs" c3 /bin/grep Seccomp: /proc/self/status)"
matches "… a profile of one's own" "Operation not supported" \
  "$(run --seccomp --seccomp-profile "$work/own.json" "$work/rootfs" c4 /bin/mkdir /tmp/made)"
finish
