#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Docker with scrim in front of runc, on a daemon of its own, configured by the daemon.json beside this script.
source "$(dirname "$0")/../../test/engines/lib.sh"
begin dockerd containerd /usr/bin/docker /usr/bin/busybox runc
here=$(cd "$(dirname "$0")" && pwd)

# The file as it would be installed, with this build's path and none of the machine's scrim configuration.
echo '{}' >"$work/scrim.json"
sed -e "s|/usr/local/bin/scrim|$SCRIM|" -e "s|\"--delegate|\"--config\", \"$work/scrim.json\", &|" \
  "$here/daemon.json" >"$work/daemon.json"
# The last --config-file counts.
start_dockerd --config-file "$work/daemon.json"
import_busybox docker
deny_mkdir_profile "$work/own.json"
run() { docker run --rm --network none "$@" 2>&1; }

same "the runtime is scrim" scrim "$(docker info --format '{{.DefaultRuntime}}')"
same "docker run: Docker's default" "Seccomp:	2" "$(run busybox-static grep Seccomp: /proc/self/status)"
same "… --security-opt seccomp=unconfined" "Seccomp:	0" \
  "$(run --security-opt seccomp=unconfined busybox-static grep Seccomp: /proc/self/status)"
matches "… a profile of one's own" "Operation not supported" \
  "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"
finish
