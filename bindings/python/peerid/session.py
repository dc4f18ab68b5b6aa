"""A user's session."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._arguments import generation_argument, transaction_arguments
from ._call import obtain
from ._library import library
from ._operation import Operations, write_operations
from ._session import BaseSession
from ._text import encode
from .account import Account, read_account
from .errors import PeerIDError
from .result import Response, Result
from .settlement import (
    Settlement,
    mark_arguments,
    marked_arguments,
    read_mark,
    read_settlement,
)
from .token import Token, new_token_handle

if TYPE_CHECKING:
    from .client import Client

Read = TypeVar("Read")


class Session(BaseSession):
    """A user's session: holds the tokens, refreshes them, and submits operations.

    Any number of threads may share one. Threads that find the token expired at the same
    time share one refresh. It is a context manager: at the end of the block it is
    closed, which does not end it at the server.
    """

    _client: Client

    @property
    def client(self) -> Client:
        """The client that created the session."""
        return self._client

    def submit(self, operations: Operations) -> Result:
        """Submit operations as one transaction, and wait until a block contains it.

        Before anything is sent, the token is refreshed if necessary, and the operations
        are checked (option `validate`) and compared with the token's scope. Only after
        HTTP 401 does the library refresh the token and resend the operations.

        Args:
            operations: one operation or several: of `peerid.ops`, dicts, or JSON text.

        Returns:
            The transaction; or a transaction token, if the application's users have to
            sign each request.

        Raises:
            InvalidArgument: an operation is not valid; the message names the position,
                such as `operations[0].amount.amount`, and says what is valid.
            NotPermitted: the user has not granted an operation.
            LoginRequired: the session is over.
            PeerIDError: any other failure of a call. Check its `outcome` before you
                submit again.
        """
        text = write_operations(operations)
        return self._call(library.peerid_session_submit, text, len(text))

    def confirm(self, transaction_token: str) -> Result:
        """Confirm a transaction token, which can be used once.

        PeerID issues a token only to a request with the cookie of a user who is signed
        in to PeerID's own page; otherwise a submit fails with `server side error`. The
        server accepts a confirmation from any application.

        Args:
            transaction_token: what `Result.transaction_token` returned.

        Raises:
            Rejected: the token is unknown or was already used.
            ChainRejected: the node refused the transaction. The token cannot be used
                again.
            PeerIDError: any other failure of a call. Check its `outcome` before you
                confirm again.
        """
        token = encode(transaction_token, "transaction_token")
        return self._call(library.peerid_session_confirm, token)

    def broadcast(self, transaction: Mapping[str, Any] | str | bytes) -> Result:
        """Broadcast a signed transaction.

        Args:
            transaction: with `ref_block_num`, `ref_block_prefix`, `expiration`,
                `operations` and `signatures`; as a dict or as JSON text, which is sent
                unchanged.

        Raises:
            InvalidArgument: a part of the transaction is missing.
            Rejected: the server rejects the transaction.
            PeerIDError: any other failure of a call. Check its `outcome` before you
                send again.
        """
        arguments = transaction_arguments(transaction)
        return self._call(library.peerid_session_broadcast, *arguments)

    def account(self) -> Account:
        """Return the chain account of the session's user, the payer of operations.

        The server does not return the account. After a login with a user name the
        library finds it on the chain: `pi-<user name>` or `<user name>`, depending on
        which of the two has granted PeerID a permission. The account is read once and
        then stored with the session. After a login with an e-mail address or an
        exchange of a code the user name is unknown: ask the user, and call
        `set_account`.

        Raises:
            ConfigurationError: the account is unknown, or two accounts are possible;
                the message says what to do.
            PeerIDError: the chain could not be read.
        """
        return self._account(library.peerid_session_account)

    def set_account(self, name: str) -> Account:
        """Set the account of the session's user. It is stored with the session.

        The account is looked up on the chain first. Exported tokens also contain it. If
        PeerID has no permission on the account, a warning is logged.

        Args:
            name: the account's name, such as `pi-alice`, or its id, such as `1.2.31`.

        Raises:
            InvalidArgument: the chain has no such account.
            LoginRequired: another process has logged the session out.
            StoreError: the account could not be saved.
            PeerIDError: the chain could not be read.
        """
        text = encode(name, "name")
        return self._account(library.peerid_session_set_account, text)

    def mark(self, operations: Operations) -> str:
        """Record the newest entry of the payer's history, to settle an outcome later.

        Call it right before `submit` or `broadcast`. Keep the mark, for instance in the
        database that holds the payment, and send the operations within two minutes.
        With the option `settleable` these calls make the mark themselves, and the error
        contains it. A mark costs one chain read.

        Args:
            operations: the operations that are about to be sent, as for `submit`, or a
                signed transaction as a dict, as for `broadcast`.

        Returns:
            The mark, JSON text without a secret.

        Raises:
            InvalidArgument: an operation is not valid or is not in the catalogue.
            PeerIDError: the chain could not be read.
        """
        arguments = marked_arguments(operations)
        return self._read(library.peerid_session_mark, read_mark, *arguments)

    def settle(self, mark: str | PeerIDError) -> Settlement:
        """Find out whether operations were done after their answer was lost.

        Reads the chain and sends nothing. The answer is final at most three to four
        minutes after the call ended. Equal transactions cannot be distinguished; to
        make yours unique, add a `custom` operation with random `data` to the call.

        Args:
            mark: an error whose outcome is unknown, with the option `settleable`; or
                what `mark` returned before the operations were sent.

        Raises:
            InvalidArgument: the text is not a mark, or the error has none.
            PeerIDError: the chain could not be read.
        """
        arguments = mark_arguments(mark)
        return self._read(library.peerid_session_settle, read_settlement, *arguments)

    def refresh(self) -> Token:
        """Refresh the tokens now, even if they have not expired.

        This is rarely needed: calls refresh the tokens when necessary. One refresh runs
        at a time.

        Returns:
            The new tokens.

        Raises:
            LoginRequired: the refresh token was already used, or there is none.
            ConfigurationError: there is no client secret.
            PeerIDError: any other failure of a call. The old tokens stay in use if they
                may still be valid.
        """
        session = self._open_handle()
        token: Token = obtain(
            library.peerid_session_refresh, (session,), lambda: self.token
        )
        return token

    def fresh_token(self, refused: int = 0) -> Token:
        """Return a token for requests that you send yourself.

        An expired token is refreshed first. If the server answers your request with
        HTTP 401, nothing was done: call this method again with the generation of the
        rejected token, and resend the request with the new token. Give up after a few
        attempts.

        Args:
            refused: the `generation` of the token that the server rejected with HTTP
                401; 0 if it rejected none.

        Raises:
            InvalidArgument: `refused` cannot be a generation.
            LoginRequired: the session is over.
            Rejected: the server also rejected the new token.
            PeerIDError: any other failure of a call; see the classes.
        """
        generation = generation_argument(refused, "refused")
        handle = new_token_handle()
        session = self._open_handle()
        token: Token = obtain(
            library.peerid_session_acquire_token,
            (session, generation, handle.out),
            partial(Token, handle),
        )
        return token

    def logout(self) -> None:
        """End the session and remove it from its store; later calls fail.

        The tokens stay valid at the server, which cannot revoke them.

        Raises:
            StoreError: the store failed; the session has still ended.
        """
        session = self._open_handle()
        self._client._invoke(self._key, library.peerid_session_logout, session)

    def close(self) -> None:
        """Free the session without ending it. Closing twice is allowed."""
        self._handle = None

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Result:
        response = Response()
        result: Result = obtain(
            function,
            (self._open_handle(), *arguments, response.out),
            partial(Result, response),
        )
        return result

    def _account(self, function: Callable[..., Any], *arguments: Any) -> Account:
        """Make a call that uses the store if there is a key."""
        response = Response()
        session = self._open_handle()
        self._client._invoke(self._key, function, session, *arguments, response.out)
        return read_account(response)

    def _read(
        self,
        function: Callable[..., Any],
        read: Callable[[Response], Read],
        *arguments: Any,
    ) -> Read:
        response = Response()
        read_response: Read = obtain(
            function,
            (self._open_handle(), *arguments, response.out),
            partial(read, response),
        )
        return read_response

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
