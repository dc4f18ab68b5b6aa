"""A user's session."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, NoReturn

from . import _exact
from ._call import check, invoke
from ._handle import Handle
from ._library import library
from ._operation import Operations, write_operations
from ._text import encode
from .errors import ClosedError
from .result import Response, Result
from .token import Token, new_token_handle

if TYPE_CHECKING:
    from .client import Client


class Session:
    """A user's session: holds the tokens, keeps them fresh, and submits operations.

    Any number of threads may share one; however many of them find that the token has
    expired, one refresh serves them all. It is a context manager: at the end of the
    block it is closed, which does not end it at the server.
    """

    def __init__(self, client: Client, handle: Handle, key: str | None) -> None:
        """Made by the methods of `Client`."""
        # The client would be closed when nothing refers to it any more.
        self._client = client
        self._handle: Handle | None = handle
        self._key = key

    def submit(self, operations: Operations) -> Result:
        """Submit operations, which become one transaction, and wait for its block.

        Before anything is sent the token is refreshed if it has to be, the operations
        are checked (option `validate`), and each is looked up in the token's scope.
        After HTTP 401 the token is refreshed and the operations are sent once more;
        nothing else makes the library send them again.

        Args:
            operations: one operation or several: of `peerid.ops`, dicts, or JSON text.

        Returns:
            The transaction; or a transaction token, when the users of the application
            sign each request.

        Raises:
            InvalidArgument: an operation has a fault; the message names the place, such
                as `operations[0].amount.amount`, and the remedy.
            NotPermitted: the user has not granted an operation.
            LoginRequired: the session is over.
            PeerIDError: any other failure of a call. Look at its `outcome` before you
                submit again.
        """
        text = write_operations(operations)
        return self._call(library.peerid_session_submit, text, len(text))

    def confirm(self, transaction_token: str) -> Result:
        """Confirm a transaction token. It can be used once.

        Args:
            transaction_token: what `Result.transaction_token` gave.

        Raises:
            Refused: the token was used before or is unknown.
            PeerIDError: any other failure of a call. Look at its `outcome` before you
                confirm again.
        """
        token = encode(transaction_token, "transaction_token")
        return self._call(library.peerid_session_confirm, token)

    def broadcast(self, transaction: Mapping[str, Any] | str | bytes) -> Result:
        """Broadcast a transaction that was signed elsewhere.

        Args:
            transaction: with `ref_block_num`, `ref_block_prefix`, `expiration`,
                `operations` and `signatures`; as a dict or as JSON text, which is sent
                as it is written.

        Raises:
            InvalidArgument: a part of the transaction is missing.
            Refused: the server refuses the transaction.
            PeerIDError: any other failure of a call. Look at its `outcome` before you
                send again.
        """
        if isinstance(transaction, str):
            text = transaction.encode()
        elif isinstance(transaction, bytes):
            text = transaction
        else:
            text = _exact.write(_exact.plain(transaction, "transaction"))
        return self._call(library.peerid_session_broadcast, text, len(text))

    def refresh(self) -> Token:
        """Renew the pair of tokens now, whatever their age.

        There is rarely a need: calls do it when it is due. One refresh runs at a time.

        Returns:
            The new tokens.

        Raises:
            LoginRequired: the refresh token is spent, or there is none.
            ConfigurationError: there is no client secret.
            PeerIDError: any other failure of a call. The old pair stays in use where it
                can.
        """
        invoke(library.peerid_session_refresh, self._open_handle())
        return self.token

    @property
    def token(self) -> Token:
        """The tokens as they are now."""
        handle = new_token_handle()
        session = self._open_handle()
        check(library.peerid_session_token(session, handle.out))
        return Token(handle)

    @property
    def key(self) -> str | None:
        """The key under which the session is kept in a store; None without one."""
        return self._key

    @property
    def client(self) -> Client:
        """The client that made the session."""
        return self._client

    def logout(self) -> None:
        """End the session: remove it from its store, and let no call use it any more.

        The tokens stay valid at the server, which has no way to revoke them.

        Raises:
            StoreError: the store failed; the session has ended all the same.
        """
        session = self._open_handle()
        self._client._invoke(self._key, library.peerid_session_logout, session)

    def close(self) -> None:
        """Give the session up, without ending it. Closing twice is allowed."""
        self._handle = None

    @property
    def closed(self) -> bool:
        """Whether the session was closed."""
        return self._handle is None

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Result:
        response = Response()
        invoke(function, self._open_handle(), *arguments, response.out)
        return Result(response)

    def _open_handle(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the session was closed")
        return self._handle

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        key = "" if self._key is None else f" {self._key!r}"
        return f"<Session{key} of {self._client!r}{state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Session is not pickled, since it holds secrets; share it through a "
            "store and its key, or send token.to_json() through a channel you trust"
        )
