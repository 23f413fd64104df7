#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The root file system and what is mounted in it, as /proc/self/mountinfo in the container shows it.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
matches_inside() { matches "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
# options PATH: of the last mount there, and the file system's type
options='at() { awk -v p="$1" '"'"'$5 == p {for (i = 7; $i != "-"; i++); line = $6 " " $(i+1)} END {print line}'"'"' /proc/self/mountinfo; }; '

same_inside "only the container's mounts are there" "" \
  "awk '{print \$5}' /proc/self/mountinfo | grep -vE '^(/|/proc(/.*)?|/dev(/.*)?|/sys(/.*)?)$'"
same_inside "the old root is gone" "no" "[ -e $work ] && echo yes || echo no"
same_inside "the root is read-only" "no" 'touch /made 2>/dev/null && echo yes || echo no'
same_inside "or not" "yes" 'touch /made && echo yes; rm /made' '.root.readonly = false'
bundle nopivot '.process.args = ["sh", "-c", "[ -e \($work) ] && echo yes || echo no; cat /etc/passwd | head -1"]'
same "--no-pivot" $'no\nroot:x:0:0:root:/:/bin/sh' "$(scrim run --no-pivot -b "$work/nopivot" nopivot </dev/null 2>&1)"

mkdir -p "$work/host/below" "$work/host/mounted"
echo content >"$work/host/file"
mount -t tmpfs inner "$work/host/mounted"
echo inner >"$work/host/mounted/file"
mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)
mount() { echo '.mounts += [{destination: "'"$1"'", type: "'"$2"'", source: "'"$3"'", options: ["'"${4//,/\",\"}"'"]}]'; }

same_inside "bind of a directory" content "cat /mnt/file" "$(mount /mnt bind "$work/host" bind)"
same_inside "bind of a file, whose place is made" content "cat /etc/made/file" "$(mount /etc/made/file bind "$work/host/file" bind)"
rm -r "$work/rootfs/etc/made"
same_inside "a source is relative to the bundle" content "cat /mnt/file" "$(mount /mnt none "../host" bind)"
same_inside "bind leaves out what is mounted below" "" "ls /mnt/mounted" "$(mount /mnt bind "$work/host" bind)"
same_inside "rbind does not" "inner" "cat /mnt/mounted/file" "$(mount /mnt bind "$work/host" rbind)"
matches_inside "bind ro,nosuid,nodev,noexec,noatime" "^ro,nosuid,nodev,noexec,noatime " "$options at /mnt" \
  "$(mount /mnt bind "$work/host" bind,ro,nosuid,nodev,noexec,noatime)"
matches_inside "of two options the last one counts" "^rw,nosuid" "$options at /mnt" "$(mount /mnt bind "$work/host" bind,ro,nosuid,rw)"
same_inside "ro leaves mounts below alone" "yes" "touch /mnt/mounted/x && echo yes; rm /mnt/mounted/x" "$(mount /mnt bind "$work/host" rbind,ro)"
same_inside "rro does not" "no" "touch /mnt/mounted/x 2>/dev/null && echo yes || echo no" "$(mount /mnt bind "$work/host" rbind,rro)"
same "the host's mount keeps its own options" "yes" "$(touch "$work/host/x" && echo yes; rm "$work/host/x")"

matches_inside "tmpfs" "^rw,nosuid,nodev,noexec,relatime tmpfs" "$options at /mnt" "$(mount /mnt tmpfs tmpfs nosuid,nodev,noexec)"
same_inside "tmpfs: size and mode" "1024 1770" 'echo $(df -k /mnt | tail -1 | awk "{print \$2}") $(stat -c %a /mnt)' "$(mount /mnt tmpfs tmpfs size=1m,mode=1770)"
chmod 751 "$work/rootfs/mnt" 2>/dev/null || mkdir -m 751 "$work/rootfs/mnt"
same_inside "tmpfs: without a mode, as what it covers" 751 'stat -c %a /mnt' "$(mount /mnt tmpfs tmpfs rw)"
same_inside "tmpfs: read-only, with another mount in it" "ro content no" \
  "$options"'echo $(at /run | cut -d, -f1) $(cat /run/sub/file) $(touch /run/x 2>/dev/null && echo yes || echo no)' \
  "$(mount /run tmpfs tmpfs ro) | $(mount /run/sub bind "$work/host" bind)"
same_inside "/dev read-only, with devices in it" "ro crw-rw-rw-" "$options"'echo $(at /dev | cut -d, -f1) $(ls -l /dev/null | cut -c1-10)' \
  '(.mounts[] | select(.destination == "/dev") | .options) += ["ro"]'
