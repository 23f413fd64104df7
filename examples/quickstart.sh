#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From a clean clone on a fresh Debian 12, as root: installs what scrim is built with, builds it, and shows what it
# does. Changes nothing else on the machine; can be run again.
set -eu
repository=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" = 0 ] || { echo "$0: needs root: it installs packages and starts a container" >&2; exit 1; }

mkdir -p "$repository/build"
log=$repository/build/quickstart.log
: >"$log"
# step WHAT COMMAND...: silent unless it fails.
step() {
  local what=$1
  shift
  echo "== $what"
  "$@" >>"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; echo "$0: $what: failed (all of it: $log)" >&2; exit 1; }
}
cd "$repository"
step "installing what it is built with" packaging/install-deps.sh --examples
step "configuring" cmake --preset release
step "building (a few minutes the first time)" cmake --build build/release

SCRIM=$repository/build/release/launcher/scrim
source "$repository/examples/lib.sh"
probe >/dev/null

echo
echo "== RuntimeDefault: a filter, and no keyctl"
show "$SCRIM" launch --profile RuntimeDefault -- "$work/probe"

echo
echo "== Unconfined and privileged: no filter"
show "$SCRIM" launch --profile Unconfined -- "$work/probe"
show "$SCRIM" launch --profile RuntimeDefault --privileged -- "$work/probe"

echo
echo "== Localhost: a profile of one's own, by its name below the profile root"
cp "$repository/examples/profiles/no-keyctl.json" "$work/"
show cat "$work/no-keyctl.json"
show "$SCRIM" launch --profile-root "$work" --profile Localhost:no-keyctl.json -- "$work/probe"

echo
echo "== which profile, and why"
show "$SCRIM" launch --profile RuntimeDefault --print

# A root file system, the config.json that `scrim spec` writes, and the request in an annotation, which is how it comes
# from a pod (an annotation may add a profile where there is none; it never takes one away).
bundle=$work/bundle
make_rootfs "$bundle/rootfs"
"$SCRIM" spec --bundle "$bundle"
sed -e 's|"terminal": true|"terminal": false|' -e 's|"sh"|"sh", "-c", "hostname; id; ps; probe"|' \
  "$bundle/config.json" >"$work/config.json"
echo
echo "== a real container from a bundle, with RuntimeDefault"
request='"annotations": {"run.scrim.profile": "RuntimeDefault"}'
echo "\$ sed -i '1s|{|{ $request,|' bundle/config.json"
sed "1s|{|{ $request,|" "$work/config.json" >"$bundle/config.json"
show "$SCRIM" --root "$work/state" run --bundle "$bundle" quickstart
echo
echo "== … and Unconfined: no linux.seccomp, nothing asked"
cp "$work/config.json" "$bundle/config.json"
show "$SCRIM" --root "$work/state" run --bundle "$bundle" quickstart

echo
echo "The program is $SCRIM. More to run: examples/README.md. All tests: test/run.sh"
