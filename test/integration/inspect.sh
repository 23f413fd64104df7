#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim inspect, and profile show, explain, count and diff: on processes of scrim, runc, crun and bwrap, and on programs
# that filter themselves (programs/stacked.c). What they enforce is decoded from what the kernel has.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
begin_containers "$@"
default=RuntimeDefault@docker-20.10.24
shown="RuntimeDefault@docker-20.10.18 … 20.10.27" # the same profile by all its names, with all capabilities
shown_there="RuntimeDefault@docker-20.10.18 … 20.10.25 \\(3 versions\\)" # and with those of a container
programs=$(dirname "$0")/programs
cc -O1 -Wall -Wextra -Werror -pthread -o "$work/stacked" "$programs/stacked.c" || { fail "compile stacked.c" "cc said so"; finish; }

# looks NAME STATUS PATTERN ARGUMENT...: the exit status, and what is said on either stream.
looks() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  scrim "$@" >"$work/out" 2>&1 </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  matches "$name" "$pattern" "$(cat "$work/out")"
}
# starts NAME PROGRAM...: in the background until the end; $pid is its process once it is ready.
starts() {
  local name=$1
  shift
  : >"$work/ready"
  "$@" >"$work/ready" 2>&1 </dev/null &
  pid=$!
  started+=("$pid")
  wait_for 10 grep -q ready "$work/ready" || fail "$name starts" "$(cat "$work/ready")"
}
busybox=/usr/bin/busybox
# shellcheck disable=SC2016
waits='echo ready; exec sleep 1000'
json() { scrim inspect --json "$1" | jq -rc "$2"; }

# --- without a filter, and none at all
starts "a process without a filter" sh -c "$waits"
looks "a process without a filter" 0 "seccomp disabled" inspect "$pid"
same "the same as JSON" '["disabled",0,null,[]]' "$(json "$pid" '[.mode, .filters, .nearest, .programs]')"
looks "no such process" 3 "look at process 4194303: No such process" inspect 4194303
looks "a process that has ended" 3 "No such process|has ended" inspect "$(sh -c 'echo $$')"
looks "no such container" 3 "no container nonesuch runs" inspect nonesuch
looks "nothing named" 2 "name one process or container" inspect
looks "both" 2 "name one process or container" inspect --all "$pid"

# --- launch
starts "launch" "$SCRIM" --config "$work/settings.json" launch --profile $default -- $busybox sh -c "$waits"
looks "launch: which profile it is" 0 "equal to $shown \\(5 versions\\)$" inspect "$pid"
matches "launch: personality" "personality: ALLOW if persona in \{0, 8, 0x20000, 0x20008, 0xffffffff\}; otherwise ERRNO EPERM" "$(cat "$work/out")"
same "launch: JSON" '["filter",1,true,["x86_64","x86","x32"],"allowed"]' \
  "$(json "$pid" '[.mode, .filters, .nearest.equal, [.abis[].abi], .abis[0].groups[0].fate]')"
looks "launch: compared with what it is" 0 "equal to $default" inspect --cap-add ALL --compare $default "$pid"
looks "launch: compared with another" 1 "from which [0-9]+ calls differ" inspect --cap-add ALL --compare RuntimeDefault@podman "$pid"
same "launch: it goes on, untraced" "S 0" "$(sleep 0.2; sed -n 's/^State:\t\(.\).*/\1/p; s/^TracerPid:\t//p' "/proc/$pid/status" | xargs)"
looks "diff of a process and its profile" 0 "do the same" profile diff --cap-add ALL "pid:$pid" $default
looks "explain for a process" 0 "x86_64 \(250\): ERRNO EPERM" profile explain "pid:$pid" keyctl
looks "--all" 0 "$pid .*1 filter  $shown" inspect --all
same "--all --json" 1 "$(scrim inspect --all --json | jq "[.[] | select(.pids | index($pid)) | select(.equals | index(\"$default\"))] | length")"
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all "$work/scrim" --config "$work/settings.json" "$@" 2>&1; }
cp "$SCRIM" "$work/scrim"
said=$(nobody inspect "$pid")
same "as nobody: exit status" 3 $?
matches "as nobody" "seccomp filter, 1 filter.*not known: .*needs root with CAP_SYS_PTRACE" "$(tr '\n' ' ' <<<"$said")"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["acct"], "action": "SCMP_ACT_ERRNO"}]}' >"$work/nearly.json"
said=$(launched() { "$SCRIM" --config "$work/settings.json" launch --profile "$work/nearly.json" -- "$SCRIM" inspect "$pid" 2>&1; }; launched)
same "under a filter: exit status" 3 $?
matches "under a filter" "shows filters to nobody who has a filter" "$said"

