"""What can go wrong: one exception for each code of the library."""

from __future__ import annotations

import enum
import json
from typing import Any

from . import _prototypes
from ._library import quick


class Code(enum.IntEnum):
    """What kind of failure an error is. The numbers are stable."""

    INVALID_ARGUMENT = _prototypes.CODE_INVALID_ARGUMENT
    CONFIGURATION = _prototypes.CODE_CONFIGURATION
    NOT_SENT = _prototypes.CODE_NOT_SENT
    TLS = _prototypes.CODE_TLS
    TIMEOUT = _prototypes.CODE_TIMEOUT
    CANCELLED = _prototypes.CODE_CANCELLED
    OUTCOME_UNKNOWN = _prototypes.CODE_OUTCOME_UNKNOWN
    PROTOCOL = _prototypes.CODE_PROTOCOL
    REFUSED = _prototypes.CODE_REFUSED
    NOT_PERMITTED = _prototypes.CODE_NOT_PERMITTED
    LOGIN_REQUIRED = _prototypes.CODE_LOGIN_REQUIRED
    RATE_LIMITED = _prototypes.CODE_RATE_LIMITED
    SERVER = _prototypes.CODE_SERVER
    TOO_LARGE = _prototypes.CODE_TOO_LARGE
    CLOSED = _prototypes.CODE_CLOSED
    OUT_OF_MEMORY = _prototypes.CODE_OUT_OF_MEMORY
    INTERNAL = _prototypes.CODE_INTERNAL
    STORE = _prototypes.CODE_STORE
    QUEUE_FULL = _prototypes.CODE_QUEUE_FULL

    @classmethod
    def _missing_(cls, value: object) -> Code | None:
        """Take a code that a newer library has and this package does not know."""
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"CODE_{value}"
        member._value_ = value
        return member


class Outcome(enum.IntEnum):
    """What became of the request of a call that failed.

    It is the one question that matters before money is sent again.
    """

    #: No byte of the request left. Making the call again cannot do it twice.
    NOT_SENT = _prototypes.OUTCOME_NOT_SENT
    #: The server answered that it did not do it. Making the call again cannot do it
    #: twice.
    REFUSED = _prototypes.OUTCOME_REFUSED
    #: The request may have been carried out. Find out before making the call again.
    UNKNOWN = _prototypes.OUTCOME_UNKNOWN

    @classmethod
    def _missing_(cls, value: object) -> Outcome:
        """Take an outcome of a newer library for the one that forbids to send again."""
        return cls.UNKNOWN


