#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What RuntimeDefault means on somebody else's machine: the same process under the default of each engine, with the
# capabilities that the engine gives. Which calls are allowed depends on both.
source "$(dirname "$0")/../lib.sh"
probe >/dev/null
pod=(--cap-drop ALL --cap-add DEFAULT)

echo "== a container of a pod, with the default of each engine's newest known version"
for engine in containerd docker cri-o podman; do
  show "$SCRIM" launch --profile "RuntimeDefault@$engine" "${pod[@]}" -- "$work/probe"
done

echo
echo "== the versions of Debian 12"
for engine in containerd-1.6.20 docker-20.10.24 podman-0.50.1; do
  show "$SCRIM" launch --profile "RuntimeDefault@$engine" "${pod[@]}" -- "$work/probe"
done

echo
echo "== the same default, more capabilities: a user namespace, by unshare(2)"
show "$SCRIM" launch --profile RuntimeDefault@containerd "${pod[@]}" -- unshare --user true || true
show "$SCRIM" launch --profile RuntimeDefault@containerd "${pod[@]}" --cap-add SYS_ADMIN -- \
  unshare --user echo made

echo
echo "== what was resolved"
show "$SCRIM" launch --profile RuntimeDefault@containerd "${pod[@]}" --print
