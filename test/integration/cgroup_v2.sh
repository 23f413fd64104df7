#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cgroup v2 with every controller, in a virtual machine with Debian's kernel (test/vm/boot.sh): device rules, limits, updates, events,
# pause.
source "$(dirname "$0")/lib.sh"
in_vm "$@"
set -o pipefail
begin_containers "$@"

# Every resource of runtime-spec that v2 has a file for, and needs no device.
said=$(inside all 'cd /sys/fs/cgroup; for f in memory.max memory.low memory.swap.max cpu.weight cpu.max cpu.max.burst cpuset.cpus cpuset.mems pids.max io.weight \
  hugetlb.2MB.max hugetlb.2MB.rsvd.max memory.high memory.oom.group; do echo "$f=$(cat $f)"; done' '.linux.resources += {
    memory: {limit: 67108864, reservation: 33554432, swap: 100663296, swappiness: 7},
    cpu: {shares: 512, quota: 40000, period: 80000, burst: 10000, cpus: "0", mems: "0"}, pids: {limit: 50}, blockIO: {weight: 505},
    hugepageLimits: [{pageSize: "2MB", limit: 4194304}], unified: {"memory.high": "50331648", "memory.oom.group": "1"}}')
same "limits in v2's files and units" "memory.max=67108864 memory.low=33554432 memory.swap.max=33554432 cpu.weight=59 cpu.max=40000 80000 cpu.max.burst=10000 \
cpuset.cpus=0 cpuset.mems=0 pids.max=50 io.weight=default 5000 hugetlb.2MB.max=4194304 hugetlb.2MB.rsvd.max=4194304 memory.high=50331648 memory.oom.group=1" \
  "$(grep = <<<"$said" | tr '\n' ' ' | sed 's/ $//')"
matches "what v2 has not is a warning" "swappiness is not carried out on cgroup v2" "$said"
matches "a limit that the kernel refuses stops the start" "unified.pids.max: write \"x\"" "$(inside bad true '.linux.resources.unified = {"pids.max": "x"}')"
nothing_left "cgroup v2"

# Each is a script of its own on v1 too. Two at a time: the guest is slow.
run_here() { for other in "$@"; do bash "$repository/test/integration/container_$other.sh" 2>&1 | sed 's/ / v2: /' || echo "FAIL container_$other"; done; }
run_here devices update >"$work/first" &
run_here pause events
wait $!
cat "$work/first"
finish
