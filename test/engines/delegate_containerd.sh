#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd with scrim in runc's place, runc and crun carrying out.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin containerd ctr /usr/bin/busybox

start_containerd
make_rootfs "$work/rootfs"
deny_mkdir_profile "$work/own.json"

for runtime in runc crun; do
  if ! command -v $runtime >/dev/null; then skip "delegate_containerd $runtime" "not installed" && continue; fi
  make_wrapper "$work/scrim-$runtime" --delegate "$(command -v $runtime)"
  run() { ctr run --runc-binary "$work/scrim-$runtime" --rootfs "$@" 2>&1; }
  status=(/bin/grep Seccomp: /proc/self/status)
  same "$runtime: RuntimeDefault filters" "Seccomp:	2" "$(run --rm --seccomp "$work/rootfs" "$runtime-1" "${status[@]}")"
  matches "$runtime: RuntimeDefault refuses a user namespace" "Operation not permitted" \
    "$(run --rm --seccomp "$work/rootfs" "$runtime-2" /bin/unshare -U true)"
  same "$runtime: unconfined does not filter" "Seccomp:	0" "$(run --rm "$work/rootfs" "$runtime-3" "${status[@]}")"
  run --rm "$work/rootfs" "$runtime-4" /bin/unshare -U true
  same "$runtime: unconfined allows a user namespace" 0 $?
  same "$runtime: privileged does not filter" "Seccomp:	0" \
    "$(run --rm --privileged "$work/rootfs" "$runtime-5" "${status[@]}")"
  matches "$runtime: a profile of one's own" "Operation not supported" \
    "$(run --rm --seccomp --seccomp-profile "$work/own.json" "$work/rootfs" "$runtime-6" /bin/mkdir /tmp/made)"
  same "$runtime: seccompDefault of scrim's configuration filters" "Seccomp:	2" "$(
    echo '{"seccompDefault": true}' >"$work/default.json"
    make_wrapper "$work/scrim-default-$runtime" --config "$work/default.json" --delegate "$(command -v $runtime)"
    ctr run --runc-binary "$work/scrim-default-$runtime" --rootfs --rm "$work/rootfs" "$runtime-7" "${status[@]}" 2>&1
  )"

  run --rm "$work/rootfs" "$runtime-9" /bin/sh -c 'exit 9'
  same "$runtime: the status of the process arrives" 9 $?

  run -d --seccomp --seccomp-profile "$work/own.json" "$work/rootfs" "$runtime-c" \
    /bin/sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done'
  matches "$runtime: run -d" RUNNING "$(ctr task ls | grep "^$runtime-c ")"
  matches "$runtime: exec is filtered" "Operation not supported" \
    "$(ctr task exec --exec-id e1 "$runtime-c" /bin/mkdir /tmp/made 2>&1)"
  ctr task exec --exec-id e2 "$runtime-c" /bin/sh -c 'exit 5'
  same "$runtime: exec ends with the status of the process" 5 $?
  ctr task pause "$runtime-c" && ctr task resume "$runtime-c"
  same "$runtime: pause and resume" 0 $?
  ctr task kill -s TERM "$runtime-c"
  same "$runtime: kill" 0 $?
  is_stopped() { ctr task ls | grep "^$runtime-c " | grep -q STOPPED; }
  wait_for 10 is_stopped
  ctr task rm "$runtime-c" >/dev/null 2>&1
  ctr container rm "$runtime-c"
  same "$runtime: rm" 0 $?
  matches "$runtime: a missing program fails" "not-there" "$(run --rm "$work/rootfs" "$runtime-8" /bin/not-there)"
  ctr container rm "$runtime-8" 2>/dev/null
  wait_for 10 no_shadow
  same "$runtime: no shadow bundle is left" "" "$(shadows)"
done
finish