class PeerIDError(Exception):
    """A call failed. No error holds a token, a password or a secret."""

    #: The code that the class stands for; an error of the base class has its own.
    default_code = Code.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        code: Code | None = None,
        outcome: Outcome = Outcome.NOT_SENT,
        http_status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        detail: Any = None,
    ) -> None:
        """Make an error; applications do so only in their tests."""
        super().__init__(message)
        #: What happened and what to do about it, in English, on one line.
        self.message = message
        #: What kind of failure it is.
        self.code = self.default_code if code is None else code
        #: What became of the request.
        self.outcome = outcome
        #: The HTTP status of the server's answer; None when there was none.
        self.http_status = http_status
        #: Whether the same call may be made again later, without the risk of doing it
        #: twice and with hope of success.
        self.retryable = retryable
        #: How many seconds to wait before that; None when nobody said.
        self.retry_after = retry_after
        #: What the server wrote under `error`: a str, a dict of messages by field, or
        #: None.
        self.detail = detail

    @property
    def name(self) -> str:
        """The code as a word for logs, such as `login_required`."""
        name: bytes | None = quick.peerid_code_name(self.code)
        return self.code.name.lower() if name is None else name.decode()

    @property
    def fields(self) -> dict[str, str] | None:
        """The server's messages by field; None when it did not write any."""
        if not isinstance(self.detail, dict):
            return None
        return {field: _as_text(message) for field, message in self.detail.items()}

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        status = "" if self.http_status is None else f", http_status={self.http_status}"
        return (
            f"{type(self).__name__}({self.message!r}, code={self.code.name}, "
            f"outcome={self.outcome.name}{status})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is pickled by its positional arguments alone, and this one has
        # more; process pools send exceptions back to their parents.
        return _rebuild, (type(self), self.message, dict(self.__dict__))


def _rebuild(kind: type[PeerIDError], message: str, state: dict[str, Any]) -> Any:
    error = kind(message)
    error.__dict__.update(state)
    return error


class InvalidArgument(PeerIDError, ValueError):
    """An argument cannot be used. Nothing was sent."""

    default_code = Code.INVALID_ARGUMENT


class InexactNumber(InvalidArgument, TypeError):
    """A float or a Decimal stands where an integer belongs. Money is not rounded."""


class ConfigurationError(PeerIDError):
    """The configuration lacks something or holds something unusable."""

    default_code = Code.CONFIGURATION


class NotSent(PeerIDError, ConnectionError):
    """The server could not be reached. Nothing was sent."""

    default_code = Code.NOT_SENT


class TLSError(PeerIDError, ConnectionError):
    """No trusted TLS connection came about. Nothing was sent."""

    default_code = Code.TLS


class Timeout(PeerIDError, TimeoutError):
    """Time ran out. The outcome tells whether the request may have left."""

    default_code = Code.TIMEOUT


class Cancelled(PeerIDError):
    """The call was cancelled. The outcome tells whether the request may have left."""

    default_code = Code.CANCELLED


class CancelledTooLate(Cancelled):
    """The call had succeeded before it could be cancelled.

    It is never raised, only found as the cause of what ended the wait for the call: a
    `CancelledError` of asyncio, or what the handler of a signal has raised, such as
    `KeyboardInterrupt`.
    """

    #: What the call would have returned, such as the `Result` of a submit; None when it
    #: cannot be had any more.
    result: Any

    def __init__(
        self,
        message: str = "the call had succeeded before it was cancelled: see result",
        *,
        result: Any = None,
        **details: Any,
    ) -> None:
        """Keep the result."""
        super().__init__(message, **{"outcome": Outcome.UNKNOWN, **details})
        self.result = result


class OutcomeUnknown(PeerIDError, ConnectionError):
    """The request left and no answer came: it may have been carried out or not.

    Other errors can have an unknown outcome as well: before money is sent again look
    at `outcome`, not at the class.
    """

    default_code = Code.OUTCOME_UNKNOWN


class ProtocolError(PeerIDError):
    """The answer is not one that PeerID gives."""

    default_code = Code.PROTOCOL


class Refused(PeerIDError):
    """The server refused the request (HTTP 4xx); `fields` holds its messages."""

    default_code = Code.REFUSED


class NotPermitted(PeerIDError, PermissionError):
    """The user has not granted an operation, or the server forbids it."""

    default_code = Code.NOT_PERMITTED


class LoginRequired(PeerIDError):
    """The session is over: the user has to log in again."""

    default_code = Code.LOGIN_REQUIRED


class RateLimited(PeerIDError):
    """The server or a proxy asks to come back later; see `retry_after`."""

    default_code = Code.RATE_LIMITED


class ServerError(PeerIDError):
    """The server failed (HTTP 5xx)."""

    default_code = Code.SERVER


class TooLarge(PeerIDError):
    """The request or the answer is larger than allowed."""

    default_code = Code.TOO_LARGE


class ClosedError(PeerIDError):
    """The client, the session or the store was closed."""

    default_code = Code.CLOSED


class OutOfMemory(PeerIDError, MemoryError):
    """Memory ran out."""

    default_code = Code.OUT_OF_MEMORY


class InternalError(PeerIDError):
    """Something happened in the library that should be impossible; please report it."""

    default_code = Code.INTERNAL


class StoreError(PeerIDError):
    """The store of sessions failed."""

    default_code = Code.STORE


class QueueFull(PeerIDError):
    """As many asynchronous calls are in flight as the client allows."""

    default_code = Code.QUEUE_FULL


_CLASSES: dict[Code, type[PeerIDError]] = {
    kind.default_code: kind
    for kind in PeerIDError.__subclasses__()
    if kind.default_code is not Code.INTERNAL or kind is InternalError
}


def take_error(pointer: Any) -> PeerIDError:
    """Make the exception for an error of the library, and free the error."""
    try:
        return read_error(pointer)
    finally:
        free_error(pointer)


def read_error(pointer: Any) -> PeerIDError:
    """Make the exception for an error of the library."""
    code = Code(quick.peerid_error_code(pointer))
    delay = quick.peerid_error_retry_after_ms(pointer)
    detail: bytes | None = quick.peerid_error_detail(pointer, None)
    return _CLASSES.get(code, PeerIDError)(
        quick.peerid_error_message(pointer).decode(),
        code=code,
        outcome=Outcome(quick.peerid_error_outcome(pointer)),
        http_status=quick.peerid_error_http_status(pointer) or None,
        retryable=quick.peerid_error_is_retryable(pointer),
        retry_after=delay / 1000 if delay else None,
        detail=_parse_detail(detail),
    )


free_error = quick.peerid_error_free


def _parse_detail(detail: bytes | None) -> Any:
    if detail is None:
        return None
    try:
        return json.loads(detail)
    except (ValueError, RecursionError):
        # No JSON, or more than Python reads: an integer or a nesting without end.
        return detail.decode(errors="replace")


def _as_text(message: Any) -> str:
    if isinstance(message, str):
        return message
    try:
        return json.dumps(message)
    except (ValueError, RecursionError):
        return "(too large to be shown)"
