"""The words in which documentation comments speak of types. Both languages say the same."""

from __future__ import annotations

from collections.abc import Sequence

import rules
from catalogue import (
    AnyObject,
    Array,
    Asset,
    Boolean,
    Choice,
    Field,
    Form,
    Integer,
    Named,
    ObjectID,
    Operation,
    Text,
    Time,
    Tuple,
    Type,
    Variant,
)
from naming import OBJECT_SPACES, TUPLES, shape

_FORMS = {
    "uri": "a URI with a scheme",
    "base64": "bytes as base64 with padding",
    "key": "a public key",
    "hex": "bytes as hexadecimal digits",
    "vote": "a vote, such as 1:22",
}


def summary(operation: Operation) -> str:
    """The first line about an operation."""
    return f"operation {operation.id} of the chain, `{operation.name}`."


def warnings(operation: Operation) -> list[str]:
    """Notes for callers, besides the fields."""
    texts = operation.texts
    lines: list[str] = []
    if reason := operation.cannot_succeed_because:
        lines.append(f"This operation cannot succeed: {reason}.")
    elif "proposal_only" in texts:
        lines.append(f"This operation is possible only in a proposal: {texts['proposal_only']}.")
    if "caution" in texts:
        lines.append(f"Warning: {texts['caution']}.")
    if "note" in texts:
        lines.append(texts["note"])
    unusable = [f"`{field.name}` ({field.unusable})" for field in operation.fields if field.unusable]
    if unusable:
        lines.append(f"Not available, because the server always fails with it: {', '.join(unusable)}.")
    lines.extend(relations(operation.rules, operation.fields))
    return lines


def relations(broken: Sequence[rules.Rule], fields: Sequence[Field]) -> list[str]:
    """The rules that are about more than one field, or about a field inside another one."""
    lines = []
    for rule in broken:
        names = rules.names(rule)
        if _is_of_one_field(rule):
            continue
        words = rules.text(rule, fields)
        subject = "" if words.startswith(names[0]) or " and " in words.split(" m")[0] else f" for `{names[0]}`"
        kind, note = ("Default rule", ", which the committee can change") if "default" in rule else ("Rule", "")
        lines.append(f"{kind}{subject}{note}: {words}.")
    return lines


def field_rules(field: Field, broken: Sequence[rules.Rule], fields: Sequence[Field]) -> str:
    """The rules of one field, as more of its sentence."""
    mine = [rule for rule in broken if _is_of_one_field(rule) and rules.names(rule)[0] == field.name]
    text = ""
    for rule in mine:
        default = " (by default)" if "default" in rule else ""
        words = rules.text(rule, fields)
        if isinstance(field.type, Integer) and field.type.unit and words.startswith(field.type.unit.split(" (")[0]):
            words = words[len(field.type.unit.split(" (")[0]) :].removeprefix(", ").split(" (")[0]
        text += f"; {words}{default}"
    return text


def _is_of_one_field(rule: rules.Rule) -> bool:
    names = rules.names(rule)
    return len(names) == 1 and "." not in names[0]


def describe(type: Type) -> str:
    """Say what a value of this type is, as the end of a sentence."""
    if isinstance(type, ObjectID):
        kind = OBJECT_SPACES[type.space]
        article = "an" if kind[0] in "aeiouAEIOUNS" else "a"
        return f"{article} {kind}, `{type.space}.N`"
    if isinstance(type, Asset):
        return "an amount of an asset"
    if isinstance(type, Integer):
        limits = _limits(type.minimum, type.maximum)
        if type.unit is None:
            return f"an integer{', ' if limits else ''}{limits}"
        start = "an integer: " if type.unit.startswith("odds") else "an integer, "
        return start + (rules.within(type.unit, limits) if limits else type.unit)
    if isinstance(type, Text):
        return "a text" + (f" of at most {type.maximum_length} characters" if type.maximum_length else "")
    if isinstance(type, Form):
        return _FORMS[type.name]
    if isinstance(type, Boolean):
        return "true or false"
    if isinstance(type, Choice):
        return "one of " + ", ".join(f"`{value}`" for value in type.values)
    if isinstance(type, Time):
        return f"a time, in {type.unit} since 1970"
    if isinstance(type, AnyObject):
        return "an object"
    if isinstance(type, Array):
        return _describe_array(type)
    if isinstance(type, Variant):
        kinds = [f"{number} {kind.name}" for number, kind in enumerate(type.kinds) if not kind.fails]
        return "a pair: the number of a kind, and an object of that kind; the kinds are " + ", ".join(kinds)
    if isinstance(type, Named):
        return describe(type.type) if isinstance(type.type, (Choice, Variant)) else type.about
    assert isinstance(type, Tuple)
    return TUPLES[shape(type)][2]


def _describe_array(array: Array) -> str:
    if array.maximum == 0:
        return "an empty list: the server cannot write its elements"
    least = f" of at least {array.minimum} element{'s' if array.minimum > 1 else ''}" if array.minimum else ""
    return f"a list{least}; each element is {describe(array.element)}"


def _limits(minimum: int | None, maximum: int | None) -> str:
    limits = [] if minimum in (None, 0) else [f"at least {minimum}"]
    if maximum is not None and maximum not in (2**8 - 1, 2**16 - 1, 2**32 - 1):
        limits.append("at most 10^12" if maximum == 10**12 else f"at most {maximum}")
    return " and ".join(limits)
