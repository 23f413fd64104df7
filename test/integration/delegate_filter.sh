#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The filter of a container that runc or crun carries out: crun loads scrim's own program, and does not start without
# it where libseccomp would be wrong; before runc compiles, libseccomp's output is proved or the start is refused.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq timeout /usr/bin/busybox
source "$(dirname "$0")/programs/bundle.sh"
prepare agent
cc -O1 -o "$work/loaded" "$(dirname "$0")/programs/loaded.c" || fail "compile loaded.c" "cc said so"
cp /usr/bin/busybox "$work/rootfs/busybox"
field() { awk -v name="$1" '$1 == name { print $2 }'; }
# The number of getppid(2), which looks at no argument: only a filter does.
getppid=$(echo '#include <sys/syscall.h>
SYS_getppid' | cc -E -P - | tail -n 1)
# personality(2) with a value that no default allows.
personality=number=$(echo '#include <sys/syscall.h>
SYS_personality' | cc -E -P - | tail -n 1),4294967294

delegated() { timeout -k 1 20 "$SCRIM" --config "${settings:-$work/settings.json}" --delegate "$program" --root "$work/$runtime" "$@"; }
# under NAME PROBES...: what a container of $work/NAME says, or why it does not start.
under() {
  local name=$1 file
  shift
  file=$(jq --args '.process.args = ["/probe"] + $ARGS.positional' "$@" <"$work/$name/config.json")
  printf '%s\n' "$file" >"$work/$name/config.json"
  delegated run --bundle "$work/$name" "$name" 2>&1 </dev/null
}
# deny RULES...: what is listed gets errno 95.
deny() {
  local rules
  rules=$(printf ', {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": [%s]}' "$@")
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": ['"${rules:2}"']}'
}
if_() { echo '{"index": '"$1"', "op": "SCMP_CMP_'"$2"'", "value": '"$3${4:+, \"valueTwo\": $4}"'}'; }
word=4294967296

# The three counter-examples that libseccomp 2.5 and 2.6 get wrong or never finish: RULES, and a call with what it is to answer.
lost=$(deny "$(if_ 0 EQ 1)" "$(if_ 0 NE 2), $(if_ 1 GE 1)")
lost_call=number=$getppid,1,0
invented=$(deny "$(if_ 0 LT 4294967295), $(if_ 1 MASKED_EQ $((2 * word)) 0)" "$(if_ 0 GE $word), $(if_ 1 EQ $((word + 1)))")
invented_call=number=$getppid,4294967295,$((word + 1))
endless=$(deny "$(if_ 0 GT $word), $(if_ 1 GE 2)" "$(if_ 0 GT $word), $(if_ 1 LT $word)")
endless_call=number=$getppid,$((2 * word)),$word
first_wins='{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": ['$(if_ 0 EQ 1)']},
  {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 96, "args": ['$(if_ 1 EQ 2)']}]}'
profile_of() { bundle "$1" ".linux.seccomp = $2 | .process.noNewPrivileges = ${nnp:-false}"; }

right_with_crun() {
  profile_of lost "$lost"
  same "$what: a match is not lost" "$lost_call -95" "$(under lost "$lost_call")"
  profile_of invented "$invented"
  same "$what: no match is invented" "$invented_call 0" "$(under invented "$invented_call")"
  profile_of endless "$endless"
  same "$what: rules that libseccomp never finishes" "$endless_call -95" "$(under endless "$endless_call")"
  profile_of first "$first_wins"
  same "$what: the first rule that holds counts" "number=$getppid,1,2 -95" "$(under first "number=$getppid,1,2")"
}

