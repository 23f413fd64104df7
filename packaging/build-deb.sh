#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds scrim's Debian package: packaging/build-deb.sh [DIRECTORY] writes scrim_VERSION_ARCHITECTURE.deb there (default:
# build/) and says its name. What it needs: packaging/install-deps.sh, python3, dpkg-dev and file.
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-$repository/build}
mkdir -p "$target"
target=$(cd "$target" && pwd)
cd "$repository"
# The day of the last commit, so that the same source makes the same package.
if [ -z "${SOURCE_DATE_EPOCH:-}" ] && day=$(git log -1 --format=%ct 2>/dev/null); then export SOURCE_DATE_EPOCH="$day"; fi
{
  # A build of its own: scrim knows where its helper programs are installed.
  cmake --preset release -B build/deb -DCMAKE_INSTALL_PREFIX=/usr
  cmake --build build/deb --target all documents
  umask 022
  (cd build/deb && cpack -G DEB -B "$target")
} >"$target/build-deb.log" 2>&1 || { tail -n 30 "$target/build-deb.log" >&2; exit 1; }
rm -rf "$target/_CPack_Packages"
ls -t "$target"/scrim_*.deb | head -n 1
