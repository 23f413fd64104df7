#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of an image that scrim opens or writes on its way into the container, made into something else: links to the
# host, pipes, devices, file systems that only look like /proc. Which test is for which CVE: README.md.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
command -v cc >/dev/null || { skip attacks_paths "no cc here" && exit 0; }
cc -O1 -o "$work/swap" "$(dirname "$0")/programs/swap.c" || { fail "compile swap.c" "cc said so" && exit 1; }
up=../../../../../../..
mkdir -p "$work/outside"
echo host >"$work/outside/file"
printf '#!/bin/sh\necho ran >%s/outside/ran\n' "$work" >"$work/outside/program"
chmod +x "$work/outside/program"
echo "root:x:0:0:root:/stolen:/bin/sh" >"$work/outside/passwd"
outside() { (cd "$work/outside" && find . -mindepth 1 | sort | xargs) && cat "$work/outside/file"; }
before=$(outside)
unchanged() { same "$1: the host's files are as they were" "$before" "$(outside)"; }
# fresh NAME: an image of its own in $work/NAME.root, to be spoilt
fresh() { rm -rf "$work/$1.root" && cp -a "$work/rootfs" "$work/$1.root"; }
image() { echo ".root = {path: \"$work/$1.root\"}"; }
no_dev='.mounts |= map(select(.destination | startswith("/dev") | not))'
terminal='.process.terminal = true'

# --- CVE-2025-52565: the terminal of the image's making, and /dev/console as a way to mount it elsewhere
fresh console
mkdir -p "$work/console.root/dev/pts"
for target in "$work/outside/file" "$up$work/outside/file" /proc/sys/kernel/core_pattern /proc/sysrq-trigger; do
  rm -f "$work/console.root/dev/console"
  ln -s "$target" "$work/console.root/dev/console"
  said=$(inside console 'ls -l /dev/console' "$(image console) | $terminal | .mounts |= map(select(.destination != \"/dev\" and (.destination | test(\"^/dev/(shm|mqueue)\") | not)))")
  [ $? != 255 ] || fail "CVE-2025-52565: /dev/console as a link to $target" "$said"
done
unchanged "CVE-2025-52565: /dev/console as a link"
same "who follows that link comes out" host "$(rm "$work/console.root/dev/console"; ln -s "$work/outside/file" "$work/console.root/dev/console"; cat "$work/console.root/dev/console")"
for kind in "ln -s /dev/ptmx" "ln -s $work/outside/file" "mkfifo" "touch" "mknod -m 666"; do
  fresh pts
  mkdir -p "$work/pts.root/dev/pts"
  case $kind in
    mknod*) mknod -m 666 "$work/pts.root/dev/pts/ptmx" c 1 3 ;;
    *) $kind "$work/pts.root/dev/pts/ptmx" ;;
  esac
  matches "CVE-2025-52565: /dev/pts/ptmx of the image, made by $kind" "^scrim: .*/dev/pts/ptmx" \
    "$(inside pts 'echo runs' "$(image pts) | $terminal | $no_dev")"
