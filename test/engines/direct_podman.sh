#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Podman with scrim as its runtime and nothing behind it: run, exec, kill, logs, terminals, rm, pods.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin podman conmon /usr/bin/busybox

prepare_podman
import_busybox podman
deny_mkdir_profile "$work/own.json"
make_wrapper "$work/scrim" --root "$work/state"
with_runtime() { timeout 90 podman --runtime "$work/scrim" "$@" 2>&1; }
run() { with_runtime run --rm --network none "$@"; }
seccomp() { run "$@" busybox-static grep Seccomp: /proc/self/status; }

same "RuntimeDefault filters" "Seccomp:	2" "$(seccomp)"
same "unconfined does not filter" "Seccomp:	0" "$(seccomp --security-opt seccomp=unconfined)"
same "privileged does not filter" "Seccomp:	0" "$(seccomp --privileged)"
matches "a profile of one's own" "Operation not supported" "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"
run busybox-static sh -c 'exit 4'
same "exit status" 4 $?
run busybox-static /bin/not-there >/dev/null
same "a missing program is 127" 127 $?
run busybox-static /etc >/dev/null
same "what is no program is 126" 126 $?
matches "a terminal" "^/dev/pts/0" "$(run -t busybox-static tty)"

with_runtime run --name c -d --network none --security-opt "seccomp=$work/own.json" busybox-static \
  sh -c 'echo started; trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null
same "run -d" running "$(with_runtime inspect -f '{{.State.Status}}' c)"
exec_in() { with_runtime exec "$@"; }
same "exec" "0 /" "$(exec_in c sh -c 'echo $(id -u) $(pwd)')"
matches "exec is filtered" "Operation not supported" "$(exec_in c mkdir /tmp/made)"
same "exec -u, -w, -e" "1000 1001 /tmp x y" "$(exec_in -u 1000:1001 -w /tmp -e 'A=x y' c sh -c 'echo $(id -u) $(id -g) $(pwd) $A')"
same "exec -i" typed "$(echo typed | with_runtime exec -i c cat)"
matches "exec -t" "^/dev/pts/[0-9]" "$(exec_in -t c tty)"
exec_in c sh -c 'exit 5'
same "exec: exit status" 5 $?
exec_in c sh -c 'kill -9 $$'
same "exec: killed" 137 $?
said=$(exec_in c not-there)
same "exec of a missing program is 127" 127 $?
matches "and says so" "not-there.*executable file not found" "$said"
exec_in c /etc >/dev/null
same "exec of what is no program is 126" 126 $?
exec_in -d c sh -c 'echo detached >/tmp/detached; sleep 1000' >/dev/null
wait_for 5 grep -q . <(exec_in c cat /tmp/detached)
same "exec -d" detached "$(exec_in c cat /tmp/detached)"
same "exec --preserve-fds" "three" "$(exec_in --preserve-fds 1 c sh -c 'cat <&3' 3<<<three)"
matches "exec --privileged has more capabilities" "different" "$([ "$(exec_in c grep CapBnd /proc/self/status)" != "$(exec_in --privileged c grep CapBnd /proc/self/status)" ] && echo different)"
same "logs" started "$(with_runtime logs c)"
matches "top" "sleep 1000" "$(with_runtime top c)"
with_runtime kill -s TERM c >/dev/null
same "kill" 9 "$(with_runtime wait c)"
matches "exec in a stopped one is refused" "not running|stopped|only.*running" "$(exec_in c true)"
with_runtime start c >/dev/null
same "start again" running "$(with_runtime inspect -f '{{.State.Status}}' c)"
with_runtime rm --force --time 0 c >/dev/null
same "rm --force" 0 $?

with_runtime run -d --name healthy --network none --health-cmd 'test -e /tmp/well' busybox-static sh -c 'touch /tmp/well; sleep 1000' >/dev/null
wait_for 5 exec_in healthy test -e /tmp/well
with_runtime healthcheck run healthy >/dev/null
same "a health check" 0 $?
exec_in healthy rm /tmp/well
with_runtime healthcheck run healthy >/dev/null
same "that fails" 1 $?
with_runtime rm --force --time 0 healthy >/dev/null
# What conmon starts when a container has ended.
cleaned_up() { ! grep -lsq "$work/[p]odman/graph" /proc/[0-9]*/cmdline; }
wait_for 20 cleaned_up
same "nothing is left of them" "" "$(ls -A "$work/state" 2>/dev/null)"
finish
