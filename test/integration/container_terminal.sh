#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# process.terminal: in the foreground on a terminal of our own, and handed over through --console-socket.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v python3 >/dev/null; then skip container_terminal "no python3 here" && exit 0; fi

# foreground.py BUNDLE ID INPUT: runs on a pseudo-terminal of 33x99, types INPUT when "ready" appears; "WINCH": resizes
cat >"$work/foreground.py" <<'END'
import os, pty, sys, fcntl, termios, struct, select, time
pid, master = pty.fork()
if pid == 0:
    time.sleep(0.1)
    os.execv(sys.argv[1], sys.argv[1:-1])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
out, typed, end = b"", False, time.time() + 15
before = termios.tcgetattr(master)
while time.time() < end:
    if select.select([master], [], [], 0.1)[0]:
        try: data = os.read(master, 4096)
        except OSError: break
        if not data: break
        out += data
    if not typed and b"ready" in out:
        typed = True
        if sys.argv[-1] == "WINCH": fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 111, 0, 0))
        else: os.write(master, sys.argv[-1].encode().decode("unicode_escape").encode())
_, status = os.waitpid(pid, 0)
sys.stdout.write(out.decode().replace("\r\n", "\n"))
print("same settings" if termios.tcgetattr(master)[:4] == before[:4] else "other settings")
print("status", os.waitstatus_to_exitcode(status))
END
foreground() { timeout 20 python3 "$work/foreground.py" "$SCRIM" --root "$work/state" --config "$work/settings.json" run -b "$work/$1" "$1" "$2" 2>&1; }

script='tty; stty size; ls -l /dev/console | cut -c1; echo ready; read line; echo "got $line"; exit 5' bundle console '.process.terminal = true'
said=$(foreground console 'hello\r')
matches "a terminal of the container's own" "^/dev/pts/0|^/dev/console" "$said"
matches "of the size of ours" "^33 99$" "$said"
matches "/dev/console is one" "^c$" "$said"
matches "what is typed arrives" "^got hello$" "$said"
matches "the status" "^status 5$" "$said"
matches "our terminal is as before" "^same settings$" "$said"
script='trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.1; done' bundle winch '.process.terminal = true'
matches "a new size is passed on" "^44 111$" "$(foreground winch WINCH)"
script='trap "exit 6" INT; echo ready; while :; do sleep 0.1; done' bundle interrupt '.process.terminal = true'
matches "^C reaches the program" "^status 6$" "$(foreground interrupt '\x03')"
script='stty size; echo ready; read x' bundle size '.process.terminal = true | .process.consoleSize = {height: 20, width: 70}'
script='id -u; echo x >/dev/tty; echo y >/proc/self/fd/1; echo ready' bundle user '.process.terminal = true | .process.user = {uid: 1000, gid: 1000}'
same "a user can open the terminal" $'1000\nx\ny\nready\nsame settings\nstatus 0' "$(foreground user '')"
script='i=0; while [ $i -lt 5000 ]; do echo "0123456789 $i"; i=$((i + 1)); done' bundle much '.process.terminal = true'
same "all output arrives" "0123456789 4999" "$(foreground much '' | grep -c . | sed 's/^5002$/0123456789 4999/')"
same "without a terminal of ours" "$(printf 'not ours\r')" "$(script='echo "not ours"' bundle none '.process.terminal = true'; scrim run -b "$work/none" none </dev/null 2>&1)"

# receive.py SOCKET: prints what comes over the terminal that is sent to the socket
cat >"$work/receive.py" <<'END'
import array, os, socket, sys, select, termios, fcntl, struct
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); listener.listen(1); listener.settimeout(15)
print("listening", flush=True)
connection, _ = listener.accept(); connection.settimeout(15)
message, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(16))
fds = array.array("i"); fds.frombytes(control[0][2][:len(control[0][2]) // 4 * 4])
print("name", message.decode(), "descriptors", len(fds))
print("size", *struct.unpack("HHHH", fcntl.ioctl(fds[0], termios.TIOCGWINSZ, b"\0" * 8))[:2], flush=True)
os.write(fds[0], b"typed\n")
out = b""
while select.select([fds[0]], [], [], 10)[0]:
    try: data = os.read(fds[0], 4096)
    except OSError: break
    if not data: break
    out += data
print(out.decode().replace("\r\n", "\n"))
END
receive() { timeout 20 python3 "$work/receive.py" "$work/socket" >"$work/received" 2>&1 & receiver=$!; wait_for 10 grep -q listening "$work/received"; }
receive
script='read line; echo "got $line"; tty' bundle sent '.process.terminal = true | .process.consoleSize = {height: 20, width: 70}'
scrim create --console-socket "$work/socket" -b "$work/sent" sent </dev/null
same "create --console-socket" 0 $?
scrim start sent
wait $receiver
said=$(cat "$work/received")
matches "one descriptor is sent" "^name .* descriptors 1$" "$said"
matches "consoleSize" "^size 20 70$" "$said"
matches "the program is on the terminal" "^got typed$" "$said"
wait_for 5 is_status stopped sent
scrim delete sent
rm -f "$work/socket"
receive
scrim run --detach --console-socket "$work/socket" -b "$work/sent" sent </dev/null
same "run --detach --console-socket" 0 $?
wait $receiver
matches "and there too" "^got typed$" "$(cat "$work/received")"
wait_for 5 is_status stopped sent
scrim delete sent

said=$(scrim create -b "$work/sent" sent 2>&1 </dev/null)
matches "create without a console socket is refused" "^scrim: .*--console-socket" "$said"
said=$(scrim create --console-socket "$work/nowhere" -b "$work/sent" sent 2>&1 </dev/null)
matches "a socket that is not there" "^scrim: connect to $work/nowhere: No such file" "$said"
script=true bundle plain
said=$(scrim create --console-socket "$work/nowhere" -b "$work/plain" plain 2>&1 </dev/null)
matches "a socket without a terminal is refused" "^scrim: .*terminal is false" "$said"
nothing_left terminal
finish
