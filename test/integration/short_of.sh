#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No room, no descriptors, no processes, no permission to write, and a signal in the middle: a command fails with one
# line and leaves nothing, and works when there is enough again.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

script='exec sleep 1000' bundle k 'del(.process.rlimits)'
settings=(--config "$work/settings.json")
# one_line NAME PATTERN: of $said and $got
one_line() {
  matches "$1" "$2" "$said"
  same "$1: status 1, one line" "1 1" "$got $(grep -c '^scrim: ' <<<"$said")"
}
# said COMMAND...: its words and status. Not $(…): a container that came to be would hold the pipe open.
said() {
  timeout -k 1 20 "$@" </dev/null >"$work/said" 2>&1
  got=$?
  said=$(cat "$work/said")
}

# --- a full disk: state
mkdir "$work/small"
mount -t tmpfs -o size=64k small "$work/small"
mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)
for pages in $(seq 0 16); do
  rm -f "$work/small/fill"
  head -c $((pages * 4096)) /dev/zero >"$work/small/fill" 2>/dev/null
  said "$SCRIM" --root "$work/small" "${settings[@]}" create -b "$work/k" --pid-file "$work/small/pid" k
  if [ $got = 0 ]; then
    timeout 20 "$SCRIM" --root "$work/small" delete --force k || fail "delete on an almost full disk" "status $?"
    rm -f "$work/small/pid"
  elif [ -z "${full:-}" ]; then
    full=1
    one_line "create on a full disk" "No space left on device"
  fi
  left=$(find "$work/small" -mindepth 1 ! -name fill; our_processes; our_cgroups)
  [ -z "$left" ] || fail "create with all but $((64 - 4 * pages)) kB: nothing is left" "$left"
done
same "a full disk was met" 1 "${full:-0}"
# A container that is there can be killed and deleted though its disk is full.
rm -f "$work/small/fill"
timeout 20 "$SCRIM" --root "$work/small" "${settings[@]}" run -d -b "$work/k" k </dev/null >/dev/null 2>&1
head -c 100000 /dev/zero >"$work/small/fill" 2>/dev/null
said=$(timeout 20 "$SCRIM" --root "$work/small" "${settings[@]}" update --pids-limit 77 k 2>&1)
got=$?
one_line "update on a full disk" "No space left on device"
said=$(timeout 20 "$SCRIM" --root "$work/small" "${settings[@]}" delete --force k 2>&1)
same "delete --force on a full disk" "0 " "$? $said"
umount "$work/small"
mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)

# --- a state root that cannot be written to
mkdir "$work/readonly"
mount -t tmpfs -o ro readonly "$work/readonly"
for root in "$work/readonly" "$work/readonly/below"; do
  said "$SCRIM" --root "$root" "${settings[@]}" create -b "$work/k" k
  one_line "a read-only root: create" "Read-only file system"
done
same "a read-only root: list" "0 " "$? $(timeout 20 "$SCRIM" --root "$work/readonly" list -q 2>&1)"
said=$(timeout 20 "$SCRIM" --root "$work/readonly" delete --force k 2>&1)
same "a read-only root: delete --force of what is not there" "0 " "$? $said"
umount "$work/readonly"
: >"$work/file"
for command in "create -b $work/k k" "state k" "list"; do
  # shellcheck disable=SC2086 # words
  said "$SCRIM" --root "$work/file" "${settings[@]}" $command
  one_line "a root that is a file: ${command%% *}" "$work/file.*(Not a directory|File exists)|Not a directory"
done
nothing_left "no room"

# --- descriptors
lowest=
for limit in 3 4 5 6 7 8 10 12 16 20 24 32; do
  said sh -c 'ulimit -n "$1" && shift && exec "$@"' sh $limit "$SCRIM" --root "$work/state" "${settings[@]}" run -d -b "$work/k" k
  if [ $got = 0 ]; then
    [ -n "$lowest" ] || lowest=$limit
    scrim delete --force k || fail "ulimit -n $limit: delete" "status $?"
  else
    # The dynamic linker needs some, too, before there is a scrim that could say a word.
    [ $got = 127 ] || { [ $got = 1 ] && matches "ulimit -n $limit" "^scrim: .*Too many open files" "$said"; } || fail "ulimit -n $limit" "status $got: $said"
  fi
  left=$(ls -A "$work/state"; our_processes; our_cgroups)
  [ -z "$left" ] || fail "ulimit -n $limit: nothing is left" "$left"
