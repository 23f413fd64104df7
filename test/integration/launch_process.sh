#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim launch: the process that it becomes. Who that is, what it may do, how it ends, and that nothing of scrim is left
# of it; seen from inside (/proc/self/status), and by the exit status.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq setpriv busybox
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
launch() { PATH=${path:-$PATH} "$SCRIM" --config "${settings:-$work/settings.json}" launch "$@"; }
field() { awk -v name="$1:" '$1 == name { $1 = ""; print substr($0, 2) }'; }

# refused NAME STATUS PATTERN ARGUMENT...: that exit status and one line on standard error that matches.
refused() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  launch "$@" >"$work/out" 2>"$work/error" </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  same "$name: one line, and nothing on standard output" "1 0" "$(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$name: message" "$pattern" "$(cat "$work/error")"
}

# --- exit status, as env(1) and timeout(1) have it
launch -- "$probe" exit=0; same "success" 0 $?
launch -- "$probe" exit=42; same "the program's own status" 42 $?
refused "a program that is not there" 127 'exec: "/no/such": stat /no/such: no such file' -- /no/such
refused "a program that is not in PATH" 127 'exec: "no-such-program".*not found in \$PATH' -- no-such-program
refused "a file that may not be executed" 126 "permission denied" -- /etc/passwd
refused "a directory" 126 "is a directory" -- /etc
refused "an unknown option" 125 "--wrong" --wrong -- true
refused "no command" 125 "no command"
settings=$work/none refused "a configuration that is named and missing" 125 "open $work/none" -- true
refused "no command after --" 125 "no command" --
refused "an option without its value" 125 "--profile" --profile
(exec 2>/dev/null; launch -- "$probe" signal=9; exit $?)
same "a program that is killed" 137 $?
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}' \
  >"$work/kills.json"
(exec 2>/dev/null; launch --profile "$work/kills.json" -- "$probe" mkdirat; exit $?)
same "a program that the filter kills: 128 + SIGSYS" 159 $?

# A script without #! is the shell's business, not the kernel's (execve(2), ENOEXEC).
echo 'exit 5' >"$work/script"
chmod 755 "$work/script"
refused "a script without an interpreter" 126 "Exec format error" -- "$work/script"
printf '#!/bin/sh\nexit 6\n' >"$work/script"
launch -- "$work/script"; same "a script with one" 6 $?
printf '#!/no/such/interpreter\n' >"$work/script"
refused "a script whose interpreter is missing" 127 "No such file" -- "$work/script"
mkdir "$work/path"
cp "$probe" "$work/path/found"
touch "$work/path/not-executable"
path=$work/path launch -- found exit=3; same "a program is looked for in PATH" 3 $?
path=$work/path refused "the one in PATH may not be executed" 126 "permission denied" -- not-executable
launch -- "$probe" --help exit=9 >/dev/null; same "options after -- are the command's" 9 $?
launch "$probe" exit=8; same "the -- may be left out" 8 $?

# --- it becomes the program: the same process, and nothing in between
same "the same process" 1 "$(bash -c 'echo $$; exec "$@"' - "$SCRIM" launch --profile RuntimeDefault -- sh -c 'echo $$' |
  uniq | wc -l)"
head -c 300000 /dev/urandom >"$work/bytes"
launch --profile RuntimeDefault -- "$probe" stdin <"$work/bytes" | cmp - "$work/bytes" && ok "standard input and output pass through"
same "nothing is read ahead" "one two" "$(printf 'one\ntwo\n' | (launch -- sh -c 'read a; echo $a'; cat) | xargs)"
same "the environment is the caller's" "$(printf 'A=1\nB=x y')" "$(env -i A=1 'B=x y' "$SCRIM" --config "$work/settings.json" launch -- "$probe" env)"
same "a signal reaches the program itself" "trapped" "$(
  "$SCRIM" launch --profile RuntimeDefault -- sh -c 'trap "echo trapped; exit" TERM; echo $$ >"$0"; while :; do sleep 0.05; done' \
    "$work/pid" & launched=$!
  wait_for 10 test -s "$work/pid"
  [ "$(cat "$work/pid")" = $launched ] || echo "another process"
  kill -TERM $launched
  wait $launched)"
# Ignored and blocked signals are the command's, as nohup(1) needs it.
same "an ignored signal stays ignored" "0000000000000001" "$(trap '' HUP; launch -- "$probe" status | field SigIgn)"
same "stopped and continued as one job" "T S 0" "$(
  "$SCRIM" launch --profile RuntimeDefault -- sleep 100 & launched=$!
  state() { [ "$(cut -d' ' -f3 "/proc/$launched/stat")" = "$1" ]; }
  is_sleep() { [ "$(cat "/proc/$launched/comm")" = sleep ]; }
  wait_for 10 is_sleep
  kill -STOP $launched; wait_for 10 state T && printf 'T '
  kill -CONT $launched; wait_for 10 state S && printf 'S '
  kill -KILL $launched; wait $launched 2>/dev/null; kill -0 $launched 2>/dev/null; [ $? = 1 ] && echo 0)"

