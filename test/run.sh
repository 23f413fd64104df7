#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is needed, builds, and runs everything: format, unit tests (under the address and undefined-behaviour
# sanitizers), clang-tidy, and every script in test/integration, test/conformance and test/engines. Prints
# "ok NAME", "FAIL NAME: why" and "skip NAME: why", and as its last line "N passed, N failed, N skipped". Status 1 if
# any failed.
#
#   test/run.sh            everything
#   test/run.sh --quick    without clang-tidy and sanitizers (the unit tests run without them)
#   test/run.sh SCRIPT...  builds, and runs these scripts only
set -u -o pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "$0: needs root: it installs packages, starts containers and engines" >&2; exit 1; }
quick=
scripts=()
for argument in "$@"; do
  case $argument in
    --quick) quick=1 ;;
    -*) echo "usage: $0 [--quick] [SCRIPT...]" >&2 && exit 2 ;;
    *) scripts+=("$(realpath "$argument")") ;;
  esac
done
cd "$repository" || exit 1
exec </dev/null

logs=$repository/build/test
mkdir -p "$logs"
jobs=$(nproc)
passed=0 failed=0 skipped=0
begun=$SECONDS

result() {
  case $1 in
    "ok "*) passed=$((passed + 1)) ;;
    "FAIL "*) failed=$((failed + 1)) ;;
    "skip "*) skipped=$((skipped + 1)) ;;
    *) return 0 ;;
  esac
  echo "$1"
}
finish() {
  echo "($((SECONDS - begun)) s; logs in $logs)"
  echo "$passed passed, $failed failed, $skipped skipped"
  exit $((failed > 0))
}
heading() { echo "== $1 ($((SECONDS - begun)) s)"; }

# step NAME COMMAND...: one test; its output goes to a log, the end of which is shown if it fails.
step() {
  local name=$1 log=$logs/${1//[ \/]/-}.log
  shift
  if "$@" >"$log" 2>&1; then
    result "ok $name"
  else
    tail -n 30 "$log" | sed 's/^/  | /'
    result "FAIL $name: see $log"
    return 1
  fi
}

build() { cmake --preset "$1" && cmake --build "build/$1" -j "$jobs" ${2:+--target "$2"}; }

# sources FOLDER PATTERN: as git would list them, in a clone of anybody's.
sources() { find "$1" -path ./build -prune -o -type f -name "$2" -print; }

format() { { sources . '*.cc' && sources . '*.h' && sources . '*.c'; } | xargs clang-format --dry-run -Werror; }

# unit NAME PROGRAM: every test case counts as one.
unit() {
  local name=$1 log=$logs/${1// /-}.log status summary cases bad
  timeout --kill-after=10 600 "$2" --durations no >"$log" 2>&1
  status=$?
  summary=$(grep -aE '^(All tests passed|test cases:)' "$log" | tail -n 1)
  case $summary in
    "All tests passed"*)
      cases=$(sed -E 's/.* in ([0-9]+) test cases?.*/\1/' <<<"$summary") bad=0
      ;;
    "test cases:"*)
      cases=$(sed -E 's/^test cases: *([0-9]+).*/\1/' <<<"$summary")
      bad=$(grep -oE '[0-9]+ failed' <<<"$summary" | cut -d' ' -f1)
      ;;
    *)
      cases=0 bad=1
      ;;
  esac
  : "${bad:=0}"
  [ $status -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  passed=$((passed + (cases > bad ? cases - bad : 0))) failed=$((failed + bad))
  if [ "$bad" -eq 0 ]; then
    echo "ok $name: $cases test cases"
  else
    tail -n 60 "$log" | sed 's/^/  | /'
    echo "FAIL $name: status $status, ${summary:-it did not come to its end}; see $log"
  fi
}

# script FILE: its lines count. It has ten minutes.
script() {
  local name log status line before=$((passed + failed + skipped)) failed_before=$failed
  name=${1#"$repository"/test/}
  log=$logs/${name//\//-}.log
  heading "$name"
  timeout --kill-after=20 600 bash "$1" >"$log" 2>&1
  status=$?
  while IFS= read -r line; do result "$line"; done <"$log"
  if [ $status -eq 124 ] || [ $status -eq 137 ]; then
    result "FAIL $name: not done after ten minutes; see $log"
  elif [ $status -ne 0 ] && [ $failed -eq $failed_before ]; then
    tail -n 10 "$log" | sed 's/^/  | /'
    result "FAIL $name: status $status; see $log"
  elif [ $before -eq $((passed + failed + skipped)) ]; then
    result "FAIL $name: it said nothing"
  fi
}

# What a test could leave: mounts, processes of the programs built here, directories.
traces() {
  local process program
  cut -d' ' -f2 /proc/self/mounts
  for process in /proc/[0-9]*; do
    program=$(readlink "$process/exe" 2>/dev/null) && [[ $program == "$repository"/* ]] && echo "process ${process#/proc/} $program"
  done
  find /tmp /run/scrim /run/user/0/scrim -mindepth 1 -maxdepth 2 -name '*scrim*' 2>/dev/null
}

heading "install"
step "install" packaging/install-deps.sh --test || finish
heading "build"
step "build release" build release || finish
# What the unit tests and the tests' own programs are built as.
checked=asan
if [ -n "$quick" ] || [ ${#scripts[@]} -gt 0 ]; then checked=debug; fi
if [ ${#scripts[@]} -eq 0 ]; then
  step "build $checked" build $checked unit_tests || finish
  step "format" format
  heading "unit tests"
  UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS="suppressions=$repository/test/unit/lsan.supp:print_suppressions=0" \
    unit "unit tests ($checked)" build/$checked/test/unit/unit_tests
  if [ -z "$quick" ]; then
    heading "clang-tidy"
    step "clang-tidy" test/tidy.sh build/$checked
  fi
  for file in test/integration/*.sh test/conformance/*.sh test/engines/*.sh; do
    [ "${file##*/}" = lib.sh ] || scripts+=("$repository/$file")
  done
fi

if [[ " ${scripts[*]} " == *defaults_debian* ]]; then
  step "build dump_default" build $checked dump_default || finish
  export DUMP_DEFAULT=$repository/build/$checked/test/engines/dump_default
fi

traces | sort >"$logs/before"
for file in "${scripts[@]}"; do script "$file"; done
heading "what is left"
traces | sort >"$logs/after"
left=$(comm -13 "$logs/before" "$logs/after" | tr '\n' ' ')
if [ -z "$left" ]; then result "ok nothing is left behind"; else result "FAIL nothing is left behind: $left"; fi
finish
