#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers of an unprivileged user: what `scrim spec --rootless` writes, and ranges of ids through newuidmap(1).
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v setpriv >/dev/null; then skip userns_rootless "no setpriv here" && exit 0; fi
user=54321
own() { timeout -k 1 20 setpriv --reuid $user --regid $user --clear-groups --reset-env env -C "$work/home" XDG_RUNTIME_DIR="$work/runtime" \
  SCRIM_TEST_TAG="$tag" "$work/scrim" "$@" </dev/null; }
mkdir -p "$work/home/rootfs" "$work/runtime"
cp "$SCRIM" "$work/scrim"
cp -a "$work/rootfs/." "$work/home/rootfs"
chown -R -h $user:$user "$work/home" "$work/runtime"
chmod 700 "$work/runtime"
if ! setpriv --reuid $user --regid $user --clear-groups unshare -U true 2>/dev/null; then
  skip userns_rootless "no user namespaces for users here" && exit 0
fi
own spec --rootless
same "spec --rootless" 0 $?
same "its mapping is the user" "$user 1" "$(jq -r '.linux.uidMappings[] | "\(.hostID) \(.size)"' "$work/home/config.json")"
cp "$work/home/config.json" "$work/home/spec.json"

# rootless SCRIPT [JQ]
rootless() {
  jq --arg script "$1" --arg tag "$tag" '.process.terminal = false | .process.args = ["sh", "-c", $script] | .process.env += ["CONTAINER_OF=\($tag)"]
    | '"${2:-.}" "$work/home/spec.json" >"$work/home/config.json"
  own run c 2>&1
}
same "runs" "0 0" "$(rootless 'id -u; id -g' | tr '\n' ' ' | sed 's/ $//')"
same "its map" "0 $user 1" "$(rootless 'cat /proc/self/uid_map' | tr -s ' ' | sed 's/^ //')"
same "setgroups is denied" deny "$(rootless 'cat /proc/self/setgroups')"
same "state is below XDG_RUNTIME_DIR" "scrim" "$(ls "$work/runtime")"
same "status is passed on" 7 "$(rootless 'exit 7'; echo $?)"
same "filesystems" "proc tmpfs devpts" "$(rootless 'for p in /proc /dev /dev/pts; do awk -v p=$p "\$5 == p {for (i = 7; \$i != \"-\"; i++); print \$(i+1)}" /proc/self/mountinfo; done | tr "\n" " " | sed "s/ $//"')"
same "devices work" "0 x" "$(rootless 'head -c 3 /dev/zero | tr -d "\0" | wc -c | tr "\n" " "; echo x >/dev/null; echo x')"
rootless 'sleep 1000' >/dev/null &
wait_for 5 eval '[ "$(own state c 2>/dev/null | jq -r .status)" = running ]'
same "kill and delete --force" "0 0" "$(own kill c USR1; echo -n "$? "; own delete --force c; echo $?)"
wait
same "a seccomp profile" "Seccomp: 2" "$(rootless 'grep Seccomp: /proc/self/status | tr "\t" " "' '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}')"
matches "without a user namespace: one clear error" "^scrim: .*needs root, or a user namespace" \
  "$(rootless true '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)')"

# newuidmap(1)
if [ -x /usr/bin/newuidmap ]; then
  # newuidmap wants the user to have a name; the files are only seen in our mount namespace
  for file in subuid subgid passwd; do cp "/etc/$file" "$work/own-$file" && mount --bind "$work/own-$file" "/etc/$file"; done
  trap 'umount /etc/subuid /etc/subgid /etc/passwd; end_containers; cleanup' EXIT
  echo "scrimtest:x:$user:$user::/:/bin/sh" >>/etc/passwd
  echo "scrimtest:500000:65536" >>/etc/subuid
  echo "scrimtest:600000:65536" >>/etc/subgid
  ranges='.linux.uidMappings = [{containerID: 0, hostID: '$user', size: 1}, {containerID: 1, hostID: 500000, size: 65536}]
    | .linux.gidMappings = [{containerID: 0, hostID: '$user', size: 1}, {containerID: 1, hostID: 600000, size: 65536}]'
  same "newuidmap: the map" "0 $user 1 1 500000 65536" "$(rootless 'cat /proc/self/uid_map' "$ranges" | xargs)"
  same "newuidmap: another user with groups" "33 34 33 35" "$(rootless 'echo $(id -u) $(id -g) $(grep Uid: /proc/self/status | cut -f2) $(grep Groups: /proc/self/status | cut -f2)' \
    "$ranges | .process.user = {uid: 33, gid: 34, additionalGids: [35]}")"
  matches "newuidmap: ids that are not the user's" "^scrim: map ids with /usr/bin/newuidmap" "$(rootless true "$ranges"' | .linux.uidMappings[1].hostID = 1' | grep ^scrim)"
  umount /etc/subuid /etc/subgid /etc/passwd
  trap 'end_containers; cleanup' EXIT
else
  skip "newuidmap" "not installed"
fi
same "no state left" "" "$(ls -A "$work/runtime/scrim/containers")"
SCRIM=$work/scrim nothing_left userns_rootless
finish
