#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The config.json that Debian's dockerd wrote, run by scrim and by Debian's runc: the same answers from inside.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v runc >/dev/null; then skip bundle_differential "no runc here" && exit 0; fi
# The image's, as docker's images have it
mkdir -p "$work/rootfs/private" "$work/rootfs/home/user"
chmod 700 "$work/rootfs/private"
echo "user:x:1000:1000:user:/home/user:/bin/sh" >>"$work/rootfs/etc/passwd"
ln -s ../run/later/resolv.conf "$work/rootfs/etc/resolv.conf"
echo nameserver >"$work/resolv.conf"

# answers RUNTIME SCRIPT JQ: what comes out, and the exit status
answers() {
  mkdir -p "$work/docker"
  # shellcheck disable=SC2016
  jq --arg root "$work/rootfs" --arg tag "$tag" --arg work "$work" --arg script "$2" '
    .root.path = $root | .linux.cgroupsPath = "/\($tag)/docker" | .process.env += ["CONTAINER_OF=\($tag)"]
    | .process.args = ["/bin/sh", "-c", "exec 2>&1; " + $script] | '"$3" \
    "$repository/test/integration/data/dockerd-config.json" >"$work/docker/config.json"
  local command=("$SCRIM" --config "$work/settings.json")
  [ "$1" = scrim ] || command=(runc)
  timeout 20 "${command[@]}" --root "$work/$1" run --bundle "$work/docker" "$tag" </dev/null 2>&1 | cat
  echo "status ${PIPESTATUS[0]}"
}
# alike NAME SCRIPT [JQ]
alike() {
  local by_scrim by_runc
  by_scrim=$(answers scrim "$2" "${3:-.}")
  by_runc=$(answers runc "$2" "${3:-.}")
  if [ "$by_scrim" = "$by_runc" ]; then ok "$1"; else fail "$1" "$(diff <(echo "$by_runc") <(echo "$by_scrim"))"; fi
}
# Mount points, options and types, in order; propagation without its numbers. Two things differ on purpose: what
# masks a path has nosuid,nodev,noexec, and cgroup v1's own tmpfs is as read-only as what is in it (with the
# hierarchies in it that runc does not know: hybrid).
# shellcheck disable=SC2016
mounts='awk "{propagation = \"\"; for (i = 7; \$i != \"-\"; i++) propagation = propagation \" \" \$i; sub(/:[0-9]+/, \"\", propagation)
  masks = \$5 ~ /^\/(proc|sys)\/(acpi|keys|timer_list|firmware|kcore|scsi|asound|latency_stats|sched_debug|timer_stats)/
  print \$5, (masks ? \"\" : \$6 \" \" propagation \" \" \$(i+1))}" /proc/self/mountinfo | grep -vE "^/sys/fs/cgroup( |/unified)"'
everything='id; pwd; umask; ulimit -a; hostname; env | sort; cat /proc/self/cgroup | cut -d: -f3 | sort -u
  grep -vE "^(Pid|Tgid|NSpid|NStgid|NSpgid|NSsid|Vm|Rss|Hugetlb|vol|nonvol|Cpus|Mems|SigQ|FDSize|Threads|Kthread|x86|.*ctxt|untag)" /proc/self/status
  ls -ln /dev | awk "{print \$1, \$3, \$4, \$5, \$6, \$NF}" | sed "s/^\(l.*\)  *[A-Z][a-z][a-z] [0-9]* /\1 /"; echo /proc/self/fd/*
  cat /proc/self/oom_score_adj /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range
  cat /proc/self/personality /proc/self/sessionid; ls -A / /dev/pts /dev/shm /sys/firmware /proc/acpi /proc/scsi 2>&1; cut -d" " -f4-7 /proc/self/stat'

# runc refuses capabilities that it does not have itself.
may_raise_limits=$((0x$(sed -n 's/CapEff:\t//p' /proc/self/status) >> 24 & 1))
export may_raise_limits

alike "as dockerd wrote it" "$everything"
alike "as dockerd wrote it: mounts" "$mounts"
alike "as a user" "$everything" '.process.user = {uid: 1000, gid: 1000, additionalGids: [5, 6]}'
alike "no_new_privs" "$everything" '.process.noNewPrivileges = true'
alike "--privileged: everything" "$everything; $mounts" '.process.capabilities[] = ([range(41)] | map(["CHOWN","DAC_OVERRIDE","DAC_READ_SEARCH","FOWNER","FSETID","KILL","SETGID","SETUID","SETPCAP","LINUX_IMMUTABLE","NET_BIND_SERVICE","NET_BROADCAST","NET_ADMIN","NET_RAW","IPC_LOCK","IPC_OWNER","SYS_MODULE","SYS_RAWIO","SYS_CHROOT","SYS_PTRACE","SYS_PACCT","SYS_ADMIN","SYS_BOOT","SYS_NICE","SYS_RESOURCE","SYS_TIME","SYS_TTY_CONFIG","MKNOD","LEASE","AUDIT_WRITE","AUDIT_CONTROL","SETFCAP","MAC_OVERRIDE","MAC_ADMIN","SYSLOG","WAKE_ALARM","BLOCK_SUSPEND","AUDIT_READ","PERFMON","BPF","CHECKPOINT_RESTORE"][.])
    | map("CAP_" + .) | map(select(. != "CAP_SYS_RESOURCE" or $ENV.may_raise_limits == "1")))
  | del(.linux.seccomp, .linux.maskedPaths, .linux.readonlyPaths) | .linux.resources.devices = [{allow: true, access: "rwm"}]
  | (.mounts[] | select(.destination == "/sys" or .destination == "/sys/fs/cgroup") | .options) -= ["ro"]'
alike "no capabilities member" "$everything" 'del(.process.capabilities)'
alike "inheritable and ambient capabilities" "$everything" '.process.user = {uid: 1000, gid: 1000}
  | .process.capabilities.inheritable = ["CAP_KILL", "CAP_CHOWN"] | .process.capabilities.ambient = ["CAP_KILL", "CAP_NET_RAW"]'
alike "limits" "$everything" '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_CORE", soft: 0, hard: 0},
  {type: "RLIMIT_NPROC", soft: 1000, hard: 1000}]'
alike "read-only root with volumes" "$mounts; touch /x; ls -ld /data /data/file; cat /data/file /etc/resolv.conf" '.root.readonly = true | .mounts += [
  {destination: "/data", type: "tmpfs", source: "tmpfs", options: ["ro", "nosuid", "size=1m"]},
  {destination: "/data/file", type: "bind", source: "\($work)/resolv.conf", options: ["rbind", "ro", "rprivate"]},
  {destination: "/etc/resolv.conf", type: "bind", source: "\($work)/resolv.conf", options: ["rbind", "rprivate"]}]'
rm -rf "$work/rootfs/run"
alike "devices" "ls -ln /dev /dev/sub | awk '{print \$1, \$3, \$4, \$5, \$6, \$NF}'" '.linux.devices = [{path: "/dev/sub/fuse", type: "c", major: 10, minor: 229, fileMode: 438, uid: 3, gid: 4},
  {path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 384}, {path: "/dev/fifo", type: "p", fileMode: 420}] '
alike "working directory that is not there, of a user" "pwd; ls -ld ." '.process.cwd = "/srv/app" | .process.user = {uid: 1000, gid: 1000}'
rm -rf "$work/rootfs/srv"
alike "working directory of root's only" "pwd; ls -ld /private" '.process.cwd = "/private" | .process.user = {uid: 1000, gid: 1000}'
alike "/dev/stdout and /dev/stderr of a user" "echo out >/dev/stdout; echo out >/dev/stderr; stat -L -c %u:%a /dev/stdout" '.process.user = {uid: 1000, gid: 1000}'
alike "no namespaces but mount" "$everything" '.linux.namespaces = [{type: "mount"}, {type: "pid"}, {type: "uts"}, {type: "network"}, {type: "ipc"}, {type: "cgroup"}]'
alike "exit status" "exit 42"
alike "killed" "kill -9 \$\$" '.linux.namespaces |= map(select(.type != "pid"))'
alike "the seccomp profile" "unshare -U true; echo \$?; mount -t tmpfs x /mnt; echo \$?; chroot / true; echo \$?; date -s @0 >/dev/null; echo \$?"
alike "user namespace" "$everything; cat /proc/self/uid_map /proc/self/gid_map; ls -ln /bin/busybox; $mounts | sort" '.linux.namespaces += [{type: "user"}]
  | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings | del(.process.oomScoreAdj) | .linux.sysctl = {}'

# shellcheck disable=SC2154
same "dockerd's config.json is as it was" "" "$(git -C "$repository" status --porcelain test/integration/data 2>/dev/null)"
rmdir "$work/scrim" "$work/runc" 2>/dev/null
nothing_left differential
finish
