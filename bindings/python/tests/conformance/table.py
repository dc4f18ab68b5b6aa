"""Reads the cases, and refuses whatever the format does not know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .failure import CaseFailure

FOLDER = Path(__file__).resolve().parents[4] / "Tests/Conformance"
FORMAT: dict[str, Any] = json.loads((FOLDER / "format.json").read_text("utf-8"))


@dataclass(frozen=True)
class Case:
    """A case and the file that it stands in."""

    file: str
    content: Any

    @property
    def name(self) -> str:
        return str(self.content["name"])


def read_cases() -> list[Case]:
    """Read all cases, in the order of the files."""
    cases: list[Case] = []
    for path in sorted((FOLDER / "cases").glob("*.json")):
        file = json.loads(path.read_text("utf-8"))
        check_members(file, FORMAT["file"], path.name)
        cases += [Case(path.name, content) for content in file["cases"]]
    return cases


def read_broken() -> list[tuple[Case, list[str]]]:
    """Read the cases that must fail, each with what the failure must say."""
    file = json.loads((FOLDER / "broken.json").read_text("utf-8"))
    check_members(file, FORMAT["file"], "broken.json")
    return [
        (Case("broken.json", entry["case"]), entry["says"]) for entry in file["cases"]
    ]


def check_members(value: Any, known: Mapping[str, str], what: str) -> None:
    """Refuse an object with a member that is not known, or without a required one."""
    if not isinstance(value, dict):
        raise CaseFailure(f"{what} must be an object")
    for name in value:
        if name not in known:
            raise CaseFailure(f"{what} has the unknown member '{name}'")
    for name, presence in known.items():
        if presence == "required" and name not in value:
            raise CaseFailure(f"{what} lacks '{name}'")


def kind_of_step(step: Any) -> str:
    """Tell what kind of step it is, after checking its members."""
    kinds: dict[str, Any] = FORMAT["steps"]
    found = [kind for kind in kinds if isinstance(step, dict) and kind in step]
    if len(found) != 1:
        raise CaseFailure("a step must be exactly one of " + ", ".join(kinds))
    check_members(step, kinds[found[0]], "the step")
    return found[0]


def check_call(step: dict[str, Any]) -> Any:
    """Give what the format says about the call of a step, after checking the step."""
    name = step["call"]
    if name not in FORMAT["calls"]:
        raise CaseFailure(f"there is no call '{name}'")
    call = FORMAT["calls"][name]
    check_members(step.get("with", {}), call.get("arguments", {}), f"'{name}'")
    if "expect" in step and "error" in step:
        raise CaseFailure("a call has either 'expect' or 'error'")
    if "error" in step:
        check_members(step["error"], FORMAT["error"], "'error'")
    if "on" in step and "on" not in call:
        raise CaseFailure(f"'{name}' is called on nothing")
    if "as" in step and "makes" not in call:
        raise CaseFailure(f"'{name}' makes nothing that could have a name")
    if "at_once" in step and ("makes" in call or "save" in step):
        raise CaseFailure("what runs at once can make and save nothing")
    return call
