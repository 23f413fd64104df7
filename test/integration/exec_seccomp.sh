#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim exec: the new process has the filter that the container was created with, installed last of all.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq strace
source "$(dirname "$0")/programs/bundle.sh"
prepare agent
scrim() { timeout -k 1 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" "$@"; }
cp /usr/bin/busybox "$work/rootfs/busybox"
field() { awk -v name="$1:" '$1 == name { print $2 }' <<<"$said"; }

# What strace shows of probe.c, and execve: no setns, setresuid, capset, prctl, clone, futex.
needed='["execve", "openat", "read", "write", "close", "getdents64", "exit_group"]'
profile='{defaultAction: "SCMP_ACT_KILL_PROCESS", syscalls: [{names: '$needed', action: "SCMP_ACT_ALLOW"}]}'
none=0000000000000000
for nnp in false true; do
  for uid in 0 65534; do
    what="exec, noNewPrivileges $nnp, uid $uid"
    bundle c ".process.noNewPrivileges = $nnp | .process.user = {uid: $uid, gid: $uid} | .linux.seccomp = $profile"
    scrim create --bundle "$work/c" c </dev/null >/dev/null 2>&1
    same "$what: create" 0 $?
    # Neither the bundle nor its profile is looked at again.
    rm -r "$work/c"
    said=$(exec 7</dev/null; scrim exec c /probe status fds 2>&1 </dev/null)
    same "$what: exit status" 0 $?
    same "$what: under one filter" "2 1" "$(field Seccomp) $(field Seccomp_filters)"
    same "$what: no_new_privs, user, capabilities" "$([ $nnp = true ] && echo 1 || echo 0) $uid $none" "$(field NoNewPrivs) $(field Uid) $(field CapEff)"
    same "$what: one thread, no descriptor of ours" "1: 0 1 2" "$(field Threads): $(awk '$1 == "fd" { print $2 }' <<<"$said" | xargs)"
    scrim exec c /probe getppid >/dev/null 2>&1 </dev/null
    same "$what: what the profile denies is denied" 159 $?
    scrim delete --force c
  done
done

# --- the same program as the first process has
bundle c ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"getppid\"], action: \"SCMP_ACT_ERRNO\", errnoRet: 99}]}
  | .process.args = [\"/busybox\", \"sleep\", \"1000\"]"
scrim run --detach --bundle "$work/c" c </dev/null >/dev/null 2>&1
jq '.linux.seccomp.syscalls = []' "$work/c/config.json" >"$work/config" && mv "$work/config" "$work/c/config.json"
matches "a profile changed since is not the container's" "getppid -99" "$(scrim exec c /probe getppid </dev/null)"
jq '.process | .args = ["/probe", "getppid", "status"]' "$work/c/config.json" >"$work/process.json"
matches "nor with --process" "getppid -99" "$(scrim exec --process "$work/process.json" c </dev/null)"
scrim exec --detach --pid-file "$work/pid" c /busybox sleep 1001 </dev/null >/dev/null 2>&1
# dump PID: its filter as the kernel gives it (ptrace(2), PTRACE_SECCOMP_GET_FILTER)
cat >"$work/dump.c" <<'END'
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
int main(int argc, char** argv) {
  const int pid = atoi(argv[argc - 1]);
  static struct sock_filter program[BPF_MAXINSNS];
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) return perror("seize"), 1;
  waitpid(pid, NULL, __WALL);
  const long length = ptrace(0x420c /* PTRACE_SECCOMP_GET_FILTER */, pid, 0L, program);
  if (length < 0) return perror("get filter"), 1;
  for (long i = 0; i < length; ++i) printf("%04x %u %u %08x\n", program[i].code, program[i].jt, program[i].jf, program[i].k);
  return 0;
}
END
cc -o "$work/dump" "$work/dump.c" || fail "compile dump.c" "cc said so"
first=$(timeout 10 "$work/dump" "$(scrim state c | jq .pid)" 2>&1)
if grep -q "^0020 0 0" <<<"$first"; then
  same "the program in the kernel is the first process'" "$first" "$(timeout 10 "$work/dump" "$(cat "$work/pid")" 2>&1)"
else
  skip "the program in the kernel is the first process'" "PTRACE_SECCOMP_GET_FILTER: $first"
fi
# a container that should have a filter but lost it
mv "$work/state/c/filter" "$work/filter"
said=$(scrim exec c /probe status 2>&1 </dev/null)
same "without its filter nothing is started" 255 $?
matches "and it says so" "^scrim: exec failed: open filter: No such file" "$said"
head -c 7 "$work/filter" >"$work/state/c/filter"
matches "nor with half of it" "^scrim: exec failed: the filter of container c is damaged" "$(scrim exec c /probe status 2>&1 </dev/null)"
mv "$work/filter" "$work/state/c/filter"

# --- nothing comes between the filter and execve
timeout -k 1 20 strace -f -o "$work/trace" -- "$SCRIM" --root "$work/state" --config "$work/settings.json" exec -u 65534 c /probe status >/dev/null 2>&1 </dev/null
new=$(awk '/execve\("\/probe"/ { print $1; exit }' "$work/trace")
installer=$(awk '/seccomp\(SECCOMP_SET_MODE_FILTER/ && !/NULL/ { print $1; exit }' "$work/trace")
grep -E "^($new|$installer) " "$work/trace" >"$work/trace.new"
same "nothing between seccomp(2) and execve" "then execve" "$(awk '
  { pid = $1; sub(/^[0-9]+ +/, "") }
  /^seccomp\(SECCOMP_SET_MODE_FILTER/ && !/NULL/ { if (/unfinished/) waiting = pid; else installed = 1; next }
  /^<\.\.\. seccomp resumed/ && pid == waiting { installed = 1; next }
  installed && /^execve\(/ { print "then execve"; exit }
  installed { print }' "$work/trace.new")"
scrim delete --force c

# --- without a profile
bundle c '.process.args = ["/busybox", "sleep", "1000"]'
scrim run --detach --bundle "$work/c" c </dev/null >/dev/null 2>&1
said=$(scrim exec c /probe status </dev/null)
same "Unconfined stays Unconfined" 0 "$(field Seccomp)"
scrim delete --force c

# --- SCMP_ACT_NOTIFY: each process has a listener of its own
start_agent() { # CALLS VALUE
  rm -f "$work/agent.sock" "$work/agent.json"
  "$work/agent" "$work/agent.sock" "$work/agent.json" "$@" 2>"$work/agent.error" &
  agent=$!
  started+=("$agent")
  wait_for 5 test -S "$work/agent.sock"
}
agent_ended() { ! kill -0 "$agent" 2>/dev/null; }
bundle c '.process.args = ["/busybox", "sleep", "1000"] | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: "'"$work"'/agent.sock",
  listenerMetadata: "m", syscalls: [{names: ["getppid"], action: "SCMP_ACT_NOTIFY"}]}'
start_agent 0 0
scrim run --detach --bundle "$work/c" c </dev/null >/dev/null 2>&1
wait_for 5 agent_ended
start_agent 1 4243
said=$(scrim exec --pid-file "$work/pid" c /probe getppid 2>&1 </dev/null)
matches "the agent answers" "getppid 4243" "$said"
wait_for 5 agent_ended
same "the agent is told of the process and the container" "$(cat "$work/pid") $(scrim state c | jq .pid) running m" \
  "$(jq -r '"\(.pid) \(.state.pid) \(.state.status) \(.metadata)"' "$work/agent.json")"
rm -f "$work/agent.sock"
said=$(scrim exec c /probe getppid 2>&1 </dev/null)
same "without an agent nothing is started" 255 $?
matches "and it says so" "^scrim: exec failed: connect to the seccomp agent" "$said"
same "nothing stays of it" 1 "$(scrim ps -f json c | jq length)"
scrim delete --force c
finish
