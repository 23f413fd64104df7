#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# floorProfile of /etc/scrim/config.json: enforced in addition to whatever is asked for, in one filter, by scrim itself
# and by crun; with runc only where one profile says it all.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq timeout
source "$(dirname "$0")/programs/bundle.sh"
prepare agent
cc -O1 -o "$work/loaded" "$(dirname "$0")/programs/loaded.c" || fail "compile loaded.c" "cc said so"

denies() { # ERRNO NAME...
  local number=$1 names
  shift
  names=$(printf ', "%s"' "$@")
  echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ['"${names:2}"'], "action": "SCMP_ACT_ERRNO", "errnoRet": '"$number"'}]}'
}
# floor PROFILE: what the node's configuration says from now on.
floor() {
  printf '%s\n' "$1" >"$work/floor.json"
  chmod 644 "$work/floor.json"
  jq -n --arg floor "$work/floor.json" '{floorProfile: $floor}' >"$work/settings.json"
}
words() { awk '/^(Seccomp|Seccomp_filters):/ { print $2 } /^(getppid|mkdirat|keyctl|setpriority|bpf|unshare) / { print $1, $2 }' | xargs; }
run() { timeout 20 "$SCRIM" ${delegate:+--delegate "$delegate"} --root "$work/state${delegate##*/}" --config "$work/settings.json" run --bundle "$work/$1" "$1" 2>&1 </dev/null; }
says() { # NAME PROBES...
  local name=$1 file
  shift
  file=$(jq --args '.process.args = ["/probe"] + $ARGS.positional' "$@" <"$work/$name/config.json")
  printf '%s\n' "$file" >"$work/$name/config.json"
  run "$name" | words
}
launched() { timeout 20 "$SCRIM" --config "$work/settings.json" launch "$@" 2>&1 </dev/null | words; }
asked=$(denies 95 mkdirat keyctl)
fixture=$repository/test/unit/data/resolve/docker-20.10-privileged.json
has_marks=".process.capabilities = \$profile.process.capabilities | .linux.resources = \$profile.linux.resources"

with_floor() {
  floor "$(denies 71 keyctl setpriority)"
  bundle asked ".linux.seccomp = $asked"
  same "$who: both are enforced, by one filter; of equal actions the profile's errno" \
    "2 1 mkdirat -95 keyctl -95 setpriority -71 unshare 0" "$(says asked status mkdirat keyctl setpriority unshare)"
  bundle bare .
  same "$who: Unconfined has the floor" "2 1 mkdirat -2 keyctl -71 setpriority -71" "$(says bare status mkdirat keyctl setpriority)"
  bundle privileged "$has_marks" "$fixture"
  same "$who: privileged has the floor" "2 1 mkdirat -2 keyctl -71 setpriority -71" "$(says privileged status mkdirat keyctl setpriority)"
  # The more restrictive action counts, not the more particular one.
  floor '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat", "keyctl"], "action": "SCMP_ACT_LOG"}, {"names": ["setpriority"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
  same "$who: the more restrictive action counts" "mkdirat -95 keyctl -95" "$(says asked mkdirat keyctl setpriority getppid)"
  bundle killed ".linux.seccomp = $asked | .process.args = [\"/probe\", \"setpriority\"]"
  run killed >/dev/null
  same "$who: and kills" 159 $?
}

listener() { # PROBE EXPECTED PROFILE NAME
  rm -f "$work/agent.sock"
  "$work/agent" "$work/agent.sock" "$work/agent.json" 1 4242 2>"$work/agent.error" &
  started+=("$!")
  wait_for 5 test -S "$work/agent.sock"
  bundle "$4" ".process.noNewPrivileges = true | .linux.seccomp = $3"
  same "$who: a listener, $4" "$2" "$(says "$4" mkdirat getppid)"
}
notify() { jq -nc --arg path "$work/agent.sock" '{defaultAction: "SCMP_ACT_ALLOW", listenerPath: $path, syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_NOTIFY"}]}' --args "$@"; }
listeners() {
  floor "$(notify getppid mkdirat)"
  listener getppid "mkdirat -95 getppid 4242" "$asked" of-the-floor
  floor "$(denies 71 mkdirat)"
  listener getppid "mkdirat -71 getppid 4242" "$(notify getppid mkdirat)" of-the-profile
  floor "$(notify getppid)"
  bundle both ".linux.seccomp = $(notify mkdirat)"
  matches "$who: two listeners cannot be" "both the profile and the floor have SCMP_ACT_NOTIFY" "$(run both)"
}