mkdir -p "$work/rootfs/up/dir"
echo old >"$work/rootfs/up/dir/file"
ln -s dir/file "$work/rootfs/up/link"
chmod 604 "$work/rootfs/up/dir/file"
chown 12:13 "$work/rootfs/up/dir/file"
same_inside "tmpcopyup" "old 604 12:13 dir/file tmpfs" \
  'echo $(cat /up/dir/file) $(stat -c "%a %u:%g" /up/dir/file) $(readlink /up/link) $(stat -f -c %T /up)' "$(mount /up tmpfs tmpfs tmpcopyup)"

matches_inside "proc" "^rw,relatime proc$" "$options at /proc"
matches_inside "sysfs" "^ro,nosuid,nodev,noexec,relatime sysfs$" "$options at /sys"
matches_inside "mqueue" "mqueue$" "$options at /dev/mqueue"
matches_inside "devpts" "^rw,nosuid,noexec,relatime devpts" "$options at /dev/pts"
same_inside "devpts: options" "mode=620,ptmxmode=666" "awk '\$5 == \"/dev/pts\" {print \$NF}' /proc/self/mountinfo | sed 's/rw,gid=5,//'"
same_inside "a new devpts instance" "ptmx" "ls /dev/pts"
same_inside "cgroup: the container's own is the root" "/" "cut -d: -f3 /proc/self/cgroup | sort -u"
matches_inside "cgroup: read-only" "^ro$" "awk '\$5 ~ \"^/sys/fs/cgroup\" {print substr(\$6, 1, 2)}' /proc/self/mountinfo | sort -u"
matches_inside "cgroup: the process is in what is mounted" "^1$" "grep -hx 1 /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/pids/cgroup.procs 2>/dev/null | head -1"
matches_inside "cgroup without a namespace: bound" "^1$" \
  "cat /sys/fs/cgroup/pids/tasks /sys/fs/cgroup/pids/cgroup.procs /sys/fs/cgroup$(echo "/$tag/said")/cgroup.procs 2>/dev/null | sort -u | grep -x 1" \
  '.linux.namespaces |= map(select(.type != "cgroup"))'

for propagation in shared slave private unbindable; do
  case $propagation in shared) want='shared:[0-9]+$' ;; slave) want='^(master:[0-9]+)?$' ;; private) want='^$' ;; *) want='^unbindable$' ;; esac
  matches_inside "mount propagation $propagation" "$want" \
    "awk '\$5 == \"/mnt\" {for (i = 7; \$i != \"-\"; i++) print \$i}' /proc/self/mountinfo" "$(mount /mnt bind "$work/host" "bind,$propagation")"
done
for propagation in shared slave private unbindable; do
  case $propagation in shared) want='shared:' ;; slave) want='^(master:[0-9]+)?$' ;; private) want='^$' ;; *) want='^unbindable$' ;; esac
  matches_inside "rootfsPropagation $propagation" "$want" \
    "awk '\$5 == \"/\" {for (i = 7; \$i != \"-\"; i++) print \$i}' /proc/self/mountinfo" ".linux.rootfsPropagation = \"$propagation\""
done
# What is mounted on the host while the container runs arrives in a slave, and nothing goes back.
script='while [ ! -e /mnt/below/arrived ]; do sleep 0.05; done; echo arrived; busybox mount -t tmpfs back /mnt/mounted'
command mount --bind "$work/host" "$work/host"
command mount --make-shared "$work/host"
bundle slave "$(mount /mnt bind "$work/host" rbind,rslave)"' | .linux.rootfsPropagation = "rslave" |
  .process.capabilities[] += ["CAP_SYS_ADMIN"]'
background "$work/out" run -b "$work/slave" slave
wait_for 5 is_status running slave
command mount -t tmpfs late "$work/host/below" && touch "$work/host/below/arrived"
ended
same "slave: what is mounted later arrives" "arrived" "$(cat "$work/out")"
same "slave: nothing goes back" 0 "$(grep -c ' back ' /proc/self/mountinfo)"
umount "$work/host/below"
umount "$work/host"

# Destinations that the image chose: they never leave it.
mkdir -p "$work/outside" "$work/evil/bin"
rm -rf "$work/evil" && cp -a "$work/rootfs" "$work/evil"
up=../../../../../../..
ln -s "$up$work/outside" "$work/evil/escape"
ln -s "$work/outside" "$work/evil/absolute"
ln -s loop "$work/evil/loop"
ln -s later/made "$work/evil/dangling"
rm -rf "$work/evil/sys" && ln -s "$up$work/outside" "$work/evil/sys"
evil='.root = {path: "\($work)/evil"} | .linux.maskedPaths = ["/escape/other"] | .linux.readonlyPaths = ["/absolute"] | .mounts |= map(select(.destination | startswith("/sys") | not))'
for destination in /escape/file /absolute/file /sys/file "/$up$work/outside/file" /dangling; do
  same_inside "destination $destination stays inside" "content" "cat $destination" "$evil | $(mount "$destination" bind "$work/host/file" bind)"
  same "and nothing is made outside ($destination)" "" "$(ls "$work/outside")"
