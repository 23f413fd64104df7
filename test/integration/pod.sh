#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim pod: examples/pods and pods written here, for kubelets with and without seccompDefault, Kubernetes versions,
# Localhost files that are there, missing or bad, input that means harm; and --launch, seen from inside.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq setpriv strace
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
pods=$(cd "$(dirname "$0")/../../examples/pods" && pwd)
profiles=$(cd "$(dirname "$0")/../../examples/profiles" && pwd)
root=$work/kubelet
mkdir -p "$root/seccomp/profiles" "$work/empty/seccomp"
cp "$profiles"/*.json "$root/seccomp/profiles"
pod() { timeout -k 1 20 "$SCRIM" --config "$work/settings.json" pod --root-dir "$root" "$@"; }
# gives NAME STATUS PATTERN ARGUMENT...: exit status and what is said, on either stream.
gives() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  pod "$@" >"$work/out" 2>"$work/error" </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  matches "$name: says" "$pattern" "$(cat "$work/out" "$work/error")"
  [ $got -lt 2 ] || same "$name: one line, no output" "1 0" "$(wc -l <"$work/error") $(wc -c <"$work/out")"
}
# answer FILTER ARGUMENT...: of the JSON, and the exit status.
answer() { pod --json "${@:2}" </dev/null >"$work/out" 2>"$work/error"; local status=$?; echo "$(jq -r "$1" "$work/out" 2>&1) $status"; }
profile='[.pods[].containers[].profile | sub("@.*"; "")] | join(" ")'
# of NAME YAML: a pod's containers and more, in flow style, as $work/NAME.yaml.
of() { echo "{apiVersion: v1, kind: Pod, metadata: {name: $1}, spec: {$2}}" >"$work/$1.yaml"; }

# --- the examples
same "RuntimeDefault" "RuntimeDefault 0" "$(answer "$profile" "$pods/runtime-default.yaml")"
same "a profile of one's own" "Localhost:profiles/nginx.json 0" "$(answer "$profile" --runtime scrim "$pods/nginx.yaml")"
same "a pod that meets restricted" "restricted 0" "$(answer '.pods[].level' --require restricted --runtime scrim "$pods/go-service.yaml")"
gives "a profile that allows no more than the program needs, and runc needs more" 1 "does not start" "$pods/nginx.yaml"
same "the container's choice comes before the pod's" "RuntimeDefault Localhost:profiles/deny-list.json 0" "$(answer "$profile" --runtime scrim "$pods/two-containers.yaml")"
same "Unconfined" "Unconfined 1" "$(answer "$profile" "$pods/unconfined.yaml")"
same "privileged" "Unconfined 1" "$(answer "$profile" "$pods/privileged.yaml")"
gives "privileged discards a Localhost profile" 1 "warning: privileged discards the profile that is asked for: Localhost:profiles/deny-list.json" "$pods/privileged.yaml"
gives "no pod" 3 "runtime-class.yaml: no pods in it, only RuntimeClass" "$pods/runtime-class.yaml"
gives "a level that is not met" 1 "--require restricted is not met" --require restricted "$pods/runtime-default.yaml"
gives "a level that is met" 0 "Pod Security level: baseline" --require baseline "$pods/runtime-default.yaml"
gives "Kubernetes' words" 1 'not baseline: seccompProfile \(pod must not set securityContext.seccompProfile.type to "Unconfined"\)' "$pods/unconfined.yaml"

# --- a pod that says nothing
of silent "containers: [{name: a}]"
printf 'kind: KubeletConfiguration\nseccompDefault: true\n' >"$work/kubelet.yaml"
same "says nothing, seccompDefault off" "Unconfined 1" "$(answer "$profile" "$work/silent.yaml")"
same "says nothing, --seccomp-default" "RuntimeDefault 0" "$(answer "$profile" --seccomp-default "$work/silent.yaml")"
same "says nothing, the kubelet's configuration" "RuntimeDefault 0" "$(answer "$profile" --kubelet-config "$work/kubelet.yaml" "$work/silent.yaml")"
mkdir "$work/drop-ins" && printf 'kind: KubeletConfiguration\nseccompDefault: false\n' >"$work/drop-ins/10.conf"
same "says nothing, a drop-in after the configuration" "Unconfined 1" "$(answer "$profile" --kubelet-config "$work/kubelet.yaml" --kubelet-config-dir "$work/drop-ins" "$work/silent.yaml")"
same "says nothing, the option before the configuration" "Unconfined 1" "$(answer "$profile" --kubelet-config "$work/kubelet.yaml" --seccomp-default=false "$work/silent.yaml")"
same "says nothing, before seccompDefault" "Unconfined 1" "$(answer "$profile" --kubernetes-version 1.21 --seccomp-default "$work/silent.yaml")"
gives "why it is Unconfined" 1 "no profile is asked for, and seccompDefault is off" "$work/silent.yaml"
gives "why it is RuntimeDefault" 0 "kubelet.yaml:2:17: seccompDefault is true" --kubelet-config "$work/kubelet.yaml" "$work/silent.yaml"

# --- privileged with RuntimeDefault
of privileged "containers: [{name: a, securityContext: {privileged: true, seccompProfile: {type: RuntimeDefault}}}]"
gives "privileged with RuntimeDefault" 1 "privileged discards the profile that is asked for: RuntimeDefault" --seccomp-default "$work/privileged.yaml"

# --- engines
same "another engine's default" "RuntimeDefault@containerd-1.7.13 0" "$(answer '.pods[].containers[].profile' --engine containerd-1.7.13 "$pods/runtime-default.yaml")"
gives "an engine that is not known" 2 "is no engine whose default is known, did you mean containerd" --engine containrd "$pods/runtime-default.yaml"

# --- annotations
cat >"$work/annotated.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata:
  name: annotated
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: runtime/default
    container.seccomp.security.alpha.kubernetes.io/b: unconfined
spec:
  containers: [{name: a}, {name: b}]
END
for version in 1.18 1.24 1.26; do
  same "annotations count in $version" "RuntimeDefault Unconfined 1" "$(answer "$profile" --kubernetes-version $version "$work/annotated.yaml")"
done
same "annotations are inert in 1.27" "Unconfined Unconfined 1" "$(answer "$profile" --kubernetes-version v1.27.3 "$work/annotated.yaml")"
gives "which is said" 1 'non-functional in v1.27\+; use the "seccompProfile" field instead' "$work/annotated.yaml"

# --- Localhost files
localhost() { of "$1" "containers: [{name: a, securityContext: {seccompProfile: {type: Localhost, localhostProfile: $2}}}]"; }
localhost missing profiles/none.json
gives "a missing file" 1 "CreateContainerError: cannot load seccomp profile \"$root/seccomp/profiles/none.json\": No such file or directory" "$work/missing.yaml"
same "a missing file, as JSON" "false null 1" "$(answer '.pods[].containers[] | "\(.starts) \(.confined)"' "$work/missing.yaml")"
strace -f -o "$work/trace" -e trace=openat2 "$SCRIM" pod --root-dir "$root" --runtime scrim "$pods/nginx.yaml" >"$work/out" 2>&1
same "the file is judged as it was resolved, not as it is a moment later" "0 1" "$? $(grep -c 'nginx.json' "$work/trace")"
gives "no profile root" 1 "does not start" --root-dir "$work/none" "$pods/nginx.yaml"
gives "another root" 0 "Localhost:profiles/nginx.json" --runtime scrim --root-dir "$work/none" --profile-root "$root/seccomp" "$pods/nginx.yaml"
chmod 700 "$root" && cp "$SCRIM" "$work/scrim" # as /var/lib/kubelet is
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/scrim" pod --root-dir "$root" --runtime scrim --json - <"$pods/nginx.yaml" >"$work/out" 2>&1
same "a root that the caller may not see" "3 null" "$? $(jq -r '.pods[].containers[].starts' "$work/out" 2>&1)"
localhost outside ../../settings.json
gives "a path that leads out" 1 "refused by the API server: .*localhostProfile: Invalid value: \"../../settings.json\": must not contain '..'" "$work/outside.yaml"
localhost broken broken.json
echo '{"defaultAction": "SCMP_ACT_ALOW"}' >"$root/seccomp/broken.json"
gives "a broken file" 1 "did you mean SCMP_ACT_ALLOW" "$work/broken.yaml"
jq -n '{defaultAction: "SCMP_ACT_ERRNO", syscalls: []}' >"$root/seccomp/broken.json"
gives "a profile under which nothing starts" 1 "does not start" "$work/broken.yaml"
jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["keyctll"], action: "SCMP_ACT_ERRNO"}]}' >"$root/seccomp/broken.json"
gives "a misspelt name" 0 "did you mean keyctl" "$work/broken.yaml"
of nothing "containers: [{name: a, securityContext: {seccompProfile: {}}}]"
gives "no type" 1 "spec.containers\[0\].securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set" "$work/nothing.yaml"

# --- workloads, lists, standard input
same "a Deployment from a pipe" "Unconfined RuntimeDefault 1" "$(
  echo '{"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": {"spec": {"initContainers": [{"name": "i", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}],
    "containers": [{"name": "c"}], "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}}}}' | timeout 20 "$SCRIM" pod --json - >"$work/out"
  status=$?; echo "$(jq -r "$profile" "$work/out") $status")"
{ cat "$pods/runtime-default.yaml"; echo ---; cat "$pods/runtime-class.yaml"; echo ---; cat "$pods/unconfined.yaml"; } >"$work/several.yaml"
same "several documents" "runtime-default unconfined RuntimeClass 1" "$(answer '"\([.pods[].name] | join(" ")) \(.otherKinds[])"' "$work/several.yaml")"
same "the JSON's members" "finding node otherKinds pods required 0" "$(answer 'keys | join(" ")' "$pods/runtime-default.yaml")"
same "a pod's members" "at containers finding kind level name namespace refused violations warnings 0" "$(answer '.pods[0] | keys | join(" ")' "$pods/runtime-default.yaml")"
same "a container's members" "at because confined finding hindrance kind lint name noNewPrivileges privileged profile starts warnings 0" \
  "$(answer '.pods[0].containers[0] | keys | join(" ")' "$pods/runtime-default.yaml")"

# --- wrong use, and what means harm
gives "no file" 2 "file is required"
gives "no such file" 3 "No such file" "$work/no-such.yaml"
gives "no such level" 2 "restricted" --require strict "$pods/nginx.yaml"
gives "no such version" 2 "is no Kubernetes version" --kubernetes-version one "$pods/nginx.yaml"
gives "an empty engine" 2 "engine is empty" --engine "" "$pods/nginx.yaml"
gives "a kubelet's configuration that is none" 3 "not a KubeletConfiguration" --kubelet-config "$pods/nginx.yaml" "$pods/nginx.yaml"
{ echo 'a: &a [x,x,x,x,x,x,x,x,x,x]'; for level in {1..12}; do echo "b$level: &b$level [$(printf '*%s,' $(yes "$([ "$level" = 1 ] && echo a || echo "b$((level - 1))")" | head -n 9))]"; done; } >"$work/laughs.yaml"
gives "a billion laughs" 3 "laughs.yaml:.*more than the 1000000 values that are read" "$work/laughs.yaml"
printf '%0200000d' 0 | tr 0 '[' >"$work/deep.yaml"
gives "a depth without end" 3 "deep.yaml:1" "$work/deep.yaml"
printf 'kind: Pod\nkind: Pod\n' >"$work/twice.yaml"
gives "a key twice" 3 'twice.yaml:2:1: the key "kind" is already set' "$work/twice.yaml"
# Looked up one by one these would take minutes.
seq -f '{"kind": "K%.0f"}' 300000 | jq -sc '{kind: "List", items: .}' >"$work/kinds.yaml"
gives "hundreds of thousands of kinds" 3 "kinds.yaml: no pods in it, only K1, .* K300000" "$work/kinds.yaml"
head -c 100000 /dev/urandom >"$work/noise.yaml"
gives "noise" 3 "noise.yaml:" "$work/noise.yaml"
gives "no end" 3 "not a regular file|regular" /dev/zero
printf 'kind: Pod\nmetadata: {name: "\\e[31mred"}\nspec: {containers: [{name: "\\e]0;title\\a"}]}\n' >"$work/escape.yaml"
pod "$work/escape.yaml" >"$work/out" 2>&1
plain_text "names that a terminal would obey" "$work/out"
printf 'kind: Pod\nmetadata: {name: a, annotations: {"\\e[31m\\u009b\\u202e\\nforged": 17}}\nspec: {containers: [{name: a}]}\n' >"$work/key.yaml"
gives "an annotation's key with them" 3 'metadata.annotations..x1b.31m.u009b.u202e.nforged must be a string' "$work/key.yaml"
plain_text "an annotation's key, escaped" "$work/error"
of typed "containers: [{name: a, securityContext: {privileged: 'true'}}]"
gives "a boolean in quotes" 3 "securityContext.privileged must be a boolean, not a string" "$work/typed.yaml"
of misspelt "containers: [{name: a}], securityContext: {seccompProfle: {type: RuntimeDefault}}"
gives "a misspelt field" 1 "unknown field \"spec.securityContext.seccompProfle\" \(did you mean seccompProfile\?\)" "$work/misspelt.yaml"
of typo "contaniers: [{name: a}]"
gives "no containers" 1 "refused by the API server: spec.containers: Required value" --require restricted "$work/typo.yaml"
of initial "initContainers: [{name: a, securityContext: {seccompProfile: {type: RuntimeDefault}}}], containers: []"
gives "init containers alone" 1 "refused by the API server: spec.containers: Required value" "$work/initial.yaml"

# --- as the container would
# inside FILE CONTAINER OPTION...: Seccomp, NoNewPrivs, CapBnd and CapEff, and which calls reach the kernel.
inside() {
  pod "${@:3}" "$1" --launch "$2" -- "$probe" status keyctl unshare mkdirat 2>"$work/error" |
    awk '/^(Seccomp|NoNewPrivs|CapBnd|CapEff):/ { printf "%s %s ", $1, $2 } /^(keyctl|unshare|mkdirat) / { printf " %s %s", $1, $2 == -1 ? "refused" : "reached" }'
}
engines=00000000a80425fb
same "RuntimeDefault" "CapEff: $engines CapBnd: $engines NoNewPrivs: 0 Seccomp: 2  keyctl refused unshare refused mkdirat reached" "$(inside "$pods/runtime-default.yaml" shell)"
same "says nothing" "Seccomp: 0  keyctl reached" "$(inside "$work/silent.yaml" a | sed 's/.*Seccomp/Seccomp/; s/ unshare.*//')"
same "says nothing, seccompDefault" "Seccomp: 2  keyctl refused" "$(inside "$work/silent.yaml" a --seccomp-default | sed 's/.*Seccomp/Seccomp/; s/ unshare.*//')"
same "privileged" "Seccomp: 0  keyctl reached" "$(inside "$work/privileged.yaml" a | sed 's/.*Seccomp/Seccomp/; s/ unshare.*//')"
of narrow "containers: [{name: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}, seccompProfile: {type: RuntimeDefault}}}]"
same "capabilities and no_new_privs" "CapEff: 0000000000000400 CapBnd: 0000000000000400 NoNewPrivs: 1 Seccomp: 2  keyctl refused unshare refused mkdirat reached" "$(inside "$work/narrow.yaml" a)"
of admin "containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN]}, seccompProfile: {type: RuntimeDefault}}}]"
same "SYS_ADMIN opens what RuntimeDefault closes" "Seccomp: 2  keyctl refused unshare reached mkdirat reached" "$(inside "$work/admin.yaml" a | sed 's/.*Seccomp/Seccomp/')"
same "containers-common's default allows keyctl" "Seccomp: 2  keyctl reached" "$(inside "$pods/runtime-default.yaml" shell --engine cri-o | sed 's/.*Seccomp/Seccomp/; s/ unshare.*//')"
jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdirat"], action: "SCMP_ACT_ERRNO"}]}' >"$root/seccomp/mine.json"
localhost mine mine.json
same "Localhost" "Seccomp: 2  keyctl reached unshare reached mkdirat refused" "$(inside "$work/mine.yaml" a | sed 's/.*Seccomp/Seccomp/')"
of user "containers: [{name: a}], securityContext: {runAsUser: 65534, runAsGroup: 65533, seccompProfile: {type: RuntimeDefault}}"
same "runAsUser and runAsGroup" "65534 65533" "$(pod "$work/user.yaml" --launch a -- "$probe" status | awk '/^Uid:/ { u = $2 } /^Gid:/ { print u, $2 }')"
of group "containers: [{name: a}], securityContext: {runAsGroup: 65533}"
same "runAsGroup alone" "$(id -u) 65533" "$(pod "$work/group.yaml" --launch a -- "$probe" status | awk '/^Uid:/ { u = $2 } /^Gid:/ { print u, $2 }')"
of image "containers: [{name: a, securityContext: {runAsNonRoot: true}}]"
gives "runAsNonRoot and a user that only the image knows" 125 "has runAsNonRoot and no runAsUser" "$work/image.yaml" --launch a -- "$probe" status
of rooted "containers: [{name: a, securityContext: {runAsUser: 0, seccompProfile: {type: RuntimeDefault}}}], securityContext: {runAsNonRoot: true}"
gives "runAsNonRoot and root" 1 "CreateContainerConfigError: container's runAsUser breaks non-root policy" "$work/rooted.yaml"
gives "runAsNonRoot and root, launched" 125 "runAsUser breaks non-root policy" "$work/rooted.yaml" --launch a -- "$probe" status
of unprivileged "containers: [{name: a, securityContext: {runAsNonRoot: true, runAsUser: 65534}}]"
same "runAsNonRoot and a user" "65534" "$(pod "$work/unprivileged.yaml" --launch a -- "$probe" status | awk '/^Uid:/ { print $2 }')"
of contradicting "containers: [{name: a, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]"
gives "a pod that is refused" 125 "the API server refuses the pod: .*allowPrivilegeEscalation" "$work/contradicting.yaml" --launch a -- "$probe" status
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/scrim" pod --root-dir "$root" --runtime scrim - --launch nginx -- /bin/true <"$pods/nginx.yaml" >"$work/out" 2>&1
same "a profile that the caller may not read" 125 $?
matches "a profile that the caller may not read: says" "cannot be told: .*Permission denied" "$(cat "$work/out")"
same "the command's status" "42" "$(pod "$work/silent.yaml" --launch silent/a -- "$probe" exit=42; echo $?)"
gives "a container that does not start" 125 "the container a does not start: CreateContainerError" "$work/missing.yaml" --launch a -- "$probe" status
gives "a command that is not there" 127 "no such file" "$work/silent.yaml" --launch a -- /no/such
gives "no such container" 2 "no container is called so; there are silent/a" "$work/silent.yaml" --launch b -- true
gives "a name of two" 2 "several containers are called so" "$work/several.yaml" --launch shell -- true
gives "a command without --launch" 2 "--launch names a container" "$work/silent.yaml" -- true
finish
