#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim launch: which profile applies for each way of asking, as system calls answer and /proc/self/status says, and
# what --print tells beforehand.
source "$(dirname "$0")/../engines/lib.sh"
begin cc jq setpriv
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
launch() { "$SCRIM" --config "${settings:-$work/settings.json}" launch "$@"; }
field() { awk -v name="$1:" '$1 == name { print $2 }'; }
# answers ARGUMENT...: what becomes of calls: "refused" by the filter, "reached" else. All as root with its own bounding
# set less CAP_SYS_ADMIN and others, as in a container.
answers() {
  launch --cap-drop ALL --cap-add DEFAULT "$@" -- "$probe" status keyctl unshare mount 2>"$work/error" |
    awk '/^Seccomp:/ { printf "%s", $2 } /^(keyctl|unshare|mount) / { printf " %s %s", $1, $2 == -1 ? "refused" : "reached" }'
}
refused() {
  local name=$1 pattern=$2
  shift 2
  launch "$@" -- "$probe" status >"$work/out" 2>"$work/error" </dev/null
  same "$name: exit status, one line, no output" "125 1 0" "$? $(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$name: message" "$pattern" "$(cat "$work/error")"
}
# said NAME PATTERN ARGUMENT...: --print, which starts nothing.
said() {
  local name=$1 pattern=$2
  shift 2
  launch --print "$@" -- "$probe" exit=77 >"$work/out" 2>"$work/error"
  same "--print of $name: exit status" 0 $?
  matches "--print of $name" "$pattern" "$(tr '\n' '|' <"$work/out")"
}

default="2 keyctl refused unshare refused mount refused"
# containers-common allows all three; CRI-O takes new namespaces out of unshare.
podman="2 keyctl reached unshare reached mount reached"
none="0 keyctl reached unshare reached mount reached"

# --- RuntimeDefault, of each engine
same "nothing asked" "$none" "$(answers)"
same "RuntimeDefault is containerd's" "$default" "$(answers --profile RuntimeDefault)"
same "RuntimeDefault@containerd" "$default" "$(answers --profile RuntimeDefault@containerd)"
same "RuntimeDefault@docker" "$default" "$(answers --profile RuntimeDefault@docker)"
same "RuntimeDefault@podman allows keyctl" "$podman" "$(answers --profile RuntimeDefault@podman)"
same "RuntimeDefault@cri-o" "$podman" "$(answers --profile RuntimeDefault@cri-o)"
same "a built-in default is no reason for warnings" "" "$(for engine in containerd docker podman cri-o; do launch --strict --profile RuntimeDefault@$engine -- "$probe" 2>&1; done)"
userns() { launch --profile "RuntimeDefault@$1" --cap-drop ALL -- "$probe" userns; }
same "a user namespace: podman lets it, cri-o and containerd do not" "userns 0, userns -38, userns -1" \
  "$(userns podman), $(userns cri-o), $(userns containerd)"
for version in containerd-1.6.20 docker-20.10.24; do
  same "RuntimeDefault@$version" "$default" "$(answers --profile "RuntimeDefault@$version")"
done
same "Kubernetes' older spellings" "$default $default $none" \
  "$(answers --profile runtime/default) $(answers --profile docker/default) $(answers --profile unconfined)"
for engine in containerd docker podman cri-o; do
  said "$engine" "profile: RuntimeDefault@$engine-[^|]*\|because: --profile asks for RuntimeDefault@$engine\|.*default: SCMP_ACT_ERRNO" \
    --profile "RuntimeDefault@$engine"
done
said "plain RuntimeDefault" "because: RuntimeDefault means containerd's here\|.*evaluated for .* capabilities in the bounding set" --profile RuntimeDefault
refused "an unknown engine" "did you mean docker" --profile RuntimeDefault@doker
refused "an unknown version" "containerd-0.1|0\.1" --profile RuntimeDefault@containerd-0.1
refused "no such form" "use RuntimeDefault" --profile runtimedefault
refused "an empty one" "use RuntimeDefault" --profile ""
echo '{"runtimeDefault": "podman"}' >"$work/podman.json"
same "runtimeDefault of the configuration says whose" "$podman" "$(settings=$work/podman.json answers --profile RuntimeDefault)"
echo '{"seccompDefault": true}' >"$work/default.json"
same "seccompDefault: nothing asked is RuntimeDefault" "$default" "$(settings=$work/default.json answers)"
settings=$work/default.json said "seccompDefault" "because: no profile is asked for, and seccompDefault makes that RuntimeDefault"
same "seccompDefault: Unconfined is still Unconfined" "$none" "$(settings=$work/default.json answers --profile Unconfined)"

