#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the man page and the completions of bash, zsh and fish: documents.py PROGRAM DIRECTORY.

All of them come from what PROGRAM says of itself with --help-json, the source of its --help (launcher/options/options.h).
"""
import json
import os
import pathlib
import subprocess
import sys
import time


def ask(program, words):
    """What a command says of itself, and the commands below it."""
    said = json.loads(subprocess.run([program, *words, "--help-json"], check=True, stdout=subprocess.PIPE).stdout)
    said["words"] = words
    said["below"] = [ask(program, [*words, command["name"]]) for command in said["commands"]]
    return said


def walk(command):
    yield command
    for below in command["below"]:
        yield from walk(below)


def options(command):
    return [option for option in command["options"] if option["names"]]


# --- man page (man(7), in groff's and mandoc's common part of it)

def roff(text):
    """Text of a paragraph: nothing in it is a request or an escape."""
    escaped = text.replace("\\", "\\(rs").replace("-", "\\-").replace("`", "\\(ga").replace("'", "\\(aq")
    escaped = escaped.replace("…", "...").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in escaped.splitlines())


def man_option(option):
    if not option["names"]:
        tag = f"\\fI{roff(option['value'])}\\fR"
    else:
        value = "|".join(option.get("choices", [])) or option.get("value", "")
        tag = ", ".join(f"\\fB{roff(name)}\\fR" for name in option["names"])
        tag += f" \\fI{roff(value)}\\fR" if value else ""
    return f".TP\n{tag}\n{roff(option['help'])}\n"


def man(root, version):
    # The day of the source, so that the same source makes the same page.
    day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))))
    page = [f".TH SCRIM 8 {day} \"scrim {roff(version)}\" \"\"\n.SH NAME\n"
            "scrim \\- OCI container runtime whose heart is seccomp\n"
            f".SH SYNOPSIS\n.B scrim\n{roff(root['usage'].removeprefix('scrim '))}\n"
            f".SH DESCRIPTION\n{roff(root['description'])}\n"
            "It takes what somebody asked for (RuntimeDefault, Localhost, Unconfined, privileged) and makes the kernel\n"
            "enforce exactly that, as the last thing before the program of a container runs.\n"
            ".SH GLOBAL OPTIONS\nThey stand before the command.\n"]
    page += map(man_option, options(root))
    page.append(".SH COMMANDS\nEach has\n.BR \\-\\-help .\n")
    for command in list(walk(root))[1:]:
        page.append(f".SS {roff(command['name'].removeprefix('scrim '))}\n{roff(command['description'])}\n"
                    f".PP\n{roff(command['usage'])}\n")
        own = [option for option in command["options"] if "--help" not in option["names"]]
        page += map(man_option, sorted(own, key=lambda option: bool(option["names"])))
        page += [f".TP\n\\fB{roff(row['name'])}\\fR\n{roff(row['summary'])}\n" for row in command["commands"]]
        page += [f".PP\n{roff(command['footer'])}\n"] if command["footer"] else []
    page.append(".SH FILES\n"
                ".TP\n.I /etc/scrim/config.json\nwhich profile applies, and who carries containers out\n"
                ".TP\n.I /run/scrim\nthe state of containers\n"
                ".SH EXIT STATUS\n1 and a message if a command fails, 255 for\n.BR exec .\n"
                "The commands\n.B run\nand\n.B exec\nend as the process of the container does,\n"
                ".B launch\nas\n.BR env (1)\nand\n.BR timeout (1)\ndo.\n"
                ".SH SEE ALSO\n.BR seccomp (2),\n.BR runc (8),\n.BR crun (1)\n")
    return "".join(page)


# --- completions

CONTAINER = "container-id"  # the positional that names a container


def names_container(command):
    return any(option.get("value") == CONTAINER for option in command["options"]) or " CONTAINER" in command["usage"]


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def flags(command):
    return [option for option in options(command) if "value" not in option]


def valued(command):
    return [option for option in options(command) if "value" in option]


def all_names(some):
    return [name for option in some for name in option["names"]]


def bash(root):
    """Finds the command that the words so far lead to, passing over options and their values."""
    lines = ["# bash completion for scrim, written by packaging/documents.py", "_scrim()", "{",
             "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} path= word i",
             "    local commands options valued choices containers=", "    COMPREPLY=()",
             "    for ((i = 1; ; i++)); do", "        commands= options= valued= containers=", "        case $path in"]
    for command in walk(root):
        lines.append(f"            {quoted(' '.join(command['words']))})")
        lines.append(f"                commands={quoted(' '.join(row['name'] for row in command['commands']))}")
        lines.append(f"                options={quoted(' '.join(all_names(options(command))))}")
        lines.append(f"                valued={quoted(' ' + ' '.join(all_names(valued(command))) + ' ')}")
        if names_container(command):
            lines.append("                containers=1")
        lines.append("                ;;")
    lines += ["        esac", "        ((i < COMP_CWORD)) || break", "        word=${COMP_WORDS[i]}",
              "        if [[ $valued == *\" $word \"* ]]; then",
              "            ((++i < COMP_CWORD)) || break",
              "        elif [[ $word != -* && \" $commands \" == *\" $word \"* ]]; then",
              "            path=\"${path:+$path }$word\"",
              "        elif [[ $word != -* && -z $commands ]]; then", "            containers=", "            break",
              "        fi", "    done",
              "    choices=", "    case \"$path:$previous\" in"]
    for command in walk(root):
        for option in valued(command):
            if "choices" in option:
                patterns = "|".join(quoted(f"{' '.join(command['words'])}:{name}") for name in option["names"])
                lines.append(f"        {patterns}) choices={quoted(' '.join(option['choices']))} ;;")
    lines += ["    esac",
              "    if [[ -n $choices ]]; then", "        COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))",
              "    elif [[ $valued == *\" $previous \"* ]]; then", "        COMPREPLY=($(compgen -f -- \"$current\"))",
              "    elif [[ $current == -* ]]; then", "        COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))",
              "    elif [[ -n $commands ]]; then", "        COMPREPLY=($(compgen -W \"$commands\" -- \"$current\"))",
              "    elif [[ -n $containers ]]; then",
              "        COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" list --quiet 2>/dev/null)\" -- \"$current\"))",
              "    else", "        COMPREPLY=($(compgen -f -- \"$current\"))", "    fi", "}",
              "complete -o filenames -F _scrim scrim", ""]
    return "\n".join(lines)


def zsh_option(option):
    """For _arguments: {-b,--bundle}'[help]:DIR:_files'."""
    names = option["names"]
    names = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
    text = option["help"].translate({ord(c): f"\\{c}" for c in "[]:"})
    value = ""
    if "value" in option:
        choices = "(" + " ".join(option["choices"]) + ")" if "choices" in option else "_files"
        value = f":{option['value'].translate({ord(':'): None})}:{choices}"
    return f"{names}{quoted(f'[{text}]{value}')}"


def zsh(root):
    lines = ["#compdef scrim", "# zsh completion for scrim, written by packaging/documents.py", ""]
    for command in reversed(list(walk(root))):
        function = "_" + "_".join(["scrim", *command["words"]])
        lines += [f"{function}() {{", "  local context state state_descr line", "  typeset -A opt_args"]
        arguments = [zsh_option(option) for option in options(command)]
        if command["commands"]:
            arguments += ["'1:command:->command'", "'*::argument:->argument'"]
        elif names_container(command):
            arguments += ["'1:container:($(scrim list --quiet 2>/dev/null))'", "'*:argument:_files'"]
        else:
            arguments += ["'*:argument:_files'"]
        lines.append("  _arguments -s " + ("-C " if command["commands"] else "") + " \\\n    ".join(arguments))
        if command["commands"]:
            rows = " ".join(quoted(f"{row['name']}:{row['summary']}") for row in command["commands"])
            lines += ["  case $state in", "    command)", f"      local -a commands=({rows})",
                      "      _describe command commands", "      ;;", "    argument)", "      case $line[1] in"]
            lines += [f"        {row['name']}) {function}_{row['name']} ;;" for row in command["commands"]]
            lines += ["      esac", "      ;;", "  esac"]
        lines += ["}", ""]
    lines += ["_scrim \"$@\"", ""]
    return "\n".join(lines)


def fish(root):
    """One line for each option and command, each under the condition that its command has been typed."""
    lines = ["# fish completion for scrim, written by packaging/documents.py", "complete -c scrim -f"]
    for command in walk(root):
        seen = [f"__fish_seen_subcommand_from {word}" for word in command["words"]]
        names = " ".join(row["name"] for row in command["commands"])
        without = [f"not __fish_seen_subcommand_from {names}"] if names else []
        condition = quoted("; and ".join([*seen, *without]))
        for row in command["commands"]:
            lines.append(f"complete -c scrim -n {condition} -a {row['name']} -d {quoted(row['summary'])}")
        for option in options(command):
            words = " ".join(f"-s {name[1:]}" if not name.startswith("--") else f"-l {name[2:]}"
                             for name in option["names"])
            value = ""
            if "value" in option:
                value = f" -x -a {quoted(' '.join(option['choices']))}" if "choices" in option else " -r -F"
            lines.append(f"complete -c scrim -n {condition} {words}{value} -d {quoted(option['help'])}")
        if names_container(command):
            lines.append(f"complete -c scrim -n {condition} -a '(scrim list --quiet 2>/dev/null)' -d container")
        elif not command["commands"]:
            lines.append(f"complete -c scrim -n {condition} -F")
    return "\n".join(lines) + "\n"


def main(program, directory):
    root = ask(program, [])
    version = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[2]
    target = pathlib.Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in (("scrim.8", man(root, version)), ("scrim.bash", bash(root)), ("_scrim", zsh(root)),
                       ("scrim.fish", fish(root))):
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
