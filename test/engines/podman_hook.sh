#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scrim-hook-resolve as Podman's precreate hook, and scrim-hook-guard in its hooks.d: the filter that containers really run under, asked of the kernel in
# the container (keyctl's errno, /proc/self/status), for each way of asking. Needs root, podman, cc, runc or crun.
set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
for build in "${SCRIM_BUILD:-}" "$top/build/release" "$top/build/debug"; do
  hook=$build/hooks/scrim-hook-resolve
  [ -x "$hook" ] && break
done

guard=${hook%/*}/guard/scrim-hook-guard
[ -x "$guard" ] || { echo "FAIL podman_hook: no hooks/guard/scrim-hook-guard beside $hook"; exit 1; }
skip_all() { echo "skip podman_hook: $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip_all "needs root"
command -v podman >/dev/null || skip_all "no podman"
command -v cc >/dev/null || skip_all "no cc"
[ -x "$hook" ] || { echo "FAIL podman_hook: no hooks/scrim-hook-resolve in build/release or build/debug"; exit 1; }
# Beside a mounted cgroup v1 hierarchy crun refuses v2's ("hybrid"): hide it, for this script alone.
if mountpoint -q /sys/fs/cgroup/unified && [ -z "${SCRIM_OWN_MOUNTS:-}" ]; then
  export SCRIM_OWN_MOUNTS=1
  exec unshare --mount --propagation private bash -c 'umount -l /sys/fs/cgroup/unified && exec bash "$0"' "$0"
fi

work=$(mktemp -d /tmp/scrim-podman-hook.XXXXXX)
podman=(podman --root "$work/storage" --runroot "$work/run" --tmpdir "$work/tmp" --storage-driver vfs
        --cgroup-manager cgroupfs --events-backend none)
clean_up() {
  "${podman[@]}" rm --all --force --time 0 >/dev/null 2>&1
  for mounted in $(awk -v work="$work/" 'index($5, work) == 1 { print $5 }' /proc/self/mountinfo | sort -r); do
    umount -l "$mounted"
  done
  rm -rf "$work"
}
trap clean_up EXIT

failed=0
ok() { echo "ok $1"; }
fail() { echo "FAIL $1: $2"; failed=1; }

# An image with one static program that tells what it may do.
mkdir -p "$work/image" "$work/hooks" "$work/profiles"
cat >"$work/probe.c" <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL)
    if (strncmp(line, "Seccomp:", 8) == 0) printf("Seccomp %c, ", line[9]);
  /* KEYCTL_GET_KEYRING_ID of the session: ENOKEY is the kernel's own answer. */
  long got = syscall(SYS_keyctl, 0, -3, 0);
  puts(got < 0 && errno == EPERM ? "keyctl refused" : "keyctl allowed");
  return 0;
}
C
cc -static -O1 -o "$work/image/probe" "$work/probe.c" || { fail probe "cannot compile"; exit 1; }
tar -C "$work/image" -c . | "${podman[@]}" import - localhost/probe >"$work/log" 2>&1 ||
  { fail import "$(cat "$work/log")"; exit 1; }

# install_hook [ARGUMENT...]: the shipped JSON with the built program and these arguments.
install_hook() {
  local arguments='"scrim-hook-resolve"' argument
  for argument in "$@"; do arguments+=", \"$argument\""; done
  sed -e "s|\"path\": .*|\"path\": \"$hook\",|" -e "s|\"args\": .*|\"args\": [$arguments]|" \
    "$top/hooks/scrim-hook-resolve.json" >"$work/hooks/scrim-hook-resolve.json"
}
configure() { printf '%s\n' "$1" >"$work/config.json"; chmod 644 "$work/config.json"; }

# run_probe RUNTIME [OPTION...]: one container. Its limits are those that any caller may set.
run_probe() {
  local runtime=$1
  shift
  "${podman[@]}" --runtime "$(command -v "$runtime")" --hooks-dir "$work/hooks" run --rm --network none \
    --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@" localhost/probe /probe 2>&1
}
expect() {  # NAME WANTED RUNTIME [OPTION...]
  local name=$1 wanted=$2 got
  shift 2
  got=$(run_probe "$@")
  if [ "$got" = "$wanted" ]; then ok "$name ($1)"; else fail "$name ($1)" "got \"$got\", not \"$wanted\""; fi
}
# Podman says only that the hook failed; why is in the system's log (test/integration/hook_resolve.sh reads it).
expect_refusal() {  # NAME RUNTIME [OPTION...]
  local name=$1 got left
  shift
  if got=$(run_probe "$@"); then fail "$name ($1)" "it ran: $got"
  elif [[ $got != *"scrim-hook-resolve"*"exit status 1"* ]]; then fail "$name ($1)" "the message is \"$got\""
  elif left=$("${podman[@]}" ps --all --quiet) && [ -n "$left" ]; then fail "$name ($1)" "container $left is left"
  else ok "$name ($1)"; fi
}