# --- the bounding set decides which conditional rules apply
bounded() { launch --profile "RuntimeDefault@$1" --cap-drop ALL "${@:2}" -- "$probe" unshare mount bpf keyctl | awk '{ printf "%s%s %s", sep, $1, $2 == -1 ? "refused" : "reached"; sep = " " }'; }
for engine in containerd docker podman; do
  keyctl=$([ $engine = podman ] && echo reached || echo refused)
  same "$engine, no capabilities" "unshare $keyctl mount $keyctl bpf refused keyctl $keyctl" "$(bounded $engine)"
  same "$engine, CAP_SYS_ADMIN" "unshare reached mount reached bpf reached keyctl $keyctl" "$(bounded $engine --cap-add SYS_ADMIN)"
  same "$engine, all capabilities" "unshare reached mount reached bpf reached keyctl $keyctl" "$(bounded $engine --cap-add ALL)"
done
same "a filter of root's bounding set does not follow the user's loss of capabilities" "2 reached" \
  "$(launch --profile RuntimeDefault --user 65534 -- "$probe" status unshare | awk '/^Seccomp:/ { printf "%s ", $2 } /^unshare/ { print $2 == -1 ? "refused" : "reached" }')"
said "the bounding set" "and 2 capabilities in the bounding set" --profile RuntimeDefault --cap-drop ALL --cap-add KILL,CHOWN

# --- Unconfined, privileged
same "Unconfined" "$none" "$(answers --profile Unconfined)"
same "--privileged" "$none" "$(answers --privileged)"
same "--privileged discards a profile" "$none" "$(answers --privileged --profile RuntimeDefault)"
matches "--privileged says that it discards one" "privileged discards the profile that is asked for: RuntimeDefault" "$(cat "$work/error")"
echo '{"privilegedProfile": "RuntimeDefault@docker"}' >"$work/privileged.json"
same "privilegedProfile" "$default" "$(settings=$work/privileged.json answers --privileged)"
said "--privileged" "profile: Unconfined\|because: --privileged\|because: privileged containers have no profile" --privileged
settings=$work/privileged.json said "privilegedProfile" "because: privileged containers get privilegedProfile, RuntimeDefault@docker" --privileged
said "Unconfined" "profile: Unconfined\|because: --profile asks for Unconfined\|because: Unconfined: no filter" --profile Unconfined

# --- Localhost, below a root that it cannot leave
root=$work/profiles
mkdir -p "$root/deep" "$work/outside"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}' >"$root/deny.json"
cp "$root/deny.json" "$root/deep/deny.json"
cp "$root/deny.json" "$work/outside/deny.json"
ln -s ../deny.json "$root/deep/inside.json"
ln -s ../outside/deny.json "$root/out.json"
ln -s "$root/deny.json" "$root/absolute.json"
ln -s ../outside "$root/directory"
ln -s loop "$root/loop"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}, {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []}],
  "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}' >"$root/template.json"
localhost() { launch --profile-root "$root" --profile "Localhost:$1" "${@:2}" -- "$probe" mkdirat 2>"$work/error"; }
same "Localhost" "mkdirat -95" "$(localhost deny.json)"
same "Localhost in a directory" "mkdirat -95" "$(localhost deep/deny.json)"
same "Localhost, the older spelling" "mkdirat -95" "$(launch --profile-root "$root" --profile localhost/deny.json -- "$probe" mkdirat)"
same "Localhost, a link that stays inside" "mkdirat -95" "$(localhost deep/inside.json)"
same "Localhost, a template is evaluated" "mkdirat -95, mkdirat -2" "$(localhost template.json --cap-drop ALL), $(localhost template.json)"
echo "{\"profileRoot\": \"$root\"}" >"$work/root.json"
same "profileRoot of the configuration" "mkdirat -95" "$(settings=$work/root.json launch --profile Localhost:deny.json -- "$probe" mkdirat)"
same "--profile-root goes before it" "mkdirat -95" \
  "$(settings=$work/root.json launch --profile-root "$work/outside" --profile Localhost:deny.json -- "$probe" mkdirat)"
