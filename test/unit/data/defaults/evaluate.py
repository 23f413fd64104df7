# SPDX-License-Identifier: Apache-2.0
"""What a seccomp template comes to on one machine, by the rules of moby's setupSeccomp.

Written from the algorithm (moby profiles/seccomp/seccomp_linux.go, containers-common pkg/seccomp/seccomp_linux.go)
and sharing nothing with the C++ that it is there to check.
"""

import errno

OPERATORS = {
    "SCMP_CMP_NE": "!=",
    "SCMP_CMP_LT": "<",
    "SCMP_CMP_LE": "<=",
    "SCMP_CMP_EQ": "==",
    "SCMP_CMP_GE": ">=",
    "SCMP_CMP_GT": ">",
}


def kernel_at_least(kernel, wanted):
    return [int(n) for n in kernel.split(".")] >= [int(n) for n in wanted.split(".")]


def applies(rule, arch, kernel, caps):
    """caps: the bounding set, as a collection of CAP_ names."""
    excludes = rule.get("excludes") or {}
    includes = rule.get("includes") or {}
    if arch in (excludes.get("arches") or []):
        return False
    if any(cap in caps for cap in excludes.get("caps") or []):
        return False
    if excludes.get("minKernel") and kernel_at_least(kernel, excludes["minKernel"]):
        return False
    if includes.get("arches") and arch not in includes["arches"]:
        return False
    if not all(cap in caps for cap in includes.get("caps") or []):
        return False
    if includes.get("minKernel") and not kernel_at_least(kernel, includes["minKernel"]):
        return False
    return True


def action_text(action, errno_name, errno_ret):
    """What a rule does, as "allow", "errno" or "errno=38": the name of the error, where there is one, comes before its number."""
    text = action.removeprefix("SCMP_ACT_").lower()
    number = getattr(errno, errno_name) if errno_name else errno_ret
    return text if number is None else f"{text}={number}"


def condition_text(arg):
    index, operator, value = arg["index"], arg["op"], arg["value"]
    if operator == "SCMP_CMP_MASKED_EQ":
        return f"(arg{index} & {value:#x}) == {arg.get('valueTwo') or 0:#x}"
    return f"arg{index} {OPERATORS[operator]} {value:#x}"


def evaluate(template, arch, kernel, caps):
    """name -> all that is said of it, as one line: "allow", "allow arg0 == 0x0; allow arg0 == 0x8".

    Saying a thing twice is saying it once. Where a name has different actions the order may matter and is kept.
    """
    said = {}
    for rule in template["syscalls"]:
        if not applies(rule, arch, kernel, caps):
            continue
        text = action_text(rule["action"], rule.get("errno"), rule.get("errnoRet"))
        if rule.get("args"):
            text += " " + " && ".join(condition_text(arg) for arg in rule["args"])
        for name in rule.get("names") or [rule["name"]]:
            texts = said.setdefault(name, [])
            if text not in texts:
                texts.append(text)
    for texts in said.values():
        if len({text.split(" ")[0] for text in texts}) == 1:
            texts.sort()
    return {name: "; ".join(texts) for name, texts in said.items()}
