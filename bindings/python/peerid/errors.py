"""Errors: one exception class for each code, and one for each outcome.

Every error is an instance of both: use `except Timeout` to handle a kind of failure,
and `except OutcomeUnknown` to handle calls that may have been carried out.
"""

from __future__ import annotations

import enum
import json
from typing import Any

from . import _prototypes
from ._library import quick


class Code(enum.IntEnum):
    """The code of an error: the kind of failure. The numbers are stable."""

    INVALID_ARGUMENT = _prototypes.CODE_INVALID_ARGUMENT
    CONFIGURATION = _prototypes.CODE_CONFIGURATION
    UNREACHABLE = _prototypes.CODE_UNREACHABLE
    TLS = _prototypes.CODE_TLS
    TIMEOUT = _prototypes.CODE_TIMEOUT
    CANCELLED = _prototypes.CODE_CANCELLED
    CONNECTION_LOST = _prototypes.CODE_CONNECTION_LOST
    PROTOCOL = _prototypes.CODE_PROTOCOL
    REJECTED = _prototypes.CODE_REJECTED
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
    CHAIN_REJECTED = _prototypes.CODE_CHAIN_REJECTED

    def __str__(self) -> str:
        return self.name

    def __format__(self, format_spec: str) -> str:
        # Python 3.11 and newer would format the number if there is a width.
        return format(self.name, format_spec)

    @classmethod
    def _missing_(cls, value: object) -> Code | None:
        """Accept an unknown code of a newer library."""
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"CODE_{value}"
        member._value_ = value
        return member


class Outcome(enum.IntEnum):
    """Whether a failed call was carried out.

    Check it before you send money again. No outcome has the name or the number of a
    code.
    """

    #: The request was not sent. Repeating the call is safe.
    NOT_SENT = _prototypes.OUTCOME_NOT_SENT
    #: The server or the chain answered that the request was not carried out.
    #: Repeating the call is safe.
    NOT_DONE = _prototypes.OUTCOME_NOT_DONE
    #: The request may have been carried out. Find out before repeating the call.
    UNKNOWN = _prototypes.OUTCOME_UNKNOWN

    def __str__(self) -> str:
        return self.name

    def __format__(self, format_spec: str) -> str:
        # Python 3.11 and newer would format the number if there is a width.
        return format(self.name, format_spec)

    @classmethod
    def _missing_(cls, value: object) -> Outcome:
        """Treat an unknown outcome of a newer library as `UNKNOWN`, the safe one."""
        return cls.UNKNOWN


class PeerIDError(Exception):
    """A call failed. No error contains a token, a password or a secret."""

    #: The code of the class.
    default_code = Code.INTERNAL
    #: The outcome of the class; None if the class has none.
    _class_outcome: Outcome | None = None
    #: The public class, without the class of the outcome.
    _public_class: type[PeerIDError] | None = None

    def __new__(
        cls,
        message: str = "",
        *_: Any,
        outcome: Outcome | None = None,
        **__: Any,
    ) -> Any:
        """Make an instance of this class and of the class of the outcome."""
        kind = _with_outcome(cls, outcome)
        # An OSError must be created by OSError, and other classes must not be.
        base: type[Exception] = OSError if issubclass(kind, OSError) else Exception
        return base.__new__(kind, message)

    def __init__(
        self,
        message: str,
        *,
        code: Code | None = None,
        outcome: Outcome | None = None,
        http_status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        detail: Any = None,
        reason: str | None = None,
        transaction_id: str | None = None,
        mark: str | None = None,
    ) -> None:
        """Create an error. Applications need this only in their tests."""
        super().__init__(message)
        #: What happened and what to do about it, in English, on one line.
        self.message = message
        #: The kind of failure.
        self.code = self.default_code if code is None else code
        #: The HTTP status of the server's answer; None when there was none.
        self.http_status = http_status
        #: Whether repeating the same call later is safe (it cannot be done twice) and
        #: may succeed.
        self.retryable = retryable
        #: How many seconds to wait before repeating the call; None when unknown.
        self.retry_after = retry_after
        #: The member `error` of the server's answer: a str, a dict of messages by
        #: field, or None.
        self.detail = detail
        #: Why the server or the chain refused, such as `insufficient_balance`,
        #: `missing_authority` or `duplicate`; None for other failures. The names are
        #: those of `peerid_error_reason` in the C header.
        self.reason = reason
        #: The id of the transaction that the node refused, 40 hexadecimal digits; None
        #: when the answer does not contain it.
        self.transaction_id = transaction_id
        #: The mark with which `Session.settle` finds out whether the operations were
        #: done; None unless the outcome is unknown and the option `settleable` is on.
        self.mark = mark

    @property
    def outcome(self) -> Outcome:
        """Whether the call was carried out; the error is of the class of that name."""
        return self._class_outcome or Outcome.UNKNOWN

    @property
    def name(self) -> str:
        """The code as a word for logs, such as `login_required`."""
        name: bytes | None = quick.peerid_code_name(self.code)
        return self.code.name.lower() if name is None else name.decode()

    @property
    def fields(self) -> dict[str, str] | None:
        """The server's messages by field; None when there are none."""
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
        # By default an exception is pickled with its positional arguments, but this one
        # has more. Process pools pickle exceptions.
        kind = self._public_class or type(self)
        return _rebuild, (kind, self.message, self.outcome, dict(self.__dict__))


