#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim exec: where the new process is and who it is, as the kernel answers there; statuses, options, messages; scrim ps.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

status='st() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status | tr "\t" " " | sed "s/ *$//"; }; '
# in_c OPTION... -- SCRIPT: what sh -c SCRIPT says in container c
in_c() {
  local options=()
  while [ "$1" != -- ]; do options+=("$1") && shift; done
  scrim exec "${options[@]}" c sh -c "$2" </dev/null 2>&1
}
# refused NAME PATTERN ARGUMENT...: exec of that fails with 255 and one line
refused() {
  local said got
  said=$(scrim exec "${@:3}" 2>&1 </dev/null)
  got=$?
  matches "$1" "^scrim: exec failed: .*$2" "$said"
  same "$1: one line, status 255" "1 255" "$(wc -l <<<"$said") $got"
}

script='exec sleep 1000' bundle c '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 111, hard: 222}] | .process.env += ["FROM=container", "PATH=/bin"]
  | .process.user.additionalGids = [7] | .process.oomScoreAdj = 300 | .process.user.umask = 23 | .linux.personality = {domain: "LINUX32"}
  | .process.capabilities |= map_values(["CAP_KILL", "CAP_CHOWN"]) | .process.noNewPrivileges = false'
script='exec sleep 1000' bundle k '.linux.maskedPaths = []'
scrim create -b "$work/c" c </dev/null >/dev/null 2>&1
same "in a created container" "0 ok" "$(in_c -- 'echo $(id -u) ok')"
is_status created c && ok "which stays created" || fail "which stays created" "$(scrim state c)"
scrim start c
pid=$(scrim state c | jq .pid)

# --- where it is
names() { for n in cgroup ipc mnt net pid time user uts; do echo "$n=$(readlink "/proc/$1/ns/$n")"; done; }
scrim exec --detach --pid-file "$work/pid" c sh -c 'exec sleep 1001' </dev/null
same "--detach" 0 $?
new=$(cat "$work/pid")
wait_for 5 grep -q 1001 "/proc/$new/cmdline"
same "--pid-file names the process" "sleep 1001 " "$(tr '\0' ' ' <"/proc/$new/cmdline")"
same "all namespaces are the container's" "$(names "$pid")" "$(names "$new")"
same "all cgroups are the container's" "$(cat "/proc/$pid/cgroup")" "$(cat "/proc/$new/cgroup")"
same "the root is the container's" "$(stat -Lc %d:%i "/proc/$pid/root")" "$(stat -Lc %d:%i "/proc/$new/root")"
same "no descriptor but the standard ones" "0 1 2" "$(ls "/proc/$new/fd" | xargs)"
same "no signal blocked or ignored" "0000000000000000 0000000000000000" "$(awk '/^Sig(Blk|Ign)/ {print $2}' "/proc/$new/status" | xargs)"
same "personality" 00000008 "$(cat "/proc/$new/personality")"
same "its parent is out of sight, its session its own" "0 yes" "$(in_c -- 'set -- $(sed "s/.*) //" /proc/self/stat); p=$(cut -d" " -f4 /proc/$$/stat); s=$(cut -d" " -f6 /proc/$$/stat); echo $p $([ $s = $$ ] && echo yes)')"
same "ps --format json" "$pid $new" "$(scrim ps -f json c | jq -r 'sort | map(tostring) | join(" ")')"
if command -v ps >/dev/null; then
  said=$(scrim ps c)
  matches "ps: header" "^UID +PID +PPID" "$(head -1 <<<"$said")"
  same "ps: the container's processes only" "$pid $new" "$(awk 'NR > 1 {print $2}' <<<"$said" | sort -n | xargs)"
  same "ps with options" "PID COMMAND;$pid sleep 1000;$new sleep 1001" "$(scrim ps c -eo pid,args | sed 's/^ *//' | tr -s ' ' | paste -sd';')"
  said=$(scrim ps c -eo args 2>&1)
  same "ps without a column PID is refused" 1 $?
  matches "and says why" "no column PID" "$said"
