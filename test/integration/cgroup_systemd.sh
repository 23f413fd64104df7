#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup, with systemd as the first process of a virtual machine (test/vm): the container's scope, its limits as
# properties and in the files, update, delete, and what happens without a word from scrim.
source "$(dirname "$0")/lib.sh"
export SCRIM_VM_SYSTEMD=1
export SCRIM_VM_MODULES="unix_diag tcp_diag udp_diag raw_diag af_packet_diag netlink_diag nf_tables nf_conntrack_netlink"
in_vm systemctl criu ip tar gzip iptables-save ip6tables-save
begin_containers "$@"

s() { scrim --systemd-cgroup "$@"; }
show() { systemctl show -p "$2" --value "$1"; }
is_gone() { [ "$(show "$1" LoadState) $(show "$1" ActiveState)" = "not-found inactive" ]; }
script='cat /proc/self/cgroup; exec sleep 1000' bundle one '.linux.cgroupsPath = "test-a.slice:pre:one" | .linux.namespaces |= map(select(.type != "cgroup"))
  | .linux.resources += {memory: {limit: 67108864, swap: 100663296}, cpu: {shares: 512, quota: 50000, period: 100000, cpus: "0"}, pids: {limit: 50}}'
s run -d -b "$work/one" one >"$work/out" 2>&1 </dev/null
same "run" 0 $?
unit=pre-one.scope
where=/sys/fs/cgroup/test.slice/test-a.slice/$unit
wait_for 5 test -s "$work/out"
same "it is in the scope" "0::/test.slice/test-a.slice/$unit" "$(cat "$work/out")"
same "systemd has it" "active test-a.slice yes" "$(show $unit ActiveState) $(show $unit Slice) $(show $unit Delegate)"
same "with nobody but the container" 1 "$(wc -l <"$where/cgroup.procs")"
same "memory: property and file" "67108864 67108864" "$(show $unit MemoryMax) $(cat $where/memory.max)"
same "swap: property and file" "33554432 33554432" "$(show $unit MemorySwapMax) $(cat $where/memory.swap.max)"
same "weight: property and file" "59 59" "$(show $unit CPUWeight) $(cat $where/cpu.weight)"
same "quota: property and file" "500ms 100ms 50000 100000" "$(show $unit CPUQuotaPerSecUSec) $(show $unit CPUQuotaPeriodUSec) $(cat $where/cpu.max)"
same "processors: property and file" "0 0" "$(show $unit AllowedCPUs) $(cat $where/cpuset.cpus)"
same "processes: property and file" "50 50" "$(show $unit TasksMax) $(cat $where/pids.max)"
s update --memory 128M --memory-swap 256M --pids-limit 60 one
same "update" "0 134217728 134217728 60 60" "$? $(show $unit MemoryMax) $(cat $where/memory.max) $(show $unit TasksMax) $(cat $where/pids.max)"
systemctl daemon-reload
same "systemd reads its units again: nothing is lost" "134217728 60 50000 100000" "$(cat $where/memory.max) $(cat $where/pids.max) $(cat $where/cpu.max)"
s pause one
same "pause" paused "$(scrim state one | jq -r .status)"
s resume one
refused=$(s run -b "$work/one" two 2>&1 </dev/null)
matches "a scope that is in use is refused" "process" "$refused"
same "and who uses it goes on" running "$(scrim state one | jq -r .status)"
scrim delete --force one
same "delete" "0 1" "$? $(test -d $where; echo $?)"
wait_for 5 is_gone $unit && ok "systemd has forgotten it" || fail "systemd has forgotten it" "$(systemctl status $unit 2>&1)"

script=true bundle short 'del(.linux.cgroupsPath)'
s run -b "$work/short" short </dev/null
same "without cgroupsPath, and to its end" 0 $?
wait_for 5 is_gone scrim-short.scope && ok "nothing of it is left" || fail "nothing of it is left" "$(systemctl status scrim-short.scope 2>&1)"
s create -b "$work/short" short </dev/null >/dev/null 2>&1
same "its scope is scrim-ID in system.slice" "active system.slice" "$(show scrim-short.scope ActiveState) $(show scrim-short.scope Slice)"
scrim kill short KILL
wait_for 5 is_gone scrim-short.scope && ok "a scope ends with its container" || fail "a scope ends with its container" "$(show scrim-short.scope ActiveState)"
scrim delete short
same "and delete finds nothing to stop" 0 $?
bundle annotated '.linux.cgroupsPath = "system.slice:pre:annotated"
  | .annotations = {"org.systemd.property.CollectMode": "\u0027inactive-or-failed\u0027", "org.systemd.property.TimeoutStopSec": "uint64 7",
    "org.systemd.property.TasksMax": "uint64 33", "org.systemd.property.Documentation": "[\u0027man:a(1)\u0027, \u0027man:b(1)\u0027]"}'
