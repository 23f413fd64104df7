#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Debian package: built, installed by dpkg, used, and removed; and engines told of it and made to forget it. All of
# that in a mount namespace whose /usr, /etc and /var/lib/dpkg are layers above the machine's: nothing of it remains.
source "$(dirname "$0")/../engines/lib.sh"
begin dpkg-deb dpkg-shlibdeps cpack cmake /usr/bin/python3 file jq /usr/bin/busybox man

if [ -z "${SCRIM_TEST_LAYERS:-}" ]; then
  deb=$(SOURCE_DATE_EPOCH=$(git -C "$repository" log -1 --format=%ct 2>/dev/null || echo 0) "$repository/packaging/build-deb.sh" "$work" 2>"$work/said")
  if [ ! -f "$deb" ]; then fail "build-deb.sh" "$(tail -3 "$work/said")" && finish; fi
  ok "build-deb.sh"
  mkdir "$work/layers"
  SCRIM_TEST_LAYERS=$work/layers SCRIM_TEST_DEB=$deb unshare -m bash "$0"
  exit $?
fi
deb=$SCRIM_TEST_DEB
mount --make-rprivate /
mount -t tmpfs tmpfs "$SCRIM_TEST_LAYERS"
for directory in /usr /etc /var/lib/dpkg; do
  mkdir -p "$SCRIM_TEST_LAYERS$directory"/{upper,work}
  if ! mount -t overlay overlay -o "lowerdir=$directory,upperdir=$SCRIM_TEST_LAYERS$directory/upper,workdir=$SCRIM_TEST_LAYERS$directory/work" "$directory"; then
    skip package "no overlay above $directory" && finish
  fi
done

# --- the package
matches "it depends on what it is linked to" "^ Depends: .*libsystemd0" "$(dpkg-deb -I "$deb")"
same "no file of it is writable by others" "" "$(dpkg-deb -c "$deb" | awk '$1 ~ /^-.......w/ || $2 != "root/root"')"
dpkg -i "$deb" >"$work/said" 2>&1
same "dpkg -i" "0 installed" "$? $(dpkg-query -W -f '${db:Status-Status}' scrim)"
hash -r
same "scrim is the installed one" /usr/bin/scrim "$(command -v scrim)"
version=$(dpkg-query -W -f '${Version}' scrim)
matches "scrim --version" "^scrim version $version$" "$(scrim --version)"
matches "its man page" "OCI container runtime" "$(LC_ALL=C.UTF-8 man 8 scrim 2>&1)"
same "its completion" "profile" "$(bash -c 'source /usr/share/bash-completion/completions/scrim; COMP_WORDS=(scrim prof); COMP_CWORD=1; _scrim; echo "${COMPREPLY[@]}"')"
for program in $(dpkg -L scrim | grep /usr/libexec/scrim/); do
  matches "${program##*/} runs" "usage" "$("$program" --help 2>&1 | tr '[:upper:]' '[:lower:]')"
done
same "scrim looks for its helper where it is" 1 "$(grep -c /usr/libexec/scrim/scrim-systemd-cgroup /usr/bin/scrim)"

mkdir -p "$work/bundle" /etc/scrim
make_rootfs "$work/bundle/rootfs"
scrim spec --bundle "$work/bundle"
jq '.process.args = ["/bin/sh", "-c", "echo in $(hostname); exit 3"] | .process.terminal = false' "$work/bundle/config.json" >"$work/config.json"
mv "$work/config.json" "$work/bundle/config.json"
cp /usr/share/doc/scrim/examples/config.json /etc/scrim/config.json
said=$(scrim --root "$work/state" run --bundle "$work/bundle" "package-$$" 2>&1)
same "a container, with the example of a configuration" "3 in scrim" "$? $said"
rm /etc/scrim/config.json

# --- engines
configure() { scrim-configure-engine "$@" 2>&1; }
files=(/etc/containerd/config.toml /etc/docker/daemon.json /etc/containers/containers.conf.d/50-scrim.conf /etc/crio/crio.conf.d/50-scrim.conf)
state_of() { for file in "${files[@]}"; do if [ -e "$file" ]; then sha256sum "$file" && stat -c %a "$file"; else echo "no $file"; fi; done; }
rm -rf "${files[@]}" /etc/crio
mkdir -p /etc/containerd /etc/docker
cat >/etc/containerd/config.toml <<'END'
version = 2

[plugins]
  [plugins."io.containerd.grpc.v1.cri"]
    [plugins."io.containerd.grpc.v1.cri".containerd]
      default_runtime_name = "crun" # ours
END
echo '{"log-driver": "local", "runtimes": {"crun": {"path": "/usr/bin/crun"}}}' | jq . >/etc/docker/daemon.json
chmod 600 /etc/docker/daemon.json
state_of >"$work/before"
for engine in containerd docker podman crio; do
  configure install $engine >"$work/said" || fail "install $engine" "$(cat "$work/said")"
  matches "install $engine says what then" "$engine|next command" "$(cat "$work/said")"
done
state_of >"$work/once"
for engine in containerd docker podman crio; do configure install $engine >/dev/null; done
same "install again changes nothing" "" "$(state_of | diff "$work/once" -)"
for engine in containerd docker podman crio; do configure install $engine --default >/dev/null; done
state_of >"$work/default"
for engine in containerd docker podman crio; do configure install $engine --default >/dev/null; done
same "install --default again changes nothing" "" "$(state_of | diff "$work/default" -)"
for engine in containerd docker podman crio; do configure install $engine >/dev/null; done
same "install takes --default back" "" "$(state_of | diff "$work/once" -)"
for engine in containerd docker podman crio; do configure install $engine --default >/dev/null; done
same "docker: what was there is there" "local /usr/bin/crun /usr/bin/scrim scrim 600" \
  "$(jq -r '[."log-driver", .runtimes.crun.path, .runtimes.scrim.path, ."default-runtime"] | join(" ")' /etc/docker/daemon.json) $(stat -c %a /etc/docker/daemon.json)"
