"""The result of a settlement: whether operations were done after their answer was
lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import _exact
from ._arguments import transaction_arguments
from ._operation import write_operations
from ._text import utf8
from .errors import InvalidArgument, PeerIDError

if TYPE_CHECKING:
    from .result import Response

State = Literal["done", "not_done", "not_yet", "undecided"]


@dataclass(frozen=True)
class Transaction:
    """A transaction in a block."""

    #: Its id, 40 hexadecimal digits; None when the node does not return it.
    id: str | None
    #: The number of its block.
    block_num: int
    #: Its position in the block, from 0.
    trx_num: int


@dataclass(frozen=True)
class Settlement:
    """Whether operations were done after their answer was lost."""

    #: `done`: a block contains the transaction. `not_done`: no block contains it, and
    #: no later block can; it may be sent again. `not_yet`: ask again after
    #: `retry_after` seconds. `undecided`: no later block can contain it, but one of
    #: `transactions` may be it: examine them.
    state: State
    #: The id of the transaction; None unless it was done and the node returns it.
    transaction_id: str | None
    #: The number of its block; None unless it was done.
    block_num: int | None
    #: Its position in the block, from 0; None unless it was done.
    trx_num: int | None
    #: Whether the state is final. Blocks are rarely undone.
    irreversible: bool
    #: All transactions since the mark that equal, or may equal, the one that was sent.
    #: If there are several, other programs have sent the same operations.
    transactions: tuple[Transaction, ...]
    #: How many seconds to wait before asking again; None unless the state is `not_yet`.
    retry_after: float | None

    @property
    def done(self) -> bool:
        """Whether a block contains the transaction."""
        return self.state == "done"

    @property
    def not_done(self) -> bool:
        """Whether it was not done and cannot be done later: it may be sent again."""
        return self.state == "not_done"


def read_mark(response: Response) -> str:
    """Read a mark."""
    return response.text.decode()


def read_settlement(response: Response) -> Settlement:
    """Parse the result of a settlement."""
    fields: dict[str, Any] = _exact.read(response.text)
    delay = fields["retry_after_ms"]
    return Settlement(
        state=fields["state"],
        transaction_id=fields["transaction_id"],
        block_num=fields["block_num"],
        trx_num=fields["trx_num"],
        irreversible=fields["irreversible"],
        transactions=tuple(Transaction(**each) for each in fields["transactions"]),
        retry_after=delay / 1000 if delay else None,
    )


def marked_arguments(operations: Any) -> tuple[bytes, int]:
    """Encode what is about to be sent: operations or a signed transaction."""
    if isinstance(operations, Mapping) and not operations.keys().isdisjoint(
        ("transaction", "signatures")
    ):
        return transaction_arguments(operations)
    text = write_operations(operations)
    return text, len(text)


def mark_arguments(mark: str | PeerIDError) -> tuple[bytes, int]:
    """Encode a mark, or the mark of an error."""
    if isinstance(mark, PeerIDError):
        if mark.mark is None:
            raise InvalidArgument(
                "the error has no mark: only an error whose outcome is unknown has "
                "one, and only with the option settleable=True"
            )
        mark = mark.mark
    if not isinstance(mark, str):
        raise TypeError(
            f"mark must be a str or a PeerIDError, not {type(mark).__name__}"
        )
    text = utf8(mark, "mark")
    return text, len(text)
