#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker with scrim as its runtime and nothing behind it: run, exec, stop, start, rm, and a health check.
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

# --- exec
exec_in() { docker exec "$@" 2>&1; }
same "exec" "0 / waits" "$(exec_in waits sh -c 'echo $(id -u) $(pwd) $(hostname | sed s/^.*$/waits/)')"
same "exec is filtered" "Seccomp:	2" "$(exec_in waits grep Seccomp: /proc/self/status)"
same "exec has the container's pid namespace" "$(docker inspect -f '{{.State.Pid}}' waits | xargs -I{} readlink /proc/{}/ns/pid)" "$(exec_in waits readlink /proc/self/ns/pid)"
same "exec -u, -w, -e" "1000 1001 /tmp x y" "$(exec_in -u 1000:1001 -w /tmp -e 'A=x y' waits sh -c 'echo $(id -u) $(id -g) $(pwd) $A')"
same "exec -i" typed "$(echo typed | docker exec -i waits cat)"
matches "exec -t" "^/dev/pts/[0-9]" "$(exec_in -t waits tty)"
exec_in waits sh -c 'exit 5'
same "exec: exit status" 5 $?
exec_in waits sh -c 'kill -9 $$'
same "exec: killed" 137 $?
said=$(exec_in waits not-there)
same "exec of a missing program is what it is under runc: 126" 126 $?
matches "and says so" "exec failed: .*not-there.*executable file not found" "$said"
exec_in waits /etc >/dev/null
same "exec of what is no program is 126" 126 $?
matches "exec -w of what is not there fails" "No such file" "$(exec_in -w /nowhere waits true)"
bits() { exec_in "$@" waits sh -c 'grep CapBnd /proc/self/status | cut -f2'; }
same "exec --privileged has more capabilities" yes "$([ "$(bits)" != "$(bits --privileged)" ] && [[ "$(bits --privileged)" =~ ^[0-9a-f]{16}$ ]] && echo yes)"
docker exec -d waits sh -c 'echo detached >/tmp/detached; sleep 1000' 2>&1
wait_for 5 docker exec waits grep -q detached /tmp/detached
same "exec -d" "detached" "$(exec_in waits cat /tmp/detached)"
matches "top shows them all" "sleep 1000" "$(docker top waits)"
for i in $(seq 10); do docker exec waits true >/dev/null 2>&1 & done
wait $(jobs -p | tail -10)
same "ten at once" 0 $?
docker rm --force waits >/dev/null
same "rm --force" 0 $?

docker run -d --name healthy --network none --runtime scrim --health-cmd 'test -e /tmp/well' --health-interval 1s --health-retries 1 \
  busybox-static sh -c 'sleep 1; echo >/tmp/well; sleep 1000' >/dev/null
health() { [ "$(docker inspect -f '{{.State.Health.Status}}' healthy)" = "$1" ]; }
wait_for 20 health healthy
same "a health check" healthy "$(docker inspect -f '{{.State.Health.Status}}' healthy)"
docker exec healthy rm /tmp/well
wait_for 20 health unhealthy
same "that fails in the end" unhealthy "$(docker inspect -f '{{.State.Health.Status}}' healthy)"
docker rm --force healthy >/dev/null
docker run -d --name own --network none --runtime scrim --security-opt "seccomp=$work/own.json" busybox-static sleep 1000 >/dev/null
matches "exec under a profile of one's own" "Operation not supported" "$(exec_in own mkdir /tmp/made)"
matches "exec --privileged too" "Operation not supported" "$(exec_in --privileged own mkdir /tmp/made)"
docker rm --force own >/dev/null
finish
