#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Podman with scrim in front of runc, with storage of its own, configured by the containers.conf beside this script.
source "$(dirname "$0")/../../test/engines/lib.sh"
begin podman conmon /usr/bin/busybox runc
here=$(cd "$(dirname "$0")" && pwd)

prepare_podman
make_wrapper "$work/scrim" --config "$here/scrim.json"
# The engine's part of the file, after the storage that prepare_podman chose.
sed -e "/^\[engine\]/,\$!d; /^\[engine\]/d" -e "s|/usr/local/bin/scrim|$work/scrim|" "$here/containers.conf" \
  >>"$work/podman/containers.conf"
import_busybox podman
deny_mkdir_profile "$work/own.json"
run() { podman run --rm --network none "$@" 2>&1; }

same "the runtime is scrim" scrim "$(podman info --format '{{.Host.OCIRuntime.Name}}' 2>/dev/null)"
same "podman run: Podman's default" "Seccomp:	2" "$(run busybox-static grep Seccomp: /proc/self/status)"
same "… --security-opt seccomp=unconfined" "Seccomp:	0" \
  "$(run --security-opt seccomp=unconfined busybox-static grep Seccomp: /proc/self/status)"
matches "… a profile of one's own" "Operation not supported" \
  "$(run --security-opt "seccomp=$work/own.json" busybox-static mkdir /tmp/made)"
same "… an annotation adds a profile where there is none" "Seccomp:	2" "$(run --security-opt seccomp=unconfined \
  --annotation run.scrim.profile=RuntimeDefault@docker busybox-static grep Seccomp: /proc/self/status)"
finish