# --- programs that filter themselves
starts "five filters" "$work/stacked" five
looks "five filters" 0 "seccomp filter, 5 filters, no_new_privs" inspect "$pid"
for line in "EISDIR .1.: keyctl" "EINVAL .1.: add_key" "ENFILE .1.: request_key" "EMFILE .1.: swapon" "ENOTTY .1.: swapoff"; do
  matches "five filters together: $line" "ERRNO $line" "$(sed '/^filter 1/,$d' "$work/out")"
done
same "five filters, each alone" '[5,"ERRNO ENOTTY",["swapoff"],"ERRNO EISDIR",["keyctl"]]' "$(json "$pid" '[(.programs | length)]
  + [.programs[0, 4].abis[0].groups[] | select(.fate == "denied") | .answer, .calls]')"
starts "another thread" "$work/stacked" thread
looks "a thread with another filter" 1 "2 threads, not all alike" inspect "$pid"
same "a thread with another filter, as JSON" '[["filter",2]]' "$(json "$pid" '[.differingThreads[] | [.mode, .filters]]')"
starts "400 threads" "$work/stacked" threads
looks "each of 400 threads is read" 1 "401 threads, not all alike" inspect "$pid"
same "… and the last one found, as JSON" '[401,401,["filter",1]]' "$(json "$pid" '[.threads, .threadsRead, (.differingThreads[] | [.mode, .filters])]')"
end_process "$pid"
starts "a thread in vfork()" "$work/stacked" stuck
one_in_vfork() { grep -q "^State:.*D" /proc/"$1"/task/*/status; }
wait_for 5 one_in_vfork "$pid" || fail "a thread in vfork()" "it does not wait"
looks "a thread in vfork(): the others are not called alike" 3 "^3 threads, 1 of them read, and these all alike$" inspect "$pid"
matches "a thread in vfork(): why" "^not known: whether all threads .*: 1 of 3 threads read: stop process [0-9]+: .*does not stop" "$(cat "$work/out")"
same "a thread in vfork(), as JSON" '[3,1,[],1]' "$(json "$pid" '[.threads, .threadsRead, .differingThreads, (.unknown | map(select(test("1 of 3"))) | length)]')"
end_process "$(cat "/proc/$pid/task"/*/children | xargs)"
end_process "$pid"
starts "a hostile filter" "$work/stacked" hostile
looks "a hostile filter" 0 "every call: cannot tell: .*ALLOW" inspect "$pid"
starts "hostile filters with thousands of answers" "$work/stacked" answers
looks "hostile filters with thousands of answers" 0 "by arguments, in [0-9]+ ways: ERRNO" inspect "$pid"
looks "hostile filters with thousands of answers, --all" 0 " $pid .*2 filters" inspect --all
starts "a parent in vfork()" "$work/stacked" vfork
wait_for 5 grep -q "^State:.*D" "/proc/$pid/status" || fail "a parent in vfork()" "it does not wait"
looks "a parent in vfork()" 3 "not known: stop process $pid: .*does not stop" inspect "$pid"
looks "a parent in vfork(), --all" 0 " $pid .*not known: stop process $pid" inspect --all
same "a parent in vfork() is let go" "D 0" "$(sed -n 's/^State:\t\(.\).*/\1/p; s/^TracerPid:\t//p' "/proc/$pid/status" | xargs)"
end_process "$(cut -d' ' -f1 "/proc/$pid/task/$pid/children")"
wait_for 5 grep -q "^State:.*S" "/proc/$pid/status"
looks "… and its filter is read afterwards" 0 "seccomp filter, 1 filter" inspect "$pid"
# Ten of those that do not stop get all the time; the others a little of it.
stuck=()
for _ in $(seq 14); do
  starts "one of many in vfork()" "$work/stacked" vfork
  wait_for 5 grep -q "^State:.*D" "/proc/$pid/status" || fail "one of many in vfork()" "it does not wait"
  stuck+=("$pid")
