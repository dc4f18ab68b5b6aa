"""A snapshot of a session's tokens."""

from __future__ import annotations

import ctypes
from datetime import datetime, timedelta, timezone
from typing import Any, NoReturn

from ._handle import Handle
from ._library import library, quick
from ._prototypes import TokenPointer
from ._text import decode, encode

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Token:
    """A snapshot of a session's tokens. Immutable.

    The secrets stay in the library, which wipes them when no object uses them any more.
    They are copied to Python only when you read them.
    """

    __slots__ = ("_handle",)

    def __init__(self, handle: Handle) -> None:
        """Made by `Session.token`."""
        self._handle = handle

    @property
    def access_token(self) -> str:
        """The access token. A secret: it gives access to the user's account."""
        text: bytes = quick.peerid_token_access_token(self._handle, None)
        return text.decode()

    @property
    def refresh_token(self) -> str | None:
        """The refresh token. A secret; None if the server sent none."""
        return decode(quick.peerid_token_refresh_token(self._handle, None))

    @property
    def scope(self) -> tuple[int, ...] | None:
        """The operations that the user granted, by their numbers on the chain.

        None if the server did not send the scope.
        """
        count = ctypes.c_size_t()
        scope = quick.peerid_token_scope(self._handle, ctypes.byref(count))
        return tuple(scope[: count.value]) if scope else None

    @property
    def expires_at_ms(self) -> int | None:
        """When the access token expires, in milliseconds since 1970.

        None when the server did not say.
        """
        return _known(quick.peerid_token_expires_at_ms(self._handle))

    @property
    def expires_at(self) -> datetime | None:
        """When the access token expires, by the server's clock, in UTC."""
        milliseconds = self.expires_at_ms
        if milliseconds is None:
            return None
        return _EPOCH + timedelta(milliseconds=milliseconds)

    @property
    def app_id(self) -> int | None:
        """The application that the token is for; None when the server did not say."""
        return _known(quick.peerid_token_app_id(self._handle))

    @property
    def user_id(self) -> int | None:
        """The user's id at PeerID; None when the server did not say."""
        return _known(quick.peerid_token_user_id(self._handle))

    @property
    def generation(self) -> int:
        """The number of this pair of tokens: 1 after login, one more after each
        refresh.
        """
        return int(quick.peerid_token_generation(self._handle))

    def permits(self, operation: str) -> bool:
        """Return whether the scope includes an operation.

        True if the library does not know the operation or the token has no scope: then
        the server decides.

        Args:
            operation: the name of the operation, such as `transfer`.
        """
        name = encode(operation, "operation")
        return bool(quick.peerid_token_permits(self._handle, name))

    def to_json(self) -> str:
        """Export the tokens as JSON, for `Client.restore`. A secret: keep it in a safe
        place.
        """
        text: bytes = quick.peerid_token_json(self._handle, None)
        return text.decode()

    def __repr__(self) -> str:
        expiry = self.expires_at
        until = expiry.isoformat() if expiry else "unknown"
        return f"<Token: generation {self.generation}, expires {until}, secrets hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Token is not pickled, since it holds secrets; send to_json() through a "
            "channel that you trust, or share the session through a store"
        )


def new_token_handle(pointer: Any = None) -> Handle:
    """Own a token; without a pointer, make an empty handle that is filled later."""
    if pointer is None:
        pointer = TokenPointer()
    return Handle(pointer, library.peerid_token_free)


def _known(number: int) -> int | None:
    return None if number < 0 else number
