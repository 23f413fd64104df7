#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# linux.resources.devices as a container's program meets them: v1's controller, or v2's program (cgroup_v2.sh runs it
# again there).
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# tries NODE-ARGUMENTS: mknod and then read and write of a device, in the container
tries() { echo "mknod /tmp/n $1 2>/dev/null || { echo no; false; } && { (head -c0 </tmp/n) 2>/dev/null && echo -n r; (: >>/tmp/n) 2>/dev/null && echo -n w; rm -f /tmp/n; echo; };"; }
null=$(tries "c 1 3") kmsg=$(tries "c 1 11") zero=$(tries "c 1 5") disk=$(tries "b 7 0")
nodes='.process.capabilities[] |= (. + ["CAP_MKNOD", "CAP_SYSLOG"] | unique) | .mounts |= map(select(.destination != "/tmp"))
  | .mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["dev"]}] | del(.linux.seccomp)'
answers() { inside devices "$1" "$nodes | .linux.resources.devices = $2" | tr '\n' ' ' | sed 's/ $//'; }

same "nothing but the default devices, and mknod of any" "rw" "$(answers "$null $kmsg $disk" '[{allow: false, access: "rwm"}]' | sed 's/ *$//')"
same "without rules too" "rw" "$(answers "$null $kmsg" '[]' | sed 's/ *$//')"
same "one is allowed for reading" "r" "$(answers "$kmsg" '[{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "r"}]')"
same "one is allowed" "rw" "$(answers "$kmsg" '[{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "rwm"}]')"
same "all of a major number" "rw rw" "$(answers "$null $kmsg" '[{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, access: "rw"}]')"
same "everything but one" "rw no rw" "$(answers "$null $kmsg $zero" '[{allow: true, access: "rwm"}, {allow: false, type: "c", major: 1, minor: 11, access: "rwm"}]')"
same "what is denied last is denied" "" "$(answers "$kmsg" '[{allow: true, type: "c", major: 1, minor: 11, access: "rwm"}, {allow: false, access: "rwm"}]')"
same "what is allowed last is allowed" "rw" "$(answers "$kmsg" '[{allow: false, type: "c", major: 1, minor: 11, access: "rwm"}, {allow: true, access: "rwm"}]')"

nothing_left devices
finish
