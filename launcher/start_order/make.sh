#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Writes start_order.ld anew: which functions starts of containers run, in the order in which they are first needed.
# As root; takes some minutes.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
work=$(mktemp -d /tmp/scrim-order.XXXXXX)
state=$(mktemp -d /dev/shm/scrim-order.XXXXXX)
build=$repository/build/start_order
scrim=$repository/build/release/launcher/scrim
cleanup() {
  [ ! -e "$state/recorded" ] || "$scrim" --root "$state" delete --force recorded
  rm -rf --one-file-system "$work" "$state"
}
trap cleanup EXIT

build() {
  (cd "$repository" && cmake --preset release "-DSCRIM_START_ORDER=$1" >/dev/null)
  cmake --build "$repository/build/release" --target scrim
}
build OFF
cc -O2 -o "$work/record" "$here/record.c"

mkdir -p "$work/bundle/rootfs/bin" "$work/plain"
cp "$(command -v busybox)" "$work/bundle/rootfs/bin/busybox"
ln -s busybox "$work/bundle/rootfs/bin/true"
ln -s busybox "$work/bundle/rootfs/bin/sleep"
config() { # FILTER
  jq --arg rootfs "$work/bundle/rootfs" --arg cgroup "/scrim-order-$$" \
    ".root.path = \$rootfs | .linux.cgroupsPath = \$cgroup | .process.terminal = false | $1" \
    "$repository/test/integration/data/dockerd-config.json"
}
record() { "$work/record" "$scrim" --root "$state" "$@" >>"$work/recorded"; }
config . >"$work/bundle/config.json"
config 'del(.linux.seccomp)' >"$work/plain/config.json"
record run --bundle "$work/plain" recorded
record run --bundle "$work/bundle" recorded
config '.process.args = ["/bin/sleep", "100000"]' >"$work/bundle/config.json"
# What an engine's shim calls. create leaves a process behind, which record would wait for; it does what run does.
"$scrim" --root "$state" create --bundle "$work/bundle" recorded </dev/null >/dev/null 2>&1
record --log "$work/log" --log-format json start recorded
record state recorded >/dev/null
jq '.process | .args = ["/bin/true"]' "$work/bundle/config.json" >"$work/process.json"
record --log "$work/log" --log-format json exec --process "$work/process.json" recorded
record --log "$work/log" --log-format json kill recorded KILL
record --log "$work/log" --log-format json delete --force recorded

python3 "$here/order.py" "$scrim.map" "$work/recorded" >"$work/start_order.ld"
cp "$work/start_order.ld" "$here/start_order.ld"
build ON
sed -n 2p "$here/start_order.ld"
