#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The filter is the last thing before execve: a profile that kills at anything but what the program itself needs, plus
# execve, starts it, whoever it runs as, with and without no_new_privs; and what stays behind in the new process.
source "$(dirname "$0")/../engines/lib.sh"
without_hybrid_cgroups "$@"
begin cc jq strace
source "$(dirname "$0")/programs/bundle.sh"
prepare

# What strace shows of probe.c, and execve.
needed='["execve", "openat", "read", "write", "close", "getdents64", "exit_group"]'
profile='{"defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [{"names": '$needed', "action": "SCMP_ACT_ALLOW"}]}'
echo "$profile" >"$work/profile.json"

list_descriptors() { awk '$1 == "fd" { printf "%s%s", sep, $2; sep = " " }'; }
# field NAME: of the status that the program printed.
field() { awk -v name="$1:" '$1 == name { print $2 }' <<<"$said"; }

# clean NAME UID NO-NEW-PRIVS CAPEFF: what the program saw of itself.
descriptors="0 1 2"
clean() {
  same "$1: starts under the filter" "2 1" "$(field Seccomp) $(field Seccomp_filters)"
  same "$1: no_new_privs" "$3" "$(field NoNewPrivs)"
  same "$1: user and capabilities" "$2 $4 $4" "$(field Uid) $(field CapEff) $(field CapPrm)"
  same "$1: one thread, no descriptor of ours" "1: $descriptors" "$(field Threads): $(list_descriptors <<<"$said")"
  same "$1: no signal blocked, ignored or pending" "0 0 0 0" \
    "$(for name in SigBlk SigIgn SigPnd ShdPnd; do field $name; done | sed 's/^0*\(.\)/\1/' | tr '\n' ' ' | sed 's/ $//')"
}

none=0000000000000000
some=0000000000000420 # CAP_KILL and CAP_NET_BIND_SERVICE

# --- containers
for nnp in false true; do
  flag=$([ $nnp = true ] && echo 1 || echo 0)
  for who in "0 $some" "0 $none" "65534 $none"; do
    read -r uid caps <<<"$who"
    [ "$caps" = "$none" ] && names='[]' || names='["CAP_KILL", "CAP_NET_BIND_SERVICE"]'
    name=c-$nnp-$uid-${caps: -4}
    bundle "$name" ".process.noNewPrivileges = $nnp | .process.user = {uid: $uid, gid: $uid, additionalGids: [7]} |
      .process.capabilities = {bounding: $names, effective: $names, permitted: $names} |
      .linux.seccomp = $profile"
    what="noNewPrivileges $nnp, uid $uid, CapEff ${caps: -4}"

    # Descriptors, ignored and blocked signals of the caller must not be the container's.
    said=$(trap '' HUP USR1; exec 7</dev/null; scrim run --bundle "$work/$name" "$name" 2>&1 </dev/null)
    same "run, $what: exit status" 0 $?
    clean "run, $what" "$uid" "$flag" "$caps"

    scrim create --bundle "$work/$name" "$name" >"$work/out" 2>&1 </dev/null
    same "create, $what" 0 $?
    scrim start "$name" 2>"$work/error"
    same "start, $what" "0 " "$? $(cat "$work/error")"
    # shellcheck disable=SC2317
    stopped() { [ "$(scrim state "$name" | jq -r .status)" = stopped ]; }
    wait_for 10 stopped
    said=$(cat "$work/out")
    scrim delete --force "$name"
    clean "create and start, $what" "$uid" "$flag" "$caps"
  done
done