done
echo "   a container starts with $lowest descriptors"
same "a container starts with 32 descriptors" 0 $got

# --- processes
pids=$(grep -E ' - cgroup .*pids' /proc/self/mountinfo | cut -d' ' -f5 | head -1)
if [ -n "$pids" ] && mkdir "$pids/$tag-few"; then
  few() { # N COMMAND...: in a cgroup with room for N processes
    echo "$1" >"$pids/$tag-few/pids.max"
    shift
    said sh -c 'echo 0 >"$1" && shift && exec "$@"' sh "$pids/$tag-few/cgroup.procs" "$SCRIM" --root "$work/state" "${settings[@]}" "$@"
  }
  for n in 1 2 3; do
    few $n run -d -b "$work/k" k
    [ $got != 0 ] || { scrim delete --force k; continue; }
    one_line "room for $n processes" "Resource temporarily unavailable"
    left=$(ls -A "$work/state"; our_processes; our_cgroups)
    [ -z "$left" ] || fail "room for $n processes: nothing is left" "$left"
  done
  scrim run -d -b "$work/k" k </dev/null >/dev/null 2>&1
  few 1 exec k true
  matches "exec with room for one process" "^scrim: .*Resource temporarily unavailable" "$said"
  few 1 delete --force k
  same "delete --force needs no process" "0 " "$got $said"
  rmdir "$pids/$tag-few"
else
  skip "room for few processes" "no pids controller of cgroup v1 here"
fi
# The container's own limit: its program cannot fork, but it starts.
same "a container with pids.limit 1" alone "$(inside pids 'exec echo alone' '.linux.resources.pids = {limit: 1}')"
nothing_left "no descriptors, no processes"

# --- signals in the middle: in a hook, which is where it may take long
script='exec sleep 1000' bundle slow '.hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "echo $$ >\($work)/hook; exec sleep 1000"]}]}'
hook_runs() { [ -s "$work/hook" ] && grep -qz 1000 "/proc/$(cat "$work/hook")/cmdline" 2>/dev/null; }
for command in "create" "run -d" "run"; do
  for signal in TERM INT HUP; do
    rm -f "$work/hook"
    # shellcheck disable=SC2086 # words; bash has a background process ignore SIGINT, which env takes back
    env --default-signal=INT "$SCRIM" --root "$work/state" "${settings[@]}" $command -b "$work/slow" slow </dev/null >"$work/out" 2>&1 &
    pid=$!
    started+=("$pid")
    wait_for 5 hook_runs || fail "$command: the hook runs" "$(cat "$work/out")"
    kill -$signal "$pid"
    ended
    got=$?
    matches "$command, $signal in a hook: says so" "^scrim: interrupted by signal $(kill -l $signal) " "$(cat "$work/out")"
    same "$command, $signal in a hook: status" 1 $got
    left=$(ls -A "$work/state"; our_processes; our_cgroups)
    same "$command, $signal in a hook: all is taken back" "" "$left"
    same "$command, $signal in a hook: the hook is ended" "" "$(kill -KILL "$(cat "$work/hook")" 2>/dev/null && echo it lived)"
    scrim delete --force slow 2>/dev/null
  done
done
# And in the new process: a createContainer hook is its child.
script='exec sleep 1000' bundle slow '.hooks = {createContainer: [{path: "/bin/sh", args: ["sh", "-c", "echo $$ >\($work)/hook; exec sleep 1000"]}]}'
rm -f "$work/hook"
background "$work/out" create -b "$work/slow" slow
wait_for 5 test -s "$work/hook"
kill -TERM "$pid"
ended
same "create, TERM in a hook in the container" "1 scrim: interrupted by signal 15 (Terminated)" "$? $(cat "$work/out")"
nothing_left "signals"

finish
