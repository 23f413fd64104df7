#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `checkpoint` and `restore`. What is refused, and what a criu that fails leads to, on this machine; the rest in a virtual
# machine (test/vm/boot.sh), whose kernel Debian's criu knows.
source "$(dirname "$0")/lib.sh"
one_line() { tr -s '\n' ' ' | sed 's/^ *//; s/ *$//'; }

# --- without criu, or with one that fails
refusals() {
  local command said
  mkdir "$work/empty"
  for command in checkpoint restore; do
    said=$(PATH=$work/empty "$SCRIM" --root "$work/state" $command any 2>&1)
    same "$command without criu: refused" 1 $?
    matches "$command without criu: says what is missing" "^scrim: $command: needs criu\(8\), which is not here: .*Debian's package criu.*--delegate runc" "$said"
    matches "$command --criu names another" "no program /nonexistent/criu \(" "$(scrim --criu /nonexistent/criu $command any 2>&1)"
    matches "$command --lazy-pages: not built" "$command: --lazy-pages is not built" "$(scrim --criu "$fake" $command --lazy-pages any 2>&1)"
    matches "$command --empty-ns: network only" '^scrim: --empty-ns ipc: only "network" is known' "$(scrim --criu "$fake" $command --empty-ns ipc any 2>&1)"
    matches "$command without root: refused" "$command: needs root" "$(setpriv --reuid 65534 --clear-groups "$SCRIM" $command any 2>&1)"
  done
  matches "--page-server: not built" "--page-server is not built" "$(scrim --criu "$fake" checkpoint --page-server 1:2 any 2>&1)"
  matches "--status-fd: not built" "--status-fd is not built" "$(scrim --criu "$fake" checkpoint --status-fd 1 any 2>&1)"
  matches "checkpoint of none" "container any does not exist" "$(scrim --criu "$fake" checkpoint any 2>&1)"
}

# refused NAME JQ PATTERN: a running container that cannot be checkpointed runs on.
refused() {
  script='sleep 100' bundle refused "$2"
  scrim run -d -b "$work/refused" refused </dev/null >"$work/said" 2>&1 || fail "$1" "no container: $(cat "$work/said")"
  matches "$1: refused" "$3" "$(scrim --criu "$fake" checkpoint --image-path "$work/none" refused 2>&1)"
  same "$1: it runs on, and nothing was written" "running no" "$(scrim state refused | jq -r .status) $([ -e "$work/none" ] && echo yes || echo no)"
  scrim delete --force refused
}

# A dump of container f that fails leaves everything alone that it did not write, and no checkpoint that looks whole.
others_files() {
  local said
  mkdir "$work/old" "$work/oldlog"
  touch "$work/old/"{old.img,inventory.img,notes} "$work/oldlog/"{stats-restore,a.img}
  echo '["","",""]' >"$work/old/descriptors.json"
  # They appear while criu works.
  sed "s|^touch|touch \"\$work/old/theirs\" \"\$work/oldlog/theirs.img\"; touch|; s|\$work|$work|g" "$fake" >"$work/busy-criu"
  chmod +x "$work/busy-criu"
  touch "$work/list"
  scrim --criu "$work/busy-criu" checkpoint --image-path "$work/old" --work-path "$work/oldlog" f >/dev/null 2>&1
  same "failed dump: other files stay" "inventory.img notes old.img theirs; a.img dump.log stats-restore theirs.img" \
    "$(ls -A "$work/old" | one_line); $(ls -A "$work/oldlog" | one_line)"
  same "while criu works: no descriptors.json" ".descriptors.json.new inventory.img notes old.img" "$(one_line <"$work/list")"
  matches "failed dump into an earlier checkpoint: that is none any more" "one that was not finished" \
    "$(scrim --criu "$fake" restore -b "$work/f" --image-path "$work/old" f2 2>&1)"
  rm "$work/list"

  touch "$work/kill"
  { scrim --criu "$fake" checkpoint --image-path "$work/halves" f; } >/dev/null 2>&1
  rm "$work/kill"
  wait_for 10 test -e "$work/halves/dump.log"
  matches "dump whose scrim is killed: no checkpoint" "one that was not finished" \
    "$(scrim --criu "$fake" restore -b "$work/f" --image-path "$work/halves" f2 2>&1)"
  # Its criu has frozen it.
  echo 0 >"/sys/fs/cgroup/$tag/f/cgroup.freeze"
  same "dump whose scrim is killed: the container runs on" running "$(scrim state f | jq -r .status)"

  said=$(scrim --criu "$fake" checkpoint --image-path "$work/new" --work-path "$work/none/log" f 2>&1)
  same "no work path can be made: says so, and makes no image path" "scrim: make directory $work/none/log: No such file or directory no" \
    "$said $([ -e "$work/new" ] && echo yes || echo no)"
}

