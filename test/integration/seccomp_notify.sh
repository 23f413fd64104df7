#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SCMP_ACT_NOTIFY: the agent at listenerPath gets the listener and the container process state (runtime-spec
# config-linux.md, "The Container Process State") before the program runs, and answers its calls.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq
source "$(dirname "$0")/programs/bundle.sh"
prepare agent
agent=

start_agent() { # CALLS VALUE
  rm -f "$work/agent.sock" "$work/agent.json"
  "$work/agent" "$work/agent.sock" "$work/agent.json" "$@" 2>"$work/agent.error" &
  agent=$!
  started+=("$agent")
  wait_for 5 test -S "$work/agent.sock"
}
agent_ended() { ! kill -0 "$agent" 2>/dev/null; }
agent_done() { wait_for 10 agent_ended || kill "$agent"; wait "$agent"; same "$1: the agent was content" "0 " "$? $(cat "$work/agent.error")"; }
notify='{defaultAction: "SCMP_ACT_ALLOW", listenerPath: "'$work/agent.sock'", listenerMetadata: "which \"one\"",
  syscalls: [{names: ["getppid"], action: "SCMP_ACT_NOTIFY"}]}'
field() { awk -v name="$1" '$1 == name { print $2 }'; }

# what_came NAME ID STATUS PID: the state that the agent was given.
what_came() {
  same "$1: the descriptor's name" '["seccompFd"]' "$(jq -c .fds "$work/agent.json")"
  same "$1: the metadata" 'which "one"' "$(jq -r .metadata "$work/agent.json")"
  same "$1: the container's state" "$2 $3 $work/$2 1.0.2" \
    "$(jq -r '.state | "\(.id) \(.status) \(.bundle) \(.ociVersion)"' "$work/agent.json")"
  same "$1: the process" "true true $4" "$(jq -r '"\(.pid == .state.pid) \(.pid > 1) \(.pid)"' "$work/agent.json" | sed "s/ [0-9]*$/ $([ "$4" = any ] && echo any || jq .pid "$work/agent.json")/")"
}

for nnp in false true; do
  for flags in '[]' '["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG"]' '["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'; do
    [ $nnp-"$flags" != true-'[]' ] || continue
    name=run-$nnp-$(tr -cd 'A-Z' <<<"$flags" | tail -c 4)
    what="run, noNewPrivileges $nnp, flags $flags"
    start_agent 2 4242
    bundle "$name" ".process.noNewPrivileges = $nnp | .process.user = {uid: 65534, gid: 65534} | .linux.seccomp = $notify + {flags: $flags}"
    said=$(container "$name" getppid status getppid fds)
    same "$what: exit status" 0 $?
    same "$what: the agent's answers" "4242 4242" "$(field getppid <<<"$said" | xargs)"
    same "$what: one filter, no descriptor of ours" "2 0 1 2" "$(field Seccomp: <<<"$said") $(field fd <<<"$said" | xargs)"
    agent_done "$what"
    what_came "$what" "$name" created any
  done
done

# --- create, then start
start_agent 1 77
bundle created ".linux.seccomp = $notify"
jq '.process.args = ["/probe", "getppid", "stdin"]' "$work/created/config.json" >"$work/config" && mv "$work/config" "$work/created/config.json"
mkfifo "$work/stdin"
exec 8<>"$work/stdin"
scrim create --bundle "$work/created" --pid-file "$work/pid" created >"$work/out" 2>&1 <"$work/stdin" 8>&-
same "create with a listener" 0 $?
[ -e "$work/agent.json" ] && fail "the agent hears nothing before start" "$(cat "$work/agent.json")"
timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" start created
same "start with a listener" 0 $?
agent_done "create and start"
what_came "create and start" created created "$(cat "$work/pid")"
same "create and start: the agent's answer" 77 "$(field getppid <"$work/out")"
exec 8>&-
scrim delete --force created

