"""The base class of blocking and asynchronous clients."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NoReturn

from . import _exact, _shutdown, _trust
from ._amount import AssetInfo
from ._call import check
from ._handle import Handle
from ._hooks import Hooks, Log, Relogin
from ._host import check_threads
from ._library import library, quick
from ._prototypes import AuthorizationPointer, ClientPointer, ConfigPointer
from ._text import encode
from .authorization import Authorization
from .errors import ClosedError
from .options import option_text
from .result import Response
from .stores import BuiltinStore, Store
from .stores._custom import bind

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._option_types import Options


class BaseClient:
    """A client for a PeerID server."""

    #: Whether signal handlers can end a call that waits in the library.
    _hears_signals = True
    _handle: Handle | None = None

    def __init__(
        self,
        base_url: str,
        *,
        client_id: int | str,
        client_secret: str | None = None,
        store: BuiltinStore | Store | None = None,
        log: Log | None = None,
        relogin: Relogin | str | None = None,
        **options: Unpack[Options],
    ) -> None:
        """Create a client. Sends nothing.

        Args:
            base_url: scheme, host and optional port and path of the server, such as
                `https://peerid.peerplays.download`.
            client_id: the id of the application.
            client_secret: the secret of the application. It is needed to exchange a
                code and to refresh tokens, but not to log in with a password.
            store: the store for sessions with a key.
            log: receives events, such as a refresh, each as one line of text without
                secrets. It is a logger, or a function that takes a level of the module
                `logging` and the text. It is also called on threads of the library,
                must return quickly, and must not use this package. By default events go
                to the logger `peerid`; with the monkey patches of gevent or eventlet
                they are dropped, and a chosen logger is refused, because patched locks
                do not work on threads of the library.
            relogin: a function that returns the user's `Credentials` when a refresh
                token is no longer valid or a refresh got no answer. It receives the
                session's key, may block, and may return None. Or `"keep"`: the password
                of a login is kept in memory to log in again.
            options: the options of the library by name, such as
                `request_timeout_ms=5000` or `allow_http=True`; `peerid.options()`
                lists them.

        Raises:
            ConfigurationError: an option is unknown or its value is not valid, the base
                URL is invalid, the program runs without threads (as uWSGI can), or the
                store or the logger does not work with its green threads.
            InvalidArgument: the id is not a number, or the secret is empty.
        """
        check_threads()
        self._base_url = base_url
        self._client_id = client_id
        self._assets: dict[str, AssetInfo] = {}
        self._hooks = Hooks(log, relogin if callable(relogin) else None)
        values: dict[str, object] = {"ca_file": _trust.ca_file(), **options}
        if isinstance(relogin, str):
            values["relogin"] = relogin
        elif relogin is not None and not callable(relogin):
            kind = type(relogin).__name__
            raise TypeError(f'relogin must be a function or "keep", not {kind}')
        config = Handle(ConfigPointer(), library.peerid_config_free)
        failure = library.peerid_config_create(
            encode(base_url, "base_url"),
            encode(str(client_id), "client_id"),
            encode(client_secret, "client_secret"),
            config.out,
        )
        check(failure)
        for name, value in values.items():
            if value is not None:
                text = encode(option_text(name, value), f"option {name}")
                key = encode(name, "option")
                check(library.peerid_config_set(config, key, text))
        self._hooks.attach(config, hears_signals=self._hears_signals)
        if store is not None:
            handle = (
                store._open_handle() if isinstance(store, BuiltinStore) else bind(store)
            )
            check(library.peerid_config_set_store(config, handle))
        self._calls_back = store is not None and not isinstance(store, BuiltinStore)
        client = Handle(ClientPointer(), library.peerid_client_free)
        check(library.peerid_client_create(config, client.out))
        self._handle = client
        _shutdown.clients.add(self)

    def statistics(self) -> dict[str, Any]:
        """Return statistics of the client's calls since it was created.

        A dict of counts: `calls` by kind and outcome, `in_flight`,
        `resends_after_401`, `refreshes`, `store`, `connections`, and `latency_us` with
        percentiles in microseconds; `peerid_client_statistics` in `peerid.h` describes
        all of them. Sends nothing and takes microseconds. A child of `fork` starts at
        zero.
        """
        response = Response()
        check(library.peerid_client_statistics(self._open_handle(), response.out))
        counts: dict[str, Any] = _exact.read(response.text)
        return counts

    def set_secret(self, client_secret: str) -> None:
        """Replace the client secret. Sessions continue; nothing is sent.

        Raises:
            InvalidArgument: the secret is empty.
        """
        secret = encode(client_secret, "client_secret")
        check(library.peerid_client_set_secret(self._open_handle(), secret))

    def authorization_url(self, redirect_uri: str) -> Authorization:
        """Start the authorization code flow. Sends nothing.

        PeerID's consent page appends `?code=…` even to a redirect URI that has a query:
        `exchange` can read it, but web frameworks cannot. Its *Cancel* button does not
        redirect. Localhost and IP addresses are refused. A user can grant at most 15
        operations to all applications together.

        Args:
            redirect_uri: the URL to which the browser returns; its domain must be
                registered for the application.

        Returns:
            The URL to send the browser to, and the state to store in the user's web
            session.
        """
        handle = Handle(AuthorizationPointer(), quick.peerid_authorization_free)
        client = self._open_handle()
        uri = encode(redirect_uri, "redirect_uri")
        failure = library.peerid_authorization_create(client, uri, handle.out)
        check(failure)
        return Authorization(
            quick.peerid_authorization_url(handle).decode(),
            quick.peerid_authorization_state(handle).decode(),
        )

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._handle is None

    def _open_handle(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the client was closed")
        return self._handle

    def _close_at_once(self) -> Handle | None:
        """End the calls in flight soon; later calls fail at once.

        Returns the closed object, or None if it was closed before.
        """
        handle, self._handle = self._handle, None
        if handle is not None:
            library.peerid_client_close(handle)
        return handle

    def __del__(self) -> None:
        if self._handle is not None:
            warnings.warn(
                f"{self!r} was not closed", ResourceWarning, stacklevel=2, source=self
            )
            self._close_at_once()

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        return f"<Client {self._base_url!r}, client_id {self._client_id}{state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Client cannot be pickled, since it contains secrets; "
            "create one in each process, or fork"
        )