failing_criu() {
  local said args
  script='sleep 100' bundle f '.process.noNewPrivileges = false | .mounts += [{destination: "/data", source: "\($work)/spec", options: ["rbind"]}]'
  scrim run -d -b "$work/f" f </dev/null >/dev/null 2>&1
  said=$(CRIU_CONFIG_FILE=$work/spec scrim --criu "$fake" checkpoint --image-path "$work/img" --work-path "$work/log" --tcp-established --ext-unix-sk --shell-job --file-locks \
    --auto-dedup --manage-cgroups-mode full --empty-ns network --parent-path ../pre --leave-running f 2>&1)
  same "failed dump: the log's telling lines, and where it is" \
    "scrim: checkpoint container f: criu: Error (criu/x.c:2): the reason (all of it: $work/log/dump.log)" "$said"
  same "failed dump: the container runs on, though criu left it frozen" running "$(scrim state f | jq -r .status)"
  same "failed dump: nothing but the log is left" "dump.log" "$(ls -A "$work/img" "$work/log" 2>/dev/null | grep -v ':$' | one_line)"
  same "criu reads no configuration file that is only the caller's" unset "$(cat "$work/config")"
  args=$(tr '\n' ' ' <"$work/args")
  for wanted in " --no-default-config " "^dump --tree [0-9]+ " "--images-dir $work/img --work-dir $work/log --log-file dump.log" "--manage-cgroups=full" "--tcp-established" \
    "--ext-unix-sk" "--shell-job" "--file-locks" "--auto-dedup" "--empty-ns net" "--prev-images-dir ../pre" "--track-mem" "--leave-running" \
    "--freeze-cgroup /sys/fs/cgroup/$tag/f" "--external mnt\[/data\]:/data" "--external mnt\[/proc/keys\]:/proc/keys" "--external file\[[0-9a-f]+:[0-9a-f]+\]"; do
    matches "criu is told $wanted" "$wanted" "$args"
  done
  others_files
  if command -v criu >/dev/null && ! criu check >/dev/null 2>&1; then
    said=$(scrim checkpoint --image-path "$work/real" f 2>&1)
    same "a kernel that criu does not know: 1" 1 $?
    matches "a kernel that criu does not know: as its log has it" "^scrim: checkpoint container f: criu: Error \(criu/.*dump.log\)$" "$said"
    same "a kernel that criu does not know: the container runs on" running "$(scrim state f | jq -r .status)"
  else
    skip "a kernel that criu does not know" "no criu here, or it knows this one"
  fi
  scrim delete --force f
  matches "restore from nothing" "img2: No such file or directory" "$(scrim --criu "$fake" restore -b "$work/f" --image-path "$work/img2" f 2>&1)"
  mkdir -p "$work/img2"
  matches "restore from what is no checkpoint" "img2 is no checkpoint" "$(scrim --criu "$fake" restore -b "$work/f" --image-path "$work/img2" f 2>&1)"
  echo '["file[1f:4]","pipe:[7]","pipe:[7]"]' >"$work/img2/descriptors.json"
  said=$(scrim --criu "$fake" restore --lsm-profile apparmor:x -b "$work/f" --image-path "$work/img2" f 2>&1 </dev/null)
  same "failed restore: the log's telling lines" "scrim: restore container f: criu: Error (criu/x.c:2): the reason (all of it: $work/img2/restore.log)" "$said"
  bundle terminal '.process.terminal = true'
  matches "restore with a terminal: refused" "process.terminal is true" "$(scrim --criu "$fake" restore -b "$work/terminal" --image-path "$work/img2" t 2>&1)"
  args=$(tr '\n' ' ' <"$work/args")
  for wanted in "^restore --restore-detached --restore-sibling" "--cgroup-root /$tag/f" "--external mnt\[/data\]:$work/spec" "--external mnt\[/proc/keys\]:/dev/null" \
    "--inherit-fd fd\[30\]:file\[1f:4\] --inherit-fd fd\[31\]:pipe:\[7\] --lsm-profile apparmor:x"; do
    matches "criu is told $wanted" "$wanted" "$args"
  done
}

