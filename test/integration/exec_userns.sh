#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim exec into user namespaces: root's containers and those of an unprivileged user.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

status='st() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status | tr "\t" " " | sed "s/ *$//"; }; '
names() { for n in cgroup ipc mnt net pid time user uts; do echo "$n=$(readlink "/proc/$1/ns/$n")"; done; }
mapped='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
  | .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
script='exec sleep 1000' bundle c "$mapped | .linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"mkdir\"], action: \"SCMP_ACT_ERRNO\"}]}"
chown -h -R 100000:200000 "$work/rootfs"
scrim create -b "$work/c" c </dev/null >/dev/null 2>&1
same "in a created container" 0 "$(scrim exec c id -u </dev/null 2>&1)"
scrim start c
pid=$(scrim state c | jq .pid)
same "user, groups, map" "7 8 9 0 100000 65536" "$(scrim exec -u 7:8 -g 9 c sh -c "$status"'echo $(id -u) $(id -g) $(st Groups) $(cat /proc/self/uid_map)' </dev/null 2>&1)"
scrim exec -d --pid-file "$work/pid" c sleep 1001 </dev/null >/dev/null 2>&1
same "all namespaces are the container's" "$(names "$pid")" "$(names "$(cat "$work/pid")")"
same "outside it is the mapped user" "100000 200000" "$(awk '/^Uid|^Gid/ {print $2}' "/proc/$(cat "$work/pid")/status" | xargs)"
same "filtered" "Seccomp: 2" "$(scrim exec c grep Seccomp: /proc/self/status </dev/null 2>&1 | tr '\t' ' ')"
same "a terminal" "/dev/pts/0" "$(scrim exec -t c tty </dev/null 2>&1 | tr -d '\r')"
same "its session keyring is the container's" "" "$(scrim exec c cat /proc/keys </dev/null 2>&1 | grep keyring | grep _ses | grep -v "_ses\.c:")"
scrim delete --force c

# A namespace that does not belong to the user namespace: all are joined at once.
unshare -n sleep 1000 &
owner=$!
started+=("$owner")
wait_for 5 eval '[ "$(readlink /proc/$owner/ns/net)" != "$(readlink /proc/self/ns/net)" ]'
script='exec sleep 1000' bundle outer '.linux.namespaces |= map(select(.type != "network"))'
bundle mixed "$mapped | .linux.namespaces |= map(select(.type != \"network\")) | .mounts |= map(select(.type != \"sysfs\" and .type != \"cgroup\")) | .process.args = [\"sleep\", \"1000\"]"
nsenter --net="/proc/$owner/ns/net" "$SCRIM" --root "$work/state" --config "$work/settings.json" run -d -b "$work/mixed" mixed </dev/null >/dev/null 2>&1
same "a network namespace of somebody else's with a user namespace" "$(readlink "/proc/$owner/ns/net")" "$(scrim exec mixed readlink /proc/self/ns/net </dev/null 2>&1)"
scrim delete --force mixed
nothing_left "root's"

# --- an unprivileged user
user=54321
if ! command -v setpriv >/dev/null; then skip "rootless" "no setpriv here" && finish; fi
own() { timeout -k 1 20 setpriv --reuid $user --regid $user --clear-groups --reset-env env -C "$work/home" XDG_RUNTIME_DIR="$work/runtime" \
  SCRIM_TEST_TAG="$tag" "$work/scrim" "$@" </dev/null; }
mkdir -p "$work/home/rootfs" "$work/runtime"
cp "$SCRIM" "$work/scrim"
cp -a "$work/rootfs/." "$work/home/rootfs"
chown -R -h $user:$user "$work/home" "$work/runtime"
chmod 700 "$work/runtime"
if ! setpriv --reuid $user --regid $user --clear-groups unshare -U true 2>/dev/null; then
  skip "rootless" "no user namespaces for users here" && finish
fi
own spec --rootless
jq --arg tag "$tag" '.process.terminal = false | .process.args = ["sleep", "1000"] | .process.env += ["CONTAINER_OF=\($tag)"]' "$work/home/config.json" >"$work/config" && cat "$work/config" >"$work/home/config.json"
own run -d c >/dev/null 2>&1
pid=$(own state c | jq .pid)
same "rootless: user and map" "0 0 0 $user 1" "$(own exec c sh -c 'echo $(id -u) $(id -g) $(cat /proc/self/uid_map)' 2>&1)"
own exec -d --pid-file "$work/runtime/pid" c sleep 1001 >/dev/null 2>&1
same "rootless: all namespaces are the container's" "$(names "$pid")" "$(names "$(cat "$work/runtime/pid")")"
same "rootless: exit status" 5 "$(own exec c sh -c 'exit 5'; echo $?)"
matches "rootless: a terminal" "^/dev/pts/" "$(own exec -t c tty 2>&1)"
if [ -n "$(our_cgroups)" ]; then
  same "rootless: ps" "$pid $(cat "$work/runtime/pid")" "$(own ps -f json c | jq -r 'sort | map(tostring) | join(" ")')"
else
  matches "rootless: ps without cgroups says so" "^scrim: .*no cgroup of its own" "$(own ps c 2>&1)"
fi
own delete --force c
nothing_left "rootless"
finish
