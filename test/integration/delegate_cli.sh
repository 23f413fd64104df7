#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim's command line carried out by Debian's runc and crun: what the kernel enforces in the container, that the
# caller's config.json stays as it is, and that nothing stays behind.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin /usr/bin/busybox strace

deny_mkdir='"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
  [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}'
status='["/bin/grep", "Seccomp:", "/proc/self/status"]'
try_mkdir='["/bin/mkdir", "/tmp/made"]'
try_userns='["/bin/unshare", "-U", "true"]'

# bundle NAME ARGS [LINUX-MEMBER [TOP-MEMBER]]: makes $work/NAME and remembers its checksum.
bundle() {
  local directory=$work/$1
  mkdir -p "$directory/data"
  echo from-the-bundle >"$directory/data/file"
  [ -e "$directory/rootfs" ] || make_rootfs "$directory/rootfs"
  cat >"$directory/config.json" <<END
{ "ociVersion": "1.0.2", ${4:-}
  "process": {"user": {"uid": 0, "gid": 0}, "args": $2, "env": ["PATH=/bin"], "cwd": "/", "noNewPrivileges": true},
  "root": {"path": "rootfs"}, "hostname": "inside",
  "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"},
             {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
             {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
             {"destination": "/etc", "type": "none", "source": "./data", "options": ["rbind", "ro"]}],
  "linux": {${3:+$3,} "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]} }
END
  cp "$directory/config.json" "$work/$1.before"
}
untouched() {
  if cmp -s "$work/$2/config.json" "$work/$2.before" && [ "$(ls "$work/$2")" = "$(printf 'config.json\ndata\nrootfs')" ]
  then ok "$1"; else fail "$1" "the bundle changed: $(ls -A "$work/$2")"; fi
}
no_shadows() { same "$1" "" "$(shadows)"; }
scrim() { "$SCRIM" --config "$settings" --delegate "$runtime" --root "$work/$runtime" "$@"; }

echo '{}' >"$work/plain.json"
echo '{"seccompDefault": true}' >"$work/default.json"
echo '{"secompDefault": true}' >"$work/misspelt.json"

profiles() {
  bundle inline "$try_mkdir" "$deny_mkdir"
  matches "$runtime: an inline profile is enforced" "Operation not supported" "$(scrim run --bundle "$work/inline" p 2>&1)"
  untouched "$runtime: an inline profile stays as written" inline

  bundle none "$status"
  same "$runtime: nothing asked, nothing filtered" "Seccomp:	0" "$(scrim run -b "$work/none" p 2>&1)"
  same "$runtime: seccompDefault filters" "Seccomp:	2" "$(settings=$work/default.json scrim run -b "$work/none" p 2>&1)"
  untouched "$runtime: seccompDefault leaves the caller's config.json without a profile" none

  bundle userns "$try_userns"
  scrim run "--bundle=$work/userns" p 2>/dev/null
  same "$runtime: a user namespace may be made without a profile" 0 $?
  matches "$runtime: RuntimeDefault refuses a user namespace" "Operation not permitted" \
    "$(settings=$work/default.json scrim run "--bundle=$work/userns" p 2>&1)"
  bundle annotated "$try_userns" "" '"annotations": {"run.scrim.profile": "RuntimeDefault"},'
  matches "$runtime: an annotation adds RuntimeDefault" "Operation not permitted" \
    "$(scrim run -b "$work/annotated" p 2>&1)"
  bundle removing "$try_mkdir" "$deny_mkdir" '"annotations": {"run.scrim.profile": "Unconfined"},'
  matches "$runtime: an annotation does not remove a profile" "Operation not supported" \
    "$(scrim run -b "$work/removing" p 2>&1)"
  no_shadows "$runtime: run leaves no shadow bundle"
}

command_lines() {
  bundle plain '["/bin/cat", "/etc/file"]'
  same "$runtime: bundle is the working directory" from-the-bundle "$(cd "$work/plain" && scrim run p 2>&1)"
  same "$runtime: a relative bundle" from-the-bundle "$(cd "$work" && scrim run -b plain p 2>&1)"
  ln -sfn plain "$work/link"
  same "$runtime: a bundle behind a symbolic link" from-the-bundle "$(scrim run -b "$work/link" p 2>&1)"
  same "$runtime: --root=DIR" from-the-bundle \
    "$("$SCRIM" --config "$settings" --delegate "$runtime" "--root=$work/other" run -b "$work/plain" p 2>&1)"
  bundle exits '["/bin/sh", "-c", "exit 7"]'
  scrim run -b "$work/exits" p
  same "$runtime: run ends with the status of the process" 7 $?
  if [ "$runtime" = crun ]; then
    mkdir -p "$work/elsewhere"
    sed 's|"/bin/cat", "/etc/file"|"/bin/echo", "other"|' "$work/plain/config.json" >"$work/elsewhere/other.json"
    same "crun: --config names another file" other \
      "$(cd "$work" && scrim run -b "$work/plain" --config elsewhere/other.json p 2>&1)"
    same "crun: a global option that scrim does not know" from-the-bundle \
      "$(scrim --cgroup-manager=cgroupfs run -b "$work/plain" p 2>&1)"
    same "crun: letters with their values" from-the-bundle "$(scrim run "-b$work/plain" p 2>&1)"
  else
    same "runc: an option after the id" from-the-bundle "$(scrim run p -b "$work/plain" 2>&1)"
    same "runc: one dash" from-the-bundle "$(scrim run -bundle "$work/plain" p 2>&1)"
  fi
  no_shadows "$runtime: no command line leaves a shadow bundle"
}

lifecycle() {
  bundle life '["/bin/sh", "-c", "trap \"exit 9\" TERM; while :; do sleep 0.1; done"]' "$deny_mkdir"
  scrim create --bundle "$work/life" --pid-file "$work/life.pid" life >/dev/null 2>"$work/create.err"
  same "$runtime: create" 0 $?
  matches "$runtime: state names the caller's bundle" "\"bundle\": ?\"$work/life\"" "$(scrim state life)"
  matches "$runtime: list -f json names the caller's bundle" "\"bundle\": ?\"$work/life\"" "$(scrim list -f json)"
  matches "$runtime: list names the caller's bundle" "^life +[0-9]+ +created +$work/life  *[0-9]" "$(scrim list)"
  same "$runtime: a container has one shadow bundle" 1 "$(shadows config.json | wc -l)"
  same "$runtime: which nobody else may read" 700 "$(stat -c %a "$(dirname "$(shadows config.json)")")"

  bundle other "$try_mkdir"
  scrim create --bundle "$work/other" life >/dev/null 2>"$work/twice.err"
  matches "$runtime: a second create of the id is refused" "exist" "$? $(cat "$work/twice.err")"
  matches "$runtime: and leaves the first one's bundle" "\"bundle\": ?\"$work/life\"" "$(scrim state life)"
  same "$runtime: and its shadow" 1 "$(shadows config.json | wc -l)"

  scrim start life
  same "$runtime: start" 0 $?
  # start returns when the container's init goes on, not when it has become the process.
  wait_for 10 grep -q trap "/proc/$(cat "$work/life.pid")/cmdline"
  same "$runtime: the process is filtered" "Seccomp:	2" "$(grep Seccomp: "/proc/$(cat "$work/life.pid")/status")"
  matches "$runtime: exec is filtered too" "Operation not supported" "$(scrim exec life /bin/mkdir /tmp/x 2>&1)"
  matches "$runtime: ps, which scrim itself does not have" "PID" "$(scrim ps life 2>&1)"
  scrim exec life /bin/sh -c 'exit 5'
  same "$runtime: exec ends with the status of the process" 5 $?
  scrim delete life 2>/dev/null
  same "$runtime: delete of a running container fails" "1" "$(($? != 0))"
  same "$runtime: and keeps its shadow" 1 "$(shadows config.json | wc -l)"
  scrim kill life TERM
  same "$runtime: kill" 0 $?
  wait_for 20 is_state stopped life
  scrim delete life
  same "$runtime: delete" 0 $?
  no_shadows "$runtime: delete removes the shadow bundle"
  untouched "$runtime: the caller's bundle is as it was" life

  scrim run -d -b "$work/life" detached </dev/null >/dev/null 2>&1
  same "$runtime: run --detach" 0 $?
  same "$runtime: run --detach keeps its shadow" 1 "$(shadows config.json | wc -l)"
  scrim delete --force detached
  no_shadows "$runtime: delete --force removes it"
  scrim delete nosuch 2>/dev/null
  same "$runtime: delete of an unknown container is the delegate's to refuse" 1 "$(($? != 0))"
}

failures_of_create() {
  bundle broken '["/bin/nothing-here"]'
  scrim run -b "$work/broken" p >/dev/null 2>&1
  same "$runtime: run of a missing program fails" 1 "$(($? != 0))"
  sed 's|"path": "rootfs"|"path": "nowhere"|' "$work/broken.before" >"$work/broken/config.json"
  scrim create -b "$work/broken" p >/dev/null 2>&1
  same "$runtime: create without a root file system fails" 1 "$(($? != 0))"
  no_shadows "$runtime: a failed create leaves no shadow bundle"

  bundle wrong "$status" '"seccomp": {"defaultAction": "SCMP_ACT_ALOW"}'
  matches "$runtime: a wrong profile stops the start" "config.json:[0-9]+:[0-9]+: .*SCMP_ACT_ALOW" \
    "$(scrim run -b "$work/wrong" p 2>&1)"
  matches "$runtime: a wrong configuration of scrim stops the start" "misspelt.json:1:[0-9]+: .*secompDefault" \
    "$(settings=$work/misspelt.json scrim run -b "$work/none" p 2>&1)"
  no_shadows "$runtime: what was not started leaves nothing"
}

# run_in_background BUNDLE ID: returns when the container is known to run; $pid is scrim's.
run_in_background() {
  "$SCRIM" --config "$settings" --delegate "$runtime" --root "$work/$runtime" run -b "$work/$1" "$2" \
    </dev/null >"$work/$2.out" 2>&1 &
  pid=$!
  started+=("$pid")
  wait_for 20 grep -q ready "$work/$2.out"
  wait_for 20 is_state running "$2"
}
is_state() { scrim state "$2" | grep -q "\"$1\""; }

signals() {
  local pid
  bundle trap '["/bin/sh", "-c", "trap \"exit 9\" USR1; echo ready; while :; do sleep 0.1; done"]'
  run_in_background trap sig
  kill -USR1 "$pid"
  wait "$pid"
  same "$runtime: a signal to scrim reaches the process" 9 $?

  run_in_background trap sig
  scrim kill sig KILL
  wait "$pid"
  same "$runtime: a run ends when its container is killed" 137 $?
  no_shadows "$runtime: and removes its shadow"
}

# Killed where it hurts: before and after each step that changes something.
crashes() {
  bundle crash "$status" "$deny_mkdir"
  local point call when
  for point in mkdir:1 mkdir:2 mkdir:3 mkdir:4 mkdir:5 flock:1 flock:2 renameat:1 renameat:2 write:1 write:2 clone:1 wait:1
  do
    call=${point%:*} when=${point#*:}
    case $call in
      clone) call=clone,clone3,fork,vfork ;;
      wait) call=rt_sigtimedwait ;;
    esac
    { strace -qq -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$when" \
        "$SCRIM" --config "$settings" --delegate "$runtime" --root "$work/$runtime" create -b "$work/crash" crash >/dev/null; } 2>/dev/null
    same "$runtime: killed at $point: it was" 137 $?
    untouched "$runtime: killed at $point: the caller's config.json is whole" crash
    # runc keeps "creating" for a moment after its parent's death
    wait_for 5 scrim delete --force crash
    no_shadows "$runtime: killed at $point: delete --force clears"
  done

  bundle long '["/bin/sh", "-c", "echo ready; exec sleep 1000"]'
  local pid
  run_in_background long long
  kill -KILL "$pid"
  { wait "$pid"; } 2>/dev/null
  same "$runtime: killed while it runs: the shadow is still there" 1 "$(shadows config.json | wc -l)"
  wait_for 5 scrim delete --force long
  no_shadows "$runtime: killed while it runs: delete --force clears"
}

for runtime in runc crun; do
  if ! command -v $runtime >/dev/null; then skip "delegate_cli $runtime" "not installed" && continue; fi
  settings=$work/plain.json
  profiles
  command_lines
  lifecycle
  failures_of_create
  signals
  crashes
done

runtime=$SCRIM settings=$work/plain.json
matches "scrim does not delegate to itself" "scrim itself" "$(scrim list 2>&1)"
runtime=no-such-runtime
matches "a delegate that does not exist is an error" "no-such-runtime" "$(scrim list 2>&1)"
finish
