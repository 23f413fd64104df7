#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a container could do to a process that joins it, and what is left when scrim exec is killed.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

script='exec sleep 1000' bundle c '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"]) | .process.noNewPrivileges = false'
scrim run -d -b "$work/c" c </dev/null >/dev/null 2>&1

# --- CVE-2024-21626: descriptors of the host as a working directory or as a way to a program
for n in 3 4 5 6 7 8 9 10 11; do
  said=$(scrim exec --cwd "/proc/self/fd/$n" c pwd 8</ 2>&1 </dev/null)
  [ $? = 255 ] || fail "--cwd /proc/self/fd/$n" "$said"
  said=$(scrim exec c "/proc/self/fd/$n/bin/busybox" true 8</ 2>&1 </dev/null)
  [ $? = 255 ] || fail "/proc/self/fd/$n/bin/busybox" "$said"
done
ok "no descriptor of ours leads out"
matches "nor one of the caller's that is passed on" "outside the container|Permission denied|No such file" \
  "$(scrim exec --preserve-fds 1 --cwd /proc/self/fd/3 c pwd 3</ 2>&1 </dev/null)"
mkdir "$work/rootfs/gone"
scrim exec -d c sh -c 'cd /gone && exec sleep 1001' </dev/null >/dev/null 2>&1
wait_for 5 eval 'grep -q 1001 /proc/*/cmdline 2>/dev/null'
matches "nor a directory of another process' that was removed" "No such file|outside the container" \
  "$(rmdir "$work/rootfs/gone"; scrim exec --cwd "/proc/$(scrim exec c pidof sleep </dev/null | tr ' ' '\n' | grep -vx 1 | head -1)/cwd" c pwd 2>&1 </dev/null)"

# --- CVE-2019-5736: the program of scrim through /proc/PID/exe
cat >"$work/rootfs/overwrite" <<'END'
#!/proc/self/exe
END
chmod +x "$work/rootfs/overwrite"
before=$(sha256sum "$SCRIM")
scrim exec c /overwrite </dev/null >/dev/null 2>&1
scrim exec c sh -c 'echo bad >/proc/$PPID/exe' </dev/null >/dev/null 2>&1
same "scrim's own program is as it was" "$before" "$(sha256sum "$SCRIM")"

# --- CVE-2016-9962: a process of the container watches for the new one and reaches for what it has
cat >"$work/watch.c" <<'END'
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <unistd.h>
// Reaches through every descriptor, root and working directory of the processes that come next in its pid namespace;
// says if one of them shows the file MARK of the host, or is a descriptor of more than the standard ones.
static void look(int pid, const char* mark) {
  char path[600], target[200];
  for (int n = -2; n < 24; ++n) {
    if (n == -2) snprintf(path, sizeof path, "/proc/%d/root%s", pid, mark);
    else if (n == -1) snprintf(path, sizeof path, "/proc/%d/cwd%s", pid, mark);
    else snprintf(path, sizeof path, "/proc/%d/fd/%d%s", pid, n, mark);
    if (access(path, F_OK) == 0) printf("reached %s\n", path);
    if (n < 3) continue;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, n);
    const ssize_t got = readlink(path, target, sizeof target - 1);
    if (got > 0) printf("saw %s %.*s\n", path, (int)got, target);
  }
}
int main(int argc, char** argv) {
  puts("watching");
  fflush(stdout);
  for (int next = 2; access("/stop", F_OK) != 0; fflush(stdout)) {
    char path[64];
    for (int pid = next; pid < next + 3; ++pid) look(pid, argv[1]);
    snprintf(path, sizeof path, "/proc/%d", next + 1);
    if (access(path, F_OK) == 0) ++next;
  }
  return 0;
}
END
scrim delete --force c
if command -v cc >/dev/null && cc -O1 -static -o "$work/rootfs/watch" "$work/watch.c" 2>/dev/null; then
  mkdir -p "$work/mark" && : >"$work/mark/file"
  script='exec /watch "$MARK"' bundle c '.process.env += ["MARK=\($work)/mark/file"] | .process.capabilities |= map_values([]) | .root.readonly = false'
  rm -f "$work/rootfs/stop"
  background "$work/watched" run -b "$work/c" c
  wait_for 5 grep -q watching "$work/watched"
  # Time to look: execve, where privileges are gone already, is held up.
  for _ in $(seq 10); do
    if command -v strace >/dev/null; then
      timeout -k 1 10 strace -qq -f -o /dev/null -e trace=execve,setsid -e inject=execve,setsid:delay_enter=20000 \
        "$SCRIM" --root "$work/state" --config "$work/settings.json" exec c true </dev/null 2>&1
    fi
    scrim exec c true </dev/null 2>&1
  done
  : >"$work/rootfs/stop"
  ended
  same "what a process of the container sees of twenty joining ones" "watching" "$(cat "$work/watched")"
  rm -f "$work/rootfs/stop"
else
  skip "what a process of the container sees of joining ones" "no static cc here"
fi
nothing_left attacks