s create -b "$work/annotated" annotated </dev/null >"$work/out" 2>&1
same "properties by annotation" "inactive-or-failed 7s 33 \"man:a(1)\" \"man:b(1)\" " \
  "$(for name in CollectMode TimeoutStopUSec TasksMax Documentation; do show pre-annotated.scope $name; done | tr '\n' ' ')$(cat "$work/out")"
scrim delete --force annotated
bundle misspelt '.linux.cgroupsPath = "system.slice:pre:misspelt" | .annotations = {"org.systemd.property.TasksMax": "uint64 many"}'
matches "a value that is none" "annotation org.systemd.property.TasksMax: \"uint64 many\" is no value" "$(s run -b "$work/misspelt" misspelt 2>&1 </dev/null)"
bundle bad '.process.args = ["/nowhere"] | .linux.cgroupsPath = "system.slice:pre:bad"'
matches "a program that there is not" "/nowhere" "$(s run -b "$work/bad" bad 2>&1 </dev/null)"
wait_for 5 is_gone pre-bad.scope && ok "leaves no scope" || fail "leaves no scope" "$(show pre-bad.scope ActiveState)"
bundle path '.linux.cgroupsPath = "/a/b"'
matches "another form of cgroupsPath is refused" "slice:prefix:name is expected" "$(s run -b "$work/path" path 2>&1 </dev/null)"
bundle slice '.linux.cgroupsPath = "no/slice:a:b"'
matches "no slice at all" "slice:prefix:name" "$(s run -b "$work/slice" slice 2>&1 </dev/null)"

# Restored into a scope of its own, under the filter that the bundle asks for.
counting='n=0; while :; do n=$((n + 1)); sleep 0.2; done'
script=$counting bundle dumped '.linux.cgroupsPath = "system.slice:pre:dumped" | .process.noNewPrivileges = false
  | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
s run -d -b "$work/dumped" dumped </dev/null >/dev/null 2>&1
limit=60
same "checkpoint" "" "$(s checkpoint --image-path "$work/img" dumped 2>&1)"
wait_for 5 is_gone pre-dumped.scope
same "restore" "0 " "$(s restore -d --image-path "$work/img" -b "$work/dumped" dumped </dev/null >"$work/out" 2>&1; echo "$? $(cat "$work/out")")"
same "restore: it is in the scope, and nobody else" "active 0::/system.slice/pre-dumped.scope" \
  "$(show pre-dumped.scope ActiveState) $(for pid in $(cat /sys/fs/cgroup/system.slice/pre-dumped.scope/cgroup.procs); do cat "/proc/$pid/cgroup" 2>/dev/null; done | sort -u)"
same "restore: nor is its helper" "" "$(while read -r pid; do grep -s scrim-systemd "/proc/$pid/comm"; done </sys/fs/cgroup/system.slice/pre-dumped.scope/cgroup.procs)"
scrim delete --force dumped

nothing_left systemd

# A service with systemd's own filters, to scrim inspect.
cat >/run/systemd/system/filtered.service <<'END'
[Unit]
DefaultDependencies=no
[Service]
ExecStart=/usr/bin/busybox sleep 1000
SystemCallFilter=~@keyring
SystemCallErrorNumber=EISDIR
SystemCallArchitectures=native
END
systemctl daemon-reload
systemctl start filtered.service
pid=$(show filtered.service MainPID)
sleeps() { grep -q sleep "/proc/$pid/cmdline"; }
wait_for 10 sleeps
scrim inspect "$pid" >"$work/out" 2>&1 </dev/null
same "inspect of a service with SystemCallFilter" 0 $?
matches "… its filters" "seccomp filter, [2-9] filters" "$(head -1 "$work/out")"
matches "… whose it is" "^cgroup /system.slice/filtered.service$" "$(cat "$work/out")"
matches "… what SystemCallFilter denies" "ERRNO EISDIR .3.: add_key keyctl request_key" "$(sed '/^filter 1/,$d' "$work/out")"
matches "… what SystemCallArchitectures kills" "^x86: every call: KILL" "$(sed '/^filter 1/,$d' "$work/out")"
systemctl stop filtered.service
finish
