"""Exact conversions of amounts, odds and percentages between text and integers."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Union

from ._call import check
from ._library import library
from .errors import InexactNumber, InvalidArgument, Outcome, ProtocolError

# Enough for any 64-bit integer with a sign and a point.
_ROOM = 40


class Asset(dict[str, Any]):
    """An amount of an asset, in the form of an operation's field. Equal to the dict
    with its keys.

    Keys:
        amount: an integer in the smallest unit of the asset, at most 10^12.
        asset_id: an asset, `1.3.N`.
    """

    def __init__(self, amount: int, asset_id: str) -> None:
        """Create an amount from an integer, in the smallest unit; see also `of`."""
        super().__init__(amount=amount, asset_id=asset_id)

    @classmethod
    def of(cls, amount: str | int | Decimal, asset: AssetInfo) -> Asset:
        """Create an amount from whole units: `Asset.of("12.5", client.asset("PPY"))`.

        Args:
            amount: decimal text, a Decimal, or an integer, in whole units of the asset.
            asset: the asset, from `Client.asset`.

        Raises:
            InexactNumber: the amount is a float.
            InvalidArgument: the amount is not a number, or has more decimals than the
                asset: it is never rounded.
        """
        if isinstance(amount, bool) or not isinstance(amount, (str, int, Decimal)):
            raise InexactNumber(
                "an amount must be a str, a Decimal or an int, not "
                + type(amount).__name__
            )
        text = format(amount, "f") if isinstance(amount, Decimal) else str(amount)
        return cls(parse_amount(text, asset.precision), asset.id)


# An amount of an asset: made with `Asset`, or a dict with the same keys.
AssetValue = Union[Asset, Mapping[str, Any]]


class AssetInfo:
    """An asset of the chain: its id, symbol and precision. Immutable."""

    __slots__ = ("id", "precision", "symbol")

    def __init__(self, id: str, symbol: str, precision: int) -> None:
        """Describe an asset.

        Args:
            id: its object id, such as `1.3.0`.
            symbol: its symbol, such as `PPY`.
            precision: the number of decimal places, from 0 to 12.
        """
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "symbol", symbol)
        object.__setattr__(self, "precision", precision)

    id: str
    symbol: str
    precision: int

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an AssetInfo cannot be changed")

    def __repr__(self) -> str:
        fields = f"id={self.id!r}, symbol={self.symbol!r}, precision={self.precision}"
        return f"AssetInfo({fields})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AssetInfo):
            return NotImplemented
        return (self.id, self.symbol, self.precision) == (
            other.id,
            other.symbol,
            other.precision,
        )

    def __hash__(self) -> int:
        return hash((self.id, self.symbol, self.precision))


def read_asset(name: str, answer: Any) -> AssetInfo:
    """Parse the chain's answer to `lookup_asset_symbols`."""
    if answer == [None]:
        raise InvalidArgument(
            f"the chain has no asset '{name}'", outcome=Outcome.NOT_DONE
        )
    try:
        found = answer[0]
        return AssetInfo(
            str(found["id"]), str(found["symbol"]), int(found["precision"])
        )
    except (LookupError, TypeError, ValueError):
        raise ProtocolError(
            "the answer of the node to lookup_asset_symbols has an unexpected form",
            outcome=Outcome.NOT_DONE,
        ) from None


def parse_amount(text: str, precision: int) -> int:
    """Convert decimal text to the smallest unit: `"12.5"` with precision 5 is 1250000.

    Raises:
        InvalidArgument: the text is not a decimal number, has more decimals than the
            precision, or does not fit into 64 bits.
    """
    return _parse(library.peerid_amount_parse, text, precision)


def format_amount(amount: int, precision: int) -> str:
    """Convert an amount in the smallest unit to decimal text, as wallets show it."""
    return _format(library.peerid_amount_format, amount, precision)


def parse_odds(text: str) -> int:
    """Convert decimal odds to the backer multiplier: `"1.5"` is 15000."""
    return _parse(library.peerid_odds_parse, text)


def format_odds(multiplier: int) -> str:
    """Convert a backer multiplier to decimal odds: 15000 is `"1.5"`."""
    return _format(library.peerid_odds_format, multiplier)


def parse_percent(text: str) -> int:
    """Convert a percentage to 1/100 percent: `"12.34"` is 1234."""
    return _parse(library.peerid_percent_parse, text)


def format_percent(share: int) -> str:
    """Convert 1/100 percent to a percentage: 1234 is `"12.34"`."""
    return _format(library.peerid_percent_format, share)


def _parse(function: Any, text: object, *precision: int) -> int:
    if not isinstance(text, str):
        raise TypeError(f"a decimal must be a str, not {type(text).__name__}")
    result = ctypes.c_int64()
    if "\0" in text:
        raise InvalidArgument("a decimal must not contain a NUL")
    check(
        function(
            text.encode(errors="replace"), *_checked(precision), ctypes.byref(result)
        )
    )
    return result.value


def _format(function: Any, number: int, *precision: int) -> str:
    if isinstance(number, bool) or not isinstance(number, int):
        raise InexactNumber(
            f"a number to format must be an int, not {type(number).__name__}"
        )
    if not -(1 << 63) <= number < 1 << 63:
        raise InvalidArgument(f"{number} does not fit into 64 bits")
    buffer = ctypes.create_string_buffer(_ROOM)
    check(function(number, *_checked(precision), len(buffer), buffer))
    return buffer.value.decode()


def _checked(precision: tuple[int, ...]) -> tuple[int, ...]:
    for places in precision:
        if (
            isinstance(places, bool)
            or not isinstance(places, int)
            or not 0 <= places <= 12
        ):
            raise InvalidArgument(
                f"a precision is an integer from 0 to 12, not {places!r}"
            )
    return precision
