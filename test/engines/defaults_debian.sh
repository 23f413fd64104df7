#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The built-in defaults of the versions in Debian 12 against the real thing: containers-common's file, and the profiles
# that dockerd and containerd write into config.json. The engines run by hand, on directories and sockets of their own.
#
# DUMP_DEFAULT  the program built from dump_default.cc, if it is not in build/debug
# KEEP_CONFIG   a file for the config.json of the first container, with neutral paths and names: that is how
#               test/integration/data/dockerd-config.json was made
set -u

repository=$(cd "$(dirname "$0")/../.." && pwd)
dump=${DUMP_DEFAULT:-$repository/build/debug/test/engines/dump_default}
kernel=$(uname -r)
case $(uname -m) in
  x86_64) machine=amd64 ;;
  aarch64) machine=arm64 ;;
  *) machine=$(uname -m) ;;
esac
docker_default="CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID CAP_SETUID
  CAP_SETFCAP CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE"
all_capabilities="CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID
  CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK
  CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT
  CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL
  CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON
  CAP_BPF CAP_CHECKPOINT_RESTORE"

failures=0
ok() { echo "ok $1"; }
skip() { echo "skip $1: $2"; }
fail() {
  echo "FAIL $1: $2"
  failures=$((failures + 1))
}

if [ ! -x "$dump" ]; then
  fail defaults_debian "no program at $dump: build the target dump_default, or set DUMP_DEFAULT"
  exit 1
fi

