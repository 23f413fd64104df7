#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fields of config.json that few containers use: the time namespace, scheduling, memory policy, id-mapped mounts,
# namespaces by path.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
matches_inside() { matches "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
# bad NAME PATTERN JQ: refused, in one line.
bad() {
  local said
  said=$(inside said true "$3")
  matches "$1" "^scrim: .*$2" "$said"
}
time='.linux.namespaces += [{type: "time"}] | .linux.timeOffsets ='
user='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
  | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
chmod 755 "$work/rootfs" && chown -R 100000:100000 "$work/rootfs"
days() { echo "\$(( \$(cut -d. -f1 /proc/uptime) / 86400 ))"; }
today=$(($(cut -d. -f1 /proc/uptime) / 86400))

# ---- time namespace
same_inside "time namespace: its own" other "[ \$(readlink /proc/self/ns/time) = $(readlink /proc/self/ns/time) ] || echo other" '.linux.namespaces += [{type: "time"}]'
same_inside "timeOffsets: boottime" "$((today + 1000))" "echo $(days)" "$time {boottime: {secs: 86400000}}"
matches_inside "timeOffsets: both, with nanoseconds" $'^monotonic +7 +5\nboottime +-1 +500000000$|^monotonic +7 +5$' \
  "cat /proc/self/timens_offsets" "$time {monotonic: {secs: 7, nanosecs: 5}, boottime: {secs: -1, nanosecs: 500000000}}"
same_inside "timeOffsets in a user namespace" "$((today + 1000))" "echo $(days)" "$user | $time {boottime: {secs: 86400000}}"
bad "timeOffsets that the clock cannot have" "timeOffsets.*below 0" "$time {boottime: {secs: -864000000}}"
bad "timeOffsets without a time namespace" "timeOffsets needs a new time namespace" '.linux.timeOffsets = {boottime: {secs: 1}}'
bad "timeOffsets of another clock" "realtime.* is of no clock" "$time {realtime: {secs: 1}}"
bad "timeOffsets with a namespace to join" "needs a new time namespace" \
  '.linux.namespaces += [{type: "time", path: "/proc/self/ns/time"}] | .linux.timeOffsets = {boottime: {secs: 1}}'
script='sleep 1000' bundle first "$time {boottime: {secs: 86400000}}"
scrim run -d -b "$work/first" first </dev/null >/dev/null 2>&1
pid=$(scrim state first | jq .pid)
same "exec is in the time namespace" "$((today + 1000))" "$(scrim exec first sh -c "echo $(days)")"
same_inside "a time namespace by path" "$((today + 1000)) $(readlink "/proc/$pid/ns/time")" \
  "echo $(days) \$(readlink /proc/self/ns/time)" ".linux.namespaces += [{type: \"time\", path: \"/proc/$pid/ns/time\"}]"
scrim delete --force first

# ---- a mount namespace by path: its root becomes the container's, as under runc
unshare -m --propagation private sleep 1000 &
holder=$!
started+=("$holder")
wait_for 5 test "$(readlink /proc/self/ns/mnt)" != "$(readlink "/proc/$holder/ns/mnt")"
joined='.linux.namespaces |= map(if .type == "mount" then . + {path: "/proc/'$holder'/ns/mnt"} else . end)'
same_inside "a mount namespace by path" "$(readlink "/proc/$holder/ns/mnt") no" \
  "echo \$(readlink /proc/self/ns/mnt) \$([ -e $work ] && echo yes || echo no)" "$joined"
kill "$holder"
bad "a mount namespace by the path of another type" "not a mnt namespace" \
  '.linux.namespaces |= map(if .type == "mount" then . + {path: "/proc/self/ns/uts"} else . end)'

# ---- where and when it runs
# Fields 18, 19 and 41 of proc_pid_stat(5): priority, nice, policy.
stat="awk '{print \$18, \$19, \$41}' /proc/self/stat"
same_inside "scheduler: none" "20 0 0" "$stat"
same_inside "scheduler: SCHED_BATCH and nice" "25 5 3" "$stat" '.process.scheduler = {policy: "SCHED_BATCH", nice: 5}'
same_inside "scheduler: SCHED_IDLE" "5" "$stat | cut -d' ' -f3" '.process.scheduler = {policy: "SCHED_IDLE"}'
for profile in null '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["sched_setattr", "ioprio_set", "set_mempolicy"], action: "SCMP_ACT_KILL_PROCESS"}]}'; do
  for nnp in true false; do
    set_up=".linux.seccomp = $profile | .process.noNewPrivileges = $nnp"
    name="with profile $([ "$profile" = null ] && echo no || echo yes), noNewPrivileges $nnp"
    said=$(inside said "$stat; true" "$set_up"' | .process.scheduler = {policy: "SCHED_FIFO", priority: 10, flags: ["SCHED_FLAG_RESET_ON_FORK"]}')
    case $said in
      *"Operation not permitted"*) skip "scheduler: SCHED_FIFO $name" "the kernel gives cgroups no real-time share here" ;;
      # awk is a child of sh, which does not give itself up for a last command: the flag resets it.
      *) same "scheduler: SCHED_FIFO with SCHED_FLAG_RESET_ON_FORK $name" "20 0 0" "$said" ;;
    esac
    said=$(inside said "exec $stat" "$set_up"' | .process.scheduler = {policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 10000000, period: 10000000}')
    case $said in
      *"Operation not permitted"*) skip "scheduler: SCHED_DEADLINE $name" "the kernel does not allow it here" ;;
      *) same "scheduler: SCHED_DEADLINE $name" "-101 0 6" "$said" ;;
    esac
    same_inside "scheduler, ioPriority and memoryPolicy $name" "25 5 3 idle" "echo \$($stat) \$(ionice)" \
      "$set_up"' | .process.scheduler = {policy: "SCHED_BATCH", nice: 5} | .process.ioPriority = {class: "IOPRIO_CLASS_IDLE"} | .linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0"}'
  done