else
  skip "ps as a table" "no ps here"
fi
kill "$new"

# --- who it is
same "what it has from the container" "0 7 container 0027 111 222 300" \
  "$(in_c -- "$status"'echo $(st Uid | cut -d" " -f1) $(st Groups) $FROM $(umask) $(ulimit -Sn) $(ulimit -Hn) $(cat /proc/self/oom_score_adj)')"
same "--user" "5 0 7" "$(in_c --user 5 -- "$status"'echo $(id -u) $(id -g) $(st Groups)')"
same "--user with a group, --additional-gids" "5 6 7 8 9" "$(in_c -u 5:6 -g 8 -g 9 -- "$status"'echo $(id -u) $(id -g) $(st Groups)')"
same "--env: added, the last counts, others stay" "b=2 exec $(printf '/bin')" "$(in_c -e A=1 -e A='b=2' -e FROM=exec -- 'echo $A $FROM $PATH')"
same "--cwd" /proc/sys "$(in_c --cwd /proc/sys -- pwd)"
same "HOME is the user's" / "$(in_c -u 4242 -- 'echo $HOME')"
same "--no-new-privs" "1 0" "$(in_c --no-new-privs -- "$status"'st NoNewPrivs') $(in_c -- "$status"'st NoNewPrivs')"

# --- --cap: not inheritable (CVE-2022-29162)
scrim delete --force c
script='exec sleep 1000' bundle c '.process.capabilities = {bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]} | .process.noNewPrivileges = false'
scrim run -d -b "$work/c" c </dev/null >/dev/null 2>&1
sets="$status"'for s in CapBnd CapPrm CapEff CapInh CapAmb; do printf "%x " 0x$(st $s); done'
same "capabilities" "20 20 20 0 0 " "$(in_c -- "$sets")"
same "--cap" "420 420 420 0 0 " "$(in_c --cap CAP_NET_BIND_SERVICE -- "$sets")"
same "--cap and a user: only in the bounding set" "420 0 0 0 0 " "$(in_c -u 5 -c CAP_NET_BIND_SERVICE -- "$sets")"
refused "an unknown capability" "no capability is called CAP_NOSUCH" --cap CAP_NOSUCH c true

# --- --process
process() { jq '.process | .args = ["sh", "-c", $script] | del(.capabilities) | '"${2:-.}" --arg script "$1" "$work/c/config.json" >"$work/process.json"; }
process 'echo $A $(id -u) $(pwd); exit 6' '.env += ["A=json"] | .user.uid = 3 | .cwd = "/proc"'
same "--process" "json 3 /proc 6" "$(scrim exec --process "$work/process.json" c </dev/null) $?"
same "--process -" "json 3 /proc" "$(scrim exec -p - c <"$work/process.json")"
process "$sets"
same "--process without capabilities: the container's" "20 20 20 0 0 " "$(scrim exec -p "$work/process.json" c </dev/null)"
echo '{"args": []}' >"$work/process.json"
refused "--process: bad JSON is located" "process.json:1:.*args" -p "$work/process.json" c
refused "--process: no such file" "nowhere.json: No such file" -p "$work/nowhere.json" c

# --- how it ends
in_c -- 'exit 7'
same "exit status" 7 $?
in_c -- 'kill -KILL $$'
same "a signal: 128 + n" 137 $?
refused "a program that is not there" 'exec: "not-there": executable file not found in \$PATH' c not-there
refused "a path that is not there" 'exec: "/bin/not-there": stat /bin/not-there: no such file or directory' c /bin/not-there
refused "what is no program" 'exec: "/etc": .*permission denied' c /etc
refused "a working directory that is not there" "enter working directory /nowhere: No such file" --cwd /nowhere c true
refused "a relative working directory" "absolute" --cwd tmp c true
refused "no command" "no command" c
refused "a user that is no number" 'user "nobody" is no number' --user nobody c true
refused "a variable without a value" 'must have the form NAME=value' --env NAME c true
refused "a container that is not there" "container nowhere does not exist" nowhere true
refused "a terminal of a detached process" "console socket" --detach --tty c true
refused "a console socket without a terminal" "terminal" --console-socket "$work/socket" c true
scrim --log "$work/log" --log-format json exec c not-there 2>/dev/null </dev/null
same "the log's last line is the error, in runc's form" 'error exec failed: exec: "not-there": executable file not found in $PATH' \
  "$(tail -1 "$work/log" | jq -r '"\(.level) \(.msg)"')"
