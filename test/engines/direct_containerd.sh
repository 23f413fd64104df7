#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd (ctr) with scrim as its runtime and nothing behind it: run, exec, kill, rm, terminals, failures.
source "$(dirname "$0")/lib.sh"
begin containerd ctr /usr/bin/busybox

start_containerd
make_rootfs "$work/rootfs"
deny_mkdir_profile "$work/own.json"
make_wrapper "$work/scrim"
run() { timeout 60 ctr --address "$work/containerd.sock" run --runc-binary "$work/scrim" --rootfs "$@" 2>&1; }
ctr() { timeout 60 "$(type -P ctr)" --address "$work/containerd.sock" "$@"; }
task_exec() { ctr task exec --exec-id "e$RANDOM$RANDOM" "$@" 2>&1 </dev/null; }
is() { ctr task ls | grep "^$2 " | grep -q "$1"; }

same "RuntimeDefault filters" "Seccomp:	2" "$(run --rm --seccomp "$work/rootfs" c1 /bin/grep Seccomp: /proc/self/status)"
same "unconfined does not filter" "Seccomp:	0" "$(run --rm "$work/rootfs" c2 /bin/grep Seccomp: /proc/self/status)"
same "privileged does not filter" "Seccomp:	0" "$(run --rm --privileged "$work/rootfs" c5 /bin/grep Seccomp: /proc/self/status)"
run --rm "$work/rootfs" c3 /bin/sh -c 'exit 9'
same "exit status" 9 $?
matches "a missing program: the shim shows scrim's last error" "not-there.*no such file or directory" "$(run --rm "$work/rootfs" c4 /bin/not-there)"
ctr container rm c4 >/dev/null 2>&1

run -d --seccomp --seccomp-profile "$work/own.json" "$work/rootfs" c /bin/sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
same "run -d" 0 $?
wait_for 5 is RUNNING c
same "exec" "0 /" "$(task_exec c /bin/sh -c 'echo $(id -u) $(pwd)')"
matches "exec is filtered" "Operation not supported" "$(task_exec c /bin/mkdir /tmp/made)"
task_exec c /bin/sh -c 'exit 5'
same "exec: exit status" 5 $?
same "exec --user, --cwd" "1000 /tmp" "$(task_exec --user 1000 --cwd /tmp c /bin/sh -c 'echo $(id -u) $(pwd)')"
said=$(task_exec c /bin/not-there)
same "exec of a missing program fails" 1 $?
matches "and the shim shows scrim's last error" 'OCI runtime exec failed: exec failed: exec: "/bin/not-there": stat /bin/not-there: no such file or directory' "$said"
if command -v script >/dev/null; then
  # ctr wants a terminal of its own for one; what it prints comes back through it
  said=$(timeout 60 script -qec "$(type -P ctr) --address $work/containerd.sock task exec -t --exec-id tty c /bin/sh -c 'tty; stty size; exit 4'" /dev/null </dev/null 2>&1)
  same "exec -t: exit status" 4 $?
  matches "exec -t" "/dev/pts/[0-9]+" "$said"
  said=$(timeout 60 script -qec "$(type -P ctr) --address $work/containerd.sock run --rm -t --runc-binary $work/scrim --rootfs $work/rootfs t /bin/tty" /dev/null </dev/null 2>&1)
  matches "run -t" "/dev/pts/0" "$said"
else
  skip "exec -t" "no script(1) here"
fi
task_exec --detach c /bin/sleep 1000
same "exec --detach" 0 $?
same "its processes, as ctr lists them" 2 "$(ctr task ps c | awk 'NR > 1' | wc -l | awk '{print ($1 >= 2) ? 2 : $1}')"
ctr task kill -s USR1 --exec-id nosuch c 2>/dev/null
same "kill of an exec that is not there fails" 1 $?
ctr task exec --exec-id killed c /bin/sleep 1000 </dev/null &
client=$!
started+=("$client")
exec_runs() { [ "$(ctr task ps c | grep -c .)" -ge 4 ]; }
wait_for 10 exec_runs
ctr task kill -s KILL --exec-id killed c
wait $client
same "kill of an exec" 137 $?
ctr task kill -s TERM c
same "kill" 0 $?
wait_for 10 is STOPPED c
same "stopped" 0 $?
ctr task rm c >/dev/null 2>&1
ctr container rm c
same "rm" 0 $?
run -d "$work/rootfs" f /bin/sleep 1000
ctr task kill --all -s KILL f
wait_for 10 is STOPPED f
same "kill --all" 0 $?
ctr task rm --force f >/dev/null 2>&1
ctr container rm f
same "nothing is left of them" "" "$(ctr container ls -q)"
finish
