#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the kernel does with calls under a profile in linux.seccomp: actions, errnos, calls newer than the profile, other
# ABIs, and the flags and failures of seccomp(2) itself.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq strace
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
field() { awk -v name="$1:" '$1 == name { print $2 }'; }

# under SECCOMP PROBES...: the answers of a container with that profile, in one line, and its exit status.
under() {
  local said status
  bundle under ".linux.seccomp = $1"
  shift
  said=$(container under "$@")
  status=$?
  echo "$(tr '\n' ' ' <<<"$said")($status)"
}

# --- actions
denies() { echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat"], "action": "'"$1"'"'"${2:-}"'}]}'; }
same "SCMP_ACT_ERRNO is EPERM" "mkdirat -1" "$(under "$(denies SCMP_ACT_ERRNO)" mkdirat | sed 's/ (.*//')"
same "SCMP_ACT_ERRNO with errnoRet" "mkdirat -95" "$(under "$(denies SCMP_ACT_ERRNO ', "errnoRet": 95')" mkdirat | sed 's/ (.*//')"
same "SCMP_ACT_ERRNO with errnoRet 0: the call is skipped" "mkdirat 0" "$(under "$(denies SCMP_ACT_ERRNO ', "errnoRet": 0')" mkdirat | sed 's/ (.*//')"
same "SCMP_ACT_LOG lets through" "mkdirat -2" "$(under "$(denies SCMP_ACT_LOG)" mkdirat | sed 's/ (.*//')"
same "SCMP_ACT_TRACE without a tracer is ENOSYS" "mkdirat -38" "$(under "$(denies SCMP_ACT_TRACE)" mkdirat | sed 's/ (.*//')"
for action in SCMP_ACT_KILL SCMP_ACT_KILL_THREAD SCMP_ACT_KILL_PROCESS SCMP_ACT_TRAP; do
  bundle under ".linux.seccomp = $(denies $action)"
  said=$(container under getppid mkdirat getppid)
  same "$action ends it with SIGSYS" "159 1" "$? $(grep -c getppid <<<"$said")"
done
same "conditions on arguments" "setpriority -95 mkdirat -2" "$(under '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": [{"index": 0, "value": 99, "op": "SCMP_CMP_EQ"}]},
  {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": [{"index": 2, "value": 7, "op": "SCMP_CMP_EQ"}]}]}' \
  setpriority mkdirat | sed 's/ (.*//')"

# --- calls newer than the profile are ENOSYS, so that the C library falls back; older ones get what it says
own='"execve", "write", "exit_group"'
allow() { echo '{"defaultAction": "'"$1"'"'"${3:-}"', "syscalls": [{"names": ['"$own$2"'], "action": "SCMP_ACT_ALLOW"}]}'; }
newest=', "close_range"' # 436 everywhere; clone3 is 435, openat2 437
same "a call the profile does not list" "number=435 -1" "$(under "$(allow SCMP_ACT_ERRNO "$newest")" number=435 | sed 's/ (.*//')"
same "a call newer than all it lists" "number=437 -38 number=600 -38" "$(under "$(allow SCMP_ACT_ERRNO "$newest")" number=437 number=600 | sed 's/ (.*//')"
same "the same with KILL_PROCESS" "number=437 -38" "$(under "$(allow SCMP_ACT_KILL_PROCESS "$newest")" number=437 | sed 's/ (.*//')"
same "KILL_PROCESS for one that it could know" " (159)" "$(under "$(allow SCMP_ACT_KILL_PROCESS "$newest")" number=435)"
same "with defaultErrnoRet" "number=435 -95 number=437 -38" \
  "$(under "$(allow SCMP_ACT_ERRNO "$newest" ', "defaultErrnoRet": 95')" number=435 number=437 | sed 's/ (.*//')"
same "a default that lets through knows no newer calls" "number=437 -22" \
  "$(under '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["close_range"], "action": "SCMP_ACT_ERRNO"}]}' number=437 | sed 's/ (.*//; s/ -14/ -22/')"

# --- other ABIs of an x86_64 kernel
if [ "$(uname -m)" != x86_64 ]; then skip "i386 and x32" "only on x86_64"
else
  deny_getppid='"syscalls": [{"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
  if [ "$("$probe" i386=20 2>/dev/null | cut -c1-8)" != "i386=20 " ]; then skip "i386" "this kernel has no i386 entry"
  else
    same "i386 calls, architecture not listed: killed" " (159)" "$(under '{"defaultAction": "SCMP_ACT_ALLOW", '"$deny_getppid" i386=64)"
    same "i386 calls, architecture listed: the same rules by i386's numbers" "i386=64 -95 getppid -95" \
      "$(under '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], '"$deny_getppid" i386=64 getppid | sed 's/ (.*//')"
    # ipc(SEMGET, a key that nobody has, 1): with a version above the call's number it is the same one.
    deny_semget='{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      "syscalls": [{"names": ["semget"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
    same "semget through ipc of i386: the kernel finds no such set" "i386=117,2,1557244702,1 -2 i386=117,65538,1557244702,1 -2" \
      "$("$probe" i386=117,2,1557244702,1 i386=117,65538,1557244702,1 | sed 's/ (.*//' | xargs)"
    same "semget denied: through ipc, too, whatever is above" "i386=117,2,1557244702,1 -95 i386=117,65538,1557244702,1 -95" \
      "$(under "$deny_semget" i386=117,2,1557244702,1 i386=117,65538,1557244702,1 | sed 's/ (.*//' | xargs)"
  fi
  x32=$((0x40000000 + 110))
  same "x32 calls, architecture not listed: killed" " (159)" "$(under '{"defaultAction": "SCMP_ACT_ALLOW", '"$deny_getppid" number=$x32)"
  same "x32 calls, architecture listed" "number=$x32 -95" \
    "$(under '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"], '"$deny_getppid" number=$x32 | sed 's/ (.*//')"
fi

# --- flags: what seccomp(2) is called with, and takes
# flags FLAGS NO-NEW-PRIVS [RULE-ACTION]: of the call that installs the filter.
flags() {
  bundle flags ".process.noNewPrivileges = $2 | .linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"mkdirat\"], action: \"SCMP_ACT_ERRNO\"}]} + $1"
  strace -f -e trace=seccomp -o "$work/trace" "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/flags" flags >"$work/out" 2>&1 </dev/null
  # shellcheck disable=SC2016
  sed -nE 's/.*SECCOMP_SET_MODE_FILTER, ([A-Z0-9_|]+), \{len.*/\1/p' "$work/trace" | sed 's/SECCOMP_FILTER_FLAG_//g' | tr '|' '\n' | sort | xargs
  field Seccomp <"$work/out"
}
same "no flags said: SPEC_ALLOW, as runc and crun" "SPEC_ALLOW 2" "$(flags '{}' true | xargs)"
same "no flags wanted" "0 2" "$(flags '{flags: []}' true | xargs)"
same "LOG" "LOG 2" "$(flags '{flags: ["SECCOMP_FILTER_FLAG_LOG"]}' true | xargs)"
same "all but the listener's" "LOG SPEC_ALLOW TSYNC 2" \
  "$(flags '{flags: ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}' true | xargs)"
same "without no_new_privs the same" "LOG 2" "$(flags '{flags: ["SECCOMP_FILTER_FLAG_LOG"]}' false | xargs)"

# --- a kernel that says no, played by strace
bundle refused '.process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", flags: ["SECCOMP_FILTER_FLAG_LOG"], syscalls: [{names: ["mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
# injected NAME STATUS PATTERN INJECTION COMMAND...
injected() {
  local name=$1 status=$2 pattern=$3 injection=$4 got
  shift 4
  strace -f -o /dev/null -e trace=seccomp -e "inject=seccomp:$injection" "$SCRIM" --root "$work/state" --config "$work/settings.json" "$@" >"$work/out" 2>"$work/error" </dev/null
  got=$?
  same "$name: exit status, one line, no output" "$status 1 0" "$got $(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$name: message" "$pattern" "$(cat "$work/error")"
  same "$name: nothing is left" "" "$(ls -A "$work/state" 2>/dev/null)"
}
run=(run --bundle "$work/refused" refused)
jq .linux.seccomp "$work/refused/config.json" >"$work/log.json"
launch=(launch --no-new-privs --profile "$work/log.json" -- "$probe" status)
injected "a flag the kernel does not know, run" 1 "does not support SECCOMP_FILTER_FLAG_LOG \(Linux 4.14 or later does\)" error=EINVAL "${run[@]}"
injected "a flag the kernel does not know, launch" 125 "does not support SECCOMP_FILTER_FLAG_LOG \(Linux 4.14" error=EINVAL "${launch[@]}"

# --- the installation itself fails: the filters of a process have 32768 instructions at most (kernel/seccomp.c,
# MAX_INSNS_PER_PATH), so one under the other until nothing fits any more
jq -n '{defaultAction: "SCMP_ACT_ALLOW", flags: [], architectures: [], syscalls: [range(900) |
  {names: ["setpriority"], action: "SCMP_ACT_ERRNO", errnoRet: 95, args: [{index: 0, value: (1000 + .), op: "SCMP_CMP_EQ"}]}]}' >"$work/big.json"
