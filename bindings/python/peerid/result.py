"""The server's answer to operations."""

from __future__ import annotations

from typing import Any, Callable

from . import _exact
from ._handle import Handle
from ._library import quick
from ._prototypes import ResponsePointer
from ._text import decode


class Response(Handle):
    """A response of the library that has not been read yet."""

    __slots__ = ()

    def __init__(self, pointer: Any = None) -> None:
        """Own a response; without a pointer, make an empty one that is filled later."""
        if pointer is None:
            pointer = ResponsePointer()
        super().__init__(pointer, quick.peerid_response_free)

    @property
    def text(self) -> bytes:
        """The whole result, as JSON text."""
        text: bytes = quick.peerid_response_json(self.pointer, None)
        return text


class Result:
    """A transaction that a block contains, or a transaction token.

    Immutable.
    """

    __slots__ = ("_fields", "_json", "_response")

    def __init__(self, response: Response) -> None:
        """Made by the methods of `Session`."""
        # Parts that are not read are not copied to Python.
        self._response: Response | None = response
        self._fields: dict[str, Any] = {}
        self._json: Any = None

    @property
    def transaction_id(self) -> str | None:
        """The id of the transaction, 40 hexadecimal digits.

        None if the transaction is not done yet.
        """
        value: str | None = self._field("transaction_id")
        return value

    @property
    def block_num(self) -> int | None:
        """The number of the block that contains it; None if it is not done yet."""
        value: int | None = self._field("block_num")
        return value

    @property
    def trx_num(self) -> int | None:
        """Its position in the block, from 0; None if it is not done yet."""
        value: int | None = self._field("trx_num")
        return value

    @property
    def created_ids(self) -> tuple[str, ...]:
        """The ids of the objects that the operations created, in their order."""
        value: tuple[str, ...] = self._field("created_ids")
        return value

    @property
    def transaction_token(self) -> str | None:
        """The token that confirms the transaction, for `Session.confirm`.

        None unless the application's users have to sign each request.
        """
        value: str | None = self._field("transaction_token")
        return value

    @property
    def text(self) -> str:
        """The whole result as JSON text, as the server wrote it."""
        value: str = self._field("text")
        return value

    @property
    def json(self) -> Any:
        """The whole result as Python objects. Numbers are exact.

        An integer is an `int`, a number with a fraction or an exponent a
        `decimal.Decimal`. It is parsed once.

        Raises:
            ProtocolError: it exceeds a limit of Python, such as an integer of more than
                4300 digits. The other properties still work.
        """
        if self._json is None:
            self._json = _exact.read(self.text)
        return self._json

    def _field(self, name: str) -> Any:
        fields = self._fields
        if name not in fields:
            assert self._response is not None
            fields[name] = _READERS[name](self._response.pointer)
        return fields[name]

    def __repr__(self) -> str:
        if self.transaction_token is not None:
            return "<Result: a transaction token, to be confirmed>"
        return (
            f"<Result: transaction {self.transaction_id} in block {self.block_num}, "
            f"created {list(self.created_ids)}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, ({name: self._field(name) for name in _READERS},)


def _restore(fields: dict[str, Any]) -> Result:
    """Restore a pickled result."""
    result = Result.__new__(Result)
    result._response = None
    result._fields = fields
    result._json = None
    return result


def _known(number: int) -> int | None:
    return None if number < 0 else number


def _created_ids(pointer: Any) -> tuple[str, ...]:
    places = range(quick.peerid_response_created_count(pointer))
    read = quick.peerid_response_created_id
    return tuple(read(pointer, place).decode() for place in places)


_READERS: dict[str, Callable[[Any], Any]] = {
    "transaction_id": lambda it: decode(quick.peerid_response_transaction_id(it)),
    "block_num": lambda it: _known(quick.peerid_response_block_num(it)),
    "trx_num": lambda it: _known(quick.peerid_response_trx_num(it)),
    "created_ids": _created_ids,
    "transaction_token": lambda it: decode(quick.peerid_response_transaction_token(it)),
    "text": lambda it: decode(quick.peerid_response_json(it, None)),
}
