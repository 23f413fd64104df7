#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes scrim known to an engine as runtime "scrim", and takes that back. Needs root.
#
#   configure-engine.sh install ENGINE [--default] [--program PATH]
#   configure-engine.sh undo ENGINE
#
#   ENGINE            containerd (the pods of its CRI service), docker, podman or crio
#   --default         also what runs containers that name no runtime; install without it takes that back
#   --program PATH    scrim's program (default: the one in PATH)
#
# Both may be run again and again: they end with the same files. Nothing is changed that scrim did not write: what it
# cannot add without that, it refuses (Docker has no room to remember another default runtime than its own).
set -eu -o pipefail

stop() { echo "$0: $*" >&2 && exit 1; }
usage() {
  sed -n 's/^#   //p' "$0" >&2
  exit 2
}

# replace FILE: by standard input, at once or not at all, with the mode that it had.
replace() {
  local new
  mkdir -p "$(dirname "$1")"
  new=$(mktemp "$1.XXXXXX")
  cat >"$new"
  chmod 644 "$new"
  [ ! -e "$1" ] || { chmod --reference="$1" "$new" && chown --reference="$1" "$new"; }
  mv "$new" "$1"
}
# remove FILE: and a directory for such files that is empty then.
remove() {
  rm -f "$1"
  case $1 in *.conf.d/*) rmdir --ignore-fail-on-non-empty "$(dirname "$1")" 2>/dev/null || true ;; esac
}

# --- Docker: daemon.json is one file of JSON
docker_file=/etc/docker/daemon.json

docker_with() { # FILTER [JQ-OPTION...]
  local filter=$1 text='{}'
  shift
  command -v jq >/dev/null || stop "docker: $docker_file is edited with jq, which is not installed"
  [ ! -s "$docker_file" ] || text=$(cat "$docker_file")
  jq -e 'type == "object"' <<<"$text" >/dev/null 2>&1 || stop "$docker_file is not a JSON object; it was left as it is"
  jq "$@" "$filter" <<<"$text" || stop "$docker_file was left as it is"
}
install_docker() {
  local new
  # shellcheck disable=SC2016 # for jq
  new=$(docker_with '
    (."default-runtime" // "runc") as $default
    | if $make_default and ($default | IN("runc", "io.containerd.runc.v2", "scrim") | not)
      then error("its default-runtime is \($default): take that out first") else . end
    | .runtimes.scrim = {path: $program}
    | if $make_default then ."default-runtime" = "scrim"
      elif $default == "scrim" then del(."default-runtime") else . end' \
    --arg program "$program" --argjson make_default "$make_default")
  replace "$docker_file" <<<"$new"
  echo "$docker_file: runtime scrim. Then: systemctl reload docker"
}
undo_docker() {
  local new
  [ -e "$docker_file" ] || return 0
  new=$(docker_with '
    del(.runtimes.scrim?)
    | if .runtimes == {} then del(.runtimes) else . end
    | if ."default-runtime" == "scrim" then del(."default-runtime") else . end')
  if [ "$new" = '{}' ]; then remove "$docker_file"; else replace "$docker_file" <<<"$new"; fi
  echo "$docker_file: no runtime scrim. Then: systemctl reload docker"
}

# --- Podman and CRI-O read every file of a directory
podman_file=/etc/containers/containers.conf.d/50-scrim.conf
crio_file=/etc/crio/crio.conf.d/50-scrim.conf

install_podman() {
  {
    echo "# Written by scrim's configure-engine.sh, which also takes it away: undo podman."
    echo "[engine]"
    [ "$make_default" = false ] || echo 'runtime = "scrim"'
    echo
    echo "[engine.runtimes]"
    echo "scrim = [\"$program\"]"
  } | replace "$podman_file"
  echo "$podman_file: runtime scrim, from the next command on"
}
undo_podman() {
  remove "$podman_file"
  echo "$podman_file: taken away"
}
install_crio() {
  {
    echo "# Written by scrim's configure-engine.sh, which also takes it away: undo crio."
    if [ "$make_default" = true ]; then
      echo "[crio.runtime]"
      echo 'default_runtime = "scrim"'
      echo
    fi
    echo "[crio.runtime.runtimes.scrim]"
    echo "runtime_path = \"$program\""
    echo 'runtime_type = "oci"'
    echo 'runtime_root = "/run/scrim/crio"'
  } | replace "$crio_file"
  echo "$crio_file: runtime handler scrim. Then: systemctl restart crio"
}
undo_crio() {
  remove "$crio_file"
  echo "$crio_file: taken away. Then: systemctl restart crio"
}

# --- containerd: a file that it imports would replace the whole section of its CRI plugin (containerd 1.6), so the lines
# are added to the file itself, and known again by their marks
containerd_file=/etc/containerd/config.toml
begin_mark="# scrim begin: written by configure-engine.sh, taken away by its undo containerd"
end_mark="# scrim end"
line_mark="# scrim: this line"
was_mark="# scrim: was"

without_scrim() {
  awk -v begin="$begin_mark" -v end="$end_mark" -v line="$line_mark" -v was="$was_mark" '
    $0 == begin { skip = 1 }
    !skip && index($0, line) { next }
    !skip && (at = index($0, was)) { print substr($0, at + length(was) + 1); next }
    !skip { print }
    $0 == end { skip = 0 }'
}
# with_default_runtime SECTION: the lines of the file, with default_runtime_name in that table. Status 3: there is none.
with_default_runtime() {
  awk -v section="$1" -v line="$line_mark" -v was="$was_mark" '
    function name(text) { gsub(/[[:space:]]|#.*$/, "", text); gsub(/\x27/, "\"", text); return text }
    { lines[NR] = $0 }
    /^[[:space:]]*\[/ { inside = name($0) == "[" section "]"; if (inside) header = NR }
    inside && /^[[:space:]]*default_runtime_name[[:space:]]*=/ { key = NR }
    END {
      if (!header) exit 3
      for (i = 1; i <= NR; ++i) {
        if (i == key) print "default_runtime_name = \"scrim\" " was " " lines[i]
        else print lines[i]
        if (i == header && !key) print "default_runtime_name = \"scrim\" " line
      }
    }'
}
# containerd reads it: as it is, where a containerd is.
check_containerd() {
  command -v containerd >/dev/null || return 0
  containerd --config "$1" config dump >/dev/null 2>"$1.said" && rm "$1.said" && return 0
  tail -n 3 "$1.said" >&2
  rm -f "$1" "$1.said"
  stop "containerd would not read it so; $containerd_file was left as it is"
}
install_containerd() {
  local text='' version plugin section block new edited
  [ ! -e "$containerd_file" ] || text=$(without_scrim <"$containerd_file")
  [ -n "$text" ] || text="version = 2 $line_mark"
  version=$(sed -n 's/^[[:space:]]*version[[:space:]]*=[[:space:]]*\([0-9]*\).*/\1/p' <<<"$text" | head -n 1)
  case $version in
    2) plugin='io.containerd.grpc.v1.cri' ;;
    3) plugin='io.containerd.cri.v1.runtime' ;;
    *) stop "$containerd_file is of version ${version:-1}, not 2 or 3: see containerd config migrate" ;;
  esac
  section="plugins.\"$plugin\".containerd"
  block=
  if [ "$make_default" = true ]; then
    # Where the table is there already, it cannot be written twice.
    if edited=$(with_default_runtime "$section" <<<"$text"); then
      text=$edited
    else
      block="[$section]"$'\n''  default_runtime_name = "scrim"'$'\n'
    fi
  fi
  block="$begin_mark
