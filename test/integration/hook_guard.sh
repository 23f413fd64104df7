#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim-hook-guard: as a createRuntime and a poststart hook of scrim, runc and crun, and by itself on input that is bad.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin_containers "$@"
guard=$(dirname "$SCRIM")/../hooks/guard/scrim-hook-guard
[ -x "$guard" ] || { fail "hook_guard" "no program at $guard"; finish; }
guard=$(realpath "$guard")
policy() { printf '%s\n' "$1" >"$work/guard.json"; }
# As Docker would write it for the capabilities of `scrim spec`.
profile=$("$SCRIM" profile resolve RuntimeDefault@docker --cap-drop ALL --cap-add AUDIT_WRITE --cap-add KILL --cap-add NET_BIND_SERVICE)
cannot_start='{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: ["read", "write"], action: "SCMP_ACT_ALLOW"}]}'
misspelt='{names: ["mkdr"], action: "SCMP_ACT_ALLOW"}'
open_to() { echo '{defaultAction: "SCMP_ACT_'"$1"'", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'; }
# guarded JQ: JQ that has both hooks, and whatever else
hook() { echo '{path: "'"$guard"'", args: ["scrim-hook-guard", "--policy", "\($work)/guard.json", "'"$1"'"]}'; }
guarded() { echo '.hooks = {createRuntime: ['"$(hook createRuntime)"'], poststart: ['"$(hook poststart)"']} | '"$1"; }
runs() {
  case $runtime in
    scrim) scrim run --bundle "$work/$1" "$1" ;;
    *) timeout 20 $runtime --root "$work/$runtime-state" run --bundle "$work/$1" "$1" ;;
  esac </dev/null 2>&1
}
# starts NAME JQ / refuses NAME PATTERN JQ: with $runtime and the policy as it is.
number=0
run_guarded() {
  number=$((number + 1))
  script='echo it runs' bundle "$tag-$number" "$(guarded "$1") | .ociVersion = \"1.0.2\" | $hooks_say"
  : >"$work/hooks.said"
  said=$(runs "$tag-$number")
  said+=$(cat "$work/hooks.said")
}
starts() {
  run_guarded "$2"
  same "$runtime: $1" "it runs" "$(grep -o "it runs" <<<"$said" || echo "$said")"
}
# crun tells nobody what hooks say, unless it is told where to write that (crun(1)).
hooks_say='.annotations["run.oci.hooks.stderr"] = "\($work)/hooks.said"'
refuses() {
  run_guarded "$3"
  if grep -q "it runs" <<<"$said"; then fail "$runtime: $1" "it ran: $said"; else matches "$runtime: $1" "$2" "$said"; fi
}

for runtime in scrim runc crun; do
  command -v "${runtime/#scrim/true}" >/dev/null || { skip "$runtime" "no $runtime here"; continue; }
  policy '{}'
  refuses "unconfined is refused" "would run unconfined" 'del(.linux.seccomp)'
  starts "a profile starts" ".linux.seccomp = $profile"
  refuses "a profile that lets everything through is refused" "lets every call through" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}'
  for action in ALLOW LOG TRACE; do
    refuses "… and one that by default does: $action" "lets through what it does not list.*SCMP_ACT_$action.*allowUnconfined" \
      ".linux.seccomp = $(open_to $action)"
  done
  refuses "a profile under which nothing starts is refused" "cannot-start|does not allow execve" ".linux.seccomp = $cannot_start"
  refuses "crun's raw program is refused" "load a program in place" ".linux.seccomp = $profile | .annotations[\"run.oci.seccomp_bpf_data\"] = \"BgAAAAAA/38=\""
  starts "a warning is let through" ".linux.seccomp = $profile | .linux.seccomp.syscalls += [$misspelt]"
  policy '{"refuse": "warning"}'
  starts "the profile is without a warning" ".linux.seccomp = $profile"
  refuses "… unless the policy counts it" "mkdr.*unknown-name" ".linux.seccomp = $profile | .linux.seccomp.syscalls += [$misspelt]"
  policy '{"allowUnconfined": true}'
  starts "the policy may allow unconfined" 'del(.linux.seccomp)'
  starts "… and a default that lets calls through" ".linux.seccomp = $(open_to ALLOW)"
  policy '{"allowUnconfined": true, "refuse": "warning"}'
  refuses "… which is linted" "default-allows" ".linux.seccomp = $(open_to ALLOW)"
  policy '{"exempt": [{"annotation": "io.kubernetes.cri.sandbox-namespace", "value": "kube-*"}]}'
  starts "an exemption" 'del(.linux.seccomp) | .annotations["io.kubernetes.cri.sandbox-namespace"] = "kube-system"'
  refuses "another namespace" "would run unconfined" 'del(.linux.seccomp) | .annotations["io.kubernetes.cri.sandbox-namespace"] = "shop"'
  policy '{"allowUnconfine": true}'
  refuses "a misspelt policy refuses all" "unknown key .*allowUnconfine.*did you mean allowUnconfined" ".linux.seccomp = $profile"
