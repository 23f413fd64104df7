#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker with scrim as its runtime, runc and crun carrying out: run, exec, kill and rm under RuntimeDefault, a profile
# of one's own, unconfined and privileged.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin dockerd containerd /usr/bin/docker /usr/bin/busybox

runtimes=()
for delegate in runc crun; do
  if command -v $delegate >/dev/null; then
    make_wrapper "$work/scrim-$delegate" --delegate "$(command -v $delegate)"
    runtimes+=(--add-runtime "scrim-$delegate=$work/scrim-$delegate" --add-runtime "plain-$delegate=$(command -v $delegate)")
  else
    skip "delegate_docker $delegate" "not installed"
  fi
done
start_dockerd "${runtimes[@]}"
import_busybox docker
deny_mkdir_profile "$work/own.json"

for runtime in runc crun; do
  command -v $runtime >/dev/null || continue
  run() { docker run --rm --network none --runtime "scrim-$runtime" "$@" 2>&1; }
  seccomp() { run "$@" busybox-static grep Seccomp: /proc/self/status; }
  same "$runtime: RuntimeDefault filters" "Seccomp:	2" "$(seccomp)"
  matches "$runtime: RuntimeDefault refuses a user namespace" "Operation not permitted" \
    "$(run busybox-static unshare -U true)"
  same "$runtime: unconfined does not filter" "Seccomp:	0" "$(seccomp --security-opt seccomp=unconfined)"
  run --security-opt seccomp=unconfined busybox-static unshare -U true
  same "$runtime: unconfined allows a user namespace" 0 $?
  same "$runtime: privileged does not filter" "Seccomp:	0" "$(seccomp --privileged)"
  matches "$runtime: a profile of one's own" "Operation not supported" \
    "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"

  run --name "c-$runtime" -d --security-opt "seccomp=$work/own.json" busybox-static \
    sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null
  same "$runtime: run -d" true "$(docker inspect -f '{{.State.Running}}' "c-$runtime")"
  same "$runtime: its shadow bundle" 1 "$(shadows config.json | wc -l)"
  matches "$runtime: exec is filtered" "Operation not supported" "$(docker exec "c-$runtime" mkdir /tmp/made 2>&1)"
  docker exec "c-$runtime" sh -c 'exit 5'
  same "$runtime: exec ends with the status of the process" 5 $?
  docker kill -s TERM "c-$runtime" >/dev/null
  same "$runtime: kill" 9 "$(docker wait "c-$runtime" 2>/dev/null || docker inspect -f '{{.State.ExitCode}}' "c-$runtime")"

  docker create --name "r-$runtime" --network none --runtime "scrim-$runtime" busybox-static sleep 1000 >/dev/null
  docker start "r-$runtime" >/dev/null
  matches "$runtime: the program runs" "sleep 1000" "$(docker top "r-$runtime" 2>&1)"
  docker restart -t 0 "r-$runtime" >/dev/null
  same "$runtime: restart" true "$(docker inspect -f '{{.State.Running}}' "r-$runtime")"
  docker rm --force "r-$runtime" >/dev/null
  same "$runtime: rm --force" 0 $?
  docker run --rm --network none --runtime "plain-$runtime" busybox-static /bin/not-there >/dev/null 2>&1
  plain=$?
  run busybox-static /bin/not-there >/dev/null
  same "$runtime: a missing program ends as it does without scrim" $plain $?
  wait_for 10 no_shadow
  same "$runtime: no shadow bundle is left" "" "$(shadows)"
done
finish
