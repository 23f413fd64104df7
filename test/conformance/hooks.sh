#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# runtime-spec, config.md "POSIX-platform Hooks" and the places of hooks in runtime.md "Lifecycle".
source "$(dirname "$0")/../integration/lib.sh"
begin_containers "$@"

stages="prestart createRuntime createContainer startContainer poststart poststop"
mkdir -p "$work/shared" "$work/rootfs$work/shared"
log=$work/shared/log
# A hook that is there on both sides: it writes its stage, position, argv[0] and first argument, and keeps its state.
cat >"$work/hook" <<END
#!/bin/busybox sh
cat >"$work/shared/\$STAGE.json"
echo "\$STAGE\$N \$1" >>"$log"
env >"$work/shared/\$STAGE.env"
readlink /proc/self/ns/mnt >"$work/shared/\$STAGE.mnt"
[ -z "\$FAIL" ] || exit 1
END
chmod 755 "$work/hook"
cp "$work/hook" "$work/rootfs$work/hook"
[ -e /bin/busybox ] || sed -i "1s|.*|#!/bin/sh|" "$work/hook"
base='.mounts += [{destination: "\($work)/shared", type: "bind", source: "\($work)/shared", options: ["bind"]}]
  | .process.args = ["sh", "-c", "echo program >>\($work)/shared/log"]'
# hook STAGE N [FAIL]: JSON
hook() { echo '{path: "\($work)/hook", args: ["name", "argument"], env: ["STAGE='"$1"'", "N='"$2"'"'"${3:+, \"FAIL=1\"}"']}'; }
all=$base' | .hooks = {}'
for stage in $stages; do all+=" | .hooks.$stage = [$(hook $stage 1), $(hook $stage 2)]"; done
said() { cut -d' ' -f1 "$log" 2>/dev/null | tr '\n' ' ' | sed 's/ $//'; }
fresh() { rm -f "$work"/shared/*; }

bundle order "$all"
scrim create -b "$work/order" order </dev/null
same "runtime.md#lifecycle: prestart, createRuntime, createContainer in create, in the listed order" \
  "prestart1 prestart2 createRuntime1 createRuntime2 createContainer1 createContainer2" "$(said)"
fresh
scrim start order
wait_for 5 is_status stopped order
same "runtime.md#lifecycle: startContainer before the program, in the listed order" "startContainer1 startContainer2 program" \
  "$(said | sed 's/ *poststart[12]//g')"
same "runtime.md#lifecycle: poststart in start, after startContainer, in the listed order" "startContainer1 startContainer2 poststart1 poststart2" \
  "$(said | sed 's/ *program//')"
fresh
scrim delete order
same "runtime.md#lifecycle: poststop in delete, in the listed order" "poststop1 poststop2" "$(said)"
refused=$(scrim state order 2>&1)
matches "runtime.md#lifecycle: the container is gone" "does not exist" "$refused"
fresh
scrim run -b "$work/order" order </dev/null
host=$(readlink /proc/self/ns/mnt)
for stage in $stages; do
  case $stage in prestart | createRuntime | createContainer) status=creating ;; startContainer) status=created ;; poststart) status=running ;; *) status=stopped ;; esac
  same "config.md#posix-platform-hooks: $stage reads the state" "order $status $work/order 1.2.1" \
    "$(jq -r '"\(.id) \(.status) \(.bundle) \(.ociVersion)"' "$work/shared/$stage.json" 2>&1)"
  same "config.md#posix-platform-hooks: $stage has args as written, args[0] left out" 2 "$(grep -c "^$stage. argument$" "$log")"
  same "config.md#posix-platform-hooks: $stage has env as written" "N STAGE" \
    "$(cut -d= -f1 "$work/shared/$stage.env" | grep -vE '^(PWD|SHLVL|_|OLDPWD|PATH)$' | sort | tr '\n' ' ' | sed 's/ $//')"
  case $stage in
    createContainer | startContainer) same "config.md#posix-platform-hooks: $stage runs in the container namespace" other "$([ "$(cat "$work/shared/$stage.mnt")" = "$host" ] || echo other)" ;;
    *) same "config.md#posix-platform-hooks: $stage runs in the runtime namespace" "$host" "$(cat "$work/shared/$stage.mnt")" ;;
  esac
done

# Failure, and a timeout, which is one: "continue the lifecycle at step 12" is stop and poststop.
for stage in $stages; do
  for how in fails "times out"; do
    fresh
    bad=$(hook $stage 0 fail)
    [ "$how" = fails ] || bad='{path: "/bin/sleep", args: ["sleep", "1000"], timeout: 1}'
    [ "$how-$stage" != "times out-startContainer" ] || bad='{path: "/bin/sleep", args: ["sleep", "1000"], timeout: 1}'
    bundle failing "$all | .hooks.$stage = [$bad] + .hooks.$stage | .process.args = [\"sh\", \"-c\", \"echo program >>$log; exec sleep 1000\"]"
    name="$stage that $how"
    # Into a file: the container keeps its standard output.
    scrim create -b "$work/failing" failing </dev/null >"$work/created" 2>&1
    got=$?
    case $stage in
      prestart | createRuntime | createContainer)
        same "runtime.md#lifecycle: $name: create is an error" 1 $got
        matches "runtime.md#lifecycle: $name: which says so" "$stage hook" "$(cat "$work/created")"
        same "runtime.md#lifecycle: $name: no later hook but poststop" "no poststop1 poststop2" \
          "$(grep -qE "^$stage[12]|startContainer|poststart" "$log" && echo yes || echo no) $(said | grep -o 'poststop.*')"
        ;;
      startContainer | poststart)
        started=$(scrim start failing 2>&1)
        got=$?
        same "runtime.md#lifecycle: $name: start is an error" 1 $got
        matches "runtime.md#lifecycle: $name: which says so" "$stage hook" "$started"
        same "runtime.md#lifecycle: $name: the container is stopped" 0 "$(wait_for 5 is_status stopped failing; echo $?)"
        [ $stage != startContainer ] || same "runtime.md#lifecycle: $name: the program does not run" no "$(grep -q program "$log" && echo yes || echo no)"
        scrim delete failing
        same "runtime.md#lifecycle: $name: poststop runs" "poststop1 poststop2" "$(said | grep -o 'poststop.*')"
        ;;
      poststop)
        scrim kill failing KILL
        wait_for 5 is_status stopped failing
        deleted=$(scrim delete failing 2>&1)
        same "runtime.md#lifecycle: $name: delete succeeds" 0 $?
        matches "runtime.md#lifecycle: $name: with a warning" "poststop hook" "$deleted"
        same "runtime.md#lifecycle: $name: the remaining hooks run" "poststop1 poststop2" "$(said | grep -o 'poststop[12].*')"
        ;;
    esac
    nothing_left "runtime.md#lifecycle: $name"
  done
done

# refused NAME PATTERN JQ
refused() {
  bundle bad "$3"
  matches "$1" "$2" "$(scrim run -b "$work/bad" bad </dev/null 2>&1)"
}
refused "config.md#posix-platform-hooks: path must be absolute" "absolute" '.hooks = {prestart: [{path: "hook"}]}'
refused "config.md#posix-platform-hooks: path is required" "path is required" '.hooks = {poststop: [{args: ["x"]}]}'
refused "config.md#posix-platform-hooks: timeout must be greater than zero" "timeout" '.hooks = {poststop: [{path: "/bin/true", timeout: 0}]}'
refused "config.md#posix-platform-hooks: a hook that is not there" "createRuntime hook.*No such file" '.hooks = {createRuntime: [{path: "/no/such"}]}'
fresh
nothing_left hooks
finish
