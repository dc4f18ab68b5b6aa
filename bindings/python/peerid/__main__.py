"""Information about this installation: `python -m peerid --help`."""

from __future__ import annotations

import argparse
import difflib
import json
import sys
from collections.abc import Sequence
from typing import Any

from . import (
    __version__,
    _doctor,
    describe_operation,
    library_version,
    operation_id,
    operation_names,
)
from ._library import path
from .options import options


def _print(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def _version(arguments: argparse.Namespace) -> int:
    if arguments.json:
        versions = {"package": __version__, "library": library_version(), "path": path}
        _print(versions)
    else:
        print(f"peerid {__version__}, libpeerid {library_version()} ({path})")
    return 0


def _options(arguments: argparse.Namespace) -> int:
    found = options()
    if arguments.name:
        names = [option.name for option in found]
        if arguments.name not in names:
            return _unknown("option", arguments.name, names)
        found = [option for option in found if option.name == arguments.name]
    if arguments.json:
        _print([option._asdict() for option in found])
        return 0
    for option in found:
        default = option.default or "empty"
        print(f"{option.name}: {option.accepts}; default {default}")
        print(f"    {option.help}")
    return 0


def _operations(arguments: argparse.Namespace) -> int:
    names = list(operation_names())
    if arguments.name:
        if arguments.name not in names:
            return _unknown("operation", arguments.name, names)
        description = describe_operation(arguments.name)
        indent = None if arguments.json else 2
        print(json.dumps(description, ensure_ascii=False, indent=indent))
        return 0
    if arguments.json:
        _print([{"name": name, "id": operation_id(name)} for name in names])
        return 0
    for name in names:
        print(f"{operation_id(name):>3}  {name}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    report = _doctor.report(arguments.base_url, arguments.client_id, arguments.option)
    if arguments.json:
        _print(report)
    else:
        for name, value in report.items():
            print(f"{name.replace('_', ' ')}: {_doctor.text(value)}")
    failed: bool = report["server"].get("answers") is False
    return 1 if failed else 0


def _unknown(kind: str, name: str, names: Sequence[str]) -> int:
    nearest = difflib.get_close_matches(name, names, 1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    print(f"there is no {kind} {name}{hint}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m peerid",
        description="Show information about this installation of peerid.",
    )
    parser.add_argument("--version", action="store_true", help="the same as `version`")
    commands = parser.add_subparsers(metavar="COMMAND")

    def add(name: str, run: Any, about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(run=run)
        return command

    add("version", _version, "Print the versions of the package and the library.")
    command = add("options", _options, "List the options of a client.")
    command.add_argument("name", nargs="?", help="one option")
    command = add("operations", _operations, "List the operations of the chain.")
    command.add_argument(
        "name", nargs="?", help="one operation, with its fields and rules"
    )
    command = add(
        "doctor",
        _check,
        "Show which library and certificates are used, and whether a server "
        "answers. The exit status is 1 if it does not.",
    )
    command.add_argument(
        "--base-url", help="the server to contact, if any; also PEERID_BASE_URL"
    )
    command.add_argument("--client-id", default="1", help="the application's id")
    command.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the client, such as ca_file=PATH; may be repeated",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, and return the exit status."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.version:
        parsed.json = False
        return _version(parsed)
    if not hasattr(parsed, "run"):
        parser.print_help()
        return 2
    status: int = parsed.run(parsed)
    return status


if __name__ == "__main__":
    sys.exit(main())
