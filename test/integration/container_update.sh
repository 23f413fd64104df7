#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# update: limits of a running container, by options and as JSON, with the kernel's refusals; on whichever cgroup version
# this machine has (test/integration/cgroup_v2.sh runs it again on v2).
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
# file V1CONTROLLER/FILE V2FILE: what it says for the container
file() {
  if [ -n "$v2" ]; then cat "/sys/fs/cgroup/$tag/up/$2"; else cat "/sys/fs/cgroup/${1%/*}/$tag/up/${1#*/}"; fi
}
# updated NAME V1 EXPECTED1 V2 EXPECTED2 OPTION...
updated() {
  local said got
  said=$(scrim update "${@:6}" up 2>&1 </dev/null)
  got=$?
  if [ -n "$v2" ]; then same "$1" "0  $5" "$got $said $(file "$2" "$4")"; else same "$1" "0  $3" "$got $said $(file "$2" "$4")"; fi
}
M=1048576

script='sleep 1000' bundle up '.linux.resources += {memory: {limit: 67108864, swap: 134217728}, cpu: {quota: 50000, period: 100000}}'
scrim run -d -b "$work/up" up >"$work/out" 2>&1 </dev/null || fail "the container runs" "$(cat "$work/out")"

updated "memory grows above what memory and swap were, with both" memory/memory.limit_in_bytes $((200 * M)) memory.max $((200 * M)) --memory 200M --memory-swap 400M
same "and swap" "$((${v2:+-200 * M} + 400 * M))" "$(file memory/memory.memsw.limit_in_bytes memory.swap.max)"
updated "memory shrinks below, with both" memory/memory.limit_in_bytes $((32 * M)) memory.max $((32 * M)) --memory $((32 * M)) --memory-swap 64M
same "and swap" "$((${v2:+-32 * M} + 64 * M))" "$(file memory/memory.memsw.limit_in_bytes memory.swap.max)"
updated "swap alone" memory/memory.memsw.limit_in_bytes $((96 * M)) memory.swap.max $((64 * M)) --memory-swap 96M
updated "memory alone" memory/memory.limit_in_bytes $((48 * M)) memory.max $((48 * M)) --memory 48m
same "memory.swap of v2 is what is left of both" "$((${v2:+-48 * M} + 96 * M))" "$(file memory/memory.memsw.limit_in_bytes memory.swap.max)"
updated "reservation" memory/memory.soft_limit_in_bytes $((16 * M)) memory.low $((16 * M)) --memory-reservation 16MiB
updated "no limit" memory/memory.limit_in_bytes 9223372036854771712 memory.max max --memory -1
same "and none of swap" "${v2:+max}${v2:-9223372036854771712}" "$(file memory/memory.memsw.limit_in_bytes memory.swap.max)${v2:+1}"
updated "quota" cpu/cpu.cfs_quota_us 20000 cpu.max "20000 100000" --cpu-quota 20000
updated "period" cpu/cpu.cfs_period_us 50000 cpu.max "20000 50000" --cpu-period 50000
updated "quota and period" cpu/cpu.cfs_quota_us 300000 cpu.max "300000 1000000" --cpu-period 1000000 --cpu-quota=300000
updated "burst" cpu/cpu.cfs_burst_us 1000 cpu.max.burst 1000 --cpu-burst 1000
updated "no quota" cpu/cpu.cfs_quota_us -1 cpu.max "max 1000000" --cpu-quota -1 --cpu-burst 0
updated "shares" cpu/cpu.shares 512 cpu.weight 59 --cpu-share 512
updated "idle" cpu/cpu.idle 1 cpu.idle 1 --cpu-idle 1
updated "not idle" cpu/cpu.idle 0 cpu.idle 0 --cpu-idle 0
updated "processors" cpuset/cpuset.cpus 0 cpuset.cpus 0 --cpuset-cpus 0 --cpuset-mems 0
updated "processes" pids/pids.max 17 pids.max 17 --pids-limit 17
updated "any number of processes" pids/pids.max max pids.max max --pids-limit -1

