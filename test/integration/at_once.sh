#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two commands on one container at once: one after the other, or one clear error; never half of each, nothing left.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

script='exec sleep 1000' bundle k
options=(--root "$work/state" --config "$work/settings.json")
# at_once COMMAND...: each a string of arguments; sets got[i] and the files out0, out1, …
at_once() {
  local i=0 command pids=()
  for command; do
    # shellcheck disable=SC2086 # words
    timeout -k 1 20 "$SCRIM" "${options[@]}" $command </dev/null >"$work/out$i" 2>&1 &
    pids+=($!)
    i=$((i + 1))
  done
  got=()
  for i in "${pids[@]}"; do
    wait "$i"
    got+=($?)
  done
}
# one_word I PATTERN: a success that says nothing, or a failure with one line of this kind
one_word() {
  local said
  said=$(cat "$work/out$1")
  if [ "${got[$1]}" = 0 ]; then
    [ -z "$said" ] || problems+="$round: success says $said; "
  else
    [ "$(wc -l <<<"$said")" = 1 ] && grep -qE "^scrim: .*($2)" <<<"$said" || problems+="$round: status ${got[$1]}: $said; "
  fi
}
successes() { local i n=0; for i in "${got[@]}"; do [ "$i" != 0 ] || n=$((n + 1)); done; echo $n; }
create() { scrim create -b "$work/k" k </dev/null >/dev/null 2>"$work/err" || problems+="$round: create: $(cat "$work/err"); "; }
run() { scrim run -d -b "$work/k" k </dev/null >/dev/null 2>"$work/err" || problems+="$round: run: $(cat "$work/err"); "; }
# The id is free, and nobody is in the cgroups.
clean() {
  [ ! -e "$work/state/k" ] || problems+="$round: the state is there; "
  [ -z "$(our_cgroups)" ] || problems+="$round: $(our_cgroups | xargs); "
}
# tried NAME ROUNDS FUNCTION
tried() {
  problems='' outcomes=()
  for ((round = 1; round <= $2 && ${#problems} < 1000; ++round)); do $3; done
  same "$1" "" "$problems"
  [ ${#outcomes[@]} = 0 ] || echo "   $1: $(printf '%s\n' "${outcomes[@]}" | sort | uniq -c | xargs)"
}

create_create() {
  at_once "create -b $work/k k" "create -b $work/k k" "run -d -b $work/k k" "create -b $work/k k"
  [ "$(successes)" = 1 ] || problems+="$round: ${got[*]}; "
  for i in 0 1 2 3; do one_word $i "exists"; done
  scrim delete --force k
  clean
}
tried "create, create, run and create: one wins" 10 create_create

start_start() {
  create
  at_once "start k" "start k"
  [ "$(successes)" = 1 ] || problems+="$round: ${got[*]}; "
  for i in 0 1; do one_word $i "it is running, not created"; done
  is_status running k || problems+="$round: $(scrim state k 2>&1); "
  scrim delete --force k
  clean
}
tried "start and start: one wins" 10 start_start

start_delete() {
  create
  at_once "start k" "delete k"
  outcomes+=("start:${got[0]},delete:${got[1]}")
  [ "$(successes)" = 1 ] || problems+="$round: ${got[*]} $(cat "$work"/out[01]); "
  one_word 0 "does not exist|was killed"
  one_word 1 "it is running"
  if [ "${got[0]}" = 0 ]; then
    is_status running k || problems+="$round: $(scrim state k 2>&1); "
    scrim delete --force k
  fi
  clean
}
tried "start and delete: one wins" 20 start_delete

start_kill() {
  create
  at_once "start k" "kill k KILL"
  outcomes+=("start:${got[0]},kill:${got[1]}")
  one_word 0 "killed|it is stopped"
  [ "${got[1]}" = 0 ] || problems+="$round: $(cat "$work/out1"); "
  wait_for 3 is_status stopped k || problems+="$round: $(scrim state k 2>&1); "
  scrim delete k || problems+="$round: delete; "
  clean
}
tried "start and kill: the container is stopped" 10 start_kill

delete_delete() {
  run
  scrim kill k KILL
  wait_for 3 is_status stopped k
  at_once "delete k" "delete k" "delete k"
  [ "$(successes)" = 1 ] || problems+="$round: ${got[*]} $(cat "$work"/out[012]); "
  for i in 0 1 2; do one_word $i "does not exist"; done
  clean
}
tried "delete and delete: one wins" 10 delete_delete

# with_delete COMMAND PATTERN: against delete --force, which wins always
with_delete() {
  run
  at_once "$1" "delete --force k"
  outcomes+=("other:${got[0]},delete:${got[1]}")
  [ "${got[1]}" = 0 ] && [ -z "$(cat "$work/out1")" ] || problems+="$round: delete: $(cat "$work/out1"); "
  [ "${got[0]}" = 137 ] || one_word 0 "$2"
  clean
}
gone="does not exist|not running|it is stopped|stopped container"
kill_delete() { with_delete "kill k TERM" "$gone"; }
kill_all_delete() { with_delete "kill --all k KILL" "$gone"; }
exec_delete() { with_delete "exec k true" "$gone|first process has ended|was killed|No such process|container.s cgroup|No such device|created or deleted"; }
exec_detached_delete() { with_delete "exec -d k sleep 1000" "$gone|first process has ended|was killed|No such process|container.s cgroup|No such device|created or deleted"; }
pause_delete() { with_delete "pause k" "$gone"; }
update_delete() { with_delete "update --pids-limit 50 k" "$gone"; }
force_delete() { with_delete "delete --force k" "$gone"; }
tried "kill and delete --force" 10 kill_delete
tried "kill --all and delete --force" 10 kill_all_delete
tried "exec and delete --force" 20 exec_delete
tried "exec --detach and delete --force" 20 exec_detached_delete
tried "pause and delete --force" 20 pause_delete
tried "update and delete --force" 20 update_delete
tried "delete --force and delete --force" 10 force_delete

delete_create() {
  run
  at_once "delete --force k" "create -b $work/k k"
  outcomes+=("delete:${got[0]},create:${got[1]}")
  [ "${got[0]}" = 0 ] || problems+="$round: delete: $(cat "$work/out0"); "
  one_word 1 "exists"
  [ "${got[1]}" != 0 ] || is_status created k || problems+="$round: $(scrim state k 2>&1); "
  scrim delete --force k
  clean
}
tried "delete --force and create: the new one is whole or was refused" 20 delete_create

pause_resume() { at_once "pause k" "resume k" "pause k" "resume k"; for i in 0 1 2 3; do one_word $i "not paused|not running"; done; }
round=0 problems=''
run
tried "pause and resume" 10 pause_resume
scrim resume k 2>/dev/null
is_status running k && ok "it goes on" || fail "it goes on" "$(scrim state k 2>&1)"
looking() { at_once "state k" "list -q" "ps k" "update --pids-limit 60 k" "exec k true"; [ "$(successes)" = 5 ] || problems+="$round: ${got[*]} $(cat "$work"/out[01234]); "; }
tried "who looks is not disturbed" 10 looking
scrim delete --force k

nothing_left "commands at once"
finish
