"""Reads the cases, and refuses unknown members."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failure import CaseFailure
from .matching import KINDS

FOLDER = Path(__file__).resolve().parents[4] / "Tests/Conformance"
FORMAT: dict[str, Any] = json.loads((FOLDER / "format.json").read_text("utf-8"))


@dataclass(frozen=True)
class Case:
    """A case and its file."""

    file: str
    content: Any

    @property
    def name(self) -> str:
        return str(self.content["name"])

    def is_for(self, mode: str) -> bool:
        """Whether the case runs in a mode."""
        only: str = self.content.get("only", mode)
        return only == mode


def read_cases() -> list[Case]:
    """Read all cases, ordered by file."""
    return [
        Case(path.name, content)
        for path in sorted((FOLDER / "cases").glob("*.json"))
        for content in _read(path)
        if _is_chosen(content)
    ]


def read_broken() -> list[tuple[Case, list[str]]]:
    """Read the cases that must fail, each with a part of the expected message."""
    return [
        (Case("broken.json", entry["case"]), entry["says"])
        for entry in _read(FOLDER / "broken.json")
        if _is_chosen(entry["case"])
    ]


def _read(path: Path) -> list[Any]:
    file = json.loads(path.read_text("utf-8"))
    check_members(file, FORMAT["file"], path.name)
    cases: list[Any] = file["cases"]
    return cases


def _is_chosen(content: Any) -> bool:
    """Whether a case is selected: PEERID_CASE contains a part of its name."""
    return os.environ.get("PEERID_CASE", "") in content["name"]


def check_members(value: Any, known: Mapping[str, str], what: str) -> None:
    """Refuse an object with members other than those that are known, with their kinds.

    A kind is `string`, `object|null` or `any`, with `?` behind it if the member may be
    left out.
    """
    if not isinstance(value, dict):
        raise CaseFailure(f"{what} must be an object")
    for name, member in value.items():
        if name not in known:
            raise CaseFailure(f"{what} has the unknown member '{name}'")
        kinds = known[name].rstrip("?").split("|")
        if kinds != ["any"] and not any(type(member) is KINDS[kind] for kind in kinds):
            raise CaseFailure(f"{what} takes {known[name]} as '{name}'")
    for name, kind in known.items():
        if not kind.endswith("?") and name not in value:
            raise CaseFailure(f"{what} lacks '{name}'")


def check_case(content: Any) -> None:
    """Refuse a case with unknown members, or for an unknown mode."""
    check_members(content, FORMAT["case"], "the case")
    if "only" in content and content["only"] not in FORMAT["modes"]:
        raise CaseFailure(f"there is no mode '{content['only']}'")


def kind_of_step(step: Any) -> str:
    """Check the members of a step and return its kind."""
    kinds: dict[str, Any] = FORMAT["steps"]
    found = [kind for kind in kinds if isinstance(step, dict) and kind in step]
    if len(found) != 1:
        raise CaseFailure("a step must be exactly one of " + ", ".join(kinds))
    check_members(step, kinds[found[0]], "the step")
    return found[0]


def check_call(step: dict[str, Any]) -> dict[str, Any]:
    """Check a step and return the format's description of its call."""
    name = step["call"]
    if name not in FORMAT["calls"]:
        raise CaseFailure(f"there is no call '{name}'")
    call: dict[str, Any] = FORMAT["calls"][name]
    if "expect" in step and "error" in step:
        raise CaseFailure("a call has either 'expect' or 'error'")
    if "error" in step:
        check_members(step["error"], FORMAT["error"], "'error'")
    if "on" in step and "on" not in call:
        raise CaseFailure(f"'{name}' is called on nothing")
    if "as" in step and "makes" not in call:
        raise CaseFailure(f"'{name}' makes nothing that could have a name")
    if "without" in step and step["without"] not in FORMAT["shortages"]:
        raise CaseFailure(f"there is no shortage of '{step['without']}'")
    if "succeed" in step:
        is_part = 0 < step["succeed"] < step.get("at_once", 0)
        if not is_part or "error" not in step:
            raise CaseFailure(
                "succeed says how many of those at once do not end with the error"
            )
    if "at_once" in step:
        if step["at_once"] < 2:
            raise CaseFailure("at_once takes at least 2")
        if "makes" in call or "save" in step:
            raise CaseFailure("what runs at once can make and save nothing")
        if "cancel_when_arrived" in step:
            raise CaseFailure("calls are made either at once or cancelled")
    return call


def check_arguments(name: str, call: Mapping[str, Any], arguments: Any) -> None:
    """Refuse unknown arguments of a call."""
    check_members(arguments, call.get("arguments", {}), f"'{name}'")
    for value in arguments.get("options", {}).values():
        if not isinstance(value, str):
            raise CaseFailure("option values are strings")