said "Localhost" "profile: Localhost:deny.json\|because: .*\|because: the profile $root/deny.json" --profile-root "$root" --profile Localhost:deny.json
local_refused() { refused "$1" "$2" --profile-root "$root" --profile "Localhost:$3"; }
local_refused "a Localhost file that is missing" "none.json.*: No such file" none.json
local_refused "an absolute Localhost path" "absolute|relative" "$root/deny.json"
local_refused "a Localhost path with .." "\.\." ../outside/deny.json
local_refused "a Localhost path with .. that would stay inside" "\.\." deep/../deny.json
local_refused "an empty Localhost path" "must be set" ""
local_refused "a link that leaves the root" "out.json" out.json
local_refused "an absolute link" "absolute.json" absolute.json
local_refused "a directory that leaves the root" "directory/deny.json" directory/deny.json
local_refused "a link to itself" "loop" loop
local_refused "a directory in place of a profile" "directory" deep
refused "an empty root" "--profile-root is empty" --profile-root "" --profile Localhost:deny.json
refused "a root that is missing" "No such file" --profile-root "$work/none" --profile Localhost:deny.json

# --- a file, which only a command line may name
same "a file's path" "mkdirat -95" "$(launch --profile "$root/out.json" -- "$probe" mkdirat)"
same "a file in the working directory" "mkdirat -95" "$(cd "$root" && launch --profile deny.json -- "$probe" mkdirat)"
said "a file" "profile: $root/deny.json\|.*default: SCMP_ACT_ALLOW\|rules: *1" --profile "$root/deny.json"

# --- execve itself
echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read", "exit_group", "write"], "action": "SCMP_ACT_ALLOW"}]}' >"$root/no-exec.json"
refused "a profile that denies execve" "does not allow execve: nothing can start under it" --profile "$root/no-exec.json"
jq '.defaultAction = "SCMP_ACT_KILL_PROCESS"' "$root/no-exec.json" >"$root/kill.json"
refused "a profile that kills at execve" "does not allow execve" --profile "$root/kill.json"
jq '.defaultAction = "SCMP_ACT_TRAP"' "$root/no-exec.json" >"$root/trap.json"
refused "a profile that traps execve" "does not allow execve" --profile "$root/trap.json"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["execve"], "action": "SCMP_ACT_NOTIFY"}]}' >"$root/notify.json"
refused "a listener, which launch has nobody for" "listener" --profile "$root/notify.json"

# --- --strict, and warnings
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["clock_get_time", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}' >"$root/misspelt.json"
launch --profile "$root/misspelt.json" -- "$probe" mkdirat >"$work/out" 2>"$work/error"
same "a misspelt syscall is a warning" "0 mkdirat -1 1" "$? $(cat "$work/out") $(wc -l <"$work/error")"
matches "a misspelt syscall: where, and what may be meant" \
  "$root/misspelt.json:1:[0-9]+: .*\"clock_get_time\": did you mean clock_gettime\?" "$(cat "$work/error")"
refused "--strict makes it an error" "misspelt.json:1:[0-9]+: .*did you mean clock_gettime" --strict --profile "$root/misspelt.json"
same "--strict without a reason" "mkdirat -95" "$(launch --strict --profile "$root/deny.json" -- "$probe" mkdirat)"
launch --print --profile "$root/misspelt.json" >"$work/out" 2>"$work/error"
same "--print shows warnings too" "0 1" "$? $(grep -c 'did you mean clock_gettime' "$work/error")"
launch --print --strict --profile "$root/misspelt.json" >"$work/out" 2>"$work/error"
same "--print --strict" "125 0" "$? $(wc -c <"$work/out")"
finish