done
limit=60 scrim inspect --all --json >"$work/all.json"
of_stuck() { jq --argjson stuck "[$(IFS=,; echo "${stuck[*]}")]" "[.[] | select(.pids | inside(\$stuck)) | $1] | length" "$work/all.json"; }
same "many in vfork(), --all: of none it can be told" 14 "$(of_stuck 'select(.confined == null)')"
same "many in vfork(), --all: most wait for ten of them alone" true "$(of_stuck 'select(.verdict | test("within 5 ms")) | .pids' | jq '. >= 4')"
for pid in "${stuck[@]}"; do end_process "$(cut -d' ' -f1 "/proc/$pid/task/$pid/children")"; end_process "$pid"; done
starts "a first thread that has ended" "$work/stacked" ended
wait_for 5 grep -q "^State:.*Z" "/proc/$pid/status" || fail "a first thread that has ended" "it has not"
looks "a first thread that has ended" 0 "seccomp filter, 2 filters" inspect "$pid"
looks "a first thread that has ended, --all" 0 " $pid  2 filters" inspect --all
scrim inspect --all --json >"$work/all.json"
same "a name that is not UTF-8" '"odd�"' "$(iconv -f UTF-8 -t UTF-8 "$work/all.json" | jq -c ".[] | select(.pids | index($pid)) | .name")"
mkfifo "$work/fifo"
"$work/stacked" strict <"$work/fifo" >"$work/ready" &
pid=$!
started+=("$pid")
exec 7>"$work/fifo"
wait_for 10 grep -q ready "$work/ready"
looks "strict mode" 0 "seccomp strict" inspect "$pid"
exec 7>&-

# --- a reader that is killed between any two of its calls: the process goes on, as nobody's tracee
cc -O1 -o "$work/kill_at" "$programs/kill_at.c" || { fail "compile kill_at.c" "cc said so"; finish; }
: >"$work/ready"
mkfifo "$work/line"
"$SCRIM" --config "$work/settings.json" launch --profile $default -- $busybox sh -c 'echo ready; read -r line; echo "went on: $line"' <>"$work/line" >"$work/ready" 2>&1 &
pid=$!
started+=("$pid")
wait_for 10 grep -q ready "$work/ready" || fail "the process to read starts" "$(cat "$work/ready")"
held=0
free_again() { [ "$(sed -n 's/^State:\t\(.\).*/\1/p; s/^TracerPid:\t//p' "/proc/$pid/status" | xargs)" = "S 0" ]; }
for ((at = 1; at <= 10; at++)); do
  timeout 20 "$work/kill_at" "$work/report" command ptrace $at "$SCRIM" --config "$work/settings.json" inspect "$pid" >/dev/null 2>&1
  grep -q "^killed" "$work/report" && held=$((held + 1))
  wait_for 5 free_again || fail "the reader is killed at call $at of its stop" "$(grep -E '^(State|TracerPid)' "/proc/$pid/status")"
done
same "the reader was killed that often" 10 $held
echo now >"$work/line"
wait_for 5 grep -q "went on: now" "$work/ready"
same "… and the process goes on" "went on: now" "$(grep went "$work/ready")"

