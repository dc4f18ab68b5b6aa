"""Compares results with the expectations of a case."""

from __future__ import annotations

import json
import re
from typing import Any, Callable

from .failure import CaseFailure

#: The kinds of JSON values, and their Python types.
KINDS: dict[str, type] = {
    "string": str,
    "integer": int,
    "real": float,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def match(expected: Any, actual: Any, place: str) -> None:
    """Raise a failure with the first position where a value differs."""
    if isinstance(expected, dict) and any(key.startswith("$") for key in expected):
        _match_by_operator(expected, actual, place)
    elif isinstance(expected, dict):
        if not isinstance(actual, dict):
            raise mismatch(expected, actual, place)
        for key, value in expected.items():
            if key not in actual:
                raise CaseFailure(
                    f"{place}.{key}: expected {_show(value)}, got nothing"
                )
            match(value, actual[key], f"{place}.{key}")
    elif isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            raise mismatch(expected, actual, place)
        for index, value in enumerate(expected):
            match(value, actual[index], f"{place}[{index}]")
    elif type(expected) is not type(actual) or expected != actual:
        raise mismatch(expected, actual, place)


def mismatch(expected: Any, actual: Any, place: str) -> CaseFailure:
    return CaseFailure(f"{place}: expected {_show(expected)}, got {_show(actual)}")


def _match_by_operator(expected: dict[str, Any], actual: Any, place: str) -> None:
    name, operand = next(iter(expected.items()))
    if len(expected) != 1 or name not in _OPERATORS:
        raise CaseFailure(f"{place}: there is no operator {_show(expected)}")
    try:
        holds = _OPERATORS[name](operand, actual, place)
    except (TypeError, ValueError, KeyError):
        raise CaseFailure(f"{place}: {name} does not take {_show(operand)}") from None
    if not holds:
        raise mismatch(expected, actual, place)


def _contains(operand: Any, actual: Any, _: str) -> bool:
    return isinstance(actual, str) and all(part in actual for part in _texts(operand))


def _lacks(operand: Any, actual: Any, _: str) -> bool:
    return isinstance(actual, str) and not any(
        part in actual for part in _texts(operand)
    )


def _texts(operand: Any) -> list[str]:
    texts = [operand] if isinstance(operand, str) else operand
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return texts


def _has_kind(operand: Any, actual: Any, _: str) -> bool:
    return type(actual) is KINDS[operand]


def _has_length(operand: Any, actual: Any, _: str) -> bool:
    if isinstance(actual, str):
        return len(actual.encode()) == _integer(operand)
    return isinstance(actual, list) and len(actual) == _integer(operand)


def _is_between(operand: Any, actual: Any, _: str) -> bool:
    lowest, highest = operand
    return type(actual) is int and _integer(lowest) <= actual <= _integer(highest)


def _integer(operand: Any) -> int:
    if type(operand) is not int:
        raise TypeError
    return operand


def _is_not(operand: Any, actual: Any, place: str) -> bool:
    try:
        match(operand, actual, place)
    except CaseFailure:
        return True
    return False


def _is_exactly(operand: Any, actual: Any, place: str) -> bool:
    if not isinstance(operand, dict):
        raise TypeError
    match(operand, actual, place)
    return set(operand) == set(actual)


def _is_hex(operand: Any, actual: Any, _: str) -> bool:
    digits = f"[0-9a-f]{{{_integer(operand)}}}"
    return isinstance(actual, str) and re.fullmatch(digits, actual) is not None


_OPERATORS: dict[str, Callable[[Any, Any, str], bool]] = {
    "$contains": _contains,
    "$lacks": _lacks,
    "$kind": _has_kind,
    "$length": _has_length,
    "$between": _is_between,
    "$not": _is_not,
    "$exactly": _is_exactly,
    "$hex": _is_hex,
}


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else text[:400] + "…"