# --- launch
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all)
launch() { "$SCRIM" --config "$work/settings.json" launch --profile "$work/profile.json" "$@" 2>&1 </dev/null; }
# Those of the caller are the command's, as with env(1).
descriptors=$("$work/probe" fds 2>&1 </dev/null | list_descriptors)
all=$(awk '$1 == "CapEff:" { print $2 }' /proc/self/status)
said=$(launch -- "$work/probe" status fds)
clean "launch as root" 0 0 "$all"
said=$(launch --no-new-privs -- "$work/probe" status fds)
clean "launch as root, no_new_privs" 0 1 "$all"
said=$(launch --user 65534:65534 --cap-drop ALL -- "$work/probe" status fds)
clean "launch as uid 65534" 65534 0 $none
said=$(launch --user 65534:65534 --cap-drop ALL --no-new-privs -- "$work/probe" status fds)
clean "launch as uid 65534, no_new_privs" 65534 1 $none
said=$("${nobody[@]}" bash -c 'exec "$@"' - "$SCRIM" launch --profile "$work/profile.json" --no-new-privs -- \
  "$work/probe" status fds 2>&1 </dev/null)
clean "launch by uid 65534 without capabilities" 65534 1 $none

# --- installing needs CAP_SYS_ADMIN, which the program has only where it has it without a filter too
capability_sets() { awk '/^Cap/ { printf "%s%s %s", sep, $1, $2; sep = ", " }' <<<"$said"; }
sets() { # BOUNDING PERMITTED INHERITABLE AMBIENT
  echo "{bounding: $1, effective: $2, permitted: $2, inheritable: $3, ambient: $4}"
}
admin='["CAP_SYS_ADMIN"]' kill='["CAP_KILL"]' both='["CAP_KILL", "CAP_SYS_ADMIN"]'
# A program with a capability of its own.
cp "$work/probe" "$work/admin"
cp "$work/probe" "$work/rootfs/admin"
cc -O1 -static -o "$work/file_capability" "$programs/file_capability.c"
who_runs_what=("0 probe" "65534 probe")
if said=$("$work/file_capability" "$work/admin" "$work/rootfs/admin" 2>&1); then who_runs_what+=("65534 admin")
else skip "a program with a capability of its own" "$said"; fi
# scrim as somebody starts it who has no_new_privs, or who shares root and working directory with it: execve gives no
# more then than there was before it.
cc -O1 -static -o "$work/share_fs" "$programs/share_fs.c"
really=$SCRIM
started_by() {
  case $1 in
    nobody) SCRIM=$really; return ;;
    no_new_privs) echo "exec setpriv --no-new-privs $really \"\$@\"" ;;
    shared_fs) echo "exec $work/share_fs $really \"\$@\"" ;;
  esac >"$work/scrim-$1"
  sed -i '1i #!/bin/sh' "$work/scrim-$1"
  chmod +x "$work/scrim-$1"
  SCRIM=$work/scrim-$1
}
all_sets=("$(sets "$both" "$kill" [] [])" "$(sets "$kill" "$kill" "$kill" "$kill")" "$(sets "$admin" [] [] [])"
  "$(sets [] [] [] [])" "$(sets "$both" "$both" "$kill" "$kill")" "$(sets "$both" "$both" "$both" "$both")"
  "$(sets "$kill" "$both" [] [])" "$(sets "$admin" "$kill" "$admin" [])" "$(sets [] "$admin" [] [])")
# A container of an emulated machine takes half a second.
[ -z "${SCRIM_TEST_IN_VM:-}" ] || all_sets=("${all_sets[@]:0:3}")
number=0
for how in nobody no_new_privs shared_fs; do
  started_by $how
  for who in "${who_runs_what[@]}"; do
    read -r uid program <<<"$who"
    for capabilities in "${all_sets[@]}"; do
      number=$((number + 1))
      changes=".process.noNewPrivileges = false | .process.user = {uid: $uid, gid: $uid} | .process.capabilities = $capabilities
        | .process.args[0] = \"/$program\""
      bundle "with-$number" "$changes | .linux.seccomp = $profile"
      bundle "without-$number" "$changes"
      said=$(container "without-$number")
      expected="Seccomp 0: $(capability_sets)"
      said=$(container "with-$number")
      same "$program by $how, uid $uid, $capabilities: with a filter as without" "${expected/Seccomp 0/Seccomp 2}" \
        "Seccomp $(field Seccomp): $(capability_sets)"
    done
  done
  for options in "" "--user 65534" "--user 65534 --cap-drop ALL" "--user 65534 --cap-drop ALL --cap-add SYS_ADMIN" \
    "--user 65534 --cap-drop KILL" "--cap-drop ALL" "--cap-drop SYS_ADMIN" "--user 0"; do
    for program in probe admin; do
      # Sharing ends with a filter, and what the file gives is the program's.
      [ "$how $program" != "shared_fs admin" ] || continue
      # shellcheck disable=SC2086
      said=$("$SCRIM" launch --profile Unconfined $options -- "$work/$program" status 2>&1 </dev/null)
      expected="Seccomp 0: $(capability_sets)"
      # shellcheck disable=SC2086
      said=$(launch $options -- "$work/$program" status)
      same "$program by $how, launch $options: with a filter as without" "${expected/Seccomp 0/Seccomp 2}" \
        "Seccomp $(field Seccomp): $(capability_sets)"
    done
  done
