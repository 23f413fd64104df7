#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# pause and resume: states, messages, and that a paused container can be killed and deleted.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

refused() {
  local said got
  said=$(scrim "${@:3}" 2>&1 </dev/null)
  got=$?
  matches "$1" "$2" "$said"
  same "$1: one line, status 1" "1 1" "$(wc -l <<<"$said") $got"
}
status_of() { scrim state "$1" | jq -r .status; }
count() { wc -l <"$work/out"; }
more_than() { [ "$(count)" -gt "$1" ]; }
begin_counting() {
  script='trap "exit 9" USR1; while :; do echo x; sleep 0.01; done' bundle "$1"
  scrim run -d -b "$work/$1" "$1" >"$work/out" 2>&1 </dev/null
  wait_for 5 more_than 3 || fail "$1 runs" "$(cat "$work/out")"
}

begin_counting pausing
scrim pause pausing
same "pause" 0 $?
before=$(count)
same "state: paused, with its process" "paused $(scrim list -f json | jq '.[0].pid')" "$(scrim state pausing | jq -r '"\(.status) \(.pid)"')"
matches "list: paused" "^pausing +[1-9][0-9]* +paused " "$(scrim list | grep ^pausing)"
refused "a paused one is not paused again" "container not running \(it is paused\)" pause pausing
refused "a paused one is not started" "it is paused" start pausing
refused "a paused one is not deleted" "it is paused" delete pausing
scrim kill pausing USR1
same "a signal to a paused one waits" "0 paused" "$? $(status_of pausing)"
same "nothing ran meanwhile" "$before" "$(count)"
scrim resume pausing
same "resume" 0 $?
wait_for 5 is_status stopped pausing
same "the signal came after resume" stopped "$(status_of pausing)"
refused "a stopped one is not paused" "container not running \(it is stopped\)" pause pausing
refused "a stopped one is not resumed" "container not paused \(it is stopped\)" resume pausing
scrim delete pausing

begin_counting again
scrim pause again
before=$(count)
scrim resume again
same "running again" running "$(status_of again)"
wait_for 5 more_than "$before" && ok "it goes on where it was" || fail "it goes on where it was" "$before lines, then $(count)"
refused "a running one is not resumed" "container not paused \(it is running\)" resume again
scrim pause again
scrim kill again KILL
wait_for 5 is_status stopped again
same "a paused one dies by SIGKILL" stopped "$(status_of again)"
scrim delete again
begin_counting again
scrim pause again
scrim delete --force again
same "a paused one is deleted by force" 0 $?
begin_counting again
scrim pause again
scrim kill --all again KILL
wait_for 5 is_status stopped again
same "kill --all of a paused one" stopped "$(status_of again)"
scrim delete again

# What is to be started can be paused too, and stays created.
bundle created
scrim create -b "$work/created" created >/dev/null 2>&1 </dev/null
scrim pause created
same "a created one is paused" "0 paused" "$? $(status_of created)"
scrim resume created
same "and created again" "0 created" "$? $(status_of created)"
scrim pause created
scrim delete --force created
for command in pause resume; do refused "$command of what is not there" "nosuch does not exist" $command nosuch; done

nothing_left pause
finish