# --- containers
"$SCRIM" --config "$work/settings.json" profile show --format oci --cap-drop ALL --cap-add AUDIT_WRITE,KILL,NET_BIND_SERVICE $default >"$work/docker.json"
# shellcheck disable=SC2016
make_bundle() {
  script= bundle "$1" '.process.args = ["sleep", "1000"]'
  jq --slurpfile profile "$work/docker.json" '.linux.seccomp = $profile[0] | .ociVersion = "1.0.2"' "$work/$1/config.json" >"$work/config.new" && mv "$work/config.new" "$work/$1/config.json"
}
make_bundle mine
scrim create --bundle "$work/mine" mine </dev/null >/dev/null 2>&1 && scrim start mine || fail "create and start" "it failed"
looks "scrim's container" 0 "equal to .*$shown_there" inspect mine
looks "scrim's container, compared with its file" 0 "equal to $work/docker.json" inspect --compare "$work/docker.json" mine
matches "scrim's container: whose it is" "^container mine of scrim$" "$(cat "$work/out")"
matches "scrim's container: as its config.json says" "^what its config.json asks for: $work/mine/config.json" "$(cat "$work/out")"
matches "scrim's container: as scrim resolved it" "^as scrim resolved it: config.json" "$(cat "$work/out")"
cp "$work/mine/config.json" "$work/mine.kept"
jq 'del(.linux.seccomp)' "$work/mine.kept" >"$work/mine/config.json"
same "scrim's container, its config.json changed later" '[false,true]' "$(json mine '[.config.asks, .stored.equal]')"
cp "$work/mine.kept" "$work/mine/config.json"
looks "--all knows it" 0 "^scrim mine  .*RuntimeDefault@docker" inspect --all
looks "container:ID" 0 "do the same" profile diff container:mine "$work/docker.json"
looks "container:ID and another" 1 "newly (allowed|denied)" profile diff container:mine RuntimeDefault@podman
same "count of a container" true "$(scrim profile count --json container:mine | jq '.abis[0] | .allowed > 250 and .denied > 40 and .conditionalCalls == ["clone", "personality"]')"
scrim delete --force mine
# --- what looks like an engine's monitor: of a container, of a user, and with a link that leads out of its root
cat >"$work/monitor.sh" <<'END'
printf conmon >/proc/$$/comm
echo ready
sleep 1000 &
wait
END
cp "$work/monitor.sh" "$work/rootfs/monitor.sh"
chmod 644 "$work/monitor.sh" "$work/rootfs/monitor.sh"
child() { pid=$(cut -d' ' -f1 "/proc/$1/task/$1/children"); }
long_id=$(printf 'c%.0s' $(seq 64))
script= bundle liar ".process.args = [\"sh\", \"/monitor.sh\", \"-c\", \"$long_id\", \"-n\", \"web\", \"-b\", \"/bundle\"]
  | .linux.namespaces |= map(select(.type != \"pid\")) | del(.mounts[] | select(.destination == \"/proc\")) | .mounts += [{destination: \"/proc\", type: \"bind\", source: \"/proc\", options: [\"rbind\"]}]"
background "$work/ready" run --bundle "$work/liar" liar
wait_for 10 grep -q ready "$work/ready" || fail "the container that makes up a monitor starts" "$(cat "$work/ready")"
child "$(scrim state liar | jq .pid)"
looks "a container's own monitor is not believed" 0 "container liar of scrim" inspect "$pid"
scrim delete --force liar
starts "a user's monitor" setpriv --reuid 65534 --regid 65534 --clear-groups bash "$work/monitor.sh" -c "$long_id" -n twin -b /bundle
child "$pid"
users=$pid
looks "a user's monitor is that user's" 0 "container twin .* of podman of user 65534" inspect "$users"
same "… as JSON" '["podman",65534,"twin"]' "$(json "$users" '[.engine, .user, .containerName]')"
# A pod's shim, and a process of it in the cgroup of another container: only a bundle that says it is of that pod's is
# believed, whatever lies beside the pod's own.
sed 's/printf conmon/printf containerd-shim/' "$work/monitor.sh" >"$work/shim.sh"
other_id=$(printf 'd%.0s' $(seq 64))
mkdir -p "$work/bundles/$long_id" "$work/bundles/$other_id" "/sys/fs/cgroup/pids/$tag/$other_id"
pod_config() { jq -n --arg type "$1" --arg pod "$2" '{annotations: {"io.kubernetes.cri.container-type": $type, "io.kubernetes.cri.sandbox-id": $pod,
  "io.kubernetes.cri.sandbox-name": "pod-1", "io.kubernetes.cri.sandbox-namespace": "shop", "io.kubernetes.cri.container-name": (if $type == "sandbox" then null else "main" end)}, linux: {}}'; }
pod_config sandbox "$long_id" >"$work/bundles/$long_id/config.json"
pod_config container "$long_id" >"$work/bundles/$other_id/config.json"
starts "a pod's shim" env -C "$work/bundles/$long_id" bash "$work/shim.sh" -namespace k8s.io -id "$long_id"
child "$pid"
looks "a pod's own process" 0 "^container shop/pod-1 .sandbox. .$long_id. of containerd$" inspect "$pid"
echo "$pid" >"/sys/fs/cgroup/pids/$tag/$other_id/cgroup.procs" || fail "a process in a container's cgroup" "it does not go there"
looks "a pod's container" 0 "^container shop/pod-1/main .$other_id. of containerd$" inspect "$pid"
pod_config container "$other_id" >"$work/bundles/$other_id/config.json"
looks "a bundle of another pod is not believed" 0 "^container shop/pod-1 .sandbox. .$long_id. of containerd$" inspect "$pid"
echo "$pid" >/sys/fs/cgroup/pids/cgroup.procs
rmdir "/sys/fs/cgroup/pids/$tag/$other_id"
# --- names that command a terminal, turn its text round, or make up a line; and a byte that is not UTF-8
evil=$'\e[31m\xc2\x9b31m\xe2\x80\xaeforged\nforged: yes'
# shows NAME STATUS PATTERN ARGUMENT...: as looks, and a terminal can show it.
shows() {
  looks "$@"
  plain_text "$1: nothing that a terminal obeys" "$work/out"
  same "$1: no line that is made up" 0 "$(grep -c ^forged "$work/out")"
}
mkdir -p "$work/$evil" && echo '{"linux": {}}' >"$work/$evil/config.json"
starts "a monitor of many names" bash "$work/monitor.sh" -c "$evil" -n "$evil" -b "$work/$evil"
child "$pid"
shows "a container's names" 0 'container \\x1b\[31m\\u009b31m\\u202eforged\\nforged: yes of podman' inspect "$pid"
shows "a container's names, --all" 0 ' \\x1b\[31m\\u009b31m' inspect --all
same "… as JSON, as they are" true "$(scrim inspect --json "$pid" | jq --arg evil "$evil" --arg file "$work/$evil/config.json" \
  '.container == $evil and .containerName == $evil and .configFile == $file')"
end_process "$pid"
starts "another monitor" bash "$work/monitor.sh" -c "$evil" -b "$work/$evil/"$'\x9b'
child "$pid"
shows "a path that is not UTF-8" 0 'container .x1b.* of podman' inspect "$pid"
matches "a path that is not UTF-8, escaped" 'not compared with its config.json: open .*\\x9b/config.json: No such' "$(cat "$work/out")"
same "… as JSON, which is UTF-8" true "$(scrim inspect --json "$pid" | iconv -f UTF-8 -t UTF-8 | jq '.configFile | endswith("/\ufffd/config.json")')"
end_process "$pid"
jq -n --arg evil "$evil" '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [
  {names: ["keyctl", $evil], action: "SCMP_ACT_ERRNO", comment: $evil, includes: {caps: ["CAP_SYS_ADMIN", $evil], arches: [$evil]}}]}' >"$work/evil.json"