who=scrim delegate=
with_floor
listeners
if command -v crun >/dev/null; then
  who=crun delegate=$(command -v crun)
  with_floor
  listeners
else skip "floor with crun" "not installed"; fi
if command -v runc >/dev/null; then
  who=runc delegate=$(command -v runc)
  floor "$(denies 71 keyctl)"
  bundle bare .
  same "runc: Unconfined has the floor" "2 1 mkdirat -2 keyctl -71" "$(says bare status mkdirat keyctl)"
  bundle asked ".linux.seccomp = $asked"
  same "runc: a profile that denies all that the floor denies" "2 1 mkdirat -95 keyctl -95" "$(says asked status mkdirat keyctl)"
  bundle less ".linux.seccomp = $(denies 71 keyctl)"
  floor "$(denies 71 keyctl setpriority)"
  same "runc: a floor that denies all that the profile denies" "2 1 keyctl -71 setpriority -71" "$(says less status keyctl setpriority)"
  matches "runc: others are refused" "no single profile says what the profile and the floor say together .*crun" "$(run asked)"
else skip "floor with runc" "not installed"; fi
delegate=

# --- launch
floor "$(denies 71 keyctl setpriority)"
printf '%s\n' "$asked" >"$work/asked.json"
same "launch: both, in one filter" "2 1 mkdirat -95 keyctl -95 setpriority -71" "$(launched --profile "$work/asked.json" -- "$work/probe" status mkdirat keyctl setpriority)"
same "launch: Unconfined has the floor" "2 1 mkdirat -2 keyctl -71" "$(launched --profile Unconfined -- "$work/probe" status mkdirat keyctl)"
same "launch: --compiler libseccomp" "2 1 mkdirat -95 keyctl -95 setpriority -71" \
  "$(timeout 20 "$SCRIM" --compiler libseccomp --config "$work/settings.json" launch --profile "$work/asked.json" -- "$work/probe" status mkdirat keyctl setpriority | words)"
said=$(timeout 20 "$SCRIM" --debug --config "$work/settings.json" run --bundle "$work/asked" debug 2>&1 </dev/null)
matches "run --debug: the name says both" "seccomp profile: config\.json \(floor: $work/floor.json\)" "$said"
matches "run --debug: and why" "the node's floorProfile, $work/floor.json, applies as well" "$said"

# --- what a floor may not be
refused() { # NAME PATTERN
  matches "$1" "$2" "$(timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/bare" bare 2>&1 </dev/null)"
}
chmod 666 "$work/floor.json"
refused "a floor that others can write" "floor.json: others than root can write it"
rm "$work/floor.json"
refused "a floor that is not there" "open $work/floor.json: No such file"
for value in Unconfined floor.json Localhost:../x; do
  jq -n --arg floor $value '{floorProfile: $floor}' >"$work/settings.json"
  refused "floorProfile $value" "settings.json:2:[0-9]+: floorProfile "
done
echo '{"floorProfile": "RuntimeDefault@docker"}' >"$work/settings.json"
bundle bare .
same "RuntimeDefault as a floor" "2 1 keyctl -1 unshare -1 mkdirat -2" "$(says bare status keyctl unshare mkdirat)"
hook=$(dirname "$SCRIM")/../hooks/scrim-hook-resolve
if [ -x "$hook" ]; then
  matches "the hook cannot say both in one linux.seccomp" "cannot be said in one linux.seccomp" "$("$hook" --config "$work/settings.json" <"$work/asked/config.json" 2>&1)"
  same "the hook writes the floor where there is no profile" SCMP_ACT_ERRNO \
    "$("$hook" --config "$work/settings.json" <"$work/bare/config.json" | jq -r .linux.seccomp.defaultAction)"
else skip "the hook with a floor" "not built"; fi
finish
