"""JSON with exact numbers.

Python reads and writes integers exactly, but not floats. So a number with a fraction is
read as a Decimal. In place of an integer, floats and Decimals are refused before
anything is sent; the error names the position.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from operator import index
from typing import Any, Optional, Union

from ._typed_fields import TYPED_FIELDS
from .errors import InexactNumber, InvalidArgument, Outcome, ProtocolError

# A position in a value: the enclosing position, and the key or index in it. It is
# converted to text only for an error.
_Place = tuple[Optional[Any], Union[str, int]]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_UNITS = {
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
}
_NOTHING_TYPED: dict[str, str] = {}
_SCALARS = frozenset({str, int, bool, type(None)})

_encoder = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
)


def write(value: Any) -> bytes:
    """Write a value that `plain` has prepared."""
    try:
        return _encoder.encode(value).encode()
    except UnicodeEncodeError:
        raise InvalidArgument("a text contains half of a surrogate pair") from None


def read(text: str | bytes) -> Any:
    """Parse JSON that the library has written.

    Raises:
        ProtocolError: it exceeds a limit of Python, such as an integer of more than
            4300 digits or an exponent of 19 digits.
    """
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    except ArithmeticError:
        reason = "it has a number with too large an exponent"
    message = f"the answer cannot be read: {reason}"
    raise ProtocolError(message, outcome=Outcome.UNKNOWN)


def plain(value: Any, name: str) -> Any:
    """Prepare a value that is not an operation for writing."""
    return _prepare(value, name, _NOTHING_TYPED)


def plain_operation(operation: Mapping[str, Any], name: str) -> Any:
    """Prepare an operation for writing: times become integers."""
    return _prepare(operation, name, _typed(operation))


def copied_operation(operation: Mapping[str, Any], name: str) -> Any:
    """Copy an operation and prepare the copy for writing."""
    try:
        return _plain(operation, (None, name), _typed(operation))
    except RecursionError:
        raise InvalidArgument(f"{name} is nested too deeply") from None


def _typed(operation: Mapping[str, Any]) -> dict[str, str]:
    return TYPED_FIELDS.get(str(operation.get("op_name")), _NOTHING_TYPED)


def _prepare(value: Any, name: str, typed: dict[str, str]) -> Any:
    try:
        # Most values need no conversion. Checking that is faster than copying them.
        if _is_plain(value):
            return value
        return _plain(value, (None, name), typed)
    except RecursionError:
        raise InvalidArgument(f"{name} is nested too deeply") from None


def _is_plain(value: Any) -> bool:
    """Whether JSON can represent the value exactly."""
    kind = type(value)
    if kind is dict:
        for key in value:
            if type(key) is not str:
                return False
        items = value.values()
    elif kind is list or kind is tuple:
        items = value
    else:
        return kind in _SCALARS
    for item in items:
        if type(item) not in _SCALARS and not _is_plain(item):
            return False
    return True


def _plain(value: Any, place: _Place, typed: dict[str, str]) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {
            _key(key, place): _plain(item, (place, key), typed)
            for key, item in value.items()
        }
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, (float, Decimal)):
        raise InexactNumber(
            f"{_path(place)} is the {kind.__name__} {value}, "
            "and must be an int: amounts are counted in the smallest unit"
        )
    if isinstance(value, datetime):
        return _time(value, place, typed)
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [
            _plain(item, (place, number), typed) for number, item in enumerate(value)
        ]
    if hasattr(kind, "__index__"):
        # Other integer types, such as numpy's.
        return index(value)
    raise InvalidArgument(
        f"{_path(place)} is a {kind.__name__}, which JSON cannot represent"
    )


def _key(key: Any, place: _Place) -> str:
    if not isinstance(key, str):
        raise InvalidArgument(f"{_path(place)} has a key that is not a str: {key!r}")
    return key


def _time(value: datetime, place: _Place, typed: dict[str, str]) -> int:
    unit = _UNITS.get(_type_at(place, typed) or "")
    if unit is None:
        raise InvalidArgument(f"{_path(place)} does not accept a time")
    if value.utcoffset() is None:
        raise InvalidArgument(
            f"{_path(place)} is a datetime without a time zone; "
            "write datetime(…, tzinfo=timezone.utc)"
        )
    return (value - _EPOCH) // unit


def _type_at(place: _Place, typed: dict[str, str]) -> str | None:
    """Look up a position within an operation in the catalogue."""
    if not typed:
        return None
    return typed.get(_path(place, is_pattern=True))


def _path(place: _Place, *, is_pattern: bool = False) -> str:
    """Format a position as text, such as `operations[0].amount.amount`. In the form of
    the catalogue, the prefix `operations[0]` is left out and every index is `[]`.
    """
    steps = []
    around: Any = place
    while around is not None:
        around, step = around
        steps.append(step)
    steps.reverse()
    if is_pattern:
        del steps[0]
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += "[]" if is_pattern else f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text
