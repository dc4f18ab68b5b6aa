"""What the server answered to operations."""

from __future__ import annotations

from typing import Any

from . import _exact
from ._handle import Handle
from ._library import quick
from ._prototypes import ResponsePointer
from ._text import decode


class Response(Handle):
    """A response of the library, from a call until it has been read."""

    __slots__ = ()

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__(ResponsePointer, quick.peerid_response_free)

    @property
    def json(self) -> bytes:
        """The whole result."""
        text: bytes = quick.peerid_response_json(self.pointer, None)
        return text


class Result:
    """A transaction that the chain has taken into a block, or the token for one.

    Immutable.
    """

    __slots__ = (
        "_raw",
        "_text",
        "block_num",
        "created_ids",
        "transaction_id",
        "transaction_token",
        "trx_num",
    )

    #: The id of the transaction, 40 hexadecimal digits; None when it is not done yet.
    transaction_id: str | None
    #: The number of the block that holds it; None when it is not done yet.
    block_num: int | None
    #: Its place in the block, from 0; None when it is not done yet.
    trx_num: int | None
    #: The ids of the objects that the operations created, in their order.
    created_ids: tuple[str, ...]
    #: The token that confirms the transaction, for `Session.confirm`, when the users of
    #: the application sign each request; otherwise None.
    transaction_token: str | None

    def __init__(self, response: Response) -> None:
        """Read a response of the library."""
        pointer = response.pointer
        self.transaction_id = decode(quick.peerid_response_transaction_id(pointer))
        is_done = self.transaction_id is not None
        self.block_num = quick.peerid_response_block_num(pointer) if is_done else None
        self.trx_num = quick.peerid_response_trx_num(pointer) if is_done else None
        self.created_ids = tuple(
            quick.peerid_response_created_id(pointer, place).decode()
            for place in range(quick.peerid_response_created_count(pointer))
        )
        token = quick.peerid_response_transaction_token(pointer)
        self.transaction_token = decode(token)
        self._text = response.json
        self._raw: Any = None

    @property
    def json(self) -> str:
        """The whole result as compact JSON, with keys in the server's order."""
        return self._text.decode()

    @property
    def raw(self) -> Any:
        """The whole result as Python reads JSON. Integers are exact."""
        if self._raw is None:
            self._raw = _exact.read(self._text)
        return self._raw

    def __repr__(self) -> str:
        if self.transaction_token is not None:
            return "<Result: a transaction token, to be confirmed>"
        return (
            f"<Result: transaction {self.transaction_id} in block {self.block_num}, "
            f"created {list(self.created_ids)}>"
        )
