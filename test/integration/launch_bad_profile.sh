#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Profiles that cannot be meant, through the whole program: one line that says where and what, an exit status, no
# process, and no waiting. The same of launch --profile FILE and of run with linux.seccomp.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq timeout mkfifo
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
mkdir "$work/p"

# --- rules that libseccomp never finishes (ordered comparisons of 64-bit values on one argument); told at the end)
hangs='{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
  {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "args": [
    {"index": 0, "value": 4294967296, "op": "SCMP_CMP_GT"}, {"index": 1, "value": 2, "op": "SCMP_CMP_GE"}]},
  {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "args": [
    {"index": 0, "value": 4294967296, "op": "SCMP_CMP_GT"}, {"index": 1, "value": 4294967296, "op": "SCMP_CMP_LT"}]}]}'
echo "$hangs" >"$work/hangs.json"
timeout --kill-after=1 30 "$SCRIM" --compiler libseccomp --config "$work/settings.json" launch --profile "$work/hangs.json" -- "$probe" \
  >"$work/launch.out" 2>&1 </dev/null &
launch=$!
bundle hangs ".linux.seccomp = $hangs"
timeout --kill-after=1 30 "$SCRIM" --compiler libseccomp --root "$work/state.hangs" --config "$work/settings.json" run --bundle "$work/hangs" hangs \
  >"$work/run.out" 2>&1 </dev/null &
run=$!


# ends NAME STATUS PATTERN COMMAND...: within the time (124: it hung), with one line that matches and no other output.
ends() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  timeout --kill-after=1 30 "$@" >"$work/out" 2>"$work/error" </dev/null
  got=$?
  same "$name: exit status, one line, no output" "$status 1 0" "$got $(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$name: message" "$pattern" "$(head -c 4000 "$work/error")"
}
launch_ends() { ends "launch, $1" 125 "$2" "$SCRIM" --config "$work/settings.json" launch --profile "$3" -- "$probe" status; }

# bad NAME LINE:COLUMN PATTERN TEXT: as a file for launch, and as it stands in a config.json for run.
number=0
bad() {
  local name=$1 position=$2 pattern=$3 text=$4 file
  file=$work/p/$((++number)).json
  printf '%s\n' "$text" >"$file"
  launch_ends "$name" "^scrim: $file:$position: $pattern" "$file"
  mkdir -p "$work/b$number"
  printf '{"ociVersion": "1.0.2", "root": {"path": "%s"}, "process": {"args": ["/probe", "status"], "cwd": "/"},\n"linux": {"namespaces": [{"type": "mount"}], "seccomp":\n%s\n}}\n' \
    "$work/rootfs" "$text" >"$work/b$number/config.json"
  # Two lines stand before it there.
  ends "run, $name" 1 "^scrim: $work/b$number/config.json:$((${position%%:*} + 2)):${position#*:}: $pattern" \
    "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/b$number" bad
}

rule() { printf '{"defaultAction": "SCMP_ACT_ALLOW",\n "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"%s}]}' "$1"; }
bad "broken JSON" 2:1 "not JSON" '{"defaultAction": "SCMP_ACT_ALLOW",
]}'
bad "a default action of the wrong type" 1:19 '"?defaultAction"? must be a string' '{"defaultAction": 7}'
bad "an unknown action" 1:19 '.*"SCMP_ACT_DENY".*SCMP_ACT_ERRNO' '{"defaultAction": "SCMP_ACT_DENY"}'
bad "no default action" 1:1 '.*defaultAction' '{"syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}'
bad "syscalls that are no list" 2:14 '"?syscalls"? must be an array' '{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": {"names": ["mkdir"]}}'
bad "a name that is no string" 1:66 '.*must be a string' '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["a", 5], "action": "SCMP_ACT_ERRNO"}]}'
bad "a rule without an action" 2:15 '.*action' '{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["mkdir"]}]}'
bad "an unknown architecture" 1:55 '.*"SCMP_ARCH_X86_65".*SCMP_ARCH_X86_64' '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_65"]}'
bad "an unknown flag" 1:47 '.*"SECCOMP_FILTER_FLAG_LGO".*SECCOMP_FILTER_FLAG_LOG' '{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LGO"]}'
bad "argument index 6" 2:83 '.*6.*0 to 5' "$(rule ', "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]')"
bad "a negative index" 2:83 '"index" must be a whole number' "$(rule ', "args": [{"index": -1, "value": 1, "op": "SCMP_CMP_EQ"}]')"
bad "an unknown operator" 2:104 '.*"SCMP_CMP_ISH".*SCMP_CMP_EQ' "$(rule ', "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_ISH"}]')"
bad "a value beyond 64 bits" 2:95 '"value" must be a whole number' "$(rule ', "args": [{"index": 0, "value": 18446744073709551616, "op": "SCMP_CMP_EQ"}]')"
bad "an errno for an action that takes none" 2:76 'SCMP_ACT_ALLOW takes no errno' '{"defaultAction": "SCMP_ACT_ERRNO",
 "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]}'
