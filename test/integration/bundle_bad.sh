#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad bundles: one clear line, status 1, and nothing left behind.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# refused NAME PATTERN [OPTION...]: run of $work/bad fails with 1 and one line.
refused() {
  local said got
  said=$(limit=5 scrim run --bundle "$work/bad" "${@:3}" bad 2>&1 </dev/null)
  got=$?
  matches "$1" "^scrim: .*$2" "$said"
  same "$1: one line, status 1" "1 1" "$(wc -l <<<"$said") $got"
}
# change NAME PATTERN JQ
change() {
  bundle bad "$3"
  refused "$1" "$2"
}
config=$work/bad/config.json
script=true bundle bad
good=$(cat "$config")

refused "a bundle that is not there" "nowhere.*No such file" --bundle "$work/nowhere"
rm "$config"
refused "no config.json" "config.json.*No such file"
mkfifo "$config"
refused "a FIFO" "config.json.*(FIFO|not a regular file)"
rm "$config" && mkdir "$config"
refused "a directory" "config.json.*directory"
rmdir "$config" && ln -s /dev/zero "$config"
refused "a device" "config.json.*(device|not a regular file)"
rm "$config" && : >"$config"
refused "an empty file" "config.json:1:1: "
head -c 5000 /dev/urandom >"$config"
refused "no JSON at all" "config.json:1:[0-9]+: "
echo "${good%\}*}" >"$config"
refused "cut off" "config.json:[0-9]+:[0-9]+: "
echo "[]" >"$config"
refused "not an object" "config.json:1:1: .*object"
(printf '{"a":'; printf '[%.0s' {1..20000}) >"$config"
refused "nesting without end" "config.json:1:[0-9]+: "

change "no ociVersion" "ociVersion is required" 'del(.ociVersion)'
change "another major version" "ociVersion.*2.0.0" '.ociVersion = "2.0.0"'
change "no process" "process" 'del(.process)'
change "no args" "process.args is required" 'del(.process.args)'
change "empty args" "process.args must not be empty" '.process.args = []'
change "args of numbers" 'config.json:[0-9]+:[0-9]+: process.args\[1\] must be a string' '.process.args = ["sh", 1]'
change "no cwd" "process.cwd is required" 'del(.process.cwd)'
change "relative cwd" "process.cwd must be an absolute path" '.process.cwd = "tmp"'
change "no root" "root" 'del(.root)'
change "root file system that is not there" "nowhere.*No such file" '.root.path = "nowhere"'
change "root file system that is a file" "config.json: Not a directory" '.root.path = "\($work)/bad/config.json"'
change "no mount namespace" "mount namespace" '.linux.namespaces |= map(select(.type != "mount"))'
change "unknown namespace" "config.json:[0-9]+:[0-9]+: .*nosuch" '.linux.namespaces += [{type: "nosuch"}]'
change "the same namespace twice" "pid" '.linux.namespaces += [{type: "pid"}]'
change "unknown limit" "RLIMIT_NOFILES.*RLIMIT_NOFILE" '.process.rlimits = [{type: "RLIMIT_NOFILES", soft: 1, hard: 1}]'
change "negative uid" "process.user.uid must be an integer" '.process.user.uid = -1'
change "hostname without a uts namespace" "hostname" '.linux.namespaces |= map(select(.type != "uts"))'
change "file system that the kernel does not know" "nosuchfs on /mnt.*No such device" '.mounts += [{destination: "/mnt", type: "nosuchfs", source: "x"}]'
change "option that the file system does not know" "nosuchoption" '.mounts += [{destination: "/mnt", type: "tmpfs", source: "x", options: ["nosuchoption=1"]}]'
change "source that is not there" "/no/such on /mnt.*No such file" '.mounts += [{destination: "/mnt", type: "bind", source: "/no/such", options: ["bind"]}]'
change "file bound on a directory" "on /bin.*directory" '.mounts += [{destination: "/bin", type: "bind", source: "/etc/passwd", options: ["bind"]}]'
change "device type" 'devices\[0\].type must be' '.linux.devices = [{path: "/dev/x", type: "z"}]'
change "unknown action in the profile" "SCMP_ACT_ALOW" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALOW"}'
change "a profile without execve" "does not allow execve" '.linux.seccomp = {defaultAction: "SCMP_ACT_ERRNO", syscalls: [{names: ["read"], action: "SCMP_ACT_ALLOW"}]}'
change "hook with a relative path" 'hooks.prestart\[0\].path must be an absolute path' '.hooks = {prestart: [{path: "hook"}]}'
change "sysctl of the host" "sysctl" '.linux.sysctl = {"kernel.core_pattern": "x"}'
change "NUL in an argument" "NUL" '.process.args = ["sh\u0000"]'
bundle bad
echo '{"secompDefault": true}' >"$work/settings.json"
refused "a bad configuration of scrim" "settings.json:1:[0-9]+: .*secompDefault"
echo '{}' >"$work/settings.json"
refused "a pid file that cannot be written" "/no/such" --pid-file /no/such/pid
nothing_left bundle_bad
finish
