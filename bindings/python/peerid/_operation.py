"""Operations: a class for one, and functions to encode and check them."""

from __future__ import annotations

import copy
import ctypes
import json
import keyword
from collections.abc import Iterable, Mapping
from typing import Any, Union

from . import _exact
from ._call import check
from ._library import library, quick
from ._text import utf8


class Operation:
    """One operation of the chain, ready to be submitted. Immutable.

    Made by the functions of `peerid.ops`.
    """

    __slots__ = ("_object", "_text")

    def __init__(self, name: str, fields: Mapping[str, Any]) -> None:
        """Create an operation.

        Args:
            name: the operation's name, such as `transfer`.
            fields: its fields; those that are None are left out.

        Raises:
            InexactNumber: a float or a Decimal in place of an integer.
            InvalidArgument: a field contains a value that JSON cannot represent, or a
                datetime without a time zone.
        """
        given = {key: value for key, value in fields.items() if value is not None}
        self._object = _exact.copied_operation({"op_name": name, **given}, name)
        self._text: bytes | None = None

    @property
    def name(self) -> str:
        """The operation's name, such as `transfer`."""
        return str(self._object["op_name"])

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of the operation as a dict, in the form that is sent."""
        result: dict[str, Any] = copy.deepcopy(self._object)
        return result

    def to_json(self) -> bytes:
        """Return the operation as the JSON that is sent."""
        if self._text is None:
            self._text = _exact.write(self._object)
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Operation):
            return NotImplemented
        return bool(self._object == other._object)

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{_python_name(key)}={value!r}"
            for key, value in self._object.items()
            if key != "op_name"
        )
        return f"ops.{_python_name(self.name)}({fields})"


Operations = Union[
    Operation,
    Mapping[str, Any],
    Iterable[Union[Operation, Mapping[str, Any]]],
    str,
    bytes,
]
"""Operations as an application may write them: one, several, or JSON text."""


def write_operations(operations: Operations) -> bytes:
    """Encode operations as JSON for the library.

    JSON text stays unchanged.
    """
    # The most common type first: checking for other mappings is slow.
    if isinstance(operations, Operation):
        return b"[" + operations.to_json() + b"]"
    if isinstance(operations, bytes):
        return operations
    if isinstance(operations, str):
        return utf8(operations, "operations")
    if isinstance(operations, (dict, Mapping)):
        if "operations" not in operations:
            return b"[" + _write(operations, 0) + b"]"
        operations = operations["operations"]
    if isinstance(operations, (str, bytes)) or not isinstance(operations, Iterable):
        raise TypeError(
            "operations must be an operation, a dict, a list of those, or JSON text, "
            f"not {type(operations).__name__}"
        )
    texts = [_write(operation, place) for place, operation in enumerate(operations)]
    return b"[" + b",".join(texts) + b"]"


def check_operations(operations: Operations) -> list[str]:
    """Check operations as `Session.submit` does, without sending anything.

    Times are compared with the local clock.

    Args:
        operations: one operation, several, or JSON text.

    Returns:
        Warnings: broken rules that the chain's committee can change, and operations
            that are likely to fail for other reasons.

    Raises:
        InvalidArgument: an operation is not valid; the message names the position, the
            value, the rule and the unit.
    """
    text = write_operations(operations)
    check(library.peerid_operation_check(text, len(text)))
    size = library.peerid_operation_warnings(text, len(text), 0, None)
    if not size:
        return []
    buffer = ctypes.create_string_buffer(size + 1)
    library.peerid_operation_warnings(text, len(text), len(buffer), buffer)
    return buffer.value.decode().split("\n")


def describe_operation(name: str) -> dict[str, Any] | None:
    """Describe an operation: its fields with types, units and limits, and its rules.

    Args:
        name: the name of the operation, such as `transfer`.

    Returns:
        A dict with the keys that docs/operations.md lists, including a valid `example`;
        None for a name that the library does not know.
    """
    text = library.peerid_operation_describe(_encoded(name))
    return None if text is None else json.loads(text)


def operation_id(name: str) -> int | None:
    """Return the number of an operation on the chain, as in a token's scope.

    Args:
        name: the name of the operation, such as `transfer`.

    Returns:
        The number; None for a name that the library does not know.
    """
    number = int(quick.peerid_operation_id(_encoded(name)))
    return None if number < 0 else number


def operation_name(number: int) -> str | None:
    """Return the name of an operation.

    Args:
        number: the number of the operation on the chain.

    Returns:
        The name; None for a number that the library does not know.
    """
    if not isinstance(number, int):
        raise TypeError(f"number must be an int, not {type(number).__name__}")
    if not 0 <= number < 1 << 31:
        return None
    name: bytes | None = quick.peerid_operation_name(number)
    return None if name is None else name.decode()


def _encoded(name: str) -> bytes:
    """Encode a name. One with a NUL, which C would cut off there, becomes empty."""
    if not isinstance(name, str):
        raise TypeError(f"name must be a str, not {type(name).__name__}")
    return b"" if "\0" in name else name.encode(errors="replace")


def operation_names() -> tuple[str, ...]:
    """List the names of all operations that the library knows."""
    places = range(quick.peerid_operation_count())
    numbers = [quick.peerid_operation_id_at(place) for place in places]
    return tuple(quick.peerid_operation_name(number).decode() for number in numbers)


def _write(operation: object, place: int) -> bytes:
    if isinstance(operation, Operation):
        return operation.to_json()
    if isinstance(operation, (dict, Mapping)):
        plain = _exact.plain_operation(operation, f"operations[{place}]")
        return _exact.write(plain)
    raise TypeError(
        f"operations[{place}] must be an operation or a dict, "
        f"not {type(operation).__name__}"
    )


def _python_name(name: str) -> str:
    return name + "_" if keyword.iskeyword(name) else name
