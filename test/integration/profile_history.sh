#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The history of RuntimeDefault: which versions are known, what an upgrade changes, since when a call is allowed and why;
# and that the kernel agrees with what is explained.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq

probe=$work/probe
cc -O1 -static -nostdlib -ffreestanding -fno-stack-protector -o "$probe" "$(dirname "$0")/programs/probe.c" ||
  { fail "compile probe.c" "cc said so"; finish; }
echo '{}' >"$work/settings.json"
scrim() { timeout -k 1 20 "$SCRIM" --config "$work/settings.json" "$@"; }
# looks NAME STATUS PATTERN ARGUMENT...: the exit status, and what is said on either stream.
looks() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  scrim "$@" >"$work/out" 2>&1 </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  matches "$name" "$pattern" "$(cat "$work/out")"
}

unlike() { if grep -qE -- "$2" <<<"$3"; then fail "$1" "'$2' in '$3'"; else ok "$1"; fi; }

# What breaks when containerd goes from 1.7 to 2.0, and what newer ones bring.
looks "1.7 to 2.0: io_uring goes" 1 "newly denied +x86_64 +io_uring_setup: ALLOW -> ERRNO EPERM" \
  profile diff --arch amd64 RuntimeDefault@containerd-1.7.34 RuntimeDefault@containerd-2.0.0
same "1.7 to 2.0: nothing else is denied" '["io_uring_enter","io_uring_register","io_uring_setup"]' \
  "$(scrim profile diff --json RuntimeDefault@containerd-1.7.34 RuntimeDefault@containerd-2.0.0 |
    jq -c '[.differences[] | select(.kind == "newly denied") | .call] | unique')"
# Debian 12's libseccomp cannot name them; a newer one compares them.
looks "2.1 to 2.2: new calls" 1 "newly allowed .*mseal: ERRNO .* -> ALLOW|^  getxattrat .* mseal" \
  profile diff RuntimeDefault@containerd-2.1.9 RuntimeDefault@containerd-2.2.0
looks "1.6.27 to 1.6.28: a backport" 1 "newly allowed .*fchmodat2" \
  profile diff RuntimeDefault@containerd-1.6.27 RuntimeDefault@containerd-1.6.28
looks "the same in both" 0 "do the same" profile diff RuntimeDefault@docker-26.1.5 RuntimeDefault@moby-27.5.1

# Versions: known, between known ones, as distributions write them, not known.
for version in containerd-1.7.13 docker-24.0.9 docker-profiles-0.2.2 podman podman-0.60.0 cri-o; do
  looks "$version" 0 "^RuntimeDefault@$version" profile count "RuntimeDefault@$version"
done
looks "between two that are the same" 0 "do the same" \
  profile diff RuntimeDefault@containerd-1.7.20 RuntimeDefault@containerd-1.7.13
matches "and it says so" "1.7.20 is taken for 1.7.13.* 1.7.31" \
  "$(scrim launch --profile RuntimeDefault@containerd-1.7.20 --print -- "$probe" 2>&1)"
looks "Debian's version" 0 "^RuntimeDefault@containerd-1.6.20$" profile count 'RuntimeDefault@containerd-1.6.20~ds1-1+deb12u1'
looks "between two that differ" 3 "29.4.1 is not known: between 29.0.0 and 29.4.2, which differ in socketcall" \
  profile count RuntimeDefault@docker-29.4.1
looks "newer than all" 3 "newer than 2.3.4, the newest that is" profile count RuntimeDefault@containerd-3.0.0
looks "launch refuses it too" 125 "newer than 2.3.4" launch --profile RuntimeDefault@containerd-3.0.0 -- "$probe"
looks "another engine's numbers" 3 "containers-common" profile count RuntimeDefault@podman-4.3.1

