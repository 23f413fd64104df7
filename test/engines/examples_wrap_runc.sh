#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The configuration files of examples/wrap-runc, each with its engine.
examples=$(cd "$(dirname "$0")/../../examples/wrap-runc" && pwd)
status=0
for engine in docker containerd podman; do
  bash "$examples/$engine.sh" | sed -E "s/^(ok|FAIL|skip) /&examples $engine: /"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done
exit $status
