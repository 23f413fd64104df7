#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# create, start, state, kill, delete, list, spec, features, and the messages: runtime-spec runtime.md.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# refused NAME PATTERN COMMAND...: it fails with 1 and one line.
refused() {
  local said got
  said=$(scrim "${@:3}" 2>&1 </dev/null)
  got=$?
  matches "$1" "$2" "$said"
  same "$1: one line, status 1" "1 1" "$(wc -l <<<"$said") $got"
}
status_of() { scrim state "$1" | jq -r .status; }

bundle life '.process.args = ["sh", "-c", "echo started; exec sleep 1000"] | .annotations = {"a.b": "c"} | .root.path = "rootfs"'
ln -s "$work/rootfs" "$work/life/rootfs"
scrim create --bundle "$work/life" --pid-file "$work/pid" life </dev/null >"$work/out" 2>&1
same "create" 0 $?
same "created" created "$(status_of life)"
same "the program does not run yet" "" "$(cat "$work/out")"
state=$(scrim state life)
same "state: as runc has it" '["annotations","bundle","created","id","ociVersion","owner","pid","rootfs","status"]' "$(jq -c keys <<<"$state")"
same "state: bundle and annotations" "$work/life c" "$(jq -r '"\(.bundle) \(.annotations["a.b"])"' <<<"$state")"
same "state: pid" "$(cat "$work/pid")" "$(jq .pid <<<"$state")"
matches "state: created" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z$' "$(jq -r .created <<<"$state")"
matches "a container's state is nobody else's" "^d[rwx]{3}--[-x]--" "$(ls -ld "$work/state/life")"
scrim start life
same "start" 0 $?
same "running" running "$(status_of life)"
wait_for 5 grep -q started "$work/out" && ok "the program has create's output" || fail "the program has create's output" "$(cat "$work/out")"
refused "start of a running one is refused" "running" start life
refused "create of the same id is refused" "exists" create --bundle "$work/life" life
is_status running life && ok "and changes nothing" || fail "and changes nothing" "$(scrim state life 2>&1)"
refused "delete of a running one is refused" "running" delete life
refused "a signal that does not exist is refused" "unknown signal" kill life NOSUCH
refused "signal 0 and what is above the last are refused" "unknown signal" kill life 65

matches "list" "^life +$(cat "$work/pid") +running +$work/life +20" "$(scrim list | grep ^life)"
matches "list: header as runc's" "^ID +PID +STATUS +BUNDLE +CREATED +OWNER$" "$(scrim list | head -1)"
same "list --quiet" life "$(scrim list -q)"
same "list --format json" "life running" "$(scrim list --format json | jq -r '.[] | "\(.id) \(.status)"')"

scrim kill life KILL
wait_for 5 is_status stopped life
same "stopped" "stopped 0" "$(scrim state life | jq -r '"\(.status) \(.pid)"')"
refused "kill of a stopped one is refused" "container not running" kill life TERM
refused "start of a stopped one is refused" "stopped" start life
scrim delete life
same "delete" 0 $?
for command in state start kill delete; do refused "$command of what is not there" "life does not exist" $command life; done
scrim delete --force life
same "delete --force of what is not there" 0 $?
same "list of nothing" '[]' "$(scrim list -f json)"
nothing_left "one life"

scrim create --bundle "$work/life" life </dev/null >/dev/null 2>&1
scrim kill life KILL
wait_for 5 is_status stopped life
same "a created one can be killed" stopped "$(status_of life)"
scrim delete life
scrim create --bundle "$work/life" life </dev/null >/dev/null 2>&1
scrim delete life
same "a created one is deleted as runc does" 0 $?
scrim create --bundle "$work/life" life </dev/null >/dev/null 2>&1
scrim delete --force life
nothing_left "created ones"

bundle signals
for signal in 10 USR1 SIGUSR1 sigusr1; do
  script='trap "exit 9" USR1; echo ready; while :; do sleep 0.05; done' bundle signals
  background "$work/out" run -b "$work/signals" signals
  wait_for 5 grep -q ready "$work/out"
  scrim kill signals $signal
  ended
  same "kill $signal" 9 $?
done
script='trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done' bundle signals
background "$work/out" run -b "$work/signals" signals
wait_for 5 grep -q ready "$work/out"
scrim kill signals
ended
same "kill sends SIGTERM" 7 $?

# Without a pid namespace of its own others outlive the first process.
script='sleep 1000 & sleep 1000 & echo ready; wait'
bundle all '.linux.namespaces |= map(select(.type != "pid")) | .process.args[2] = $script'
scrim run -d -b "$work/all" all >"$work/out" </dev/null 2>&1
wait_for 5 grep -q ready "$work/out"
same "three processes" 3 "$(our_processes | wc -l)"
scrim kill --all all TERM
wait_for 5 no_processes_left && ok "kill --all reaches them all" || fail "kill --all reaches them all" "$(our_processes)"
scrim delete all
scrim run -d -b "$work/all" all >"$work/out" </dev/null 2>&1
wait_for 5 grep -q ready "$work/out"
scrim delete --force all
nothing_left "delete --force without a pid namespace"
script='sleep 1000 & echo ready' bundle all '.linux.namespaces |= map(select(.type != "pid"))'
scrim run -b "$work/all" all >/dev/null </dev/null 2>&1
nothing_left "run without a pid namespace"

for id in "" . .. a/b "a b" ../x $'a\nb' "a*" "$(printf 'a%.0s' {1..1100})"; do
  refused "id $(tr '\n' ' ' <<<"${id:0:8}")is refused" "invalid container id|container-id" create --bundle "$work/life" "$id"
