#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim profile merge: union and intersection of files and of defaults, and that the kernel answers as it should.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq
source "$(dirname "$0")/programs/bundle.sh"
prepare
profile() { "$SCRIM" --config "$work/settings.json" profile "$@"; }
fails() {
  local name=$1 status=$2 pattern=$3
  shift 3
  profile merge "$@" >"$work/out" 2>"$work/error"
  same "$name: exit status, no output" "$status 0" "$? $(wc -c <"$work/out")"
  matches "$name: says" "$pattern" "$(cat "$work/error")"
}
# One allows mkdirat and personality(0), the other personality(0) and (8); errnos differ.
cat >"$work/a.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95},
  {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 71, "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_NE"}]}]}
END
cat >"$work/b.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["keyctl", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
  {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 72, "args": [{"index": 0, "value": 8, "op": "SCMP_CMP_GT"}]}]}
END
personality=$(echo '#include <sys/syscall.h>
SYS_personality' | cc -E - | tail -1)
keyctl=$(echo '#include <sys/syscall.h>
SYS_keyctl' | cc -E - | tail -1)
mkdirat=$(echo '#include <sys/syscall.h>
SYS_mkdirat' | cc -E - | tail -1)
# answers PROFILE: of keyctl, mkdirat, personality(0), (4) and (9)
answers() {
  "$SCRIM" --config "$work/settings.json" launch --profile "$1" -- "$work/probe" "number=$keyctl,99" "number=$mkdirat,-1,0" \
    "number=$personality,0" "number=$personality,4" "number=$personality,9" | sed 's/.* //' | tr '\n' ' '
}
profile merge --union "$work/a.json" "$work/b.json" >"$work/union.json"
same "union: it is done" 0 $?
profile merge --intersection "$work/a.json" "$work/b.json" >"$work/intersection.json"
same "intersection: it is done" 0 $?
own=$(answers "$work/a.json") other=$(answers "$work/b.json")
same "one profile in the kernel" "-95 -14 0 -71 -71 " "$own"
same "the other one" "-38 -38 0 0 -72 " "$other"
# personality(4) answers what was before: 0, or what the call before it set
same "the union in the kernel" "-95 -14 0 0 -71 " "$(answers "$work/union.json")"
same "the intersection in the kernel" "-95 -38 0 -71 -71 " "$(answers "$work/intersection.json")"

profile merge --union RuntimeDefault@docker RuntimeDefault@podman >"$work/defaults.json"
same "two defaults" 0 $?
same "the union of defaults allows what one of them does" "" \
  "$(for each in docker podman; do profile diff "RuntimeDefault@$each" "$work/defaults.json"; done | grep 'newly denied')"
profile merge --intersection RuntimeDefault@docker RuntimeDefault@podman >"$work/defaults.json"
same "the intersection of defaults allows nothing that one of them denies" "" \
  "$(for each in docker podman; do profile diff "RuntimeDefault@$each" "$work/defaults.json"; done | grep 'newly allowed')"
profile merge --union RuntimeDefault@docker RuntimeDefault@docker >"$work/defaults.json"
profile diff RuntimeDefault@docker "$work/defaults.json" >/dev/null
same "a profile merged with itself is the same" 0 $?

jq '.defaultAction = "SCMP_ACT_ERRNO" | .architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]' "$work/a.json" >"$work/both.json"
jq '.defaultAction = "SCMP_ACT_ERRNO" | .syscalls += [{names: ["write"], action: "SCMP_ACT_ALLOW"}]' "$work/a.json" >"$work/one.json"
fails "what no profile can say" 3 'write.* of architecture SCMP_ARCH_X86 ' --arch amd64 --union "$work/both.json" "$work/one.json"
fails "neither union nor intersection" 2 "one of the two" "$work/a.json" "$work/b.json"
fails "one profile" 2 "two or more" --union "$work/a.json"
fails "a process" 2 "pid:1" --union "$work/a.json" pid:1
finish
