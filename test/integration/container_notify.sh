#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# sd_notify(3) out of a container: NOTIFY_SOCKET of the caller is told that the container is ready.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
command -v python3 >/dev/null || { skip container_notify "no python3 here" && finish; }

# What a service manager does: it writes down each datagram, and closes the descriptors that come with them.
cat >"$work/manager.py" <<'END'
import os, socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
listening.bind("\0" + name[1:] if name[0] == "@" else name)
open(sys.argv[2], "w").close()
while True:
    data, descriptors, _, _ = socket.recv_fds(listening, 4096, 4)
    for descriptor in descriptors: os.close(descriptor)
    with open(sys.argv[2], "a") as log: log.write(data.decode().strip() + " %d\n" % len(descriptors))
END
# A program in the container without a shell's help: busybox has no client for datagrams of unix(7).
cat >"$work/notify.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(int argc, char** argv) {
  struct sockaddr_un to = {AF_UNIX};
  const char* name = getenv("NOTIFY_SOCKET");
  if (!name) return puts("no NOTIFY_SOCKET"), 0;
  strncpy(to.sun_path, name, sizeof to.sun_path - 1);
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  for (int i = 1; i < argc; ++i)
    if (sendto(fd, argv[i], strlen(argv[i]), 0, (struct sockaddr*)&to, sizeof to) < 0) perror("sendto");
  return 0;
}
END
cc -static -o "$work/rootfs/bin/notify" "$work/notify.c" 2>"$work/cc" || { skip container_notify "no static C programs here: $(head -1 "$work/cc")" && finish; }
manager() {
  python3 "$work/manager.py" "$1" "$work/told" &
  started+=($!)
  wait_for 5 test -e "$work/told"
}
told() { cat "$work/told"; : >"$work/told"; }
has_told() { [ "$(wc -l <"$work/told")" -ge "$1" ]; }
manager "$work/host.sock"
export NOTIFY_SOCKET=$work/host.sock

ready='notify STATUS=starting; notify "$(printf "MAINPID=1\nREADY=1\nSTATUS=up")"; exec sleep 1000'
for kind in root "user namespace" "another user"; do
  case $kind in
    root) with=. ;;
    "user namespace")
      chown -R 100000:100000 "$work/rootfs"
      with='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
      ;;
    *) with='.process.user = {uid: 1000, gid: 1000}' ;;
  esac
  script=$ready bundle one "$with"
  scrim create -b "$work/one" one </dev/null >"$work/out" 2>&1
  same "$kind: create" "0 " "$? $(cat "$work/out")"
  same "$kind: create tells nothing" "" "$(told)"
  scrim start one 2>&1
  pid=$(scrim state one | jq .pid)
  same "$kind: start returns when it is ready, and says so with the main process and a barrier" "READY=1 0,MAINPID=$pid 0,BARRIER=1 1" "$(told | paste -sd,)"
  same "$kind: it is not locked" running "$(scrim state one | jq -r .status)"
  same "$kind: the mount is read-only" no "$(scrim exec one sh -c 'touch /run/notify/x 2>/dev/null && echo yes || echo no')"
  scrim delete --force one
  nothing_left "$kind"
done
chown -R 0:0 "$work/rootfs"
script=$ready bundle one
scrim run -d -b "$work/one" one </dev/null >/dev/null 2>&1
pid=$(scrim state one | jq .pid)
same "run --detach" "READY=1 0,MAINPID=$pid 0,BARRIER=1 1" "$(told | paste -sd,)"
scrim delete --force one

background "$work/out" run -b "$work/one" one
wait_for 5 has_told 2
same "run: the main process is scrim" "READY=1 0,MAINPID=$pid 0" "$(told | paste -sd,)"
scrim kill one KILL
ended
same "run: and its status is the program's" 137 $?

script='exec sleep 1000' bundle silent
scrim create -b "$work/silent" silent </dev/null >/dev/null 2>&1
background "$work/out" start silent
wait_for 5 is_status running silent
limit=5 scrim delete --force silent
same "a container that is never ready can be deleted" 0 $?
ended
same "and start returns then" 0 $?
same "and nobody is told" "" "$(told)"
script=true bundle short
same "one that ends without being ready" 0 "$(limit=5 scrim run -d -b "$work/short" short </dev/null >/dev/null 2>&1; echo $?)"
scrim delete --force short

script='notify READY=1' bundle env '.process.env += ["NOTIFY_SOCKET=/other"]'
scrim run -b "$work/env" env </dev/null
wait_for 5 has_told 2
same "the container's own variable gives way" 2 "$(told | wc -l)"
NOTIFY_SOCKET=$work/nobody matches "a socket that is not there" "connect to $work/nobody" "$(NOTIFY_SOCKET=$work/nobody scrim run -b "$work/env" env </dev/null 2>&1)"
nothing_left "a socket that is not there"
same "without NOTIFY_SOCKET" "no NOTIFY_SOCKET" "$(unset NOTIFY_SOCKET; script='notify READY=1' bundle none; scrim run -b "$work/none" none </dev/null 2>&1)"
rm -f "$work/told"
manager "@$tag"
script='notify READY=1' bundle abstract
NOTIFY_SOCKET=@$tag scrim run -b "$work/abstract" abstract </dev/null
wait_for 5 has_told 2
same "an abstract socket" 2 "$(told | wc -l)"
nothing_left notify
finish