done
same_inside "ioPriority" "best-effort: prio 6" ionice '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
bad "scheduler: unknown policy" "policy must be one of SCHED_OTHER.*SCHED_FOO" '.process.scheduler = {policy: "SCHED_FOO"}'
bad "scheduler: unknown flag" "must be one of SCHED_FLAG.*" '.process.scheduler = {policy: "SCHED_OTHER", flags: ["X"]}'
bad "scheduler: nice out of range" "nice must be an integer from -20 to 19" '.process.scheduler = {policy: "SCHED_OTHER", nice: 20}'
bad "scheduler: priority of another policy" "priority is for SCHED_FIFO and SCHED_RR" '.process.scheduler = {policy: "SCHED_OTHER", priority: 1}'
bad "scheduler: deadline of another policy" "SCHED_DEADLINE only" '.process.scheduler = {policy: "SCHED_RR", priority: 1, runtime: 5}'
bad "ioPriority: level out of range" "from 0 to 7" '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 8}'
bad "ioPriority: unknown class" "IOPRIO_CLASS_RT, IOPRIO_CLASS_BE" '.process.ioPriority = {class: "BE"}'

policy="sed -n '/stack/s/^[0-9a-f]* \\([^ ]*\\) .*/\\1/p' /proc/self/numa_maps"
if [ -e /proc/self/numa_maps ]; then
  same_inside "memoryPolicy: none" default "$policy"
  same_inside "memoryPolicy: MPOL_BIND with a flag" "bind=static:0" "$policy" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
  same_inside "memoryPolicy: MPOL_LOCAL" local "$policy" '.linux.memoryPolicy = {mode: "MPOL_LOCAL"}'
  bad "memoryPolicy: a node that is not there" "memoryPolicy.*nodes online" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "900"}'
else
  skip "memoryPolicy" "the kernel has no NUMA"
fi
bad "memoryPolicy: unknown mode" "mode must be one of MPOL_DEFAULT" '.linux.memoryPolicy = {mode: "MPOL_X"}'
bad "memoryPolicy: no list" "must be a list like 0-3,7" '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "1-"}'
bad "intelRdt" "intelRdt is not supported" '.linux.intelRdt = {closID: "x"}'