def _rebuild(
    kind: type[PeerIDError], message: str, outcome: Outcome, state: dict[str, Any]
) -> Any:
    error = kind(message, outcome=outcome)
    error.__dict__.update(state)
    return error


class NotSent(PeerIDError):
    """The request was not sent, whatever the code. Repeating the call is safe."""

    _class_outcome = Outcome.NOT_SENT


class NotDone(PeerIDError):
    """The server or the chain answered that the request was not carried out.

    Repeating the call is safe.
    """

    _class_outcome = Outcome.NOT_DONE


class OutcomeUnknown(PeerIDError):
    """The call may have been carried out, whatever the code.

    Find out before repeating it.
    """

    _class_outcome = Outcome.UNKNOWN


_OUTCOMES: dict[Outcome, type[PeerIDError]] = {
    Outcome.NOT_SENT: NotSent,
    Outcome.NOT_DONE: NotDone,
    Outcome.UNKNOWN: OutcomeUnknown,
}
_WITH_OUTCOME: dict[tuple[type[PeerIDError], Outcome], type[PeerIDError]] = {}


def _with_outcome(
    kind: type[PeerIDError], outcome: Outcome | None
) -> type[PeerIDError]:
    """Return the subclass of an error class and the class of an outcome.

    `except` checks only the bases of a class, so an error that matches two `except`
    clauses needs two bases.
    """
    if outcome is None:
        outcome = kind._class_outcome or Outcome.NOT_SENT
    if kind._class_outcome is not None:
        if kind._class_outcome is not outcome:
            raise ValueError(f"{kind.__name__} cannot have the outcome {outcome}")
        return kind
    if kind is PeerIDError:
        return _OUTCOMES[outcome]
    both = _WITH_OUTCOME.get((kind, outcome))
    if both is None:
        body = {
            "__module__": kind.__module__,
            "__qualname__": kind.__qualname__,
            "__doc__": kind.__doc__,
            "_public_class": kind,
        }
        both = type(kind.__name__, (kind, _OUTCOMES[outcome]), body)
        # If two threads get here at once, both use the class of the first.
        both = _WITH_OUTCOME.setdefault((kind, outcome), both)
    return both


class InvalidArgument(PeerIDError, ValueError):
    """An argument is invalid. No operation was sent."""

    default_code = Code.INVALID_ARGUMENT


class InexactNumber(InvalidArgument, TypeError):
    """A float or a Decimal was given for an integer. Money is not rounded."""


class ConfigurationError(PeerIDError):
    """The configuration is incomplete or invalid. No operation was sent."""

    default_code = Code.CONFIGURATION


class Unreachable(PeerIDError, ConnectionError):
    """The server is unreachable. Nothing was sent."""

    default_code = Code.UNREACHABLE


