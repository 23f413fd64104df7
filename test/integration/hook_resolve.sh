#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scrim-hook-resolve by itself: config.json in, config.json out, and one clear refusal for whatever is wrong.
set -u -o pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
for build in "${SCRIM_BUILD:-}" "$top/build/release" "$top/build/debug"; do
  hook=$build/hooks/scrim-hook-resolve
  [ -x "$hook" ] && break
done
[ -x "$hook" ] || { echo "FAIL hook_resolve: no hooks/scrim-hook-resolve in build/release or build/debug"; exit 1; }

work=$(mktemp -d /tmp/scrim-hook-resolve.XXXXXX)
clean_up() {
  rm -rf "$work"
}
trap clean_up EXIT
failed=0
ok() { echo "ok $1"; }
fail() { echo "FAIL $1: $2"; failed=1; }
check() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "got \"$2\", not \"$3\""; fi; }

echo '{}' >"$work/config.json"
chmod 644 "$work/config.json"
run() { "$hook" --config "$work/config.json" "$@" 2>"$work/error"; }

# refused NAME PART-OF-MESSAGE INPUT [ARGUMENT...]: status 1, a message, and nothing on standard output.
refused() {
  local name=$1 part=$2 input=$3 status
  shift 3
  printf '%s' "$input" | "$hook" "$@" >"$work/out" 2>"$work/error"
  status=$?
  if [ $status -ne 1 ]; then fail "$name" "status $status"
  elif [ -s "$work/out" ]; then fail "$name" "it wrote $(head -c 60 "$work/out")"
  elif ! grep -qF -- "$part" "$work/error"; then fail "$name" "the message is $(cat "$work/error")"
  elif [ "$(wc -l <"$work/error")" -ne 1 ]; then fail "$name" "more than one line: $(cat "$work/error")"
  else ok "$name"; fi
}

# --- what it writes
check "nothing asked: only the note is added" "$(echo '{"linux": {}}' | run)" \
  '{"linux":{},"annotations":{"run.scrim.resolved":"Unconfined"}}'
check "Unconfined takes the profile away" \
  "$(echo '{"linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG"}}, "x": 1}' | run --profile Unconfined)" \
  '{"linux":{},"x":1,"annotations":{"run.scrim.resolved":"Unconfined"}}'
