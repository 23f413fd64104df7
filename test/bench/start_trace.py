# SPDX-License-Identifier: Apache-2.0
"""What start_trace.sh prints, out of the kernel's traces."""
import re
import statistics
import sys
from collections import namedtuple

Call = namedtuple("Call", "begin length process name")

NAMES_FILE = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
EVENT = re.compile(r"\s*\S+-(\d+)\s+\[\d+\] \S+ ([\d.]+): sys_(enter|exit): NR (-?\d+)")


def names():
    with open(NAMES_FILE, encoding="ascii") as file:
        return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", file.read())}


def calls(path, name_of):
    """All calls from the execve of scrim on; times in µs, the first at 0. Processes are numbered as they appear."""
    entered, processes, all_calls = {}, {}, []
    with open(path, encoding="ascii", errors="replace") as file:
        for line in file:
            event = EVENT.match(line)
            if not event:
                continue
            pid, time, number = int(event[1]), float(event[2]) * 1e6, int(event[4])
            process = processes.setdefault(pid, len(processes))
            if event[3] == "enter":
                entered[pid] = (time, number)
            elif pid in entered:
                begin, number = entered.pop(pid)
                all_calls.append(Call(begin, time - begin, process, name_of.get(number, str(number))))
        # exit_group and what was waited for when the process ended have no end
    all_calls.sort()
    # Others than scrim and its processes may be in the trace: an earlier container's, that end late.
    scrim = next(call.process for call in all_calls if call.name == "clone3")
    start = next(call for call in all_calls if call.name == "execve" and call.process == scrim).begin
    return [call._replace(begin=call.begin - start) for call in all_calls if call.begin >= start]


def steps(all_calls):
    """(label, when it ends)"""
    scrim = next(call.process for call in all_calls if call.name == "clone3")

    def first(name, after=0.0, process=None):
        return next(call for call in all_calls
                    if call.name == name and call.begin >= after and process in (None, call.process))

    def end(call):
        return call.begin + call.length

    moved = end(first("prctl", process=scrim))
    clone = first("clone3", process=scrim)
    init = next(call.process for call in all_calls if call.begin > clone.begin and call.process != scrim)
    program = first("execve", clone.begin, init)
    return [
        ("execve of scrim, its C library's start", first("brk", process=scrim).begin),
        ("its static objects, its command line", first("open_tree", process=scrim).begin),
        ("becomes the program on its read-only mount", moved),
        ("config.json, the state, cgroups", clone.begin),
        ("clone3 with five namespaces", end(clone)),
        ("set-up in the new process; the profile is resolved and compiled meanwhile", program.begin),
        ("execve of busybox, true, its end and its namespaces'", end([call for call in all_calls if call.name == "poll" and call.process == scrim][-1])),
        ("cgroups and state are removed, scrim ends", max(end(call) for call in all_calls if call.process != init)),
    ]


def main(arguments):
    name_of = names()
    if arguments[0] == "--calls":
        for call in calls(arguments[1], name_of):
            print(f"{call.begin:9.0f} {call.length:8.1f}  {call.process}  {call.name}")
        return
    runs = [steps(calls(path, name_of)) for path in arguments]
    print("| µs | step |\n|---|---|")
    for index, (label, _) in enumerate(runs[0]):
        lengths = [run[index][1] - (run[index - 1][1] if index else 0) for run in runs]
        print(f"| {statistics.median(lengths):.0f} | {label} |")
    print(f"| {statistics.median(run[-1][1] for run in runs):.0f} | altogether |")


main(sys.argv[1:])