$block[$section.runtimes.scrim]
  runtime_type = \"io.containerd.runc.v2\"
  # Lets a pod ask through annotations; what they may do is in /etc/scrim/config.json.
  pod_annotations = [\"run.scrim.*\"]
  [$section.runtimes.scrim.options]
    BinaryName = \"$program\"
$end_mark"
  new=$(mktemp "${TMPDIR:-/tmp}/scrim-containerd.XXXXXX")
  printf '%s\n%s\n' "$text" "$block" >"$new"
  check_containerd "$new"
  replace "$containerd_file" <"$new"
  rm "$new"
  echo "$containerd_file: runtime handler scrim. Then: systemctl restart containerd"
}
undo_containerd() {
  local text
  [ -e "$containerd_file" ] || return 0
  text=$(without_scrim <"$containerd_file")
  if [ -z "$text" ]; then remove "$containerd_file"; else replace "$containerd_file" <<<"$text"; fi
  echo "$containerd_file: no runtime handler scrim. Then: systemctl restart containerd"
}

[ $# -ge 2 ] || usage
action=$1 engine=$2
shift 2
case $action in install | undo) ;; *) usage ;; esac
case $engine in containerd | docker | podman | crio) ;; *) usage ;; esac
make_default=false
program=$(command -v scrim || true)
while [ $# -gt 0 ]; do
  case $action:$1 in
    install:--default) make_default=true ;;
    install:--program) [ $# -ge 2 ] || usage; program=$2 && shift ;;
    *) usage ;;
  esac
  shift
done
if [ "$action" = install ]; then
  # It goes into files as it is, between quotes.
  [[ $program =~ ^/[A-Za-z0-9_./+-]+$ ]] || stop "--program \"$program\": an absolute path, of letters, digits and ._+-"
  [ -x "$program" ] || stop "$program is no program"
fi
"${action}_$engine"
