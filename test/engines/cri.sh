#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# containerd's CRI service, as kubelet calls it, with scrim as its only runtime, and again with runc carrying out: pods
# without a profile, with RuntimeDefault, Localhost and Unconfined, and a privileged one that asks for RuntimeDefault.
# What holds is what the kernel says in the container; which profile it was is what scrim says. Attach and exec with a
# terminal, as kubectl does.
source "$(dirname "$0")/lib.sh"
begin containerd ctr /usr/bin/busybox jq /usr/bin/python3 runc
if ! /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null; then
  skip cri "no python3-grpcio here" && exit 0
fi

image=docker.io/local/busybox:1
cri() { /usr/bin/python3 "$(dirname "$0")/cri.py" "$work/containerd.sock" "$@" 2>&1; }
has_image() { cri ImageStatus "{\"image\": {\"image\": \"$image\"}}" | jq -e '.image.id != ""' >/dev/null; }

# Both what a pod waits in and what its containers run in. An archive as `docker save` writes it.
make_image() {
  make_rootfs "$work/rootfs"
  mkdir -p "$work/image"
  tar -C "$work/rootfs" -cf "$work/image/layer.tar" .
  cat >"$work/image/config.json" <<END
{"architecture": "$(dpkg --print-architecture)", "os": "linux", "config": {"Cmd": ["/bin/sleep", "100000"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$work/image/layer.tar" | cut -d' ' -f1)"]}}
END
  echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$image\"], \"Layers\": [\"layer.tar\"]}]" >"$work/image/manifest.json"
  tar -C "$work/image" -cf "$work/image.tar" .
}

# start_cri RUNTIME: containerd with CRI, RUNTIME in place of runc, and nothing else to fall back to.
start_cri() {
  cat >"$work/cri.toml" <<END
version = 2
root = "$work/cri/root"
state = "$work/cri/state"
[grpc]
  address = "$work/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$image"
  # A sandbox asks for an oom_score_adj of -998, which wants CAP_SYS_RESOURCE: where there is none, the caller's.
  restrict_oom_score_adj = $(has_capability 24 && echo false || echo true)
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "scrim"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.scrim]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.scrim.options]
        BinaryName = "$1"
        Root = "$work/cri/runtime"
END
  containerd --config "$work/cri.toml" >"$work/containerd.log" 2>&1 &
  started+=($!)
  wait_for 30 ctr version || { fail "start containerd" "$(tail -3 "$work/containerd.log")" && finish; }
  ctr --namespace k8s.io images import "$work/image.tar" >/dev/null 2>&1
  wait_for 30 has_image || { fail "import the image" "$(tail -3 "$work/containerd.log")" && finish; }
}

