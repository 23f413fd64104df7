#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a review found, each with what could happen.
source "$(dirname "$0")/../engines/lib.sh"
begin jq busybox
make_rootfs "$work/rootfs"
mkdir "$work/state"
cp "$SCRIM" "$work/scrim" # a program of the test's own: one test tries to overwrite it
program=$work/scrim

scrim() { timeout 20 "$program" --root "$work/state" "$@"; }

# bundle NAME [FILTER]: a container of busybox, changed by a jq program.
bundle() {
  mkdir -p "$work/$1"
  jq -n --arg root "$work/rootfs" '{
    ociVersion: "1.0.2",
    process: {user: {uid: 0, gid: 0}, args: ["true"], env: ["PATH=/bin"], cwd: "/",
              capabilities: {bounding: [], effective: [], permitted: []}},
    root: {path: $root, readonly: true},
    mounts: [{destination: "/proc", type: "proc", source: "proc"}],
    linux: {namespaces: [{type: "pid"}, {type: "mount"}]}
  } | '"${2:-.}" >"$work/$1/config.json"
}
# run NAME [OPTION...]: what the container of that bundle says.
run() { scrim run --bundle "$work/$1" "${@:2}" "$1" 2>&1; }
pid_of() { scrim state "$1" | jq .pid; }
is_listed() { scrim list -q | grep -qx "$1"; }
status_is() { [ "$(scrim state "$1" | jq -r .status)" = "$2" ]; }

# ---- linux.cgroupsPath of somebody else: the failed start killed whoever was in it
victims=$(grep -E ' - cgroup2? ' /proc/self/mountinfo | cut -d' ' -f5 | grep -E '/pids$|/cgroup$|/unified$' | head -1)
if mkdir "$victims/scrim-review.$$"; then
  sleep 300 &
  victim=$!
  started+=("$victim")
  echo "$victim" >"$victims/scrim-review.$$/cgroup.procs"
  bundle used ".linux.cgroupsPath = \"/scrim-review.$$\""
  matches "a cgroup in use is refused" "process\(es\) already" "$(run used)"
  sleep 0.2
  same "a refused start leaves the processes of the cgroup alone" "$victim" \
    "$(cat "$victims/scrim-review.$$/cgroup.procs")"
  kill "$victim"
  wait "$victim" 2>/dev/null
  rmdir "$victims/scrim-review.$$"
fi

# ---- CVE-2024-21626: our directories of the host, through /proc/self/fd, as a way to the host's programs
escapes=
for fd in $(seq 3 12); do
  bundle escape ".process.args = [\"/proc/self/fd/$fd/..$work/rootfs/bin/busybox\", \"echo\", \"from the host\"]"
  run escape | grep -q "from the host" && escapes+=" $fd"
  bundle escape ".process.args = [\"/proc/self/fd/$fd/../rootfs/bin/busybox\", \"echo\", \"from the host\"]"
  run escape --preserve-fds 9 | grep -q "from the host" && escapes+=" $fd"
done
same "no descriptor of ours leads out of the root" "" "$escapes"

# ---- CVE-2019-5736: the runtime's program, got hold of through /proc/PID/exe, overwritten when it does not run
before=$(cksum <"$program")
bundle waiting
scrim create --bundle "$work/waiting" waiting >/dev/null
exec 9<"/proc/$(pid_of waiting)/exe"
scrim delete --force waiting
(echo overwritten >/proc/self/fd/9) 2>/dev/null
exec 9<&-
same "who got hold of our program in a container cannot write to it" "$before" "$(cksum <"$program")"

finish