echo '{"memory": {"limit": 33554432}, "pids": {"limit": 33}, "cpu": {"shares": 0, "cpus": ""}, "devices": [{"allow": false, "access": "rwm"}]}' >"$work/resources.json"
updated "a file" pids/pids.max 33 pids.max 33 --resources "$work/resources.json"
same "and its memory" $((32 * M)) "$(file memory/memory.limit_in_bytes memory.max)"
same "its zeros are no change" "${v2:+59}${v2:-512}" "$(file cpu/cpu.shares cpu.weight)${v2:+1}"
echo '{"pids": {"limit": 44}}' | scrim update -r - up
same "standard input" "0 44" "$? $(file pids/pids.max pids.max)"
scrim update --pids-limit 55 -r "$work/resources.json" up
same "options beside a file are not looked at" 33 "$(file pids/pids.max pids.max)"
same "the state knows" "33 $((32 * M)) 512" "$(jq -r '.resources | "\(.pids.limit) \(.memory.limit) \(.cpu.shares)"' "$work/state/up/state.json")"
same "device rules are no part of it" "" "$(jq -r '.resources.devices // ""' "$work/state/up/state.json")"
same "the container runs on" running "$(scrim state up | jq -r .status)"

refused "memory and swap below memory" "linux.resources.memory.swap: " update --memory-swap 1M up
refused "a quota that the kernel refuses" "linux.resources.cpu.quota: write .*: Invalid argument" update --cpu-quota 5 up
refused "processors that there are not" "linux.resources.cpu.cpus: write \"4000\"" update --cpuset-cpus 4000 up
refused "what one refuses the other does not get" "linux.resources.cpu.cpus: write" update --pids-limit 99 --memory 40M --cpuset-cpus 4000 up
same "they are as they were" "33 $((32 * M))" "$(file pids/pids.max pids.max) $(file memory/memory.limit_in_bytes memory.max)"
same "also in the state" "33 $((32 * M))" "$(jq -r '.resources | "\(.pids.limit) \(.memory.limit)"' "$work/state/up/state.json")"
if [ -z "${SCRIM_TEST_IN_VM:-}" ]; then
  refused "no number" 'update: --cpu-share: an integer expected, not "abc"' update --cpu-share abc up
  refused "no size" 'update: --memory: bytes, or a size as 20M, expected, not "20X"' update --memory 20X up
  refused "Intel RDT" "not supported" update --l3-cache-schema x up
  echo '{"memory": {"limit": "a"}}' >"$work/bad.json"
  refused "a wrong type" "bad.json:1:22: linux.resources.memory.limit: an integer" update -r "$work/bad.json" up
  echo '{"memory": ' >"$work/bad.json"
  refused "broken JSON" "bad.json:" update -r "$work/bad.json" up
  echo '[]' >"$work/bad.json"
  refused "no object" "bad.json:1:1: .*object" update -r "$work/bad.json" up
  refused "no such file" "nowhere.json: No such file" update -r "$work/nowhere.json" up
  matches "--kernel-memory is ignored" "ignored" "$(scrim update --kernel-memory 1G up 2>&1)"
fi
if [ -n "$v2" ]; then
  echo '{"memory": {"limit": 4096, "checkBeforeUpdate": true}}' >"$work/resources.json"
  refused "less memory than is in use, if it is to be looked at" "checkBeforeUpdate" update -r "$work/resources.json" up
else
  refused "less memory than is in use" "memory.limit: write \"4096\" to .*: (Device or resource busy|Invalid argument)" update --memory 4096 up
fi
scrim pause up
updated "a paused one" pids/pids.max 66 pids.max 66 --pids-limit 66
scrim kill up KILL
wait_for 5 is_status stopped up
refused "a stopped one" "container not running" update --pids-limit 5 up
scrim delete up
refused "what is not there" "up does not exist" update --pids-limit 5 up
script='sleep 1000' bundle up 'del(.linux.resources)'
scrim create -b "$work/up" up >"$work/out" 2>&1 </dev/null
updated "a created one without resources" pids/pids.max 12 pids.max 12 --pids-limit 12
scrim delete up

nothing_left update
finish