# --- kill -9 of scrim exec: what was not started never will be
if ! command -v strace >/dev/null; then skip "exec is killed" "no strace here" && finish; fi
script='exec sleep 1000' bundle c
scrim run -d -b "$work/c" c </dev/null >/dev/null 2>&1
unclean=
alone() { [ "$(scrim ps -f json c | jq length)" = 1 ] && [ -z "$(our_processes | grep -vx "$(scrim state c | jq .pid)")" ]; }
# killed SYSCALL N [FOLLOW]: at the nth of these calls, of scrim itself or of any process that it made
killed() {
  { timeout -k 1 10 strace -qq ${3:+-f} -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
      "$SCRIM" --root "$work/state" --config "$work/settings.json" exec --pid-file "$work/pid" c true </dev/null >/dev/null 2>&1; } 2>/dev/null
  [ $? != 124 ] || unclean+="$1:$2${3:+ in a new process}: hangs; "
  wait_for 3 alone || unclean+="$1:$2${3:+ in a new process}: $(scrim ps c 2>&1 | tail -n +2 | tr '\n' ';') $(our_processes | xargs); "
}
for point in memfd_create:1 memfd_create:2 socketpair:1 socketpair:2 clone3:1 read:9 waitid:1 recvfrom:1 prlimit64:1 linkat:1 sendto:1 recvfrom:2; do
  killed "${point%:*}" "${point#*:}"
done
same "exec is killed: nothing stays in the container" "" "$unclean"
unclean=
for point in setns:1 clone3:2 prctl:1 prctl:2 prctl:3 prctl:4 setsid:1 keyctl:1 keyctl:2 close_range:1 close_range:2 sendto:1 write:1 write:5 setresuid:1 capset:1; do
  killed "${point%:*}" "${point#*:}" follow
done
same "a process of exec's is killed: nothing stays in the container" "" "$unclean"
for point in clone3:EAGAIN setns:EPERM setsid:EPERM socketpair:EMFILE memfd_create:ENFILE sendto:ENOBUFS linkat:ENOSPC; do
  said=$(timeout -k 1 10 strace -qq -f -o /dev/null -e "trace=${point%:*}" -e "inject=${point%:*}:error=${point#*:}" "$SCRIM" --root "$work/state" \
    --config "$work/settings.json" exec --pid-file "$work/pid" c true 2>&1 </dev/null)
  [ $? = 255 ] && [ "$(grep -c ^scrim: <<<"$said")" = 1 ] || unclean+="$point: $said; "
  wait_for 3 alone || unclean+="$point: $(our_processes | xargs); "
done
same "errors of the kernel: one line, status 255, nothing stays" "" "$unclean"

# --- in a frozen container it waits, and does not outlive the command
freezer=/sys/fs/cgroup/freezer/$tag/c/freezer.state
if [ -e "$freezer" ]; then
  frozen() { echo FROZEN >"$freezer" && wait_for 5 grep -q FROZEN "$freezer"; }
  waits() { [ "$(wc -l <"${freezer%/*}/cgroup.procs")" = 2 ]; }
  frozen
  background "$work/out" exec --ignore-paused c id -u
  wait_for 5 waits
  same "in a paused container it waits" "" "$(cat "$work/out")"
  echo THAWED >"$freezer"
  ended
  same "and goes on with it" "0 0" "$? $(cat "$work/out")"
  frozen
  background "$work/out" exec --ignore-paused c sleep 1006
  wait_for 5 waits
  kill -KILL "$pid"
  ended
  echo THAWED >"$freezer"
  wait_for 5 alone
  same "killed meanwhile it is not started" 0 $?
else
  skip "in a paused container it waits" "no freezer of cgroup v1 here"
fi

# --- exec against delete: whoever comes too late dies with the container
script='exec sleep 1000' bundle d '.linux.namespaces |= map(select(.type != "pid"))'
unclean=
for i in $(seq 8); do
  scrim run -d -b "$work/d" d </dev/null >/dev/null 2>&1
  for _ in 1 2 3 4; do "$SCRIM" --root "$work/state" --config "$work/settings.json" exec -d d sleep 1005 </dev/null >/dev/null 2>&1 & done
  scrim delete --force d 2>"$work/err" || unclean+="$i: $(cat "$work/err"); "
  wait $(jobs -p | tail -4) 2>/dev/null
  [ -z "$(our_cgroups | grep /d$)" ] || unclean+="$i: $(our_cgroups | grep /d$ | xargs); "
done
same "exec and delete --force at once" "" "$unclean"

# --- twenty at once
pids=()
for i in $(seq 20); do
  "$SCRIM" --root "$work/state" --config "$work/settings.json" exec c sh -c 'echo up; exit 3' </dev/null >"$work/many$i" 2>&1 &
  pids+=($!)
done
good=0
for pid in "${pids[@]}"; do wait "$pid"; [ $? = 3 ] && good=$((good + 1)); done
same "twenty at once" "20 20" "$good $(cat "$work"/many* | grep -cx up)"
scrim delete --force c
nothing_left "killed execs"
finish
