"""Expands abbreviations in a case: `${name}`, `$number`, `$repeat` and `$copies`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .failure import CaseFailure


def expand(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(
            r"\$\{(.*?)\}", lambda found: _look_up(found[1], variables), value
        )
    if isinstance(value, list):
        return [expand(item, variables) for item in value]
    if isinstance(value, dict):
        if "$number" in value:
            return _number(value, variables)
        if "$repeat" in value:
            text, count = _operands(value, "$repeat", "a text", str)
            return str(expand(text, variables)) * count
        if "$copies" in value:
            item, count = _operands(value, "$copies", "a value", object)
            return [expand(item, variables)] * count
        return {key: expand(item, variables) for key, item in value.items()}
    return value


def _number(value: dict[str, Any], variables: Mapping[str, str]) -> int:
    if len(value) != 1 or not isinstance(value["$number"], str):
        raise CaseFailure("$number takes a text")
    return int(expand(value["$number"], variables))


def _look_up(name: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise CaseFailure(f"nothing was saved as '{name}'")
    return variables[name]


def _operands(
    value: dict[str, Any], operator: str, what: str, kind: type
) -> tuple[Any, int]:
    operands = value[operator]
    if len(value) == 1 and isinstance(operands, list) and len(operands) == 2:
        item, count = operands
        if isinstance(item, kind) and type(count) is int:
            return item, count
    raise CaseFailure(f"{operator} takes {what} and a count")
