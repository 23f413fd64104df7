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
profile='{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
cannot_start='{defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: ["read", "write"], action: "SCMP_ACT_ALLOW"}]}'
misspelt='{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdr"], action: "SCMP_ACT_ERRNO"}]}'
# guarded JQ: JQ that has both hooks, and whatever else
hook() { echo '{path: "'"$guard"'", args: ["scrim-hook-guard", "--policy", "\($work)/guard.json", "'"$1"'"], timeout: 20}'; }
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
  refuses "a profile under which nothing starts is refused" "cannot-start|does not allow execve" ".linux.seccomp = $cannot_start"
  refuses "crun's raw program is refused" "load a program in place" ".linux.seccomp = $profile | .annotations[\"run.oci.seccomp_bpf_data\"] = \"BgAAAAAA/38=\""
  starts "a warning is let through" ".linux.seccomp = $profile | .linux.seccomp.syscalls += $misspelt.syscalls"
  policy '{"refuse": "warning", "ignore": ["default-allows"]}'
  refuses "… unless the policy counts it" "mkdr.*unknown-name" ".linux.seccomp = $profile | .linux.seccomp.syscalls += $misspelt.syscalls"
  policy '{"allowUnconfined": true}'
  starts "the policy may allow unconfined" 'del(.linux.seccomp)'
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
sed -i 's/"mkdir"/"rmdir"/' "$1/config.json"
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
      "$([ $kills = true ] && echo killed || echo refused): its filter is not what config.json asks for:  newly denied" \
      "$said$(cat "$work/hooks.said")"
    # crun goes on where the hook does not kill; the others end the container.
    same "$runtime: … and nothing goes on" "$([ $runtime-$kills = crun-false ] && echo it lived on)" "$(grep -o "it lived on" <<<"$said")"
  done
done
policy '{}'
runtime=scrim
script='sleep 1; echo it lived on' bundle "$tag-agrees" "$(guarded ".linux.seccomp = $profile")"
matches "the kernel agrees: it lives on" "^it lived on$" "$(runs "$tag-agrees")"

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
