#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim built for arm64 with Debian's cross compiler, in a virtual machine with Debian's arm64 kernel (test/vm, emulated):
# launch, run and exec under an engine's default, the filter as that kernel has it beside what an amd64 scrim compiles for
# arm64, what it answers for every call of arm64 and of 32-bit arm, limits, inspect, and the last steps before execve.
source "$(dirname "$0")/lib.sh"
default=RuntimeDefault@docker
sysroot=$repository/build/sysroot-arm64

# numbers COMPILER...: "NAME NUMBER" of each call in its asm/unistd.h.
numbers() {
  local names
  names=$(echo '#include <asm/unistd.h>' | "$@" -E -dM - | sed -nE 's/^#define __NR_([a-z]\w*) .*/\1/p')
  { echo '#include <asm/unistd.h>' && sed 's/.*/number_of "&" __NR_&/' <<<"$names"; } |
    "$@" -E -P - | sed -nE 's/^number_of "(\w+)" [( 0+]*([0-9]+)\)?$/\1 \2/p'
}
# meant ABI <NUMBERS: "NUMBER ANSWER" for each that $default always allows, or always denies with EPERM, as probe.c's dry
# run prints it, which makes write and exit_group.
meant() {
  "$SCRIM" profile show --json --arch arm64 --kernel "$release" $default | jq -r --arg abi "$1" '.abis[] | select(.abi == $abi)
    | .groups[] | ({"allowed:ALLOW": -38, "denied:ERRNO EPERM": -1}[.fate + ":" + .answer] | select(.)) as $answer
    | .calls[] | select(. != "write" and . != "exit_group") | "\(.) \($answer)"' | sort >"$work/named"
  sort | join - "$work/named" | cut -d' ' -f2- | sort -n
}

if [ -z "${SCRIM_TEST_IN_VM:-}" ]; then
  unavailable() { skip arm64 "$1" && exit 0; }
  [ "$(uname -m)" = x86_64 ] || unavailable "it compares with an amd64 scrim, and this machine is none"
  command -v aarch64-linux-gnu-g++ >/dev/null || unavailable "no aarch64-linux-gnu-g++ here (packaging/install-deps.sh --test)"
  command -v clang >/dev/null || unavailable "no clang here, for a 32-bit program"
  kernel=$(ls -v "$sysroot"/boot/vmlinuz-* 2>/dev/null | tail -n 1)
  [ -n "$kernel" ] || unavailable "no arm64 kernel and libraries here (packaging/arm64-sysroot.sh)"
  begin jq
  { cd "$repository" && cmake --preset arm64 && cmake --build build/arm64 --target scrim -j "$(nproc)"; } >"$work/build.log" 2>&1 ||
    { fail "scrim is built for arm64" "$(tail -n 5 "$work/build.log")" && finish; }
  ok "scrim is built for arm64"

  export SCRIM_VM_WITH=$work/with
  with=$SCRIM_VM_WITH
  mkdir "$with"
  alone=(-O1 -static -nostdlib -ffreestanding -fno-stack-protector)
  arm=(clang --target=arm-linux-gnueabihf -mcpu=cortex-a15 -marm -nostdlibinc -isystem "$sysroot/usr/arm-linux-gnueabihf/include")
  programs=$repository/test/integration/programs
  {
    aarch64-linux-gnu-gcc "${alone[@]}" -o "$with/probe" "$programs/probe.c" &&
      aarch64-linux-gnu-gcc -O1 -static -o "$with/loaded" "$programs/loaded.c" &&
      aarch64-linux-gnu-gcc -O1 -static -o "$with/kill_at" "$programs/kill_at.c" &&
      aarch64-linux-gnu-gcc -O1 -static -o "$with/share_fs" "$programs/share_fs.c" &&
      aarch64-linux-gnu-gcc -O1 -static -o "$with/file_capability" "$programs/file_capability.c" &&
      "${arm[@]}" -O1 -ffreestanding -fno-stack-protector -c -o "$work/probe.o" "$programs/probe.c" &&
      aarch64-linux-gnu-ld -m armelf_linux_eabi -static -o "$with/probe-arm" "$work/probe.o"
  } >"$work/cc.log" 2>&1 || { fail "the tests' programs are compiled" "$(tail -n 5 "$work/cc.log")" && finish; }
  # What the scripts that run there compile is there.
  cat >"$with/cc" <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -o) out=$2; shift ;; *.c) source=$1 ;; esac; shift; done
exec cp "/with/$(basename "$source" .c)" "$out"
END
  chmod +x "$with/cc"

  release=$(basename "$kernel" | cut -d- -f2)
  "$SCRIM" profile resolve --arch arm64 --kernel "$release" $default >"$with/profile.json"
  "$SCRIM" profile compile --arch arm64 --kernel "$release" --format bpf $default | od -An -v -tx1 | tr -d ' \n' >"$with/program"
  echo >>"$with/program"
  numbers aarch64-linux-gnu-gcc | meant aarch64 >"$with/meant.probe"
  numbers "${arm[@]}" | meant arm >"$with/meant.probe-arm"
  export SCRIM_VM_ARCH=arm64
  in_vm "$@" strace diff