# What criu's script does when scrim has been killed: a criu that kills its caller, and then asks it.
without_scrim() {
  local victim
  cat >"$work/orphan-criu" <<END
#!/bin/bash
kill -KILL \$PPID
while [ \$# -gt 0 ]; do [ "\$1" != --action-script ] || script=\$2; shift; done
for action in setup-namespaces network-unlock post-restore pre-resume; do
  CRTOOLS_SCRIPT_ACTION=\$action CRTOOLS_INIT_PID=\$(cat "$work/victim") "\$script" 2>/dev/null
  echo "\$action \$((\$? != 0))" >>"$work/played"
done
touch "$work/played.end"
END
  chmod +x "$work/orphan-criu"
  script='sleep 100' bundle o '.process.noNewPrivileges = false'
  sleep 1000 &
  victim=$!
  disown
  started+=("$victim")
  echo "$victim" >"$work/victim"
  { scrim --criu "$work/orphan-criu" restore -b "$work/o" --image-path "$work/img2" o; } >/dev/null 2>&1 </dev/null
  wait_for 10 test -e "$work/played.end"
  same "criu's script without scrim: fails, and before the end kills the first process" "setup-namespaces 1 network-unlock 0 post-restore 1 pre-resume 0 killed" \
    "$(one_line <"$work/played") $(wait_for 5 not_running "$victim" && echo killed)"
  scrim delete --force o
}

if [ -z "${SCRIM_TEST_IN_VM:-}" ]; then
  begin_containers "$@"
  fake=$work/fake-criu
  cat >"$fake" <<END
#!/bin/bash
[ "\$1" != --version ] || { echo "Version: 3.17.1"; exit 0; }
printf '%s\n' "\$@" >"$work/args"
echo "\${CRIU_CONFIG_FILE:-unset}" >"$work/config"
while [ \$# -gt 0 ]; do case \$1 in --images-dir) images=\$2 ;; --work-dir) log=\$2 ;; --log-file) name=\$2 ;;
  --freeze-cgroup) echo 1 >"\$2/cgroup.freeze" ;; esac; shift; done
[ ! -e "$work/list" ] || ls -A "\$images" >"$work/list"
[ ! -e "$work/kill" ] || kill -KILL \$PPID
touch "\$images/half.img" "\$log/stats-dump"
ln -sfn ../pre "\$images/parent"
printf '(00.1) Error (criu/tun.c:1): noise\n(00.2) Dumping processes (pid: 1)\n(00.3) Running pre-restore scripts\n(00.4) Error (criu/x.c:2): the reason\n(00.5) Error (criu/y.c:3): Dumping FAILED.\n' >"\$log/\$name"
exit 1
END
  chmod +x "$fake"
  refusals
  if [ "$(stat -f -c %T /sys/fs/cgroup)" != cgroup2fs ]; then
    refused "cgroup v1" . "needs a cgroup v2 host"
    # In this script's mount namespace alone.
    umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup || fail "cgroup v2 alone" "it cannot be mounted"
    mounts_before=$(cut -d' ' -f5- /proc/self/mountinfo | sort)
  fi
  python3 -c 'import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); c, _ = s.accept(); time.sleep(60)' "$work/agent" &
  started+=($!)
  wait_for 5 test -S "$work/agent"
  refused "SCMP_ACT_NOTIFY" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerPath: "\($work)/agent", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}' \
    "its profile has SCMP_ACT_NOTIFY"
  refused "no_new_privs with an old criu" . "it has process.noNewPrivileges, which criu before 3.19 does not restore"
  refused "a user namespace" '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
    | .linux.gidMappings = .linux.uidMappings' "it has a user namespace of its own"
  script='sleep 100' bundle notified .
  NOTIFY_SOCKET=$work/service scrim create -b "$work/notified" notified </dev/null >/dev/null 2>&1
  scrim start notified
  matches "with NOTIFY_SOCKET: refused" "it was created with NOTIFY_SOCKET" "$(scrim --criu "$fake" checkpoint --image-path "$work/none" notified 2>&1)"
  same "with NOTIFY_SOCKET: it runs on" "running no" "$(scrim state notified | jq -r .status) $([ -e "$work/none" ] && echo yes || echo no)"
  scrim delete --force notified
  failing_criu
  without_scrim
  nothing_left "refused and failed"
  export SCRIM_VM_MODULES="unix_diag tcp_diag udp_diag raw_diag af_packet_diag netlink_diag nf_tables nf_conntrack_netlink"
  (limit=900 in_vm criu ip tar gzip iptables-save ip6tables-save) || failures=$((failures + 1))
  finish
