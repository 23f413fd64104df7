#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How long a start takes, side by side: `scrim run`, `crun run` and `runc run` of one bundle, with and without Docker's
# default profile; and `scrim launch` beside bwrap. The program is busybox's true: all of the time is the runtime's.
# Prints medians and their ratios to scrim. Needs a quiet machine to mean anything.
#
#   test/bench/launch.sh [RUNS]       of each command; 100 if not said
set -eu
[ "$(id -u)" = 0 ] || { echo "$0: needs root" >&2; exit 1; }
if [ -z "${SCRIM_BENCH_IN_NAMESPACE:-}" ]; then
  # Without systemd's second hierarchy, which crun refuses: the same cgroups for all three.
  # shellcheck disable=SC2016 # expanded by the inner shell
  SCRIM_BENCH_IN_NAMESPACE=1 exec unshare --mount bash -c 'mount --make-rprivate /
    if mountpoint -q /sys/fs/cgroup/unified; then umount -l /sys/fs/cgroup/unified; fi
    exec "$@"' sh bash "$0" "$@"
fi
runs=${1:-100}
repository=$(cd "$(dirname "$0")/../.." && pwd)
scrim=${SCRIM:-$repository/build/release/launcher/scrim}
[ -x "$scrim" ] || { echo "$0: no program at $scrim: cmake --preset release && cmake --build build/release" >&2; exit 1; }
work=$(mktemp -d /tmp/scrim-bench.XXXXXX)
# On a tmpfs, as /run is.
state=$(mktemp -d /dev/shm/scrim-bench.XXXXXX)
trap 'rm -rf "$work" "$state"' EXIT
trap 'exit 130' INT TERM

# The config.json that Docker wrote for a container, and the same without its profile.
captured=$repository/test/integration/data/dockerd-config.json
mkdir -p "$work/rootfs/bin"
cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
ln -s busybox "$work/rootfs/bin/true"
for kind in docker none many; do
  mkdir "$work/$kind"
  ln -s ../rootfs "$work/$kind/rootfs"
  jq --arg rootfs "$work/rootfs" --arg cgroup "/scrim-bench-$$" --arg kind $kind \
    '.root.path = $rootfs | .linux.cgroupsPath = $cgroup | .process.terminal = false
     | if $kind == "none" then del(.linux.seccomp) elif $kind == "many" then del(.linux.cgroupsPath) else . end' "$captured" >"$work/$kind/config.json"
