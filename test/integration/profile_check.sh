#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim profile check: which of the calls that a program makes a profile denies; from names, from what strace wrote, and
# that what it says is what happens to the program.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq
source "$(dirname "$0")/programs/bundle.sh"
prepare
check() { "$SCRIM" --config "$work/settings.json" profile check "$@"; }
# says NAME STATUS PATTERN ARGUMENT...; names come from standard input
says() {
  local name=$1 status=$2 pattern=$3
  shift 3
  check "$@" >"$work/out" 2>"$work/error"
  same "$name: exit status" "$status" $?
  matches "$name: says" "$pattern" "$(cat "$work/out" "$work/error")"
}
cat >"$work/web.json" <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
  {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95},
  {"names": ["prctl"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 15, "op": "SCMP_CMP_EQ"}]}]}
END
says "all allowed" 0 "^2 calls needed: 0 missing, 0 depend on arguments$" --needs - "$work/web.json" <<<$'read\nwrite'
says "one denied, because of a rule" 1 "because of $work/web.json:3:14: SCMP_ACT_ERRNO EOPNOTSUPP" --needs - "$work/web.json" <<<mkdirat
says "one denied by default" 1 "^keyctl: ERRNO EPERM" --needs - "$work/web.json" <<<keyctl
matches "and because of what" "because of the default, SCMP_ACT_ERRNO EPERM" "$(cat "$work/out")"
says "one depends on its arguments" 0 "^1 call needed: 0 missing, 1 depends on arguments$" --needs - "$work/web.json" <<<prctl
says "a misspelt name" 1 "did you mean write\?" --needs - "$work/web.json" <<<wirte
says "keyctl under containerd's default" 1 "keyctl: ERRNO EPERM" --needs - RuntimeDefault@containerd <<<keyctl
says "keyctl under containers-common's" 0 "0 missing" --needs - RuntimeDefault@podman <<<keyctl
says "clone3 is told to be missing" 1 "clone3: ERRNO ENOSYS" --needs - RuntimeDefault@docker <<<clone3
says "with a capability" 0 "0 missing" --cap-add CAP_SYS_ADMIN --needs - RuntimeDefault@docker <<<mount
says "and without" 1 "allows or denies it with CAP_SYS_ADMIN" --needs - RuntimeDefault@docker <<<mount
says "no such file" 3 "No such file" --needs "$work/none" "$work/web.json"
says "not names" 3 "standard input:1: a line is the name" --needs - "$work/web.json" <<<"hello, world"
says "no needs" 2 "needs" "$work/web.json"
same "JSON" '[["mkdirat","denied",true],["read","allowed",false]]' \
  "$(check --json --needs - "$work/web.json" <<<$'read\nmkdirat' | jq -c '[.calls[] | [.call, .fate, .missing]]')"

# --- what a real program does, as strace has it, and what becomes of it
if command -v strace >/dev/null; then
  cp "$SCRIM" "$work/scrim"
  strace -f -o "$work/trace" mkdir "$work/made"
  says "strace -f" 1 "^mkdir(at)?: ERRNO EOPNOTSUPP|^mkdir: ERRNO EPERM" --needs "$work/trace" "$work/web.json"
  strace -c -o "$work/counts" mkdir "$work/made2"
  check --needs "$work/counts" RuntimeDefault@docker >"$work/out"
  same "strace -c: nothing that mkdir calls is missing under Docker's default" 0 $?
  same "and mkdir works under it" 0 "$("$SCRIM" launch --profile RuntimeDefault@docker -- mkdir "$work/made3"; echo $?)"
  # A profile with all that check does not miss is enough.
  names=$(check --json --needs "$work/trace" RuntimeDefault@docker | jq -c '[.calls[].call]')
  jq -n --argjson names "$names" '{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: $names, action: "SCMP_ACT_ALLOW"}]}' >"$work/own.json"
  same "what was traced is enough" "0 0" "$(check --needs "$work/trace" "$work/own.json" >/dev/null; echo $? "$("$SCRIM" launch --profile "$work/own.json" -- mkdir "$work/made4"; echo $?)")"
  name=$(jq -r '.[] | select(startswith("mkdir"))' <<<"$names" | head -1)
  jq --arg name "$name" '.syscalls[0].names -= [$name]' "$work/own.json" >"$work/short.json"
  same "what it says is missing is missed" "1 1" "$(check --needs "$work/trace" "$work/short.json" >/dev/null; echo $? "$("$SCRIM" launch --profile "$work/short.json" -- mkdir "$work/made5" 2>/dev/null; echo $?)")"
else
  skip "a real program" "no strace here"
fi
finish
