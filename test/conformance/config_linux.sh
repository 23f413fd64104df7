#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# runtime-spec, config-linux.md and features.md.
source "$(dirname "$0")/../integration/lib.sh"
begin_containers "$@"

same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
matches_inside() { matches "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
refused() {
  local said got
  said=$(inside said "echo ran" "$3")
  got=$?
  if [ $got != 1 ]; then fail "$1" "status $got: $said"; else matches "$1" "^scrim: .*$2" "$said"; fi
}
mount() { echo '.mounts += [{destination: "'"$1"'", type: "'"$2"'", source: "'"$3"'", options: ["'"${4//,/\",\"}"'"]}]'; }
without() { echo '.linux.namespaces |= map(select(.type != "'"$1"'"))'; }
user='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 1000}, {containerID: 2000, hostID: 200000, size: 10}]
  | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 1000}]'

# ---- Default filesystems
for pair in /proc:proc /sys:sysfs /dev/pts:devpts /dev/shm:tmpfs; do
  same_inside "config-linux.md#default-filesystems: ${pair%:*}" "${pair#*:}" "awk '\$5 == \"${pair%:*}\" {for (i = 7; \$i != \"-\"; i++); print \$(i+1)}' /proc/self/mountinfo"
done

# ---- Namespaces
declare -A file=([pid]=pid [network]=net [mount]=mnt [ipc]=ipc [uts]=uts [cgroup]=cgroup [time]=time [user]=user)
# A process in namespaces of each type, to join.
unshare -n -i -u -C -T --fork sleep 1000 &
started+=($!)
children() { cat "/proc/${started[-1]}/task/${started[-1]}/children"; }
wait_for 5 grep -q . "/proc/${started[-1]}/task/${started[-1]}/children"
holder=$(children | tr -d ' ')
started+=("$holder")
for type in pid network mount ipc uts cgroup time; do
  own=$(readlink "/proc/self/ns/${file[$type]}")
  same_inside "config-linux.md#namespaces: a new $type namespace" new "[ \$(readlink /proc/self/ns/${file[$type]}) = '$own' ] || echo new" "$(without $type) | .linux.namespaces += [{type: \"$type\"}]"
  [ $type = mount ] && continue # scrim refuses to change the host's
  quiet=$(without $type)
  [ $type != uts ] || quiet+=" | del(.hostname)"
  # Without its own, the host's sysfs and network, POSIX queues, or processes are shown.
  same_inside "config-linux.md#namespaces: without $type the runtime's is inherited" "$own" "readlink /proc/self/ns/${file[$type]}" "$quiet"
  case $type in pid) continue ;; esac
  theirs=$(readlink "/proc/$holder/ns/${file[$type]}")
  same_inside "config-linux.md#namespaces: $type by path" "$theirs" "readlink /proc/self/ns/${file[$type]}" "$(without $type) | .linux.namespaces += [{type: \"$type\", path: \"/proc/$holder/ns/${file[$type]}\"}]"
done
same_inside "config-linux.md#namespaces: a new pid namespace has process 1" 1 'echo $$'
for type in network ipc uts cgroup time mount pid; do
  wrong=uts
  [ $type != uts ] || wrong=ipc
  refused "config-linux.md#namespaces: a path that is not associated with a $type namespace" "not a ${file[$type]} namespace" \
    "$(without $type) | .linux.namespaces += [{type: \"$type\", path: \"/proc/$holder/ns/$wrong\"}]"
done
refused "config-linux.md#namespaces: path must be absolute" "absolute" "$(without ipc)"' | .linux.namespaces += [{type: "ipc", path: "ns/ipc"}]'
refused "config-linux.md#namespaces: a path that is not there" "No such file" "$(without ipc)"' | .linux.namespaces += [{type: "ipc", path: "/no/such"}]'
refused "config-linux.md#namespaces: an unknown type" "nosuch" '.linux.namespaces += [{type: "nosuch"}]'
refused "config-linux.md#namespaces: type is required" "type is required" '.linux.namespaces += [{}]'
for type in pid network mount ipc uts cgroup; do
  refused "config-linux.md#namespaces: $type twice" "a second time" ".linux.namespaces += [{type: \"$type\"}]"
done

# ---- User namespace mappings
same_inside "config-linux.md#user-namespace-mappings" "0 100000 1000 2000 200000 10 0 100000 1000" 'echo $(cat /proc/self/uid_map /proc/self/gid_map)' "$user"
owner=$(stat -c %u "$work/rootfs/bin/busybox")
inside said true "$user" >/dev/null
same "config-linux.md#user-namespace-mappings: the file system's owners stay" "$owner" "$(stat -c %u "$work/rootfs/bin/busybox")"
refused "config-linux.md#user-namespace-mappings: without a user namespace" "needs a user namespace" '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]'

# ---- Offsets
same_inside "config-linux.md#offset-for-time-namespace" "$(($(cut -d. -f1 /proc/uptime) / 86400 + 100))" 'echo $(($(cut -d. -f1 /proc/uptime) / 86400))' \
  '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {boottime: {secs: 8640000}}'