cp "$work/evil.json" "$work/$evil.json"
shows "a rule's comment" 0 '^    .x1b.*nforged: yes$' profile explain "$work/$evil.json" keyctl
same "… as JSON, as it is" true "$(scrim profile explain --json "$work/$evil.json" keyctl 2>/dev/null | jq --arg evil "$evil" '.calls[0].rules[0].reason == $evil')"
shows "a profile's names, linted" 1 'no system call is called ".x1b' profile lint "$work/$evil.json"
shows "an error's names" 3 '^scrim: .*x1b' profile show "$work/$evil.none"
mkdir -p "$work/outside" && echo '{"linux": {}}' >"$work/outside/config.json" && ln -s "$work/outside" "$work/rootfs/bundle"
starts "a monitor with a root of its own" unshare -m sh -c 'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" sh "$@"' "$work/rootfs" /monitor.sh -c "$long_id" -n linked -b /bundle
child "$pid"
looks "links of a monitor's root lead nowhere else" 0 "not compared with its config.json: open .*/bundle/config.json: No such file" inspect "$pid"
rm "$work/rootfs/bundle"
for name in one two; do
  script='sleep 1000' bundle $name ".linux.cgroupsPath = \"/$tag/$name/pair\""
  scrim create --bundle "$work/$name" $name </dev/null >/dev/null 2>&1 || fail "create $name" "it failed"
