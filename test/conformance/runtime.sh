#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# runtime-spec, runtime.md: the state of a container, its lifecycle, and the operations on it.
source "$(dirname "$0")/../integration/lib.sh"
begin_containers "$@"

# refused NAME PATTERN ARGUMENT...: the command fails and says so.
refused() {
  local said got
  said=$(limit=5 scrim "${@:3}" </dev/null 2>&1)
  got=$?
  if [ $got = 0 ]; then fail "$1" "it succeeded: $said"; else matches "$1" "$2" "$said"; fi
}
field() { scrim state "$1" | jq -c "$2"; }
create() { scrim create -b "$work/$1" "$1" </dev/null >"$work/out" 2>&1 || fail "create $1" "$(cat "$work/out")"; }
forget() { scrim delete --force "$1" || fail "delete $1" "it failed"; }

mkdir "$work/shared"
shared='.mounts += [{destination: "/mnt", type: "bind", source: "\($work)/shared", options: ["bind"]}]'
script='echo started >>/mnt/ran; exec sleep 1000' bundle one "$shared"' | .annotations = {"a.b": "c"} | .ociVersion = "1.0.2"'

# ---- State
create one
same "runtime.md#state: ociVersion is what the container was created with" '"1.0.2"' "$(field one .ociVersion)"
same "runtime.md#state: id" '"one"' "$(field one .id)"
same "runtime.md#state: status created" '"created"' "$(field one .status)"
pid=$(field one .pid)
matches "runtime.md#state: pid is the process as the host sees it" "^[0-9]+$" "$pid"
same "runtime.md#state: the process of that pid is the container's" yes "$([ "/proc/$pid/root/bin/busybox" -ef "$work/rootfs/bin/busybox" ] && echo yes)"
same "runtime.md#state: bundle is absolute" "\"$work/one\"" "$(field one .bundle)"
same "runtime.md#state: annotations" '{"a.b":"c"}' "$(field one .annotations)"
script=true bundle relative
same "runtime.md#state: bundle is absolute for a relative one too" "\"$work/relative\"" \
  "$(cd "$work" && scrim create -b relative relative </dev/null >out 2>&1 && field relative .bundle; scrim delete --force relative)"

# ---- Query State
refused "runtime.md#query-state: no ID is an error" "." state
refused "runtime.md#query-state: a container that does not exist is an error" "does not exist" state nosuch

# ---- Create
same "runtime.md#create: the program does not run yet" "" "$(cat "$work/shared/ran" 2>/dev/null)"
same "runtime.md#create: the process is in its cgroup" 1 "$(grep -cE "/$tag/one\$" <(cut -d: -f3 "/proc/$pid/cgroup" | sort -u))"
refused "runtime.md#create: an ID in use is an error" "exist" create -b "$work/one" one
same "runtime.md#create: and its owner is unharmed" "$pid \"created\"" "$(field one .pid) $(field one .status)"
refused "runtime.md#create: no ID is an error" "." create -b "$work/one"
refused "runtime.md#create: no bundle there is an error" "nowhere" create -b "$work/nowhere" two
refused "runtime.md#create: no config.json is an error" "config.json" create -b "$work/shared" two
for id in "a/b" "/a" "../a" "." ".." "a b" "" "a\\b" $'a\nb' "ä"; do
  refused "runtime.md#create: ID \"${id//$'\n'/\\n}\" is an error" "." create -b "$work/one" "$id"
done
same "runtime.md#create: no container was made" one "$(ls "$work/state")"

# ---- Lifecycle
jq '.process.args = ["false"] | .hostname = "other"' "$work/one/config.json" >"$work/changed" && mv "$work/changed" "$work/one/config.json"

# ---- Start
refused "runtime.md#start: no ID is an error" "." start
refused "runtime.md#start: a container that does not exist is an error" "does not exist" start nosuch
scrim start one
same "runtime.md#start: status is running" '"running"' "$(field one .status)"
wait_for 5 test -s "$work/shared/ran"
same "runtime.md#start: the program runs" started "$(cat "$work/shared/ran")"
same "runtime.md#lifecycle: what config.json says after create has no effect" "sleep scrim" \
  "$(wait_for 5 grep -q sleep "/proc/$pid/comm"; cat "/proc/$pid/comm") $(scrim exec one hostname)"
same "runtime.md#state: the pid is the same" "$pid" "$(field one .pid)"
refused "runtime.md#start: a running container is an error" "running" start one
same "runtime.md#start: and it has no effect" "\"running\" started" "$(field one .status) $(cat "$work/shared/ran")"

# ---- Kill
refused "runtime.md#kill: no ID is an error" "." kill
refused "runtime.md#kill: a container that does not exist is an error" "does not exist" kill nosuch KILL
refused "runtime.md#kill: a signal that does not exist is an error" "NOSUCH" kill one NOSUCH
same "runtime.md#kill: and it has no effect" '"running"' "$(field one .status)"