fi

# --- in the virtual machine
begin_containers "$@"
limit=60
no_criu() { [ -z "$(busybox pidof criu)" ]; }

# facts PID: what a container's process must have again.
facts() {
  grep -E '^(Name|Uid|Gid|Groups|Cap.*|NoNewPrivs|Seccomp|Seccomp_filters):' "/proc/$1/status"
  sed 's/  */ /g' "/proc/$1/limits" | grep -vE 'pending signals|processes'
  cat "/proc/$1/oom_score_adj"
  awk '{ for (i = 7; $i != "-"; i++); print $5, $6, $(i + 1) }' "/proc/$1/mountinfo" | sort
}
# filters ID: its filters as the kernel gives them, and what they are held against.
filters() { scrim inspect --json "$1" | jq -c '[.mode, .filters, .programs, .abis, .config.equal, .stored.equal]'; }
last_of() { tail -n 1 "$1"; }

mkdir "$work/volume" "$work/volume2"
chmod 777 "$work/volume" "$work/volume2"
echo first >"$work/note"
echo second >"$work/note2"
cat >"$work/hook" <<'END'
#!/bin/bash
echo "$1 $(jq -r '"\(.id) \(.status) \(.pid > 0)"')" >>"${0%/*}/hooks"
END
chmod +x "$work/hook"
hooks='.hooks = ([("prestart", "createRuntime", "poststart", "poststop") | {key: ., value: [{path: "\($work)/hook", args: ["hook", .]}]}] | from_entries)'
counting='trap "exit 3" TERM; exec 5>/dev/shm/kept; echo kept >&5; n=0
  while :; do n=$((n + 1)); mkdir /data/no 2>/dev/null && echo allowed; echo $n; echo $n >/data/n; sleep 0.2; done'
counter='.process.noNewPrivileges = false | .process.user = {uid: 1000, gid: 1000, additionalGids: [5]} | .process.oomScoreAdj = 7 | .hostname = "kept"
  | .process.capabilities |= with_entries(.value = ["CAP_KILL"]) | .linux.resources.memory = {limit: 134217728}
  | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}]}'
with_volume() { echo "$counter | $hooks | .mounts += [{destination: \"/data\", source: \"$work/volume$1\", options: [\"rbind\", \"rw\"]}, {destination: \"/etc/note\", source: \"$work/note$1\", options: [\"bind\", \"ro\"]}]"; }

script=$counting bundle a "$(with_volume "")"
scrim run -d --pid-file "$work/pid" -b "$work/a" a </dev/null 2>&1 | cat >"$work/lines" &
wait_for 10 grep -q 5 "$work/lines"
facts "$(cat "$work/pid")" >"$work/facts"
filters a >"$work/filters"
matches "before: its profile is in force" '^\["filter",1,\[.*true,true\]$' "$(cat "$work/filters")"
said=$(scrim checkpoint --image-path "$work/img" --work-path "$work/log" a 2>&1)
same "checkpoint" "0 " "$? $said"
same "checkpoint: the container is deleted, with its hooks" "prestart a creating true createRuntime a creating true poststart a running true poststop a stopped false" \
  "$(one_line <"$work/hooks")"
same "checkpoint: the images are root's alone, the log is in the work path" "700 yes" "$(stat -c %a "$work/img") $([ -s "$work/log/dump.log" ] && echo yes)"
nothing_left checkpoint