same "options after the container are the command's" "-u 5" "$(scrim exec c echo -u 5 </dev/null)"
same "-- before the command" "x" "$(scrim exec c -- echo x </dev/null)"
same "standard input" "typed" "$(echo typed | scrim exec c cat)"
background "$work/out" exec c sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
wait_for 5 grep -q ready "$work/out"
kill -TERM "$pid"
ended
same "signals reach it" 9 $?

# --- descriptors
descriptors() { scrim exec --detach --pid-file "$work/pid" "$@" c sleep 1004 </dev/null >/dev/null 2>&1 && ls "/proc/$(cat "$work/pid")/fd" | xargs; }
same "--preserve-fds" "three four" "$(scrim exec --preserve-fds 2 c sh -c 'cat <&3; cat <&4' 3<<<three 4<<<four </dev/null | xargs)"
same "--preserve-fds: so many and no more" "0 1 2 3 4" "$(descriptors --preserve-fds 2 3<<<three 4<<<four 5<<<five 9<<<nine)"
refused "--preserve-fds of what is not open" "descriptor 3 is not open" --preserve-fds 1 c true 3<&-
same "without it none" "0 1 2" "$(descriptors 3<<<three 7<<<seven)"
scrim exec c sh -c 'kill $(pidof sleep | tr " " "\n" | grep -vx 1)' </dev/null

# --- cgroups below
for directory in $(our_cgroups | grep "/c$"); do mkdir "$directory/sub"; done
# cpuset wants to be told
if [ -e "/sys/fs/cgroup/cpuset/$tag/c/sub/cpuset.cpus" ]; then
  for file in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$tag/c/$file" >"/sys/fs/cgroup/cpuset/$tag/c/sub/$file"; done
fi
scrim exec -d --pid-file "$work/pid" --cgroup sub c sleep 1002 </dev/null
same "--cgroup: below in every hierarchy" 0 "$(grep -cv "/$tag/c/sub$" "/proc/$(cat "$work/pid")/cgroup")"
same "ps sees it too" 2 "$(scrim ps -f json c | jq length)"
if [ -d "/sys/fs/cgroup/pids/$tag" ]; then
  kill "$(cat "$work/pid")"
  scrim exec -d --pid-file "$work/pid" --cgroup pids:/sub c sleep 1003 </dev/null
  same "--cgroup of one controller" "pids:/$tag/c/sub" "$(grep "/sub$" "/proc/$(cat "$work/pid")/cgroup" | cut -d: -f2-)"
  refused "--cgroup of an unknown controller" "no cgroup of controller nosuch" --cgroup nosuch:/sub c true
else
  skip "--cgroup of one controller" "no pids controller of cgroup v1 here"
fi
refused "--cgroup that is not there" "nosuch.*No such file" --cgroup nosuch c true
refused "--cgroup above the container's" "no cgroup below the container's" --cgroup sub/../.. c true

# --- the session keyring: found again by its name, not made a second time
scrim run -d -b "$work/k" "k$tag" </dev/null >/dev/null 2>&1
same "its session keyring is the container's" 1 "$(scrim exec "k$tag" grep -c "keyring *_ses\.k$tag:" /proc/keys </dev/null)"
scrim delete --force "k$tag"

# --- at its end
scrim kill c KILL
wait_for 5 is_status stopped c
refused "in a stopped container" "cannot exec in a stopped container" c true
same "ps of a stopped container" '[]' "$(scrim ps -f json c)"
scrim delete c
nothing_left exec
finish