# run_pod NAME [SECURITY-CONTEXT [COMMAND...]]: a pod with a container, as kubelet makes one, without a network of its own.
# The context is the container's (JSON), and so is what $also says of it. Sets $pod and $container.
run_pod() {
  local name=$1 context=${2:-{\}} config request
  shift $(($# < 2 ? $# : 2))
  [ $# -gt 0 ] || set -- /bin/sh -c 'echo started; trap "exit 9" TERM; while :; do sleep 0.1; done'
  config=$(jq -n --arg name "$name" --arg logs "$work/logs" --argjson context "$context" '
    {metadata: {name: $name, uid: $name, namespace: "default"}, log_directory: $logs,
     linux: {security_context: {privileged: ($context.privileged // false), namespace_options: {network: "NODE"},
                                seccomp: {profile_type: "RuntimeDefault"}}}}')
  said=$(cri RunPodSandbox "{\"config\": $config}") || { fail "a pod's sandbox" "$said" && finish; }
  pod=$(jq -r .podSandboxId <<<"$said")
  request=$(jq -n --arg pod "$pod" --argjson sandbox "$config" --arg image "$image" --argjson context "$context" --argjson also "${also:-{\}}" '
    {pod_sandbox_id: $pod, sandbox_config: $sandbox,
     config: ({metadata: {name: "main"}, image: {image: $image}, command: $ARGS.positional, log_path: "\($pod).log",
              linux: {resources: {memory_limit_in_bytes: 67108864, cpu_shares: 512},
                      security_context: ({namespace_options: {network: "NODE", pid: "CONTAINER"}} + $context)}} + $also)}' --args -- "$@")
  said=$(cri CreateContainer "$request") || { container= && return 1; }
  container=$(jq -r .containerId <<<"$said")
  said=$(cri StartContainer "{\"container_id\": \"$container\"}")
}
exec_sync() {
  cri ExecSync "$(jq -n --arg id "$container" '{container_id: $id, cmd: $ARGS.positional, timeout: 30}' --args -- "$@")"
}
status() { cri ContainerStatus "{\"container_id\": \"$container\"}" | jq -r ".status.$1"; }
state_is() { [ "$(status state)" = "$1" ]; }
remove_pod() {
  cri StopPodSandbox "{\"pod_sandbox_id\": \"$pod\"}" >/dev/null && cri RemovePodSandbox "{\"pod_sandbox_id\": \"$pod\"}" >/dev/null
}
seccomp_of() { exec_sync /bin/grep Seccomp: /proc/self/status | jq -r .stdout; }
unshares() { exec_sync /bin/unshare -U true | jq -r .exitCode; }
# profile_said: what scrim chose for $container: in the log that the shim gives it, or, where another runtime writes that
# log, in the annotation by which scrim tells that one.
profile_said() {
  if [[ $runtime = *-runc ]]; then
    runtime_state "$container" | jq -r '.annotations["run.scrim.resolved"]'
  else
    jq -r '.msg | select(startswith("seccomp profile: ")) | ltrimstr("seccomp profile: ")' \
      "$work/cri/state/io.containerd.runtime.v2.task/k8s.io/$container/log.json"
  fi
}
runtime_state() { "$runtime" --root "$work/cri/runtime/k8s.io" state "$1"; }

# check_pods HOW: the five pods.
check_pods() {
  local how=$1 localhost
  localhost="{\"seccomp\": {\"profile_type\": \"Localhost\", \"localhost_ref\": \"$work/own.json\"}}"

  run_pod "none-$how" || fail "$how: a pod" "$said"
  same "$how: no profile: runs" CONTAINER_RUNNING "$(status state)"
  same "$how: … is not filtered" "Seccomp:	0" "$(seccomp_of)"
  same "$how: … and may what a filter would refuse" 0 "$(unshares)"
  same "$how: … as scrim says" "Unconfined" "$(profile_said)"
  same "$how: what a pod waits in has RuntimeDefault, as kubelet asks" 2 \
    "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$(runtime_state "$pod" | jq .pid)/status")"
  remove_pod || fail "$how: remove a pod" "it is still there"

  run_pod "default-$how" '{"seccomp": {"profile_type": "RuntimeDefault"}}' || fail "$how: a pod" "$said"
  same "$how: RuntimeDefault: filters" "Seccomp:	2" "$(seccomp_of)"
  same "$how: … the first process too" 2 "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$(runtime_state "$container" | jq .pid)/status")"
  same "$how: … and refuses a user namespace" 1 "$(unshares)"
  same "$how: … as scrim says" "config.json" "$(profile_said)"
  check_inspect "$how" "default-$how"
  check_life "$how"
  remove_pod || fail "$how: remove a pod" "it is still there"

  run_pod "localhost-$how" "$localhost" || fail "$how: a pod" "$said"
  matches "$how: Localhost: refuses what the file does" "Operation not supported" "$(exec_sync /bin/mkdir /tmp/made | jq -r .stderr)"
  same "$how: … and no more" 0 "$(unshares)"
  remove_pod || fail "$how: remove a pod" "it is still there"
  run_pod "nofile-$how" '{"seccomp": {"profile_type": "Localhost", "localhost_ref": "/nowhere.json"}}'
  matches "$how: Localhost without its file starts nothing" "nowhere.json" "$said"
  remove_pod || fail "$how: remove a pod" "it is still there"

  run_pod "unconfined-$how" '{"seccomp": {"profile_type": "Unconfined"}}' || fail "$how: a pod" "$said"
  same "$how: Unconfined: is not filtered" "Seccomp:	0" "$(seccomp_of)"
  same "$how: … as scrim says" "Unconfined" "$(profile_said)"
  remove_pod || fail "$how: remove a pod" "it is still there"

  run_pod "privileged-$how" '{"privileged": true, "seccomp": {"profile_type": "RuntimeDefault"}}' || fail "$how: a pod" "$said"
  same "$how: privileged with RuntimeDefault: is not filtered" "Seccomp:	0" "$(seccomp_of)"
  same "$how: … and has every capability there is" \
    "$(printf '%016x' $((0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status))))" \
    "$(exec_sync /bin/grep CapBnd: /proc/self/status | jq -r '.stdout | ltrimstr("CapBnd:") | ltrimstr("\t")')"
  same "$how: … as scrim says" "Unconfined" "$(profile_said)"
  remove_pod || fail "$how: remove a pod" "it is still there"
}

# check_inspect HOW POD: scrim inspect knows the pod's container by name, and what it was to be.
check_inspect() {
  local name said
  for name in "$2/main" "default/$2/main" "${container:0:12}"; do
    said=$("$SCRIM" inspect "$name" 2>&1)
    same "$1: scrim inspect $name: exit status" 0 $?
  done
  matches "$1: scrim inspect says whose it is" "^container default/$2/main \($container\) of containerd, image $image" "$said"
  matches "$1: scrim inspect: as its config.json says" "^what its config.json asks for.*k8s.io/$container/([^/]+/)?config.json" "$said"
  matches "$1: scrim inspect: which it is" "equal to .*RuntimeDefault@containerd" "$said"
  matches "$1: scrim inspect of the sandbox" "^container default/$2 .sandbox. .* of containerd" "$("$SCRIM" inspect "$pod" 2>&1)"
}

# check_life HOW: what kubelet does with $container while it lives, and at its end.
check_life() {
  local how=$1 memory
  exec_sync /bin/sh -c 'echo out; echo err >&2; exit 7' >"$work/said"
  same "$how: ExecSync" '["out\n","err\n",7]' "$(jq -c '[.stdout, .stderr, .exitCode]' "$work/said")"
  matches "$how: ExecSync of a missing program fails as under runc" "exec failed: .*not-there.*no such file or directory" "$(exec_sync /bin/not-there)"
  cri ContainerStats "{\"container_id\": \"$container\"}" >"$work/said"
  same "$how: ContainerStats counts memory and time" "true true" \
    "$(jq -r '.stats | "\((.memory.workingSetBytes.value | tonumber) > 0) \((.cpu.usageCoreNanoSeconds.value | tonumber) > 0)"' "$work/said")"
  if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then
    memory=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' "/proc/$(runtime_state "$container" | jq .pid)/cgroup")
    same "$how: the limits of a container" "67108864" "$(cat "$memory/memory.limit_in_bytes")"
    cri UpdateContainerResources "{\"container_id\": \"$container\", \"linux\": {\"memory_limit_in_bytes\": 33554432}}" >/dev/null
    same "$how: UpdateContainerResources" "33554432" "$(cat "$memory/memory.limit_in_bytes")"
  else
    skip "$how: the limits of a container" "no memory controller of cgroup v1 here"
  fi
  matches "$how: its log" "stdout F started" "$(cat "$work/logs/$pod.log")"
  cri StopContainer "{\"container_id\": \"$container\", \"timeout\": 10}" >/dev/null
  same "$how: StopContainer lets it end" "CONTAINER_EXITED 9" "$(status state) $(status exitCode)"
  cri RemoveContainer "{\"container_id\": \"$container\"}" >/dev/null
  matches "$how: RemoveContainer" "^NOT_FOUND" "$(cri ContainerStatus "{\"container_id\": \"$container\"}")"
}

# stream METHOD JSON INPUT [COLUMNSxLINES]: Attach or Exec, from its beginning to its end, without the terminal's CRs.
stream() {
  local url
  url=$(cri "$1" "$(jq -n --arg id "$container" --argjson more "$2" '{container_id: $id, stdin: true, stdout: true} + $more')" | jq -r .url)
  timeout 60 /usr/bin/python3 "$(dirname "$0")/cri_stream.py" "$url" "${@:3}" 2>"$work/stream.end" | tr -d '\r'
}
# check_streams HOW: what kubectl attach and exec do with a container that has a terminal, and exec with one that has none.
check_streams() {
  # The size comes by a way of its own, and may be later than what is typed.
  # shellcheck disable=SC2016 # for the container's shell
  local how=$1 said sized='until [ "$(stty size)" = "43 132" ]; do sleep 0.1; done; echo sized'
  if ! /usr/bin/python3 -c 'import websocket' 2>/dev/null; then skip "$how: Attach and Exec" "no python3-websocket here" && return; fi
  also='{"tty": true, "stdin": true}' run_pod "tty-$how" '{"seccomp": {"profile_type": "RuntimeDefault"}}' \
    /bin/sh -c "$sized; "'read line; tty; echo "got $line"; grep Seccomp: /proc/self/status; exit 5' || fail "$how: a pod" "$said"
  said=$(stream Exec "$(jq -n --arg sized "$sized" '{tty: true, cmd: ["/bin/sh", "-c", ($sized + "; read line; tty; echo got $line; exit 6")]}')" $'there\n' 132x43)
  matches "$how: Exec with a terminal: it is one" "^/dev/pts/" "$said"
  matches "$how: … of the size that was sent" "^sized$" "$said"
  same "$how: … what is typed is echoed and read" "there got there" "$(grep there <<<"$said" | tr '\n' ' ' | sed 's/ $//')"
  same "$how: … its exit status" '["ExitCode","6"]' "$(jq -c '.details.causes[0] | [.reason, .message]' "$work/stream.end")"
  said=$(stream Attach '{"tty": true}' $'hello\n' 132x43)
  matches "$how: Attach: a terminal" "^/dev/pts/" "$said"
  matches "$how: … of the size that was sent" "^sized$" "$said"
  matches "$how: … what is typed is read" "^got hello$" "$said"
  matches "$how: … under the filter" "^Seccomp:	2$" "$said"
  wait_for 10 state_is CONTAINER_EXITED
  same "$how: … to its end" 5 "$(status exitCode)"
  remove_pod || fail "$how: remove a pod" "it is still there"
  run_pod "pipe-$how" || fail "$how: a pod" "$said"
  said=$(stream Exec '{"cmd": ["/bin/sh", "-c", "read line; echo got $line; echo error >&2"], "stderr": true}' $'there\n')
  same "$how: Exec without a terminal" "error got there" "$(sort <<<"$said" | tr '\n' ' ' | sed 's/ $//')"
  remove_pod || fail "$how: remove a pod" "it is still there"
}

# check_rest HOW: after all of them.
check_rest() {
  same "$1: no container is left" "" "$(ctr --namespace k8s.io container ls -q)"
  same "$1: no state is left" "" "$(ls -A "$work/cri/runtime/k8s.io" 2>/dev/null)"
  wait_for 10 no_shadow
  same "$1: no shadow bundle is left" "" "$(shadows)"
  end_process "${started[-1]}"
}

make_image
deny_mkdir_profile "$work/own.json"

runtime=$work/scrim
make_wrapper "$runtime" --debug
start_cri "$runtime"
check_pods scrim
run_pod ends '{}' /bin/sh -c 'exit 3'
wait_for 10 state_is CONTAINER_EXITED
same "scrim: a container that ends: exit code" 3 "$(status exitCode)"
remove_pod
run_pod missing '{}' /bin/not-there
matches "scrim: a missing program: containerd shows scrim's error" "/bin/not-there.*no such file or directory" "$said"
remove_pod
run_pod user '{"run_as_user": {"value": 1000}, "no_new_privs": true, "seccomp": {"profile_type": "RuntimeDefault"}}'
same "scrim: a user of no privilege" "1000 NoNewPrivs:	1 Seccomp:	2 " \
  "$(exec_sync /bin/sh -c "id -u; grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status" | jq -j .stdout | tr '\n' ' ')"
remove_pod
check_streams scrim
check_rest scrim

runtime=$work/scrim-runc
make_wrapper "$runtime" --debug --delegate "$(command -v runc)"
start_cri "$runtime"
check_pods runc
check_streams runc
check_rest runc

runtime=$work/scrim-default
echo '{"seccompDefault": true, "privilegedProfile": "RuntimeDefault"}' >"$work/default.json"
make_wrapper "$runtime" --debug --config "$work/default.json"
start_cri "$runtime"
run_pod none-node
same "seccompDefault of the node: no profile is RuntimeDefault" "Seccomp:	2" "$(seccomp_of)"
matches "… as scrim says" "^RuntimeDefault@containerd" "$(profile_said)"
remove_pod
run_pod privileged-node '{"privileged": true}'
same "privilegedProfile of the node filters privileged containers" "Seccomp:	2" "$(seccomp_of)"
remove_pod
check_rest "of the node's settings"
finish
