#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# User namespaces made and joined by root (user_namespaces(7)).
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

mapped='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
  | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
chown -h -R 100000:200000 "$work/rootfs"
same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-$mapped}")"; }
status='st() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status | tr "\t" " " | sed "s/ *$//"; }; '

same_inside "uid_map and gid_map" "0 100000 65536 0 200000 65536" 'echo $(cat /proc/self/uid_map) $(cat /proc/self/gid_map)'
same_inside "files belong to root" "0:0" "stat -c %u:%g /bin/busybox"
same_inside "what is not mapped is nobody's" "65534:65534" "stat -c %u:%g /proc/sys"
same_inside "user and groups of the namespace" "7 7 7 7|8 8 8 8|9 10" "$status"'echo "$(st Uid)|$(st Gid)|$(st Groups)"' \
  "$mapped | .process.user = {uid: 7, gid: 8, additionalGids: [9, 10]}"
same_inside "devices are the host's, bound" "null:1:3 full:1:7 tty:5:0" \
  'cd /dev; for d in null full tty; do printf "%s:%d:%d " $d 0x$(stat -c %t $d) 0x$(stat -c %T $d); done | sed "s/ $//"; echo x >/dev/null'
same_inside "proc, sysfs, mqueue and tmpfs of its own" "proc sysfs mqueue tmpfs" \
  'for p in /proc /sys /dev/mqueue /dev/shm; do awk -v p=$p "\$5 == p {for (i = 7; \$i != \"-\"; i++); print \$(i+1)}" /proc/self/mountinfo; done | tr "\n" " " | sed "s/ $//"'
same_inside "several mappings" "0 100000 1 1 300000 9" 'echo $(cat /proc/self/uid_map)' \
  "$mapped"' | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1}, {containerID: 1, hostID: 300000, size: 9}]'
script='sleep 1000' bundle owner "$mapped"
scrim create -b "$work/owner" owner </dev/null >/dev/null 2>&1
pid=$(scrim state owner | jq .pid)
same "outside, the created process is the mapped one" "100000	100000	100000	100000" "$(sed -n 's/^Uid:\t//p' "/proc/$pid/status")"
scrim start owner
same_inside "joined by its path" "0 100000 65536" 'echo $(cat /proc/self/uid_map)' \
  ".linux.namespaces += [{type: \"user\", path: \"/proc/$pid/ns/user\"}]"
same_inside "joined, with the network and ipc namespaces that belong to it" "$(readlink "/proc/$pid/ns/user") $(readlink "/proc/$pid/ns/net")" \
  'echo $(readlink /proc/self/ns/user) $(readlink /proc/self/ns/net)' \
  ".linux.namespaces = [{type: \"mount\"}, {type: \"pid\"}, {type: \"uts\"}, {type: \"user\", path: \"/proc/$pid/ns/user\"},
    {type: \"network\", path: \"/proc/$pid/ns/net\"}, {type: \"ipc\", path: \"/proc/$pid/ns/ipc\"}] | .mounts |= map(select(.destination | startswith(\"/sys/fs\") | not))"
same_inside "joined, with its pid namespace" "yes" 'ps | grep -q "[s]leep 1000" && echo yes' \
  ".linux.namespaces |= map(if .type == \"pid\" then .path = \"/proc/$pid/ns/pid\" else . end) + [{type: \"user\", path: \"/proc/$pid/ns/user\"}]"
scrim delete --force owner
matches "mappings without a user namespace" "^scrim: .*apping" "$(inside said true '.linux.uidMappings = [{containerID: 0, hostID: 1, size: 1}] | .linux.gidMappings = .linux.uidMappings')"
matches "a user namespace without mappings" "^scrim: .*apping" "$(inside said true '.linux.namespaces += [{type: "user"}]')"
matches "a user that is not mapped" "^scrim: change to user 70000: Invalid" "$(inside said true "$mapped | .process.user = {uid: 70000, gid: 0}")"
nothing_left userns_root
finish