done
jq .linux.seccomp "$captured" >"$work/profile.json"
cc -O2 -Wall -static -o "$work/floor" "$repository/test/bench/floor.c"
cc -O2 -Wall -static -o "$work/peak" "$repository/test/bench/peak.c"
cc -O -Wall -o "$work/export_filter" "$repository/test/bench/export_filter.c" -lseccomp
jq -r '["default", .defaultAction, (.defaultErrnoRet // 1)], (.architectures[] | ["arch", .]),
       (.defaultAction as $default | .syscalls[] | select(.action != $default) | . as $rule | .names[]
        | ["rule", $rule.action, ($rule.errnoRet // 1), .]
          + ([$rule.args // [] | .[] | .index, .op, .value, (.valueTwo // 0)])) | @tsv' "$work/profile.json" |
  tee "$work/profile.rules" | "$work/export_filter" >"$work/profile.bpf"

# compare NAME [LABEL COMMAND]...: medians in ms, and how many times that of the first.
compare() {
  local name=$1 arguments=()
  shift
  while [ $# -gt 0 ]; do
    arguments+=(--command-name "$1" "$2")
    shift 2
  done
  hyperfine --shell none --style none --warmup 10 --runs "$runs" --export-json "$work/result.json" \
    "${arguments[@]}" >"$work/hyperfine.log" 2>&1 || { cat "$work/hyperfine.log" >&2; exit 1; }
  printf '\n%s\n' "$name"
  jq -r '.results[0].median as $first | .results[]
         | [.command, .median * 1000, .stddev * 1000, .median / $first] | @tsv' "$work/result.json" |
    while IFS=$'\t' read -r label median deviation ratio; do
      LC_ALL=C printf '  %-38s %8.2f ms  ± %5.2f   %6.2f×\n' "$label" "$median" "$deviation" "$ratio"
    done
}

echo "$(uname -srm), $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg), $runs runs; median, deviation, ratio"
echo "$(crun --version | head -n 1), $(runc --version | head -n 1), $(bwrap --version)"
run() { echo "$1 --root $state/$(basename "$1") run --bundle $work/$2 bench-$$"; }
for kind in docker none; do
  case $kind in
    docker) title="a container with Docker's default profile" ;;
    none) title="a container without a profile" ;;
  esac
  compare "$title" "scrim run" "$(run "$scrim" $kind)" "crun run" "$(run "$(command -v crun)" $kind)" \
    "runc run" "$(run "$(command -v runc)" $kind)" "the floor (floor.c)" "$work/floor $work/rootfs /bin/true"
done

# A hundred containers, one after the other and at once.
many=100
printf '\n%s containers with Docker'"'"'s default profile: in sequence, at once, largest process\n' $many
for runtime in "$scrim" "$(command -v crun)" "$(command -v runc)"; do
  one=("$runtime" --root "$state/$(basename "$runtime")" run --bundle "$work/many")
  peak=$("$work/peak" "${one[@]}" "bench-$$-peak")
  python3 "$repository/test/bench/many.py" $many "${one[@]}" "bench-$$-{}" |
    jq -r --arg name "$(basename "$runtime") run" --arg peak "$peak" '[$name, .in_sequence, .at_once, ($peak | tonumber / 1024)] | @tsv' |
    while IFS=$'\t' read -r label sequence once largest; do
      LC_ALL=C printf '  %-38s %8.0f ms  %8.0f ms  %6.1f MiB\n' "$label" "$sequence" "$once" "$largest"
    done
done

# A shell opens the file that bwrap reads its program from, once a run; so it does for all.
true=$work/rootfs/bin/true
inside="bwrap --bind / / --dev-bind /dev /dev"
sh() { echo "sh -c \"exec $1\""; }
compare "a process under Docker's default profile" \
  "scrim launch" "$(sh "$scrim launch --profile $work/profile.json -- $true")" \
  "libseccomp's compiler, bwrap --seccomp" \
  "sh -c \"$work/export_filter <$work/profile.rules >$work/now.bpf; exec $inside --seccomp 3 $true 3<$work/now.bpf\"" \
  "bwrap --seccomp, compiled beforehand" "$(sh "$inside --seccomp 3 $true 3<$work/profile.bpf")"
compare "a process without a profile" \
  "scrim launch" "$(sh "$scrim launch --profile Unconfined -- $true")" \
  "bwrap" "$(sh "$inside $true")" \
  "the shell alone" "$(sh "$true")"

# What each thing adds to a start. (A namespace's end is paid by whoever waits for its last process, too.)
for kind in network all; do
  mkdir "$work/no-$kind"
  jq --arg kind $kind 'del(.linux.sysctl) | if $kind == "network" then .linux.namespaces |= map(select(.type != "network"))
     else .linux.namespaces |= map(select(.type == "mount" or .type == "pid")) | del(.hostname, .domainname)
     | .mounts |= map(select(.type == "proc" or .type == "tmpfs"))
     | .linux.devices = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = [] end' "$work/none/config.json" \
    >"$work/no-$kind/config.json"
done
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]}' \
  >"$work/small.json"
compare "where it goes" \
  "the program alone" "$true" \
  "scrim --version" "$scrim --version" \
  "scrim launch, no profile" "$scrim launch --profile Unconfined -- $true" \
  "scrim launch, a profile of one name" "$scrim launch --profile $work/small.json -- $true" \
  "scrim launch, Docker's default" "$scrim launch --profile $work/profile.json -- $true" \
  "scrim run, mount and pid namespaces" "$(run "$scrim" no-all)" \
  "scrim run, Docker's without network" "$(run "$scrim" no-network)" \
  "scrim run, Docker's config.json" "$(run "$scrim" none)" \
  "with its default profile" "$(run "$scrim" docker)"