class TLSError(PeerIDError, ConnectionError):
    """The TLS handshake or the verification of the certificate failed."""

    default_code = Code.TLS


class Timeout(PeerIDError, TimeoutError):
    """A timeout expired. The outcome says whether the request may have arrived."""

    default_code = Code.TIMEOUT


class Cancelled(PeerIDError):
    """The call was cancelled. The outcome says whether the request may have arrived."""

    default_code = Code.CANCELLED


class CancelledTooLate(Cancelled, OutcomeUnknown):
    """The call had succeeded before it could be cancelled.

    This error is never raised. It is the `__cause__` of the exception that ended the
    wait for the call: a `CancelledError` of asyncio, or what a signal handler raised,
    such as `KeyboardInterrupt`.
    """

    #: What the call would have returned, such as the `Result` of a submit; None if it
    #: is lost.
    result: Any

    def __init__(
        self,
        message: str = "the call had succeeded before it was cancelled: see result",
        *,
        result: Any = None,
        **details: Any,
    ) -> None:
        """Keep the result."""
        super().__init__(message, **details)
        self.result = result


class ConnectionLost(PeerIDError, ConnectionError):
    """The connection was lost after the request was sent, before an answer."""

    default_code = Code.CONNECTION_LOST


class ProtocolError(PeerIDError):
    """The answer is not a PeerID answer."""

    default_code = Code.PROTOCOL


class Rejected(PeerIDError):
    """The server rejected the request (HTTP 4xx); `fields` holds its messages."""

    default_code = Code.REJECTED


class NotPermitted(PeerIDError, PermissionError):
    """The user has not granted an operation, or the server forbids it."""

    default_code = Code.NOT_PERMITTED


class LoginRequired(PeerIDError):
    """The session is over: the user has to log in again."""

    default_code = Code.LOGIN_REQUIRED


class RateLimited(PeerIDError):
    """The server or a proxy asks to retry later; see `retry_after`."""

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
    """Out of memory."""

    default_code = Code.OUT_OF_MEMORY


class InternalError(PeerIDError):
    """The system gave no descriptor or no random bytes, or the library has a bug.

    Please report a bug.
    """

    default_code = Code.INTERNAL


class StoreError(PeerIDError):
    """The session store failed."""

    default_code = Code.STORE


class QueueFull(PeerIDError):
    """The client has as many asynchronous calls in flight as it allows."""

    default_code = Code.QUEUE_FULL


class ChainRejected(PeerIDError):
    """The chain rejected the transaction; the message contains the node's reason."""

    default_code = Code.CHAIN_REJECTED


_CLASSES: dict[Code, type[PeerIDError]] = {
    kind.default_code: kind
    for kind in PeerIDError.__subclasses__()
    if "default_code" in vars(kind)
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
    transaction_id: bytes | None = quick.peerid_error_transaction_id(pointer)
    mark: bytes | None = quick.peerid_error_mark(pointer)
    return _CLASSES.get(code, PeerIDError)(
        quick.peerid_error_message(pointer).decode(),
        code=code,
        outcome=Outcome(quick.peerid_error_outcome(pointer)),
        http_status=quick.peerid_error_http_status(pointer) or None,
        retryable=quick.peerid_error_is_retryable(pointer),
        retry_after=delay / 1000 if delay else None,
        detail=_parse_detail(detail),
        reason=quick.peerid_error_reason(pointer).decode() or None,
        transaction_id=None if transaction_id is None else transaction_id.decode(),
        mark=None if mark is None else mark.decode(),
    )


free_error = quick.peerid_error_free


def _parse_detail(detail: bytes | None) -> Any:
    if detail is None:
        return None
    try:
        return json.loads(detail)
    except (ValueError, RecursionError):
        # Not JSON, or beyond Python's limits: a huge integer, or very deep nesting.
        return detail.decode(errors="replace")


def _as_text(message: Any) -> str:
    if isinstance(message, str):
        return message
    try:
        return json.dumps(message)
    except (ValueError, RecursionError):
        return "(too large to be shown)"
