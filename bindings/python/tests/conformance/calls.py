"""The calls of the cases by name, and the parts of their results that cases compare."""

from __future__ import annotations

from typing import Any, Callable

import peerid
from peerid.stores import BuiltinStore

from .modes import Mode
from .shown import note_line
from .views import view_of_result, view_of_settlement, view_of_token
from .world import World


class Target:
    """The object of a call, and the name for the object that the call creates."""

    def __init__(self, world: World, on: str, made: str) -> None:
        self._world = world
        self._on = on
        self._made = made

    @property
    def client(self) -> Any:
        return self._world.find(self._on, "client")

    @property
    def session(self) -> Any:
        return self._world.find(self._on, "session")

    @property
    def store(self) -> BuiltinStore:
        found: BuiltinStore = self._world.find(self._on, "store")
        return found

    def store_named(self, name: str | None) -> BuiltinStore | None:
        return None if name is None else self._world.find(name, "store")

    @property
    def mode(self) -> Mode:
        return self._world.mode

    def keep(self, made: Any) -> None:
        self._world.keep(self._made, made)

    def keep_session(self, session: Any) -> Any:
        self.keep(session)
        return view_of_token(session.token)

    @property
    def url(self) -> str:
        return self._world.variables["url"]


# No machine is that slow.
_LIMITS = {"connect_timeout_ms": "600000", "request_timeout_ms": "600000"}


def _client(
    target: Target,
    base_url: str | None = None,
    client_id: str = "4",
    client_secret: str | None = "demo-secret-4",
    options: dict[str, str] | None = None,
    store: str | None = None,
    relogin_login: str | None = None,
    relogin_password: str | None = None,
    fail_when_full: bool = False,
) -> None:
    given: dict[str, Any] = {**_LIMITS, **(options or {})}
    if relogin_login is not None:
        credentials = peerid.Credentials(relogin_login, password=relogin_password)
        given["relogin"] = lambda _: credentials
    client = target.mode.client(
        target.url if base_url is None else base_url,
        fail_when_full=fail_when_full,
        client_id=client_id,
        client_secret=client_secret,
        store=target.store_named(store),
        log=note_line,
        **given,
    )
    target.keep(client)


def _asset(it: Target, name: str) -> Any:
    asset = it.client.asset(name)
    return {"id": asset.id, "symbol": asset.symbol, "precision": asset.precision}


def _check(_: Target, operations: Any) -> Any:
    return {"warnings": "\n".join(peerid.check_operations(operations))}


CALLS: dict[str, Callable[..., Any]] = {
    "client": _client,
    "close_client": lambda it: it.client.close(),
    "memory_store": lambda it: it.keep(peerid.MemoryStore()),
    "directory_store": lambda it, path: it.keep(peerid.DirectoryStore(path)),
    "store_keys": lambda it: {"keys": sorted(it.store.keys())},
    "store_remove": lambda it, key: it.store.remove(key),
    "login": lambda it, **given: it.keep_session(it.client.login(**given)),
    "authorization": lambda it, redirect_uri: it.client.authorization_url(
        redirect_uri
    )._asdict(),
    "exchange": lambda it, redirect, state, key=None: it.keep_session(
        it.client.exchange(redirect, state, key=key)
    ),
    "exchange_code": lambda it, **given: it.keep_session(
        it.client.exchange_code(**given)
    ),
    "restore": lambda it, token_text, key=None: it.keep_session(
        it.client.restore(token_text, key=key)
    ),
    "open": lambda it, key: it.keep_session(it.client.open(key)),
    "read_chain": lambda it, api, method, params=(): {
        "json": it.client.read_chain(api, method, params)
    },
    "asset": _asset,
    "submit": lambda it, operations: view_of_result(it.session.submit(operations)),
    "submit_text": lambda it, operations: view_of_result(it.session.submit(operations)),
    "confirm": lambda it, transaction_token: view_of_result(
        it.session.confirm(transaction_token)
    ),
    "broadcast": lambda it, transaction: view_of_result(
        it.session.broadcast(transaction)
    ),
    "broadcast_text": lambda it, transaction: view_of_result(
        it.session.broadcast(transaction)
    ),
    "account": lambda it, name: it.client.account(name)._asdict(),
    "session_check": lambda it, operations: {
        "warnings": "\n".join(it.session.check(operations))
    },
    "session_account": lambda it: it.session.account()._asdict(),
    "set_account": lambda it, name: it.session.set_account(name)._asdict(),
    "mark": lambda it, operations: {"mark": it.session.mark(operations)},
    "settle": lambda it, mark: view_of_settlement(it.session.settle(mark)),
    "refresh": lambda it: view_of_token(it.session.refresh()),
    "token": lambda it: view_of_token(it.session.token),
    "permits": lambda it, operation: {"permits": it.session.token.permits(operation)},
    "export": lambda it: {"text": it.session.token.to_json()},
    "logout": lambda it: it.session.logout(),
    "check": _check,
    "operation_id": lambda it, name: {"id": peerid.operation_id(name)},
    "operation_name": lambda it, id: {"name": peerid.operation_name(id)},
}
