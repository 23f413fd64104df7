#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim profile compile, disasm and cost, and --verify: what they print, refuse and exit with, as nobody, and that what is
# compiled does in the kernel what the profile says: loaded by bwrap, by crun from its annotation, and by a C program.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq setpriv
source "$(dirname "$0")/programs/bundle.sh"
prepare
probe=$work/probe
cp "$SCRIM" "$work/scrim" # where nobody can read it
profile() { setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all "$work/scrim" --config "$work/settings.json" "${global[@]}" profile "$@"; }
global=()
# gives NAME STATUS PATTERN ARGUMENT...: exit status and what is said, on either stream; one line, if it fails.
gives() {
  local name=$1 status=$2 pattern=$3 got
  shift 3
  profile "$@" >"$work/out" 2>"$work/error" </dev/null
  got=$?
  same "$name: exit status" "$status" $got
  matches "$name: says" "$pattern" "$(cat "$work/out" "$work/error")"
  [ "$got" = 0 ] || same "$name: one line, no output" "1 0" "$(wc -l <"$work/error") $(wc -c <"$work/out")"
}
cat >"$work/plain.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], "syscalls": [
  {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95},
  {"names": ["setpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 71, "args": [{"index": 0, "value": 99, "op": "SCMP_CMP_EQ"}]}]}
END
# libseccomp: the second rule's "not 2" swallows the first rule's match
cat >"$work/lost.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95, "args": [{"index": 0, "value": 2, "op": "SCMP_CMP_NE"}, {"index": 1, "value": 1, "op": "SCMP_CMP_GE"}]}]}
END
cat >"$work/endless.json" <<'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 4294967296, "op": "SCMP_CMP_GT"}, {"index": 1, "value": 2, "op": "SCMP_CMP_GE"}]},
  {"names": ["keyctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 4294967296, "op": "SCMP_CMP_GT"}, {"index": 1, "value": 4294967296, "op": "SCMP_CMP_LT"}]}]}
END
# More masks on one word than have combinations that can be gone through.
jq -n '{defaultAction: "SCMP_ACT_ALLOW", syscalls: [range(31) as $bit | {names: ["keyctl"], action: "SCMP_ACT_ERRNO", errnoRet: (1 + $bit),
  args: [{index: 0, value: (1 * pow(2; $bit)), valueTwo: 0, op: "SCMP_CMP_MASKED_EQ"}, {index: 1, value: (1 * pow(2; $bit)), valueTwo: 0, op: "SCMP_CMP_MASKED_EQ"}]}]}' >"$work/masks.json"
chmod 644 "$work"/*.json

# --- the command
same "a broken configuration" 3 "$(echo '{' >"$work/broken.json"; "$SCRIM" --config "$work/broken.json" profile compile RuntimeDefault >/dev/null 2>&1; echo $?)"
same "profile without a command prints what there is: exit status" 2 "$(profile >"$work/out" 2>&1; echo $?)"
matches "profile without a command" "disasm +read a program back" "$(cat "$work/out")"
gives "profile --help" 0 "compile +write the filter" --help
gives "an unknown command" 2 'no command "profile compil"; did you mean compile' compil
gives "no profile" 2 "profile is required" compile
gives "an unknown option" 2 "--fromat" compile --fromat hex "$work/plain.json"
gives "an unknown format" 2 "elf" compile --format elf "$work/plain.json"
gives "an unknown architecture" 2 "did you mean arm64" compile --arch arm46 "$work/plain.json"
gives "an unknown name" 2 "use RuntimeDefault" compile Dokcer
gives "an unknown engine" 3 "did you mean docker" compile RuntimeDefault@doker
gives "no such file" 3 "No such file" compile "$work/none.json"
gives "a mistake in the profile" 3 "no-action.json:1:.*SCMP_ACT_" compile "$(echo '{"defaultAction": "SCMP_ACT_ALOW"}' >"$work/no-action.json"; echo "$work/no-action.json")"
gives "Unconfined" 3 "no filter at all" compile Unconfined
gives "a capability that is none" 3 "no capability is called CAP_X" compile --cap-add CAP_X RuntimeDefault
gives "a kernel that is none" 2 "two numbers" compile --kernel six RuntimeDefault
gives "a misspelt system call" 0 "did you mean mkdir" compile --format asm "$(sed s/mkdirat/mkdri/ "$work/plain.json" >"$work/typo.json"; echo "$work/typo.json")"
gives "the same, --strict" 3 "did you mean mkdir" compile --strict --format asm "$work/typo.json"
gives "an output that cannot be" 3 "Permission denied|No such file" compile -o /proc/none/x "$work/plain.json"
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  matches "a program is not for a terminal" "not for a terminal" "$(script -qec "$SCRIM --config $work/settings.json profile compile $work/plain.json" /dev/null </dev/null)"
else skip "a program is not for a terminal" "no script(1) here"; fi

# --- every form is the same program
for form in bpf hex base64 c asm; do
  profile compile --verify --format $form RuntimeDefault@docker >"$work/docker.$form" 2>"$work/error"
  same "compile to $form" "0 " "$? $(cat "$work/error")"
done
for form in bpf hex base64 c; do
  same "disasm of $form" "$(cat "$work/docker.asm")" "$(profile disasm <"$work/docker.$form")"
done
same "disasm of a file, and of -" "$(sha256sum <"$work/docker.asm")" "$(profile disasm "$work/docker.c" | sha256sum)"
same "disasm of a pipe by its name" "$(cat "$work/docker.asm")" "$("$SCRIM" profile disasm <(cat "$work/docker.bpf"))"
matches "calls, arguments and actions have names" "; personality\(persona\)" "$(cat "$work/docker.asm")"
gives "disasm of something else" 3 "plain.json: .*neither|plain.json: row" disasm "$work/plain.json"
gives "disasm of half a program" 3 "not a whole number of instructions" disasm "$(head -c 20 "$work/docker.bpf" >"$work/half"; echo "$work/half")"
gives "disasm of nothing" 3 "no instructions" disasm /dev/null
gives "disasm of a directory" 3 "Is a directory" disasm "$work"
same "a full disk" "3 3" "$(for command in "disasm $work/docker.bpf" "compile RuntimeDefault"; do profile $command >/dev/full 2>/dev/null; printf '%s ' $?; done | xargs)"
same "disasm of an endless file ends" 3 "$(profile disasm /dev/zero >"$work/out" 2>&1; echo $?)"
same "the same output for the same input" "$(sha256sum <"$work/docker.bpf")" "$(profile compile RuntimeDefault@docker | sha256sum)"
profile compile -o "$work/nobody" RuntimeDefault@docker 2>/dev/null
same "-o fails where nobody may write" 3 $?
install -o 65534 -d "$work/writable"
profile compile -o "$work/writable/program" RuntimeDefault@docker && cmp -s "$work/writable/program" "$work/docker.bpf"
same "-o FILE" 0 $?

# --- what it is resolved for
asm() { profile compile --format asm "$@" 2>&1; }
same "a capability opens what needs it" "0 1" "$(asm RuntimeDefault@docker | diff -q - "$work/docker.asm" >/dev/null; echo $?) $(asm --cap-add SYS_ADMIN RuntimeDefault@docker | diff -q - "$work/docker.asm" >/dev/null; echo $?)"
same "--cap-drop ALL --cap-add DEFAULT is the default" "$(cat "$work/docker.asm")" "$(asm --cap-drop ALL --cap-add DEFAULT RuntimeDefault@docker)"
same "an old kernel" 1 "$(asm --kernel 4.4 RuntimeDefault@docker | diff -q - "$work/docker.asm" >/dev/null; echo $?)"
matches "--arch arm64" "SCMP_ARCH_AARCH64.*SCMP_ARCH_ARM" "$(asm --arch arm64 RuntimeDefault@docker | tr '\n' ' ')"
same "uname's, Go's and libseccomp's names" 1 "$(for arch in arm64 aarch64 SCMP_ARCH_AARCH64; do asm --arch $arch RuntimeDefault | sha256sum; done | sort -u | wc -l)"
same "big endian" "0020000000000004 0020000000000004" "$(profile compile --arch s390x --format hex RuntimeDefault | head -n 1) $(profile compile --arch s390x RuntimeDefault | od -An -tx1 -N8 | tr -d ' \n')"
same "disasm of big endian" "$(asm --arch s390x RuntimeDefault)" "$(profile compile --arch s390x RuntimeDefault | profile disasm)"
matches "several --arch are one program" "SCMP_ARCH_X86_64.*SCMP_ARCH_AARCH64" "$(profile compile --verify --arch amd64,arm64 --format asm RuntimeDefault@docker | tr '\n' ' ')"
gives "several of different byte order" 3 "SCMP_ARCH_S390X has another byte order" compile --arch amd64 --arch s390x RuntimeDefault
for arch in amd64 386 arm64 arm s390x ppc64le mips64 riscv64 ppc64 mipsle; do
  profile compile --verify --arch $arch -o /dev/null RuntimeDefault@containerd 2>"$work/error"
  same "containerd's default for $arch is verified" "0 " "$? $(cat "$work/error")"
done

# --- --verify: libseccomp's mistakes, and what cannot be verified
gives "the own compiler's program is verified" 0 "keyctl\(op\)" compile --verify --format asm "$work/lost.json"
global=(--compiler libseccomp)
gives "libseccomp's wrong one is found" 1 "keyctl\) of architecture .* with arguments \(0x1, 0x0.*the program answers ALLOW, the policy ERRNO EOPNOTSUPP" compile --verify --format asm "$work/lost.json"
gives "without --verify it is written" 0 "keyctl" compile --format asm "$work/lost.json"
gives "libseccomp without end" 3 "runs without end" compile --verify "$work/endless.json"
gives "libseccomp for another byte order" 3 "libseccomp cannot compile" compile --arch s390x RuntimeDefault
gives "libseccomp and several --arch" 2 "one --arch" compile --arch amd64,arm64 RuntimeDefault
global=()
gives "what cannot be verified to the end" 3 "could not be verified to the end" compile --verify -o /dev/null "$work/masks.json"
launch() { "$SCRIM" --config "$work/settings.json" "$@" 2>&1; }
same "--verify launch" "mkdirat -95" "$(launch --verify launch --profile "$work/plain.json" -- "$probe" mkdirat | cut -d' ' -f1-2)"
said=$(launch --verify --compiler libseccomp launch --profile "$work/lost.json" -- "$probe" keyctl)
same "--verify launch, libseccomp's wrong one: exit status" 125 $?
matches "--verify launch, libseccomp's wrong one" "the filter does not do what the profile says" "$said"
bundle wrong '.linux.seccomp = $profile' "$work/lost.json"
said=$("$SCRIM" --root "$work/state" --config "$work/settings.json" --verify --compiler libseccomp run --bundle "$work/wrong" wrong 2>&1)
same "--verify run: exit status" 1 $?
matches "--verify run" "the filter does not do what the profile says.*keyctl" "$said"
same "--verify run: nothing is left" "" "$(ls -A "$work/state" 2>/dev/null)"
"$SCRIM" --root "$work/state" --config "$work/settings.json" --verify run --bundle "$work/wrong" wrong >"$work/out" 2>&1
same "--verify run, the own compiler's" 0 $?
said=$(launch --verify --delegate runc run --bundle "$work/wrong" wrong)
matches "--verify with a delegate is refused" "compiles the filter by itself" "$said"

# --- frequencies
printf 'keyctl 1000000\nadd_key 1\n' >"$work/counts"
cat >"$work/strace" <<'END'
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 99.00    0.100000           0   1000000   1000000 keyctl
  1.00    0.000000           0         1           add_key
------ ----------- ----------- --------- --------- ----------------
100.00    0.100000                   1000001   1000000 total
END
same "frequencies: both forms alike" "$(profile compile --verify --frequencies "$work/counts" RuntimeDefault@docker | sha256sum)" \
  "$(profile compile --verify --frequencies "$work/strace" RuntimeDefault@docker | sha256sum)"
same "frequencies make another program" 1 "$(profile compile --frequencies "$work/counts" RuntimeDefault@docker | cmp -s - "$work/docker.bpf"; echo $?)"
gives "frequencies that are none" 3 "docker.asm:1: .*NAME COUNT" compile --frequencies "$work/docker.asm" RuntimeDefault@docker
gives "a name that no call has" 0 "no system call is called raed" compile --format asm --frequencies "$(echo raed 1 >"$work/raed"; echo "$work/raed")" RuntimeDefault@docker
if command -v strace >/dev/null; then
  strace -f -c -o "$work/recorded" "$probe" keyctl mkdirat status >/dev/null
  gives "what strace recorded" 0 "ld nr" compile --verify --format asm --frequencies "$work/recorded" RuntimeDefault@docker
  same "launch --frequencies" "keyctl -1" "$(launch launch --cap-drop ALL --cap-add DEFAULT --frequencies "$work/recorded" --profile RuntimeDefault@docker -- "$probe" keyctl | cut -c1-9)"
fi

# --- cost
gives "cost" 0 "in the kernel's bitmap +([0-9]+) of \1 +\1 of \1 +\1 of \1" cost --arch amd64 RuntimeDefault@docker
gives "cost of what libseccomp cannot end" 0 "libseccomp's tree: does not end" cost "$work/endless.json"
gives "cost for another byte order" 0 "libseccomp's tree: .*byte order" cost --arch s390x RuntimeDefault
same "cost --json" '["scrim","libseccomp-tree","libseccomp-default"] true true true' "$(profile cost --json --arch amd64 RuntimeDefault@docker | jq -rc '
  .[0].compilers | [.[].name] as $names | "\($names) \(.[0].instructions < .[1].instructions) \(.[0].abis[0].bitmap == .[0].abis[0].bitmapMost) \(.[0].abis[0].denied.mean < .[1].abis[0].denied.mean)"')"

# --- in the kernel
expected="mkdirat -95 setpriority -71"
answers() { "$@" "$probe" mkdirat setpriority 2>&1 | awk '{ printf "%s%s %s", (NR > 1 ? " " : ""), $1, $2 }'; }
same "launch, to compare" "$expected" "$(answers launch launch --profile "$work/plain.json" --)"
profile compile "$work/plain.json" >"$work/plain.bpf"
if command -v bwrap >/dev/null; then
  same "bwrap --seccomp loads it" "$expected" "$(answers bwrap --bind / / --seccomp 3 3<"$work/plain.bpf")"
else skip "bwrap --seccomp loads it" "no bwrap here"; fi
cat >"$work/load.c" <<'END'
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>
static const struct sock_filter filter[] = {
#include "plain.inc"
};
int main(int argc, char** argv) {
  const struct sock_fprog program = {sizeof filter / sizeof *filter, (struct sock_filter*)filter};
  if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 1;
  execv(argv[1], argv + 1);
  return 1;
}
END
profile compile --format c "$work/plain.json" >"$work/plain.inc"
cc -Wall -Wextra -Werror -pedantic -o "$work/load" "$work/load.c" && same "an initialiser that compiles, and loads" "$expected" "$(answers "$work/load")"
if command -v crun >/dev/null; then
  bundle annotated '.linux.seccomp = $profile | .linux.seccomp.syscalls = [] | .annotations["run.oci.seccomp_bpf_data"] = $ARGS.positional[0]
    | .process.args = ["/probe", "mkdirat", "setpriority"] | .process.noNewPrivileges = true' "$work/plain.json" 2>/dev/null
  jq --arg program "$(profile compile --format base64 "$work/plain.json")" '.annotations["run.oci.seccomp_bpf_data"] = $program' \
    <"$work/annotated/config.json" >"$work/annotated/new" && mv "$work/annotated/new" "$work/annotated/config.json"
  same "crun loads it from its annotation" "$expected" "$(crun --root "$work/crun" run --bundle "$work/annotated" "annotated-$$" 2>&1 | awk '{ printf "%s%s %s", (NR > 1 ? " " : ""), $1, $2 }')"
else skip "crun loads it from its annotation" "no crun here"; fi
finish
