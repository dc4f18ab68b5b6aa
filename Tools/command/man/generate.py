#!/usr/bin/env python3
"""Writes docs/man/peerid.1 from peerid.1.in and from what the command says of itself.

    generate.py PROGRAM [--check]

With --check nothing is written; the exit status says whether the file is current.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs/man/peerid.1"


def escape(text):
    """Write text so that troff shows it as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def code(text):
    """Write text in which `backticks` mark what is typed."""
    parts = escape(text).split("`")
    return "".join(part if index % 2 == 0 else f"\\fB{part}\\fP" for index, part in enumerate(parts))


def is_shown(argument):
    names = {name["name"] for name in argument.get("names", [])}
    return argument["shouldDisplay"] and not names & {"help", "version"}


def spelled(argument):
    """The argument as it is typed."""
    if argument["kind"] == "positional":
        text = f"\\fI{escape(argument['valueName'].upper())}\\fP"
        return text + (" ..." if argument["isRepeating"] else "")
    names = ", ".join(
        "\\fB" + escape(("-" if name["kind"] == "short" else "--") + name["name"]) + "\\fP"
        for name in sorted(argument["names"], key=lambda name: name["kind"] != "short")
    )
    return names + (f" \\fI{escape(argument['valueName'].upper())}\\fP" if argument["kind"] == "option" else "")


def entry(argument):
    text = [argument.get("abstract", ""), argument.get("discussion", "")]
    return f".TP\n{spelled(argument)}\n" + "\n".join(code(part) for part in text if part)


def commands(page, shared):
    for command in page["subcommands"]:
        if command["commandName"] == "help":
            continue
        arguments = [argument for argument in command["arguments"] if is_shown(argument)]
        own = [argument for argument in arguments if spelled(argument) not in shared]
        line = " ".join(
            spelled(argument) if not argument["isOptional"] else f"[{spelled(argument)}]"
            for argument in own
            if argument["kind"] == "positional"
        )
        options = " [\\fIOPTIONS\\fP]" if any(argument["kind"] != "positional" for argument in own) else ""
        yield f".SS peerid {command['commandName']}{options} {line}".rstrip()
        yield code(command["abstract"])
        for paragraph in filter(None, command.get("discussion", "").split("\n\n")):
            yield f".PP\n{code(paragraph)}"
        for argument in own:
            if argument["kind"] != "positional" or argument.get("abstract"):
                yield entry(argument)


def main():
    program, *rest = sys.argv[1:]
    help_text = subprocess.run([program, "--experimental-dump-help"], capture_output=True, check=True).stdout
    version = subprocess.run([program, "--version"], capture_output=True, check=True, text=True).stdout.strip()
    page = json.loads(help_text)["command"]
    common = [argument for argument in page["arguments"] if is_shown(argument)]
    values = {
        "@VERSION@": version,
        "@SYNOPSIS@": ".B peerid\n.I COMMAND\n.RI [ OPTIONS ]",
        "@OPTIONS@": "\n".join(entry(argument) for argument in common),
        "@COMMANDS@": "\n".join(commands(page, {spelled(argument) for argument in common})),
    }
    text = (HERE / "peerid.1.in").read_text()
    for name, value in values.items():
        text = text.replace(name, value)
    text = (
        ".\\\" Written by Tools/command/man/generate.py from peerid.1.in and the command's help. Do not edit.\n" + text
    )
    if rest == ["--check"]:
        if PAGE.read_text() != text:
            sys.exit("peerid.1 is not current: run Tools/command/man/generate.py build/bin/peerid")
    else:
        PAGE.write_text(text)


if __name__ == "__main__":
    main()
