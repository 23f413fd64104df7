#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the time of one `scrim run` goes, from the kernel's trace of its system calls (tracefs, raw_syscalls): medians
# of each step over several starts of the container of launch.sh, in µs. Tracing adds about a microsecond a call. Needs
# root and a quiet machine.
#
#   test/bench/start_trace.sh [RUNS]          the steps; 20 runs if not said
#   test/bench/start_trace.sh --calls         every call of one start: when, how long, which process, which call
set -eu
[ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }
repository=$(cd "$(dirname "$0")/../.." && pwd)
scrim=${SCRIM:-$repository/build/release/launcher/scrim}
[ -x "$scrim" ] || { echo "$0: no program at $scrim: cmake --preset release && cmake --build build/release" >&2; exit 1; }
work=$(mktemp -d /tmp/scrim-bench.XXXXXX)
# On a tmpfs, as /run is.
state=$(mktemp -d /dev/shm/scrim-bench.XXXXXX)
tracing=$work/tracing
mkdir "$tracing" "$work/rootfs" "$work/rootfs/bin"
mount -t tracefs tracefs "$tracing"
trace=$tracing/instances/scrim-bench-$$
mkdir "$trace"
cleanup() {
  rmdir "$trace"
  umount "$tracing"
  rm -rf --one-file-system "$work" "$state"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/true"
jq --arg rootfs "$work/rootfs" --arg cgroup "/scrim-bench-$$" \
  '.root.path = $rootfs | .linux.cgroupsPath = $cgroup | .process.terminal = false' \
  "$repository/test/integration/data/dockerd-config.json" >"$work/config.json"

echo mono >"$trace/trace_clock"
echo 1 >"$trace/options/event-fork"
echo 1 >"$trace/events/raw_syscalls/enable"
traced() { # FILE
  echo >"$trace/trace"
  # shellcheck disable=SC2016 # expanded by the inner shell
  sh -c 'echo $$ >"$0/set_event_pid"; exec "$@"' "$trace" "$scrim" --root "$state" run --bundle "$work" "bench-$$" >/dev/null
  cat "$trace/trace" >"$1"
}
traced "$work/warm"
if [ "${1:-}" = --calls ]; then
  traced "$work/1.trace"
  python3 "$repository/test/bench/start_trace.py" --calls "$work/1.trace"
  exit
fi
for ((run = 1; run <= ${1:-20}; ++run)); do traced "$work/$run.trace"; done
python3 "$repository/test/bench/start_trace.py" "$work"/*.trace
