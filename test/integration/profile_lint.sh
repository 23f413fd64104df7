#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim profile lint: what it prints, its exit statuses and JSON; and that what it says of runc and crun is so: a profile of
# which it finds nothing to say starts a container, one of which it says that the runtime needs more does not.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq
source "$(dirname "$0")/programs/bundle.sh"
prepare
lint() { "$SCRIM" --config "$work/settings.json" profile lint "$@"; }
# finds NAME STATUS PATTERN ARGUMENT...
finds() {
  local name=$1 status=$2 pattern=$3
  shift 3
  lint "$@" >"$work/out" 2>"$work/error"
  same "$name: exit status" "$status" $?
  matches "$name: says" "$pattern" "$(cat "$work/out" "$work/error")"
}
needed='"execve", "exit_group", "rt_sigreturn"'
cat >"$work/sound.json" <<END
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
  {"names": [$needed], "action": "SCMP_ACT_ALLOW"}]}
END
sed 's/"exit_group"/"exit_group", "opnat"/' "$work/sound.json" >"$work/misspelt.json"
sed 's/\[[^]]*X86"\]/["SCMP_ARCH_AARCH64"]/' "$work/sound.json" >"$work/foreign.json"

# --- the command
finds "nothing found" 0 "^$work/sound.json on x86_64: nothing found$" --arch amd64 --runtime scrim "$work/sound.json"
finds "a misspelt name" 1 "^$work/misspelt.json:2:38: warning: .*\"opnat\".*did you mean openat\? \[unknown-name\]$" \
  --arch amd64 --runtime scrim "$work/misspelt.json"
matches "a summary" "^$work/misspelt.json on x86_64: 1 warning$" "$(cat "$work/out")"
finds "a profile for the wrong architecture" 1 "is for aarch64, not for x86_64.*\[wrong-architecture\]" \
  --arch amd64 --runtime scrim "$work/foreign.json"
finds "the same where it is right" 0 "on aarch64: 1 note" --arch arm64 --runtime scrim "$work/foreign.json"
finds "notes count with --strict" 1 "1 note" --strict --arch arm64 --runtime scrim "$work/foreign.json"
finds "several profiles and architectures" 1 "foreign.json on aarch64" --arch amd64,arm64 "$work/sound.json" "$work/foreign.json"
same "a summary for each" 4 "$(grep -cE '^/[^:]* on ' "$work/out")"
finds "a built-in default" 0 "^RuntimeDefault@docker on " RuntimeDefault@docker
finds "what cannot be read" 1 "broken.json:1:2: error: .*\[unreadable\]" "$(echo '{]' >"$work/broken.json"; echo "$work/broken.json")"
finds "no such file" 3 "No such file" "$work/none.json"
finds "a process" 2 "there is no profile to read" pid:1
finds "Unconfined" 2 "nothing to look at" Unconfined
finds "an unknown engine" 2 "containerd" --engine rkt "$work/sound.json"
same "JSON" '["aarch64",["missing-companion","note",null]]' "$(lint --json --arch arm64 --runtime scrim "$work/foreign.json" |
  jq -c '.[0] | [.architecture, (.findings[0] | [.code, .severity, .mend])]')"

# --- the dialect: what the engine drops, and what is then allowed
cat >"$work/template.json" <<END
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [
  {"names": [$needed], "action": "SCMP_ACT_ALLOW"},
  {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]}
END
finds "containerd drops conditions" 1 "template.json:3:.*error: \"includes\".*\[template-field\]" \
  --arch amd64 --runtime scrim --engine containerd "$work/template.json"
matches "and allows what they held back" "mount is allowed without CAP_SYS_ADMIN" "$(cat "$work/out")"
finds "Docker reads them" 0 "nothing found" --arch amd64 --runtime scrim --engine docker "$work/template.json"

# --- what runtimes need. The rootfs' program ends with 0 and says so; cwd, user and capabilities are set as engines do.
[ "$(uname -m)" = x86_64 ] || { skip "what runtimes need" "measured on x86_64" && finish; }
jq '.' "$work/sound.json" | jq --argjson more '["write", "read", "close", "brk", "arch_prctl"]' \
  '.syscalls[0].names += $more' >"$work/program.json"
# starts RUNTIME NO_NEW_PRIVILEGES PROFILE: prints yes or no
starts() {
  bundle start ".process.args = [\"/probe\"] | .process.noNewPrivileges = $2 | .linux.seccomp = \$profile
    | .process.user = {uid: 1000, gid: 1000} | .process.capabilities = {bounding: [\"CAP_KILL\"]}" "$3"
  if timeout -k 1 20 "$1" --root "$work/engine" run --bundle "$work/start" "lint-$$" >"$work/said" 2>&1; then echo yes; else echo no; fi
  timeout 20 "$1" --root "$work/engine" delete --force "lint-$$" 2>/dev/null
}
# needs RUNTIME OPTION...: the calls that lint misses in program.json, as a JSON array, those that it cannot do without first
needs() {
  lint --json --arch amd64 --runtime "$@" "$work/program.json" |
    jq -c '[.[0].findings[] | select(.code | startswith("runtime-")).says | sub(".*: "; "") | split(", ")[]]'
}
for runtime in runc crun; do
  command -v $runtime >/dev/null || { skip "what $runtime needs" "no $runtime here" && continue; }
  for no_new_privileges in false true; do
    what="$runtime, no_new_privs $no_new_privileges"
    option=; [ $no_new_privileges = true ] && option=--no-new-privileges
    missing=$(needs $runtime $option)
    jq --argjson more "$missing" '.syscalls[0].names += $more' "$work/program.json" >"$work/enough.json"
    same "$what: a container starts with what lint asks for ($missing)" yes "$(starts $runtime $no_new_privileges "$work/enough.json")"
    [ "$missing" = "[]" ] || for name in $(jq -r '.[0], .[1]' <<<"$missing"); do
      jq --arg name "$name" '.syscalls[0].names -= [$name]' "$work/enough.json" >"$work/short.json"
      same "$what: none starts without $name" no "$(starts $runtime $no_new_privileges "$work/short.json")"
    done
  done
done
same "scrim starts one with the program's own calls alone" yes "$(starts "$SCRIM" false "$work/program.json")"
matches "an architecture of another byte order: lint" "wrong-architecture" \
  "$(lint --arch amd64 "$(jq '.architectures += ["SCMP_ARCH_S390X"]' "$work/enough.json" >"$work/order.json"; echo "$work/order.json")")"
if command -v runc >/dev/null; then
  same "an architecture of another byte order: runc refuses it" no "$(starts runc true "$work/order.json")"
fi
finish
