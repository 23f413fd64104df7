# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts above it, after test/engines/lib.sh: bundles whose only program is one of this directory.
#
#   prepare [agent]        $work/rootfs with /probe, also as $work/probe, and $work/agent; $work/settings.json ({})
#   bundle NAME [FILTER [PROFILE]]  $work/NAME with a config.json: FILTER (jq) applied to a container of /probe, in
#                          which $profile is what the file PROFILE says
#   scrim ...              the program under test, with state below $work
#   container NAME ARGS... runs $work/NAME with the probes ARGS, and prints what they say

programs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

prepare() {
  chmod 755 "$work"
  mkdir -p "$work/rootfs/"{proc,dev,tmp}
  cc -O1 -static -nostdlib -ffreestanding -fno-stack-protector -o "$work/probe" "$programs/probe.c" || {
    fail "compile probe.c" "cc said so"
    finish
  }
  cp "$work/probe" "$work/rootfs/probe"
  [ "${1:-}" != agent ] || cc -O1 -static -o "$work/agent" "$programs/agent.c"
  echo '{}' >"$work/settings.json"
}

bundle() {
  mkdir -p "$work/$1"
  jq -n --arg root "$work/rootfs" --slurpfile profiles "${3:-$work/settings.json}" '$profiles[0] as $profile | {
    ociVersion: "1.0.2",
    process: {user: {uid: 0, gid: 0}, args: ["/probe", "status", "fds"], env: ["PATH=/"], cwd: "/",
              capabilities: {bounding: [], effective: [], permitted: []}, noNewPrivileges: false},
    root: {path: $root, readonly: true},
    mounts: [{destination: "/proc", type: "proc", source: "proc"}],
    linux: {namespaces: [{type: "pid"}, {type: "mount"}, {type: "ipc"}, {type: "uts"}]}
  } | '"${2:-.}" >"$work/$1/config.json"
}

scrim() { "$SCRIM" --root "$work/state" --config "${settings:-$work/settings.json}" "$@"; }

container() {
  local name=$1 file
  shift
  if [ $# -gt 0 ]; then
    file=$(jq --args '.process.args = ["/probe"] + $ARGS.positional' "$@" <"$work/$name/config.json")
    printf '%s\n' "$file" >"$work/$name/config.json"
  fi
  scrim run --bundle "$work/$name" "$name" 2>&1
}