# --- nobody there: the container fails, and nothing of it stays
# failed NAME PATTERN CONTAINER: run says one line.
failed() {
  timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/$3" "$3" >"$work/out" 2>"$work/error" </dev/null
  same "$1: exit status, one line, no output" "1 1 0" "$? $(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$1: message" "$2" "$(cat "$work/error")"
  same "$1: nothing is left" "" "$(ls -A "$work/state" 2>/dev/null)$(pgrep -f "^/probe" | xargs)"
}
bundle alone ".linux.seccomp = $notify"
rm -f "$work/agent.sock"
failed "no socket" "agent.sock: No such file or directory" alone
touch "$work/agent.sock"
failed "no socket but a file" "agent.sock: (Connection refused|.*not a socket)" alone
rm "$work/agent.sock"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$work/agent.sock" 2>/dev/null &&
  failed "nobody listens" "agent.sock: Connection refused" alone
rm -f "$work/agent.sock"
bundle nowhere ".linux.seccomp = ($notify | del(.listenerPath, .listenerMetadata))"
failed "no listenerPath" "SCMP_ACT_NOTIFY needs a listenerPath" nowhere
bundle default '.linux.seccomp = {defaultAction: "SCMP_ACT_NOTIFY", listenerPath: "/agent", syscalls: []}'
failed "SCMP_ACT_NOTIFY for everything, execve too" "config.json:[0-9]+:[0-9]+: SCMP_ACT_NOTIFY cannot be the default action" default
bundle long ".linux.seccomp = $notify + {listenerPath: (\"/\" + \"x\" * 200)}"
failed "a path too long for a socket" "xxx.*" long

scrim create --bundle "$work/alone" alone >"$work/out" 2>&1 </dev/null
same "create without an agent: nobody is needed yet" 0 $?
pid=$(scrim state alone | jq .pid)
timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" start alone 2>"$work/error"
same "start without an agent: exit status, one line" "1 1" "$? $(wc -l <"$work/error")"
matches "start without an agent: message" "agent.sock: No such file" "$(cat "$work/error")"
same "start without an agent: the container is as it was" created "$(scrim state alone | jq -r .status)"
start_agent 0 0
scrim start alone
same "start with the agent back" 0 $?
agent_done "start with the agent back"
wait_for 5 eval '[ "$(scrim state alone | jq -r .status)" = stopped ]'
scrim delete alone

# An agent that closes the connection without taking anything.
python3 - "$work/closing.sock" <<'END' &
import socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
listening.accept()[0].close()
END
started+=($!)
wait_for 5 test -S "$work/closing.sock"
bundle closing ".linux.seccomp = $notify + {listenerPath: \"$work/closing.sock\"}"
scrim create --bundle "$work/closing" closing >"$work/out" 2>&1 </dev/null
timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" start closing 2>"$work/error"
closing=$?
# Whether the message was on its way before is a race: then the calls end with ENOSYS.
wait_for 5 eval '[ "$(scrim state closing | jq -r .status)" = stopped ]'
same "an agent that closes at once: the container does not hang" "stopped" "$(scrim state closing | jq -r .status)"
[ $closing = 0 ] || matches "an agent that closes at once: message" "agent at $work/closing.sock" "$(cat "$work/error")"
scrim delete --force closing
same "without an agent: nothing is left" "0 " "$? $(ls -A "$work/state")"

# --- an agent that goes away: calls end with ENOSYS, the program lives
start_agent 0 0
bundle left ".linux.seccomp = $notify"
said=$(container left getppid fds)
same "an agent that goes away" "getppid -38" "$(head -1 <<<"$said")"
agent_done "an agent that goes away"

# --- listenerPath without SCMP_ACT_NOTIFY: there is no listener to hand over
bundle unused ".linux.seccomp = $notify + {syscalls: []}"
rm -f "$work/agent.sock"
said=$(timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/unused" unused 2>&1 </dev/null)
same "a listenerPath that nothing needs" "0 2" "$? $(field Seccomp: <<<"$said")"
finish
