#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Hooks at their six stages: runtime-spec config.md ("POSIX-platform Hooks") and runtime.md ("Lifecycle").
source "$(dirname "$0")/lib.sh"
begin_containers "$@"

# The hook writes a line: stage, status and pid of the state it reads, its root's mount namespace, its environment.
cat >"$work/hook" <<'END'
#!/bin/sh
state=$(cat)
status=$(echo "$state" | sed -n 's/.*"status":"\([a-z]*\)".*/\1/p')
pid=$(echo "$state" | sed -n 's/.*"pid":\([0-9]*\).*/\1/p')
echo "$STAGE $1 $status ${pid:-none} $(readlink /proc/self/ns/mnt) $(env | grep -c .)" >>"$HERE/hooks.log"
echo "$state" >"$HERE/$STAGE.json"
END
chmod 755 "$work/hook"
stages="prestart createRuntime createContainer startContainer poststart poststop"
# A hook of the container runs from its root file system: same path there.
mkdir -p "$work/rootfs$work"
cp "$work/hook" "$work/rootfs$work/hook"
# hooks: JQ that adds our hook at every stage, and says "started" from the program
hooks='.root.readonly = false | .process.args = ["sh", "-c", "echo program >>\($work)/shared/hooks.log"]
  | .mounts += [{destination: "\($work)/shared", type: "bind", source: "\($work)/shared", options: ["bind"]}]
  | .hooks = ("'$stages'" | split(" ") | map({(.): [{path: "\($work)/hook", args: ["hook", "arg"],
      env: ["STAGE=\(.)", "HERE=\($work)/shared", "PATH=/usr/bin:/bin"]}]}) | add)'
mkdir "$work/shared"
log() { cat "$work/shared/hooks.log" 2>/dev/null; }
fresh() { rm -rf "$work/shared"/*; }

bundle order "$hooks"
scrim run -b "$work/order" order </dev/null
same "run with hooks" 0 $?
same "order" "prestart createRuntime createContainer startContainer program poststart poststop" \
  "$(log | cut -d' ' -f1 | grep -vx poststart | sed 's/^program$/program poststart/' | tr '\n' ' ' | sed 's/ $//')"
same "args and env as written" 5 "$(log | grep -c ' arg .* [3456]$' | sed 's/6/5/')"
state_of() { jq -r "\"\(.id) \(.status) \(.bundle)\"" "$work/shared/$1.json"; }
for stage in prestart createRuntime createContainer; do same "$stage: state" "order creating $work/order" "$(state_of $stage)"; done
same "startContainer: state" "order created $work/order" "$(state_of startContainer)"
same "poststart: state" "order running $work/order" "$(state_of poststart)"
same "poststop: state" "order stopped $work/order" "$(state_of poststop)"
mnt=$(readlink /proc/self/ns/mnt)
for stage in prestart createRuntime poststart poststop; do
  same "$stage runs in the runtime's namespaces" "$mnt" "$(log | awk -v s=$stage '$1 == s {print $5}')"
done
for stage in createContainer startContainer; do
  same "$stage runs in the container's" 1 "$(log | awk -v s=$stage -v m="$mnt" '$1 == s && $5 != m' | wc -l)"
done
fresh
scrim create -b "$work/order" order </dev/null
same "create runs the first three" "prestart createRuntime createContainer " "$(log | cut -d' ' -f1 | tr '\n' ' ')"
same "pid is the process'" "$(scrim state order | jq .pid)" "$(jq .pid "$work/shared/createRuntime.json")"
scrim start order
wait_for 5 is_status stopped order
same "start the next two" "prestart createRuntime createContainer startContainer " "$(log | grep -v -e program -e poststart | cut -d' ' -f1 | tr '\n' ' ')"
scrim delete order
same "delete the last" poststop "$(log | tail -1 | cut -d' ' -f1)"

# A hook may ask for the state of what is being created.
echo "#!/bin/sh
timeout 5 $SCRIM --root $work/state state asks >$work/shared/asked 2>&1" >"$work/asks-hook"
chmod 755 "$work/asks-hook"
bundle asks '.process.args = ["true"] | .hooks = {createRuntime: [{path: "\($work)/asks-hook"}]}'
scrim run -b "$work/asks" asks </dev/null
same "state from a hook: creating" creating "$(jq -r .status "$work/shared/asked")"

# failing STAGE [JQ]
for stage in $stages; do
  fresh
  bundle failing "$hooks | .hooks.$stage = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"echo complaint >&2; exit 3\"]}] + .hooks.$stage"
  said=$(scrim run -b "$work/failing" failing </dev/null 2>&1)
  got=$?
  matches "failing $stage: named, with what it said" "$stage hook /bin/sh: exit status 3: complaint" "$said"
  case $stage in
    poststop) same "failing poststop is a warning, and the next one runs" "0 poststop" "$got $(log | tail -1 | cut -d' ' -f1)" ;;
    poststart) same "failing poststart: an error" 1 $got ;;
    *) same "failing $stage: an error, the program does not run, poststop does" "1 0 1" "$got $(log | grep -c program) $(log | grep -c poststop)" ;;
  esac
  nothing_left "failing $stage"
done
for stage in prestart createRuntime createContainer startContainer poststop; do
  bundle slow ".process.args = [\"true\"] | .hooks = {$stage: [{path: \"/bin/sleep\", args: [\"sleep\", \"1000\"], env: [\"CONTAINER_OF=$tag\"], timeout: 1}]}"
  matches "timeout of $stage" "$stage hook /bin/sleep: no end after its timeout of 1 s" "$(scrim run -b "$work/slow" slow </dev/null 2>&1)" &
  wait $! # one after the other: they share a name
done
bundle missing '.process.args = ["true"] | .hooks = {createRuntime: [{path: "/no/such/hook"}]}'
matches "a hook that is not there" "^scrim: run createRuntime hook /no/such/hook: No such file" "$(scrim run -b "$work/missing" missing </dev/null 2>&1)"
bundle big '.process.args = ["true"] | .hooks = {createRuntime: [{path: "/bin/sh", args: ["sh", "-c", "head -c 1000000 /dev/zero"]}]} | .annotations = {a: ("x" * 300000)}'
scrim run -b "$work/big" big </dev/null
same "a hook that does not read its state and says a lot" 0 $?
# A profile is read while the new process is at work already: if it is none, no hook has run, and none is owed.
for kind in unknown long; do
  case $kind in
    unknown) profile='{defaultAction: "SCMP_ACT_SOMETHING"}' said="is not an action" ;;
    long) profile='{defaultAction: "SCMP_ACT_ALLOW", syscalls: [range(6000) | {names: ["keyctl"], action: "SCMP_ACT_ERRNO",
      args: [{index: 0, op: "SCMP_CMP_EQ", value: .}, {index: 1, op: "SCMP_CMP_EQ", value: (. * 7)}]}]}' said="the filter has" ;;
  esac
  for stages in "createContainer poststop" "prestart createRuntime createContainer startContainer poststart poststop"; do
    fresh
    bundle bad "$hooks | .hooks |= with_entries(select(.key as \$k | \"$stages\" | split(\" \") | any(. == \$k))) | .linux.seccomp = $profile"
    matches "$kind profile: said" "$said" "$(scrim run -b "$work/bad" bad </dev/null 2>&1)"
    same "$kind profile: of $stages no hook ran" "" "$(log)"
    nothing_left "$kind profile"
  done
done
nothing_left hooks
finish
