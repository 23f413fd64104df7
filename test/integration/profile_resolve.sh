#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scrim profile resolve and the formats of profile show: linux.seccomp that runc and crun take, and under which the kernel
# answers as under scrim; templates; SeccompProfiles of the Security Profiles Operator, in and out.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq
source "$(dirname "$0")/programs/bundle.sh"
prepare
profile() { "$SCRIM" --config "$work/settings.json" profile "$@"; }
same_meaning() { same "$1" "0" "$(profile diff "${@:2}" >"$work/out"; echo $?)"; }

profile resolve RuntimeDefault@docker >"$work/docker.json"
same "resolve: it is done" 0 $?
same "nothing of a template is left" 0 "$(grep -cE '"(archMap|includes|excludes|comment)"' "$work/docker.json")"
same_meaning "what is resolved means the same" RuntimeDefault@docker "$work/docker.json"
profile resolve --arch s390x --cap-add ALL --kernel 4.7 RuntimeDefault@docker >"$work/s390x.json"
same "another architecture" '["SCMP_ARCH_S390X","SCMP_ARCH_S390"]' "$(jq -c .architectures "$work/s390x.json")"
same "its calls, with capabilities, on an old kernel" "true true false" \
  "$(jq -r '[.syscalls[].names[]] | [(index("s390_pci_mmio_read") != null), (index("mount") != null), (index("modify_ldt") != null)] | map(tostring) | join(" ")' "$work/s390x.json")"
same "several architectures: exit status" 2 "$(profile resolve --arch amd64,arm64 RuntimeDefault 2>/dev/null >&2; echo $?)"

# --- the kernel's answer is the same, whoever loads it
number() { printf '#include <sys/syscall.h>\nSYS_%s' "$1" | cc -E - | tail -1; }
calls=("number=$(number keyctl),99" "number=$(number clone3),0" "number=$(number personality),0xffffffff" "number=$(number personality),99"
  "number=$(number unshare),0x10000000" "number=$(number mount)" "number=$(number getppid)" status)
bundle resolved '.linux.seccomp = $profile | .process.noNewPrivileges = true' "$work/docker.json"
jq --args '.process.args = ["/probe"] + $ARGS.positional' "${calls[@]}" <"$work/resolved/config.json" >"$work/config.json"
mv "$work/config.json" "$work/resolved/config.json"
answers() { grep -E '^number|^Seccomp:'; }
expected=$(scrim run --bundle "$work/resolved" "resolved-$$" 2>&1 | answers)
matches "scrim's answer: keyctl is denied" " -1$" "$(head -1 <<<"$expected")"
for runtime in runc crun; do
  command -v $runtime >/dev/null || { skip "$runtime takes what is resolved" "no $runtime here" && continue; }
  same "$runtime takes what is resolved, and the kernel answers the same" "$expected" \
    "$(timeout 20 $runtime --root "$work/engine" run --bundle "$work/resolved" "resolved-$$" 2>&1 | answers)"
done

# --- the formats
profile show --format template RuntimeDefault@docker >"$work/template.json"
same "a template keeps its conditions and reasons" "true true" \
  "$(jq -r '[(.archMap | length > 3), ([.syscalls[] | select(.includes.caps == ["CAP_BPF"] and .comment != null)] | length > 0)] | map(tostring) | join(" ")' "$work/template.json")"
for target in "--arch amd64" "--arch arm64 --cap-add CAP_SYS_ADMIN" "--arch amd64 --kernel 4.7"; do
  # shellcheck disable=SC2086 # several words
  same_meaning "a template that was shown means the same with $target" $target RuntimeDefault@docker "$work/template.json"
done
profile show --format oci RuntimeDefault@docker >"$work/oci.json"
same "oci is what resolve prints" "" "$(cmp "$work/oci.json" "$work/docker.json" 2>&1)"
profile show --format spo RuntimeDefault@docker >"$work/spo.yaml"
matches "a SeccompProfile" "^kind: SeccompProfile$" "$(cat "$work/spo.yaml")"
same_meaning "a SeccompProfile reads as the same profile" RuntimeDefault@docker "$work/spo.yaml"
matches "explain says where in the YAML" "spo.yaml:[0-9]+:[0-9]+: SCMP_ACT_ALLOW" "$(profile explain "$work/spo.yaml" read)"
same "a process runs under it" 0 "$("$SCRIM" --config "$work/settings.json" launch --profile "$work/spo.yaml" -- true; echo $?)"
matches "engines do not read YAML: lint" "\[not-json\]" "$(profile lint --engine containerd "$work/spo.yaml")"
same "a process has no profile to write" 3 "$(profile show --format spo "pid:$$" >/dev/null 2>&1; echo $?)"
matches "a misspelt name in explain" "did you mean openat\?" "$(profile explain RuntimeDefault opnat 2>&1)"
finish
