"""Decides whether an answer of the sandbox equals an answer of the backend.

The status, the content type and the body must be equal. Random values and times are equal when they have the same form:
tokens, hashes and signatures the same alphabet and length, dates the same format; ids of new rows and block numbers are
numbers, fees are amounts. The order of `scope` is ignored. Of messages from the JavaScript engine only the first line
is compared, without positions.
"""

import re

# Members whose value changes with every answer.
_VARIES = {
    "id",
    "grantcode_id",
    "token",
    "refresh_token",
    "expires",
    "createdAt",
    "updatedAt",
    "block_num",
    "trx_num",
    "ref_block_num",
    "ref_block_prefix",
    "expiration",
    "signatures",
    "fee",
    "operation_results",
}
_KINDS = [
    ("hash", re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")),
    ("signature", re.compile(r"(1f|20)[0-9a-f]{128}")),
    ("transaction token", re.compile(r"[0-9a-f]{26}")),
    ("token", re.compile(r"[A-Za-z0-9]{124}")),
    ("date", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}Z)?")),
    ("object id", re.compile(r"[12]\.\d+\.\d+")),
]


def difference(expected, found, fixed=frozenset()):
    """The first difference between two answers, or None when they are equal. Texts in `fixed` are not random."""
    if expected.get("lost") or found.get("lost"):
        return None if expected == found else f"expected {expected}, found {found}"
    for part in ("status", "type"):
        if expected[part] != found[part]:
            return f"{part}: expected {expected[part]!r}, found {found[part]!r} {found.get('json', found.get('text'))!r:.200}"
    for name, value in expected.get("headers", {}).items():
        if found["headers"].get(name) != value:
            return f"header {name}: expected {value!r}, found {found['headers'].get(name)!r}"
    if "text" in expected:
        return _compare("text", _engine_text(expected["text"]), _engine_text(found.get("text", "")))
    return _value_difference("", expected["json"], found.get("json"), varies=False, fixed=fixed)


def _value_difference(path, expected, found, varies, fixed):
    if isinstance(expected, dict) and isinstance(found, dict):
        if set(expected) != set(found):
            return f"{path}: expected the members {sorted(expected)}, found {sorted(found)}"
        for key, value in expected.items():
            # The row of a user or an app keeps its id; everything else that is called id is new.
            problem = _value_difference(f"{path}.{key}", value, found[key], varies or key in _VARIES, fixed)
            if problem:
                return problem
        return None
    if isinstance(expected, list) and isinstance(found, list):
        if path.endswith(".scope"):
            return _compare(path, sorted(expected), sorted(found))
        if len(expected) != len(found):
            return f"{path}: expected {len(expected)} elements, found {len(found)}"
        pairs = enumerate(zip(expected, found))
        return next(filter(None, (_value_difference(f"{path}[{i}]", a, b, varies, fixed) for i, (a, b) in pairs)), None)
    if path == ".error" and isinstance(expected, str) and "\n" in expected:
        return _compare(path, _engine_text(expected), _engine_text(str(found)))
    if expected in fixed if isinstance(expected, str) else False:
        return _compare(path, expected, found)
    if varies or _kind(expected) == _kind(found) == "hash":
        return _compare(path, _kind(expected), _kind(found))
    return _compare(path, expected, found)


def _kind(value):
    if isinstance(value, str):
        return next((name for name, pattern in _KINDS if pattern.fullmatch(value)), value)
    return type(value).__name__


def _engine_text(text):
    first = text.split("\n", 1)[0]
    return re.sub(r"position \d+", "position N", first)


def _compare(path, expected, found):
    return (
        None
        if expected == found and type(expected) is type(found)
        else f"{path}: expected {expected!r}, found {found!r}"
    )
