"""One application's way to one PeerID server."""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import Any, Callable, NoReturn

from . import _exact, _leaving, _trust
from ._call import check, invoke, invoke_aside
from ._handle import Handle
from ._hooks import Hooks, Log, Relogin
from ._library import library, quick
from ._prototypes import (
    AuthorizationPointer,
    ClientPointer,
    ConfigPointer,
    SessionPointer,
)
from ._text import encode
from .authorization import Authorization
from .errors import ClosedError
from .options import OptionValue, option_text
from .result import Response
from .session import Session
from .stores import BuiltinStore, Store
from .stores._custom import bind


class Client:
    """One application's way to one PeerID server.

    A client is made once and shared by all threads. It is a context manager: at the end
    of the block it is closed.
    """

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
        **options: OptionValue | None,
    ) -> None:
        """Make a client. Nothing is sent.

        Args:
            base_url: scheme, host and optional port and path of the server, such as
                `https://peerid.peerplays.download`.
            client_id: the id of the application.
            client_secret: the secret of the application. Without it users can log in,
                but no code can be exchanged and no token refreshed.
            store: where sessions that are begun with a key are kept.
            log: who is told of events, such as a refresh: a logger, or a function of a
                level of the module `logging` and a line of text. It is also called on
                threads of the library, must return soon, and must not use this package.
            relogin: a function that is asked for the user's `Credentials` when a
                session is over, so that it can go on; it gets the session's key, may
                block, and may answer None. Or `"keep"`: the password of a log in is
                kept in memory for that.
            options: the options of the library by name, such as
                `request_timeout_ms=5000` or `allow_http=True`; `peerid.options()`
                lists them.

        Raises:
            ConfigurationError: an option is unknown or does not take its value, or the
                base URL cannot be used.
            InvalidArgument: the id is not a number, or the secret is empty.
        """
        self._base_url = base_url
        self._client_id = client_id
        self._hooks = Hooks(log, relogin if callable(relogin) else None)
        if relogin is not None and not callable(relogin):
            options["relogin"] = relogin
        options.setdefault("ca_file", _trust.ca_file())
        config = Handle(ConfigPointer, library.peerid_config_free)
        failure = library.peerid_config_create(
            encode(base_url, "base_url"),
            encode(str(client_id), "client_id"),
            encode(client_secret, "client_secret"),
            config.out,
        )
        check(failure)
        for name, value in options.items():
            if value is not None:
                text = encode(option_text(name, value), f"option {name}")
                key = encode(name, "option")
                check(library.peerid_config_set(config, key, text))
        self._hooks.attach(config)
        if store is not None:
            handle = (
                store._open_handle() if isinstance(store, BuiltinStore) else bind(store)
            )
            check(library.peerid_config_set_store(config, handle))
        self._calls_back = isinstance(store, Store)
        client = Handle(ClientPointer, library.peerid_client_free)
        check(library.peerid_client_create(config, client.out))
        self._handle = client
        _leaving.clients.add(self)

    def login(
        self,
        login: str,
        *,
        password: str | None = None,
        mobile: str | None = None,
        key: str | None = None,
    ) -> Session:
        """Log a user in with a password, a mobile number, or both.

        The first log in of a user joins the application on the chain, which takes
        seconds. Logging in again is always safe.

        Args:
            login: the user name or the e-mail address.
            password: the password.
            mobile: the mobile number.
            key: under which the session is kept in the client's store; without it in
                memory alone.

        Raises:
            Refused: the user, the password or the application is wrong, or the user has
                to go through the authorization code flow once.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_login,
            encode(login, "login"),
            encode(password, "password"),
            encode(mobile, "mobile"),
            key=key,
        )

    def authorization_url(self, redirect_uri: str) -> Authorization:
        """Begin the authorization code flow. Nothing is sent.

        Args:
            redirect_uri: where the user's browser comes back to; it must be registered
                for the application.

        Returns:
            The address to send the browser to, and the state to keep with the user's
            web session.
        """
        handle = Handle(AuthorizationPointer, quick.peerid_authorization_free)
        client = self._open_handle()
        uri = encode(redirect_uri, "redirect_uri")
        failure = library.peerid_client_authorization(client, uri, handle.out)
        check(failure)
        return Authorization(
            quick.peerid_authorization_url(handle).decode(),
            quick.peerid_authorization_state(handle).decode(),
        )

    def exchange(
        self, redirect_url: str, state: str, *, key: str | None = None
    ) -> Session:
        """End the authorization code flow: compare the state, exchange the code.

        Args:
            redirect_url: the address to which the browser came back, or its query.
            state: the state of the authorization that the user was sent away with.
            key: under which the session is kept in the client's store.

        Raises:
            InvalidArgument: the state is missing or another one, or there is no code.
            Refused: the user did not consent, or the server refuses the code.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_exchange_redirect,
            encode(redirect_url, "redirect_url"),
            encode(state, "state"),
            key=key,
        )

    def exchange_code(self, code: str, *, key: str | None = None) -> Session:
        """Exchange an authorization code whose state the caller has compared.

        Args:
            code: the code.
            key: under which the session is kept in the client's store.

        Raises:
            Refused: the server refuses the code or the secret.
            PeerIDError: any other failure of a call; see the classes.
        """
        return self._begin(
            library.peerid_client_exchange, encode(code, "code"), key=key
        )

    def restore(self, token_json: str | bytes, *, key: str | None = None) -> Session:
        """Make a session from tokens that were saved before. Nothing is sent.

        Args:
            token_json: what `Token.to_json` gave, or a token object of the server.
            key: under which the session is kept in the client's store.

        Raises:
            InvalidArgument: it is not JSON, or holds no usable token.
        """
        text = token_json.encode() if isinstance(token_json, str) else bytes(token_json)
        return self._begin(library.peerid_client_restore, text, len(text), key=key)

    def open(self, key: str) -> Session:
        """Open a session that the store holds. Nothing is sent.

        It shares its tokens with all others of this key, in all processes that use the
        store.

        Args:
            key: the key with which the session was begun.

        Raises:
            LoginRequired: the store holds no session under this key.
            StoreError: the store failed, or what it holds is damaged.
        """
        return self._begin(library.peerid_client_open, key=key)

    def read_chain(self, api: str, method: str, params: Any = ()) -> Any:
        """Read the chain through the server. Needs no session.

        Args:
            api: `database`, `network_broadcast`, `history`, `crypto` or `bookie`.
            method: a method of that API of a Peerplays node, such as `get_objects`.
            params: its parameters, a list. The server is sent every value as text.

        Returns:
            The answer as Python reads JSON. Integers are exact.
        """
        text = _exact.write(_exact.plain(params, "params"))
        response = Response()
        invoke(
            library.peerid_client_read_chain,
            self._open_handle(),
            encode(api, "api"),
            encode(method, "method"),
            text,
            len(text),
            response.out,
        )
        return _exact.read(response.json)

    def close(self) -> None:
        """Close the client: calls in flight end within a second, later ones at once.

        A refresh that is under way goes on, so that its new tokens are not lost. May be
        called from any thread. Closing twice is allowed.
        """
        handle, self._handle = self._handle, None
        if handle is not None:
            library.peerid_client_close(handle)

    @property
    def closed(self) -> bool:
        """Whether the client was closed."""
        return self._handle is None

    def _begin(
        self, function: Callable[..., Any], *arguments: Any, key: str | None
    ) -> Session:
        """Make a call that begins a session."""
        client = self._open_handle()
        session = Handle(SessionPointer, library.peerid_session_free)
        name = encode(key, "key")
        self._invoke(key, function, client, *arguments, name, session.out)
        return Session(self, session, key)

    def _invoke(
        self, key: str | None, function: Callable[..., Any], *arguments: Any
    ) -> None:
        """Make a call that uses the store if there is a key."""
        is_aside = self._calls_back and key is not None
        (invoke_aside if is_aside else invoke)(function, *arguments)

    def _open_handle(self) -> Handle:
        if self._handle is None:
            raise ClosedError("the client was closed")
        return self._handle

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._handle is not None:
            warnings.warn(
                f"{self!r} was not closed", ResourceWarning, stacklevel=2, source=self
            )
            self.close()

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        return f"<Client {self._base_url!r}, client_id {self._client_id}{state}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a Client is not pickled, since it holds secrets; "
            "make one in each process, or fork"
        )
