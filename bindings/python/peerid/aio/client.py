"""A client for a PeerID server, for asyncio."""

from __future__ import annotations

import asyncio
import os
import weakref
from collections.abc import Coroutine
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from .. import _exact
from .._amount import AssetInfo, read_asset
from .._arguments import (
    chain_arguments,
    login_arguments,
    redirect_arguments,
    token_arguments,
)
from .._client import BaseClient
from .._handle import Handle
from .._hooks import Log, Relogin
from .._library import library
from .._shutdown import until_timeout
from .._text import encode
from ..account import Account, read_account
from ..result import Response
from ..stores import BuiltinStore, Store
from ._calls import Calls
from .session import Session

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .._option_types import Options

    _ByLoop = weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[Calls]]

_T = TypeVar("_T")

# The interval at which a closing client checks whether anything is pending, in seconds.
_LOOK_INTERVAL = 0.005


class Client(BaseClient):
    """A client for a PeerID server, for asyncio.

    Create one client, with or without a running event loop, and share it among all
    tasks and event loops. It is an asynchronous context
    manager: at the end of the block it is closed.

    When `max_in_flight` calls are in flight, further ones wait for their turn.
    """

    # A signal interrupts the event loop, not a thread that waits in the library.
    _hears_signals = False

    def __init__(
        self,
        base_url: str,
        *,
        client_id: int | str,
        client_secret: str | None = None,
        store: BuiltinStore | Store | None = None,
        log: Log | None = None,
        relogin: Relogin | str | None = None,
        fail_when_full: bool = False,
        **options: Unpack[Options],
    ) -> None:
        """Create a client. Sends nothing.

        Args:
            base_url: see `peerid.Client`, which says more about each argument.
            client_id: the id of the application.
            client_secret: the secret of the application.
            store: the store for sessions with a key.
            log: receives events, on threads of the library.
            relogin: returns a user's `Credentials` when a refresh token is no longer
                valid or a refresh got no answer, on a thread of the library; or
                `"keep"`.
            fail_when_full: whether a call raises `QueueFull` at once, and nothing is
                sent, when `max_in_flight` calls are in flight; otherwise it waits for
                its turn.
            options: the options of the library by name; `peerid.options()` lists them.

        Raises:
            ConfigurationError: as for `peerid.Client`.
            InvalidArgument: as for `peerid.Client`.
        """
        self._fails_when_full = fail_when_full
        super().__init__(
            base_url,
            client_id=client_id,
            client_secret=client_secret,
            store=store,
            log=log,
            relogin=relogin,
            **options,
        )

    async def login(
        self,
        login: str,
        *,
        password: str | None = None,
        mobile: str | None = None,
        key: str | None = None,
    ) -> Session:
        """Log a user in with a password, a mobile number, or both.

        See `peerid.Client.login`.
        """
        return await self._begin(
            library.peerid_client_login_async,
            *login_arguments(login, password, mobile),
            key=key,
        )

    async def exchange(
        self, redirect_url: str, state: str, *, key: str | None = None
    ) -> Session:
        """Complete the authorization code flow: compare the state, exchange the code.

        See `peerid.Client.exchange`.
        """
        return await self._begin(
            library.peerid_client_exchange_redirect_async,
            *redirect_arguments(redirect_url, state),
            key=key,
        )

    async def exchange_code(self, code: str, *, key: str | None = None) -> Session:
        """Exchange an authorization code. The caller must already have compared the
        state.

        See `peerid.Client.exchange_code`.
        """
        return await self._begin(
            library.peerid_client_exchange_async, encode(code, "code"), key=key
        )

    async def restore(
        self, token_json: str | bytes, *, key: str | None = None
    ) -> Session:
        """Create a session from exported tokens. Sends nothing.

        See `peerid.Client.restore`.
        """
        arguments = token_arguments(token_json)
        return await self._begin(
            library.peerid_client_restore_async, *arguments, key=key
        )

    async def open(self, key: str) -> Session:
        """Open a session from the store. Sends nothing.

        See `peerid.Client.open`.
        """
        return await self._begin(library.peerid_client_open_async, key=key)

    async def read_chain(self, api: str, method: str, params: Any = ()) -> Any:
        """Read the chain through the server. Needs no session.

        See `peerid.Client.read_chain`.
        """
        arguments = chain_arguments(api, method, params)
        return await self._make(
            _read_json,
            library.peerid_client_read_chain_async,
            self._open_handle(),
            *arguments,
        )

    async def account(self, name: str) -> Account:
        """Find an account of the chain by its name or its id. Needs no session.

        See `peerid.Client.account`.
        """
        return await self._make(
            read_account,
            library.peerid_client_account_async,
            self._open_handle(),
            encode(name, "name"),
        )

    async def asset(self, name: str) -> AssetInfo:
        """Find an asset by its symbol or its id. See `peerid.Client.asset`."""
        known = self._assets.get(name)
        if known is None:
            answer = await self.read_chain("database", "lookup_asset_symbols", [[name]])
            known = self._assets.setdefault(name, read_asset(name, answer))
        return known

    async def check(self) -> None:
        """Check that the server is PeerID and accepts the application's id and secret.

        See `peerid.Client.check`.
        """
        await self._make(
            lambda _: None, library.peerid_client_check_async, self._open_handle()
        )

    async def close(self) -> None:
        """Close the client, and wait until the calls of this event loop have ended.

        Calls in flight, on every event loop, end with `ClosedError` within about a
        second, later ones at once. Also waits up to five seconds for a running refresh
        and for saving its tokens, which would be lost if the process ended before.
        Closing twice is allowed.
        """
        handle = self._close_at_once()
        calls = self._calls_on(asyncio.get_running_loop())
        if calls is not None:
            await calls.all_ended()
        if handle is not None:
            for _ in until_timeout():
                if library.peerid_client_flush(handle, 0):
                    return
                await asyncio.sleep(_LOOK_INTERVAL)

    def _begin(
        self, function: Callable[..., Any], *arguments: Any, key: str | None
    ) -> Coroutine[Any, Any, Session]:
        """Make a call that creates a session."""

        def finish(handle: Handle) -> Session:
            return Session(self, handle, key)

        name = encode(key, "key")
        return self._make(finish, function, self._open_handle(), *arguments, name)

    def _make(
        self,
        finish: Callable[[Any], _T],
        function: Callable[..., Any],
        *arguments: Any,
    ) -> Coroutine[Any, Any, _T]:
        """Make a call on the running event loop; see `Calls.make`."""
        loop = asyncio.get_running_loop()
        calls = self._calls_on(loop)
        if calls is None:
            handle = self._open_handle()
            calls = Calls(handle, fail_when_full=self._fails_when_full)
            self._by_loop[loop] = weakref.ref(calls)
        return calls.make(finish, function, *arguments)

    def _calls_on(self, loop: asyncio.AbstractEventLoop) -> Calls | None:
        found = self._by_loop.get(loop)
        return None if found is None else found()

    @cached_property
    def _by_loop(self) -> _ByLoop:
        """The calls of each event loop. Only the event loop keeps its calls alive:
        calls in flight refer to the loop, and a strong reference here would keep both
        alive.
        """
        return weakref.WeakKeyDictionary()

    def _close_at_once(self) -> Handle | None:
        handle = super()._close_at_once()
        # Another thread may start to use the client meanwhile, so copy the list of
        # references first.
        for reference in self._by_loop.keyrefs():
            loop = reference()
            calls = None if loop is None else self._calls_on(loop)
            if loop and calls and calls.process == os.getpid():
                # A closed event loop does not watch anything.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(calls.retire)
        return handle

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def _read_json(response: Response) -> Any:
    return _exact.read(response.text)
