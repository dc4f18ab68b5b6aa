"""Finds the error of a call whose task was cancelled."""

from __future__ import annotations

import asyncio
import sys

from ..errors import PeerIDError


def error_of(exception: BaseException) -> PeerIDError | None:
    """Find the error of a call in an exception or its causes.

    Args:
        exception: what an `await` raised: an error of a call, a `CancelledError`, or
            a `TimeoutError` of asyncio.

    Returns:
        The error, whose `outcome` says whether the request may have been carried out.
        If the call had already succeeded, it is a `CancelledTooLate` with the result.
        None when no call was in flight.
    """
    current: BaseException | None = exception
    while current is not None and not isinstance(current, PeerIDError):
        current = current.__cause__ or _original(current)
    return current


def _original(exception: BaseException) -> BaseException | None:
    """Find the `CancelledError` from which another exception was made.

    It is the context of a `TimeoutError` that has no cause and, before Python 3.11, of
    the new `CancelledError` that a waiter for a cancelled task gets. Any other context
    is ignored: it is what was being handled when the exception was raised, and may be
    the error of an earlier call.
    """
    context = exception.__context__
    if isinstance(context, asyncio.CancelledError) and isinstance(exception, _MADE_OF):
        return context
    return None


_MADE_OF: tuple[type[BaseException], ...] = (TimeoutError, asyncio.TimeoutError)
if sys.version_info < (3, 11):
    _MADE_OF = (*_MADE_OF, asyncio.CancelledError)
