#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over every source of the programs (not the tests: what Catch2's macros expand to is not ours). Most of its
# time goes into headers, so the files of a folder are checked as one source that includes them; where names of their
# anonymous namespaces collide, in halves. What was checked is not checked again until a source, a header, the checks or
# the flags change.
#
#   test/tidy.sh BUILD_DIRECTORY [FOLDER...]    all folders if none is said
set -u -o pipefail
repository=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "${1:?usage: $0 BUILD_DIRECTORY [FOLDER...]}")
self=$(realpath "$0")
cd "$repository" || exit 1
work=$repository/build/tidy
mkdir -p "$work/done"

# Of gcc's command lines what clang needs: the definitions of all targets, include directories, warnings.
flags=()
while IFS= read -r command; do
  eval "words=($command)"
  for ((i = 0; i < ${#words[@]}; ++i)); do
    case ${words[i]} in
      -isystem) flags+=("-isystem${words[++i]}") ;;
      # Not -Wshadow: what it finds between two files is nothing, and gcc looks at each by itself.
      -Winvalid-pch | -Werror | -Wshadow) ;;
      -D* | -I* | -std=* | -W*) flags+=("${words[i]}") ;;
    esac
  done
done < <(jq -r '.[] | select(.file | test("/(libprofile|launcher|hooks)/")) | .command' "$build/compile_commands.json")
mapfile -t flags < <(printf '%s\n' "${flags[@]}" | sort -u)
everything=$({ printf '%s\n' "${flags[@]}" && cat .clang-tidy "$self" && find libprofile launcher hooks -name '*.h' | sort | xargs cat; } | sha256sum)

# The analyzer follows no function further than 20000 nodes: that finds what 225000 do here, in half the time. What is
# included is analyzed as well, since here that is the sources. (misc-unused-using-decls and -alias-decls look at the main
# file alone, and find nothing here.)
analyzer=()
for word in -Xclang -analyzer-config -Xclang max-nodes=20000 -Xclang -analyzer-opt-analyze-headers; do analyzer+=("--extra-arg=$word"); done

# check FILE...: as one source if they can be one.
check() {
  local together status=0
  together=$work/$(echo "$everything" "$@" | cat - "$@" | sha256sum | cut -c1-40)
  [ ! -e "$work/done/${together##*/}" ] || return 0
  printf '#include "%s"\n' "$@" >"$together.cc"
  if [ $# -gt 1 ] && ! clang++ -fsyntax-only -w "${flags[@]}" "$together.cc" 2>/dev/null; then
    rm "$together.cc"
    check "${@:1:$#/2}" || status=1
    check "${@:$#/2+1}" || status=1
    return $status
  fi
  clang-tidy --quiet --checks=-bugprone-suspicious-include "${analyzer[@]}" "$together.cc" -- "${flags[@]}" \
    2> >(grep -v "warnings generated" >&2) || status=1
  rm "$together.cc"
  [ $status -ne 0 ] || : >"$work/done/${together##*/}"
  return $status
}

# self_test: two sources with a defect each, one that only the analyzer sees, are not passed.
self_test() {
  local folder said
  folder=$(mktemp -d "$work/self-test.XXXXXX")/launcher # a name that .clang-tidy looks into
  mkdir "$folder"
  printf 'int first(const int* p) { if (p == nullptr) return *p; return 0; }\n' >"$folder/first.cc"
  printf '#include <string>\nbool second(const std::string& s) { return s.size() == 0; }\n' >"$folder/second.cc"
  said=$(check "$folder"/*.cc)
  rm -r "${folder%/launcher}"
  if [[ $said == *NullDereference* && $said == *readability-container-size-empty* ]]; then return 0; fi
  echo "test/tidy.sh: planted defects are not found: $said"
  return 1
}

if [ "${2:-}" = --folder ]; then
  check "$3"/*.cc
  exit
fi
self_test || exit 1
folders=("${@:2}")
[ ${#folders[@]} -gt 0 ] || mapfile -t folders < <(find libprofile launcher hooks -name '*.cc' -printf '%h\n' | sort | uniq -c | sort -rn | awk '{print $2}')
printf '%s\n' "${folders[@]}" | xargs -P "$(nproc)" -I{} bash "$self" "$build" --folder {}
