#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What an image, or another container that shares a volume, does to have mounts made elsewhere. Which test is for which
# CVE: README.md. Each shows first that who follows the path without care does come out.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
command -v cc >/dev/null || { skip attacks_mounts "no cc here" && exit 0; }
cc -O1 -o "$work/swap" "$(dirname "$0")/programs/swap.c" || { fail "compile swap.c" "cc said so" && exit 1; }
up=../../../../../../..
mkdir -p "$work/outside" "$work/marked" "$work/volume/dir" "$work/rootfs/shared"
echo marked >"$work/marked/mark"
# A link in $work/volume leads to $work/outside for who follows it as the host does, from the root or relative to where it is.
ln -s "$work/outside" "$work/volume/link"
outside() { find "$work/outside" -mindepth 1; }
# swapping NAME OTHER: until `still`
swapping() {
  "$work/swap" "$@" &
  swapper=$!
  started+=("$swapper")
}
still() {
  kill "$swapper" 2>/dev/null || fail "the swapper lived" "it had ended"
  wait "$swapper" 2>/dev/null
}
shared='.mounts += [{destination: "/shared", type: "bind", source: "\($work)/volume", options: ["rbind"]}]'

# --- CVE-2021-30465: a destination in a volume, a directory for the check and a link for the mount
swapping "$work/volume/dir" "$work/volume/link"
naive=no
for i in $(seq 2000); do
  mkdir "$work/volume/dir/naive$i" 2>/dev/null
  [ ! -e "$work/outside/naive$i" ] || { naive=yes && break; }