refused_with_runc() {
  local place='config\.json:[0-9]+:[0-9]+: '
  profile_of lost "$lost"
  matches "$what: a rule that libseccomp loses is refused" \
    "${place}libseccomp gets the rules for getppid wrong: getppid\(0x1, 0x0\) on SCMP_ARCH_[A-Z0-9_]+ would be SCMP_ACT_ALLOW instead of SCMP_ACT_ERRNO\(95\) \(if args\[0\] SCMP_CMP_EQ 0x1\)" \
    "$(under lost "$lost_call")"
  under lost "$lost_call" >/dev/null
  same "$what: with status 1" 1 $?
  profile_of invented "$invented"
  matches "$what: a match that libseccomp invents is refused" "no rule's conditions hold.*crun" "$(under invented "$invented_call")"
  profile_of endless "$endless"
  matches "$what: rules that libseccomp never finishes are refused in bounded time" \
    "${place}libseccomp runs without end on the rules for getppid: stopped after 5 s" "$(under endless "$endless_call")"
  profile_of first "$first_wins"
  matches "$what: rules whose order libseccomp does not keep are refused" "SCMP_ACT_ERRNO\(96\) instead of SCMP_ACT_ERRNO\(95\)" \
    "$(under first "number=$getppid,1,2")"
  profile_of proved "$(deny "$(if_ 0 LT 5)" "$(if_ 0 GT 9)")"
  same "$what: rules in doubt that libseccomp gets right" "number=$getppid,4 -95 number=$getppid,7 0" \
    "$(under proved "number=$getppid,4" "number=$getppid,7" | xargs)"
  same "$what: nothing of what was refused is left" "" "$(shadows)"
}

# The kernel has byte for byte what scrim itself would load; exec too.
loaded_by() { "$work/loaded" "$(delegated state "$1" | jq .pid)"; }
own_program() {
  local own ours of file=$1
  bundle live ".linux.seccomp = \$profile | .process.args = [\"/busybox\", \"sleep\", \"1000\"] | .process.noNewPrivileges = $nnp" "$file"
  "$SCRIM" --config "$work/settings.json" --root "$work/state" create --bundle "$work/live" own </dev/null >/dev/null 2>&1 &&
    "$SCRIM" --root "$work/state" --config "$work/settings.json" start own
  own=$(jq .pid "$work/state/own/state.json" 2>/dev/null || "$SCRIM" --root "$work/state" --config "$work/settings.json" state own | jq .pid)
  wait_for 5 grep -q "^Seccomp_filters:	1" "/proc/$own/status"
  ours=$("$work/loaded" "$own")
  "$SCRIM" --root "$work/state" --config "$work/settings.json" delete --force own
  delegated create --bundle "$work/live" live </dev/null >"$work/create.out" 2>&1 || fail "$what: create" "$(cat "$work/create.out")"
  delegated start live
  of=$(delegated state live | jq .pid)
  wait_for 5 grep -q "^Seccomp_filters:	1" "/proc/$of/status"
  wait_for 5 grep -qa sleep "/proc/$of/cmdline"
  same "$what: the kernel has scrim's program, $((${#ours} / 16)) instructions, byte for byte" "1 $ours" "$([ -n "$ours" ] && echo 1) $(loaded_by live)"
  delegated exec -d --pid-file "$work/exec.pid" live /busybox sleep 1000 </dev/null >/dev/null 2>&1
  wait_for 5 grep -qa sleep "/proc/$(cat "$work/exec.pid")/cmdline"
  same "$what: exec has it as well" "$ours" "$("$work/loaded" "$(cat "$work/exec.pid")")"
  delegated delete --force live
}

default() {
  echo '{"seccompDefault": true}' >"$work/default.json"
  bundle default .
  same "$what: RuntimeDefault denies and allows" "keyctl -1 userns -1 getppid 0 $personality -1" \
    "$(settings=$work/default.json under default keyctl userns getppid "$personality" | xargs)"
}
# A program in the caller's annotations replaces nothing.
foreign_program() {
  local allow_all
  allow_all=$(printf '\x06\x00\x00\x00\x00\x00\xff\x7f' | base64 -w0)
  bundle foreign ".linux.seccomp = $(deny "$(if_ 0 EQ 0)") | .process.noNewPrivileges = true | .annotations[\"run.oci.seccomp_bpf_data\"] = \"$allow_all\""
  same "$what: a program in the caller's annotations replaces no profile" "getppid -95" "$(under foreign getppid | grep -v warning)"
  matches "$what: and is a warning" "config\.json:[0-9]+:[0-9]+: annotation run.oci.seccomp_bpf_data is ignored" "$(under foreign getppid)"
  bundle foreign ".annotations[\"run.oci.seccomp_bpf_data\"] = \"$allow_all\""
  same "$what: nor adds one" "Seccomp: 0" "$(under foreign status | grep Seccomp: | xargs)"
}