same "cri-o: the handler" 'default_runtime = "scrim" [crio.runtime.runtimes.scrim] runtime_path = "/usr/bin/scrim" runtime_type = "oci" ' \
  "$(grep -E '^(default_runtime|\[crio.runtime.runtimes|runtime_path|runtime_type)' /etc/crio/crio.conf.d/50-scrim.conf | tr '\n' ' ')"
/usr/bin/python3 -c 'import tomllib; tomllib.load(open("/etc/crio/crio.conf.d/50-scrim.conf", "rb"))' 2>"$work/said"
same "cri-o: it is TOML" 0 $?

if command -v containerd >/dev/null; then
  same "containerd reads it" "scrim /usr/bin/scrim" "$(containerd --config /etc/containerd/config.toml config dump |
    /usr/bin/python3 -c 'import sys, tomllib
cri = tomllib.loads(sys.stdin.read())["plugins"]["io.containerd.grpc.v1.cri"]["containerd"]
print(cri["default_runtime_name"], cri["runtimes"]["scrim"]["options"]["BinaryName"])')"
else
  skip "containerd reads it" "no containerd here"
fi
if command -v dockerd >/dev/null; then
  # Not the log driver and crun, which are there to be kept.
  jq '{runtimes: {scrim: .runtimes.scrim}, "default-runtime"}' /etc/docker/daemon.json >"$work/daemon.json"
  start_dockerd --config-file "$work/daemon.json"
  same "docker: the default runtime" scrim "$(docker info -f '{{.DefaultRuntime}}')"
  cp -r "$work/bundle/rootfs" "$work/rootfs"
  import_busybox docker
  same "docker runs a container on it" "Seccomp:	2" "$(docker run --rm --network none busybox-static grep Seccomp: /proc/self/status 2>&1)"
  docker run -d --name box --network none busybox-static sleep 1000 >/dev/null
  same "… which scrim knows" running "$(scrim --root "$work/docker/exec/runtime-runc/moby" state "$(docker inspect -f '{{.Id}}' box)" | jq -r .status)"
  docker rm --force box >/dev/null
  unset DOCKER_CONFIG DOCKER_HOST
else
  skip "docker runs a container on it" "no dockerd here"
fi
if command -v podman >/dev/null; then
  prepare_podman
  # Its own settings aside: they keep it from reading those of the machine.
  mkdir -p /etc/containers/containers.conf.d
  mv "$CONTAINERS_CONF" /etc/containers/containers.conf.d/10-test.conf
  unset CONTAINERS_CONF
  same "podman: the default runtime" "/usr/bin/scrim" "$(podman info -f '{{.Host.OCIRuntime.Path}}' 2>&1)"
  rm /etc/containers/containers.conf.d/10-test.conf
else
  skip "podman: the default runtime" "no podman here"
fi

for engine in containerd docker podman crio; do configure undo $engine >/dev/null || fail "undo $engine" "status $?"; done
same "undo leaves what was there" "" "$(state_of | diff "$work/before" -)"
for engine in containerd docker podman crio; do configure undo $engine >/dev/null || fail "undo $engine again" "status $?"; done
same "undo again too" "" "$(state_of | diff "$work/before" -)"
same "… and no directory of its own" "" "$(ls -d /etc/crio/crio.conf.d /etc/containers/containers.conf.d 2>/dev/null)"
rm /etc/containerd/config.toml /etc/docker/daemon.json
for engine in containerd docker; do configure install $engine --default >/dev/null; done
matches "where there was no file there is one" 'default_runtime_name = "scrim"' "$(cat /etc/containerd/config.toml)"
for engine in containerd docker; do configure undo $engine >/dev/null; done
same "… and then none" "" "$(ls /etc/containerd/config.toml /etc/docker/daemon.json 2>/dev/null)"

echo '{"default-runtime": "crun"}' >/etc/docker/daemon.json
matches "docker: another default is left" "default-runtime is crun" "$(configure install docker --default)"
echo '{"runtimes": ' >/etc/docker/daemon.json
matches "docker: what is no JSON is left" "not a JSON object" "$(configure install docker)"
same "… as it is" '{"runtimes": ' "$(cat /etc/docker/daemon.json)"
echo 'root = "/x"' >/etc/containerd/config.toml
matches "containerd: version 1 is refused" "version 1, not 2 or 3" "$(configure install containerd)"
printf 'version = 2\n[plugins\n' >/etc/containerd/config.toml
if command -v containerd >/dev/null; then
  matches "containerd: what it cannot read is left" "was left as it is" "$(configure install containerd)"
  same "… as it is" "version = 2 [plugins " "$(tr '\n' ' ' </etc/containerd/config.toml)"
fi
printf 'version = 3\n' >/etc/containerd/config.toml
matches "--program is a path" "an absolute path" "$(configure install docker --program 'scrim"')"
matches "… of a program" "no program" "$(configure install docker --program /nowhere)"
configure install nothing >/dev/null
same "an engine that is none" 2 $?

# --- removed
rm -f /etc/docker/daemon.json /etc/containerd/config.toml
configure install podman --default >/dev/null
dpkg -r scrim >"$work/said" 2>&1
same "dpkg -r" 0 $?
hash -r
same "nothing of it is left" "" "$(command -v scrim scrim-configure-engine; ls -d /usr/libexec/scrim /usr/share/doc/scrim 2>/dev/null)"
same "no engine is told of it any more" "" "$(ls /etc/containers/containers.conf.d/50-scrim.conf 2>/dev/null)"
finish
