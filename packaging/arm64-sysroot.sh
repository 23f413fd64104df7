#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks what scrim is built with and run with on arm64, from Debian 12's own packages, into build/sysroot-arm64:
# libraries for the compiler of arm64.cmake, and a kernel and programs for the guest of test/vm/boot.sh. Nothing is
# installed and no script of a package runs: the machine's dpkg need not know another architecture (busybox-static and
# libyaml-cpp-dev of two exclude each other), and apt has lists of its own for it. Idempotent; some 10 s, 60 MB.
set -eu -o pipefail
sysroot=$(cd "$(dirname "$0")/.." && pwd)/build/sysroot-arm64

packages="libseccomp-dev libcap-dev libyaml-cpp-dev
          bash busybox-static jq cpio mawk coreutils findutils grep sed procps util-linux mount libc-bin diffutils strace
          linux-libc-dev-armhf-cross"
[ "$(cat "$sysroot/.packages" 2>/dev/null)" != "$packages" ] || exit 0
rm -rf "$sysroot"
apt=$sysroot/.apt
mkdir -p "$apt"/{lists,archives}/partial

# An architecture's worth of apt, which knows of no installed package.
options=(-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State="$apt" -o Dir::State::status=/dev/null
  -o Dir::Cache="$apt" -o APT::Sandbox::User=root -o APT::Install-Recommends=false -o Acquire::Languages=none
  -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success= -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
apt-get "${options[@]}" update
# shellcheck disable=SC2086
apt-get "${options[@]}" -y --download-only install $packages
# The newest kernel, without what one would need in order to install it.
kernel=$(apt-cache "${options[@]}" depends linux-image-cloud-arm64 | sed -n 's/^ *Depends: //p')
(cd "$apt/archives" && apt-get "${options[@]}" download "$kernel")

# With /bin, /sbin and /lib as links into /usr, as an installed Debian 12 has them.
for folder in bin sbin lib; do mkdir -p "$sysroot/usr/$folder" && ln -s "usr/$folder" "$sysroot/$folder"; done
for package in "$apt"/archives/*.deb; do
  # The guest has what the kernel has built in.
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$sysroot" --keep-directory-symlink --exclude='./lib/modules' \
    --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale'
done
ln -sf mawk "$sysroot/usr/bin/awk" # what its package's script does
rm -rf "$apt"
echo "$packages" >"$sysroot/.packages"