# Under another name, in another cgroup, with other volumes.
rm "$work/hooks" "$work/pid"
script=$counting bundle b "$(with_volume 2)"
scrim restore -d --pid-file "$work/pid" --image-path "$work/img" --work-path "$work/log" -b "$work/b" b </dev/null 2>&1 | cat >"$work/lines2" &
wait_for 40 test -s "$work/pid" || fail restore "$(cat "$work/lines2")"
wait_for 10 test -s "$work/lines2"
same "restore: it is running" running "$(scrim state b | jq -r .status)"
same "restore: it goes on where it was" "$(($(last_of "$work/lines") + 1))" "$(head -n 1 "$work/lines2")"
pid=$(cat "$work/pid")
same "restore: the pid file is the state's" "$(scrim state b | jq .pid)" "$pid"
facts "$pid" >"$work/facts2"
same "restore: credentials, limits, mounts as before" "" "$(busybox diff "$work/facts" "$work/facts2" 2>&1)"
same "restore: the same filters, read back from the kernel" "$(cat "$work/filters")" "$(filters b)"
same "restore: what was forbidden still is" "" "$(grep allowed "$work/lines2")"
same "restore: the new volumes" "yes second" "$([ -s "$work/volume2/n" ] && echo yes) $(scrim exec b cat /etc/note 2>&1)"
same "restore: files in memory" kept "$(scrim exec b cat /dev/shm/kept 2>&1)"
same "restore: its name, the first of its processes" "kept sh" "$(scrim exec b sh -c 'echo $(hostname) $(cat /proc/1/comm)' 2>&1)"
same "restore: hooks" "prestart b creating true createRuntime b creating true poststart b running true" "$(one_line <"$work/hooks")"
same "restore: in its own cgroup" "0::/$tag/b" "$(cat "/proc/$pid/cgroup")"
same "restore: with its limits" 134217728 "$(cat "/sys/fs/cgroup/$tag/b/memory.max")"
matches "restore: exec has the filter too" "Operation not permitted" "$(scrim exec b mkdir /data/no 2>&1)"
scrim update --memory 100663296 b
same "restore: update" 100663296 "$(cat "/sys/fs/cgroup/$tag/b/memory.max")"
scrim pause b
same "restore: pause" paused "$(scrim state b | jq -r .status)"
matches "checkpoint of a paused one" "container not running \(it is paused\)" "$(scrim checkpoint --image-path "$work/none" b 2>&1)"
scrim resume b
scrim kill b TERM
wait_for 10 is_status stopped b
same "restore: kill" stopped "$(scrim state b | jq -r .status)"
scrim delete b
nothing_left "restore"

# What the images have is held against the bundle, and nothing is left of what does not fit.
script=$counting bundle other "$(with_volume 2) | .linux.seccomp.syscalls[0].names = [\"mknod\"]"
matches "restore with another profile: refused" "has another seccomp filter than the container's profile" \
  "$(scrim restore -d --image-path "$work/img" -b "$work/other" other </dev/null 2>&1 | cat)"
nothing_left "restore with another profile"
script=$counting bundle other "$(with_volume 2) | .process.noNewPrivileges = true"
matches "restore without no_new_privs: refused" "would lack no_new_privs" "$(scrim restore -d --image-path "$work/img" -b "$work/other" other </dev/null 2>&1 | cat)"
nothing_left "restore without no_new_privs"
script=$counting bundle other "$(with_volume 2) | .hooks.createRuntime[0] = {path: \"/bin/sh\", args: [\"sh\", \"-c\", \"echo no; exit 1\"]}"
matches "restore: a hook that fails" "createRuntime hook /bin/sh: exit status 1: no" "$(scrim restore -d --image-path "$work/img" -b "$work/other" other </dev/null 2>&1 | cat)"
wait_for 10 no_criu
nothing_left "restore with a hook that fails"