done
matches_inside "a loop of links is refused" "symbolic links" true "$evil | $(mount /loop/x bind "$work/host/file" bind)"
same_inside "a device behind a link stays inside" "1" "ls $work/outside | grep -c device" \
  "$evil"' | .linux.devices = [{path: "/absolute/device", type: "c", major: 1, minor: 3}] | .linux.maskedPaths = []'
same "and none is made outside" "" "$(ls "$work/outside")"
rm -rf "$work/evil/dev" && ln -s "$work/outside" "$work/evil/dev"
inside said true "$evil"' | .mounts = [.mounts[] | select(.destination == "/proc")]' >/dev/null
same "devices of an image whose /dev leads out stay inside" "" "$(ls "$work/outside")"
rm -rf "$work/evil/proc" && ln -s /tmp "$work/evil/proc"
inside said true "$evil"' | .mounts = [.mounts[] | select(.destination == "/proc")]' >/dev/null
nothing_left "bad images"

same_inside "a masked file is empty" "0" "wc -c </etc/passwd" '.linux.maskedPaths = ["/etc/passwd"]'
same_inside "a masked directory is empty and read-only" "0 no" 'echo $(ls -A /bin2 | wc -l) $(touch /bin2/x 2>/dev/null && echo yes || echo no)' \
  '.linux.maskedPaths = ["/bin2", "/not/there"] | .root.readonly = false | .mounts += [{destination: "/bin2", type: "bind", source: "\($work)/host", options: ["bind"]}]'
rm -rf "$work/rootfs/bin2"
same_inside "the usual masked paths" "0 0" 'echo $(cat /proc/keys /proc/timer_list 2>/dev/null | wc -c) $(ls -A /proc/scsi /sys/firmware 2>/dev/null | grep -v : | grep -c .)'
same_inside "a read-only path" "no" 'echo x 2>/dev/null >/proc/sys/kernel/domainname && echo yes || echo no' '.process.capabilities[] += ["CAP_SYS_ADMIN"]'
same_inside "a writable one without readonlyPaths" "yes" 'echo x 2>/dev/null >/proc/sys/kernel/domainname && echo yes || echo no' \
  '.process.capabilities[] += ["CAP_SYS_ADMIN"] | .linux.readonlyPaths = []'

expected="console? full:crw-rw-rw-:1,7 null:crw-rw-rw-:1,3 random:crw-rw-rw-:1,8 tty:crw-rw-rw-:5,0 urandom:crw-rw-rw-:1,9 zero:crw-rw-rw-:1,5"
same_inside "default devices" "${expected#console? }" \
  "ls -l /dev | awk '/^[cbp]/ {print \$NF \":\" \$1 \":\" \$5 \$6}' | tr '\n' ' ' | sed 's/ \$//'"
same_inside "default links" "fd:/proc/self/fd ptmx:pts/ptmx stderr:/proc/self/fd/2 stdin:/proc/self/fd/0 stdout:/proc/self/fd/1" \
  'cd /dev; for l in $(find . -maxdepth 1 -type l | sort); do echo ${l#./}:$(readlink $l); done | tr "\n" " " | sed "s/ $//"'
same_inside "devices asked for" "crw-r----- 11 12 1, 11|brw------- 0 0 7, 99|prw-rw---- 5 0" \
  'cd /dev/deep; ls -ln c b p | sort -r | awk "{print}" >/dev/null; for f in c b p; do ls -ln $f | awk "{print \$1, \$3, \$4, (\$1 ~ /^p/ ? \"\" : \$5 \" \" \$6)}"; done | sed "s/ *$//" | tr "\n" "|" | sed "s/|$//"' \
  '.linux.devices = [{path: "/dev/deep/c", type: "c", major: 1, minor: 11, fileMode: 416, uid: 11, gid: 12},
    {path: "/dev/deep/b", type: "b", major: 7, minor: 99, fileMode: 384}, {path: "/dev/deep/p", type: "p", fileMode: 432, uid: 5}]'
same_inside "a listed default device has its own mode" "crw-------" "ls -l /dev/null | cut -c1-10" \
  '.linux.devices = [{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 384}]'
same_inside "the host's /dev, bound, stays as it is" "same" \
  '[ "$(stat -c %t,%T /dev/null)" = 1,3 ] && echo same' '.mounts |= map(if .destination == "/dev" then {destination: "/dev", type: "none", source: "/dev", options: ["rbind"]} else . end | select(.destination | test("^/dev/") | not))'
same "/dev/ptmx of the host is untouched" "c 5 2" "$(stat -L -c '%F %t %T' /dev/ptmx | sed 's/character special file/c/')"

umount "$work/host/mounted"
mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)
nothing_left mounts
finish
