"""Conversion of strings for the library."""

from __future__ import annotations

from typing import overload

from .errors import InvalidArgument


@overload
def encode(value: str, name: str) -> bytes: ...
@overload
def encode(value: str | None, name: str) -> bytes | None: ...


def encode(value: str | None, name: str) -> bytes | None:
    """Encode a string for the library; the error never contains the string.

    ctypes passes a string only up to its first NUL, so a user could be logged in with
    half a password.
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
    """Encode a string that is passed with its length; the error never contains the
    string.
    """
    try:
        return value.encode()
    except UnicodeEncodeError:
        pass
    # Raised here so that the original error, which contains the string, is not its
    # context.
    raise InvalidArgument(f"{name} contains half of a surrogate pair")


def decode(value: bytes | None) -> str | None:
    """Decode a string of the library; None for NULL."""
    return None if value is None else value.decode()