cat >"$work/fill" <<'END'
if "$SCRIM" launch --profile "$work/big.json" -- true 2>/dev/null; then
  exec "$SCRIM" launch --profile "$work/big.json" -- bash "$work/fill" "$@"
fi
exec "$@"
END
chmod 755 "$work/fill"
bundle full '.linux.seccomp = $profile' "$work/big.json"
bundle full-nnp '.process.noNewPrivileges = true | .linux.seccomp = $profile' "$work/big.json"
cat >"$work/without-room" <<'END'
attempt() {
  local name=$1
  shift
  "$SCRIM" --root "$work/state" --config "$work/settings.json" "$@" >"$work/$name.out" 2>"$work/$name.error" </dev/null
  echo $? >"$work/$name.status"
}
attempt launch launch --profile "$work/big.json" -- "$work/probe" status
attempt launch-nnp launch --no-new-privs --profile "$work/big.json" -- "$work/probe" status
attempt run run --bundle "$work/full" run
attempt run-nnp run --bundle "$work/full-nnp" run-nnp
attempt create create --bundle "$work/full" created
END
SCRIM=$SCRIM work=$work bash "$work/fill" bash "$work/without-room"
no_room() {
  same "no room for the filter, $1: exit status, one line, no output" "$2 1 0" \
    "$(cat "$work/$1.status") $(wc -l <"$work/$1.error") $(wc -c <"$work/$1.out")"
  matches "no room for the filter, $1: message" "install the seccomp filter: Cannot allocate memory" "$(cat "$work/$1.error")"
}
no_room launch 125
no_room launch-nnp 125
no_room run 1
no_room run-nnp 1
same "no room for the filter, create: it is known only at start" "0 " "$(cat "$work/create.status" "$work/create.error" | xargs) "
same "no room for the filter: nothing else is left" created "$(ls -A "$work/state")"
scrim start created >"$work/start.out" 2>"$work/start.error"
echo $? >"$work/start.status"
no_room start 1
wait_for 5 eval '[ "$(scrim state created | jq -r .status)" = stopped ]'
same "no room for the filter, start: the container is stopped" stopped "$(scrim state created | jq -r .status)"
scrim delete created
same "no room for the filter, create and start: nothing is left" "0 " "$? $(ls -A "$work/state")"
finish
