#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# state.json as an older scrim wrote it, cut short, with members missing or of another kind, or no JSON at all: the
# others are listed, what cannot be handled safely is refused, and delete --force is rid of it.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

for id in good bad; do script='exec sleep 1000' bundle $id; done
scrim run -d -b "$work/good" good </dev/null >/dev/null 2>&1
state=$work/state/bad/state.json

# damaged COMMAND...: a running container `bad`, its state changed by the command from standard input to output.
damaged() {
  scrim run -d -b "$work/bad" bad </dev/null >/dev/null 2>&1 || fail "run for $*" "status $?"
  process=$(jq .pid "$state")
  cp "$state" "$work/whole.json"
  "$@" <"$work/whole.json" >"$work/damaged.json"
  cp "$work/damaged.json" "$state"
}
process_is_gone() { [ ! -e "/proc/$process" ] || [ "$(cut -d' ' -f3 "/proc/$process/stat")" = Z ]; }
gone() {
  wait_for 3 process_is_gone && [ ! -e "$work/state/bad" ] && [ -z "$(our_cgroups | grep '/bad$')" ]
}

# --- what an older scrim may not have written
older='{id, pid, startTime, cgroup, filterFlags, bundle}'
damaged jq "$older"
same "from an older scrim: running" running "$(scrim state bad | jq -r .status)"
same "from an older scrim: list" $'bad\ngood' "$(scrim list -q 2>&1)"
matches "from an older scrim: exec says what it lacks" "no process: one is needed \(--process\)" "$(scrim exec bad true 2>&1 </dev/null)"
jq '.process | .args = ["echo", "joined"]' "$work/bad/config.json" >"$work/process.json"
same "from an older scrim: exec --process" joined "$(scrim exec --process "$work/process.json" bad 2>&1 </dev/null)"
scrim kill bad KILL
wait_for 3 is_status stopped bad
same "from an older scrim: kill and delete" "0" "$(scrim delete bad 2>&1; echo $?)"
gone && ok "from an older scrim: all of it is gone" || fail "from an older scrim: all of it is gone" "$(our_cgroups)"

# --- exec without the filter that the container has would be a way around it
damaged jq 'del(.filterFlags)'
matches "without filterFlags nothing is exec'd" 'damaged: no usable "filterFlags"' "$(scrim exec bad true 2>&1 </dev/null)"
scrim delete --force bad 2>/dev/null
gone && ok "and it can be deleted" || fail "and it can be deleted" "$(our_cgroups)"

# --- damage. Where pid and cgroups can be read, all of it goes.
for change in 'del(.id)' 'del(.filterFlags)' '.hooks = {"poststop": 5}' '.annotations = 7' '.created = []' '.process = "x"' \
  '.owner = -1' '.personality = "x"' '.profileBecause = [1]' '.bundle = null | .rootfs = 1'; do
  damaged jq "$change"
  listed=$(scrim list -q 2>"$work/err")
  same "damaged by $change: list" "0 good" "$? $(grep -x good <<<"$listed")"
  said=$(scrim delete --force bad 2>&1)
  same "damaged by $change: delete --force" 0 $?
  gone || fail "damaged by $change: all of it is gone" "$said $(our_cgroups)"
done

# --- where not, what is known goes, and the rest is no secret
for change in 'del(.pid)' '.startTime = "x"' 'del(.cgroup)' '.cgroup[0].path = 5' '.cgroup |= map(.path = .mountPoint)' '.pid = -1' \
  '.pid = 99999999999' '[]' '"text"' 'null'; do
  damaged jq "$change"
  matches "damaged by $change: state is refused" "bad/state.json: damaged" "$(scrim state bad 2>&1)"
  said=$(scrim delete bad 2>&1)
  matches "damaged by $change: delete says how" "delete --force removes" "$said"
  said=$(scrim delete --force bad 2>&1)
  same "damaged by $change: delete --force" "0 no" "$? $([ -e "$work/state/bad" ] && echo there || echo no)"
  matches "damaged by $change: and says what it knew" "removed is what is known of container bad" "$said"
  kill -KILL "$process" 2>/dev/null
  wait_for 3 process_is_gone
  for directory in $(our_cgroups | grep '/bad$'); do rmdir "$directory"; done
done
same "the host lives: nothing above the container's cgroup was killed" running "$(scrim state good | jq -r .status)"

cut_short() { head -c 400; }
garbage() { head -c 3000 /dev/urandom; }
for damage in cut_short garbage true; do
  damaged "$damage"
  listed=$(scrim list -q 2>"$work/err")
  same "$damage: the others are listed" "0 good" "$? $listed"
  matches "$damage: and it is named" "bad" "$(cat "$work/err")"
  for command in "state" "start" "kill" "exec" "delete"; do
    scrim $command bad true >"$work/out" 2>&1 </dev/null && fail "$damage: $command" "it succeeds"
  done
  scrim delete --force bad 2>/dev/null
  same "$damage: delete --force" "0 no" "$? $([ -e "$work/state/bad" ] && echo there || echo no)"
  kill -KILL "$process" 2>/dev/null
  wait_for 3 process_is_gone
  for directory in $(our_cgroups | grep '/bad$'); do rmdir "$directory"; done
done

# --- state.json that is no file
for kind in "mkfifo" "mkdir" "ln -s /etc/passwd"; do
  mkdir "$work/state/bad"
  $kind "$state"
  scrim list -q >"$work/out" 2>/dev/null
  same "state.json made by $kind: list" "0 good" "$? $(cat "$work/out")"
  said=$(scrim delete --force bad 2>&1)
  [ -e "$work/state/bad" ] && [ "$kind" != mkdir ] && fail "state.json made by $kind: delete --force" "$said"
  rm -rf "$work/state/bad"
done

scrim delete --force good
nothing_left "damaged states"
finish