bad "an errno that is too high" 2:76 '.*0 to 4095, not 70000' "$(rule ', "errnoRet": 70000')"
deep=$(printf '[%.0s' {1..5000})
bad "nesting without end" '1:[0-9]+' '.*(deep|nest)' "{\"defaultAction\": $deep"

# --- what is no profile's text at all
launch_ends "a file that is missing" "$work/none.json: No such file" "$work/none.json"
launch_ends "a directory" "$work/p: Is a directory" "$work/p"
mkfifo "$work/fifo.json"
launch_ends "a FIFO" "fifo.json: not a regular file" "$work/fifo.json"
launch_ends "/dev/zero" "/dev/zero: not a regular file" /dev/zero
: >"$work/empty.json"
launch_ends "an empty file" "empty.json:1:1: not JSON" "$work/empty.json"
echo '[]' >"$work/list.json"
launch_ends "a list" "list.json:1:1: a profile must be an object, not an array" "$work/list.json"
truncate -s 100M "$work/large.json"
launch_ends "100 MB" "large.json: 104857600 bytes, more than the 16777216" "$work/large.json"
head -c 16000000 /dev/zero | tr '\0' '[' >"$work/brackets.json"
launch_ends "16 MB of brackets" "brackets.json:1:[0-9]+: .*(deep|nest)" "$work/brackets.json"
mkdir "$work/odd"
ln -s "$work/fifo.json" "$work/odd/config.json"
ends "run, config.json is a FIFO" 1 "not a regular file" "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/odd" bad
ln -sf "$work/large.json" "$work/odd/config.json"
ends "run, config.json of 100 MB" 1 "104857600 bytes" "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/odd" bad
same "nothing is left of all this" "" "$(ls -A "$work/state" 2>/dev/null)"

# --- whoever starts it gets the signal, not a compilation that goes on
"$SCRIM" --compiler libseccomp --config "$work/settings.json" launch --profile "$work/hangs.json" -- "$probe" 2>/dev/null &
launched=$!
compiles() { children=$(cat "/proc/$launched/task/$launched/children") && [ -n "$children" ]; }
wait_for 5 compiles
kill -KILL $launched
wait $launched 2>/dev/null
gone() { for child in $children; do [ ! -e "/proc/$child" ] || return 1; done; }
if wait_for 5 gone; then ok "the compilation ends with the command"; else fail "the compilation ends with the command" "$children"; fi
wait $launch
same "launch, rules that libseccomp hangs on: exit status, one line" "125 1" "$? $(wc -l <"$work/launch.out")"
matches "launch, rules that libseccomp hangs on: message" "hangs.json: .*CPU time" "$(cat "$work/launch.out")"
wait $run
same "run, rules that libseccomp hangs on: exit status, one line" "1 1" "$? $(wc -l <"$work/run.out")"
matches "run, rules that libseccomp hangs on: message" "config.json: .*CPU time" "$(cat "$work/run.out")"
"$SCRIM" --config "$work/settings.json" launch --profile "$work/hangs.json" -- "$probe" status >/dev/null 2>&1
same "our own compiler does not hang on them" 0 $?
same "nothing is left of the container either" "" "$(ls -A "$work/state.hangs" 2>/dev/null)"
finish
