#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim node: the kernel, a kubelet (a program that is called so), engines, profiles, and containers of scrim.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
# told STATUS ARGUMENT...: runs scrim node; what it says is in $work/out.
told() {
  local status=$1
  shift
  scrim node "$@" >"$work/out" 2>"$work/err" </dev/null
  same "node $*: exit status" "$status" $?
}
says() { matches "$1" "$2" "$(cat "$work/out")"; }
# shellcheck disable=SC2016
ours='[.containers[] | select(.configFile // "" | startswith($work))]'
json() { scrim node --json "${@:2}" | jq -c --arg work "$work" "$1"; }

mkdir -p "$work/kubelet/seccomp/operator"
cat >"$work/kubelet/seccomp/good.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]}
END
printf 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nseccompDefault: true\n' >"$work/kubelet.yaml"
cat >"$work/kubelet.c" <<'END'
#include <unistd.h>
int main(void) { return pause(); }
END
cc -o "$work/kubelet-program" "$work/kubelet.c" || { fail "compile" "cc said so"; finish; }
mkdir "$work/bin" && mv "$work/kubelet-program" "$work/bin/kubelet"

said=$(scrim node)
matches "the kernel" "^kernel $(uname -r)$" "$said"
matches "its actions" "^  actions +$(cat /proc/sys/kernel/seccomp/actions_avail)$" "$said"
same "as JSON" "$(jq -R -c 'split(" ")' /proc/sys/kernel/seccomp/actions_avail)" "$(json .kernel.actions)"
if [ -e /usr/bin/podman ]; then
  same "podman's version" "$(/usr/bin/podman --version | grep -o '[0-9.]*$')" "$(json '.engines[] | select(.engine == "podman") | .version' | tr -d '"')"