work=$(mktemp -d /tmp/scrim-defaults.XXXXXX)
started=()
cleanup() {
  local pid mountpoint
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    pid=${started[i]}
    kill "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
  done
  while read -r _ mountpoint _; do
    case $mountpoint in "$work"/*) echo "$mountpoint" ;; esac
  done </proc/self/mounts | sort -r | while read -r mountpoint; do umount -l "$mountpoint"; done
  rm -rf --one-file-system "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# same NAME: $work/theirs and $work/ours say the same.
same() {
  local difference
  if [ "$(wc -l <"$work/theirs")" -lt 100 ]; then
    fail "$1" "theirs has no hundred lines"
  elif difference=$(diff "$work/theirs" "$work/ours"); then
    ok "$1"
  else
    fail "$1" "(< theirs, > ours) ${difference//$'\n'/ | }"
  fi
}

# --- containers-common ---------------------------------------------------------------------------------------------

compare_file() {
  local file=/usr/share/containers/seccomp.json architecture=$1
  shift
  "$dump" template "$file" "$architecture" "$kernel" "$@" >>"$work/theirs" &&
    "$dump" engine podman 0.50.1 "$architecture" "$kernel" "$@" >>"$work/ours"
}

containers_common() {
  local version architecture capability
  version=$(dpkg-query -W -f '${Version}' golang-github-containers-common 2>/dev/null)
  case $version in
    0.50.1*) ;;
    *)
      skip containers-common "is '$version' here, not Debian 12's 0.50.1"
      return
      ;;
  esac
  for architecture in amd64 x86 arm arm64 mips64 ppc64le s390x riscv64; do
    : >"$work/theirs"
    : >"$work/ours"
    compare_file "$architecture"
    # shellcheck disable=SC2086
    compare_file "$architecture" $docker_default
    # shellcheck disable=SC2086
    compare_file "$architecture" $all_capabilities
    same "containers-common's seccomp.json on $architecture"
  done
  for capability in $all_capabilities; do
    : >"$work/theirs"
    : >"$work/ours"
    compare_file amd64 "$capability"
    same "containers-common's seccomp.json with $capability"
  done
}

# --- dockerd and containerd ----------------------------------------------------------------------------------------

wait_for() {
  for _ in $(seq 150); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.1
  done
  return 1
}

# A runtime that lays the config.json it is given aside and is runc otherwise.
make_runtime() {
  cat >"$work/runtime" <<EOF
#!/bin/bash
bundle=. creates=
previous=
for argument in "\$@"; do
  case \$previous in --bundle | -b) bundle=\$argument ;; esac
  case \$argument in create | run) creates=1 ;; esac
  previous=\$argument
done
if [ "\$creates" ]; then cp "\$bundle/config.json" "$work/config.json"; fi
exec runc "\$@"
EOF
  chmod +x "$work/runtime"
}

start_containerd() {
  cat >"$work/containerd.toml" <<EOF
version = 2
root = "$work/containerd"
state = "$work/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$work/containerd.sock"
[ttrpc]
address = "$work/containerd.sock.ttrpc"
EOF
  containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
  started+=($!)
  wait_for ctr --address "$work/containerd.sock" version
}

docker() { /usr/bin/docker --host "unix://$work/docker.sock" "$@"; }

start_dockerd() {
  # Nothing of the machine's configuration, and no key left in /etc/docker.
  echo "{\"deprecated-key-path\": \"$work/key.json\"}" >"$work/docker.json"
  dockerd --iptables=false --ip6tables=false --bridge=none --data-root "$work/docker" --exec-root "$work/docker-state" \
    --pidfile "$work/docker.pid" --host "unix://$work/docker.sock" --containerd "$work/containerd.sock" \
    --storage-driver vfs --config-file "$work/docker.json" --add-runtime "capture=$work/runtime" >"$work/dockerd.log" 2>&1 &
  started+=($!)
  wait_for docker version
}

import_image() {
  mkdir -p "$work/rootfs/bin"
  cp /usr/bin/busybox "$work/rootfs/bin/true"
  tar -C "$work/rootfs" -c . | docker import - busybox-static >/dev/null
}

# compare_config ENGINE VERSION NAME: the config.json that came, for the bounding set it asks for. Whether the container
# then starts does not matter: a machine may not have all the capabilities to give.
compare_config() {
  if [ ! -e "$work/config.json" ]; then
    fail "$3" "no config.json came"
    return
  fi
  local capabilities
  mapfile -t capabilities < <(jq -r '.process.capabilities.bounding // [] | .[]' "$work/config.json")
  "$dump" config "$work/config.json" >"$work/theirs"
  "$dump" engine "$1" "$2" "$machine" "$kernel" "${capabilities[@]}" >"$work/ours"
  same "$3 (${#capabilities[@]} capabilities)"
}

docker_case() {
  rm -f "$work/config.json"
  docker run --rm --network none --runtime capture "$@" busybox-static /bin/true >/dev/null 2>&1
  compare_config docker 20.10.24 "dockerd $*"
}

containerd_case() {
  rm -f "$work/config.json"
  ctr --address "$work/containerd.sock" --namespace scrim run --rm --snapshotter native --seccomp \
    --runc-binary "$work/runtime" "$@" docker.io/library/busybox-static:latest "c$RANDOM" /bin/true >/dev/null 2>&1
  compare_config containerd 1.6.20 "containerd $*"
}

# keep_config FILE: without what only this daemon has: its directories, names, network and hooks.
keep_config() {
  jq --arg work "$work" '.root.path = "rootfs"
      | .hostname = "scrim"
      | .process.env |= map(if startswith("HOSTNAME=") then "HOSTNAME=scrim" else . end)
      | .linux.cgroupsPath = "/docker/scrim"
      | .mounts |= map(select(.source | startswith($work) | not))
      | del(.hooks)' "$work/config.json" >"$1"
}

engines() {
  local docker_version containerd_version
  if [ "$(id -u)" != 0 ]; then
    skip "dockerd and containerd" "needs root"
    return
  fi
  for program in /usr/bin/docker dockerd containerd ctr runc jq busybox; do
    if ! command -v "$program" >/dev/null; then
      skip "dockerd and containerd" "no $program here"
      return
    fi
  done
  make_runtime
  if ! start_containerd || ! start_dockerd || ! import_image; then
    fail "dockerd and containerd" "do not start: $(tail -n 3 "$work"/{containerd,dockerd}.log | tr '\n' ' ')"
    return
  fi

  docker_version=$(docker version --format '{{.Server.Version}}')
  case $docker_version in
    20.10.24*)
      docker_case
      if [ -n "${KEEP_CONFIG-}" ]; then keep_config "$KEEP_CONFIG"; fi
      docker_case --cap-drop ALL
      docker_case --cap-add ALL
      docker_case --cap-add SYS_ADMIN
      docker_case --cap-add SYS_PTRACE --cap-drop SYS_CHROOT
      docker_case --cap-add SYSLOG --cap-add SYS_TIME --cap-add DAC_READ_SEARCH
      docker_case --cap-drop ALL --cap-add SYS_MODULE --cap-add SYS_NICE --cap-add SYS_RAWIO
      docker_case --cap-drop ALL --cap-add SYS_BOOT --cap-add SYS_PACCT --cap-add SYS_TTY_CONFIG
      ;;
    *) skip dockerd "is $docker_version here, not Debian 12's 20.10.24" ;;
  esac

  containerd_version=$(containerd --version)
  case $containerd_version in
    *" 1.6.20"*)
      docker save busybox-static |
        ctr --address "$work/containerd.sock" --namespace scrim images import --snapshotter native - >/dev/null
      containerd_case
      containerd_case --privileged
      containerd_case --cap-add CAP_SYS_ADMIN
      containerd_case --cap-add CAP_SYS_PTRACE --cap-drop CAP_SYS_CHROOT
      containerd_case --cap-add CAP_SYSLOG --cap-add CAP_SYS_TIME --cap-add CAP_DAC_READ_SEARCH
      containerd_case --cap-add CAP_BPF --cap-add CAP_PERFMON
      containerd_case --cap-add CAP_SYS_MODULE --cap-add CAP_SYS_NICE --cap-add CAP_SYS_RAWIO
      containerd_case --cap-add CAP_SYS_BOOT --cap-add CAP_SYS_PACCT --cap-add CAP_SYS_TTY_CONFIG
      ;;
    *) skip containerd "is '$containerd_version' here, not Debian 12's 1.6.20" ;;
  esac
}

containers_common
engines
exit $((failures > 0))
