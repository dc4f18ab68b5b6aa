"""What became of a call whose task was cancelled."""

from __future__ import annotations

from ..errors import PeerIDError


def error_of(exception: BaseException) -> PeerIDError | None:
    """Find the error of a call in or behind an exception.

    Args:
        exception: what an `await` has raised: an error of a call, a `CancelledError`,
            or a `TimeoutError` of asyncio.

    Returns:
        The error, whose `outcome` tells whether the request may have been carried out;
        a `CancelledTooLate` has the result of a call that was. None when no call was
        under way.
    """
    current: BaseException | None = exception
    while current is not None and not isinstance(current, PeerIDError):
        current = current.__cause__ or current.__context__
    return current
