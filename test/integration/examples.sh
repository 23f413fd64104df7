#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the examples promise is what they print. (Those with an engine: test/engines/examples_wrap_runc.sh.)
set -u
repository=$(cd "$(dirname "$0")/../.." && pwd)
examples=$repository/examples
export SCRIM=${SCRIM:-$repository/build/release/launcher/scrim}
[ "$(id -u)" = 0 ] || { echo "skip examples: needs root"; exit 0; }
failures=0
ok() { echo "ok $1"; }
fail() {
  echo "FAIL $1: ${2//$'\n'/ | }"
  failures=$((failures + 1))
}
# From another directory, as a user would.
run() {
  output=$(cd / && timeout 400 "$@" 2>&1 </dev/null)
  status=$?
}
# after NAME COMMAND LINE: that line follows that command.
after() {
  local got
  got=$(grep -FA1 -- "\$ $2" <<<"$output" | tail -n 1)
  if [[ $got == $3 ]]; then ok "$1"; else fail "$1" "after '$2': '$got', not '$3'; all: $output"; fi
}
has() { if grep -qxE -- "$2" <<<"$output"; then ok "$1"; else fail "$1" "no line '$2' in: $output"; fi; }
ended() { if [ $status -eq 0 ]; then ok "$1 ends well"; else fail "$1 ends well" "status $status: $output"; fi; }
refused='Seccomp: 2   keyctl: refused (Operation not permitted)'
allowed='Seccomp: 0   keyctl: allowed'

for time in first second; do
  run "$examples/quickstart.sh"
  ended "quickstart, the $time time,"
done
after "quickstart: RuntimeDefault" "scrim launch --profile RuntimeDefault -- probe" "$refused"
after "quickstart: Unconfined" "scrim launch --profile Unconfined -- probe" "$allowed"
if grep -FA2 -- '--privileged -- probe' <<<"$output" | grep -qxF "$allowed"; then ok "quickstart: privileged"; else
  fail "quickstart: privileged" "$output"; fi
after "quickstart: Localhost" "scrim launch --profile-root . --profile Localhost:no-keyctl.json -- probe" "$refused"
containers=$(grep -A6 'scrim --root state run' <<<"$output" | grep '^Seccomp:')
if [ "$containers" = "$refused"$'\n'"$allowed" ]; then ok "quickstart: containers"; else
  fail "quickstart: containers" "$containers"; fi

run "$examples/launch/run.sh"
ended launch
after "launch: as another user" "scrim launch --profile RuntimeDefault --user 65534:65534 -- probe" "$refused"
after "launch: unprivileged" "setpriv" "$refused"
has "launch: exit status" "5 127 126 143"

run "$examples/runtime-default/run.sh"
ended runtime-default
pod="--cap-drop ALL --cap-add DEFAULT"
after "runtime-default: containerd's" "scrim launch --profile RuntimeDefault@containerd $pod -- probe" "$refused"
after "runtime-default: Docker's" "scrim launch --profile RuntimeDefault@docker-20.10.24 $pod -- probe" "$refused"
after "runtime-default: Podman's" "scrim launch --profile RuntimeDefault@podman-0.50.1 $pod -- probe" \
  "Seccomp: 2   keyctl: allowed"
has "runtime-default: unshare refused" "unshare: unshare failed: Operation not permitted"
has "runtime-default: unshare allowed with SYS_ADMIN" made

run "$examples/bundle/run.sh"
ended bundle
has "bundle: the container's profile" "Seccomp: 2   keyctl: refused .Operation not permitted."
has "bundle: the kernel's word" "Seccomp:	2"

run "$examples/profiles/run.sh"
ended profiles
has "profiles: deny list" "http://127.0.0.1:8081/: hello from httpd"
for line in "nginx:http://127.0.0.1:8082/: hello from httpd" "nginx:nginx is in seccomp mode 2" \
  "nginx:http://127.0.0.1:8082/proxied/: hello from httpd" "go:http://127.0.0.1:8083/: hello" \
  "go:go-service is in seccomp mode 2"; do
  name="profiles: ${line#*:}"
  if grep -q "^${line%%:*} is not installed" <<<"$output"; then echo "skip $name: no ${line%%:*} here"
  else has "$name" "${line#*:}"; fi
done
if grep -q "it ended with status [^0]" <<<"$output"; then fail "profiles: they end well" "$output"
else ok "profiles: they end well"; fi

# Every profile that a pod names is there, and says nothing that is unknown.
for pod in "$examples"/pods/*.yaml; do
  for profile in $(sed -n 's|^ *localhostProfile: profiles/||p' "$pod"); do
    run "$SCRIM" launch --strict --profile-root "$examples/profiles" --profile "Localhost:$profile" --print
    ended "pods/${pod##*/}: $profile"
  done
done
for profile in "$examples"/profiles/*.json; do
  run "$SCRIM" launch --strict --profile "$profile" --print
  ended "profiles/${profile##*/}: every name is known"
done
exit $((failures > 0))