# ---- Devices
for device in null:1,3 zero:1,5 full:1,7 random:1,8 urandom:1,9 tty:5,0; do
  same_inside "config-linux.md#default-devices: /dev/${device%:*}" "character special file ${device#*:} 666" \
    "stat -c '%F %t,%T %a' /dev/${device%:*}"
done
same_inside "config-linux.md#default-devices: /dev/ptmx is the container's" yes '[ "$(readlink -f /dev/ptmx)" = /dev/pts/ptmx ] && echo yes'
matches_inside "config-linux.md#default-devices: /dev/console with a terminal" "^yes" 'tty=$(stat -c %t,%T /dev/console); [ "$tty" = "$(stat -L -c %t,%T /proc/self/fd/0)" ] && echo yes' \
  '.process.terminal = true'
same_inside "config-linux.md#default-devices: no /dev/console without" no '[ -e /dev/console ] || echo no'
same_inside "config-linux.md#devices: type, numbers, mode and owner" "character special file a,e5 600 3:4" "stat -c '%F %t,%T %a %u:%g' /dev/made" \
  '.linux.devices = [{path: "/dev/made", type: "c", major: 10, minor: 229, fileMode: 384, uid: 3, gid: 4}]'
same_inside "config-linux.md#devices: a FIFO needs no numbers" "fifo" "stat -c %F /dev/made" '.linux.devices = [{path: "/dev/made", type: "p"}]'
same_inside "config-linux.md#devices: one that is there already" "1,3" "stat -c %t,%T /dev/null" '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3}]'
refused "config-linux.md#devices: a file that does not match" "/bin/busybox" '.root.readonly = false | .linux.devices = [{path: "/bin/busybox", type: "c", major: 1, minor: 3}]'
refused "config-linux.md#devices: an unknown type" "must be c, u, b or p" '.linux.devices = [{path: "/dev/x", type: "x", major: 1, minor: 3}]'
refused "config-linux.md#devices: numbers are required" "major is required" '.linux.devices = [{path: "/dev/x", type: "c"}]'

# ---- Control groups
cgroup() { cut -d: -f3 /proc/self/cgroup | sort -u; }
same_inside "config-linux.md#cgroups-path: absolute, from the mount point" 1 "cut -d: -f3 /proc/self/cgroup | grep -cx /$tag/deep/er | sed 's/^[1-9][0-9]*/1/'" \
  "$(without cgroup) | .linux.cgroupsPath = \"/$tag/deep/er\""
