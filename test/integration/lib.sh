# SPDX-License-Identifier: Apache-2.0
# Sourced by the container scripts beside it: bundles made from what `scrim spec` writes, and a look at what is left
# behind. Everything of a script carries its tag: its containers' environment, its cgroups, its directory in /tmp.
#
#   source "$(dirname "$0")/lib.sh"; begin_containers "$@"
#   bundle NAME [JQ]            makes $work/NAME; the program is sh -c "$script" if script is set
#   inside NAME SCRIPT [JQ]     makes it, runs it, prints all that it said
#   scrim …; background OUTPUT … the program, with state and configuration of its own
#   nothing_left NAME           no process, mount, cgroup, state or temporary file of ours is there
#   in_vm [PROGRAM...]          the rest of the script runs in a virtual machine with cgroup v2
source "$(dirname "${BASH_SOURCE[0]}")/../engines/lib.sh"

# In a mount namespace of its own, so that what others mount meanwhile is not taken for ours.
begin_containers() {
  if [ "$(id -u)" = 0 ] && [ -z "${SCRIM_TEST_PRIVATE_MOUNTS:-}" ]; then
    SCRIM_TEST_PRIVATE_MOUNTS=1 exec unshare -m --propagation private bash "$0" "$@"
  fi
  unset SCRIM_TEST_PRIVATE_MOUNTS
  begin busybox jq /usr/bin/busybox
  trap 'end_containers; cleanup' EXIT
  SCRIM=$(realpath "$SCRIM")
  tag=scrim-test-${work##*.}
  export SCRIM_TEST_TAG=$tag
  chmod 755 "$work"
  make_rootfs "$work/rootfs"
  # From inside, so that the links point to where busybox is for the container; those that are there stay.
  chroot "$work/rootfs" /bin/busybox --install -s /bin 2>/dev/null
  mkdir "$work/state" "$work/spec"
  echo '{}' >"$work/settings.json"
  "$SCRIM" spec --bundle "$work/spec" || fail "scrim spec" "it failed"
  mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)
  files_before=$(temporary_files)
}

# Bounded: a command that hangs is a failure, not the end of the tests.
scrim() { timeout -k 1 "${limit:-20}" "$SCRIM" --root "$work/state" --config "$work/settings.json" "$@"; }
# background OUTPUT ARGUMENT...: the same, not waited for; $pid is its process.
background() {
  : >"$1" # what an earlier one wrote is not to be taken for this one's
  "$SCRIM" --root "$work/state" --config "$work/settings.json" "${@:2}" </dev/null >"$1" 2>&1 &
  pid=$!
  started+=("$pid")
}
# ended: waits for $pid and returns its status; 124 if it does not end.
ended() {
  if ! wait_for 10 not_running "$pid"; then kill -KILL "$pid" && return 124; fi
  { wait "$pid"; } 2>/dev/null
}
not_running() { [ "$(cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null || echo Z)" = Z ]; }

temporary_files() { find /tmp /run /dev/shm -maxdepth 1 \( -name '*scrim*' -o -name '*handover*' \) ! -path "/tmp/scrim-*" | sort; }

# shellcheck disable=SC2016 # jq's variables
bundle() {
  mkdir -p "$work/$1"
  jq --arg root "$work/rootfs" --arg name "$1" --arg tag "$tag" --arg work "$work" --arg script "${script:-}" '
    .process.terminal = false | .root.path = $root | .linux.cgroupsPath = "/\($tag)/\($name)"
    | .process.env += ["CONTAINER_OF=\($tag)"]
    | if $script == "" then . else .process.args = ["sh", "-c", $script] end
    | '"${2:-.}" "$work/spec/config.json" >"$work/$1/config.json" || fail "bundle $1" "jq refuses $2"
}

inside() {
  local script=$2
  bundle "$1" "${3:-.}"
  scrim run --bundle "$work/$1" "$1" </dev/null 2>&1
}

is_status() { [ "$(scrim state "$2" 2>/dev/null | jq -r .status)" = "$1" ]; }

# Processes of our containers, and scrims that we started (whatever became of their parents).
our_processes() {
  local file pid
  for file in $(grep -lsz "^CONTAINER_OF=$tag$" /proc/[0-9]*/environ) \
    $(grep -lsz "^SCRIM_TEST_TAG=$tag$" /proc/[0-9]*/environ); do
    pid=${file#/proc/} pid=${pid%/environ}
    if grep -qsz "^CONTAINER_OF=$tag$" "$file" || [ "$(readlink "/proc/$pid/exe")" = "$SCRIM" ]; then
      [ "$(cut -d' ' -f3 "/proc/$pid/stat" 2>/dev/null)" = Z ] || echo "$pid"
    fi
  done | sort -nu
}
our_cgroups() { find /sys/fs/cgroup -mindepth 1 -maxdepth 5 -type d -path "*/$tag/*" 2>/dev/null; }

no_processes_left() { [ -z "$(our_processes)" ]; }

nothing_left() {
  local left=
  wait_for 5 no_processes_left || left+="processes $(our_processes | tr '\n' ' ');"
  [ -z "$(our_cgroups)" ] || left+=" cgroups $(our_cgroups | tr '\n' ' ');"
  [ -z "$(ls -A "$work/state")" ] || left+=" state $(ls -A "$work/state" | tr '\n' ' ');"
  [ "$(cut -d' ' -f5- /proc/self/mountinfo | sort)" = "$mounts_before" ] ||
    left+=" mounts $(diff <(echo "$mounts_before") <(cut -d' ' -f5- /proc/self/mountinfo | sort));"
  [ "$(temporary_files)" = "$files_before" ] || left+=" files $(temporary_files);"
  same "$1: nothing left behind" "" "$left"
}

# What a failed or interrupted test may have left, and the tag's own cgroup; before $work goes.
end_containers() {
  local id
  for id in $(ls "$work/state" 2>/dev/null); do timeout 20 "$SCRIM" --root "$work/state" delete --force "$id" 2>/dev/null; done
  find /sys/fs/cgroup -depth -type d -path "*/$tag*" -exec rmdir {} + 2>/dev/null
}

# in_vm [PROGRAM...]: what follows runs in a virtual machine of test/vm/boot.sh, with these programs too.
in_vm() {
  [ -z "${SCRIM_TEST_IN_VM:-}" ] || return 0
  local said status
  said=$(limit=${limit:-300} "$repository/test/vm/boot.sh" "$0" "$@")
  status=$?
  if [ $status = 77 ]; then skip "$(basename "$0" .sh)" "$said" && exit 0; fi
  echo "$said"
  exit $status
}
