#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two hundred containers at once: all of them run, and all of them vanish.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

count=200
script='exec sleep 1000' bundle many
for i in $(seq $count); do
  mkdir "$work/many$i"
  sed "s#/$tag/many\"#/$tag/many$i\"#" "$work/many/config.json" >"$work/many$i/config.json"
done
same "each has a cgroup of its own" 1 "$(grep -c "/$tag/many$count\"" "$work/many$count/config.json")"

# together COMMAND: sh, with the number as $1, for all of them at once; prints how many succeeded
together() {
  local i pids=() good=0
  for i in $(seq $count); do
    { timeout -k 1 60 bash -c "$1" sh "$i" </dev/null >"$work/many$i/out" 2>&1; } &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" && good=$((good + 1)); done
  echo $good
}
# shellcheck disable=SC2016 # for the shells that `together` starts
export program="$SCRIM --root $work/state --config $work/settings.json" work

same "created at once" $count "$(together '$program create -b $work/many$1 many$1')"
same "all are there" "$count created" "$(scrim list -f json | jq -r '.[].status' | sort | uniq -c | xargs)"
same "started at once" $count "$(together '$program start many$1')"
same "all run" "$count running" "$(scrim list -f json | jq -r '.[].status' | sort | uniq -c | xargs)"
same "each has one process, which is there" $count "$(scrim list -f json | jq '.[].pid' | sort -u | while read -r pid; do cat "/proc/$pid/comm"; done | grep -c sleep)"
same "deleted at once" $count "$(together '$program delete --force many$1')"
nothing_left "two hundred containers"

sed -i 's/"exec sleep 1000"/"echo up; exit 3"/' "$work"/many*/config.json
same "run at once: each ends with its own status" $count "$(together '$program run -b $work/many$1 many$1; [ $? = 3 ]')"
same "and has said its word" "$count up" "$(cat "$work"/many*/out | sort | uniq -c | xargs)"
nothing_left "two hundred runs"
finish
