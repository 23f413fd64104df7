#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes down what an engine's seccomp template comes to in every case that it tells apart.

    make_fixture.py TEMPLATE.json "REPOSITORY TAG COMMIT PATH" >ENGINE-VERSION.txt

The cases are all architectures, the kernels around the one minKernel there is, and bounding sets: none, each
capability of the template alone, Docker's default, all. Only differences are written: of an architecture from the
base case (amd64, Linux 4.8, no capabilities), and of kernels and bounding sets from the same architecture in
the base case. README.md describes the lines.
"""

import json
import sys
import textwrap

sys.dont_write_bytecode = True
from evaluate import action_text, evaluate  # noqa: E402

ARCHES = ["amd64", "x86", "arm", "arm64", "mips64", "ppc64le", "s390x", "riscv64"]
KERNELS = ["4.8", "4.7"]
DOCKER = """CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_MKNOD CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_SETFCAP
    CAP_SETPCAP CAP_NET_BIND_SERVICE CAP_SYS_CHROOT CAP_KILL CAP_AUDIT_WRITE""".split()
ALL = """CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID CAP_SETPCAP
    CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW CAP_IPC_LOCK CAP_IPC_OWNER
    CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE
    CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL
    CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ
    CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE""".split()


def lines(said, before):
    """The names whose rules differ from `before`, those with equal rules together."""
    together = {}
    for name in sorted({*said, *before}):
        if said.get(name) != before.get(name):
            together.setdefault(said.get(name, "nothing"), []).append(name)
    out = []
    for text, names in sorted(together.items()):
        prefix = f"  {text} : "
        out += [prefix + part for part in textwrap.wrap(" ".join(names), max(110 - len(prefix), 20))]
    return out


def main():
    template = json.load(open(sys.argv[1], encoding="utf-8"))
    print("# SPDX-License-Identifier: Apache-2.0")
    print("# Made by make_fixture.py from", sys.argv[2])
    print("default", action_text(template["defaultAction"], template.get("defaultErrno"), template.get("defaultErrnoRet")))
    for family in template["archMap"]:
        print("family", family["architecture"], *(family["subArchitectures"] or []))
    print("set docker", *DOCKER)
    print("set all", *ALL)

    mentioned = {cap for rule in template["syscalls"] for filter_name in ("includes", "excludes")
                 for cap in (rule.get(filter_name) or {}).get("caps") or []}
    sets = {"none": [], "docker": DOCKER, "all": ALL} | {cap: [cap] for cap in sorted(mentioned)}
    plain = {arch: evaluate(template, arch, KERNELS[0], []) for arch in ARCHES}
    for arch in ARCHES:
        print("architecture", arch)
        for line in lines(plain[arch], {} if arch == ARCHES[0] else plain[ARCHES[0]]):
            print(line)
    old_kernel_matters = any((rule.get(filter_name) or {}).get("minKernel") for rule in template["syscalls"]
                             for filter_name in ("includes", "excludes"))
    for kernel in KERNELS:
        for name, caps in sets.items():
            if (kernel, name) == (KERNELS[0], "none") or (kernel != KERNELS[0] and name != "none"
                                                          and not old_kernel_matters):
                continue
            together = {}
            for arch in ARCHES:
                difference = lines(evaluate(template, arch, kernel, caps), plain[arch])
                together.setdefault("\n".join(difference), []).append(arch)
            for difference, arches in together.items():
                print("case", kernel, name, *arches)
                if difference:
                    print(difference)


main()
