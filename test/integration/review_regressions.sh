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
ln -sf busybox "$work/rootfs/bin/readlink"
scrim delete --force waiting
(echo overwritten >/proc/self/fd/9) 2>/dev/null
exec 9<&-
same "who got hold of our program in a container cannot write to it" "$before" "$(cksum <"$program")"

# ---- the lock, held for as long as `run` waits: `delete --force` and `start` waited with it
bundle foreground '.process.args = ["sleep", "60"]'
scrim run --bundle "$work/foreground" foreground >/dev/null 2>&1 &
foreground=$!
wait_for 5 status_is foreground running
matches "start of a running container is an error, at once" "it is running" "$(timeout 5 "$program" --root "$work/state" start foreground 2>&1)"
timeout 5 "$program" --root "$work/state" delete --force foreground
same "delete --force ends a container that run waits for" 0 $?
wait "$foreground"
same "run reports how the deleted container ended" 137 $?

# ---- no agent behind listenerPath: the process was left in a loop without end, as "created"
bundle no-agent '.process.args = ["sleep", "60"] | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
  listenerPath: "'"$work"'/nobody", syscalls: [{names: ["getcwd"], action: "SCMP_ACT_NOTIFY"}]}'
scrim create --bundle "$work/no-agent" no-agent >/dev/null
matches "start without the seccomp agent is an error" "$work/nobody" "$(scrim start no-agent 2>&1)"
wait_for 3 status_is no-agent stopped
same "start without the seccomp agent leaves the container as it was" created "$(scrim state no-agent | jq -r .status)"
scrim delete --force no-agent

# ---- descriptors 0 to 2 closed: our own got their numbers, and messages went into them
bundle closed '.process.args = ["sh", "-c", "for n in 0 1 2; do readlink /proc/self/fd/$n; done >/tmp/out"]
  | .mounts += [{destination: "/tmp", type: "bind", source: "'"$work"'/tmp", options: ["rbind"]}]'
mkdir "$work/tmp"
scrim run --bundle "$work/closed" closed <&- >&- 2>&-
same "closed standard streams are /dev/null" "/dev/null /tmp/out /dev/null" "$(tr '\n' ' ' <"$work/tmp/out" | sed 's/ $//')"

# ---- SIGCHLD ignored by the caller: "wait for a child process: No child processes", and 1
bundle status '.process.args = ["sh", "-c", "exit 7"]
  | .hooks = {createRuntime: [{path: "/bin/true"}], createContainer: [{path: "/bin/true"}]}'
(trap '' CHLD && exec "$program" --root "$work/state" run --bundle "$work/status" status)
same "exit status and hooks with SIGCHLD ignored" 7 $?

# ---- a pipe that belongs to root: no /dev/stdout for others
bundle user '.process.user = {uid: 1000, gid: 1000} | .process.args = ["sh", "-c", "echo hello >/dev/stdout"]
  | .mounts += [{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["mode=755"]}]'
same "a user's program can open /dev/stdout" hello "$(run user | cat)"

# ---- CVE-2019-19921: /proc as a link into what another container can change
cp -a "$work/rootfs" "$work/linked"
rmdir "$work/linked/proc"
mkdir "$work/linked/volume"
ln -s volume "$work/linked/proc"
bundle linked ".root.path = \"$work/linked\""
matches "proc is not mounted through a link" "not a link" "$(run linked)"

finish