done
started_by nobody

# --- the order of system calls, as the kernel gives them to a tracer
# between TRACE: every call that starts after seccomp(2) has installed the filter, up to execve's start.
between() {
  awk '
    { pid = $1; sub(/^[0-9]+ +/, "") }
    /^seccomp\(SECCOMP_SET_MODE_FILTER/ && !/NULL/ { if (/unfinished/) waiting = pid; else installed = 1; next }
    /^<\.\.\. seccomp resumed/ && pid == waiting { installed = 1; next }
    installed && /^execve\(/ { print "then execve"; exit }
    installed { print }' "$1"
}
for nnp in false true; do
  name=traced-$nnp
  bundle "$name" ".process.noNewPrivileges = $nnp | .process.user = {uid: 65534, gid: 65534} | .linux.seccomp = $profile"
  strace -f -o "$work/trace" -- "$SCRIM" --root "$work/state" --config "$work/settings.json" run \
    --bundle "$work/$name" "$name" >"$work/out" 2>&1 </dev/null
  # The runtime's own process goes on meanwhile: only the new process counts.
  new=$(awk '/execve\("\/probe"/ { print $1; exit }' "$work/trace")
  grep "^$new " "$work/trace" >"$work/trace.new"
  same "run, noNewPrivileges $nnp: nothing between seccomp(2) and execve" "then execve" "$(between "$work/trace.new")"
  same "run, noNewPrivileges $nnp: no thread is made for it" "" "$(grep -E "^$new +(clone|clone3|fork|vfork)\(" "$work/trace")"
done
for option in "" --no-new-privs; do
  strace -f -o "$work/trace" -- "$SCRIM" --config "$work/settings.json" launch --profile "$work/profile.json" $option \
    --user 65534 --cap-drop ALL -- "$work/probe" >"$work/out" 2>&1 </dev/null
  same "launch $option: nothing between seccomp(2) and execve" "then execve" "$(between "$work/trace")"
done

# --- the other runtimes install it earlier, and die of what they still do
bundle theirs ".process.user = {uid: 65534, gid: 65534} | .linux.seccomp = $profile"
said=$(container theirs)
same "scrim starts the config.json of the comparison" "2" "$(field Seccomp)"
for runtime in runc crun; do
  command -v $runtime >/dev/null || { skip "$runtime with the same config.json" "no $runtime here"; continue; }
  bundle unfiltered ".process.user = {uid: 65534, gid: 65534}"
  said=$($runtime --root "$work/$runtime" run --bundle "$work/unfiltered" "scrim-test-$$" 2>&1 </dev/null)
  if [ "$(field Seccomp)" != 0 ]; then
    skip "$runtime with the same config.json" "it does not run here even without a profile: ${said//$'\n'/ | }"
    continue
  fi
  said=$($runtime --root "$work/$runtime" run --bundle "$work/theirs" "scrim-test-$$" 2>&1 </dev/null)
  status=$?
  if [ $status -ne 0 ] && [ -z "$(field Seccomp)" ]; then ok "$runtime does not start it"
  else fail "$runtime does not start it" "status $status: $said"; fi
  $runtime --root "$work/$runtime" delete --force "scrim-test-$$" 2>/dev/null
done
finish
