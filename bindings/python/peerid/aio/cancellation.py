"""What became of a call whose task was cancelled."""

from __future__ import annotations

import asyncio
import sys

from ..errors import PeerIDError


def error_of(exception: BaseException) -> PeerIDError | None:
    """Find the error of a call in or behind an exception.

    Args:
        exception: what an `await` raised: an error of a call, a `CancelledError`, or
            a `TimeoutError` of asyncio.

    Returns:
        The error, whose `outcome` tells whether the request may have been carried out;
        a `CancelledTooLate` has the result of a call that was. None when no call was
        under way.
    """
    current: BaseException | None = exception
    while current is not None and not isinstance(current, PeerIDError):
        current = current.__cause__ or _original(current)
    return current


def _original(exception: BaseException) -> BaseException | None:
    """Find the `CancelledError` that another exception was made of.

    It is the context of a `TimeoutError` of those time limits that name no cause, and
    before Python 3.11 of the new `CancelledError` that who waits for a cancelled task
    gets. Any other context is what was being handled when the exception was raised, and
    may be the error of an earlier call.
    """
    context = exception.__context__
    if isinstance(context, asyncio.CancelledError) and isinstance(exception, _MADE_OF):
        return context
    return None


_MADE_OF: tuple[type[BaseException], ...] = (TimeoutError, asyncio.TimeoutError)
if sys.version_info < (3, 11):
    _MADE_OF = (*_MADE_OF, asyncio.CancelledError)
