#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of create and run at every kind of step that leaves something, and containers by the dozen: after
# delete --force nothing is left.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v strace >/dev/null; then skip cleanup_killed "no strace here" && exit 0; fi

script='sleep 1000' bundle kill '.hooks = {createRuntime: [{path: "/bin/true"}], createContainer: [{path: "/bin/busybox", args: ["true"]}]}'
script='sleep 1000' bundle killed_user '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
  | .linux.gidMappings = .linux.uidMappings'
unclean=

# killed COMMAND BUNDLE SYSCALLS N [FOLLOW]: scrim is killed at the nth of these system calls
killed() {
  local at="$1 $2 at $3:$4${5:+ in the new process}"
  { timeout -k 1 10 strace -qq ${5:+-f} -o /dev/null -e "trace=$3" -e "inject=$3:signal=KILL:when=$4" \
      "$SCRIM" --root "$work/state" --config "$work/settings.json" "$1" --pid-file "$work/pid" -b "$work/$2" k </dev/null >/dev/null 2>&1; } 2>/dev/null
  local got=$?
  # 137: it came to that call. 1: its child did, and it cleaned up itself. 0: there is no such nth call.
  if [ $got = 124 ]; then unclean+="$at: hangs; "; fi
  limit=8 scrim delete --force k 2>"$work/err" </dev/null || unclean+="$at: delete --force: $(cat "$work/err"); "
  rm -f "$work/pid" "$work/.pid.new"
  wait_for 3 no_processes_left || unclean+="$at: processes $(our_processes | tr '\n' ' '); "
  [ -z "$(our_cgroups)" ] || unclean+="$at: cgroups $(our_cgroups | tr '\n' ' '); "
  [ -z "$(ls -A "$work/state")" ] || unclean+="$at: state $(ls -A "$work/state"); "
}

# In scrim itself.
for point in mkdirat:1 flock:1 flock:2 renameat:1 renameat:2 renameat:3 mkdir:1 mkdir:3 mkdir:9 memfd_create:1 memfd_create:2 \
  socketpair:1 bind:1 clone3:1 clone3:2 sendto:1 sendto:2 sendto:3 recvfrom:1 recvfrom:2 prlimit64:1 exit_group:1; do
  killed create kill "${point%:*}" "${point#*:}"
done
same "create is killed: delete --force leaves nothing" "" "$unclean"
unclean=
for point in sendto:3 recvfrom:3 flock:2 poll:2 poll:3 waitid:2; do killed run kill "${point%:*}" "${point#*:}"; done
same "run is killed: delete --force leaves nothing" "" "$unclean"
unclean=
for point in sendto:1 openat:12 write:3 write:4 write:5; do killed create killed_user "${point%:*}" "${point#*:}"; done
same "create with a user namespace is killed: delete --force leaves nothing" "" "$unclean"
unclean=

# In the new process (the counts are of each process: these calls are made there only).
for point in fsopen:1 fsopen:4 move_mount:1 move_mount:9 mount_setattr:2 mknodat:3 pivot_root:1 umount2:1 setsid:1 sethostname:1 accept4:1; do
  killed create kill "${point%:*}" "${point#*:}" follow
done
same "the new process is killed: nothing is left" "" "$unclean"
unclean=
said=$(timeout -k 1 10 strace -qq -f -o /dev/null -e trace=pivot_root -e inject=pivot_root:signal=KILL "$SCRIM" --root "$work/state" create -b "$work/kill" k 2>&1 </dev/null)
matches "and create says so" "^scrim: .*killed" "$said"
nothing_left "killed containers"

# What fails in the kernel is an error, and taken back.
for point in clone3:ENOSPC mount_setattr:EINVAL pivot_root:EBUSY fsopen:EPERM setsid:EPERM sendto:ENOBUFS renameat:ENOSPC memfd_create:EMFILE \
  mkdir:ENOSPC bind:EADDRINUSE; do
  said=$(timeout -k 1 10 strace -qq -f -o /dev/null -e "trace=${point%:*}" -e "inject=${point%:*}:error=${point#*:}" "$SCRIM" --root "$work/state" \
    create -b "$work/kill" k 2>&1 </dev/null)
  [ $? = 1 ] && [ "$(grep -c ^scrim: <<<"$said")" = 1 ] || unclean+="$point: $said; "
done
same "errors of the kernel: one line, status 1" "" "$unclean"
nothing_left "errors of the kernel"

# A run that is killed leaves its container running.
background "$work/out" run -b "$work/kill" k
wait_for 5 is_status running k
kill -KILL "$pid"
ended
same "killed in the foreground: the container runs on" running "$(scrim state k | jq -r .status)"
scrim delete --force k
same "and can be deleted" 0 $?

# Twenty at once.
script='echo up; sleep 0.2; exit 3' bundle many 'del(.linux.cgroupsPath) | .linux.cgroupsPath = ""'
for i in $(seq 20); do
  mkdir -p "$work/many$i"
  jq --arg path "/$tag/many$i" '.linux.cgroupsPath = $path' "$work/many/config.json" >"$work/many$i/config.json"
done
pids=()
for i in $(seq 20); do
  "$SCRIM" --root "$work/state" run -b "$work/many$i" "many$i" </dev/null >"$work/many$i/out" 2>&1 &
  pids+=($!)
done
good=0
for pid in "${pids[@]}"; do wait "$pid"; [ $? = 3 ] && good=$((good + 1)); done
same "twenty at once" "20 20" "$good $(cat "$work"/many*/out | grep -cx up)"
# and of twenty with one name one comes to be
pids=()
for i in $(seq 20); do
  "$SCRIM" --root "$work/state" create -b "$work/many$i" same </dev/null >/dev/null 2>"$work/many$i/err" &
  pids+=($!)
done
good=0
for pid in "${pids[@]}"; do wait "$pid" && good=$((good + 1)); done
same "of twenty of one name one is created" "1 19" "$good $(cat "$work"/many*/err | grep -c 'exists')"
pids=()
for i in $(seq 5); do
  "$SCRIM" --root "$work/state" delete --force same 2>>"$work/deleted" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "five deletes at once" "$(cat "$work/deleted")"; done
nothing_left "twenty"
finish