done
looks "several cgroups are called so" 3 "several cgroups are called pair" inspect pair
scrim delete --force two
script='sleep 1000' bundle two ".linux.cgroupsPath = \"/$tag/two/twin\""
scrim create --bundle "$work/two" two </dev/null >/dev/null 2>&1 || fail "create two" "it failed"
looks "a container goes before a cgroup" 0 "container twin .* of podman" inspect twin
scrim delete --force one
scrim delete --force two
for runtime in runc crun; do
  command -v $runtime >/dev/null || { skip "$runtime's container" "no $runtime here"; continue; }
  make_bundle $runtime
  timeout 20 $runtime --root "$work/$runtime-state" run --bundle "$work/$runtime" "$tag-$runtime" </dev/null >"$work/$runtime.log" 2>&1 &
  started+=($!)
  process() { timeout 5 $runtime --root "$work/$runtime-state" state "$tag-$runtime" 2>/dev/null | jq -r .pid; }
  running() { pid=$(process) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ]; }
  if ! wait_for 10 running; then fail "$runtime's container starts" "$(cat "$work/$runtime.log")"; continue; fi
  pid=$(process)
  expected="$shown_there"
  [ $runtime = runc ] || expected+=" as crun loads it"
  looks "$runtime's container" 0 "equal to (.*, )?$expected(,|$)" inspect "$pid"
  looks "$runtime's container, by its --root" 0 "^what its config.json asks for.*: $work/$runtime/config.json$" inspect --runtime-root "$work/$runtime-state" "$tag-$runtime"
  matches "$runtime's container, by its name" "^container $tag-$runtime of $runtime$" "$(cat "$work/out")"
  jq '.linux.seccomp.syscalls = []' "$work/$runtime/config.json" >"$work/config.new" && mv "$work/config.new" "$work/$runtime/config.json"
  looks "$runtime's container, not what its config.json asks for" 1 "^not what its config.json asks for: " inspect --runtime-root "$work/$runtime-state" "$pid"
  same "$runtime's container, --all" '["'"$runtime"'",0,false]' "$(scrim inspect --all --json --runtime-root "$work/$runtime-state" | jq -c ".[] | select(.container == \"$tag-$runtime\") | [.engine, .user, .asConfig]")"
  timeout 10 $runtime --root "$work/$runtime-state" delete --force "$tag-$runtime" >/dev/null 2>&1
done
# An engine's container whose runtime is scrim with a delegate: its config.json is not what the delegate was given.
if command -v runc >/dev/null; then
  script= bundle delegated '.process.args = ["sleep", "1000"] | .ociVersion = "1.0.2" | del(.linux.seccomp)'
  echo '{"seccompDefault": true}' >"$work/delegating.json"
  cat >"$work/delegating.sh" <<END
printf conmon >/proc/\$\$/comm
"$SCRIM" --root "$work/delegated-state" --config "$work/delegating.json" --delegate runc run --bundle "$work/delegated" "$tag-delegated" &
wait
END
  bash "$work/delegating.sh" -c "$tag-delegated" -n delegated -b "$work/delegated" >"$work/delegated.log" 2>&1 </dev/null &
  started+=($!)
  delegated() { pid=$(runc --root "$work/delegated-state" state "$tag-delegated" 2>/dev/null | jq -r .pid) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ]; }
  if wait_for 10 delegated; then
    looks "what scrim's delegate was given" 0 "^what its config.json asks for: /run/scrim/delegate/.*/config.json$" inspect "$pid"
    matches "… to the engine's container" "^container delegated .$tag-delegated. of podman" "$(cat "$work/out")"
    same "… as JSON, --all" true "$(scrim inspect --all --json | jq ".[] | select(.container == \"$tag-delegated\" and .mode == \"filter\") | .asConfig")"
  else fail "scrim's delegate starts a container" "$(cat "$work/delegated.log")"; fi
  "$SCRIM" --root "$work/delegated-state" --config "$work/delegating.json" --delegate runc delete --force "$tag-delegated" >/dev/null 2>&1
fi
if command -v bwrap >/dev/null; then
  scrim profile compile "$work/nearly.json" >"$work/nearly.bpf"
  : >"$work/ready"
  bwrap --bind / / --die-with-parent --seccomp 3 $busybox sh -c "$waits" 3<"$work/nearly.bpf" >"$work/ready" 2>&1 &
  started+=($!)
  wait_for 10 grep -q ready "$work/ready"
  pid=$(cat "/proc/$!/task/$!/children" | cut -d' ' -f1)
  looks "bwrap's process" 0 "equal to $work/nearly.json" inspect --compare "$work/nearly.json" "${pid:-$!}"
else skip "bwrap's process" "no bwrap here"; fi