done
same "CVE-2021-30465: who follows the name comes out" yes $naive
still
rm -rf "$work"/outside/*
# Where the mount came to be is renamed while we look: found by its content, and in the container's own mount table.
script='echo $(find / \( -path /proc -o -path /sys -o -path /dev \) -prune -o -name mark -print 2>/dev/null | wc -l) $(awk "\$4 ~ /marked/" /proc/self/mountinfo | wc -l)'
bundle race "$shared"' | .process.args = ["sh", "-c", $script] | .mounts += [{destination: "/shared/dir/made", type: "bind", source: "\($work)/marked", options: ["bind"]}]'
jq '.mounts |= map(if .destination == "/shared/dir/made" then .destination = "/shared/dir" | .type = "tmpfs" | .source = "marked" | .options = [] else . end)' \
  "$work/race/config.json" >"$work/race/tmpfs.json"
swapping "$work/volume/dir" "$work/volume/link"
unsafe='' ran=0 refused=0
for i in $(seq 60); do
  for config in config tmpfs; do
    said=$(scrim run -b "$work/race" --config "$work/race/$config.json" race 2>&1 </dev/null)
    got=$?
    if [ $got = 0 ]; then
      ran=$((ran + 1))
      # Where another name was found the link led, inside the root: at a place below /tmp, or nowhere at all.
      [ $config = tmpfs ] || [[ $said == *" 1" ]] || unsafe+="$said; "
    else
      refused=$((refused + 1))
      [ "$(grep -c ^scrim: <<<"$said")" = 1 ] || unsafe+="$got $said; "
    fi
    [ -z "$(outside)" ] || unsafe+="$config: $(outside | xargs); "
  done
done
still
same "CVE-2021-30465: 120 starts in a race: nothing comes out" "" "$unsafe"
echo "   $ran ran, $refused were refused"
[ $ran -gt 0 ] && ok "CVE-2021-30465: some do run" || fail "CVE-2021-30465: some do run" "$said"
rm -rf "$work"/volume/* "$work/rootfs/tmp/"*
rm -rf "$work/rootfs${work:?}"

# --- CVE-2019-19921, CVE-2023-27561: /proc of the image leads into a volume, where what is masked could be changed
cp -a "$work/rootfs" "$work/linked"
rmdir "$work/linked/proc"
mkdir -p "$work/volume/proc" "$work/volume/other"
linked='.root.path = "\($work)/linked" | .mounts |= [{destination: "/shared", type: "bind", source: "\($work)/volume", options: ["rbind"]}] + .'
for target in shared/proc /shared/proc "$up/proc" /proc/../shared/proc; do
  rm -f "$work/linked/proc"
  ln -s "$target" "$work/linked/proc"
  said=$(inside linked 'cat /proc/self/status | head -1' "$linked")
  matches "CVE-2019-19921: /proc as a link to $target" "^scrim: .*(not a link|symbolic links)" "$said"
done
same "and nothing is mounted there" "" "$(ls -A "$work/volume/proc")"
rm -f "$work/linked/proc"
ln -s shared/proc "$work/linked/proc"
bundle linked "$linked"
swapping "$work/volume/proc" "$work/volume/other"
unsafe=
for i in $(seq 40); do
  said=$(scrim run -b "$work/linked" linked 2>&1 </dev/null) && unsafe+="it runs: $said; "
  grep -qE "^scrim: .*not a link" <<<"$said" || unsafe+="$said; "
done
still
same "CVE-2023-27561: nor while the volume changes" "" "$unsafe"
rm -f "$work/linked/proc" && : >"$work/linked/proc"
matches "/proc as a file is refused" "^scrim: .*" "$(inside linked true "$linked")"
rm -f "$work/linked/proc" && mkdir "$work/linked/proc"
rm -rf "$work/linked/sys" && ln -s "$work/outside" "$work/linked/sys"
matches "/sys as a link is refused" "^scrim: .*not a link" "$(inside linked true "$linked")"
same "and nothing comes out" "" "$(outside)"
rm -rf "$work/volume"/*

# --- CVE-2025-31133: masked files are covered with the null device of the image, which is a link
pattern=$(cat /proc/sys/kernel/core_pattern)
cp -a "$work/rootfs" "$work/null"
mkdir -p "$work/null/dev" "$work/devices"
ln -s /proc/sys/kernel/core_pattern "$work/null/dev/null"
same "CVE-2025-31133: who follows the image's /dev/null comes to the host's core_pattern" "$pattern" "$(cat "$work/null/dev/null")"
masks='.linux.maskedPaths = ["/etc/passwd", "/proc/timer_list"] | .linux.readonlyPaths = []'
look='stat -c %t,%T /etc/passwd; awk "\$4 ~ /core_pattern/" /proc/self/mountinfo'
said=$(inside null "$look" "$masks | "'.root.path = "\($work)/null" | .mounts |= map(select(.destination | startswith("/dev") | not))')
matches "CVE-2025-31133: /dev/null of the image as a link is refused" "^scrim: .*/dev/null" "$said"
said=$(inside null "$look" "$masks | "'.root.path = "\($work)/null"')
same "CVE-2025-31133: under a /dev of its own the mask is the null device" "1,3" "$said"
mknod "$work/devices/null" c 1 3
ln -s /proc/sys/kernel/core_pattern "$work/devices/link"
script=$look bundle null "$masks | "'.mounts |= map(select(.destination | startswith("/dev") | not)) + [{destination: "/dev", type: "tmpfs", source: "tmpfs"},
  {destination: "/dev/volume", type: "bind", source: "\($work)/devices", options: ["rbind"]}] | .linux.devices = [{path: "/dev/volume/null", type: "c", major: 1, minor: 3}]
  | .linux.maskedPaths += ["/dev/volume/null"]'
swapping "$work/devices/null" "$work/devices/link"
unsafe=
for i in $(seq 40); do
  said=$(scrim run -b "$work/null" null 2>&1 </dev/null)
  [ "$said" = 1,3 ] || { grep -qE "^scrim: .*(/dev/volume/null)" <<<"$said" && [ "$(wc -l <<<"$said")" = 1 ]; } || unsafe+="$said; "
done
still
same "CVE-2025-31133: nor in a race: no mask but the null device" "" "$unsafe"
same "CVE-2025-31133: the host's core_pattern is as it was" "$pattern" "$(cat /proc/sys/kernel/core_pattern)"

nothing_left "attacks on mounts"
finish
