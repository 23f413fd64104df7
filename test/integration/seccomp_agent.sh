#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim-agent: answers the calls of containers under SCMP_ACT_NOTIFY by rules, for scrim, runc and crun alike, and goes
# without leaving anything.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq strace
source "$(dirname "$0")/programs/bundle.sh"
prepare
agent_program=${SCRIM%/launcher/scrim}/hooks/agent/scrim-agent
socket=$work/agent.sock
agent=

start_agent() { # OPTION...
  "$agent_program" --socket "$socket" "$@" >"$work/calls" 2>"$work/agent.error" &
  agent=$!
  started+=("$agent")
  wait_for 5 test -S "$socket" || fail "the agent listens" "$(cat "$work/agent.error")"
}
stop_agent() { # NAME [STATUS]
  kill -TERM "$agent"
  wait "$agent"
  same "$1: the agent ends with its status, its socket goes" "0 gone" "$? $([ -e "$socket" ] || echo gone)"
  same "$1: the agent had nothing to complain about" "" "$(cat "$work/agent.error")"
}
asking='{defaultAction: "SCMP_ACT_ALLOW", listenerPath: "'$socket'",
  syscalls: [{names: ["getppid", "getpid", "umask", "getpgrp"], action: "SCMP_ACT_NOTIFY"}]}'
cat >"$work/rules.json" <<END
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95},
  {"names": ["getpid"], "action": "SCMP_ACT_LOG"},
  {"names": ["getpgrp"], "action": "SCMP_ACT_KILL_PROCESS"}]}
END
calls() { jq -r '"\(.container) \(.syscall) \(.answer) \(.errno // "-") \(.comm)"' "$work/calls"; }

# --- with rules, two containers at once, and one that does not finish its state
start_agent --rules "$work/rules.json"
same "nobody but root may bring containers" 600 "$(stat -c %a "$socket")"
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.send(b"{"); time.sleep(60)' "$socket" &
half=$!
started+=("$half")
running=()
for name in one two; do
  bundle $name ".linux.seccomp = $asking"
  container $name getppid number=39 number=95 >"$work/$name.said" &
  running+=($!)
done
wait "${running[@]}"
wait_for 5 eval '[ "$(calls | wc -l)" -ge 6 ]'
for name in one two; do
  same "$name: refused by rule, then let through" "getppid -95" "$(grep getppid "$work/$name.said")"
  matches "$name: getpid is the kernel's" "^number=?.* 1$|1$" "$(grep -m1 number "$work/$name.said")"
  same "$name: every call has its record" \
    "$name getpid SCMP_ACT_LOG - probe $name getppid SCMP_ACT_ERRNO EOPNOTSUPP probe $name umask SCMP_ACT_ALLOW - probe" \
    "$(calls | grep "^$name " | sort | xargs)"
done
same "a record's other fields" "SCMP_ARCH_X86_64 6 true true" \
  "$(head -1 "$work/calls" | jq -r '"\(.arch) \(.args | length) \(.pid > 1) \(.time | test("^20.*Z$"))"')"

# --- killed by rule
bundle killed ".linux.seccomp = $asking"
container killed number=111 number=95 >"$work/killed.said"
same "a process that the rules kill" 137 $?
same "… says nothing any more" "" "$(grep 95 "$work/killed.said")"
end_process "$half"
wait_for 5 test -s "$work/agent.error"
matches "half a state, then the end" "not JSON" "$(cat "$work/agent.error")"
: >"$work/agent.error"
stop_agent "with rules"

# --- other runtimes bring theirs in the same way. runc's own start needs getppid: it installs the filter early.
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpgrp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}' >"$work/getpgrp.json"
for runtime in runc crun; do
  command -v $runtime >/dev/null || { skip "$runtime brings its container" "no $runtime"; continue; }
  start_agent --rules "$work/getpgrp.json"
  bundle by-$runtime ".linux.seccomp = $asking | .process.args = [\"/probe\", \"number=111\", \"number=95\"]"
  said=$(timeout 20 $runtime --root "$work/$runtime" run --bundle "$work/by-$runtime" by-$runtime 2>&1 </dev/null)
  matches "$runtime: refused by rule" "-95" "$said"
  matches "$runtime: its container's record" "by-$runtime getpgrp SCMP_ACT_ERRNO" "$(calls)"
  stop_agent "$runtime"
done

