"""Conversion of texts for the library."""

from __future__ import annotations

from typing import overload

from .errors import InvalidArgument


@overload
def encode(value: str, name: str) -> bytes: ...
@overload
def encode(value: str | None, name: str) -> bytes | None: ...


def encode(value: str | None, name: str) -> bytes | None:
    """Write a text as the library takes it; the error never repeats the text.

    ctypes passes a text only up to its first NUL, and would log a user in with half a
    password.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    encoded = utf8(value, name)
    if b"\0" in encoded:
        raise InvalidArgument(f"{name} contains a NUL character")
    return encoded


def utf8(value: str, name: str) -> bytes:
    """Write a text that is passed with its length; the error never repeats it."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        pass
    # Not raised above, since that error, which has the text, would be its context.
    raise InvalidArgument(f"{name} contains half of a surrogate pair")


def decode(value: bytes | None) -> str | None:
    """Read a text that the library may not have."""
    return None if value is None else value.decode()