# execCPUAffinity is exec's alone.
last=$(($(nproc) - 1))
script='sleep 1000' bundle affine '.process.scheduler = {policy: "SCHED_BATCH", nice: 3} | .process.execCPUAffinity = {final: "0"}
  | .linux.memoryPolicy = {mode: "MPOL_LOCAL"}'
scrim run -d -b "$work/affine" affine </dev/null >/dev/null 2>&1
pid=$(scrim state affine | jq .pid)
allowed='sed -n "s/^Cpus_allowed_list:\t//p" /proc/self/status'
same "execCPUAffinity: not of the first process" "$(sh -c "$allowed")" "$(sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$pid/status")"
same "execCPUAffinity: final" 0 "$(scrim exec affine sh -c "$allowed")"
same "exec has the scheduler" "23 3 3" "$(scrim exec affine sh -c "$stat")"
[ ! -e /proc/self/numa_maps ] || same "exec has the memory policy" local "$(scrim exec affine sh -c "$policy")"
process() { jq --arg script "$1" ".process | .args = [\"sh\", \"-c\", \$script] | $2" "$work/affine/config.json" >"$work/process.json"; }
process "$allowed; $stat" '.execCPUAffinity = {initial: "'$last'"} | .scheduler = {policy: "SCHED_OTHER", nice: 1}'
same "exec --process: execCPUAffinity initial, and a scheduler of its own" "$last 21 1 0" "$(echo $(scrim exec --process "$work/process.json" affine))"
process true '.execCPUAffinity = {final: "1000"}'
matches "execCPUAffinity: a processor that is not there" "execCPUAffinity.final: Invalid argument" "$(scrim exec --process "$work/process.json" affine 2>&1)"
process true '.execCPUAffinity = {initial: "0-x"}'
matches "execCPUAffinity: no list" "must be a list like 0-3,7" "$(scrim exec --process "$work/process.json" affine 2>&1)"
scrim delete --force affine

# ---- id-mapped mounts
mkdir -m 755 -p "$work/volume/sub"
echo x >"$work/volume/file"
chown 1000:2000 "$work/volume/file"
mount() { echo '.mounts += [{destination: "/mnt", type: "bind", source: "'"$work/volume"'", options: ["'"${1//,/\",\"}"'"]'"${2:+, }${2:-}"'}]'; }
maps='uidMappings: [{containerID: 0, hostID: 1000, size: 10}], gidMappings: [{containerID: 0, hostID: 2000, size: 10}]'
from_1000='uidMappings: [{containerID: 1000, hostID: 0, size: 10}], gidMappings: [{containerID: 2000, hostID: 0, size: 10}]'
owner='stat -c %u:%g /mnt/file'
if inside said true "$(mount bind "$from_1000")" | grep -q "can this file system be id-mapped"; then
  skip "id-mapped mounts" "the file system of $work cannot be id-mapped"
else
  same_inside "id-mapped mount" "0:0" "$owner" "$(mount bind "$from_1000")"
  same_inside "id-mapped mount, the other way" "65534:65534" "$owner" "$(mount bind "$maps")"
  same_inside "id-mapped mount with ro" "0:0 no" "echo \$($owner) \$(touch /mnt/x 2>/dev/null && echo yes || echo no)" "$(mount bind,ro,idmap "$from_1000")"
  same_inside "in a user namespace: as the container sees it" "0:0" "$owner" \
    "$user | $(mount bind,idmap 'uidMappings: [{containerID: 1000, hostID: 100000, size: 10}], gidMappings: [{containerID: 2000, hostID: 100000, size: 10}]')"
  chown 0:0 "$work/volume/file"
  same_inside "idmap without mappings: the user namespace's" "0:0" "$owner" "$user | $(mount bind,idmap)"
  same_inside "without idmap: nobody's" "65534:65534" "$owner" "$user | $(mount bind)"
  command mount -t tmpfs inner "$work/volume/sub" && touch "$work/volume/sub/file"
  same_inside "ridmap: mounts below too" "0 0" 'echo $(stat -c %u /mnt/file /mnt/sub/file)' "$user | $(mount rbind,ridmap)"
  same_inside "idmap: not those" "0 65534" 'echo $(stat -c %u /mnt/file /mnt/sub/file)' "$user | $(mount rbind,idmap)"
  umount "$work/volume/sub"
  same "the source's owner is unchanged" 0 "$(stat -c %u "$work/volume/file")"
