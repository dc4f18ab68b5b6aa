"""The texts of documentation comments. Python and Go share them."""

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
    "vote": "a vote such as 1:22",
}


def summary(operation: Operation) -> str:
    """The first line of an operation's documentation."""
    return f"operation {operation.id} of the chain, `{operation.name}`."


def warnings(operation: Operation) -> list[str]:
    """Warnings and notes for callers, besides the fields."""
    texts = operation.texts
    lines: list[str] = []
    if reason := operation.cannot_succeed_because:
        lines.append(f"This operation cannot succeed: {reason}.")
    elif "proposal_only" in texts:
        lines.append(f"This operation is allowed only inside a proposal: {texts['proposal_only']}.")
    if "caution" in texts:
        lines.append(f"Warning: {texts['caution']}.")
    if "note" in texts:
        lines.append(texts["note"])
    unusable = [f"`{field.name}` ({field.unusable})" for field in operation.fields if field.unusable]
    if unusable:
        lines.append(f"Unavailable fields, with which the operation always fails: {', '.join(unusable)}.")
    lines.extend(relations(operation.rules, operation.fields))
    return lines


def relations(broken: Sequence[rules.Rule], fields: Sequence[Field]) -> list[str]:
    """The rules about several fields, or about a field of an object in a field."""
    lines = []
    for rule in broken:
        names = rules.names(rule)
        if _is_of_one_field(rule):
            continue
        words = rules.text(rule, fields)
        subject = "" if names[0] in words else f" for `{names[0]}`"
        kind, note = ("Default rule", ", which the committee can change") if "default" in rule else ("Rule", "")
        lines.append(f"{kind}{subject}{note}: {words}.")
    return lines


def field_rules(field: Field, broken: Sequence[rules.Rule], fields: Sequence[Field]) -> str:
    """The rules of one field, to append to its description."""
    mine = [rule for rule in broken if _is_of_one_field(rule) and rules.names(rule)[0] == field.name]
    text = ""
    for rule in mine:
        default = " (by default)" if "default" in rule else ""
        words = rules.text(rule, fields)
        type = field.type.element if isinstance(field.type, Array) else field.type
        if isinstance(type, Integer) and type.unit:
            words = words.removesuffix(f", {type.unit}")
        text += f"; {words}{default}"
    return text


def _is_of_one_field(rule: rules.Rule) -> bool:
    names = rules.names(rule)
    return len(names) == 1 and "." not in names[0]


def describe(type: Type) -> str:
    """Describe the values of a type, as the end of a sentence."""
    if isinstance(type, ObjectID):
        kind = OBJECT_SPACES[type.space]
        article = "an" if kind[0] in "aeiou" or kind.startswith("NFT") else "a"
        return f"{article} {kind}, `{type.space}.N`"
    if isinstance(type, Asset):
        return "an amount of an asset"
    if isinstance(type, Integer):
        parts = ["an integer", _limits(type.minimum, type.maximum), type.unit]
        return ", ".join(part for part in parts if part)
    if isinstance(type, Text):
        return "a string" + (f" of at most {type.maximum_length} characters" if type.maximum_length else "")
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
        return "an array of the number of a kind and an object of that kind; the kinds are " + ", ".join(kinds)
    if isinstance(type, Named):
        return describe(type.type) if isinstance(type.type, (Choice, Variant)) else type.about
    assert isinstance(type, Tuple)
    return TUPLES[shape(type)][2]


def _describe_array(array: Array) -> str:
    if array.maximum == 0:
        return "an empty list: the server cannot serialize elements"
    least = f" of at least {array.minimum} element{'s' if array.minimum > 1 else ''}" if array.minimum else ""
    return f"a list{least}; each element is {describe(array.element)}"


def _limits(minimum: int | None, maximum: int | None) -> str:
    limits = [] if minimum in (None, 0) else [f"at least {minimum}"]
    if maximum is not None and maximum not in (2**8 - 1, 2**16 - 1, 2**32 - 1):
        limits.append("at most 10^12" if maximum == 10**12 else f"at most {maximum}")
    return " and ".join(limits)