# ---- Delete
refused "runtime.md#delete: no ID is an error" "." delete
refused "runtime.md#delete: a container that does not exist is an error" "does not exist" delete nosuch
refused "runtime.md#delete: a running container is an error" "running|not stopped" delete one
same "runtime.md#delete: and it has no effect" "\"running\" $pid" "$(field one .status) $(field one .pid)"

scrim kill one KILL
same "runtime.md#kill: status is stopped then" 0 "$(wait_for 5 is_status stopped one; echo $?)"
matches "runtime.md#state: a stopped container has no pid, or 0" '^(null|0)$' "$(field one .pid)"
same "runtime.md#state: annotations of a stopped one" '{"a.b":"c"}' "$(field one .annotations)"
refused "runtime.md#kill: a stopped container is an error" "not running|stopped" kill one KILL
refused "runtime.md#start: a stopped container is an error" "stopped" start one
same "runtime.md#start: and it has no effect" "started" "$(cat "$work/shared/ran")"
scrim delete one
same "runtime.md#delete: a stopped container" 0 $?
refused "runtime.md#delete: twice is an error" "does not exist" delete one
refused "runtime.md#query-state: a deleted container is an error" "does not exist" state one
nothing_left "runtime.md#delete: all resources"
same "runtime.md#delete: nothing that was there before is gone" "started" "$(cat "$work/shared/ran")"

# Signals go to the program, and it may live on.
script='trap "echo usr1 >>/mnt/ran" USR1; trap "echo term >>/mnt/ran; exit 3" TERM; echo ready >/mnt/ran; while :; do sleep 0.05; done' bundle one "$shared"
create one
scrim start one
wait_for 5 grep -q ready "$work/shared/ran"
scrim kill one USR1
same "runtime.md#kill: the signal reaches the program" 0 "$(wait_for 5 grep -q usr1 "$work/shared/ran"; echo $?)"
same "runtime.md#kill: which may live on" '"running"' "$(field one .status)"
scrim kill one 15
same "runtime.md#kill: by number" 0 "$(wait_for 5 grep -q term "$work/shared/ran"; echo $?)"
same "runtime.md#kill: stopped, for whatever reason it ended" 0 "$(wait_for 5 is_status stopped one; echo $?)"
scrim delete one
create one
same "runtime.md#delete: the ID may be used again" '"created"' "$(field one .status)"
scrim kill one KILL
same "runtime.md#kill: a created container" 0 "$(wait_for 5 is_status stopped one; echo $?)"
scrim delete one
same "runtime.md#delete: one that was never started" 0 $?

script=true bundle short
create short
scrim start short
wait_for 5 is_status stopped short
same "runtime.md#state: stopped when the program has ended by itself" '"stopped"' "$(field short .status)"
refused "runtime.md#create: the ID of a stopped container is in use" "exist" create -b "$work/short" short
scrim delete short

# ---- config.md#process with the lifecycle
bundle none 'del(.process)'
scrim create -b "$work/none" none </dev/null
same "config.md#process: not needed to create" '"created"' "$(field none .status)"
refused "config.md#process: needed to start" "process" start none
forget none

# ---- Errors
for wrong in '.root.path = "/no/such"' '.mounts += [{destination: "/x", type: "bind", source: "/no/such", options: ["bind"]}]' \
  '.linux.sysctl = {"net.ipv4.no_such": "1"}' '.process.terminal = true' '.linux.namespaces += [{type: "nosuch"}]' \
  '.mounts += [{destination: "/x", type: "nosuchfs", source: "x"}]' '.ociVersion = "0"'; do
  bundle wrong "$wrong"
  refused "runtime.md#lifecycle: an environment that cannot be made is an error ($wrong)" "." create -b "$work/wrong" wrong
done
nothing_left "runtime.md#errors: the environment is as if the operation had never been attempted"
script='x' bundle missing '.process.args = ["/no/such/program"]'
refused "runtime.md#errors: a program that is not there" "no/such/program.*no such file" run -b "$work/missing" missing
nothing_left "runtime.md#errors: and nothing is left of it"

# ---- what belongs to others stays
mkdir -p /sys/fs/cgroup/pids/"$tag"/kept 2>/dev/null
unshare -n sleep 1000 &
holder=$!
started+=("$holder")
wait_for 5 test "$(readlink /proc/self/ns/net)" != "$(readlink "/proc/$holder/ns/net")"
script=true bundle joined '.linux.namespaces |= map(if .type == "network" then . + {path: "/proc/'$holder'/ns/net"} else . end)'
create joined
forget joined
same "runtime.md#delete: a namespace that was joined stays" 0 "$(nsenter --net="/proc/$holder/ns/net" true; echo $?)"
if [ -d /sys/fs/cgroup/pids ]; then
  same "runtime.md#delete: cgroups beside the container's stay" yes "$([ -d "/sys/fs/cgroup/pids/$tag/kept" ] && echo yes)"
  rmdir "/sys/fs/cgroup/pids/$tag/kept"
fi
kill "$holder"
nothing_left runtime
finish
