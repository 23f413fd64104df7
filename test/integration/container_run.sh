#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim run: how the program is found, what it gets, what comes back.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# status NAME EXPECTED SCRIPT [JQ]
status() {
  local said
  said=$(inside status "$3" "${4:-.}")
  local got=$?
  if [ "$got" = "$2" ]; then ok "$1"; else fail "$1" "expected status $2, got $got: $said"; fi
}
# same_inside NAME EXPECTED SCRIPT [JQ]
same_inside() { same "$1" "$2" "$(inside said "$3" "${4:-.}")"; }
# refused NAME PATTERN JQ: run fails with 1 and one line.
refused() {
  local said
  bundle refused "$3"
  said=$(scrim run --bundle "$work/refused" refused 2>&1 </dev/null)
  local got=$?
  same "$1: status" 1 $got
  matches "$1: message" "$2" "$said"
  same "$1: one line" 1 "$(wc -l <<<"$said")"
}

status "exit status 0" 0 true
status "exit status 1" 1 false
status "exit status 255" 255 "exit 255"
status "status of a program killed by a signal" 143 'kill $$' '.linux.namespaces |= map(select(.type != "pid"))'
bundle kill '.process.args = ["sleep", "1000"]'
background "$work/out" run --bundle "$work/kill" killed
wait_for 10 is_status running killed
scrim kill killed KILL
ended
same "killed by SIGKILL: 137" 137 $?

same_inside "arguments arrive as they are" "[a b][][*][\$x]" "" \
  '.process.args = ["sh", "-c", "printf [%s] \"$@\"", "sh", "a b", "", "*", "$x"]'
same_inside "argv[0] is the name that was given" "sh" "" '.process.args = ["sh", "-c", "echo $0"]'
same_inside "the environment is config.json's and HOME" "A=1|B=x=y|CONTAINER_OF=$tag|HOME=/|PATH=/bin" "" \
  '.process.args = ["sh", "-c", "unset PWD SHLVL _; env | sort | tr \"\\n\" \"|\" | sed \"s/.$//\""] | .process.env = ["PATH=/bin", "A=1", "B=x=y", "CONTAINER_OF=\($tag)"]'
same_inside "HOME that was given stays" "/elsewhere" 'echo $HOME' '.process.env += ["HOME=/elsewhere"]'
mkdir -p "$work/rootfs/home/user"
echo "user:x:1000:1000:user:/home/user:/bin/sh" >>"$work/rootfs/etc/passwd"
same_inside "HOME is the user's of the container's passwd" "/home/user" 'echo $HOME' '.process.user = {uid: 1000, gid: 1000}'
same_inside "HOME of a user without an entry is /" "/" 'echo $HOME' '.process.user = {uid: 4711, gid: 1}'
same_inside "of equal variables the last one counts" "2" 'echo $A' '.process.env += ["A=1", "A=2"]'

same_inside "working directory" "/tmp" pwd '.process.cwd = "/tmp"'
same_inside "working directory is made" "/not/there/yet" pwd '.process.cwd = "/not/there/yet"'
rm -r "$work/rootfs/not"
mkdir -p "$work/rootfs/private"
chmod 700 "$work/rootfs/private"
same_inside "working directory that only root may enter" "/private" pwd \
  '.process.cwd = "/private" | .process.user = {uid: 1000, gid: 1000}'
same_inside "a relative command is the working directory's" "here" "" \
  '.process.cwd = "/bin" | .process.args = ["./echo", "here"]'
same_inside "PATH is the container's" "found" "" '.process.args = ["echo", "found"] | .process.env = ["PATH=/nowhere:/bin"]'

# What dockerd looks for in the message: moby daemon/errors.go (translateContainerdStartErr).
refused "command not in PATH" 'exec: "no-such": executable file not found in \$PATH' '.process.args = ["no-such"]'
refused "no PATH at all" 'exec: "sh": executable file not found in \$PATH' '.process.args = ["sh"] | .process.env = []'
refused "command that does not exist" 'exec: "/no/such": stat /no/such: no such file or directory' '.process.args = ["/no/such"]'
refused "command without permission" 'exec: "/etc/passwd": .*permission denied' '.process.args = ["/etc/passwd"]'
refused "command that is a directory" 'exec: "/bin": .*(permission denied|is a directory)' '.process.args = ["/bin"]'
echo "no program" >"$work/rootfs/tmp/nonsense"
chmod 755 "$work/rootfs/tmp/nonsense"
refused "command of no known format" 'exec /tmp/nonsense: Exec format error|exec format error' '.process.args = ["/tmp/nonsense"]'
nothing_left "refused commands"

