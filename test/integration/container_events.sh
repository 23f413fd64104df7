#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# events: what a container uses, in the members that runc prints, and that it ran out of memory.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

refused() {
  local said got
  said=$(scrim "${@:3}" 2>&1 </dev/null)
  got=$?
  matches "$1" "$2" "$said"
  same "$1: one line, status 1" "1 1" "$(wc -l <<<"$said") $got"
}
v2=
[ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ] || v2=1

script='i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo done; exec sleep 1000'
bundle events '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 20}}'
scrim run -d -b "$work/events" events >"$work/out" 2>&1 </dev/null || fail "the container runs" "$(cat "$work/out")"
wait_for 5 grep -q done "$work/out"
stats=$(scrim events --stats events)
same "one line" "0 1" "$? $(wc -l <<<"$stats")"
same "type and id" "stats events" "$(jq -r '"\(.type) \(.id)"' <<<"$stats")"
same "its processes and their limit" "1 20" "$(jq -r '.data.pids | "\(.current) \(.limit)"' <<<"$stats")"
same "its memory's limit" 67108864 "$(jq .data.memory.usage.limit <<<"$stats")"
same "what it used" "true true true" "$(jq -r '.data | "\(.memory.usage.usage > 4096) \(.cpu.usage.total > 0) \(.memory.raw | length > 20)"' <<<"$stats")"
same "its processors" "$(jq -c 'map(.)' <<<"$(seq 0 $(($(grep -c ^processor /proc/cpuinfo) - 1)) | jq -s .)")" "$(jq -c .data.cpuset.cpus <<<"$stats")"
if command -v runc >/dev/null && [ -z "$v2" ]; then
  # A copy without what runc does not know; the same program in the same kind of cgroup.
  mkdir "$work/runc"
  jq '.linux.cgroupsPath = "/'"$tag"'/runc" | .ociVersion = "1.0.2"' "$work/events/config.json" >"$work/runc/config.json"
  runc --root "$work/runc-state" run -d -b "$work/runc" events >"$work/runc.out" 2>&1 </dev/null
  wait_for 5 grep -q done "$work/runc.out"
  theirs=$(runc --root "$work/runc-state" events --stats events)
  runc --root "$work/runc-state" delete --force events
  # What is in raw, and the sums that may be zero, are the kernel's.
  keys='[.data | paths | map(if type == "number" then 0 else . end) | join(".")] | unique | map(select(test("throttling\\.|blkio\\.") | not))'
  same "the same members as runc's" "$(jq -c "$keys" <<<"$theirs")" "$(jq -c "$keys" <<<"$stats")"
  same "in the same order" "$(jq -c '.data | [keys_unsorted, (.cpu | keys_unsorted), (.memory | keys_unsorted), (.cpuset | keys_unsorted)]' <<<"$theirs")" \
    "$(jq -c '.data | [keys_unsorted, (.cpu | keys_unsorted), (.memory | keys_unsorted), (.cpuset | keys_unsorted)]' <<<"$stats")"
  same "the same limits" "$(jq -c '.data | [.memory.usage.limit, .pids.limit, .memory.kernelTCP.limit, .cpuset]' <<<"$theirs")" \
    "$(jq -c '.data | [.memory.usage.limit, .pids.limit, .memory.kernelTCP.limit, .cpuset]' <<<"$stats")"
fi
scrim pause events
same "of a paused one too" stats "$(scrim events --stats events | jq -r .type)"
scrim resume events

# as long as it runs
background "$work/events.out" events --interval 50ms events
three() { [ "$(grep -c '"type":"stats"' "$work/events.out")" -ge 3 ]; }
wait_for 10 three && ok "figures at every interval" || fail "figures at every interval" "$(cat "$work/events.out")"
scrim kill events KILL
ended
same "and it ends with the container" 0 $?
wait_for 5 is_status stopped events
refused "a stopped one has no events" "is not running" events --stats events
refused "nor later" "is not running" events events
scrim delete events
refused "what is not there" "does not exist" events --stats events
[ -n "$v2" ] || for interval in 0 5 x -1s 5sx ""; do refused "interval '$interval'" "interval" events --interval "$interval" events; done

# A child of the first process is what is killed; the first one lives on.
script='read line; while :; do sleep 1000; done | tail -c 100m /dev/zero; echo killed; exec sleep 1000'
bundle oom '.linux.resources += {memory: {limit: 16777216, swap: 16777216}} | del(.process.oomScoreAdj)'
mkfifo "$work/go"
sleep 1000 >"$work/go" &
started+=($!)
scrim run -d -b "$work/oom" oom <"$work/go" >"$work/out" 2>&1 || fail "the container runs" "$(cat "$work/out")"
background "$work/events.out" events --interval 1h oom
watching() { ls -l "/proc/$pid/fd" 2>/dev/null | grep -qE 'eventfd|inotify'; }
wait_for 10 watching || fail "it watches" "$(ls -l /proc/$pid/fd)"
echo go >"$work/go"
wait_for 20 grep -q '"type":"oom"' "$work/events.out" && ok "out of memory is an event" || fail "out of memory is an event" "$(cat "$work/events.out" "$work/out")"
same "with the container's name and nothing else" '{"type":"oom","id":"oom"}' "$(head -n 1 "$work/events.out")"
scrim delete --force oom
ended
same "it ends when the container is deleted" 0 $?

nothing_left events
finish
