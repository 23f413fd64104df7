#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# runtime-spec, config.md: version, root, mounts, process, hostname, annotations, extensibility.
source "$(dirname "$0")/../integration/lib.sh"
begin_containers "$@"

same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
matches_inside() { matches "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
# refused NAME PATTERN JQ: an error, in one line, and no program runs.
refused() {
  local said got
  said=$(inside said "echo ran" "$3")
  got=$?
  if [ $got != 1 ]; then fail "$1" "status $got: $said"; else matches "$1" "^scrim: .*$2" "$said"; fi
}
mount() { echo '.mounts += [{destination: "'"$1"'", type: "'"$2"'", source: "'"$3"'", options: ["'"${4//,/\",\"}"'"]}]'; }
options='at() { awk -v p="$1" '"'"'$5 == p {line = $6} END {print line}'"'"' /proc/self/mountinfo; }; '

# ---- Specification version
for version in 1.0.0 1.0.2-dev 1.2.1 1.99.0 1.1.0-rc.1+x; do same_inside "config.md#specification-version: $version" ok "echo ok" ".ociVersion = \"$version\""; done
for version in "" 1 1.0 v1.0.0 2.0.0 01.0.0 1.0.0.0 x; do refused "config.md#specification-version: \"$version\" is an error" ociVersion ".ociVersion = \"$version\""; done
refused "config.md#specification-version: required" "ociVersion is required" 'del(.ociVersion)'

# ---- Root
refused "config.md#root: path is required" "root.path is required" '.root = {readonly: true}'
refused "config.md#root: the directory must exist" "No such file" '.root.path = "/no/such"'
bundle relative '.root.path = "../rootfs" | .process.args = ["echo", "ok"]'
same "config.md#root: a relative path is relative to the bundle" ok "$(scrim run -b "$work/relative" relative </dev/null 2>&1)"
same_inside "config.md#root: readonly true" no "touch /x 2>/dev/null && echo yes || echo no" '.root.readonly = true'
same_inside "config.md#root: readonly false" yes "touch /x && echo yes; rm /x" '.root.readonly = false'
same_inside "config.md#root: readonly is false by default" yes "touch /x && echo yes; rm /x" 'del(.root.readonly)'

# ---- Mounts
mkdir -p "$work/host"
echo content >"$work/host/file"
same_inside "config.md#mounts: in the listed order" "content" "cat /tmp/in/file" "$(mount /tmp tmpfs tmpfs rw) | $(mount /tmp/in bind "$work/host" bind)"
same_inside "config.md#mounts: a later one covers an earlier one" "0" "ls /tmp/in 2>/dev/null | wc -l" "$(mount /tmp/in bind "$work/host" bind) | $(mount /tmp tmpfs tmpfs rw)"
matches_inside "config.md#mounts: a relative destination is relative to /, with a warning" "deprecated" "cat /mnt/file" "$(mount mnt bind "$work/host" bind)"
matches_inside "config.md#mounts: and works" "^content$" "cat /mnt/file" "$(mount mnt bind "$work/host" bind)"
refused "config.md#mounts: destination is required" "destination is required" '.mounts += [{type: "tmpfs"}]'
refused "config.md#mounts: a type that the kernel does not have" "No such device" "$(mount /mnt nosuchfs x rw)"
refused "config.md#mounts: an option that the file system does not have" "nosuch" "$(mount /mnt tmpfs x nosuch)"
refused "config.md#mounts: an option that a bind mount does not have" "nosuch" "$(mount /mnt bind "$work/host" bind,nosuch)"
refused "config.md#mounts: a source that is not there" "No such file" "$(mount /mnt bind /no/such bind)"
same_inside "config.md#linux-mounts: with bind the type is ignored" content "cat /mnt/file" "$(mount /mnt nosuchfs "$work/host" bind)"
same_inside "config.md#mounts: a source is relative to the bundle" content "cat /mnt/file" "$(mount /mnt none ../host bind)"
same_inside "config.md#mounts: a file" content "cat /mnt/file" "$(mount /mnt tmpfs x rw) | $(mount /mnt/file bind "$work/host/file" bind)"
for pair in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
  matches_inside "config.md#linux-mount-options: $pair" ",$pair," "$options echo ,\$(at /mnt)," "$(mount /mnt tmpfs x "$pair")"
  opposite=${pair#no}
  [ $pair != ro ] || opposite=rw
  same_inside "config.md#linux-mount-options: $opposite after it" 0 "$options echo ,\$(at /mnt), | grep -c ,$pair," "$(mount /mnt tmpfs x "$pair,$opposite")"
done
matches_inside "config.md#linux-mount-options: relatime" ",relatime," "$options echo ,\$(at /mnt)," "$(mount /mnt tmpfs x noatime,relatime)"
same_inside "config.md#linux-mount-options: strictatime" 0 "$options echo ,\$(at /mnt), | grep -c atime" "$(mount /mnt tmpfs x strictatime)"
refused "config.md#linux-mount-options: idmap without any mapping MUST fail" "needs uidMappings" "$(mount /mnt bind "$work/host" bind,idmap)"
refused "config.md#posix-platform-mounts: uidMappings without gidMappings" "together" \
  '.mounts += [{destination: "/mnt", type: "bind", source: "\($work)/host", options: ["bind"], uidMappings: [{containerID: 0, hostID: 0, size: 1}]}]'

# ---- Process
refused "config.md#process: args is required" "args is required" 'del(.process.args)'
refused "config.md#process: args must have an entry" "args must not be empty" '.process.args = []'
refused "config.md#process: cwd is required" "cwd is required" 'del(.process.cwd)'
refused "config.md#process: cwd must be absolute" "cwd must be an absolute path" '.process.cwd = "tmp"'
same_inside "config.md#process: cwd" /tmp pwd '.process.cwd = "/tmp"'
same_inside "config.md#process: env" "b c" 'echo $A $D' '.process.env += ["A=b", "D=c"]'
same_inside "config.md#process: nothing else of the environment" "" 'env | grep -vE "^(PATH|TERM|CONTAINER_OF|HOME|PWD|SHLVL|_|OLDPWD)="'
bundle args '.process.args = ["echo", "a b", "", "*"]'
same "config.md#process: args as written" "a b  *" "$(scrim run -b "$work/args" args </dev/null 2>&1)"
matches_inside "config.md#process: terminal, and its consoleSize" "^yes 24 80" '[ -t 0 ] && echo yes $(stty size)' \
  '.process.terminal = true | .process.consoleSize = {height: 24, width: 80}'
same_inside "config.md#process: no terminal, and consoleSize is ignored" no '[ -t 0 ] || echo no' '.process.consoleSize = {height: 24, width: 80}'

# ---- POSIX process
same_inside "config.md#posix-process: rlimits" "64 128 5 7" 'echo $(ulimit -Sn) $(ulimit -Hn) $(ulimit -St) $(ulimit -Ht)' \
  '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 64, hard: 128}, {type: "RLIMIT_CPU", soft: 5, hard: 7}]'
same_inside "config.md#posix-process: limits that are not listed stay" "$(ulimit -n)" "ulimit -n" '.process.rlimits = []'
refused "config.md#posix-process: a limit that cannot be mapped to the kernel's" "RLIMIT_FOO" '.process.rlimits = [{type: "RLIMIT_FOO", soft: 1, hard: 1}]'
refused "config.md#posix-process: duplicated limits" "RLIMIT_NOFILE a second time" '.process.rlimits = [range(2) | {type: "RLIMIT_NOFILE", soft: 64, hard: 64}]'
refused "config.md#posix-process: soft is required" "soft is required" '.process.rlimits = [{type: "RLIMIT_NOFILE", hard: 64}]'
refused "config.md#posix-process: hard is required" "hard is required" '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 64}]'

# ---- Linux process
same_inside "config.md#linux-process: capabilities, each set, as execve(2) of a user other than root leaves them" "0000000000000400 0000000000000400 0000000000000400 0000000000000422 0000000000000400" \
  'echo $(sed -n "s/^Cap\(Inh\|Eff\|Prm\|Bnd\|Amb\):\t//p" /proc/self/status | awk "{print}" | { read i; read p; read e; read b; read a; echo $i $e $p $b $a; })' \
  '.process.capabilities = {inheritable: ["CAP_NET_BIND_SERVICE"], ambient: ["CAP_NET_BIND_SERVICE"], effective: ["CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE"],
     permitted: ["CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE", "CAP_KILL"], bounding: ["CAP_NET_BIND_SERVICE", "CAP_DAC_OVERRIDE", "CAP_KILL"]}
   | .process.user = {uid: 1000, gid: 1000}'
matches_inside "config.md#linux-process: a capability that cannot be mapped is a warning" "CAP_FOO.*left out" "true" '.process.capabilities.bounding += ["CAP_FOO"]'
matches_inside "config.md#linux-process: and no failure" "^ok$" "echo ok" '.process.capabilities.bounding += ["CAP_FOO"]'
same_inside "config.md#linux-process: noNewPrivileges true" 1 "sed -n 's/^NoNewPrivs:\t//p' /proc/self/status" '.process.noNewPrivileges = true'
same_inside "config.md#linux-process: noNewPrivileges false" 0 "sed -n 's/^NoNewPrivs:\t//p' /proc/self/status" '.process.noNewPrivileges = false'
same_inside "config.md#linux-process: oomScoreAdj" 500 "cat /proc/self/oom_score_adj" '.process.oomScoreAdj = 500'
same_inside "config.md#linux-process: oomScoreAdj stays if it is not set" "$(cat /proc/self/oom_score_adj)" "cat /proc/self/oom_score_adj" 'del(.process.oomScoreAdj)'
if [ ! -d /sys/kernel/security/apparmor ]; then
  refused "config.md#linux-process: apparmorProfile that cannot be applied" "AppArmor|apparmor" '.process.apparmorProfile = "docker-default"'
fi
same_inside "config.md#linux-process: scheduler" "25 5 3" "awk '{print \$18, \$19, \$41}' /proc/self/stat" '.process.scheduler = {policy: "SCHED_BATCH", nice: 5}'
same_inside "config.md#linux-process: ioPriority" "best-effort: prio 6" ionice '.process.ioPriority = {class: "IOPRIO_CLASS_BE", priority: 6}'
refused "config.md#linux-process: scheduler.policy is required" "policy is required" '.process.scheduler = {}'
refused "config.md#linux-process: ioPriority.class is required" "class is required" '.process.ioPriority = {priority: 1}'

# ---- User
same_inside "config.md#posix-platform-user: uid, gid, additionalGids" "1000 1001 1001 7 8" 'echo $(id -u) $(id -g) $(id -G)' \
  '.process.user = {uid: 1000, gid: 1001, additionalGids: [7, 8]}'
same_inside "config.md#posix-platform-user: umask" 0027 umask '.process.user.umask = 23'
same_inside "config.md#posix-platform-user: the default umask" 0022 umask

# ---- Hostname, domainname
same_inside "config.md#hostname" other hostname '.hostname = "other"'
same_inside "config.md#domainname" example.org "cat /proc/sys/kernel/domainname" '.domainname = "example.org"'
same "config.md#hostname: the host's stays" "$(cat /proc/sys/kernel/hostname)" "$(hostname)"
refused "config.md#hostname: without a uts namespace" "uts namespace" '.linux.namespaces |= map(select(.type != "uts"))'

# ---- Annotations
refused "config.md#annotations: keys must not be empty" "annotations.*empty" '.annotations = {"": "x"}'
refused "config.md#annotations: values must be strings" "annotations.*string" '.annotations = {"a": 1}'
same_inside "config.md#annotations: values may be empty, keys unknown" ok "echo ok" '.annotations = {"com.example.unknown": ""}'
same_inside "config.md#annotations: none" ok "echo ok" 'del(.annotations)'

# ---- Extensibility, valid values
same_inside "config.md#extensibility: unknown properties are ignored" ok "echo ok" \
  '.unknown = {a: 1} | .process.unknown = true | .linux.unknown = [] | .linux.namespaces[0].unknown = 1 | .windows = {} | .solaris = {}'
for wrong in '.process.user.uid = -1' '.process.user.uid = 4294967296' '.process.terminal = "yes"' '.root = []' '.mounts = {}' '.process.env = ["NOEQUALS"]' \
  '.process.oomScoreAdj = 1001' '.process.user.umask = 512' '.linux = []' '.hostname = 5'; do
  refused "config.md#valid-values: $wrong is an error" "must" "$wrong"
done
nothing_left config
finish