else skip "podman's version" "no podman here"; fi
if [ -e /usr/sbin/dockerd ]; then
  version=$(/usr/sbin/dockerd --version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
  same "Docker's version and default" "\"$version\" \"RuntimeDefault@docker-$version\"" \
    "$(json '.engines[] | select(.engine == "docker") | .version, .default' | tr '\n' ' ' | sed 's/ $//')"
else skip "Docker's version" "no dockerd here"; fi
# Whatever calls itself an engine: it is not run.
printf '#include <fcntl.h>\n#include <unistd.h>\nint main(int n, char** a) { if (n > 1) return creat("%s/ran", 0644), 0; (void)a; return pause(); }\n' "$work" >"$work/crio.c"
mkdir -m 755 "$work/somewhere" && cc -o "$work/somewhere/crio" "$work/crio.c" || { fail "compile" "cc said so"; finish; }
crio='.engines[] | select(.engine == "cri-o") | [.version, (.running | index($pid)) != null]'
"$work/somewhere/crio" &
crio_pid=$!
started+=("$crio_pid")
if [ -e /usr/bin/crio ] || [ -e /usr/local/bin/crio ]; then skip "root's daemon from elsewhere" "crio is here"; else
  same "root's daemon from elsewhere" '[null,true]' "$(scrim node --json | jq -c --argjson pid "$crio_pid" "$crio")"
fi
end_process "$crio_pid"
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/somewhere/crio" &
crio_pid=$!
started+=("$crio_pid")
wait_for 5 grep -qx crio "/proc/$crio_pid/comm"
same "a user's daemon is none" "" "$(scrim node --json | jq -c --argjson pid "$crio_pid" "$crio | select(.[1])")"
end_process "$crio_pid"
same "neither is run" no "$([ -e "$work/ran" ] && echo yes || echo no)"
if [ ! -e /var/lib/kubelet/config.yaml ]; then same "no kubelet" null "$(json .kubelet)"; fi

"$work/bin/kubelet" --config="$work/kubelet.yaml" --root-dir "$work/kubelet" &
kubelet=$!
started+=("$kubelet")
same "a kubelet that runs" "[$kubelet,true,\"$work/kubelet.yaml\"]" "$(json '.kubelet | [.pid, .seccompDefault, .configFile]')"
said=$(scrim node)
matches "its seccompDefault" "seccompDefault +true: .*RuntimeDefault" "$said"
matches "why" "kubelet.yaml:3:[0-9]+: seccompDefault is true" "$said"
matches "its profiles" "^profiles in $work/kubelet/seccomp: 1$" "$said"
matches "a good profile" "^  good.json: (nothing found|warning)" "$said"
sed -i 's/true/false/' "$work/kubelet.yaml"
matches "seccompDefault off" "seccompDefault +false: .*CIS Kubernetes 4.2.14" "$(scrim node)"

end_process "$kubelet"
mkdir "$work/drop-ins" && printf 'kind: KubeletConfiguration\nseccompDefault: true\n' >"$work/drop-ins/10.conf"
(cd "$work" && exec "$work/bin/kubelet" --config=kubelet.yaml --config-dir drop-ins --root-dir kubelet) &
kubelet=$!
started+=("$kubelet")
wait_for 5 grep -qx kubelet "/proc/$kubelet/comm"
same "paths where it was started, and drop-ins" "[true,\"$work/kubelet.yaml\",\"$work/drop-ins\",[\"$work/drop-ins/10.conf:2:17: seccompDefault is true\"]]" \
  "$(json '.kubelet | [.seccompDefault, .configFile, .configDirectory, .because]')"

# --- containers
base='.process.args = ["sleep", "1000"]'
bundle filtered "$base"' | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["keyctl"], action: "SCMP_ACT_ERRNO"}]}'
scrim create --bundle "$work/filtered" filtered </dev/null >/dev/null 2>&1 && scrim start filtered || fail "a container" "it does not start"
same "a container under a profile" '[["scrim","filtered","filter",true]]' "$(json "$ours | map([.engine, .containerName, .mode, .asConfig])")"
before=$(json .unconfined)
bundle open "$base | del(.linux.seccomp)"
scrim create --bundle "$work/open" open </dev/null >/dev/null 2>&1 && scrim start open || fail "a container" "it does not start"
told 1
says "an unconfined one" "^  scrim open +sleep [0-9]+ +0 filters +unconfined$"
says "is counted" "^$((before + 1)) runs? unconfined: every call is allowed$"
same "… as JSON" $((before + 1)) "$(json .unconfined)"
scrim delete --force open
bundle through "$base"' | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["keyctl"], action: "SCMP_ACT_LOG"}]}'
scrim create --bundle "$work/through" through </dev/null >/dev/null 2>&1 && scrim start through || fail "a container" "it does not start"
told 1
says "a filter that lets every call through" "^  scrim through +sleep [0-9]+ +1 filter +unconfined: what it has lets every call through$"
same "… is counted" "$((before + 1)) [false]" "$(json .unconfined) $(json "$ours | map(select(.containerName == \"through\") | .confined)")"
scrim delete --force through
if [ "$before" = 0 ]; then told 0; fi
scrim delete --force filtered

# --- profiles
echo '{"defaultAction": "SCMP_ACT_ERRNO"}' >"$work/kubelet/seccomp/operator/bad.json"
told 1
says "a profile under which nothing starts" "^  operator/bad.json: error$"
says "what is wrong with it" "^    operator/bad.json.*\[cannot-start\]$"
matches "how to mend it, on a line of its own" "^        allow " "$(grep -A1 '\[cannot-start\]' "$work/out")"
same "as JSON" true "$(json '.profiles.profiles[1] | .path == "operator/bad.json" and any(.findings[]; .severity == "error")')"
mkdir "$work/empty"
if [ "$before" = 0 ]; then told 0 --profile-root "$work/empty"; fi
told 2 --nonesuch
told 2 --profile-root ''
told 3 --profile-root "$work/none"
matches "a root of profiles that is not there" "^scrim: look for profiles in $work/none: No such file" "$(cat "$work/err")"
same "the members" '["containers","engines","kernel","kubelet","profiles","unconfined"]' "$(json 'keys')"
end_process "$kubelet"
finish
