#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long `scrim inspect --all` takes with so many containers of scrim, under three profiles in turns, and `profile diff`
# and `explain` beside it. Medians of hyperfine. As root, on a quiet machine.
#
#   test/bench/inspect_all.sh [CONTAINERS]        100 if not said
set -eu
[ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }
containers=${1:-100}
repository=$(cd "$(dirname "$0")/../.." && pwd)
scrim=${SCRIM:-$repository/build/release/launcher/scrim}
[ -x "$scrim" ] || { echo "$0: no program at $scrim: cmake --preset release && cmake --build build/release" >&2; exit 1; }
work=$(mktemp -d /tmp/scrim-bench.XXXXXX)
end() {
  for ((i = 0; i < containers; i++)); do "$scrim" --root "$work/state" delete --force "c$i" 2>/dev/null; done
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

mkdir -p "$work/rootfs/bin"
cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/sleep"
echo '{}' >"$work/settings.json"
profiles=(RuntimeDefault@docker RuntimeDefault@containerd RuntimeDefault@podman)
for ((i = 0; i < containers; i++)); do
  mkdir "$work/c$i"
  profile=${profiles[i % 3]}
  [ -e "$work/$profile.json" ] || "$scrim" profile show --format oci "$profile" >"$work/$profile.json"
  jq --arg rootfs "$work/rootfs" --arg cgroup "/scrim-bench-$$/c$i" --slurpfile profile "$work/$profile.json" \
    '.root.path = $rootfs | .linux.cgroupsPath = $cgroup | .process.terminal = false
     | .process.args = ["sleep", "1000"] | .linux.seccomp = $profile[0]' \
    "$repository/test/integration/data/dockerd-config.json" >"$work/c$i/config.json"
  "$scrim" --root "$work/state" --config "$work/settings.json" create --bundle "$work/c$i" "c$i" </dev/null >/dev/null 2>&1
  "$scrim" --root "$work/state" start "c$i"
done
timed() {
  hyperfine --warmup 2 --runs 20 --export-json "$work/times.json" -N "$*" >/dev/null 2>&1
  printf '%8.1f ms  %s\n' "$(jq '.results[0].median * 1000' "$work/times.json")" "${*#"$scrim" }"
}
lines=$("$scrim" --root "$work/state" inspect --all | grep -c '^scrim c')
echo "$lines containers are known:"
timed "$scrim" --root "$work/state" inspect --all
timed "$scrim" --root "$work/state" inspect c0
timed "$scrim" profile diff RuntimeDefault@docker RuntimeDefault@docker
timed "$scrim" profile explain RuntimeDefault keyctl
