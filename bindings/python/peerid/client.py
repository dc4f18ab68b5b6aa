"""A client for a PeerID server."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Callable

from . import _exact
from ._amount import AssetInfo, read_asset
from ._arguments import (
    chain_arguments,
    login_arguments,
    redirect_arguments,
    token_arguments,
)
from ._call import call_on_thread, invoke
from ._client import BaseClient
from ._library import library
from ._session import new_session_handle
from ._shutdown import flush
from ._text import encode
from .account import Account, read_account
from .result import Response
from .session import Session


class Client(BaseClient):
    """A client for a PeerID server.

    Create one client and share it among all threads. It is a context manager: at the
    end of the block it is closed.
    """

    def login(
        self,
        login: str,
        *,
        password: str | None = None,
        mobile: str | None = None,
        key: str | None = None,
    ) -> Session:
        """Log a user in with a password, a mobile number, or both.

        At a user's first login the server joins the user to the application on the
        chain, which takes seconds. Logging in again is always safe.

        Args:
            login: the user name or the e-mail address.
            password: the password.
            mobile: the mobile number.
            key: the session's key in the client's store; without it the session is
                kept in memory only.

        Raises:
            Rejected: the user, the password or the application is wrong, or the user
                has to go through the authorization code flow once.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_login,
            *login_arguments(login, password, mobile),
            key=key,
        )

    def exchange(
        self, redirect_url: str, state: str, *, key: str | None = None
    ) -> Session:
        """Complete the authorization code flow: compare the state, exchange the code.

        Args:
            redirect_url: the URL to which the browser was redirected, or its query.
            state: the state of the authorization with which the user was sent to the
                consent page.
            key: the session's key in the client's store.

        Raises:
            InvalidArgument: the state is missing or different, or there is no code.
            Rejected: the user did not consent, or the server rejects the code.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_exchange_redirect,
            *redirect_arguments(redirect_url, state),
            key=key,
        )

    def exchange_code(self, code: str, *, key: str | None = None) -> Session:
        """Exchange an authorization code. The caller must already have compared the
        state.

        Args:
            code: the code.
            key: the session's key in the client's store.

        Raises:
            Rejected: the server rejects the code or the secret.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_exchange, encode(code, "code"), key=key
        )

    def restore(self, token_json: str | bytes, *, key: str | None = None) -> Session:
        """Create a session from exported tokens. Sends nothing.

        Args:
            token_json: what `Token.to_json` returned, or the server's token JSON.
            key: the session's key in the client's store.

        Raises:
            InvalidArgument: the text is not JSON, or contains no usable token.
        """
        arguments = token_arguments(token_json)
        return self._begin(library.peerid_client_restore, *arguments, key=key)

    def open(self, key: str) -> Session:
        """Open a session from the store. Sends nothing.

        The session shares its tokens with all sessions of this key, in every process
        that uses the store.

        Args:
            key: the session's key.

        Raises:
            LoginRequired: the store has no session under this key.
            StoreError: the store failed, or the stored session is damaged.
        """
        return self._begin(library.peerid_client_open, key=key)

    def read_chain(self, api: str, method: str, params: Any = ()) -> Any:
        """Read the chain through the server. Needs no session.

        Args:
            api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
            method: a method of that API of a Peerplays node, such as `get_objects`.
            params: its parameters, a list. The server receives every value as text.

        Returns:
            The answer as Python objects. Numbers are exact: integers, and a
            `decimal.Decimal` for a number with a fraction.
        """
        arguments = chain_arguments(api, method, params)
        response = Response()
        client = self._open_handle()
        invoke(library.peerid_client_read_chain, client, *arguments, response.out)
        return _exact.read(response.text)

    def account(self, name: str) -> Account:
        """Find an account of the chain by its name or its id. Needs no session.

        Args:
            name: the name, such as `pi-alice`, or the id, such as `1.2.31`.

        Raises:
            InvalidArgument: the chain has no such account.
            PeerIDError: the chain could not be read.
        """
        response = Response()
        client = self._open_handle()
        text = encode(name, "name")
        invoke(library.peerid_client_account, client, text, response.out)
        return read_account(response)

    def asset(self, name: str) -> AssetInfo:
        """Find an asset by its symbol or its id.

        The asset is read from the chain once, and then cached by the client.

        Args:
            name: the symbol, such as `PPY`, or the id, such as `1.3.0`.

        Raises:
            InvalidArgument: the chain has no such asset.
            PeerIDError: any failure of `read_chain`.
        """
        known = self._assets.get(name)
        if known is None:
            answer = self.read_chain("database", "lookup_asset_symbols", [[name]])
            known = self._assets.setdefault(name, read_asset(name, answer))
        return known

    def check(self) -> None:
        """Check that the server is PeerID and accepts the application's id and secret.

        Call this when a program starts. The check sends one request, which changes
        nothing: a refresh with a token that does not exist. It does not show whether
        users have granted operations, or whether redirect URIs are registered.

        Raises:
            ConfigurationError: the client has no secret.
            Rejected: the server does not know the application, or the secret is wrong.
            ProtocolError: the server is not a PeerID server.
            PeerIDError: the request failed.
        """
        invoke(library.peerid_client_check, self._open_handle())

    def close(self) -> None:
        """Close the client: calls in flight end within a second, later ones fail at
        once.

        Waits at most five seconds until a running refresh has ended and its tokens are
        saved, because they would be lost if the process ended before. May be called
        from any thread. Closing twice is allowed.
        """
        handle = self._close_at_once()
        if handle is not None:
            flush(handle)

    def _begin(
        self, function: Callable[..., Any], *arguments: Any, key: str | None
    ) -> Session:
        """Make a call that creates a session."""
        client = self._open_handle()
        session = new_session_handle()
        name = encode(key, "key")
        self._invoke(key, function, client, *arguments, name, session.out)
        return Session(self, session, key)

    def _invoke(
        self, key: str | None, function: Callable[..., Any], *arguments: Any
    ) -> None:
        """Make a call that uses the store if there is a key."""
        needs_thread = self._calls_back and key is not None
        (call_on_thread if needs_thread else invoke)(function, *arguments)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