# A browser's renderers have a filter of its own. It is large, so it is not among what the tests install.
if command -v chromium >/dev/null; then
  mkdir "$work/chromium" && chown 65534:65534 "$work/chromium"
  (cd "$work/chromium" && exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$work/chromium" chromium --headless=new --disable-gpu \
    --disable-dev-shm-usage --user-data-dir="$work/chromium/data" --remote-debugging-port=0 about:blank) >"$work/chromium.log" 2>&1 &
  browser=$!
  started+=("$browser")
  # renderer: what it wrote over its own arguments and environment says little; its user and its filter do.
  renderer() {
    local file
    for file in $(grep -lsz -e '^--type=renderer' -e ' --type=renderer ' /proc/[0-9]*/cmdline); do
      grep -qs '^Seccomp:.2$' "${file%cmdline}status" && grep -qs '^Uid:.65534' "${file%cmdline}status" && echo "${file//[!0-9]/}" && return
    done
    return 1
  }
  if wait_for 30 renderer; then
    looks "Chromium's renderer" 0 "^  TRAP .[0-9]+.: _sysctl acct add_key" inspect "$(renderer)"
    matches "Chromium's renderer: what depends on arguments" "ioctl: ALLOW if op in .*; otherwise TRAP" "$(cat "$work/out")"
  else skip "Chromium's renderer" "it does not start here with its sandbox: $(tail -1 "$work/chromium.log" | cut -c1-200)"; fi
  end_process "$browser"
else skip "Chromium's renderer" "no chromium here (apt-get install chromium)"; fi

# --- profiles: the seeds of the issue
explains() { scrim profile explain --json "$@" | jq -rc '[.calls[0].answers[0].answer]'; }
same "keyctl under containerd's default" '["ERRNO EPERM"]' "$(explains RuntimeDefault@containerd keyctl)"
same "keyctl under containers-common's" '["ALLOW"]' "$(explains RuntimeDefault@podman keyctl)"
same "clone3" '["ERRNO ENOSYS"]' "$(explains RuntimeDefault@docker clone3)"
same "clone3 with CAP_SYS_ADMIN" '["ALLOW"]' "$(explains --cap-add SYS_ADMIN RuntimeDefault@docker clone3)"
same "clone" '["ALLOW if (flags & 0x7e020000) == 0; otherwise ERRNO EPERM"]' "$(explains RuntimeDefault@docker clone)"
cat >"$work/lines.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95,
   "args": [{"index": 0, "value": 17, "op": "SCMP_CMP_EQ"}]}]}
END
looks "explain names the line" 0 "lines.json:2:14: SCMP_ACT_ERRNO EOPNOTSUPP if op == 0x11" profile explain "$work/lines.json" keyctl
matches "explain says what happens" "x86_64 .250.: ERRNO EOPNOTSUPP if op == 0x11; otherwise ALLOW" "$(cat "$work/out")"
looks "explain: no rule" 0 "no rule that applies names it: the default, SCMP_ACT_ALLOW" profile explain "$work/lines.json" read
looks "explain: a misspelt name" 3 "no system call is called keyclt; did you mean keyctl" profile explain "$work/lines.json" keyclt
looks "explain: no name" 2 "calls is required" profile explain "$work/lines.json"
looks "diff of one and the same" 0 "do the same" profile diff RuntimeDefault@docker RuntimeDefault@docker
looks "diff of versions" 1 "newly denied +x86_64 +io_uring_setup: ALLOW -> ERRNO EPERM" profile diff $default RuntimeDefault@docker-29.7.2
same "diff as JSON" '["now conditional",false]' "$(scrim profile diff --json Unconfined "$work/lines.json" | jq -rc '[.differences[0] | (if .kind == "other arguments" then "now conditional" else .kind end), (.before | test("if"))]')"
looks "diff with what is not there" 3 "No such file" profile diff RuntimeDefault "$work/none.json"
looks "diff with what is nothing" 2 "use RuntimeDefault" profile diff RuntimeDefault nothing
looks "count" 0 "aarch64 .*names stand in rules|names stand in rules" profile count --arch arm64 RuntimeDefault@containerd
looks "show" 0 "numbers without a name, .*: ERRNO ENOSYS" profile show RuntimeDefault@docker
same "show --format oci is what is enforced" "$(scrim profile compile --cap-drop ALL --cap-add AUDIT_WRITE,KILL,NET_BIND_SERVICE $default | sha256sum)" "$(scrim profile compile "$work/docker.json" | sha256sum)"
finish
