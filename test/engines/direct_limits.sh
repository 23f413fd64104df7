#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a container may use and what it uses, on scrim alone: limits at the start and by update, stats, pause, restart,
# events, logs and running out of memory, with Docker, Podman and containerd. The answers are the kernel's files.
# delegate_limits.sh is the same with runc behind scrim.
source "$(dirname "$0")/lib.sh"
without_hybrid_cgroups "$@"
delegate=()
[ -z "${delegate_to:-}" ] || delegate=(--delegate "$delegate_to")
begin dockerd containerd ctr podman conmon jq /usr/bin/docker /usr/bin/busybox ${delegate_to:+"$delegate_to"}
for controller in memory pids cpuset freezer; do
  if [ ! -d /sys/fs/cgroup/$controller ]; then skip direct_limits "no controller $controller of cgroup v1 here" && exit 0; fi
done

# kernel_says PID CONTROLLER FILE: of the cgroup that a process is in.
kernel_says() { cat "/sys/fs/cgroup/$2$(sed -n "s/^[0-9]*:\([a-z,]*,\)\?$2\(,[a-z,]*\)\?://p" "/proc/$1/cgroup")/$3"; }
limits_of() {
  echo "$(kernel_says "$1" memory memory.limit_in_bytes) $(kernel_says "$1" cpu cpu.cfs_quota_us)/$(kernel_says "$1" cpu cpu.cfs_period_us)" \
    "$(kernel_says "$1" cpu cpu.shares) $(kernel_says "$1" cpuset cpuset.cpus) $(kernel_says "$1" pids pids.max)"
}
# frozen PID: none of it runs until it is thawed.
frozen() { [ "$(kernel_says "$1" freezer freezer.state)" = FROZEN ]; }
waits='echo started; echo wrong >&2; trap "exit 9" TERM; while :; do sleep 0.1; done'
cpus=$(cat /sys/fs/cgroup/cpuset/cpuset.cpus)
eats='text=x; while :; do text=$text$text; done'

# check_engine NAME ENGINE: the commands that Docker and Podman share. ENGINE is a function.
check_engine() {
  local name=$1 engine=$2 pid again
  "$engine" run -d --name box --network none --runtime "$runtime" -m 64m --memory-swap 64m --cpus 0.5 --cpu-shares 512 \
    --cpuset-cpus 0 --pids-limit 50 --ulimit nofile=100:200 --ulimit nproc=1024:1024 busybox-static sh -c "$waits" >/dev/null
  pid=$("$engine" inspect -f '{{.State.Pid}}' box)
  if [ -n "${delegate_to:-}" ]; then matches "$name: $delegate_to carries it out" . "$(shadows)"; fi
  same "$name: limits at the start" "67108864 50000/100000 512 0 50" "$(limits_of "$pid")"
  same "$name: --memory-swap" 67108864 "$(kernel_says "$pid" memory memory.memsw.limit_in_bytes)"
  matches "$name: --ulimit" "^Max open files +100 +200 " "$(cat "/proc/$pid/limits")"
  "$engine" exec box sh -c 'sleep 1000 & echo' >/dev/null
  matches "$name: what exec starts is limited with it" "^sleep 1000 $" \
    "$(kernel_says "$pid" memory cgroup.procs | while read -r each; do tr '\0' ' ' <"/proc/$each/cmdline" && echo; done 2>/dev/null)"
  matches "$name: stats" "^box .*(64MiB|67\.11MB) [1-9][0-9]*$" \
    "$("$engine" stats --no-stream --format '{{.Name}} {{.MemUsage}} {{.PIDs}}' box)"

  "$engine" pause box >/dev/null
  same "$name: pause" paused "$("$engine" inspect -f '{{.State.Status}}' box)"
  if frozen "$pid"; then ok "$name: … nothing runs"; else fail "$name: … nothing runs" "it is not frozen"; fi
  matches "$name: … and exec is refused" "paused|running containers" "$("$engine" exec box true 2>&1)"
  "$engine" unpause box >/dev/null
  # Docker may take containerd's late news of the pause for another one, which ends with that of the resumption.
  is_running() { [ "$("$engine" inspect -f '{{.State.Status}}' box)" = running ] && ! frozen "$pid"; }
  wait_for 10 is_running
  same "$name: unpause" running "$("$engine" inspect -f '{{.State.Status}}' box)"
  if frozen "$pid"; then fail "$name: … it runs again" "it is frozen"; else ok "$name: … it runs again"; fi
  same "$name: … and answers" here "$("$engine" exec box echo here)"

  "$engine" update -m 32m --memory-swap 48m --cpus 0.25 --cpu-shares 256 --cpuset-cpus "$cpus" box >/dev/null
  same "$name: update" "33554432 25000/100000 256 $cpus 50" "$(limits_of "$pid")"
  same "$name: … --memory-swap" 50331648 "$(kernel_says "$pid" memory memory.memsw.limit_in_bytes)"
  "$engine" restart -t 5 box >/dev/null
  same "$name: restart" running "$("$engine" inspect -f '{{.State.Status}}' box)"
  again=$("$engine" inspect -f '{{.State.Pid}}' box)
  if [ "$again" != "$pid" ]; then ok "$name: … is another process"; else fail "$name: … is another process" "$pid still"; fi
  two_starts() { [ "$("$engine" logs box 2>/dev/null | grep -c started)" = 2 ]; }
  wait_for 10 two_starts
  same "$name: logs, of both starts" "started started " "$("$engine" logs box 2>/dev/null | tr '\n' ' ')"
  same "$name: … of standard error" "wrong wrong " "$("$engine" logs box 2>&1 >/dev/null | tr '\n' ' ')"
  "$engine" kill -s KILL box >/dev/null
  same "$name: kill" 137 "$("$engine" wait box)"
  "$engine" rm --force box >/dev/null

  "$engine" run -d --name full --network none --runtime "$runtime" -m 16m --memory-swap 16m busybox-static sh -c "$eats" >/dev/null
  same "$name: out of memory it is killed" 137 "$(timeout 60 /usr/bin/env "${waiting[@]}" full)"
  "$engine" run -d --name full2 --network none --runtime "$runtime" --pids-limit 5 busybox-static \
    sh -c 'sh -c "for i in 1 2 3 4 5 6 7 8; do sleep 100 & done"; exec sleep 1000' >/dev/null
  forks_refused() { "$engine" logs full2 2>&1 | grep -q "can't fork"; }
  wait_for 20 forks_refused
  same "$name: no more processes than --pids-limit" 0 $?
}

# --- Docker
make_wrapper "$work/scrim" "${delegate[@]}"
start_dockerd --add-runtime "scrim=$work/scrim"
import_busybox docker
runtime=scrim
waiting=(/usr/bin/docker wait)
/usr/bin/docker events --format '{{.Action}} {{.Actor.Attributes.name}}' >"$work/events" 2>/dev/null &
started+=($!)
# Followed from the first event on.
docker create --name first --network none busybox-static true >/dev/null
wait_for 10 grep -q "create first" "$work/events"
check_engine docker docker
same "docker: OOMKilled" true "$(docker inspect -f '{{.State.OOMKilled}}' full)"
docker update --pids-limit 3 full2 >/dev/null
same "docker: update --pids-limit" 3 "$(kernel_says "$(docker inspect -f '{{.State.Pid}}' full2)" pids pids.max)"
docker run -d --name thrice --network none --runtime scrim --restart on-failure:2 busybox-static sh -c 'echo once; exit 3' >/dev/null
has_ended() { [ "$(docker inspect -f '{{.State.Status}} {{.RestartCount}}' thrice)" = "exited 2" ]; }
wait_for 20 has_ended
same "docker: --restart on-failure:2" "once once once " "$(docker logs thrice | tr '\n' ' ')"
docker rm --force full full2 thrice first >/dev/null
wait_for 10 grep -q "destroy thrice" "$work/events"
matches "docker: events" "^create start (pause unpause )+update kill die stop start restart kill die destroy $" \
  "$(sed -n 's/ box$//p' "$work/events" | grep -v ^exec_ | sed 's/:.*//' | tr '\n' ' ')"
matches "docker: … oom" "^oom full$" "$(cat "$work/events")"

# --- Podman, which reads Docker's settings too
unset DOCKER_CONFIG DOCKER_HOST
prepare_podman
import_busybox podman
make_wrapper "$work/scrim-podman" --root "$work/state" "${delegate[@]}"
podman_on_scrim() {
  local words=()
  # Podman takes --runtime before its command.
  while [ $# -gt 0 ]; do
    if [ "$1" = --runtime ]; then shift; else words+=("$1"); fi
    shift
  done
  # Where it is started conmon leaves a file "oom".
  (cd "$work" && timeout 90 podman --runtime "$work/scrim-podman" "${words[@]}")
}
runtime=
waiting=(podman --runtime "$work/scrim-podman" wait)
check_engine podman podman_on_scrim
same "podman: events" "start pause unpause restart died start died remove " \
  "$(podman_on_scrim events --stream=false --filter container=box --format '{{.Status}}' |
    grep -E '^(start|pause|unpause|restart|died|remove)$' | tr '\n' ' ')"
podman_on_scrim rm --force --time 0 full full2 >/dev/null
cleaned_up() { ! grep -lsq "$work/[p]odman/graph" /proc/[0-9]*/cmdline; }
wait_for 20 cleaned_up
same "podman: nothing is left" "" "$(ls -A "$work/state" 2>/dev/null)"

# --- containerd
start_containerd
[ -d "$work/rootfs" ] || make_rootfs "$work/rootfs"
ctr events >"$work/ctr-events" 2>/dev/null &
started+=($!)
run() { ctr run --runc-binary "$work/scrim" --rootfs "$@" 2>&1; }
run -d --memory-limit 67108864 --cpu-quota 50000 --cpu-period 100000 --cpu-shares 512 "$work/rootfs" box /bin/sh -c "$waits" >/dev/null
pid=$(ctr task ls | awk '$1 == "box" { print $2 }')
same "ctr: limits at the start" "67108864 50000/100000 512 $cpus max" "$(limits_of "$pid")"
matches "ctr: metrics" "^(memory.usage_in_bytes|pids.current)[[:space:]]+[1-9]" "$(ctr task metrics box)"
ctr task pause box
matches "ctr: pause" "PAUSED" "$(ctr task ls)"
if frozen "$pid"; then ok "ctr: … nothing runs"; else fail "ctr: … nothing runs" "it is not frozen"; fi
ctr task resume box
matches "ctr: resume" "RUNNING" "$(ctr task ls)"
same "ctr: … and answers" here "$(ctr task exec --exec-id e box /bin/echo here)"
ctr task kill -s TERM box
stopped() { ctr task ls | grep '^box ' | grep -q STOPPED; }
wait_for 10 stopped
ctr task rm box >/dev/null 2>&1
ctr container rm box
wait_for 10 grep -q /containers/delete "$work/ctr-events"
same "ctr: events" "/tasks/create /tasks/start /tasks/paused /tasks/resumed /tasks/exec-added /tasks/exec-started /tasks/exit /tasks/exit /tasks/delete " \
  "$(grep -oE ' /tasks/[a-z-]+' "$work/ctr-events" | tr -d '\n' | sed 's/^ //; s/$/ /')"
wait_for 10 no_shadow
same "no shadow bundle is left" "" "$(shadows)"
finish
