"""A user's session."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable

from ._arguments import transaction_arguments
from ._call import obtain
from ._library import library
from ._operation import Operations, write_operations
from ._session import BaseSession
from ._text import encode
from .result import Response, Result
from .token import Token, new_token_handle

if TYPE_CHECKING:
    from .client import Client


class Session(BaseSession):
    """A user's session: holds the tokens, keeps them fresh, and submits operations.

    Any number of threads may share one; however many of them find that the token has
    expired, one refresh serves them all. It is a context manager: at the end of the
    block it is closed, which does not end it at the server.
    """

    _client: Client

    @property
    def client(self) -> Client:
        """The client that made the session."""
        return self._client

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
            Rejected: the token was used before or is unknown.
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
            Rejected: the server rejects the transaction.
            PeerIDError: any other failure of a call. Look at its `outcome` before you
                send again.
        """
        arguments = transaction_arguments(transaction)
        return self._call(library.peerid_session_broadcast, *arguments)

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
        session = self._open_handle()
        token: Token = obtain(
            library.peerid_session_refresh, (session,), lambda: self.token
        )
        return token

    def fresh_token(self, refused: int = 0) -> Token:
        """Give a token for a request that the application makes by itself.

        The token has not expired; it is refreshed if it has to be. If the server
        answers HTTP 401 to the request, nothing was done: ask again with the generation
        of the refused token, and send the request once more. Give up after a few
        rounds.

        Args:
            refused: the `generation` of the token that the server has refused; 0 when
                it has refused none.

        Raises:
            LoginRequired: the session is over.
            Rejected: the server rejects the new token as well.
            PeerIDError: any other failure of a call; see the classes.
        """
        handle = new_token_handle()
        session = self._open_handle()
        token: Token = obtain(
            library.peerid_session_acquire_token,
            (session, refused, handle.out),
            partial(Token, handle),
        )
        return token

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

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Result:
        response = Response()
        result: Result = obtain(
            function,
            (self._open_handle(), *arguments, response.out),
            partial(Result, response),
        )
        return result

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