podmans="Seccomp 2, keyctl allowed" dockers="Seccomp 2, keyctl refused" none="Seccomp 0, keyctl allowed"
profile=run.scrim.profile
cat >"$work/profiles/no-keyctl.json" <<'J'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]}
J
runtimes=()
for runtime in runc crun; do command -v "$runtime" >/dev/null && runtimes+=("$runtime"); done
[ ${#runtimes[@]} -gt 0 ] || skip_all "neither runc nor crun"

for runtime in "${runtimes[@]}"; do
  rm -f "$work"/hooks/*
  expect "without the hook Podman's default applies" "$podmans" "$runtime"

  configure '{}'
  install_hook --config "$work/config.json" --profile RuntimeDefault@docker
  expect "--profile replaces Podman's default" "$dockers" "$runtime"
  expect "--profile replaces unconfined" "$dockers" "$runtime" --security-opt seccomp=unconfined

  install_hook --config "$work/config.json"
  expect "a hook that is told nothing changes nothing" "$podmans" "$runtime"
  expect "an untrusted annotation does not replace" "$podmans" "$runtime" --annotation $profile=RuntimeDefault@docker
  expect "an untrusted annotation does not weaken" "$podmans" "$runtime" --annotation $profile=Unconfined
  expect "an untrusted annotation does not make privileged" "$podmans" "$runtime" --annotation run.scrim.privileged=true
  expect "unconfined stays unconfined" "$none" "$runtime" --security-opt seccomp=unconfined
  expect "an untrusted annotation adds a profile where there is none" "$dockers" "$runtime" \
    --security-opt seccomp=unconfined --annotation $profile=RuntimeDefault@docker
  expect "the user's own profile stays" "$dockers" "$runtime" --security-opt seccomp="$work/profiles/no-keyctl.json"
  expect "privileged has no filter" "$none" "$runtime" --privileged

  configure '{"seccompDefault": true, "runtimeDefault": "docker"}'
  expect "seccompDefault fills in where nothing is" "$dockers" "$runtime" --security-opt seccomp=unconfined
  expect "seccompDefault leaves privileged alone" "$none" "$runtime" --privileged

  configure "{\"profileRoot\": \"$work/profiles\", \"privilegedProfile\": \"Localhost:no-keyctl.json\"}"
  expect "privileged gets privilegedProfile" "$dockers" "$runtime" --privileged
  expect "all capabilities alone are not privileged" "$podmans" "$runtime" --cap-add all

  configure "{\"profileRoot\": \"$work/profiles\", \"annotations\": \"trusted\"}"
  expect "a trusted annotation replaces" "$dockers" "$runtime" --annotation $profile=RuntimeDefault@docker
  expect "a trusted annotation names a file" "$dockers" "$runtime" --annotation $profile=Localhost:no-keyctl.json
  expect "a trusted annotation removes" "$none" "$runtime" --annotation $profile=Unconfined
  expect "a trusted annotation makes privileged" "$none" "$runtime" --annotation run.scrim.privileged=true
  expect_refusal "a profile that is missing stops the start" "$runtime" \
    --annotation $profile=Localhost:missing.json
  expect_refusal "a path out of the profile root stops the start" "$runtime" \
    --annotation $profile=Localhost:../config.json

  configure '{"seccompdefault": true}'
  expect_refusal "a bad configuration file stops the start" "$runtime"

  # scrim-hook-guard, as hooks.d has it: createRuntime and poststart, which Podman hands to the runtime.
  rm -f "$work"/hooks/*
  echo '{}' >"$work/guard.json"
  for stage in createRuntime poststart; do
    sed -e "s|\"path\": .*|\"path\": \"$guard\",|" -e "s|\"args\": .*]|\"args\": [\"scrim-hook-guard\", \"--policy\", \"$work/guard.json\", \"$stage\"]|" \
      "$top/hooks/guard/scrim-hook-guard-$stage.json" >"$work/hooks/$stage.json"
  done
  expect "scrim-hook-guard lets Podman's default start" "$podmans" "$runtime"
  if got=$(run_probe "$runtime" --security-opt seccomp=unconfined); then
    fail "scrim-hook-guard refuses unconfined ($runtime)" "it ran: $got"
  else ok "scrim-hook-guard refuses unconfined ($runtime)"; fi
  echo '{"exempt": [{"annotation": "run.test.exempt", "value": "yes"}]}' >"$work/guard.json"
  expect "scrim-hook-guard: an exemption" "$none" "$runtime" --security-opt seccomp=unconfined --annotation run.test.exempt=yes
done
exit $failed
