#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The asking commands colour their verdicts on a terminal alone, not in JSON, and not against NO_COLOR (no-color.org).
source "$(dirname "$0")/../engines/lib.sh"
begin python3
# on_terminal VARIABLE=VALUE... COMMAND...: what it writes to a terminal.
on_terminal() {
  env TERM=xterm "$@" python3 -c 'import os, pty, sys
pty.spawn([sys.argv[1], *sys.argv[2:]])' "$SCRIM" "${words[@]}" </dev/null | tr -d '\r'
}
red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdri"], "action": "SCMP_ACT_ERRNO"}]}' >"$work/typo.json"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n' >"$work/pod.yaml"

check() { # NAME EXPECTED COMMAND...
  words=("${@:3}")
  local coloured
  coloured=$(on_terminal)
  if [[ $coloured == *"$2"* ]]; then ok "$1: coloured on a terminal"; else fail "$1: coloured on a terminal" "$coloured"; fi
  # shellcheck disable=SC2001 # a class of characters
  same "$1: the same text as in a pipe" "$("$SCRIM" "${words[@]}" 2>&1)" "$(sed $'s/\e\\[[0-9;]*m//g' <<<"$coloured")"
  same "$1: NO_COLOR" 0 "$(on_terminal NO_COLOR=1 | grep -c $'\e')"
  same "$1: a dumb terminal" 0 "$(on_terminal TERM=dumb | grep -c $'\e')"
  words+=(--json)
  same "$1: JSON" 0 "$(on_terminal | grep -c $'\e')"
}
check "diff" "${green}newly allowed$plain    x86_64  keyctl: ${red}ERRNO$plain EPERM -> ${green}ALLOW$plain" \
  profile diff RuntimeDefault@docker-29.7.2 RuntimeDefault@podman-0.67.0
check "explain" "${red}ERRNO$plain ENOSYS" profile explain RuntimeDefault@docker-29.7.2 clone3
check "show" "${green}ALLOW$plain" profile show RuntimeDefault@docker-29.7.2
check "lint" "${yellow}warning:$plain" profile lint "$work/typo.json"
check "pod" "${red}Unconfined$plain" pod "$work/pod.yaml"
same "an empty NO_COLOR is none" yes "$(words=(profile explain RuntimeDefault@docker-29.7.2 clone3) && on_terminal NO_COLOR= | grep -q $'\e' && echo yes)"
finish
