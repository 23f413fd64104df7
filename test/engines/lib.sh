# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: engines started by hand on directories and sockets of their own, so that a running
# engine of the machine is neither used nor disturbed. Results are lines "ok NAME", "FAIL NAME: why", "skip NAME: why".
#
#   source "$(dirname "$0")/lib.sh"; begin runc dockerd /usr/bin/docker  # skips the whole script if one of them is missing
#   start_dockerd --add-runtime …  →  docker …
#   start_containerd               →  ctr …
#   prepare_podman                 →  podman …
#   make_rootfs DIRECTORY; import_busybox docker|podman  →  image "busybox-static"
#   make_wrapper PATH OPTION...; deny_mkdir_profile PATH
#   same NAME EXPECTED ACTUAL; matches NAME PATTERN ACTUAL; ok NAME; fail NAME WHY; skip NAME WHY; finish

set -u
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
SCRIM=${SCRIM:-$repository/build/release/launcher/scrim}
failures=0
started=()

ok() { echo "ok $1"; }
fail() {
  local why=${2//$'\n'/ | }
  echo "FAIL $1: ${why:0:2000}"
  failures=$((failures + 1))
}
skip() { echo "skip $1: $2"; }
same() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "expected '$2', got '$3'"; fi; }
matches() { if grep -qE -- "$2" <<<"$3"; then ok "$1"; else fail "$1" "no '$2' in '$3'"; fi; }
# plain_text NAME FILE: UTF-8 in which a terminal finds nothing to obey (C0, DEL, C1) or to show in another order.
plain_text() {
  local unsafe
  unsafe=$(LC_ALL=C grep -naP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' "$2" | cat -v)
  iconv -f UTF-8 -t UTF-8 "$2" >/dev/null 2>&1 || unsafe+=" not UTF-8"
  same "$1" "" "$unsafe"
}
finish() { exit $((failures > 0)); }

# begin PROGRAM...: a private directory in $work, removed at the end with everything that was started.
begin() {
  local name
  name=$(basename "$0" .sh)
  if [ "$(id -u)" != 0 ]; then skip "$name" "needs root" && exit 0; fi
  if [ ! -x "$SCRIM" ]; then fail "$name" "no program at $SCRIM (build it, or set SCRIM)" && exit 1; fi
  for program in "$@"; do
    if ! command -v "$program" >/dev/null; then skip "$name" "no $program here" && exit 0; fi
  done
  work=$(mktemp -d "/tmp/scrim-$name.XXXXXX")
  find /run/scrim/delegate -mindepth 1 2>/dev/null | sort >"$work/shadows.before"
  trap cleanup EXIT
  trap 'exit 130' INT TERM
}

# end_process PID: TERM, and KILL if that does not help within 10 s.
end_process() {
  kill "$1" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null
}

cleanup() {
  local pid mountpoint
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do end_process "${started[i]}"; done
  # What an engine left mounted (Docker's network namespace, an overlay of a container that was not removed).
  while read -r _ mountpoint _; do
    case $mountpoint in "$work"/*) echo "$mountpoint" ;; esac
  done </proc/self/mounts | sort -r | while read -r mountpoint; do umount -l "$mountpoint"; done
  rm -rf --one-file-system "$work"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local tries=$(($1 * 10))
  shift
  for _ in $(seq "$tries"); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}

# make_rootfs DIRECTORY: Debian's busybox-static and nothing else; needs no registry.
make_rootfs() {
  mkdir -p "$1"/{bin,dev,proc,sys,tmp,etc}
  cp /usr/bin/busybox "$1/bin/"
  local applet
  for applet in sh cat cut echo env false grep hostname id kill ls mkdir mount readlink rm sleep stty swapoff test touch true tty unshare; do
    ln -sf busybox "$1/bin/$applet"
  done
  echo "root:x:0:0:root:/:/bin/sh" >"$1/etc/passwd"
}

# import_busybox docker|podman: that root file system as image busybox-static.
import_busybox() {
  [ -d "$work/rootfs" ] || make_rootfs "$work/rootfs"
  tar -C "$work/rootfs" -c . | "$1" import - busybox-static >/dev/null 2>&1 || fail "import into $1" "it failed"
}

# Not "docker" of the PATH: what is first there may be anything.
docker() { /usr/bin/docker "$@"; }

# start_dockerd [OPTION...]: Docker with containerd of its own; DOCKER_HOST points to it.
start_dockerd() {
  mkdir -p "$work/docker/data" "$work/docker/exec"
  echo "{}" >"$work/empty.json"
  # The path of a socket has 108 bytes, and dockerd puts containerd's a few levels below --exec-root.
  dockerd --config-file "$work/empty.json" --iptables=false --ip6tables=false --bridge=none --data-root "$work/docker/data" \
    --exec-root "$work/docker/exec" --pidfile "$work/docker/pid" -H "unix://$work/docker.sock" "$@" \
    >"$work/dockerd.log" 2>&1 &
  started+=($!)
  export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/docker-config
  wait_for 30 docker info && return 0
  fail "start dockerd" "$(tail -3 "$work/dockerd.log")"
  finish
}

ctr() { command ctr --address "$work/containerd.sock" "$@"; }

# start_containerd: without CRI, which needs a network configuration.
start_containerd() {
  cat >"$work/containerd.toml" <<END
version = 2
root = "$work/containerd/root"
state = "$work/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$work/containerd.sock"
END
  containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
  started+=($!)
  wait_for 30 ctr version && return 0
  fail "start containerd" "$(tail -3 "$work/containerd.log")"
  finish
}

# prepare_podman: storage and configuration of its own. Its default limits are above what a process without
# CAP_SYS_RESOURCE may set, so lower ones. static_dir is where "podman container cleanup", which conmon starts with an
# environment of its own, looks by itself: elsewhere it finds no container, and every run takes 20 s more.
prepare_podman() {
  mkdir -p "$work/podman"
  cat >"$work/podman/storage.conf" <<END
[storage]
driver = "vfs"
runroot = "$work/podman/run"
graphroot = "$work/podman/graph"
END
  cat >"$work/podman/containers.conf" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "$work/podman/tmp"
static_dir = "$work/podman/graph/libpod"
volume_path = "$work/podman/volumes"
END
  export CONTAINERS_STORAGE_CONF=$work/podman/storage.conf CONTAINERS_CONF=$work/podman/containers.conf
}

# make_wrapper PATH OPTION...: scrim with options that an engine could not give it. Without --config among them, the
# configuration of the machine is not read.
make_wrapper() {
  local path=$1 configuration=
  shift
  if [[ " $* " != *" --config "* ]]; then
    echo '{}' >"$work/empty.json"
    configuration="--config $work/empty.json"
  fi
  {
    echo '#!/bin/sh'
    # Docker gives a privileged container every capability that the kernel has. On a machine that lacks one, no
    # runtime can start it; there the test gives it what the machine has.
    if ! has_capability 24; then
      # shellcheck disable=SC2016 # for the wrapper's shell
      echo 'for w; do [ "$before" = --bundle ] && sed -i "s/\"CAP_SYS_RESOURCE\",//g" "$w/config.json"; before=$w; done'
    fi
    echo "exec $SCRIM $configuration $* \"\$@\""
  } >"$path"
  chmod +x "$path"
}

# has_capability NUMBER: in this process' bounding set.
has_capability() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:[[:space:]]*/0x/p' /proc/self/status)
  [ $((bounding >> $1 & 1)) = 1 ]
}

# deny_mkdir_profile PATH: everything allowed, mkdir answered with an error that nothing else gives.
deny_mkdir_profile() {
  cat >"$1" <<END
{"defaultAction": "SCMP_ACT_ALLOW",
 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]}
END
}

# shadows [NAME]: what scrim keeps (launcher/delegate) that was not there when the script began.
shadows() {
  find /run/scrim/delegate -mindepth 1 -name "${1:-*}" 2>/dev/null | sort | comm -23 - "$work/shadows.before"
}
no_shadow() { [ -z "$(shadows)" ]; }

# crun wants cgroup v1 or v2, not both at once (systemd's hybrid layout). without_hybrid_cgroups "$@" at the top of a
# script runs it again in a mount namespace without the second hierarchy, if there is one.
without_hybrid_cgroups() {
  [ -d /sys/fs/cgroup/unified ] || return 0
  [ -z "${SCRIM_TEST_IN_NAMESPACE:-}" ] || return 0
  # shellcheck disable=SC2016 # expanded by the inner shell
  SCRIM_TEST_IN_NAMESPACE=1 exec unshare -m sh -c \
    'mount --make-rprivate / && umount -l /sys/fs/cgroup/unified && exec "$@"' sh bash "$0" "$@"
}