rmdir /sys/fs/cgroup/*/"$tag"/deep /sys/fs/cgroup/"$tag"/deep 2>/dev/null
first=$(inside said "grep -o '[^:]*$tag-relative.*' /proc/self/cgroup | sort -u" "$(without cgroup) | .linux.cgroupsPath = \"$tag-relative\"")
second=$(inside other "grep -o '[^:]*$tag-relative.*' /proc/self/cgroup | sort -u" "$(without cgroup) | .linux.cgroupsPath = \"$tag-relative\"")
same "config-linux.md#cgroups-path: the same place for the same path" "$first" "$second"
matches "config-linux.md#cgroups-path: relative" "$tag-relative" "$first"
if [ -d /sys/fs/cgroup/devices ] || [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  # Denied, allowed and denied again: the later entry counts.
  rules() { echo '.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 5, access: "rw"}'"$1"'] | .mounts |= map(if .destination == "/dev" then .options -= ["nodev"] else . end)'; }
  zero='{ head -c 1 /dev/zero >/dev/null; } 2>/dev/null && echo yes || echo no'
  same_inside "config-linux.md#allowed-device-list: in the listed order: allowed" yes "$zero" "$(rules "")"
  same_inside "config-linux.md#allowed-device-list: one that is not allowed" no 'mknod /dev/kmsg2 c 1 11 2>/dev/null; { head -c 0 /dev/kmsg2; } 2>/dev/null && cat /dev/kmsg2 >/dev/null 2>&1 && echo yes || echo no' "$(rules "")"' | .process.capabilities[] += ["CAP_MKNOD"]'
fi
if [ -d /sys/fs/cgroup/pids ]; then
  same_inside "config-linux.md#pids: limit" 20 "cat /sys/fs/cgroup/pids/pids.max" '.linux.resources.pids = {limit: 20}'
fi
if [ -d /sys/fs/cgroup/memory ]; then
  same_inside "config-linux.md#memory: limit" 67108864 "cat /sys/fs/cgroup/memory/memory.limit_in_bytes" '.linux.resources.memory = {limit: 67108864}'
fi

# ---- Sysctl
same_inside "config-linux.md#sysctl" 1 "cat /proc/sys/net/ipv4/ip_forward" '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
refused "config-linux.md#sysctl: one of the host" "change the host" '.linux.sysctl = {"vm.swappiness": "1"}'

# ---- Seccomp
same_inside "config-linux.md#seccomp: errnoRet" "File exists" "mkdir /tmp/x 2>&1 | sed 's/.*: //'" \
  '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 17}]}'
same_inside "config-linux.md#seccomp: EPERM if there is no errnoRet" "Operation not permitted" "mkdir /tmp/x 2>&1 | sed 's/.*: //'" \
  '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
refused "config-linux.md#seccomp: an unknown action" "SCMP_ACT_NO" '.linux.seccomp = {defaultAction: "SCMP_ACT_NO"}'
refused "config-linux.md#seccomp: errnoRet with an action that has none" "errnoRet|defaultErrnoRet" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", defaultErrnoRet: 5}'
refused "config-linux.md#seccomp: names must have an entry" "names" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [], action: "SCMP_ACT_ERRNO"}]}'
refused "config-linux.md#seccomp: listenerMetadata without listenerPath" "listener" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x"}'
refused "config-linux.md#seccomp: SCMP_ACT_NOTIFY without listenerPath" "listenerPath" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}'

# ---- Rootfs mount propagation
for propagation in shared slave private unbindable; do
  case $propagation in shared) want='shared:' ;; slave) want='^(master:[0-9]+)?$' ;; private) want='^$' ;; *) want='^unbindable$' ;; esac
  matches_inside "config-linux.md#rootfs-mount-propagation: $propagation" "$want" \
    "awk '\$5 == \"/\" {for (i = 7; \$i != \"-\"; i++) print \$i}' /proc/self/mountinfo" ".linux.rootfsPropagation = \"$propagation\""
done
refused "config-linux.md#rootfs-mount-propagation: another word" "rootfsPropagation must be" '.linux.rootfsPropagation = "public"'

# ---- Masked and read-only paths
same_inside "config-linux.md#masked-paths: cannot be read" 0 "cat /etc/passwd /masked/* 2>/dev/null | wc -c" \
  "$(mount /masked bind "$work/spec" bind) | .linux.maskedPaths = [\"/etc/passwd\", \"/masked\", \"/not/there\"]"
refused "config-linux.md#masked-paths: must be absolute" "absolute" '.linux.maskedPaths = ["etc"]'
same_inside "config-linux.md#readonly-paths" "no" "echo x 2>/dev/null >/proc/sys/kernel/domainname && echo yes || echo no" \
  '.process.capabilities[] += ["CAP_SYS_ADMIN"] | .linux.readonlyPaths = ["/proc/sys", "/not/there"]'
refused "config-linux.md#readonly-paths: must be absolute" "absolute" '.linux.readonlyPaths = ["proc"]'

# ---- Personality, IntelRdt
same_inside "config-linux.md#personality: LINUX32" "i686" "uname -m" '.linux.personality = {domain: "LINUX32"}'
refused "config-linux.md#personality: an unsupported domain" "LINUX or LINUX32" '.linux.personality = {domain: "BSD"}'
refused "config-linux.md#personality: unsupported flags" "flags must be empty" '.linux.personality = {domain: "LINUX", flags: ["X"]}'
refused "config-linux.md#intelrdt: what is not supported is an error" "intelRdt" '.linux.intelRdt = {closID: "x"}'

# ---- Features
features=$("$SCRIM" features)
matches "features.md#specification-version: ociVersionMin" '^1\.0\.0' "$(jq -r .ociVersionMin <<<"$features")"
matches "features.md#specification-version: ociVersionMax" '^1\.[0-9]+\.[0-9]+' "$(jq -r .ociVersionMax <<<"$features")"
same "features.md#hooks" "createContainer createRuntime poststart poststop prestart startContainer" "$(jq -r '.hooks | sort | join(" ")' <<<"$features")"
for type in $(jq -r '.linux.namespaces[]' <<<"$features"); do
  same_inside "features.md#namespaces: $type is recognised" ok "echo ok" "$(without "$type") | $([ "$type" = user ] && echo "$user" || echo ".linux.namespaces += [{type: \"$type\"}]")"
done
same_inside "features.md#capabilities: every one is recognised" ok "echo ok" ".process.capabilities.bounding = $(jq -c .linux.capabilities <<<"$features")"
for architecture in $(jq -r '.linux.seccomp.archs[]' <<<"$features"); do
  # Recognised, and refused for a reason: one program cannot serve two byte orders.
  matches_inside "features.md#seccomp: $architecture is recognised" "^ok$|has another byte order" "echo ok" \
    ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", architectures: [\"$architecture\"], syscalls: [{names: [\"mkdir\"], action: \"SCMP_ACT_ERRNO\"}]}"
done
same_inside "features.md#seccomp: every operator is recognised" ok "echo ok" \
  ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\",
    syscalls: [$(jq -c .linux.seccomp.operators <<<"$features")[] | {names: [\"mkdir\"], action: \"SCMP_ACT_ERRNO\", args: [{index: 0, value: 5, op: .}]}]}"
same "features.md#mount-extensions: idmap" true "$(jq .linux.mountExtensions.idmap.enabled <<<"$features")"
same "features.md#intel-rdt" false "$(jq .linux.intelRdt.enabled <<<"$features")"
nothing_left config_linux
finish
