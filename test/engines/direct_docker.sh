#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker with scrim as its runtime and nothing behind it: what works without exec, pause and update.
source "$(dirname "$0")/lib.sh"
begin dockerd containerd /usr/bin/docker /usr/bin/busybox

make_wrapper "$work/scrim"
start_dockerd --add-runtime "scrim=$work/scrim"
import_busybox docker
deny_mkdir_profile "$work/own.json"

run() { docker run --rm --network none --runtime scrim "$@" 2>&1; }
seccomp() { run "$@" busybox-static grep Seccomp: /proc/self/status; }
same "RuntimeDefault filters" "Seccomp:	2" "$(seccomp)"
same "unconfined does not filter" "Seccomp:	0" "$(seccomp --security-opt seccomp=unconfined)"
same "privileged does not filter" "Seccomp:	0" "$(seccomp --privileged)"
matches "a profile of one's own" "Operation not supported" \
  "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"
same "no-new-privileges" "NoNewPrivs:	1" \
  "$(run --security-opt no-new-privileges busybox-static grep NoNewPrivs: /proc/self/status)"
same "--user" "uid=1000 gid=1001 groups=1001" "$(run --user 1000:1001 busybox-static id)"
same "--hostname" "box" "$(run --hostname box busybox-static hostname)"
same "--volume" "hello" "$(echo hello >"$work/file" && run -v "$work/file:/tmp/file:ro" busybox-static cat /tmp/file)"
run --read-only busybox-static mkdir /made >/dev/null
same "--read-only" 1 $?
run busybox-static sh -c 'exit 4'
same "exit status" 4 $?
run busybox-static /bin/not-there >/dev/null
same "a missing program is 127" 127 $?
run busybox-static /etc >/dev/null
same "what is no program is 126" 126 $?
matches "a terminal" "^/dev/pts/0" "$(run -t busybox-static sh -c 'readlink /proc/self/fd/0')"
if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
  same "--memory reaches the cgroup" 33554432 "$(run -m 32m --entrypoint cat busybox-static /sys/fs/cgroup/memory/memory.limit_in_bytes)"
else
  skip "--memory reaches the cgroup" "no memory controller of cgroup v1 here"
fi

docker run -d --name waits --network none --runtime scrim busybox-static sh -c 'echo started; trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null
wait_for 5 sh -c "$(declare -f docker); docker logs waits 2>&1 | grep -q started"
same "run -d" true "$(docker inspect -f '{{.State.Running}}' waits)"
docker stop -t 5 waits >/dev/null
same "stop" 9 "$(docker inspect -f '{{.State.ExitCode}}' waits)"
docker start waits >/dev/null
same "start again" true "$(docker inspect -f '{{.State.Running}}' waits)"
docker rm --force waits >/dev/null
same "rm --force" 0 $?
finish
