#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Which profile a config.json gets: every row of the table in libprofile/resolve/README.md through scrim run, by what
# the kernel answers in the container; and configuration files that stop the start.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq timeout
source "$(dirname "$0")/programs/bundle.sh"
prepare
mkdir "$work/profiles"
denies() { echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": '"$1"'}]}'; }
denies 71 >"$work/profiles/one.json"
denies 72 >"$work/profiles/two.json"
denies 73 >"$work/profiles/three.json"
inline=$(denies 95)
fixture=$repository/test/unit/data/resolve/docker-20.10-privileged.json
if [ ! -r "$fixture" ]; then fail config_precedence "no $fixture"; finish; fi

# What a container is made of.
has_inline=".linux.seccomp = $inline"
has_marks=".process.capabilities = \$profile.process.capabilities | .linux.resources = \$profile.linux.resources"
annotation() { echo ".annotations[\"$1\"] = \"$2\""; }
profile() { annotation run.scrim.profile "$1"; }
privileged() { annotation run.scrim.privileged "$1"; }
container_profile() { echo ".annotations[\"io.kubernetes.cri.container-name\"] = \"web\" | $(annotation container.seccomp.security.alpha.kubernetes.io/web "$1")"; }
crio_profile() { echo ".annotations[\"io.kubernetes.container.name\"] = \"web\" | $(annotation container.seccomp.security.alpha.kubernetes.io/web "$1")"; }
other_profile() { echo ".annotations[\"io.kubernetes.cri.container-name\"] = \"web\" | $(annotation container.seccomp.security.alpha.kubernetes.io/other "$1")"; }
pod_profile() { annotation seccomp.security.alpha.kubernetes.io/pod "$1"; }

# applied SETTINGS PART...: the profile that the kernel shows: none, default, inline, one, two, three; or "refused".
applied() {
  jq -c ". + {profileRoot: \"$work/profiles\"}" <<<"$1" >"$work/settings.json"
  shift
  local filter=.
  for part in "$@"; do filter+=" | $part"; done
  bundle row "$filter" "$fixture"
  if ! container row status mkdirat keyctl >"$work/said"; then echo refused; return; fi
  awk '/^Seccomp:/ { mode = $2 } /^(mkdirat|keyctl) / { answer[$1] = $2 }
    END {
      names[-95] = "inline"; names[-71] = "one"; names[-72] = "two"; names[-73] = "three"
      if (mode == 0 && answer["mkdirat"] == -2) print "none"
      else if (mode == 2 && answer["mkdirat"] in names) print names[answer["mkdirat"]]
      else if (mode == 2 && answer["keyctl"] == -1) print "default"
      else print "unknown: " mode, answer["mkdirat"], answer["keyctl"]
    }' "$work/said"
}
# words PART...: what the parts are, for the test's name.
words() {
  sed -E 's/\.linux\.seccomp = \{.+\}/linux.seccomp/g; s/\.process\.capabilities = \$profile.*resources/marks of privilege/
    s/\.annotations\["io\.[^|]*\| //g; s/\.annotations\["([^"]*)"\] = "([^"]*)"/\1=\2/g
    s/(container\.)?seccomp\.security\.alpha\.kubernetes\.io/\1seccomp/g' <<<"${*:-nothing}"
}
# row NUMBER WARNINGS EXPECTED PART...: under the table's trust; a + is seccompDefault.
row() {
  local number=$1 warnings=$2 expected=$3 text='{}'
  shift 3
  case $number in T*) text='{"annotations": "trusted"}' ;; esac
  case $number in *+) text=$(jq -c '. + {seccompDefault: true}' <<<"$text") ;; esac
  same "$number: $(words "$@"): $expected, warnings: $warnings" "$expected $warnings" \
    "$(applied "$text" "$@") $(grep -c '^scrim: warning: ' "$work/said")"
}
default=RuntimeDefault
local_one=Localhost:one.json
pod_two=localhost/two.json