# --- who it is
ids() { launch "$@" -- "$probe" status | awk '/^(Uid|Gid|Groups):/ { $1 = ""; print }' | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }
same "--user number" "1234 1234 1234 1234 0 0 0 0" "$(ids --user 1234)"
same "--user number:number" "1234 1234 1234 1234 5678 5678 5678 5678" "$(ids --user 1234:5678)"
nobody_uid=$(id -u nobody) nobody_gid=$(id -g nobody)
same "--user name: its group" "$nobody_uid $nobody_gid" "$(ids --user nobody | awk '{ print $1, $5 }')"
same "--user name:name" "$(yes "$nobody_uid" | head -4 | xargs) 1 1 1 1" "$(ids --user nobody:daemon)"
refused "an unknown user" 125 "no-such-user" --user no-such-user -- true
refused "an unknown group" 125 "no-such-group" --user 0:no-such-group -- true
refused "a user id that is none" 125 "4294967295" --user 4294967295 -- true
refused "a user id that is too large" 125 "4294967296" --user 4294967296 -- true
printf 'broken:x:number:0::/:/bin/sh\nroot:x:0:0:root:/:/bin/sh\n' >"$work/passwd"
unshare -m sh -c 'mount --make-rprivate / && mount --bind "$0" /etc/passwd && shift 0 && exec "$@"' "$work/passwd" \
  "$SCRIM" launch --user broken -- "$probe" status >"$work/out" 2>"$work/error"
same "a broken entry of /etc/passwd makes nobody root" "125 0" "$? $(wc -c <"$work/out")"
refused "an empty user name" 125 'user ""' --user : -- true
refused "an empty --user" 125 "--user is empty" --user "" -- true

# --- capabilities
own=$(field CapBnd </proc/self/status)
sets() { launch "$@" -- "$probe" status | awk '/^Cap(Bnd|Eff|Prm|Inh|Amb):/ { printf "%s %s ", $1, $2 }'; }
zero=0000000000000000
same "--cap-drop ALL" "CapInh: $zero CapPrm: $zero CapEff: $zero CapBnd: $zero CapAmb: $zero " "$(sets --cap-drop ALL)"
same "--cap-drop ALL --cap-add two" \
  "CapInh: $zero CapPrm: 0000000000000021 CapEff: 0000000000000021 CapBnd: 0000000000000021 CapAmb: $zero " \
  "$(sets --cap-drop all --cap-add CAP_CHOWN,kill)"
defaults=$(printf '%016x' $((0xa80425fb & 0x$own)))
same "--cap-drop ALL --cap-add DEFAULT is what engines give" "$defaults" "$(launch --cap-drop ALL --cap-add DEFAULT -- "$probe" status | field CapBnd)"
same "--cap-drop one" "$(printf '%016x' $((0x$own & ~0x20)))" "$(launch --cap-drop CAP_KILL -- "$probe" status | field CapBnd)"
same "--cap-drop DEFAULT" "$(printf '%016x' $((0x$own & ~0xa80425fb)))" "$(launch --cap-drop DEFAULT -- "$probe" status | field CapBnd)"
same "--user with capabilities: in the bounding set only" "$zero 0000000000000001" \
  "$(launch --user 1234 --cap-drop ALL --cap-add CHOWN -- "$probe" status | awk '/^Cap(Eff|Bnd):/ { print $2 }' | xargs)"
refused "an unknown capability" 125 "no capability is called CAP_WRONG" --cap-drop CAP_WRONG -- true
same "nothing asked: they stay" "$own" "$(launch -- "$probe" status | field CapBnd)"

# --- no_new_privs
same "--no-new-privs" 1 "$(launch --no-new-privs -- "$probe" status | field NoNewPrivs)"
same "without it" 0 "$(launch --profile RuntimeDefault -- "$probe" status | field NoNewPrivs)"
unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all)
cp "$SCRIM" "$work/scrim"
chmod 755 "$work/scrim"
as_nobody() { (cd / && "${unprivileged[@]}" "$work/scrim" launch "$@"); }
same "an unprivileged caller with --no-new-privs" "2" "$(as_nobody --profile RuntimeDefault --no-new-privs -- "$probe" status | field Seccomp)"
as_nobody --profile RuntimeDefault -- "$probe" status >"$work/out" 2>"$work/error"
same "an unprivileged caller without it: exit status" "125 0 1" "$? $(wc -c <"$work/out") $(wc -l <"$work/error")"
matches "an unprivileged caller without it: message" "CAP_SYS_ADMIN.*--no-new-privs" "$(cat "$work/error")"
same "an unprivileged caller and Unconfined: nothing is needed" 0 "$(as_nobody --profile Unconfined -- "$probe" status | field Seccomp)"
as_nobody --user 0 -- "$probe" status >"$work/out" 2>"$work/error"
same "an unprivileged caller cannot be somebody else" "125 1" "$? $(grep -c 'Operation not permitted' "$work/error")"
as_nobody --cap-drop ALL -- "$probe" >"$work/out" 2>"$work/error"
same "an unprivileged caller with nothing to drop" 0 $?
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/scrim" launch --cap-drop ALL -- "$probe" >"$work/out" 2>"$work/error"
same "an unprivileged caller that may not change the bounding set" "125 1" "$? $(grep -c 'drop CAP_CHOWN.*not permitted' "$work/error")"
finish