fi
begin_containers "$@"
export PATH=/with:$PATH
cp /with/probe /with/probe-arm "$work/rootfs/bin/"
same "the machine" aarch64 "$(uname -m)"
# said WORD: what a probe answered to it, or its status says of it.
said() { awk -v word="$1" '$1 == word || $1 == word ":" { print $2 }' "$work/out"; }

# --- launch
launch() { { "$SCRIM" --config "$work/settings.json" launch --cap-drop ALL --cap-add DEFAULT "$@" >"$work/out" 2>&1 </dev/null; } 2>/dev/null; }
clone3=435 # with arguments that the kernel refuses with EINVAL
answers() { echo "$(said Seccomp) $(said Seccomp_filters) unshare $(said unshare) clone3 $(said number=$clone3)"; }
launch -- probe status unshare number=$clone3
same "launch without a profile" "0 0 unshare 0 clone3 -22" "$(answers)"
for name in $default RuntimeDefault@containerd-2.2.0 RuntimeDefault@podman; do
  launch --profile "$name" -- probe status unshare number=$clone3
  expected="2 1 unshare -1 clone3 -38"
  [ "$name" != RuntimeDefault@podman ] || expected="2 1 unshare 0 clone3 -22"
  same "launch with $name" "$expected" "$(answers)"
done
# "377 calls are allowed" is said of this one on arm64: as many names stand in its rules.
matches "of containerd's 377 names, the one that the kernel denied above is none that is allowed" \
  "377: 1 of them is only denied there .clone3.$" "$("$SCRIM" profile count RuntimeDefault@containerd-2.2.0)"
launch --profile $default -- probe-arm status unshare number=$clone3
same "a 32-bit program of arm" "2 1 unshare -1 clone3 -38" "$(answers)"
echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_AARCH64"], "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]}' >"$work/alone.json"
launch --profile "$work/alone.json" -- probe-arm unshare
same "… under a profile that does not list arm" "$((128 + 31)) " "$? $(said unshare)"

# --- a container with Docker's default, and the capabilities that Docker gives
set_in() { jq "${@:3}" "$2" "$work/$1/config.json" >"$work/config" && mv "$work/config" "$work/$1/config.json"; }
docker_like() { set_in "$1" '.linux.seccomp = $profile[0] | .process.capabilities = $theirs[0].process.capabilities' \
  --slurpfile profile /with/profile.json --slurpfile theirs "$repository/test/integration/data/dockerd-config.json"; }
same "the profile is resolved as on amd64" "" "$(diff <("$SCRIM" profile resolve $default | jq -S .) <(jq -S . /with/profile.json))"
script='cd /sys/fs/cgroup; echo $(cat memory.max pids.max cpu.max); exec sleep 1000' bundle web \
  '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 50}, cpu: {quota: 40000, period: 80000}}'
docker_like web
scrim run -d -b "$work/web" web >"$work/out" 2>&1 </dev/null
same "run" 0 $?
wait_for 10 test -s "$work/out"
same "limits" "67108864 50 40000 80000" "$(cat "$work/out")"
pid=$(scrim state web | jq .pid)
same "the program that the kernel has is the one compiled on amd64" "$(cat /with/program)" "$(loaded "$pid")"
same "inspect: the default it is, for both ABIs" '["filter",1,true,["aarch64","arm"]]' \
  "$(scrim inspect --json "$pid" | jq -c '[.mode, .filters, .nearest.equal, [.abis[].abi]]')"
scrim inspect web >"$work/out" 2>&1
same "inspect: as config.json says" 0 $?
matches "inspect: whose default it is" "equal to .*$default-" "$(cat "$work/out")"
scrim exec web probe status unshare number=$clone3 >"$work/out" 2>&1 </dev/null
same "exec" "2 1 unshare -1 clone3 -38" "$(answers)"
scrim exec -d --pid-file "$work/pid" web sleep 1000 </dev/null
same "exec: the same program" "$(cat /with/program)" "$(loaded "$(cat "$work/pid")")"
scrim kill --all web KILL
wait_for 10 is_status stopped web
scrim delete web
nothing_left "a container"

for program in probe probe-arm; do
  bundle every '.process.noNewPrivileges = true'
  docker_like every
  set_in every '.process.args = [$program, "dry"] + $words' --arg program $program \
    --argjson words "$(sed 's/\(.*\) .*/"number=\1"/' "/with/meant.$program" | jq -sc .)"
  scrim run -b "$work/every" every >"$work/out" 2>&1 </dev/null
  same "$program: what the kernel answers for each of $(wc -l <"/with/meant.$program") calls" "" \
    "$(diff "/with/meant.$program" <(sed -n 's/^number=//p' "$work/out"))"
done

# --- the last steps before execve, and kill -9 between two system calls: tests of their own on amd64
run_there() { bash "$repository/test/integration/$1.sh" 2>&1 | sed 's/^\(ok\|FAIL\|skip\) /&arm64: /' || echo "FAIL $1"; }
SCRIM_TEST_KILL_EVERY=200 run_there kill_points >"$work/killed" &
run_there seccomp_last
wait $!
cat "$work/killed"
finish
