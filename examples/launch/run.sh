#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One process under a profile, without a container: as root, as another user, unprivileged.
source "$(dirname "$0")/../lib.sh"
probe >/dev/null

echo "== as root"
show "$SCRIM" launch --profile RuntimeDefault -- "$work/probe"
show "$SCRIM" launch --profile "$examples/profiles/no-keyctl.json" -- "$work/probe"
show "$SCRIM" launch --profile Unconfined -- "$work/probe"

echo
echo "== as another user: the filter comes last, so the profile need not allow what changing the user takes"
show "$SCRIM" launch --profile RuntimeDefault --user 65534:65534 -- "$work/probe"
show "$SCRIM" launch --profile RuntimeDefault --user 65534:65534 -- id

echo
echo "== by a caller without privileges: needs --no-new-privs"
# The repository may lie where only root can go.
cp "$SCRIM" "$work/scrim"
show setpriv --reuid 65534 --regid 65534 --clear-groups \
  "$work/scrim" launch --no-new-privs --profile RuntimeDefault -- "$work/probe"

echo
echo "== exit status, as of env and timeout: 127 not found, 126 not executable, 128+n killed by signal n"
status() { "$@" >/dev/null 2>&1 && echo 0 || echo $?; }
echo "$(status "$SCRIM" launch -- sh -c 'exit 5') $(status "$SCRIM" launch -- /no/such/program) \
$(status "$SCRIM" launch -- /etc/passwd) $(status "$SCRIM" launch -- sh -c 'kill -TERM $$')"

echo
echo "== which profile, and why, without running anything"
show "$SCRIM" launch --profile RuntimeDefault@docker --cap-drop ALL --print