check "an inline profile stays as it is" \
  "$(echo '{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_LOG","x":[0.5,18446744073709551615]}}}' | run)" \
  '{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_LOG","x":[0.5,18446744073709551615]}},"annotations":{"run.scrim.resolved":"config.json"}}'
echo '{"linux": {}}' | run --profile=RuntimeDefault@docker >"$work/out"
if grep -q '"defaultAction":"SCMP_ACT_ERRNO"' "$work/out" && grep -q 'RuntimeDefault@docker-' "$work/out" &&
  ! grep -q '"keyctl"' "$work/out"; then
  ok "RuntimeDefault is written as concrete rules"
else
  fail "RuntimeDefault is written as concrete rules" "$(head -c 200 "$work/out")"
fi
echo '{"linux":{"seccomp":{"defaultAction":"SCMP_ACT_LOG"}},"annotations":{"run.scrim.profile":"Unconfined"}}' |
  run >"$work/out"
if grep -q 'warning: config.json:1:90: annotation run.scrim.profile is ignored' "$work/error"; then
  ok "an ignored annotation is a warning"
else
  fail "an ignored annotation is a warning" "$(cat "$work/error")"
fi

# --- what it refuses
c=(--config "$work/config.json")
refused "broken JSON" "config.json:1:2: not JSON" '{' "${c[@]}"
refused "no input" "not JSON" '' "${c[@]}"
refused "no object" "must be an object" '[]' "${c[@]}"
refused "a broken profile" "config.json:1:41: " '{"linux":{"seccomp":{"defaultAction":   "SCMP_ACT_NO"}}}' "${c[@]}"
refused "a profile that is missing" "No such file or directory (" '{}' "${c[@]}" --profile Localhost:no/such.json
refused "a path that leaves the root" "must not contain '..'" '{}' "${c[@]}" --profile Localhost:../x.json
refused "an unknown profile" '--profile "Unconfind": not RuntimeDefault' '{}' "${c[@]}" --profile Unconfind
refused "an unknown engine" "did you mean docker?" '{}' "${c[@]}" --profile RuntimeDefault@doker
refused "an unknown option" 'unknown argument "--verbose"' '{}' "${c[@]}" --verbose
refused "an option without its value" "--profile needs a value" '{}' "${c[@]}" --profile
refused "a named configuration that is missing" "open $work/none: No such file" '{}' --config "$work/none"
refused "a configuration that is no file" "Is a directory" '{}' --config "$work"
echo '{"annotation": "trusted"}' >"$work/bad.json"
refused "an unknown configuration key" "$work/bad.json:1:2: unknown key \"annotation\", did you mean annotations?" '{}' \
  --config "$work/bad.json"
head -c 17000000 /dev/zero | tr '\0' ' ' | run >"$work/out"
check "endless input" "$? $(grep -c 'more than the 16777216 bytes' "$work/error") $(wc -c <"$work/out")" "1 1 0"

# --- where it writes
echo '{}' | run >/dev/full
check "a full disk" "$? $(cat "$work/error")" \
  "1 scrim-hook-resolve: write to standard output: No space left on device"
echo '{}' | run >&-
check "a closed standard output" "$? $(cat "$work/error")" \
  "1 scrim-hook-resolve: write to standard output: Bad file descriptor"
run <&- >"$work/out"
check "a closed standard input" "$? $(cat "$work/error")" \
  "1 scrim-hook-resolve: read config.json from standard input: Bad file descriptor"
mkfifo "$work/pipe"
# Opened for both, so that opening does not wait; then only the writing end is left.
exec 7<>"$work/pipe" 8>"$work/pipe" 7>&-
(trap '' PIPE; echo '{}' | run >&8; echo $? >"$work/status")
exec 8>&-
check "a reader that went away" "$(cat "$work/status") $(cat "$work/error")" \
  "1 scrim-hook-resolve: write to standard output: Broken pipe"

check "--version" "$("$hook" --version | grep -cE '^scrim-hook-resolve [0-9]+\.[0-9]+\.[0-9]+$')" 1
check "--help" "$("$hook" --help | grep -c "^Usage: scrim-hook-resolve")" 1

# --- whose configuration it believes
if [ "$(id -u)" != 0 ]; then
  echo "skip a configuration that others can write: needs root"
else
  chmod 755 "$work"
  chmod 666 "$work/config.json"
  refused "a configuration that others can write" "chmod go-w" '{}' "${c[@]}"
  chmod 644 "$work/config.json"
  chown 65534 "$work/config.json"
  refused "a configuration of somebody else" "belongs to user 65534" '{}' "${c[@]}"
  chown 0 "$work/config.json"
  # A rootless engine sees the real root's file as the overflow uid's.
  cp "$hook" "$work/hook"
  rootless=(setpriv --reuid 65533 --regid 65533 --clear-groups unshare --user --map-root-user)
  if ! "${rootless[@]}" true 2>/dev/null; then
    echo "skip root's configuration in a user namespace: no unprivileged user namespaces here"
  else
    check "root's configuration in a user namespace" \
      "$(echo '{}' | "${rootless[@]}" "$work/hook" "${c[@]}" --profile Unconfined 2>&1)" \
      '{"linux":{},"annotations":{"run.scrim.resolved":"Unconfined"}}'
  fi
fi

# --- who hears it: Podman gives its hooks /dev/null as standard error
if [ "$(id -u)" != 0 ] || ! command -v busybox >/dev/null || ! busybox --list | grep -qx syslogd; then
  echo "skip errors reach the system's log: needs root and busybox syslogd"
else
  # A /dev of its own, so that the log is the test's.
  unshare --mount --propagation private bash -c '
    mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 || exit 1
    busybox syslogd -n -O "$1/log" & syslogd=$!
    for ((i = 0; i < 100; i++)); do [ -S /dev/log ] && break; sleep 0.05; done
    echo "[]" | "$2" --config "$1/config.json" 2>/dev/null
    for ((i = 0; i < 100; i++)); do grep -q "must be an object" "$1/log" 2>/dev/null && break; sleep 0.05; done
    kill $syslogd' - "$work" "$hook"
  if grep -q 'daemon.err scrim-hook-resolve\[[0-9]*\]: config.json:1:1: must be an object' "$work/log"; then
    ok "errors reach the system's log"
  else
    fail "errors reach the system's log" "$(cat "$work/log" 2>&1)"
  fi
fi
exit $failed
