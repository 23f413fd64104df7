# SPDX-License-Identifier: Apache-2.0
"""order.py MAP OFFSETS: a linker script that puts the sections of code in which the offsets lie, in their order, before
all others. MAP is what ld -Map wrote of the same program; OFFSETS come from record.c, a line each."""
import bisect
import re
import sys

SECTION = re.compile(r"^ (\.text\S*)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+))?$")
CONTINUED = re.compile(r"^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)\s+(\S+)$")
MEMBER = re.compile(r"^(?:.*/)?([^/]+\.a)\((.*)\)$")


def sections(lines):
    """(begin, end, name, file) of every piece of code that is in the program, by address."""
    found, name, is_code = [], None, False
    for line in lines:
        if line.startswith("."):
            is_code = line.startswith(".text")
        if not is_code:
            continue
        section, continued = SECTION.match(line), CONTINUED.match(line)
        if section and section[2]:
            begin, size, file = int(section[2], 16), int(section[3], 16), section[4]
            found.append((begin, begin + size, section[1], file))
        elif section:  # a long name has a line of its own
            name = section[1]
            continue
        elif continued and name:
            begin, size = int(continued[1], 16), int(continued[2], 16)
            found.append((begin, begin + size, name, continued[3]))
        name = None
    return sorted(one for one in found if one[0] < one[1])


def pattern(name, file):
    member = MEMBER.match(file)
    place = f"*{member[1]}:{member[2]}" if member else "*" + file.rsplit("/", 1)[-1]
    return f"{place}({name})"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        code = sections(file.read().splitlines())
    begins = [one[0] for one in code]
    ordered = {}  # as a set that keeps its order
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            at = int(line, 16)
            which = bisect.bisect_right(begins, at) - 1
            if which >= 0 and at < code[which][1]:
                ordered[which] = None
    size = sum(code[which][1] - code[which][0] for which in ordered)
    print("/* SPDX-License-Identifier: Apache-2.0 */")
    print(f"/* Made by launcher/start_order/make.sh: {len(ordered)} sections of {len(code)}, {size} bytes. */")
    print("SECTIONS\n{\n  .text.start :\n  {")
    for which in ordered:
        print("    " + pattern(code[which][2], code[which][3]))
    print("  }\n}\nINSERT BEFORE .text;")


main()