fi
bad "idmap without mappings or a user namespace" "needs uidMappings" "$(mount bind,idmap)"
bad "one mapping without the other" "uidMappings and gidMappings together" "$(mount bind 'uidMappings: [{containerID: 0, hostID: 0, size: 1}]')"
bad "an id-mapped tmpfs" "only bind mounts can be" '.mounts += [{destination: "/mnt", type: "tmpfs", source: "x", options: ["idmap"]}]'
chmod 700 "$work/volume" && chown 0:0 "$work/volume"
mkdir -m 777 "$work/volume/open" && echo reached >"$work/volume/open/file" && chmod 644 "$work/volume/open/file"
same_inside "a source where root of the user namespace could not go" reached "cat /mnt/file" \
  "$user | $(mount bind | sed "s|volume\"|volume/open\"|")"

# ---- options
chown -R 0:0 "$work/rootfs"
at='at() { awk -v p="$1" '"'"'$5 == p {line = $6} END {print line}'"'"' /proc/self/mountinfo; }; '
same_inside "a bind with file system options" "ok" "echo ok" "$(mount bind,sync,dirsync,lazytime)"
matches_inside "a tmpfs with sync" "rw,sync" "awk '\$5 == \"/mnt\" {print \$NF}' /proc/self/mountinfo" '.mounts += [{destination: "/mnt", type: "tmpfs", source: "x", options: ["sync"]}]'
matches_inside "remount of a bind" "^ro,nosuid" "$at at /mnt" "$(mount bind) | $(mount bind,remount,ro,nosuid | sed 's/type: "bind", //')"
matches_inside "remount of a file system" "^ro,.* .*size=1024k|^rw.*size=1024k" "awk '\$5 == \"/mnt\" {print \$6, \$NF}' /proc/self/mountinfo" \
  '.mounts += [{destination: "/mnt", type: "tmpfs", source: "x", options: ["size=2m"]}, {destination: "/mnt", source: "x", options: ["remount", "size=1m"]}]'
command mount -t tmpfs inner "$work/volume/sub"
# Every recursive attribute, on the mount and on the one below it.
for pair in rro:ro rnosuid:nosuid rnodev:nodev rnoexec:noexec rnoatime:noatime rnodiratime:nodiratime rnosymfollow:nosymfollow; do
  same_inside "${pair%:*}" "2" "awk '\$5 ~ \"^/mnt(/sub)?\$\" && (\",\" \$6 \",\") ~ \",${pair#*:},\"' /proc/self/mountinfo | wc -l" "$(mount "rbind,${pair%:*}")"
done
same_inside "rstrictatime" "0" "awk '\$5 ~ \"^/mnt(/sub)?\$\" && \$6 ~ \"atime\"' /proc/self/mountinfo | wc -l" "$(mount rbind,rstrictatime)"
same_inside "rrelatime after noatime" "2" "awk '\$5 ~ \"^/mnt(/sub)?\$\" && \$6 ~ \"relatime\"' /proc/self/mountinfo | wc -l" "$(mount rbind,noatime,rrelatime)"
umount "$work/volume/sub"
for option in $("$SCRIM" features | jq -r '.mountOptions[]'); do
  case $option in
    *idmap) continue ;;
    remount) continue ;;
  esac
  said=$(inside said "echo ok" "$(mount "bind,$option")")
  [ "$said" = ok ] || fail "features: mount option $option" "$said"
done
ok "features: every mount option is taken"
nothing_left fields
finish
