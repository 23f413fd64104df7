#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Podman with scrim as its runtime, runc and crun carrying out.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin podman conmon /usr/bin/busybox

prepare_podman
import_busybox podman
deny_mkdir_profile "$work/own.json"

for runtime in runc crun; do
  if ! command -v $runtime >/dev/null; then skip "delegate_podman $runtime" "not installed" && continue; fi
  make_wrapper "$work/scrim-$runtime" --delegate "$(command -v $runtime)" --root "$work/$runtime-state"
  with_runtime() { podman --runtime "$work/scrim-$runtime" "$@" 2>&1; }
  run() { with_runtime run --rm --network none "$@"; }
  seccomp() { run "$@" busybox-static grep Seccomp: /proc/self/status; }
  same "$runtime: RuntimeDefault filters" "Seccomp:	2" "$(seccomp)"
  # containers-common refuses swapoff whatever the capabilities; the kernel would say that there is no such file.
  matches "$runtime: RuntimeDefault refuses swapoff" "Operation not permitted" \
    "$(run --cap-add SYS_ADMIN busybox-static swapoff /nothing)"
  same "$runtime: unconfined does not filter" "Seccomp:	0" "$(seccomp --security-opt seccomp=unconfined)"
  matches "$runtime: unconfined does not refuse swapoff" "No such file" \
    "$(run --cap-add SYS_ADMIN --security-opt seccomp=unconfined busybox-static swapoff /nothing)"
  same "$runtime: privileged does not filter" "Seccomp:	0" "$(seccomp --privileged)"
  matches "$runtime: a profile of one's own" "Operation not supported" \
    "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"
  matches "$runtime: an annotation does not weaken the engine's profile" "Operation not permitted" \
    "$(run --cap-add SYS_ADMIN --annotation run.scrim.profile=Unconfined busybox-static swapoff /nothing)"
  matches "$runtime: an annotation adds a profile where there is none" "Operation not permitted" \
    "$(run --security-opt seccomp=unconfined --annotation run.scrim.profile=RuntimeDefault@docker busybox-static unshare -U true)"

  with_runtime run --name "c-$runtime" -d --network none --security-opt "seccomp=$work/own.json" busybox-static \
    sh -c 'trap "exit 9" TERM; while :; do sleep 0.1; done' >/dev/null
  same "$runtime: run -d" running "$(with_runtime inspect -f '{{.State.Status}}' "c-$runtime")"
  same "$runtime: its shadow bundle" 1 "$(shadows config.json | wc -l)"
  matches "$runtime: exec is filtered" "Operation not supported" \
    "$(with_runtime exec "c-$runtime" mkdir /tmp/made)"
  with_runtime exec "c-$runtime" sh -c 'exit 5'
  same "$runtime: exec ends with the status of the process" 5 $?
  with_runtime kill -s TERM "c-$runtime" >/dev/null
  same "$runtime: kill" 9 "$(with_runtime wait "c-$runtime")"
  with_runtime rm "c-$runtime" >/dev/null
  same "$runtime: rm" 0 $?
  with_runtime run -d --name "f-$runtime" --network none busybox-static sleep 1000 >/dev/null
  with_runtime rm --force --time 0 "f-$runtime" >/dev/null
  same "$runtime: rm --force" 0 $?
  run busybox-static /bin/not-there >/dev/null
  same "$runtime: a missing program is Podman's 127" 127 $?
  wait_for 10 no_shadow
  same "$runtime: no shadow bundle is left" "" "$(shadows)"
done
finish
