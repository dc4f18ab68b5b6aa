"""Act for Peerplays users through a PeerID server.

Log a user in once, store and refresh the tokens, and submit operations to the chain:

    from peerid import Client, ops

    with Client("https://…", client_id=4, client_secret="…") as client:
        session = client.login("alice", password="…")
        result = session.submit(
            ops.transfer(
                fee_asset="1.3.0",
                from_="1.2.31",
                to="1.2.33",
                amount={"amount": 100000, "asset_id": "1.3.0"},
            )
        )
        print(result.transaction_id)

Operations are sent once. Before you repeat a failed call, check whether it may have
been done: read `error.outcome`, or catch `OutcomeUnknown`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import stores
from ._amount import (
    AssetInfo,
    format_amount,
    format_odds,
    format_percent,
    parse_amount,
    parse_odds,
    parse_percent,
)
from ._hooks import Log, LogFunction, Relogin
from ._library import quick as _quick
from ._operation import (
    Operation,
    Operations,
    check_operations,
    describe_operation,
    operation_id,
    operation_name,
    operation_names,
)
from ._prototypes import VERSION_STRING as __version__
from .account import Account
from .authorization import Authorization
from .client import Client
from .credentials import Credentials
from .errors import (
    Cancelled,
    CancelledTooLate,
    ChainRejected,
    ClosedError,
    Code,
    ConfigurationError,
    ConnectionLost,
    InexactNumber,
    InternalError,
    InvalidArgument,
    LoginRequired,
    NotDone,
    NotPermitted,
    NotSent,
    Outcome,
    OutcomeUnknown,
    OutOfMemory,
    PeerIDError,
    ProtocolError,
    QueueFull,
    RateLimited,
    Rejected,
    ServerError,
    StoreError,
    Timeout,
    TLSError,
    TooLarge,
    Unreachable,
)
from .options import Option, OptionValue, options
from .result import Result
from .session import Session
from .settlement import Settlement, Transaction
from .stores import BuiltinStore, DirectoryStore, MemoryStore, Store, StoredSession
from .token import Token

if TYPE_CHECKING:
    from . import aio, ops

# These modules are imported at their first use: most programs need only one.
_LAZY = ("aio", "ops")


def library_version() -> str:
    """Return the version of the loaded libpeerid, such as `1.0.0`."""
    return str(_quick.peerid_library_version().decode())


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "Account",
    "AssetInfo",
    "Authorization",
    "BuiltinStore",
    "Cancelled",
    "CancelledTooLate",
    "ChainRejected",
    "Client",
    "ClosedError",
    "Code",
    "ConfigurationError",
    "ConnectionLost",
    "Credentials",
    "DirectoryStore",
    "InexactNumber",
    "InternalError",
    "InvalidArgument",
    "Log",
    "LogFunction",
    "LoginRequired",
    "MemoryStore",
    "NotDone",
    "NotPermitted",
    "NotSent",
    "Operation",
    "Operations",
    "Option",
    "OptionValue",
    "OutOfMemory",
    "Outcome",
    "OutcomeUnknown",
    "PeerIDError",
    "ProtocolError",
    "QueueFull",
    "RateLimited",
    "Rejected",
    "Relogin",
    "Result",
    "ServerError",
    "Session",
    "Settlement",
    "Store",
    "StoreError",
    "StoredSession",
    "TLSError",
    "Timeout",
    "Token",
    "TooLarge",
    "Transaction",
    "Unreachable",
    "__version__",
    "aio",
    "check_operations",
    "describe_operation",
    "format_amount",
    "format_odds",
    "format_percent",
    "library_version",
    "operation_id",
    "operation_name",
    "operation_names",
    "ops",
    "options",
    "parse_amount",
    "parse_odds",
    "parse_percent",
    "stores",
]
