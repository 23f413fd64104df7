#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cgroup v2 with every controller, in a virtual machine with Debian's kernel (test/vm/boot.sh): device rules, limits, updates, events,
# pause.
source "$(dirname "$0")/lib.sh"
in_vm "$@"
set -o pipefail
begin_containers "$@"

# Each is a script of its own on v1 too.
for other in devices update pause events; do bash "$repository/test/integration/container_$other.sh" | sed 's/ / v2: /' || failures=1; done
finish
