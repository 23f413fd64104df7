#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what scrim is built and tested with, from Debian 12's own packages
# and nothing else. Idempotent; needs root.
#
#   packaging/install-deps.sh             what the build needs
#   packaging/install-deps.sh --examples  and a root file system for examples/
#   packaging/install-deps.sh --test      and what test/run.sh drives: engines,
#                                         other runtimes, measuring tools; with
#                                         arm64-sysroot.sh, for a guest of arm64
set -eu

build="g++ cmake ninja-build ccache pkg-config
       libseccomp-dev libcap-dev rapidjson-dev libspdlog-dev libfmt-dev libcli11-dev
       libsystemd-dev libyaml-cpp-dev"
examples="busybox-static"
test="catch2 clang clang-format clang-tidy
      runc crun containerd docker.io podman golang-github-containers-common
      conmon uidmap apparmor bubblewrap nginx-light golang-go
      strace jq iproute2 python3 python3-grpcio python3-protobuf python3-websocket hyperfine procps util-linux git ca-certificates
      man-db mandoc zsh fish dpkg-dev file
      qemu-system-x86 linux-image-cloud-amd64 cpio
      qemu-system-arm g++-aarch64-linux-gnu
      criu iptables kmod"

wanted=$build
case ${1-} in
  '') ;;
  --examples) wanted="$build $examples" ;;
  --test) wanted="$build $examples $test" ;;
  *) echo "usage: $0 [--examples | --test]" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
    missing="$missing $package"
done
sysroot() {
  [ "${1-}" = --test ] || return 0
  "$(dirname "$0")/arm64-sysroot.sh" || echo "$0: no sysroot of arm64: test/integration/arm64.sh will be skipped" >&2
}
[ -n "$missing" ] || { sysroot "$@"; exit 0; }

[ "$(id -u)" = 0 ] || { echo "$0: needs root to install:$missing" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# No service is started: the tests start the engines they drive, by themselves.
# (RUNLEVEL makes invoke-rc.d believe the system is being set up.)
# (INITRD=No: the kernel is for a virtual machine, test/vm, which has an initramfs of its own.)
# shellcheck disable=SC2086
RUNLEVEL=1 INITRD=No apt-get install -q -y --no-install-recommends $missing
sysroot "$@"