# --- untrusted
row U1 0 inline "$has_inline"
row U1 1 inline "$has_inline" "$(profile Unconfined)"
row U1 1 inline "$has_inline" "$(profile $local_one)"
row U1 1 inline "$has_inline" "$(privileged true)"
row U1 3 inline "$has_inline" "$(container_profile unconfined)" "$(pod_profile $pod_two)" "$(privileged true)"
row U1 0 inline "$has_inline" "$has_marks"
row U1+ 0 inline "$has_inline"
row U2 0 none "$has_marks"
row U2 1 none "$has_marks" "$(profile $local_one)"
row U2+ 0 none "$has_marks"
row U3+ 0 default
row U3+ 1 default "$(profile Unconfined)"
row U3+ 1 default "$(profile $local_one)"
row U3+ 2 default "$(pod_profile unconfined)" "$(privileged true)"
row U4 0 one "$(profile $local_one)"
row U4 0 default "$(profile $default)"
row U4 0 one "$(profile $local_one)" "$(container_profile localhost/two.json)" "$(pod_profile localhost/three.json)"
row U4 1 one "$(profile $local_one)" "$(privileged true)"
row U4 1 two "$(profile Unconfined)" "$(container_profile localhost/two.json)"
row U5 0 two "$(container_profile localhost/two.json)" "$(pod_profile localhost/three.json)"
row U5 0 two "$(crio_profile localhost/two.json)"
row U5 0 default "$(container_profile runtime/default)"
row U5 0 none "$(other_profile localhost/two.json)"
row U6 0 three "$(pod_profile localhost/three.json)"
row U6 0 default "$(pod_profile docker/default)"
row U6 1 three "$(container_profile unconfined)" "$(pod_profile localhost/three.json)"
row U7 0 none
row U7 1 none "$(profile Unconfined)"
row U7 1 none "$(pod_profile unconfined)"
row U7 1 none "$(privileged true)"
row U7 0 none ".linux.seccomp = {}"

# --- trusted
row T1 0 none "$(privileged true)"
row T1 1 none "$has_inline" "$(privileged true)"
row T1 1 none "$(privileged true)" "$(profile $local_one)"
row T1+ 0 none "$(privileged true)"
row T2 0 one "$(profile $local_one)"
row T2 0 one "$has_inline" "$(profile $local_one)"
row T2 0 none "$has_inline" "$(profile Unconfined)"
row T2 0 one "$has_marks" "$(profile $local_one)"
row T2 0 one "$(privileged false)" "$(profile $local_one)"
row T2+ 0 none "$(profile Unconfined)"
row T3 0 inline "$has_inline"
row T3 0 inline "$has_inline" "$has_marks"
row T3 0 inline "$has_inline" "$(container_profile unconfined)" "$(pod_profile $pod_two)"
row T4 0 none "$has_marks"
row T4 1 none "$has_marks" "$(pod_profile $pod_two)"
row T4+ 0 default "$has_marks" "$(privileged false)"
row T5 0 two "$(container_profile localhost/two.json)" "$(pod_profile localhost/three.json)"
row T5+ 0 none "$(container_profile unconfined)"
row T6 0 three "$(pod_profile localhost/three.json)"
row T6+ 0 none "$(pod_profile unconfined)"
row T7 0 none
row T7+ 0 default

# --- values that cannot be meant, and files that are missing
row U4 0 refused "$(profile Localhost:../one.json)"
matches "an annotation with .. says where it stands" "^scrim: $work/row/config.json:[0-9]+:[0-9]+: .*\.\." "$(cat "$work/said")"
row U4 0 refused "$(profile RuntimeDefault@doker)"
row U4 0 refused "$(profile Localhost:none.json)"
matches "a missing Localhost file says so" "none.json.*No such file" "$(cat "$work/said")"
row U1 1 inline "$has_inline" "$(profile Localhost:../one.json)"
row T1 0 refused "$(privileged yes)"
row T2 0 refused "$has_inline" "$(profile "")"

# --- the settings themselves
same "privilegedProfile: what a privileged container gets" one "$(applied '{"privilegedProfile": "Localhost:one.json"}' "$has_marks")"
same "privilegedProfile: RuntimeDefault" default \
  "$(applied '{"privilegedProfile": "RuntimeDefault@docker"}' "$has_marks | .process.capabilities.bounding -= [] ")"
same "privilegedProfile: others do not" none "$(applied '{"privilegedProfile": "Localhost:one.json"}')"
same "runtimeDefault: podman's lets keyctl through" "unknown: 2 -2" "$(applied '{"runtimeDefault": "podman", "seccompDefault": true}' | cut -d' ' -f1-3)"
same "marks but for a masked path: not privileged" default "$(applied '{"seccompDefault": true}' "$has_marks" '.linux.maskedPaths = ["/proc/kcore"]')"
same "marks but for a capability: not privileged" default \
  "$(applied '{"seccompDefault": true}' "$has_marks" '.process.capabilities.bounding -= ["CAP_NET_ADMIN"]')"
same "marks but for the devices: not privileged" default "$(applied '{"seccompDefault": true}' "$has_marks" 'del(.linux.resources)')"

