#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container over its life, from a bundle: spec, create, start, state, kill, delete. The profile is asked for by an
# annotation and found below the profile root of a configuration file.
source "$(dirname "$0")/../lib.sh"
bundle=$work/bundle
make_rootfs "$bundle/rootfs"
cp "$examples/profiles/deny-list.json" "$work/"
cat >"$work/config.json" <<END
{"profileRoot": "$work"}
END
scrim() { show "$SCRIM" --config "$work/config.json" --root "$work/state" "$@"; }

scrim spec --bundle "$bundle"
sed -i -e 's|"terminal": true|"terminal": false|' \
  -e 's|"sh"|"sh", "-c", "probe; trap exit TERM; while :; do sleep 0.1; done"|' \
  -e '1s|{|{ "annotations": {"run.scrim.profile": "Localhost:deny-list.json"},|' "$bundle/config.json"

# Standard output of the container is a file: who creates a container does not wait for it.
scrim create --bundle "$bundle" --pid-file "$work/pid" example >"$work/output"
started+=("$(cat "$work/pid")")
head -n 1 "$work/output"
scrim list
scrim start example
for _ in $(seq 100); do grep -q keyctl "$work/output" && break || sleep 0.1; done
tail -n 1 "$work/output"
scrim state example
echo "\$ grep Seccomp: /proc/$(cat "$work/pid")/status"
grep Seccomp: "/proc/$(cat "$work/pid")/status"
scrim kill example TERM
for _ in $(seq 100); do "$SCRIM" --root "$work/state" state example | grep -q stopped && break || sleep 0.1; done
scrim list
scrim delete example
scrim list
