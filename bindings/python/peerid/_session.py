"""The base class of blocking and asynchronous sessions."""

from __future__ import annotations

from typing import Any, NoReturn

from . import _exact
from ._call import check
from ._client import BaseClient
from ._handle import Handle
from ._library import library
from ._operation import Operations, write_operations
from ._prototypes import SessionPointer
from .errors import ClosedError
from .result import Response
from .token import Token, new_token_handle


class BaseSession:
    """A user's session."""

    def __init__(self, client: BaseClient, handle: Handle, key: str | None) -> None:
        """Made by the methods of `Client`."""
        # Keep the client alive: it would be closed when nothing refers to it.
        self._client = client
        self._handle: Handle | None = handle
        self._key = key

    @property
    def token(self) -> Token:
        """The current tokens, which may have expired."""
        return read_token(self._open_handle())

    def check(self, operations: Operations) -> list[str]:
        """Check operations as `submit` does, without sending anything.

        The option `validate` selects the checks. They use the server's clock, if it is
        known, and the scope of the tokens. This does not read the chain and does not
        wait, so it is safe in event loops.

        Args:
            operations: one operation, several, or JSON text.

        Returns:
            Warnings, which `submit` logs: about broken rules that the chain's committee
            can change, about other known problems, and about operations whose payer is
            not the session's account, if that account is known (`account`,
            `set_account`). The server does not compare the accounts.

        Raises:
            InvalidArgument: an operation is not valid; the message names the position
                of the mistake, and says what is valid.
            NotPermitted: the user has not granted an operation.
            LoginRequired: the session was logged out.
        """
        text = write_operations(operations)
        response = Response()
        session = self._open_handle()
        check(library.peerid_session_check(session, text, len(text), response.out))
        warnings: list[str] = _exact.read(response.text)
        return warnings

    @property
    def key(self) -> str | None:
        """The key under which the session is kept in a store; None without one."""
        return self._key

    @property
    def closed(self) -> bool:
        """Whether the session was closed."""
        return self._handle is None

    def _open_handle(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the session was closed")
        return self._handle

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        key = "" if self._key is None else f" {self._key!r}"
        return f"<Session{key} of {self._client!r}{state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Session cannot be pickled, since it contains secrets; share it through "
            "a store and its key, or send token.to_json() through a channel you trust"
        )


def read_token(session: Handle) -> Token:
    """Read the current tokens of a session."""
    handle = new_token_handle()
    check(library.peerid_session_get_token(session, handle.out))
    return Token(handle)


def new_session_handle(pointer: Any = None) -> Handle:
    """Own a session; without a pointer, make an empty handle that is filled later."""
    if pointer is None:
        pointer = SessionPointer()
    return Handle(pointer, library.peerid_session_free)
