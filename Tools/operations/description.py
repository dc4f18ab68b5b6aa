"""The words in which documentation comments speak of types. Both languages say the same."""

from __future__ import annotations

from catalogue import (
    URI,
    AnyObject,
    Array,
    Asset,
    Base64,
    Boolean,
    Choice,
    Integer,
    Named,
    Number,
    Object,
    ObjectID,
    Operation,
    Text,
    Time,
    TimeUnit,
    Tuple,
    Type,
)
from naming import OBJECT_SPACES, OBJECTS, TUPLES, shape

_MAXIMUM_AMOUNT = 10**12


def summary(operation: Operation) -> str:
    """The first line about an operation."""
    return f"operation {operation.id} of the chain, `{operation.name}`."


def warnings(operation: Operation) -> list[str]:
    """What a caller has to know beside the fields."""
    lines: list[str] = []
    if operation.always_fails_because:
        lines.append(f"The server of today can never take it: {operation.always_fails_because}.")
    if operation.caution:
        lines.append(f"Beware: {operation.caution}.")
    unusable = [field.name for field in operation.fields if field not in operation.usable_fields]
    if unusable:
        names = ", ".join(f"`{name}`" for name in unusable)
        lines.append(f"Left out, since it can never be sent with success: {names}.")
    return lines


def describe(type: Type) -> str:
    """Say what a value of this type is, as the end of a sentence."""
    if isinstance(type, ObjectID):
        kind = OBJECT_SPACES[type.space]
        article = "an" if kind[0] in "aeiouAEIOUNS" else "a"
        return f"{article} {kind}, `{type.space}.N`"
    if isinstance(type, Asset):
        return "an amount of an asset"
    if isinstance(type, Integer):
        if type.maximum == _MAXIMUM_AMOUNT:
            return "an integer, at most 10^12"
        return "an integer" + _limits(type.minimum, type.maximum)
    if isinstance(type, Number):
        return "a number, which may have a fraction" + _limits(type.minimum, type.maximum)
    if isinstance(type, Text):
        return "a text" + (f" of at most {type.maximum_length} characters" if type.maximum_length else "")
    if isinstance(type, URI):
        return "a URI with a scheme"
    if isinstance(type, Base64):
        return "bytes as base64 with padding"
    if isinstance(type, Boolean):
        return "true or false"
    if isinstance(type, Choice):
        return "one of " + ", ".join(f"`{value}`" for value in type.values)
    if isinstance(type, Time):
        return "a point in time" + (", in milliseconds" if type.unit is TimeUnit.MILLISECONDS else "")
    if isinstance(type, AnyObject):
        return "an object"
    if isinstance(type, Array):
        return _describe_array(type)
    if isinstance(type, Tuple):
        return TUPLES[shape(type)][2]
    if isinstance(type, Named):
        return describe(type.type) if isinstance(type.type, Choice) else OBJECTS[type.name]
    assert isinstance(type, Object)
    return "an object"


def _describe_array(array: Array) -> str:
    if array.maximum == 0:
        return "an empty list: the server cannot write its elements"
    head = f"a list of at least {array.minimum}, each" if array.minimum else "a list, each"
    return f"{head} {describe(array.element)}"


def _limits(minimum: int | None, maximum: int | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if maximum is not None:
        return f", at most {maximum}"
    return f", at least {minimum}" if minimum is not None else ""
