#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 between two system calls, at each of them or every few, of create, run, start, exec and delete, and of each
# process that they make: `state` tells the truth, `delete --force` succeeds, nothing is left, and the same id can be
# created again (the next point does). How many points there were is printed.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v cc >/dev/null; then skip kill_points "no cc here" && exit 0; fi
cc -O1 -o "$work/kill_at" "$(dirname "$0")/programs/kill_at.c" || { fail "compile kill_at.c" "cc said so" && exit 1; }
options=(--root "$work/state" --config "$work/settings.json")
report=$work/report
mkdir "$work/pids"

# scrim as a whole process, without lib.sh's timeout for speed: what hangs is found by kill_at's.
plain() { "$SCRIM" "${options[@]}" "$@" </dev/null; }
lives() { local line; read -r line 2>/dev/null <"/proc/$1/stat" && [[ ${line##*) } != [ZX]* ]]; }
none_lives() { local pid; for pid in "$@"; do ! lives "$pid" || return 1; done; }
soon() { # COMMAND...: within 3 s
  local tries
  for tries in {1..300}; do "$@" && return 0; sleep 0.01; done
  return 1
}
problem() { problems+="$what at call $n (of number ${at##* }): $1; "; }

# at WHO FIRST N COMMAND...: sets $calls, $at ("killed PID before NUMBER" or "ended STATUS"), $made, $got
at() {
  rm -f "$report"
  { timeout -k 1 20 "$work/kill_at" "$report" "$1" "$2" "$3" "$SCRIM" "${options[@]}" "${@:4}" </dev/null >"$work/out" 2>&1; } 2>/dev/null
  got=$?
  { read -r calls && read -r at && read -r -a made; } <"$report" || { calls=0 at=hung made=() && problem "hangs"; }
}

says_stopped() { [[ $(plain state k 2>&1) == *'"status": "stopped"'* ]]; }
# What is said of it: nothing, or what is true.
check_state() {
  local said status pid
  if ! said=$(plain state k 2>&1); then
    [[ $said == *"does not exist"* ]] || problem "state: $said"
    [ ! -e "$work/state/k" ] || problem "state: $said, and it is there"
    return
  fi
  [[ $said =~ \"status\":\ \"([a-z]*)\" ]] && status=${BASH_REMATCH[1]}
  [[ $said =~ \"pid\":\ ([0-9]*) ]] && pid=${BASH_REMATCH[1]}
  case $status in
    # What is about to die may do so between two looks.
    created | running) lives "$pid" || soon says_stopped || problem "state: $status with a pid $pid that is not" ;;
    stopped) soon none_lives "${made[@]}" || problem "state: stopped, and of ${made[*]} somebody lives" ;;
    # A new process that was not yet run has the lock, until it sees that nobody waits for it.
    creating) soon says_stopped || problem "state: creating, and nobody is at it" ;;
    *) problem "state: $status" ;;
  esac
}

# Where its cgroups are, from one that runs; and that they are gone.
mapfile -t cgroups < <(find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs -printf '%h\n' | sort -u)
check_nothing_left() {
  local left=() directory
  soon none_lives "${made[@]}" || problem "of ${made[*]} somebody lives"
  for directory in "${cgroups[@]}"; do [ ! -e "$directory/$tag/k" ] || left+=("$directory/$tag/k"); done
  left+=("$work"/state/* "$work"/state/.[!.]* "$work"/pids/.[!.]*)
  [ ${#left[@]} = 0 ] || problem "left: ${left[*]}"
  rm -f "$work"/pids/.[!.]* "$work/pids/pid"
  [ "$(</proc/self/mountinfo)" = "$mounted" ] || problem "mounts"
}
shopt -s nullglob

# points WHAT STRIDE WHO FIRST BEFORE AFTER COMMAND...: kills at every STRIDE-th call (SCRIM_TEST_KILL_EVERY: of those). BEFORE makes what the command
# needs, AFTER looks, and takes it away.
points() {
  local what=$1 stride=$(($2 * ${SCRIM_TEST_KILL_EVERY:-1})) who=$3 first=$4 before=$5 after=$6 n=0 total calls at made got problems='' covered=0
  shift 6
  mounted=$(</proc/self/mountinfo)
  $before
  at "$who" "$first" 0 "$@"
  total=$calls
  [ "$got" = 0 ] || problem "not killed, it fails: $(cat "$work/out")"
  $after
  for ((n = 1; n <= total && ${#problems} < 2000; n += stride)); do
    $before
    at "$who" "$first" "$n" "$@"
    [[ $at != killed* ]] || covered=$((covered + 1))
    $after
  done
  same "$what is killed" "" "$problems"
  [ "$covered" -gt $((total / stride * 8 / 10)) ] || fail "$what: most points are reached" "$covered of $((total / stride))"
  echo "   $what: $covered points of $total calls"
}

nothing() { :; }
force_away() {
  local said
  said=$(timeout -k 1 15 "$SCRIM" "${options[@]}" delete --force k 2>&1) || problem "delete --force: $said"
  [ -z "$said" ] || problem "delete --force says: $said"
  check_nothing_left
}
look_and_force_away() {
  check_state
  force_away
}
# Its process was killed: create reports a failure, and has taken everything back; or it was made before that.
after_new_process() {
  if [ "$got" != 0 ]; then
    grep -q ^scrim: "$work/out" || problem "status $got without a word"
    check_nothing_left
  fi
  look_and_force_away
}

script='exec sleep 1000' bundle k '.hooks = {createRuntime: [{path: "/bin/true"}], poststart: [{path: "/bin/true"}]}'
make_created() { plain create -b "$work/k" k >/dev/null 2>"$work/err" || problem "create again: $(cat "$work/err")"; }
make_running() { plain run -d -b "$work/k" k >/dev/null 2>"$work/err" || problem "run again: $(cat "$work/err")"; }
# Made by what came before, too.
made_too() {
  local pid
  read -r pid < <(plain state k 2>/dev/null | grep -o '"pid": [0-9]*' | grep -o '[0-9]*') && first_process=$pid
}
created() { make_created && made_too; }
running() { make_running && made_too; }
look_at_first_and_force_away() {
  made+=("$first_process")
  look_and_force_away
}

# The first one makes the cgroup above, too: it would not be like the others.
what='the first' n=0 at='' problems=''
make_created
plain delete k
same "one as they all are" "" "$problems"

points create 1 command mkdirat nothing look_and_force_away create --pid-file "$work/pids/pid" -b "$work/k" k
points "a new process of create" 3 others mkdirat nothing after_new_process create --pid-file "$work/pids/pid" -b "$work/k" k
script='exec true' bundle quick '.linux.cgroupsPath = "/\($tag)/k"'
points run 2 command mkdirat nothing look_and_force_away run -b "$work/quick" k
points start 1 command flock created look_at_first_and_force_away start k
points "delete --force" 1 command flock running look_at_first_and_force_away delete --force k
points delete 1 command flock created look_at_first_and_force_away delete k

# exec: nothing of the container is touched.
only_the_first() {
  local all
  soon none_lives "${made[@]}" || problem "of ${made[*]} somebody lives"
  all=$(plain ps -f json k 2>&1)
  [ "$all" = "[$first_process]" ] || problem "in the container: $all, not $first_process"
  [[ $(plain state k 2>&1) == *'"status": "running"'* ]] || problem "state: $(plain state k 2>&1)"
  for all in "$work"/pids/.[!.]*; do problem "left: $all"; done
  rm -f "$work"/pids/.[!.]*
}
n=0 at='' what=exec problems=''
running
same "a container for exec" "" "$problems"
points exec 1 command memfd_create nothing only_the_first exec --pid-file "$work/pids/pid" k true
points "a new process of exec" 2 others memfd_create nothing only_the_first exec --pid-file "$work/pids/pid" k true
plain delete --force k

nothing_left "kill points"
finish
