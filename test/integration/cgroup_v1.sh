#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hosts with cgroup v1 alone: there the cgroups are made while the new process mounts, not before. This machine may have
# a v2 hierarchy beside v1 (hybrid): it is taken away in a mount namespace of our own, and what matters runs again.
here=$(dirname "$0")
if [ "${SCRIM_TEST_CGROUP_V1:-}" != 1 ]; then
  if [ "$(id -u)" != 0 ] || ! grep -q ' - cgroup ' /proc/self/mountinfo; then
    echo "skip cgroup v1: it needs root and a host with cgroup v1"
    exit 0
  fi
  SCRIM_TEST_CGROUP_V1=1 exec unshare -m --propagation private bash "$0" "$@"
fi
while read -r mount; do umount -l "$mount"; done < <(sed -n 's/^[^-]* \(\/[^ ]*\) [^-]* - cgroup2 .*/\1/p' /proc/self/mountinfo)
if grep -q ' - cgroup2 ' /proc/self/mountinfo; then echo "FAIL cgroup v1 alone: $(grep ' - cgroup2 ' /proc/self/mountinfo)" && exit 1; fi
set -o pipefail
for script in container_run container_mounts kill_points; do
  SCRIM_TEST_KILL_EVERY=5 bash "$here/$script.sh" | sed -E 's/^(ok|FAIL|skip) /\1 cgroup v1: /' ||
    echo "FAIL cgroup v1: $script: it ended with status $?"
done

source "$here/lib.sh"
begin_containers "$@"
# Without one of its own, so that the paths are the host's.
without_namespace='.linux.namespaces |= map(select(.type != "cgroup"))'
script='grep -c "/'$tag/k'\$" /proc/self/cgroup' bundle k "$without_namespace"
v1=$(grep -c ' - cgroup ' /proc/self/mountinfo)
in_all=$(scrim run -b "$work/k" k)
same "cgroup v1: in its cgroup of every hierarchy" "$v1" "$in_all"
nothing_left "cgroup v1: run"

# The hook would be the first that is not scrim: all cgroups are entered by then.
script=true bundle hooked '.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "grep -c \"/\($tag)/hooked$\" /proc/self/cgroup >\($work)/hook"]}]
  | .mounts |= map(select(.type != "cgroup")) | '"$without_namespace"
scrim run -b "$work/hooked" hooked
same "cgroup v1: a hook runs in all of them" "$v1" "$(cat "$work/hook")"
nothing_left "cgroup v1: hooks"

# Errors that come while the new process is there already: it goes, and hooks that were never begun have no end.
sleep 100 &
started+=($!)
mkdir -p "/sys/fs/cgroup/pids/$tag/used"
echo $! >"/sys/fs/cgroup/pids/$tag/used/cgroup.procs"
script=true bundle used '.hooks.poststop = [{path: "/bin/touch", args: ["touch", "\($work)/poststop"]}]'
said=$(scrim create -b "$work/used" used 2>&1)
matches "cgroup v1: a cgroup that is in use is refused" "has 1 process\(es\) already, process $! among them" "$said"
same "cgroup v1: and its process lives" 0 "$(kill -0 $! && echo 0)"
same "cgroup v1: no poststop hook" no "$([ -e "$work/poststop" ] && echo yes || echo no)"
kill $! && wait $! 2>/dev/null
wait_for 3 rmdir "/sys/fs/cgroup/pids/$tag/used" 2>/dev/null
rmdir "/sys/fs/cgroup/pids/$tag" 2>/dev/null
script=true bundle limits '.linux.resources.cpu = {cpus: "4000"}'
said=$(scrim create -b "$work/limits" limits 2>&1)
matches "cgroup v1: a limit that the kernel refuses" "cpuset.cpus" "$said"
nothing_left "cgroup v1: refused"
finish
