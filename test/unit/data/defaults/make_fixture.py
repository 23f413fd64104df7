#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes down what an engine's seccomp templates come to, version by version, in every case that they tell apart.

    make_fixture.py VERSION=TEMPLATE.json… >ENGINE.txt

The cases are all architectures, the kernels around the one minKernel there is, and bounding sets: none, each
capability of the templates alone, Docker's default, all. Of each version only what differs from the one before it
is written. README.md describes the lines.
"""

import json
import sys
import textwrap

sys.dont_write_bytecode = True
from evaluate import action_text, evaluate  # noqa: E402

ARCHES = ["amd64", "x86", "x32", "arm", "arm64", "mips64", "mips64n32", "mipsel64", "ppc64le", "s390", "s390x",
          "riscv64", "loong64"]
KERNELS = ["4.7", "4.8"]
DOCKER = """CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_SETFCAP
    CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE""".split()
ALL = """CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP
    CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER
    CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE
    CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL
    CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ
    CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE""".split()


def mentioned(templates):
    return sorted({cap for template in templates for rule in template["syscalls"] for which in ("includes", "excludes")
                   for cap in (rule.get(which) or {}).get("caps") or []})


def choice(chosen, everything):
    """"*", "a,b" or, if that is shorter, "!a,b" for all but those."""
    if len(chosen) == len(everything):
        return "*"
    without = [each for each in everything if each not in chosen]
    positive, negative = ",".join(each for each in everything if each in chosen), "!" + ",".join(without)
    return min(positive, negative, key=len)


def products(cases, sets):
    """A set of (arch, kernel, set) as lines of the form "ARCHES KERNELS SETS"."""
    arches_of = {}
    for arch, kernel, name in cases:
        arches_of.setdefault((kernel, name), set()).add(arch)
    kernels_of = {}
    for (kernel, name), arches in arches_of.items():
        kernels_of.setdefault((frozenset(arches), name), set()).add(kernel)
    names_of = {}
    for (arches, name), kernels in kernels_of.items():
        names_of.setdefault((arches, frozenset(kernels)), set()).add(name)
    return sorted(" ".join((choice(arches, ARCHES), choice(kernels, KERNELS), choice(names, list(sets))))
                  for (arches, kernels), names in names_of.items())


def print_changes(before, now, sets):
    """before, now: case -> name -> rules."""
    cases_of = {}
    for case, said in now.items():
        for name in {*said, *before[case]}:
            if said.get(name) != before[case].get(name):
                cases_of.setdefault((name, said.get(name, "nothing")), []).append(case)
    together = {}
    for (name, text), cases in sorted(cases_of.items()):
        for product in products(cases, sets):
            together.setdefault(f"  {product} : {text} : ", []).append(name)
    for prefix, names in sorted(together.items()):
        for part in textwrap.wrap(" ".join(names), max(118 - len(prefix), 40)):
            print(prefix + part)


def main():
    templates = {}
    for argument in sys.argv[1:]:
        version, path = argument.split("=", 1)
        templates[version] = json.load(open(path, encoding="utf-8"))
    sets = {"none": [], "docker": DOCKER, "all": ALL} | {cap: [cap] for cap in mentioned(templates.values())}
    print("# SPDX-License-Identifier: Apache-2.0\n# Made by make_fixture.py.")
    print("architectures", *ARCHES)
    print("kernels", *KERNELS)
    for name, caps in sets.items():
        print("set", name, *caps)
    cases = [(arch, kernel, name) for arch in ARCHES for kernel in KERNELS for name in sets]
    before = {case: {} for case in cases}
    for version, template in templates.items():
        now = {(arch, kernel, name): evaluate(template, arch, kernel, sets[name]) for arch, kernel, name in cases}
        print("version", version)
        print("default", action_text(template["defaultAction"], template.get("defaultErrno"),
                                     template.get("defaultErrnoRet")))
        for family in template["archMap"]:
            print("family", family["architecture"], *(family["subArchitectures"] or []))
        print_changes(before, now, sets)
        before = now


main()