done

# --- poststart: config.json is changed by an earlier hook, as an attacker or a bug between engine and runtime would
cat >"$work/change" <<'END'
#!/bin/sh
cat >/dev/null
sed -i '/"mkdir",/d' "$1/config.json"
END
chmod 755 "$work/change"
for runtime in scrim runc crun; do
  command -v "${runtime/#scrim/true}" >/dev/null || continue
  for kills in true false; do
    policy '{"killOnDisagreement": '$kills'}'
    name=$tag-post-$runtime-$kills
    script='sleep 3; echo it lived on' bundle "$name" "$(guarded ".linux.seccomp = $profile") | .ociVersion = \"1.0.2\"
      | $hooks_say | .hooks.createRuntime += [{path: \"$work/change\", args: [\"change\", \"$work/$name\"]}]"
    : >"$work/hooks.said"
    said=$(runs "$name")
    matches "$runtime: poststart sees another filter (kill: $kills)" \
      "$([ $kills = true ] && echo killed || echo refused): its filter is not what config.json asks for:  newly allowed +x86_64 +mkdir" \
      "$said$(cat "$work/hooks.said")"
    # crun goes on where the hook does not kill; the others end the container.
    same "$runtime: … and nothing goes on" "$([ $runtime-$kills = crun-false ] && echo it lived on)" "$(grep -o "it lived on" <<<"$said")"
  done
done
policy '{}'
runtime=scrim
script='sleep 1; echo it lived on' bundle "$tag-agrees" "$(guarded ".linux.seccomp = $profile")"
matches "the kernel agrees: it lives on" "^it lived on$" "$(runs "$tag-agrees")"

# poststart SCRIPT HOOK JQ: under $runtime, with $work/HOOK before it, which is told the bundle; $said is what all
# said, $ended the status. Of hooks that are to change what comes, createRuntime is not asked.
poststart() {
  local name=$tag-$((number = number + 1))
  script=$1 bundle "$name" "$(guarded "$3") | .ociVersion = \"1.0.2\" | $hooks_say
    | .hooks |= {createRuntime: [{path: \"$work/$2\", args: [\"hook\", \"$work/$name\"]}], poststart: .poststart}
    | if \"$2\" == \"trace\" then .hooks |= {poststart: (.createRuntime + .poststart)} else . end"
  : >"$work/hooks.said"
  said=$(runs "$name")
  ended=$?
  said+=$(cat "$work/hooks.said")
}
# Unconfined, whatever config.json says by the time that it is asked.
cat >"$work/pretend" <<END
#!/bin/sh
cat >/dev/null
jq --argjson profile '$(jq -c . <<<"$profile")' '.linux.seccomp = \$profile' "\$1/config.json" >"\$1/new" && mv "\$1/new" "\$1/config.json"
END
printf '#!/bin/sh\ncat >/dev/null\n' >"$work/nothing"
printf '#!/bin/sh\ncat >/dev/null\necho "{" >"$1/config.json"\n' >"$work/break"
# Somebody traces the container's process, so that nobody else can.
cat >"$work/trace" <<'END'
#!/bin/sh
pid=$(jq .pid)
setsid strace -o /dev/null -e trace=none -p "$pid" </dev/null >/dev/null 2>&1 &
while grep -q "^TracerPid:[[:space:]]*0$" "/proc/$pid/status"; do sleep 0.01; done
END
chmod 755 "$work/pretend" "$work/nothing" "$work/break" "$work/trace"
no_filter="it was to run under a profile, and the kernel says seccomp disabled"
for runtime in scrim runc crun; do
  command -v "${runtime/#scrim/true}" >/dev/null || continue
  poststart 'sleep 0.5; exit 0' pretend 'del(.linux.seccomp)'
  matches "$runtime: an unconfined process that ends before long" "killed: $no_filter" "$said"
  # runc lets the program run after its hooks; of the others it may have ended before ours looks.
  poststart 'exit 0' pretend 'del(.linux.seccomp)'
  matches "$runtime: one that ends at once" "killed: $no_filter|refused: $no_filter .it has ended by itself." "$said"
  for each in 1 2 3 4 5 6; do
    poststart 'exit 3' nothing ".linux.seccomp = $profile | .process.noNewPrivileges = ($each % 2 == 0)"
    same "$runtime: one that ends at once under its profile ($each)" "3 " "$ended $said"
  done
  poststart 'sleep 4; echo it lived on' break ".linux.seccomp = $profile"
  matches "$runtime: config.json cannot be read any more" "killed: .*config.json:" "$said"
  same "$runtime: … and nothing goes on" "" "$(grep -o "it lived on" <<<"$said")"
  command -v strace >/dev/null || { skip "$runtime: traced" "no strace here"; continue; }
  poststart 'sleep 4; echo it lived on' trace ".linux.seccomp = $profile"
  matches "$runtime: one whose filter cannot be read" "killed: which filter it has is not known: .*: process [0-9]+ traces it" "$said"
  same "$runtime: … and nothing goes on" "" "$(grep -o "it lived on" <<<"$said")"
done

# --- config.json that runc (without case, the last counts) and crun (the first counts) read otherwise
policy '{}'
mkdir -p "$work/readings"
good='{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "write", "execve", "exit_group"], "action": "SCMP_ACT_ALLOW"}]}'
reading() { # NAME LINUX
  echo '{"ociVersion": "1.0.2", '"$2"'}' >"$work/readings/config.json"
  said=$(echo '{"ociVersion": "1.0.2", "id": "x", "status": "creating", "bundle": "'"$work/readings"'"}' | timeout 20 "$guard" --policy "$work/guard.json" createRuntime 2>&1)
  same "$1: status" 1 $?
  matches "$1" "twice, not counting case|letters of another case" "$said"
}
reading "a second seccomp in another case" '"linux": {"seccomp": '"$good"', "Seccomp": null}'
reading "a second linux" '"linux": {}, "linux": {"seccomp": '"$good"'}'
reading "a letter that Go takes for s" '"linux": {"seccomp": '"$good"', "ſeccomp": null}'
reading "rules in another case" '"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "Syscalls": []}}'
reading "a second action" '"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO", "ACTION": "SCMP_ACT_ALLOW"}]}}'

# --- what scrim resolves by the node's /etc/scrim/config.json, which guard and runtime read
mkdir "$work/upper" "$work/workdir" "$work/profiles"
on_node() { # COMMAND...: as if that were $work/settings.json
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare -m sh -c 'mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/workdir" /etc &&
    mkdir -p /etc/scrim && cp "$1/settings.json" /etc/scrim/ && mv /etc/scrim/settings.json /etc/scrim/config.json && shift && exec "$@"' sh "$work" "$@"
}
resolved() { # NAME STATUS PATTERN SETTINGS JQ
  echo "$4" >"$work/settings.json"
  bundle resolved "$5"
  said=$(jq -n --arg bundle "$work/resolved" '{ociVersion: "1.0.2", id: "x", status: "creating", bundle: $bundle}' |
    on_node timeout 20 "$guard" --policy "$work/guard.json" createRuntime 2>&1)
  same "scrim resolves: $1: status" "$2" $?
  matches "scrim resolves: $1" "$3" "$said"
}
policy '{"runtime": "scrim"}'
jq -n "$(open_to ALLOW)" >"$work/profiles/open.json"
jq -n "$cannot_start" >"$work/profiles/cannot-start.json"
open_floor='{"floorProfile": "'$work/profiles/open.json'"}'
resolved "nothing" 1 "it would run unconfined" '{}' 'del(.linux.seccomp)'
resolved "a default" 0 '^$' '{"seccompDefault": true}' 'del(.linux.seccomp)'
resolved "a floor" 0 '^$' '{"floorProfile": "RuntimeDefault@docker"}' 'del(.linux.seccomp)'
resolved "a floor below an open profile" 0 '^$' '{"floorProfile": "RuntimeDefault@docker"}' ".linux.seccomp = $(open_to ALLOW)"
resolved "an open floor" 1 "lets through what it does not list, by its default action SCMP_ACT_ALLOW" "$open_floor" 'del(.linux.seccomp)'
resolved "an open floor below an open profile" 1 "lets through what .*SCMP_ACT_LOG, SCMP_ACT_ALLOW" "$open_floor" ".linux.seccomp = $(open_to LOG)"
resolved "an open floor below a profile" 0 '^$' "$open_floor" ".linux.seccomp = $profile"
resolved "a profile under which nothing starts" 1 "its profile is refused.*cannot-start.json.*cannot-start" '{"profileRoot": "'$work/profiles'"}' \
  'del(.linux.seccomp) | .annotations["run.scrim.profile"] = "Localhost:cannot-start.json"'
echo '{"floorProfile": "RuntimeDefault@docker"}' >"$work/settings.json"
script='grep Seccomp: /proc/self/status' bundle "$tag-floor" "$(guarded 'del(.linux.seccomp)') | .ociVersion = \"1.0.2\""
matches "scrim runs what is under a floor" "^Seccomp:[[:space:]]*2$" \
  "$(on_node timeout 20 "$SCRIM" --root "$work/state" run --bundle "$work/$tag-floor" "$tag-floor" 2>&1 </dev/null)"
echo '{}' >"$work/settings.json"
policy '{}'

# --- by itself
state() { jq -n --arg bundle "$work/$1" '{ociVersion: "1.0.2", id: "x", status: "creating", bundle: $bundle}'; }
# told NAME STATUS PATTERN INPUT ARGUMENT...
told() {
  local name=$1 status=$2 pattern=$3 input=$4 got
  shift 4
  said=$(timeout 20 "$guard" "$@" 2>&1 <<<"$input")
  got=$?
  same "$name: status" "$status" $got
  matches "$name" "$pattern" "$said"
  same "$name: one line" 1 "$(wc -l <<<"$said")"
}
p=(--policy "$work/guard.json")
told "no stage" 1 "createRuntime or poststart must be said" '{}' "${p[@]}"
told "an unknown argument" 1 'unknown argument "prestart"' '{}' "${p[@]}" prestart
told "no input" 1 "state:.*not JSON" '' "${p[@]}" createRuntime
told "no state" 1 "state: .*|state:1:1: .*must be an object" '[]' "${p[@]}" createRuntime
told "no bundle" 1 "bundle" '{"id": "x"}' "${p[@]}" createRuntime
told "a relative bundle" 1 "bundle must be an absolute path" '{"id": "x", "bundle": "x"}' "${p[@]}" createRuntime
told "a bundle that is not there" 1 "No such file" '{"id": "x", "bundle": "/nowhere"}' "${p[@]}" createRuntime
told "a pid that is none" 1 "pid must be the number of a process" '{"id": "x", "bundle": "/x", "pid": 4294967297}' "${p[@]}" poststart
bundle unguarded ".linux.seccomp = $profile"
told "poststart without a pid" 1 "the state says no pid" "$(state unguarded)" "${p[@]}" poststart
policy '{"killOnDisagreement": false}'
told "poststart of a process without a filter" 1 "refused: it was to run under a profile, and the kernel says seccomp disabled" \
  "$(state unguarded | jq ".pid = $$")" "${p[@]}" poststart
same "a container's name is no terminal's business" 0 "$(state unguarded | jq ".pid = $$ | .id = \"x\\u001b[2J\\u009b2J\\ny\"" |
  "$guard" "${p[@]}" poststart 2>&1 | LC_ALL=C grep -c $'[\x01-\x09\x0b-\x1f\x7f]\|\xc2[\x80-\x9f]\|^y')"
# Hooks of rootless engines cannot read filters: whether there is one is all that they can say.
filtered() { "$SCRIM" launch --profile "$work/profile.json" --no-new-privs --user 65534 -- sleep 60 & }
echo "$profile" >"$work/profile.json"
chmod 755 "$work/unguarded" && chmod 644 "$work/unguarded/config.json" "$work/guard.json"
filtered
other=$! && started+=("$other")
wait_for 5 grep -q "^Seccomp:[[:space:]]*2" "/proc/$other/status"
wait_for 5 test "$(readlink "/proc/$other/exe")" != "$SCRIM"
said=$(state unguarded | jq ".pid = $other" | setpriv --reuid 65534 --regid 65534 --clear-groups "$guard" "${p[@]}" poststart 2>&1)
same "without CAP_SYS_ADMIN: status" 0 $?
matches "without CAP_SYS_ADMIN" "warning: .*it has a filter; which is not known: .*CAP_SYS_ADMIN" "$said"
said=$(state unguarded | jq ".pid = $other" | "$guard" "${p[@]}" poststart 2>&1)
same "… which root does not need to say" "0 " "$? $said"
kill "$other"
# A frozen process of cgroup v1 does not end before it is thawed.
policy '{}'
freezer=/sys/fs/cgroup/freezer/$tag-frozen
if mkdir "$freezer" 2>/dev/null; then
  sleep 60 &
  other=$!
  started+=("$other")
  wait_for 5 test "$(readlink "/proc/$other/exe")" != "$BASH"
  echo "$other" >"$freezer/cgroup.procs" && echo FROZEN >"$freezer/freezer.state"
  wait_for 5 grep -q FROZEN "$freezer/freezer.state"
  told "a process that does not end when it is killed" 1 "refused: $no_filter .not killed: process $other got SIGKILL, and has not ended within 2000 ms" \
    "$(state unguarded | jq ".pid = $other")" "${p[@]}" poststart
  echo THAWED >"$freezer/freezer.state"
  wait "$other" 2>/dev/null
  rmdir "$freezer"
else
  skip "a process that does not end when it is killed" "no freezer of cgroup v1 here"
fi
policy '{"killOnDisagreement": false}'
same "poststart of a process that has ended" "0" "$(state unguarded | jq ".pid = 4194303" | "$guard" "${p[@]}" poststart; echo $?)"
told "a policy that is missing" 1 "open $work/none.json: No such file" "$(state unguarded)" --policy "$work/none.json" createRuntime
mkdir -p "$work/deep" "$work/fifo" && mkfifo "$work/fifo/config.json"
printf '{"a":%.0s' $(seq 5000) >"$work/deep/config.json"
told "a config.json that is too deep" 1 "config.json:1:.*(nest|deep)" "$(state deep)" "${p[@]}" createRuntime
told "a config.json that is a FIFO" 1 "not a regular file" "$(state fifo)" "${p[@]}" createRuntime
chmod 666 "$work/guard.json"
told "a policy that others can write" 1 "others than root can write it" "$(state unguarded)" "${p[@]}" createRuntime
rm "$work/guard.json"
head -c 17000000 /dev/zero | tr '\0' ' ' | "$guard" createRuntime >"$work/said" 2>&1
same "too much input: status" 1 $?
matches "too much input" "more than the 16777216 bytes" "$(cat "$work/said")"
for id in $(ls "$work/runc-state" "$work/crun-state" 2>/dev/null | grep "^$tag"); do
  runc --root "$work/runc-state" delete --force "$id" 2>/dev/null
  crun --root "$work/crun-state" delete --force "$id" 2>/dev/null
done
finish
