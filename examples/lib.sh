# SPDX-License-Identifier: Apache-2.0
# Sourced by the examples: where the program is, the probe, a directory that is removed at the end.
set -eu
examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$examples")
SCRIM=${SCRIM:-$repository/build/release/launcher/scrim}
[ -x "$SCRIM" ] || { echo "$0: no program at $SCRIM: run examples/quickstart.sh first, or set SCRIM" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }

work=$(mktemp -d /tmp/scrim-example.XXXXXX)
# What an example started stands in `started`, to be ended with it.
started=()
clean_up() {
  local pid
  for pid in ${started[@]+"${started[@]}"}; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
# A program below a profile root may run as another user.
chmod 755 "$work"

# The probe: static, so that it runs in a container without libraries.
probe() {
  [ -x "$work/probe" ] || cc -O -Wall -static -o "$work/probe" "$examples/probe.c"
  echo "$work/probe"
}

# show COMMAND...: the command as one would type it, then what it prints.
show() {
  local words="$*"
  words=${words//$SCRIM/scrim}
  words=${words//$work\//}
  words=${words//$work/.}
  echo "\$ ${words//$repository\//}"
  "$@" 2>&1
}

# make_rootfs DIRECTORY: Debian's busybox-static and the probe.
make_rootfs() {
  local applet
  mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc}
  cp "$(command -v busybox)" "$1/bin/busybox"
  for applet in sh cat echo env grep hostname httpd id ls ps sleep wget; do ln -sf busybox "$1/bin/$applet"; done
  cp "$(probe)" "$1/bin/probe"
  echo "root:x:0:0:root:/:/bin/sh" >"$1/etc/passwd"
}
