#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim inspect on containers of Podman, Docker and containerd: found by the names that their users gave
# them, and compared with the config.json that each engine wrote. Pods are in cri.sh.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin podman conmon dockerd containerd /usr/bin/docker ctr jq /usr/bin/busybox
SCRIM=$(realpath "$SCRIM")
echo '{}' >"$work/settings.json"
scrim() { timeout -k 1 20 "$SCRIM" --root "$work/state" --config "$work/settings.json" "$@"; }
# looks NAME STATUS PATTERN ARGUMENT...: as test/integration/inspect.sh has it.
looks() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  scrim "$@" >"$work/out" 2>&1 </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  matches "$name" "$pattern" "$(cat "$work/out")"
}
says() { matches "$1" "$2" "$(cat "$work/out")"; }
deny_mkdir_profile "$work/own.json"
plain=plain-${work##*.}
end_all() {
  timeout 60 podman rm --all --force --time 0 >/dev/null 2>&1
  if [ -S "$work/containerd.sock" ]; then
    ctr task rm --force "$plain" >/dev/null 2>&1
    ctr container rm "$plain" >/dev/null 2>&1
  fi
  cleanup
}
trap end_all EXIT

# --- Podman
prepare_podman
import_busybox podman
for runtime in crun runc; do
  command -v $runtime >/dev/null || { skip "podman with $runtime" "no $runtime here"; continue; }
  id=$(podman --runtime $runtime run -d --network none --name "web-$runtime" busybox-static sleep 1000)
  looks "podman with $runtime, by name" 0 "container web-$runtime \($id\) of podman" inspect "web-$runtime"
  says "podman with $runtime: as its config.json says" "^what its config.json asks for.*: $work/podman/.*/config.json"
  says "podman with $runtime: its default" "equal to RuntimeDefault@podman"
  looks "podman with $runtime, by id" 0 "container web-$runtime" inspect "${id:0:12}"
done
podman run -d --network none --name bare --security-opt seccomp=unconfined busybox-static sleep 1000 >/dev/null
looks "podman, unconfined" 0 "its config.json asks for no profile" inspect bare
says "podman, unconfined: said so" "nothing is filtered: every call is allowed"
podman run -d --network none --name own --security-opt "seccomp=$work/own.json" busybox-static sleep 1000 >/dev/null
looks "podman, a profile of one's own" 0 "what its config.json asks for" inspect own
podman exec -d own sleep 2000 >/dev/null
wait_for 5 pgrep -fx 'sleep 2000'
looks "podman exec" 0 "container own .* of podman" inspect "$(pgrep -fx 'sleep 2000' | head -1)"
says "podman exec: the container's config.json" "^what its config.json asks for"
config=$(find "$work/podman" -path "*$(podman inspect -f '{{.Id}}' own)/userdata/config.json")
cp "$config" "$work/config.kept"
jq '.linux.seccomp.syscalls[0].names = ["rmdir"]' "$work/config.kept" >"$config"
looks "a config.json that says something else" 1 "not what its config.json asks for" inspect own
says "in what it differs" "newly denied +x86_64 +mkdir: ALLOW -> ERRNO EOPNOTSUPP|mkdir: ALLOW -> ERRNO EOPNOTSUPP"
jq '.linux.seccomp = 17' "$work/config.kept" >"$config"
looks "a config.json with a broken profile" 0 "not compared with its config.json: .*seccomp must be an object" inspect own
chown 65534 "$config"
looks "a config.json of somebody else's" 0 "not compared with its config.json: .*belongs to user 65534" inspect own
rm "$config" && mkfifo "$config"
looks "a config.json that is a FIFO" 0 "not compared with its config.json: " inspect own
rm "$config" && ln -s /etc/passwd "$config"
looks "a config.json that is a link" 0 "not compared with its config.json: .*Too many levels of symbolic links" inspect own
rm "$config" && cp "$work/config.kept" "$config"

# --- Docker
start_dockerd
import_busybox docker
id=$(docker run -d --network none --name shop busybox-static sleep 1000)
looks "docker, by name" 0 "container shop \($id\) of docker, image busybox-static" inspect shop
says "docker: as its config.json says" "^what its config.json asks for.*: $work/docker/.*/config.json"
says "docker: its default" "equal to .*RuntimeDefault@docker"
looks "container:NAME" 1 "keyctl" profile diff container:shop container:bare
docker run -d --network none --name freed --security-opt seccomp=unconfined busybox-static sleep 1000 >/dev/null
looks "docker, unconfined" 0 "its config.json asks for no profile" inspect freed
docker exec -d shop sleep 3000
wait_for 5 pgrep -fx 'sleep 3000'
looks "docker exec" 0 "container shop .* of docker" inspect "$(pgrep -fx 'sleep 3000' | head -1)"

# --- containerd, without CRI
start_containerd
ctr run -d --seccomp --rootfs "$work/rootfs" "$plain" /bin/sleep 1000
looks "containerd, by name" 0 "container $plain of containerd" inspect "$plain"
says "containerd: as its config.json says" "^what its config.json asks for.*: $work/containerd/.*/config.json"
says "containerd: its default" "equal to .*RuntimeDefault@containerd"

# --- all of them
scrim inspect --all >"$work/out" 2>&1
for line in "podman web-crun .*  1 filter  RuntimeDefault@podman" "podman bare .*  0 filters  unconfined$" "docker shop .*  1 filter  .*RuntimeDefault@docker" "containerd $plain .*  1 filter  .*RuntimeDefault@containerd"; do
  says "--all: $line" "^$line"
done
same "--all --json: names" '["bare","freed","own","PLAIN","shop","web-crun","web-runc"]' \
  "$(scrim inspect --all --json | jq -c "[.[] | select(.configFile // \"\" | startswith(\"$work\")) | .containerName] | unique" | sed "s/$plain/PLAIN/")"
same "--all --json: what is enforced is what was asked for" true "$(scrim inspect --all --json | jq -c "[.[] | select(.configFile // \"\" | startswith(\"$work\")) | .asConfig] | all")"
docker rm -f shop freed >/dev/null
docker run -d --network none --name web-crun busybox-static sleep 1000 >/dev/null
looks "a name that two containers have" 3 "several containers are called web-crun: .* of (podman|docker) .* of (podman|docker)" inspect web-crun
docker rm -f web-crun >/dev/null
finish