# --- without rules
start_agent
bundle all ".linux.seccomp = $asking"
same "without rules everything is let through" "0" "$(container all getppid number=95 >/dev/null; echo $?)"
same "… and recorded" "SCMP_ACT_ALLOW" "$(jq -r .answer "$work/calls" | sort -u)"

# --- a killed agent: calls end with ENOSYS; the next one takes its place
kill -KILL "$agent"
{ wait "$agent"; } 2>/dev/null
same "a killed agent leaves its socket" yes "$([ -S "$socket" ] && echo yes)"
start_agent
same "the next agent takes the place" "0" "$(container all number=95 >/dev/null; echo $?)"
"$agent_program" --socket "$socket" >/dev/null 2>"$work/second"
same "a second agent does not take a live one's place" "1 scrim-agent: listen at $socket: Address already in use" "$? $(cat "$work/second")"
container all number=95 >/dev/null
same "… which still answers" 0 $?

# --- what nobody should send
printf 'nonsense' | timeout 5 python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.send(sys.stdin.buffer.read())' "$socket"
python3 -c 'import socket, sys, array, os
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
s.sendmsg([b"{\"fds\": [\"other\"], \"state\": {\"id\": \"x\"}}"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])' "$socket"
python3 -c 'import socket, sys, array, os
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
s.sendmsg([b"{\"fds\": [\"seccompFd\"], \"state\": {\"id\": \"no-listener\"}}"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [os.open("/dev/zero", 0)]))])' "$socket"
wait_for 5 eval '[ "$(wc -l <"$work/agent.error")" -ge 3 ]'
matches "text that is no JSON" "not JSON" "$(cat "$work/agent.error")"
matches "another descriptor's name" "no seccompFd" "$(cat "$work/agent.error")"
matches "a descriptor that is no listener" "no-listener: receive a call from the seccomp listener: Inappropriate ioctl" "$(cat "$work/agent.error")"
container all number=95 >/dev/null
same "… and the agent still answers" 0 $?
: >"$work/agent.error"
stop_agent "after nonsense"

# --- no descriptor left: who is let in already is served, who comes waits, and nothing spins
"$agent_program" --socket "$socket" >"$work/calls" 2>"$work/agent.error" < <(:) &
agent=$!
started+=("$agent")
wait_for 5 test -S "$socket"
prlimit --pid "$agent" --nofile=12:12
python3 -c 'import socket, sys, time
all = [socket.socket(socket.AF_UNIX) for i in range(20)]
for s in all: s.connect(sys.argv[1])
sys.stdin.read()' "$socket" < <(sleep 60) &
crowd=$!
started+=("$crowd")
wait_for 5 grep -q "no descriptor is left" "$work/agent.error"
matches "it says what it lacks" "no descriptor is left for another container \(ulimit -n\)" "$(cat "$work/agent.error")"
timeout 2.5 strace -qq -e trace=accept4 -p "$agent" -o "$work/accepts"
tries=$(wc -l <"$work/accepts")
same "it waits, and looks once a second" yes "$([ "$tries" -ge 1 ] && [ "$tries" -le 10 ] && echo yes || echo "$tries times in 2.5 s")"
kill "$crowd" && wait "$crowd" 2>/dev/null
container all number=95 >/dev/null
same "… and answers when the others are gone" 0 $?
: >"$work/agent.error"
stop_agent "after a crowd"

# --- wrong use
bad() { # NAME STATUS PATTERN OPTION...
  timeout 5 "$agent_program" "${@:4}" >"$work/out" 2>"$work/error"
  same "$1: status" "$2" $?
  matches "$1: message" "$3" "$(cat "$work/error")"
}
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}' >"$work/notify.json"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdri"], "action": "SCMP_ACT_ERRNO"}]}' >"$work/typo.json"
bad "rules that nobody can answer by" 1 "SCMP_ACT_NOTIFY: an agent can answer" --rules "$work/notify.json"
bad "a misspelt call" 1 "typo.json:1:.*did you mean mkdir" --rules "$work/typo.json"
bad "no rules file" 1 "nowhere.json: No such file" --rules "$work/nowhere.json"
bad "a path too long" 1 "longer than the 107 bytes" --socket "/$(printf 'x%.0s' {1..200})"
echo precious >"$work/file"
bad "a file that is no socket" 1 "Address already in use" --socket "$work/file"
same "… which stays" precious "$(cat "$work/file")"
bad "an unknown option" 2 "--frobnicate" --frobnicate
finish