notifies() {
  rm -f "$work/agent.sock"
  "$work/agent" "$work/agent.sock" "$work/agent.json" 1 4242 2>"$work/agent.error" &
  started+=("$!")
  wait_for 5 test -S "$work/agent.sock"
  bundle notify '.process.noNewPrivileges = true | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: "'"$work"'/agent.sock", listenerMetadata: "m",
    syscalls: [{names: ["getppid"], action: "SCMP_ACT_NOTIFY"'"$1"'}]}'
  same "$what: SCMP_ACT_NOTIFY${2:-}: the agent answers" "getppid 4242" "$(under notify getppid | tail -n 1)"
}

for runtime in crun runc; do
  if ! command -v $runtime >/dev/null; then skip "delegate_filter $runtime" "not installed" && continue; fi
  program=$(command -v $runtime) what=$runtime
  default
  foreign_program
  notifies ""
  if [ $runtime = crun ]; then
    echo "$lost" >"$work/doubtful.json"
    jq -n '{defaultAction: "SCMP_ACT_ERRNO", architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      syscalls: [{names: ["bpf", "ptrace"], action: "SCMP_ACT_ERRNO", errnoRet: 7},
                 {names: ["read", "write", "execve", "exit_group", "nanosleep", "clock_nanosleep", "brk", "mmap", "mprotect", "openat", "close",
                   "fstat", "newfstatat", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat", "getrandom",
                   "getuid", "geteuid", "getgid", "getegid", "prctl", "rt_sigaction", "rt_sigprocmask", "capget", "capset", "setresuid", "setresgid",
                   "setgroups", "setuid", "setgid", "close_range", "fcntl", "futex", "poll", "ppoll", "select", "pselect6", "lseek", "dup2", "dup3",
                   "socket", "connect", "sendmsg", "sendto", "recvmsg", "statx", "getdents64", "chdir", "umask", "ioctl", "gettid", "getpid", "munmap",
                   "keyctl", "rt_sigreturn", "restart_syscall", "epoll_create1", "epoll_ctl", "epoll_wait", "getcwd", "fchdir", "setsid", "exit"],
                  action: "SCMP_ACT_ALLOW"},
                 {names: ["personality"], action: "SCMP_ACT_ALLOW", args: [{index: 0, value: 8, op: "SCMP_CMP_EQ"}]}]}' >"$work/certain.json"
    for nnp in false true; do
      what="crun, noNewPrivileges $nnp"
      right_with_crun
      for file in certain doubtful; do what="crun, noNewPrivileges $nnp, $file rules" own_program "$work/$file.json"; done
    done
    what=crun
    notifies ', args: [{index: 0, value: 7, op: "SCMP_CMP_LT"}]}, {names: ["getppid"], action: "SCMP_ACT_NOTIFY", args: [{index: 1, value: 8, op: "SCMP_CMP_GT"}]' " and rules in doubt"
    profile_of lost "$lost"
    # What a crun would do that did not know the annotation.
    printf '#!/bin/sh\nfor a; do case $a in --version) exec crun --version;; esac; done\nfor a; do last=$bundle; bundle=$a; [ "$last" = --bundle ] && break; done\nsed -i s/run.oci.seccomp_bpf_data\\":/run.oci.other\\":/ "$bundle/config.json"\nexec crun "$@"\n' >"$work/older"
    chmod +x "$work/older"
    program=$work/older what="a crun that does not know the annotation"
    matches "$what refuses to start rules in doubt" "invalid seccomp action|seccomp get action" "$(under lost "$lost_call")"
    profile_of certain "$(deny "$(if_ 0 EQ 1)")"
    same "$what enforces others through linux.seccomp" "number=$getppid,1 -95" "$(under certain "number=$getppid,1")"
  else
    refused_with_runc
    # Whatever it is called, and if it says nothing.
    ln -s "$program" "$work/renamed"
    profile_of lost "$lost"
    program=$work/renamed what="runc under another name"
    matches "$what is recognised" "gets the rules for getppid wrong" "$(under lost "$lost_call")"
    printf '#!/bin/sh\n[ "$1" = --version ] && exit 1\nexec runc "$@"\n' >"$work/silent"
    chmod +x "$work/silent"
    program=$work/silent what="a runtime that does not say what it is"
    matches "$what: rules in doubt are proved" "gets the rules for getppid wrong" "$(under lost "$lost_call")"
  fi
done
same "no shadow bundle is left" "" "$(shadows)"
finish
