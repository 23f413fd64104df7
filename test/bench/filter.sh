#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What filters cost, side by side in one run: scrim's, libseccomp's two arrangements, and those that crun and runc load,
# read back from running containers; for Docker's default profile as dockerd resolved it. Writes build/filter.md (the
# targets and the figures), build/filter.svg and build/filter.json, in about two minutes. x86_64, root, a quiet machine.
#
#   test/bench/filter.sh [ROUNDS]            of each container's start; 150 if not said
#   test/bench/filter.sh --publish [ROUNDS]  and puts table and plot into README.md and test/bench/filter.svg
set -eu
[ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }
[ "$(uname -m)" = x86_64 ] || { echo "$0: measures on x86_64 only" >&2; exit 1; }
if [ -z "${SCRIM_BENCH_IN_NAMESPACE:-}" ]; then
  # Without systemd's second hierarchy, which crun refuses: the same cgroups for all three.
  # shellcheck disable=SC2016 # expanded by the inner shell
  SCRIM_BENCH_IN_NAMESPACE=1 exec unshare --mount bash -c 'mount --make-rprivate /
    if mountpoint -q /sys/fs/cgroup/unified; then umount -l /sys/fs/cgroup/unified; fi
    exec "$@"' sh bash "$0" "$@"
fi
publish=
if [ "${1:-}" = --publish ]; then publish=1 && shift; fi
rounds=${1:-150}
repository=$(cd "$(dirname "$0")/../.." && pwd)
cd "$repository"
build=$repository/build/bench
for program in crun runc jq python3 busybox cc; do
  command -v $program >/dev/null || { echo "$0: no $program here: packaging/install-deps.sh --test" >&2; exit 1; }
done
cmake --preset release -B "$build" -DSCRIM_BENCH=ON >/dev/null
cmake --build "$build" --target scrim filter_bench >"$build/build.log" || { tail -n 30 "$build/build.log" >&2; exit 1; }
scrim=$build/launcher/scrim
bench=$build/test/bench/filter_bench
cc -O -Wall -Wextra -o "$build/read_filter" test/bench/read_filter.c

work=$(mktemp -d /tmp/scrim-bench.XXXXXX)
# On a tmpfs, as /run is.
state=$(mktemp -d /dev/shm/scrim-bench.XXXXXX)
runtime_of() { case $1 in scrim) echo "$scrim" ;; *) command -v "$1" ;; esac; }
cleanup() {
  for name in scrim crun runc; do
    "$(runtime_of $name)" --root "$state/$name" delete --force "filter-bench-$$-$name" 2>/dev/null || true
  done
  rm -rf --one-file-system "$work" "$state"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# The config.json that Docker wrote for a container, the same without its profile, and one that stays.
captured=$repository/test/integration/data/dockerd-config.json
mkdir -p "$work/rootfs/bin"
cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/true"
ln -s busybox "$work/rootfs/bin/sleep"
for kind in docker none sleep; do
  mkdir "$work/$kind"
  jq --arg rootfs "$work/rootfs" --arg cgroup "/scrim-bench-$$" --arg kind $kind \
    '.root.path = $rootfs | .linux.cgroupsPath = $cgroup | .process.terminal = false
     | if $kind == "none" then del(.linux.seccomp) elif $kind == "sleep" then .process.args = ["sleep", "60"] else . end' \
    "$captured" >"$work/$kind/config.json"
done

echo "reading the filters of running containers" >&2
loaded=()
for name in scrim crun runc; do
  runtime=$(runtime_of $name) id=filter-bench-$$-$name
  "$runtime" --root "$state/$name" run --detach --bundle "$work/sleep" "$id" </dev/null >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  pid=$("$runtime" --root "$state/$name" state "$id" | jq .pid)
  # runc: the filter is there before execve of the program, which is when it counts.
  for _ in $(seq 100); do
    [ "$(cat "/proc/$pid/comm")" = sleep ] && break
    sleep 0.05
  done
  "$build/read_filter" "$pid" >"$work/$name.bpf"
  "$runtime" --root "$state/$name" delete --force "$id" >/dev/null 2>&1
  loaded+=("$name=$work/$name.bpf")
done
jq .linux.seccomp "$captured" >"$work/profile.json"
"$scrim" profile compile "$work/profile.json" | cmp - "$work/scrim.bpf" ||
  { echo "$0: what scrim loads is not what scrim profile compile writes" >&2; exit 1; }

echo "measuring filters" >&2
"$bench" filters "$work/docker/config.json" "${loaded[@]:1}" >"$work/filters.json"
echo "starting containers, $rounds rounds" >&2
for name in scrim crun runc; do
  for kind in docker none; do
    echo "$(runtime_of $name) --root $state/$name run --bundle $work/$kind filter-bench-$$-$name"
  done
done | "$bench" starts "$rounds" >"$work/starts.json"

jq -n --slurpfile filters "$work/filters.json" --slurpfile starts "$work/starts.json" \
  --arg machine "$(uname -srm), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)" \
  --arg crun "$(crun --version | head -n 1 | cut -d' ' -f3)" --arg runc "$(runc --version | head -n 1 | cut -d' ' -f3)" \
  --arg libseccomp "$(dpkg-query -W -f '${Version}' libseccomp-dev | cut -d- -f1)" '
  {$machine, versions: {$crun, $runc, $libseccomp}, filters: $filters[0],
   starts: ([["scrim", "crun", "runc"] | to_entries[] | {key: .value, value: {with: $starts[0][.key * 2], without: $starts[0][.key * 2 + 1]}}] | from_entries)}' \
  >build/filter.json
python3 test/bench/filter_report.py build/filter.json build/filter.md build/filter.svg
cat build/filter.md
if [ -n "$publish" ]; then
  cp build/filter.svg test/bench/filter.svg
  # Between the two marks of README.md.
  awk -v table=build/filter.md '/<!-- end of filter.sh -->/ { skip = 0 } !skip { print }
    /<!-- test\/bench\/filter.sh --publish -->/ { skip = 1; while ((getline line <table) > 0) print line }' README.md >"$work/README.md"
  cp "$work/README.md" README.md
fi
