"""Converts arguments of the application for the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _exact
from ._text import encode, utf8
from .errors import InvalidArgument


def login_arguments(
    login: str, password: str | None, mobile: str | None
) -> tuple[bytes, bytes | None, bytes | None]:
    """Encode what a user logs in with."""
    return (
        encode(login, "login"),
        encode(password, "password"),
        encode(mobile, "mobile"),
    )


def redirect_arguments(redirect_url: str, state: str) -> tuple[bytes, bytes]:
    """Encode the arguments that complete the authorization code flow."""
    return encode(redirect_url, "redirect_url"), encode(state, "state")


def chain_arguments(
    api: str, method: str, params: Any
) -> tuple[bytes, bytes, bytes, int]:
    """Encode the arguments of a chain read."""
    text = _exact.write(_exact.plain(params, "params"))
    return encode(api, "api"), encode(method, "method"), text, len(text)


def token_arguments(token_json: str | bytes) -> tuple[bytes, int]:
    """Encode tokens that were exported before."""
    if isinstance(token_json, str):
        text = utf8(token_json, "token_json")
    elif isinstance(token_json, (bytes, bytearray, memoryview)):
        text = bytes(token_json)
    else:
        kind = type(token_json).__name__
        raise TypeError(f"token_json must be a str or bytes, not {kind}")
    return text, len(text)


def transaction_arguments(
    transaction: Mapping[str, Any] | str | bytes,
) -> tuple[bytes, int]:
    """Encode a signed transaction; text stays unchanged."""
    if isinstance(transaction, str):
        text = utf8(transaction, "transaction")
    elif isinstance(transaction, bytes):
        text = transaction
    else:
        text = _exact.write(_exact.plain(transaction, "transaction"))
    return text, len(text)


def generation_argument(generation: int, name: str) -> int:
    """Check a generation: ctypes would pass a number outside 64 bits as another one."""
    if not isinstance(generation, int):
        raise TypeError(f"{name} must be an int, not {type(generation).__name__}")
    if 0 <= generation < 2**64:
        return generation
    raise InvalidArgument(
        f"{name} is {generation}, which is not between 0 and 2**64 - 1; "
        "use a generation as this package passed it, unchanged"
    )