bundle cat '.process.args = ["cat"]'
head -c 300000 /dev/urandom >"$work/data"
if scrim run --bundle "$work/cat" cat <"$work/data" | cmp -s - "$work/data"; then ok "standard input to output, all of it"; else
  fail "standard input to output, all of it" "it differs"
fi
bundle both '.process.args = ["sh", "-c", "echo out; echo err >&2"]'
scrim run --bundle "$work/both" both >"$work/out" 2>"$work/err" </dev/null
same "standard output" out "$(cat "$work/out")"
same "standard error" err "$(cat "$work/err")"
# /proc/self/fd/1 of a pipe opens for the user only if it is theirs.
same_inside "a user can open /dev/stdout and /dev/stderr of a pipe" $'1\n2' "echo 1 >/dev/stdout; echo 2 >/dev/stderr" \
  '.process.user = {uid: 1000, gid: 1000}'
same "bundle is the working directory" out "$(cd "$work/both" && scrim run both 2>/dev/null </dev/null)"
same "a relative bundle" out "$(cd "$work" && scrim run -b both both 2>/dev/null </dev/null)"
jq '.process.args = ["echo", "other"]' "$work/both/config.json" >"$work/other.json"
same "--config names another file" other "$(scrim run -b "$work/both" --config "$work/other.json" both </dev/null)"

script='ls /proc/self/fd | tr "\n" " "'
bundle fds
same "only standard streams are open" "0 1 2 3 " "$(scrim run -b "$work/fds" fds 9</etc/passwd </dev/null)"
script='cat <&3'
bundle fds
same "--preserve-fds keeps 3" "kept" "$(scrim run --preserve-fds 1 -b "$work/fds" fds 3< <(echo kept) </dev/null)"
same "signals ignored by the caller are not the container's" "SigIgn:	0000000000000000" \
  "$(trap '' HUP PIPE USR1; inside ignored '' '.process.args = ["grep", "SigIgn", "/proc/self/status"]')"
same "no signal is blocked" "SigBlk:	0000000000000000" \
  "$(inside blocked '' '.process.args = ["grep", "SigBlk", "/proc/self/status"]')"

script='trap "echo got; exit 9" USR1 TERM HUP; echo ready; while :; do sleep 0.05; done'
bundle signals
for signal in USR1 TERM HUP; do
  background "$work/out" run -b "$work/signals" forward
  wait_for 10 grep -q ready "$work/out"
  kill -$signal $pid
  ended
  same "SIG$signal is passed on" 9 $?
done

bundle detached '.process.args = ["sleep", "1000"]'
scrim run --detach --pid-file "$work/pid" -b "$work/detached" detached </dev/null >"$work/out" 2>&1
same "--detach returns 0" 0 $?
same "--pid-file holds the process" sleep "$(tr '\0' '\n' <"/proc/$(cat "$work/pid")/cmdline" | head -1)"
same "--pid-file has no end of line" "" "$(tail -c1 "$work/pid" | tr -d 0-9)"
is_status running detached && ok "--detach leaves it running" || fail "--detach leaves it running" "$(scrim state detached 2>&1)"
scrim delete --force detached

inside kept true >/dev/null
same "a container that ended is gone" 1 "$(scrim state kept >/dev/null 2>&1; echo $?)"
script="exit 3" bundle kept
scrim run --keep -b "$work/kept" kept </dev/null
same "--keep: status" 3 $?
is_status stopped kept && ok "--keep leaves it stopped" || fail "--keep leaves it stopped" "$(scrim state kept 2>&1)"
scrim delete kept
same "--keep: deleted" 0 $?

# Others may look and delete while a run waits in the foreground.
background "$work/out" run -b "$work/detached" long
wait_for 10 is_status running long
limit=5 scrim delete long 2>"$work/err"
same "delete of a foreground run is refused" 1 $?
limit=5 scrim delete --force long
same "delete --force of a foreground run" 0 $?
ended
same "and the run ends" 137 $?

nothing_left run
finish
