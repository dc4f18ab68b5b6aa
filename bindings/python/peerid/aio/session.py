"""A user's session, for asyncio."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable

from .._arguments import generation_argument, transaction_arguments
from .._library import library
from .._operation import Operations, write_operations
from .._session import BaseSession, read_token
from .._text import encode
from ..account import Account, read_account
from ..errors import PeerIDError
from ..result import Result
from ..settlement import (
    Settlement,
    mark_arguments,
    marked_arguments,
    read_mark,
    read_settlement,
)
from ..token import Token

if TYPE_CHECKING:
    from .client import Client


class Session(BaseSession):
    """A user's session: holds the tokens, refreshes them, and submits operations.

    Any number of tasks may share one. Tasks that find the token expired at the same
    time share one refresh. It is an asynchronous context manager: at the end of the
    block it is closed, which does not end it at the server.
    """

    _client: Client

    @property
    def client(self) -> Client:
        """The client that created the session."""
        return self._client

    async def submit(self, operations: Operations) -> Result:
        """Submit operations as one transaction, and wait until a block contains it.

        See `peerid.Session.submit`.
        """
        text = write_operations(operations)
        return await self._call(library.peerid_session_submit_async, text, len(text))

    async def confirm(self, transaction_token: str) -> Result:
        """Confirm a transaction token, which can be used once.

        See `peerid.Session.confirm`.
        """
        token = encode(transaction_token, "transaction_token")
        return await self._call(library.peerid_session_confirm_async, token)

    async def broadcast(self, transaction: Mapping[str, Any] | str | bytes) -> Result:
        """Broadcast a signed transaction.

        See `peerid.Session.broadcast`.
        """
        arguments = transaction_arguments(transaction)
        return await self._call(library.peerid_session_broadcast_async, *arguments)

    async def account(self) -> Account:
        """Return the chain account of the session's user, the payer of operations.

        See `peerid.Session.account`.
        """
        return await self._client._make(
            read_account, library.peerid_session_account_async, self._open_handle()
        )

    async def set_account(self, name: str) -> Account:
        """Set the account of the session's user. It is stored with the session.

        See `peerid.Session.set_account`.
        """
        return await self._client._make(
            read_account,
            library.peerid_session_set_account_async,
            self._open_handle(),
            encode(name, "name"),
        )

    async def mark(self, operations: Operations) -> str:
        """Record the newest entry of the payer's history, to settle an outcome later.

        See `peerid.Session.mark`.
        """
        return await self._client._make(
            read_mark,
            library.peerid_session_mark_async,
            self._open_handle(),
            *marked_arguments(operations),
        )

    async def settle(self, mark: str | PeerIDError) -> Settlement:
        """Find out whether operations were done after their answer was lost.

        See `peerid.Session.settle`.
        """
        return await self._client._make(
            read_settlement,
            library.peerid_session_settle_async,
            self._open_handle(),
            *mark_arguments(mark),
        )

    async def refresh(self) -> Token:
        """Refresh the tokens now, even if they have not expired.

        The refresh continues when the task is cancelled. See `peerid.Session.refresh`.
        """
        session = self._open_handle()
        return await self._client._make(
            lambda _: read_token(session), library.peerid_session_refresh_async, session
        )

    async def fresh_token(self, refused: int = 0) -> Token:
        """Return a token for requests that you send yourself.

        See `peerid.Session.fresh_token`.
        """
        return await self._client._make(
            Token,
            library.peerid_session_acquire_token_async,
            self._open_handle(),
            generation_argument(refused, "refused"),
        )

    async def logout(self) -> None:
        """End the session and remove it from its store; later calls fail.

        See `peerid.Session.logout`.
        """
        await self._client._make(
            lambda _: None,
            library.peerid_session_logout_async,
            self._open_handle(),
        )

    async def close(self) -> None:
        """Free the session without ending it. Closing twice is allowed."""
        self._handle = None

    def _call(
        self, function: Callable[..., Any], *arguments: Any
    ) -> Coroutine[Any, Any, Result]:
        return self._client._make(Result, function, self._open_handle(), *arguments)

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
