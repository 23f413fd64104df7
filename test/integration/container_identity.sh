#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who the process is and what limits it has, as the kernel answers inside; namespaces, new and joined.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
status='st() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status | tr "\t" " " | sed "s/ *$//"; }; '

same_inside "user, group and additional groups" "1000 1000 1000 1000|2000 2000 2000 2000|7 9 4000000000" \
  "$status"'echo "$(st Uid)|$(st Gid)|$(st Groups)"' '.process.user = {uid: 1000, gid: 2000, additionalGids: [7, 9, 4000000000]}'
same_inside "without additional groups none of ours" "" "$status"'st Groups' '.process.user = {uid: 1000, gid: 1000}'
same_inside "umask 022" 0022 umask
same_inside "umask asked for" 0027 umask '.process.user.umask = 23'
same_inside "no_new_privs" 1 "$status"'st NoNewPrivs'
same_inside "no no_new_privs" 0 "$status"'st NoNewPrivs' '.process.noNewPrivileges = false'

capabilities() { # the five sets as one JQ filter, by number: 0 CHOWN, 5 KILL, 7 SETUID, 10 NET_BIND_SERVICE, 13 NET_RAW
  echo ".process.capabilities = {bounding: $1, permitted: $2, effective: $3, inheritable: $4, ambient: $5} | .process.noNewPrivileges = ${6:-false}"
}
sets="$status"'for s in CapBnd CapPrm CapEff CapInh CapAmb; do printf "%x " 0x$(st $s); done'
all='["CAP_CHOWN","CAP_KILL","CAP_NET_RAW"]'
same_inside "root: what is permitted is the bounding set" "2021 2021 2021 0 0 " "$sets" "$(capabilities "$all" "$all" "$all" "[]" "[]")"
same_inside "inheritable" "2021 2021 2021 20 0 " "$sets" "$(capabilities "$all" "$all" "$all" '["CAP_KILL"]' "[]")"
user='| .process.user = {uid: 1000, gid: 1000}'
same_inside "a user loses them with execve" "2021 0 0 20 0 " "$sets" "$(capabilities "$all" "$all" "$all" '["CAP_KILL"]' "[]") $user"
same_inside "but for ambient ones" "2021 20 20 20 20 " "$sets" "$(capabilities "$all" "$all" "$all" '["CAP_KILL"]' '["CAP_KILL"]') $user"
same_inside "ambient without inheritable is none" "2021 0 0 0 0 " "$sets" "$(capabilities "$all" "$all" "$all" '[]' '["CAP_KILL"]') $user"
same_inside "none at all" "0 0 0 0 0 " "$sets" "$(capabilities "[]" "[]" "[]" "[]" "[]")"
same_inside "no capabilities member: none, as under runc" "0 0 0 0 0 " "$sets" 'del(.process.capabilities)'

same_inside "limits" "100 200|5120 5120|1024 1024" \
  'echo "$(ulimit -Sn) $(ulimit -Hn)|$(ulimit -Ss) $(ulimit -Hs)|$(ulimit -Sc) $(ulimit -Hc)"' \
  '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}, {type: "RLIMIT_STACK", soft: 5242880, hard: 5242880},
    {type: "RLIMIT_CORE", soft: 524288, hard: 524288}]'
same_inside "oom_score_adj" 321 'cat /proc/self/oom_score_adj' '.process.oomScoreAdj = 321'
same_inside "host and domain name" "here there" 'echo $(hostname) $(cat /proc/sys/kernel/domainname)' '.hostname = "here" | .domainname = "there"'
same_inside "sysctl" "1 32 99" 'echo $(cat /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/msg_max /proc/sys/kernel/msgmni)' \
  '.linux.sysctl = {"net.ipv4.ip_forward": "1", "fs.mqueue.msg_max": "32", "kernel.msgmni": "99"}'
said=$(inside said true '.linux.sysctl = {"net.ipv4.no_such": "1"}')
matches "sysctl that does not exist" "^scrim: .*net.ipv4.no_such.*No such file" "$said"
said=$(inside said true '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 200, hard: 100}]')
matches "soft limit above the hard one" "^scrim: .*RLIMIT_NOFILE" "$said"
same_inside "the loopback interface is up" "yes" "ip addr show lo 2>/dev/null | grep -q LOOPBACK,UP && echo yes"
same_inside "a session of its own" "1 1" 'echo $(cut -d" " -f5,6 /proc/1/stat)'

names() { for n in cgroup ipc mnt net pid user uts; do echo "$n=$(readlink "/proc/${1:-self}/ns/$n")"; done; }
script='for n in cgroup ipc mnt net pid user uts; do echo $n=$(readlink /proc/self/ns/$n); done'
bundle namespaces
host=$(names)
same "new namespaces" "user" "$(diff --unchanged-line-format='%L' --old-line-format= --new-line-format= <(echo "$host") <(scrim run -b "$work/namespaces" n </dev/null) | cut -d= -f1 | tr '\n' ' ' | sed 's/ $//')"
for kind in pid network ipc uts cgroup; do
  short=${kind/network/net}
  bundle namespaces "del(.hostname) | .linux.namespaces |= map(select(.type != \"$kind\"))"
  same "without a new $kind namespace, the host's" "$(grep "^$short=" <<<"$host")" "$(scrim run -b "$work/namespaces" n </dev/null 2>&1 | grep "^$short=")"
done

script='sleep 1000' bundle owner
scrim run -d -b "$work/owner" owner </dev/null >/dev/null 2>&1
owner=$(scrim state owner | jq .pid)
for kind in pid network ipc uts cgroup; do
  short=${kind/network/net}
  script='for n in cgroup ipc mnt net pid user uts; do echo $n=$(readlink /proc/self/ns/$n); done'
  bundle joiner "del(.hostname) | .linux.namespaces |= map(if .type == \"$kind\" then .path = \"/proc/$owner/ns/$short\" else . end)"
  said=$(scrim run -b "$work/joiner" joiner </dev/null 2>&1)
  same "joins the $kind namespace of another" "$short=$(readlink /proc/"$owner"/ns/$short)" "$(grep "^$short=" <<<"$said")"
done
script='ps | grep -c "[s]leep 1000"' bundle joiner ".linux.namespaces |= map(if .type == \"pid\" then .path = \"/proc/$owner/ns/pid\" else . end)"
same "and sees its processes" 1 "$(scrim run -b "$work/joiner" joiner </dev/null 2>&1)"
said=$(inside said true ".linux.namespaces |= map(if .type == \"network\" then .path = \"/proc/$owner/ns/uts\" else . end)")
matches "a path that is another kind of namespace" "^scrim: join /proc/$owner/ns/uts: not a net namespace" "$said"
said=$(inside said true '.linux.namespaces |= map(if .type == "network" then .path = "/etc/passwd" else . end)')
matches "a path that is no namespace" "^scrim: join /etc/passwd: not a net namespace" "$said"
said=$(inside said true '.linux.namespaces |= map(if .type == "network" then .path = "/no/such" else . end)')
matches "a path that is not there" "^scrim: open /no/such: No such file" "$said"
if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then
  skip "an AppArmor profile without AppArmor" "AppArmor is enabled here"
else
  said=$(inside said true '.process.apparmorProfile = "docker-default"')
  matches "an AppArmor profile without AppArmor" "docker-default: AppArmor is not enabled on this host" "$said"
fi
scrim delete --force owner
nothing_left identity
finish