# --- a configuration that cannot be meant stops the start
bundle row
# stopped NAME PATTERN [TEXT]: run and launch with $work/settings.json, which TEXT is written to.
stopped() {
  [ $# -lt 3 ] || printf '%s\n' "$3" >"$work/settings.json"
  timeout 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" run --bundle "$work/row" row >"$work/out" 2>"$work/error" </dev/null
  same "$1: run ends with one line" "1 1 0" "$? $(wc -l <"$work/error") $(wc -c <"$work/out")"
  matches "$1: message" "$2" "$(cat "$work/error")"
  timeout 20 "$SCRIM" --config "$work/settings.json" launch -- "$work/probe" status >"$work/out" 2>"$work/error" </dev/null
  same "$1: launch too" "125 1 0" "$? $(wc -l <"$work/error") $(wc -c <"$work/out")"
}
stopped "an unknown key" 'settings.json:1:2: unknown key "secompDefault", did you mean seccompDefault' '{"secompDefault": true}'
stopped "a key twice" "settings.json:1:[0-9]+: .*given more than once" '{"seccompDefault": true, "seccompDefault": false}'
stopped "a wrong type" "settings.json:1:20: .*seccompDefault" '{"seccompDefault": "true"}'
stopped "an unknown value" "settings.json:1:17: .*untrusted" '{"annotations": "trust"}'
stopped "an unknown engine" "settings.json:1:20: .*docker" '{"runtimeDefault": "dokcer"}'
stopped "a relative profile root" "settings.json:1:17: .*absolute" '{"profileRoot": "profiles"}'
stopped "a privileged profile that is none" "settings.json:1:23: .*" '{"privilegedProfile": "Privileged"}'
stopped "broken JSON" "settings.json:[12]:[0-9]+: not JSON" '{"seccompDefault": true'
stopped "a list" "settings.json:1:1: .*object" '[]'
stopped "an empty file" "settings.json:[12]:1: not JSON" ''
echo '{}' >"$work/settings.json"
chmod 666 "$work/settings.json"
stopped "a file that everybody can write" "chmod go-w"
chmod 664 "$work/settings.json"
stopped "a file that a group can write" "chmod go-w"
chmod 644 "$work/settings.json"
chown 65534 "$work/settings.json"
stopped "somebody else's file" "belongs to user 65534"
rm "$work/settings.json"
stopped "a named file that is missing" "open $work/settings.json: No such file"
mkfifo "$work/settings.json"
stopped "a FIFO" "not a regular file"
rm "$work/settings.json"
mkdir "$work/settings.json"
stopped "a directory" "Is a directory"
rmdir "$work/settings.json"
ln -s none "$work/settings.json"
stopped "a link to nothing" "No such file"
rm "$work/settings.json"
same "nothing is left" "" "$(ls -A "$work/state" 2>/dev/null)"

# --- the file that needs no name: in a mount namespace of its own
# default_file COMMAND: a shell command with /etc/scrim below the test's directory.
default_file() {
  mkdir -p "$work/etc/scrim" "$work/upper" "$work/overlay"
  unshare -m bash -c 'mount --make-rprivate / && mkdir -p /etc && mount -t tmpfs none "$1/upper" &&
    mkdir "$1/upper/u" "$1/upper/w" && mount -t overlay none -o "lowerdir=/etc,upperdir=$1/upper/u,workdir=$1/upper/w" /etc &&
    mkdir -p /etc/scrim && rm -f /etc/scrim/config.json && eval "$2"' - "$work" "$1" 2>&1
}
if [ "$(default_file 'echo ready')" != ready ]; then skip "/etc/scrim/config.json" "no overlay here: $(default_file 'echo ready' | head -1)"
else
  export SCRIM work
  status='"$SCRIM" --root "$work/state" run --bundle "$work/row" row | grep Seccomp:; exit ${PIPESTATUS[0]}'
  same "no /etc/scrim/config.json: the defaults" "Seccomp:	0" "$(default_file "$status")"
  same "/etc/scrim/config.json is read" "Seccomp:	2" "$(default_file "echo '{\"seccompDefault\": true}' >/etc/scrim/config.json; $status")"
  same "a bad /etc/scrim/config.json stops the start" 'scrim: /etc/scrim/config.json:1:2: unknown key "x"' \
    "$(default_file "echo '{\"x\": true}' >/etc/scrim/config.json; $status" | cut -d' ' -f1-5 | sed 's/[,;:]*$//; s/"x".*/"x"/')"
  same "a link to nothing stops it" 1 "$(default_file "ln -s none /etc/scrim/config.json; $status" >/dev/null; echo $?)"
fi
finish