# Since when, until when, under which condition, why.
looks "history of a call" 0 "io_uring_setup +SCMP_ACT_ALLOW +since 1.4.1, until 2.0.0" profile history containerd io_uring_setup
looks "history: why not" 0 "^keyring: keys are not namespaced" profile history containerd keyctl
looks "history: branches" 0 "cachestat .*since 1.6.28, 1.7.13$" profile history containerd cachestat
looks "history: a condition" 0 "clone3 +SCMP_ACT_ERRNO ENOSYS, without CAP_SYS_ADMIN +since 1.4.10, 1.5.6" profile history containerd clone3
looks "history: an architecture and a kernel" 0 "ptrace .*from Linux 4.8 on +since 1.6.7" profile history containerd ptrace
same "history of all engines" "containerd docker podman cri-o" "$(scrim profile history keyctl | grep -oE '^[a-z-]+, ' | tr -d ',\n' | sed 's/ $//')"
looks "history of what is no call" 3 "did you mean fanotify_mark" profile history containerd cachestat fanotify_marc
same "history as JSON" '[{"engine":"containerd","call":"mseal","periods":[{"since":["2.2.0"],"until":[]}]}]' \
  "$(scrim profile history --json containerd mseal | jq -c '[.[] | .engine as $e | .rules[] | {engine: $e, call, periods}]')"
same "history as JSON: every rule has a reason" 0 "$(scrim profile history --json | jq '[.[].rules[] | select(.reason == "")] | length')"
looks "explain tells of other versions" 0 "containerd, since 1.4.1, until 2.0.0: SCMP_ACT_ALLOW" \
  profile explain RuntimeDefault@containerd io_uring_setup
same "explain as JSON too" '[["2.2.0"]]' \
  "$(scrim profile explain --json RuntimeDefault mseal | jq -c '[.calls[].history.rules[].periods[].since]')"

# The 377 that people count.
looks "376 and clone3" 0 "^376 names stand in rules that allow" profile count --arch arm64 RuntimeDefault@containerd-2.2.0
matches "what naive counting says" "gives 377: 1 of them is only denied there \(clone3\)" "$(cat "$work/out")"
same "as JSON" '[376,377,["clone3"]]' "$(scrim profile count --json --arch arm64 RuntimeDefault@containerd-2.2.0 |
  jq -c '[.namesInAllowingRules, .namesInRules, .namesOnlyDenied]')"

# What is explained is what the kernel does. 250 is keyctl, 435 clone3 (x86_64); keyctl 0 asks for a keyring's number.
enforced() { scrim launch --cap-drop ALL --profile "RuntimeDefault@$1" -- "$probe" "$2" | awk '{ print $2 }'; }
explained() { scrim profile explain --json --cap-drop ALL "RuntimeDefault@$1" "$2" | jq -r '.calls[0].answers[0].answer'; }
if [ "$(uname -m)" = x86_64 ]; then
  for version in containerd-1.4.0 containerd-1.7.13 containerd; do
    same "keyctl under $version, explained" "ERRNO EPERM" "$(explained $version keyctl)"
    same "keyctl under $version, enforced" -1 "$(enforced $version number=250,0,0xfffffffd)"
  done
  for version in podman-0.50.1 podman; do
    same "keyctl under $version, explained" ALLOW "$(explained $version keyctl)"
    # Allowed: the kernel's own answer, a serial number, or that there is no such keyring.
    unlike "keyctl under $version, enforced" '^(-1|-38)$' "$(enforced $version number=250,0,0xfffffffd)"
  done
  for version in containerd-1.4.10 containerd docker; do
    same "clone3 under $version, explained" "ERRNO ENOSYS" "$(explained $version clone3)"
    same "clone3 under $version, enforced" -38 "$(enforced $version number=435)"
  done
  # io_uring_setup with no entries is EINVAL, or EPERM where the kernel has it switched off.
  same "io_uring under 2.0.0, enforced" -1 "$(enforced containerd-2.0.0 number=425)"
  if [ "$(cat /proc/sys/kernel/io_uring_disabled 2>/dev/null || echo 0)" = 0 ]; then
    unlike "io_uring under 1.7.34, enforced" '^-1$' "$(enforced containerd-1.7.34 number=425)"
  else
    skip "io_uring under 1.7.34" "kernel.io_uring_disabled"
  fi
else
  skip "the kernel agrees" "the numbers here are those of x86_64"
fi
finish
