#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim exec --tty: on a terminal of our own, and handed over through --console-socket; --pidfd-socket of exec, create
# and run.
source "$(dirname "$0")/lib.sh"
begin_containers "$@"
if ! command -v python3 >/dev/null; then skip exec_terminal "no python3 here" && exit 0; fi

# foreground.py PROGRAM ARGUMENT... INPUT: runs it on a pseudo-terminal of 33x99, types INPUT when "ready" appears;
# "WINCH" resizes instead
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
foreground() { timeout 20 python3 "$work/foreground.py" "$SCRIM" --root "$work/state" --config "$work/settings.json" exec --tty "${@:3}" c sh -c "$1" "$2" 2>&1; }

script='exec sleep 1000' bundle c
scrim run -d -b "$work/c" c </dev/null >/dev/null 2>&1
said=$(foreground 'tty; stty size; echo ready; read line; echo "got $line"; exit 5' 'hello\r')
matches "a terminal of the container's" "^/dev/pts/0$" "$said"
matches "of the size of ours" "^33 99$" "$said"
matches "what is typed arrives" "^got hello$" "$said"
matches "the status" "^status 5$" "$said"
matches "our terminal is as before" "^same settings$" "$said"
matches "a new size is passed on" "^44 111$" "$(foreground 'trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.1; done' WINCH)"
matches "^C reaches the program" "^status 6$" "$(foreground 'trap "exit 6" INT; echo ready; while :; do sleep 0.1; done' '\x03')"
same "a user can open the terminal" $'1000\nx\ny\nready\nsame settings\nstatus 0' "$(foreground 'id -u; echo x >/dev/tty; echo y >/proc/self/fd/1; echo ready' '' -u 1000:1000)"
same "it is the controlling terminal of a session of its own" "yes" "$(foreground 'set -- $(cat /proc/$$/stat); [ $6 = $$ ] && [ $7 != 0 ] && echo yes' '' | head -1)"
same "who stays behind on the terminal does not hold us up" "status 3" "$(foreground 'trap "" HUP; sleep 1003 & exit 3' '' | tail -1)"
scrim exec c sh -c 'kill $(pidof sleep | tr " " "\n" | grep -vx 1)' </dev/null
same "without a terminal of ours" "$(printf 'not ours\r')" "$(scrim exec -t c echo "not ours" </dev/null 2>&1)"

# receive.py SOCKET: prints what comes over the descriptor that is sent to the socket, a terminal's or a pidfd
cat >"$work/receive.py" <<'END'
import array, os, socket, sys, select, termios, fcntl, struct
listener = socket.socket(socket.AF_UNIX); listener.bind(sys.argv[1]); listener.listen(1); listener.settimeout(15)
print("listening", flush=True)
connection, _ = listener.accept(); connection.settimeout(15)
message, control, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(16))
fds = array.array("i"); fds.frombytes(control[0][2][:len(control[0][2]) // 4 * 4])
print("name", message.decode(), "descriptors", len(fds))
info = open("/proc/self/fdinfo/%d" % fds[0]).read()
if "Pid:" in info:
    print("pid", info.split("Pid:")[1].split()[0])
    sys.exit()
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
receive() {
  rm -f "$work/socket"
  timeout 20 python3 "$work/receive.py" "$work/socket" >"$work/received" 2>&1 &
  receiver=$!
  wait_for 10 grep -q listening "$work/received"
}
jq '.process | .terminal = true | .consoleSize = {height: 20, width: 70} | .args = ["sh", "-c", "read line; echo \"got $line\"; tty"]' \
  "$work/c/config.json" >"$work/process.json"
receive
scrim exec --detach --console-socket "$work/socket" --process "$work/process.json" c </dev/null
same "--console-socket" 0 $?
wait $receiver
said=$(cat "$work/received")
matches "one descriptor is sent" "^name .* descriptors 1$" "$said"
matches "consoleSize" "^size 20 70$" "$said"
matches "the program is on the terminal" "^got typed$" "$said"
said=$(scrim exec -d --console-socket "$work/nowhere" -t c true 2>&1 </dev/null)
matches "a socket that is not there" "^scrim: exec failed: connect to $work/nowhere: No such file" "$said"

receive
scrim exec --detach --pid-file "$work/pid" --pidfd-socket "$work/socket" c sleep 1004 </dev/null >/dev/null 2>&1
wait $receiver
same "exec --pidfd-socket" "name setns descriptors 1 pid $(cat "$work/pid")" "$(grep -v listening "$work/received" | xargs)"
scrim delete --force c
receive
scrim create --pidfd-socket "$work/socket" -b "$work/c" c </dev/null >/dev/null 2>&1
wait $receiver
same "create --pidfd-socket" "name standard descriptors 1 pid $(scrim state c | jq .pid)" "$(grep -v listening "$work/received" | xargs)"
scrim delete --force c
said=$(scrim run --pidfd-socket "$work/nowhere" -b "$work/c" c 2>&1 </dev/null)
matches "run --pidfd-socket: nobody listens" "^scrim: connect to $work/nowhere: No such file" "$said"
nothing_left terminal
finish