cat >"$work/hasty-criu" <<END
#!/bin/bash
if [ "\$1" != --version ]; then
  while [ \$# -gt 0 ]; do
    if [ "\$last" = --action-script ]; then
      printf '#!/bin/sh\n[ "\$CRTOOLS_SCRIPT_ACTION" = pre-resume ] || exec %s\n' "\$1" >"\$1.hasty" && chmod 700 "\$1.hasty"
      set -- "\$1.hasty" "\${@:2}"
    fi
    arguments+=("\$1") last=\$1
    shift
  done
  set -- "\${arguments[@]}"
fi
exec criu "\$@"
END
chmod +x "$work/hasty-criu"
script=$counting bundle b "$(with_volume 2)"
matches "restore: a criu that never asks before the end" "criu never asked before it let the processes go on" \
  "$(scrim --criu "$work/hasty-criu" restore -d --image-path "$work/img" -b "$work/b" b </dev/null 2>&1 | cat)"
nothing_left "restore with a criu that never asks"

# --- the session keyring is the container's own, and NOTIFY_SOCKET is no matter
script='while :; do cat /proc/keys >/data/keys.new; mv /data/keys.new /data/keys; sleep 0.2; done' bundle keys "$(with_volume 2) | .linux.maskedPaths -= [\"/proc/keys\"]"
session_keyring() { grep -o '_ses\.[a-z]*\|_uid_ses' "$work/volume2/keys" | one_line; }
scrim run -d -b "$work/keys" keys </dev/null >/dev/null 2>&1
wait_for 10 test -s "$work/volume2/keys"
same "before: a session keyring of its own" _ses.keys "$(session_keyring)"
scrim checkpoint --image-path "$work/keyimg" keys 2>&1
rm "$work/volume2/keys"
same "restore under NOTIFY_SOCKET" "0 " "$(NOTIFY_SOCKET=$work/service scrim restore -d --image-path "$work/keyimg" -b "$work/keys" other </dev/null 2>"$work/said" >/dev/null; echo "$? $(cat "$work/said")")"
wait_for 10 test -s "$work/volume2/keys"
same "restore: a session keyring of its own" _ses.other "$(session_keyring)"
scrim delete --force other
nothing_left "restore with keys"

# --- what the bundle confines it to, beside the filter: more than that is refused, less is not
# held NAME JQ PATTERN: restore from $held_images with another bundle.
held() {
  script=$counting bundle other "$(with_volume 2) | $2"
  matches "restore with $1: refused" "$3" "$(scrim restore -d --image-path "$held_images" -b "$work/other" other </dev/null 2>&1 | cat)"
  nothing_left "restore with $1"
}
held_images=$work/img
held "fewer capabilities" '.process.capabilities.bounding = []' "CapBnd what process.capabilities does not give: CAP_KILL"
held "another user" '.process.user.uid = 1001' "of user 1000, not 1001"
held "another group" '.process.user.gid = 1001' "of group 1000, not 1001"
held "a group less" '.process.user.additionalGids = []' "in group 5, which process.user does not have"
held "a mount read-only" '(.mounts[] | select(.destination == "/data")).options = ["rbind", "ro"]' "mount /data would not be read-only"
held "more masked" '.linux.maskedPaths += ["/proc/meminfo"]' "/proc/meminfo would not be masked"
held "more read-only" '.linux.readonlyPaths += ["/dev/shm"]' "/dev/shm would not be read-only"
held "a mount more" '.mounts += [{destination: "/etc/passwd", source: "\($work)/note", options: ["bind", "ro"]}]' "mount /etc/passwd would not be of its source"
script=$counting bundle other "$(with_volume 2) | .process.capabilities |= with_entries(.value += [\"CAP_CHOWN\"]) | .process.user.additionalGids += [6]"
same "restore with more in the bundle" "0 " "$(scrim restore -d --image-path "$work/img" -b "$work/other" other </dev/null 2>"$work/said" >/dev/null; echo "$? $(cat "$work/said")")"
scrim delete --force other
# Its root exchanges the directories that two volumes lie in.
mkdir -p "$work/rw" "$work/ro"
volumes='.root.readonly = false | .process.noNewPrivileges = false
  | .mounts += [["rw", "v1"], ["ro", "v2"] | {destination: "/\(.[1])/data", source: "\($work)/\(.[0])", options: ["bind", .[0]]}]'
# shellcheck disable=SC2016 # the container's
script='n=0; while :; do n=$((n + 1)); echo $n >/v1/data/n; echo $n >/v2/data/n; sleep 0.2; done' bundle swap "$volumes"
scrim run -d -b "$work/swap" swap </dev/null >/dev/null 2>&1
wait_for 10 test -s "$work/rw/n"
scrim exec swap sh -c 'mv /v1 /t && mv /v2 /v1 && mv /t /v2' 2>&1
same "checkpoint with exchanged volumes" "" "$(scrim checkpoint --image-path "$work/swapped" swap 2>&1)"
matches "restore with exchanged volumes: refused" "mount /v2/data would not be read-only" \
  "$(scrim restore -d --image-path "$work/swapped" -b "$work/swap" swap </dev/null 2>&1 | cat)"
same "restore with exchanged volumes: nothing is written" "" "$(ls "$work/ro")"
rm -rf "$work/rootfs/v1" "$work/rootfs/v2"
nothing_left "restore with exchanged volumes"

# --- pre-dump, --leave-running, a network namespace that it has joined, in the foreground
unshare -n sleep 1000 &
network=$!
started+=("$network")
joined="$counter | (.linux.namespaces[] | select(.type == \"network\")).path = \"/proc/$network/ns/net\""
mkdir "$work/volume3"
script=${counting//\/data/\/tmp} bundle c "$joined | .root.readonly = false"
scrim run -d --pid-file "$work/pid" -b "$work/c" c </dev/null 2>&1 | cat >"$work/lines3" &
wait_for 10 grep -q 3 "$work/lines3"
same "pre-dump" "0 " "$(scrim checkpoint --pre-dump --image-path "$work/pre" c 2>&1; echo "$? ")"
same "pre-dump: it runs on" running "$(scrim state c | jq -r .status)"
same "--leave-running, after a pre-dump" "0 " "$(scrim checkpoint --parent-path ../pre --leave-running --image-path "$work/full" c 2>&1; echo "$? ")"
same "--leave-running: it runs on" running "$(scrim state c | jq -r .status)"
scrim delete --force c
background "$work/lines4" restore --image-path "$work/full" -b "$work/c" c
wait_for 40 grep -qE '^[0-9]+$' "$work/lines4" || fail "restore in the foreground" "$(cat "$work/lines4")"
same "restore in the foreground: in the namespace that it had joined" "$(readlink "/proc/$network/ns/net")" "$(readlink "/proc/$(scrim state c | jq .pid)/ns/net")"
scrim kill c TERM
ended
same "restore in the foreground: ends with the program's status" 3 $?
nothing_left "restore in the foreground"

# --- kill -9 of scrim
# A criu that waits until it may.
cat >"$work/late-criu" <<END
#!/bin/bash
[ "\$1" = --version ] || { touch "$work/late"; for _ in \$(seq 300); do [ ! -e "$work/late" ] && break; sleep 0.1; done; }
exec criu "\$@"
END
chmod +x "$work/late-criu"
kill_scrim() { kill -KILL "$pid" && { wait "$pid"; } 2>/dev/null; }
script=$counting bundle k "$(with_volume "")"
scrim run -d -b "$work/k" k </dev/null >/dev/null 2>&1
background "$work/said" --criu "$work/late-criu" checkpoint --image-path "$work/killed" k
wait_for 10 test -e "$work/late"
kill_scrim
same "checkpoint killed before criu began: it runs on" running "$(scrim state k | jq -r .status)"
rm "$work/late"
wait_for 30 is_status stopped k
same "criu's end without scrim: the container is stopped, and known" stopped "$(scrim state k | jq -r .status)"
wait_for 10 no_criu
scrim delete --force k
matches "checkpoint killed: it does not count as finished" "one that was not finished" "$(scrim restore -d -b "$work/k" --image-path "$work/killed" k 2>&1 </dev/null)"
nothing_left "checkpoint killed"
same "criu's end without scrim: it says in its log that it has finished" 1 "$(grep -c "Dumping finished successfully" "$work/killed/dump.log")"
mv "$work/killed/.descriptors.json.new" "$work/killed/descriptors.json"
same "criu's end without scrim: made whole by hand, it is a checkpoint" "0 running" \
  "$(scrim restore -d -b "$work/k" --image-path "$work/killed" k </dev/null >"$work/said" 2>&1; echo $?) $(scrim state k | jq -r .status)"
scrim delete --force k
nothing_left "checkpoint made whole by hand"

background "$work/said" --criu "$work/late-criu" restore -d --image-path "$work/img" -b "$work/b" b
wait_for 10 test -e "$work/late"
kill_scrim
same "restore killed before criu began: nothing runs" stopped "$(scrim state b | jq -r .status)"
rm "$work/late"
nobody_in_b() { [ -z "$(cat "/sys/fs/cgroup/$tag/b/cgroup.procs")" ]; }
wait_for 30 nobody_in_b
same "criu without scrim gives up" "stopped " "$(scrim state b | jq -r .status) $(cat "/sys/fs/cgroup/$tag/b/cgroup.procs")"
matches "criu without scrim: because nobody answers" "script" "$(grep Error "$work/img/restore.log")"
scrim delete --force b
nothing_left "restore killed before criu began"

script=$counting bundle b "$(with_volume 2) | .hooks.prestart = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"touch $work/late; sleep 20\"]}]"
background "$work/said" restore -d --image-path "$work/img" -b "$work/b" b
wait_for 30 test -e "$work/late"
kill_scrim
same "restore killed in a hook: nothing runs" stopped "$(scrim state b | jq -r .status)"
scrim delete --force b
wait_for 10 no_criu || fail "restore killed in a hook" "criu is still there"
nothing_left "restore killed in a hook"
finish
