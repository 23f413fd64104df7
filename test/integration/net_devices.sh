#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# linux.netDevices: a device of the host becomes the container's, with its addresses, and up; or nothing happens to it.
if [ -z "${SCRIM_TEST_OWN_NETWORK:-}" ]; then
  if [ "$(id -u)" != 0 ] || ! unshare -n ip link add sc0 type veth peer name sc1 2>/dev/null; then
    echo "skip netDevices: it needs root, ip(8) and veth devices"
    exit 0
  fi
  # Whatever comes to pass, it does not pass on this machine's network.
  SCRIM_TEST_OWN_NETWORK=1 exec unshare -n bash "$0" "$@"
fi
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# device NAME ADDRESS...: a pair, the other end of which is NAME-peer.
device() {
  ip link add "$1" type veth peer name "$1-peer"
  ip link set "$1-peer" up
  local address
  for address in "${@:2}"; do ip address add "$address" dev "$1"; done
}
# What a container sees of its devices, but for loopback.
script='ip -o addr show | grep -v "^1:" | sed "s/^[0-9]*: //; s/ \\+/ /g; s/scope.*//"; ip link show | sed -n "s/^[0-9]*: \\([a-z0-9]*\\)@.*[<,]UP[,>].*/\\1 is up/p"'

device sc0 10.9.8.7/24 fd00:9::7/64
bundle moved '.linux.netDevices = {sc0: {name: "eth5"}}'
said=$(scrim run -b "$work/moved" moved 2>&1)
matches "its new name and address" "^eth5 inet 10.9.8.7/24" "$said"
matches "of IPv6 too" "^eth5 inet6 fd00:9::7/64" "$said"
matches "it is up" "^eth5 is up" "$said"
same "the host has it no more" "" "$(ip -o link show sc0 2>/dev/null)"
nothing_left "a moved device"

device sc2 10.9.7.7/24
bundle template '.linux.netDevices = {sc2: {name: "net%d"}}'
matches "the first name that is free" "^net0 inet 10.9.7.7/24" "$(scrim run -b "$work/template" template 2>&1)"

device sc3 10.9.6.7/24
bundle same_name '.linux.netDevices = {sc3: {}}'
matches "its own name" "^sc3 inet 10.9.6.7/24" "$(scrim run -b "$work/same_name" same_name 2>&1)"

# A network namespace that is there before and after.
touch "$work/netns"
unshare --net="$work/netns" true
device sc4 10.9.5.7/24
bundle joined '.linux.netDevices = {sc4: {name: "eth0"}} | .linux.namespaces |= map(if .type == "network" then .path = "'"$work"'/netns" else . end)'
matches "a namespace that is joined" "^eth0 inet 10.9.5.7/24" "$(scrim run -b "$work/joined" joined 2>&1)"
same "it stays there" eth0 "$(nsenter --net="$work/netns" ip -o link show eth0 | sed 's/.*: \(eth0\)@.*/\1/')"
device sc5 10.9.4.7/24
device sc6 10.9.3.7/24
ip link set sc5 up
bundle taken '.linux.netDevices = {sc5: {name: "eth1"}, sc6: {name: "eth0"}} | .linux.namespaces |= map(if .type == "network" then .path = "'"$work"'/netns" else . end)'
matches "a name that is taken" "linux.netDevices: move sc6 to the container as eth0: File exists" "$(scrim run -b "$work/taken" taken 2>&1)"
matches "the one before it is back, with its address" "sc5 +inet 10.9.4.7/24" "$(ip -o addr show sc5)"
same "and is not over there" "" "$(nsenter --net="$work/netns" ip -o link show eth1 2>/dev/null)"
bundle none '.linux.netDevices = {nosuch0: {}}'
matches "no such device" "linux.netDevices: move nosuch0 to the container as nosuch0: No such device" "$(scrim run -b "$work/none" none 2>&1)"
bundle local '.linux.netDevices = {lo: {name: "lo2"}}'
matches "one that cannot be moved" "linux.netDevices: move lo to the container as lo2: Invalid argument" "$(scrim run -b "$work/local" local 2>&1)"

# Hooks see it; an unprivileged owner of the namespace gets it as well.
device sc7 10.9.2.7/24
bundle hooked '.linux.netDevices = {sc7: {name: "eth7"}} | .hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "nsenter -t $(jq .pid) -n ip -o link show eth7 >\($work)/hook"], env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}]'
scrim run -b "$work/hooked" hooked >/dev/null
matches "a createRuntime hook sees it" "eth7" "$(cat "$work/hook")"
device sc8 10.9.1.7/24
bundle user '.linux.netDevices = {sc8: {name: "eth8"}} | .linux.namespaces += [{type: "user"}]
  | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
chown -R 100000:100000 "$work/rootfs" 2>/dev/null
matches "in a user namespace" "^eth8 inet 10.9.1.7/24" "$(scrim run -b "$work/user" user 2>&1)"
# A device of its own sysctl; one that is given back as it was.
device sc9 10.8.1.7/24
bundle sysctl '.linux.netDevices = {sc9: {name: "eth9"}} | .linux.sysctl = {"net.ipv4.conf.eth9.forwarding": "1"} | .process.args = ["cat", "/proc/sys/net/ipv4/conf/eth9/forwarding"]'
same "linux.sysctl of the device" 1 "$(scrim run -b "$work/sysctl" sysctl 2>&1)"
device scA fd00:a::7/64
ip address add 10.8.2.7/24 dev scA label scA:1
was=$(ip -o addr show scA; ip -o link show scA | sed 's/.*<\(.*\)>.*/\1/')
joined='.linux.namespaces |= map(if .type == "network" then .path = "'"$work"'/netns" else . end)'
bundle failing '.linux.netDevices = {scA: {name: "ethA"}} | .hooks.createRuntime = [{path: "/bin/false"}] | '"$joined"
scrim run -b "$work/failing" failing >/dev/null 2>&1
same "a hook fails: it is back as it was" "$(sed 's/^[0-9]*: //' <<<"$was")" "$(ip -o addr show scA | sed 's/^[0-9]*: //'; ip -o link show scA | sed 's/.*<\(.*\)>.*/\1/')"
bundle failing '.linux.netDevices = {scA: {name: "ethA"}} | .hooks.createRuntime = [{path: "/bin/false"}]'
scrim run -b "$work/failing" failing >/dev/null 2>&1
same "in a new namespace, too" "$(sed 's/^[0-9]*: //' <<<"$was")" "$(ip -o addr show scA | sed 's/^[0-9]*: //'; ip -o link show scA | sed 's/.*<\(.*\)>.*/\1/')"
nsenter --net="$work/netns" ip link property add dev eth0 altname other
bundle altname '.linux.netDevices = {scA: {name: "other"}} | '"$joined"
matches "a second name that is taken" "File exists" "$(scrim run -b "$work/altname" altname 2>&1)"
same "it is back" "$(sed 's/^[0-9]*: //' <<<"$was" | tail -n 1)" "$(ip -o link show scA | sed 's/.*<\(.*\)>.*/\1/')"
umount "$work/netns"
nothing_left "netDevices"
finish