done
mkdir -p "$work/quick"
script=true bundle quick
for id in a A-b_c+d.e 0 ...; do
  scrim run -b "$work/quick" "$id" </dev/null
  same "id $id is taken" 0 $?
done

# cgroups
script='cat /proc/self/cgroup' bundle cgroup '.linux.namespaces |= map(select(.type != "cgroup"))'
said=$(scrim run -b "$work/cgroup" cgroup </dev/null)
same "in its cgroup of every hierarchy" "0" "$(grep -cv ":/$tag/cgroup$" <<<"$said")"
scrim create --bundle "$work/life" life </dev/null >/dev/null 2>&1
same "its cgroups are there" 1 "$(($(our_cgroups | wc -l) > 0))"
jq '.linux.cgroupsPath = "/'"$tag"'/life"' "$work/quick/config.json" >"$work/quick/other.json"
refused "a cgroup that is in use is refused" "cgroup.*has 1 process" run -b "$work/quick" --config "$work/quick/other.json" second
is_status created life && ok "and who uses it goes on" || fail "and who uses it goes on" "$(scrim state life 2>&1)"
scrim delete --force life
jq 'del(.linux.cgroupsPath)' "$work/quick/config.json" >"$work/quick/other.json"
scrim run -b "$work/quick" --config "$work/quick/other.json" "$tag-plain" </dev/null
same "without cgroupsPath" "0 0" "$? $(find /sys/fs/cgroup -name "$tag-plain*" | wc -l)"

# messages
for format in json text; do
  rm -f "$work/log"
  scrim --log "$work/log" --log-format $format run -b "$work/nowhere" x 2>"$work/err"
  same "--log: the error is on standard error too" 1 "$(wc -l <"$work/err")"
  if [ $format = json ]; then
    same "--log-format json: members" '["level","msg","time"]' "$(tail -1 "$work/log" | jq -c keys)"
    matches "--log-format json: the last line is the error" "^error .*nowhere" "$(tail -1 "$work/log" | jq -r '"\(.level) \(.msg)"')"
  else
    matches "--log-format text" '^time="20[^"]*" level=error msg=".*nowhere' "$(tail -1 "$work/log")"
  fi
done
rm -f "$work/log"
scrim --debug --log "$work/log" --log-format json run -b "$work/quick" quick </dev/null
matches "--debug says which profile and why" '"level":"debug","msg":"seccomp profile: ' "$(cat "$work/log")"
rm -f "$work/log"
scrim --log "$work/log" run -b "$work/quick" quick </dev/null
same "nothing is logged without need" "" "$(cat "$work/log")"
jq '.process.args = ["/no/such"]' "$work/quick/config.json" >"$work/quick/other.json"
scrim --log "$work/log" --log-format json run -b "$work/quick" --config "$work/quick/other.json" x </dev/null 2>/dev/null
matches "the new process' error is the last line" "/no/such" "$(tail -1 "$work/log" | jq -r .msg)"

refused "a command that does not exist" 'no command "nosuch"' nosuch
refused "an option that does not exist" "nosuch" run --nosuch x
refused "no id" "container-id" run
refused "spec does not overwrite" "File exists" spec --bundle "$work/quick"
for command in run create start state kill delete list spec features; do
  scrim $command --help >"$work/out" 2>&1
  same "$command --help" "0 0" "$? $(grep -c "^scrim:" "$work/out")"
done
same "features" "1.2.1 true" "$(scrim features | jq -r '"\(.ociVersionMax) \(.linux.seccomp.enabled)"')"
matches "--version" "^scrim version [0-9]" "$(scrim --version)"
same "--version: lines as runc's" "scrim version commit: spec: libseccomp: +SECCOMP" "$(scrim --version | sed -E 's/^(scrim version|commit:|spec:|libseccomp:|\+SECCOMP).*/\1/' | xargs)"
for id in one two three; do
  jq --arg path "/$tag/$id" '.linux.cgroupsPath = $path' "$work/life/config.json" >"$work/life/$id.json"
  scrim create -b "$work/life" --config "$work/life/$id.json" $id </dev/null >/dev/null 2>&1
done
same "list: the owner's name" "root root root" "$(scrim list | awk 'NR > 1 {print $NF}' | xargs)"
same "state: the owner's name" root "$(scrim state one | jq -r .owner)"
scrim delete --regex '^t'
same "delete --regex" "0 one" "$? $(scrim list -q)"
refused "delete --regex: a bad pattern" 'pattern "\(": ' delete --regex '('
scrim delete --force --regex .
same "delete --regex of all" "" "$(scrim list -q)"

# --- descriptors from the caller: sd_listen_fds(3), --preserve-fds
script='echo $LISTEN_FDS $LISTEN_PID $(cat <&3) $(cat <&4)' bundle passed
activated() { # PID: "self" or a number
  sh -c '[ "$1" = self ] && LISTEN_PID=$$ || LISTEN_PID=$1; export LISTEN_PID LISTEN_FDS=1; shift; exec "$@"' sh "$1" \
    "$SCRIM" --root "$work/state" --config "$work/settings.json" run -b "$work/passed" "${@:2}" passed 3<<<three 4<<<four </dev/null 2>&1
}
same "sockets of socket activation, then --preserve-fds" "1 1 three four" "$(activated self --preserve-fds 1)"
same "those for another process are not ours" "three four" "$(activated 1 --preserve-fds 2)"
said=$(scrim run --preserve-fds 1 -b "$work/passed" passed 2>&1 </dev/null 3<&-)
matches "--preserve-fds of what is not open" "^scrim: --preserve-fds: descriptor 3 is not open" "$said"

nothing_left lifecycle
finish
