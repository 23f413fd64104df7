#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""filter_report.py MEASURED.json TABLE.md PLOT.svg: what filter.sh measured, as the table of targets and figures, and as
a plot. Times are medians; differences are medians of differences within a round, in which things took turns."""
import json
import math
import sys
from html import escape
from statistics import median


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        measured = json.load(file)
    figures = Figures(measured)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(figures.table())
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        file.write(plot(figures))


def difference(one, other):
    return median(a - b for a, b in zip(one, other))


class Figures:
    def __init__(self, measured):
        self.measured = measured
        self.by_name = {each["name"]: each for each in measured["filters"]}
        self.floor = self.by_name["smallest possible"]
        versions = measured["versions"]
        self.names = {
            "scrim": "scrim",
            "libseccomp tree": f"libseccomp {versions['libseccomp']}'s tree",
            "libseccomp default": f"libseccomp {versions['libseccomp']}'s default",
            "crun": f"crun {versions['crun']}, read back",
            "runc": f"runc {versions['runc'].split('+')[0]}, read back",
        }

    # Figures of one contender; None where there is none.
    def length(self, name):
        return self.by_name[name]["length"]

    def bitmap(self, name, abi="SCMP_ARCH_X86_64"):
        return self.by_name[name]["abis"][abi]["bitmap"]

    def steps(self, name, what):
        return self.by_name[name]["abis"]["SCMP_ARCH_X86_64"][what]["mean"]

    def load_steps(self, name):
        return sum(abi["loadSteps"] for abi in self.by_name[name]["abis"].values())

    def microseconds(self, name, what):
        times = self.by_name[name][what]
        return median(times) / 1000 if times else None

    def above(self, name, what):
        return difference(self.by_name[name][what], self.floor[what])

    def share(self, name):
        if name not in self.measured["starts"]:
            return None
        starts = self.measured["starts"][name]
        return difference(starts["with"], starts["without"])

    def rows(self):
        """Label, unit, figure of a contender."""
        return [
            ("bitmap entries, x86_64", "", self.bitmap),
            ("bitmap entries, i386", "", lambda name: self.bitmap(name, "SCMP_ARCH_X86")),
            ("length", "instructions", self.length),
            ("executed, allowed (mean)", "instructions", lambda name: self.steps(name, "allowed")),
            ("executed, denied (mean)", "instructions", lambda name: self.steps(name, "denied")),
            ("executed, argument-checked (mean)", "instructions", lambda name: self.steps(name, "checked")),
            ("steps emulated at load", "", self.load_steps),
            ("build from a parsed profile", "µs", lambda name: self.microseconds(name, "build")),
            ("seccomp(2)", "µs", lambda name: self.microseconds(name, "installation")),
            ("a denied call, above the smallest filter", "ns", lambda name: self.above(name, "denied")),
            ("an argument-checked call, above the smallest filter", "ns", lambda name: self.above(name, "checked")),
            ("seccomp's share of `run` of a container", "ms", self.share),
        ]

    def targets(self):
        """Figure, target, measured, met."""
        own, tree, default = "scrim", "libseccomp tree", "libseccomp default"
        most = [self.by_name[own]["abis"][abi]["mostBitmap"] for abi in ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86")]
        held = [self.bitmap(own), self.bitmap(own, "SCMP_ARCH_X86")]
        yield ("bitmap entries", f"{most[0]} + {most[1]}, all that can be", f"{held[0]} + {held[1]}", held == most)

        def at_most(label, bound, figure, digits=2, unit=""):
            return (label, f"≤ {bound}{unit}", f"{figure:.{digits}f}{unit}", figure <= bound)

        def times(label, bound, figure):
            return (label, f"≥ {bound} ×", f"{figure:.{2 if figure < 10 else 1}f} ×", figure >= bound)

        yield at_most("length, of libseccomp's tree", 0.22, self.length(own) / self.length(tree), 3)
        for what, label, bounds in (("denied", "denied", (70, 2)), ("checked", "argument-checked", (45, 1.6))):
            for other, bound in zip((default, tree), bounds):
                yield times(
                    f"executed, {label}: fewer than libseccomp's {other.split()[1]}",
                    bound,
                    self.steps(other, what) / self.steps(own, what),
                )
        yield at_most("steps emulated at load, of libseccomp's tree", 0.70, self.load_steps(own) / self.load_steps(tree))
        fastest = min(self.microseconds(tree, "build"), self.microseconds(default, "build"))
        yield times("build, faster than libseccomp's faster one", 100, fastest / self.microseconds(own, "build"))
        for other, bound in ((default, 10), (tree, 2.5)):
            yield times(
                f"seccomp(2), faster than with libseccomp's {other.split()[1]}",
                bound,
                self.microseconds(other, "installation") / self.microseconds(own, "installation"),
            )
        for what, label in (("denied", "a denied call"), ("checked", "an argument-checked call")):
            yield at_most(f"{label} above the smallest filter", 3, self.above(own, what), 1, " ns")
        yield times("seccomp's share of `run`, below crun's", 30, self.share("crun") / max(self.share(own), 1e-6))

    def table(self):
        lines = [
            f"{self.measured['machine']}; crun {self.measured['versions']['crun']}, runc {self.measured['versions']['runc']}, "
            f"libseccomp {self.measured['versions']['libseccomp']}; Docker's default profile as dockerd 20.10 resolved it.",
            "",
            "| figure | target | measured | |",
            "|---|---|---|---|",
        ]
        lines += [f"| {label} | {target} | {value} | {'met' if met else 'missed'} |" for label, target, value, met in self.targets()]
        lines += ["", "| | " + " | ".join(self.names.values()) + " |", "|---" * (len(self.names) + 1) + "|"]
        for label, unit, figure in self.rows():
            cells = [shown(figure(name), unit) for name in self.names]
            lines.append(f"| {label}{', ' + unit if unit else ''} | " + " | ".join(cells) + " |")
        smallest = median(self.floor["denied"]), median(self.floor["checked"])
        bare = median(self.by_name["no filter"]["checked"])
        lines += [
            "",
            f"The smallest filter: a denied call takes {smallest[0]:.0f} ns (`ret ERRNO`), an argument-checked one "
            f"{smallest[1]:.0f} ns (`ld args[0]; ret ALLOW`), {bare:.0f} ns without any filter.",
            "",
        ]
        differences = [(self.names[name], self.by_name[name]["difference"].split(": ", 1)) for name in self.names]
        if any(len(text) > 1 for _, text in differences):
            lines.append("First difference from what the profile means, where there is one:")
            lines.append("")
            for said in dict.fromkeys(text[1] for _, text in differences if len(text) > 1):
                lines.append(f"- {'; '.join(name for name, text in differences if text[-1] == said)}: {said}")
            lines.append("")
        return "\n".join(lines)


def shown(value, unit):
    if value is None:
        return "–"
    if isinstance(value, int) or unit == "µs" and value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if unit != "ms" else f"{value:.2f}"


def plot(figures):
    """Bars in groups, how many times scrim's, on a logarithmic axis."""
    colours = {
        "scrim": "#1a7f5a",
        "libseccomp tree": "#4c78a8",
        "libseccomp default": "#9ecae9",
        "crun": "#f58518",
        "runc": "#b279a2",
    }
    # What is 0 or less cannot be drawn on such an axis.
    least = {"ns": 1, "ms": 0.05}
    groups = []
    for label, unit, figure in figures.rows():
        if label.startswith("bitmap"):
            continue
        values = {name: figure(name) for name in figures.names}
        groups.append((label.replace("`", ""), unit, {name: value for name, value in values.items() if value is not None}))
    left, width, bar, gap, top = 330, 560, 11, 14, 64
    largest = 1.0
    for _, unit, values in groups:
        own = max(values["scrim"], least.get(unit, 0))
        largest = max([largest] + [max(value, least.get(unit, 0)) / own for value in values.values()])
    scale = width / (math.log10(largest) + 0.5)
    origin = left + 0.2 * scale
    height = top + sum(len(values) * bar + gap for _, _, values in groups) + 40
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{left + width + 90}" height="{height}" fill="white"/>',
        '<text x="10" y="20" font-size="14" font-weight="bold">Filters of Docker\'s default profile: times scrim\'s, less is better</text>',
    ]
    x = 10
    for name, colour in colours.items():
        out.append(f'<rect x="{x}" y="32" width="10" height="10" fill="{colour}"/><text x="{x + 14}" y="41">{escape(figures.names[name])}</text>')
        x += 30 + 6.2 * len(figures.names[name])
    for decade in range(math.floor(math.log10(largest)) + 1):
        at = origin + decade * scale
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 8}" y2="{height - 30}" stroke="#ddd"/>')
        out.append(f'<text x="{at:.1f}" y="{height - 14}" text-anchor="middle">{10 ** decade} ×</text>')
    y = top
    for label, unit, values in groups:
        middle = y + len(values) * bar / 2 + 4
        out.append(f'<text x="{left - 10}" y="{middle:.1f}" text-anchor="end">{escape(label)}</text>')
        own = max(values["scrim"], least.get(unit, 0))
        for name, value in values.items():
            ratio = max(value, least.get(unit, 0)) / own
            end = max(origin + math.log10(ratio) * scale, left + 2)
            out.append(f'<rect x="{left}" y="{y}" width="{end - left:.1f}" height="{bar - 2}" fill="{colours[name]}"/>')
            out.append(f'<text x="{end + 4:.1f}" y="{y + bar - 3}" font-size="9">{escape(shown(value, unit))} {escape(unit if unit != "instructions" else "")}</text>')
            y += bar
        y += gap
    out.append("</svg>")
    return "\n".join(out) + "\n"


main()