done
unchanged "CVE-2025-52565"
# /dev is a volume here. Behind the link is a place in the root, at most: what is mounted there is the container's own
# terminal, by its descriptor.
mkdir "$work/devices"
: >"$work/devices/console"
ln -s "$up$work/outside/file" "$work/devices/link"
script='awk "\$4 ~ /outside/" /proc/self/mountinfo; tty' bundle pts_race "$terminal | $no_dev"'
  | .mounts += [{destination: "/dev", type: "bind", source: "\($work)/devices", options: ["rbind"]},
      {destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666"]}]'
mkdir "$work/devices/pts"
"$work/swap" "$work/devices/console" "$work/devices/link" &
swapper=$!
started+=("$swapper")
unsafe=
for i in $(seq 30); do
  said=$(scrim run -b "$work/pts_race" pts_race 2>&1 </dev/null | tr -d '\r')
  [ "$said" = /dev/pts/0 ] || { grep -q ^scrim: <<<"$said" && [ "$(wc -l <<<"$said")" = 1 ]; } || unsafe+="$said; "
done
kill "$swapper" || fail "the swapper lived" "it had ended"
wait "$swapper" 2>/dev/null
same "CVE-2025-52565: nor in a race" "" "$unsafe"
unchanged "CVE-2025-52565, in a race"

# --- CVE-2025-52881: what scrim writes to /proc goes to something that looks like it
mkdir -p "$work/fake/sys/kernel" "$work/fake/self/attr"
echo untouched | tee "$work/fake/sys/kernel/domainname" "$work/fake/sysrq-trigger" "$work/fake/self/attr/exec" "$work/fake/self/oom_score_adj" >/dev/null
fake_is_untouched() { same "$1: nothing was written there" "untouched untouched untouched untouched" "$(cat "$work/fake/sys/kernel/domainname" "$work/fake/sysrq-trigger" "$work/fake/self/attr/exec" "$work/fake/self/oom_score_adj" | xargs)"; }
sysctl='.linux.sysctl = {"kernel.domainname": "from-scrim"} | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | .process.capabilities[] += ["CAP_SYS_ADMIN"] | del(.linux.seccomp)'
real='mkdir -p /tmp/real && mount -t proc proc /tmp/real && cat /tmp/real/sys/kernel/domainname'
writable='.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs"}]'
fake() { echo '.mounts += [{destination: "'"$1"'", type: "bind", source: "\($work)/fake'"$2"'", options: ["rbind"]}]'; }
same "CVE-2025-52881: a sysctl is set in the kernel, whatever lies over /proc/sys" from-scrim "$(inside sysctl "$real" "$sysctl | $writable | $(fake /proc/sys /sys)")"
same "CVE-2025-52881: and over /proc" from-scrim "$(inside sysctl "$real" "$sysctl | $writable | $(fake /proc '')")"
fake_is_untouched "CVE-2025-52881: sysctl"
ln -sf "$up$work/outside/file" "$work/fake/sys/kernel/domainname2" && mv "$work/fake/sys/kernel/domainname" "$work/fake/kept" && mv "$work/fake/sys/kernel/domainname2" "$work/fake/sys/kernel/domainname"
same "CVE-2025-52881: and a link there" from-scrim "$(inside sysctl "$real" "$sysctl | $writable | $(fake /proc/sys /sys)")"
unchanged "CVE-2025-52881: sysctl"
mv "$work/fake/kept" "$work/fake/sys/kernel/domainname"
for link in "net.ipv4.../../kernel.core_pattern" "kernel/../../sysrq-trigger" "kernel.../.../sysrq-trigger"; do
  said=$(inside sysctl true '.linux.sysctl = {"'"$link"'": "h"}')
  matches "a sysctl named $link is refused" "^scrim: " "$said"
done
# A label: the kernel here has no AppArmor or SELinux perhaps; then it is refused before.
if grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null; then
  said=$(inside label true "$(fake /proc '') | .process.apparmorProfile = \"unconfined\"")
  matches "CVE-2025-52881: a label is not written to what is no procfs" "^scrim: .*not procfs" "$said"
  said=$(inside label true "$(fake /proc/self/attr /self/attr) | .process.apparmorProfile = \"unconfined\"")
  matches "CVE-2025-52881: nor to what is mounted over /proc/self/attr" "^scrim: " "$said"
else
  skip "CVE-2025-52881: a security label on a /proc of the image" "no AppArmor in this kernel"
fi
fake_is_untouched "CVE-2025-52881: labels"

# --- /proc that is not procfs: run and exec
same "a container whose /proc is a directory of the image runs" "runs untouched" \
  "$(inside noproc 'echo runs $(cat /proc/self/oom_score_adj)' "$(fake /proc '') | .process.oomScoreAdj = 500")"
fake_is_untouched "/proc that is not procfs: run"
script='exec sleep 1000' bundle noproc "$(fake /proc '') | .process.oomScoreAdj = 500"
scrim run -d -b "$work/noproc" noproc </dev/null >/dev/null 2>&1
same "its process has the score that it was given" 500 "$(cat "/proc/$(scrim state noproc | jq .pid)/oom_score_adj")"
same "and exec joins it" joined "$(scrim exec noproc echo joined 2>&1 </dev/null)"
scrim delete --force noproc
fake_is_untouched "/proc that is not procfs: exec"

# --- /etc/passwd of the image, which says where a user's home is
home() { (limit=5 inside passwd 'echo $HOME' "$(image passwd) | .process.env |= map(select(startswith(\"HOME=\") | not))"); }
fresh passwd
same "/etc/passwd: HOME is from there" "/" "$(home)"
echo "root:x:0:0:root:/from-image:/bin/sh" >"$work/passwd.root/etc/passwd"
same "/etc/passwd: it is the image's" "/from-image" "$(home)"
for kind in "mkfifo" "ln -s /dev/zero" "ln -s /dev/tty" "ln -s $work/outside/passwd" "ln -s $up$work/outside/passwd" "ln -s passwd" "mkdir" "truncate -s 100G" "ln -s /proc/self/mem"; do
  rm -rf "$work/passwd.root/etc/passwd"
  $kind "$work/passwd.root/etc/passwd"
  same "/etc/passwd made by $kind" "/" "$(home)"
done

# --- the working directory, a device, masked and read-only paths, the program, a hook: behind a link that leads out
fresh links
ln -s "$up$work/outside" "$work/links.root/escape"
ln -s "$work/outside" "$work/links.root/absolute"
for link in escape absolute "$up$work/outside" "proc/1/root$work/outside" "proc/self/cwd/$up$work/outside"; do
  inside links true "$(image links) | .process.cwd = \"/$link/made\"" >"$work/out"
  inside links true "$(image links) | .linux.devices = [{path: \"/$link/device\", type: \"p\"}]" >"$work/out"
  inside links true "$(image links) | .linux.maskedPaths = [\"/$link\", \"/$link/file\"] | .linux.readonlyPaths = [\"/$link\"]" >"$work/out"
  inside links true "$(image links) | .mounts += [{destination: \"/$link/mount\", type: \"tmpfs\", source: \"tmpfs\"}]" >"$work/out"
  inside links true "$(image links) | .mounts += [{destination: \"/$link/copied\", type: \"tmpfs\", source: \"tmpfs\", options: [\"tmpcopyup\"]}]" >"$work/out"
  inside links true "$(image links) | .process.args = [\"/$link/program\"]" >"$work/out"
  inside links true "$(image links) | .hooks = {startContainer: [{path: \"/$link/program\"}]}" >"$work/out"
  unchanged "everything behind /$link"
done
touch "$work/outside/file" && ok "the host's directory is no mount that is read-only or empty" || fail "the host's directory is as it was" "it cannot be written to"

# --- the root itself: a link that changes while containers start leads to one image or the other, never to both
fresh one && fresh two
echo one >"$work/one.root/name" && echo two >"$work/two.root/name"
ln -s "$work/one.root" "$work/root"
ln -s "$work/two.root" "$work/other"
script='echo $(cat /name) $(grep -c " / / " /proc/self/mountinfo) $(ls -A /escape 2>/dev/null)' bundle rooted ".root = {path: \"$work/root\"}"
"$work/swap" "$work/root" "$work/other" &
swapper=$!
started+=("$swapper")
unsafe=
for i in $(seq 30); do
  said=$(scrim run -b "$work/rooted" rooted 2>&1 </dev/null)
  grep -qxE "(one|two) [01]" <<<"$said" || unsafe+="$said; "
done
kill "$swapper"
wait "$swapper" 2>/dev/null
same "root.path as a link that changes" "" "$unsafe"

nothing_left "attacks on paths"
finish
