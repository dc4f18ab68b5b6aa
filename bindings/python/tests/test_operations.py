"""The typed operations against the library's own catalogue."""

from __future__ import annotations

import inspect
import keyword
from decimal import Decimal
from typing import Any

import catalogue
import generate
import pytest
from sandbox import ROOT, Sandbox

import peerid
from peerid import Client, ops

_CATALOGUE = catalogue.read(ROOT / "Tools/operations/catalogue.json")
_OPERATIONS = {operation.name: operation for operation in _CATALOGUE.operations}


def _constructor(name: str) -> Any:
    return getattr(ops, name + "_" if keyword.iskeyword(name) else name)


def _make(operation: catalogue.Operation) -> peerid.Operation:
    """Create the catalogue's example with its constructor."""
    assert operation.example is not None
    made = _constructor(operation.name)(
        **{
            name + "_" if keyword.iskeyword(name) else name: value
            for name, value in operation.example.items()
            if name != "op_name"
        }
    )
    assert isinstance(made, peerid.Operation)
    return made


def _is_direct(operation: catalogue.Operation) -> bool:
    example = operation.example
    return example is not None and example["op_name"] == operation.name


def test_the_generated_files_are_up_to_date() -> None:
    assert generate.main(["--check"]) == 0


def test_there_is_one_for_every_name() -> None:
    assert {operation.name for operation in _CATALOGUE.operations} == set(
        peerid.operation_names()
    )
    for operation in _CATALOGUE.operations:
        assert peerid.operation_id(operation.name) == operation.id
        assert callable(_constructor(operation.name))


@pytest.mark.parametrize("name", list(_OPERATIONS))
def test_the_example_passes_the_check(name: str) -> None:
    operation = _OPERATIONS[name]
    description = peerid.describe_operation(name)
    assert description is not None
    assert description["name"] == name
    assert description.get("example") == operation.example
    if operation.cannot_succeed_because:
        assert operation.example is None
        with pytest.raises(peerid.InvalidArgument, match="always fails"):
            peerid.check_operations({"op_name": name})
    else:
        assert operation.example is not None
        peerid.check_operations(operation.example)
        if _is_direct(operation):
            made = _make(operation)
            assert made.to_dict() == operation.example
            peerid.check_operations(made)


@pytest.mark.parametrize("name", list(_OPERATIONS))
def test_constructors_take_keywords_and_are_documented(name: str) -> None:
    function = _constructor(name)
    signature = inspect.signature(function)
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    documentation = inspect.getdoc(function)
    assert documentation is not None
    for parameter in signature.parameters:
        assert f"    {parameter}: " in documentation
    operation = _OPERATIONS[name]
    words = " ".join(documentation.split())
    for note in (operation.texts.get("caution"), operation.cannot_succeed_because):
        assert note is None or note in words


def test_decimals_are_exact() -> None:
    asset = peerid.AssetInfo("1.3.0", "PPY", 5)
    assert ops.Asset.of("12.5", asset) == {"amount": 1250000, "asset_id": "1.3.0"}
    assert ops.Asset.of(Decimal("0.00001"), asset)["amount"] == 1
    assert ops.Asset.of(Decimal("1E+2"), asset)["amount"] == 10_000_000
    assert ops.Asset.of(3, asset)["amount"] == 300000
    wrong: list[Any] = [
        "12.123456",
        "1,5",
        "",
        "1e3",
        Decimal("NaN"),
        Decimal("0.000001"),
    ]
    for amount in wrong:
        with pytest.raises(peerid.InvalidArgument):
            ops.Asset.of(amount, asset)
    inexact: list[Any] = [12.5, True]
    for amount in inexact:
        with pytest.raises(peerid.InexactNumber):
            ops.Asset.of(amount, asset)
    assert (peerid.parse_odds("1.5"), peerid.format_odds(15000)) == (15000, "1.5")
    assert peerid.parse_percent("12.34") == 1234
    assert peerid.format_percent(1234) == "12.34"


def test_what_is_formatted_is_parsed_to_the_same() -> None:
    around = [10**power + more for power in range(19) for more in (-1, 0, 1)]
    numbers = [*around, *(-number for number in around), 2**63 - 1, -(2**63)]
    numbers += [7**power for power in range(22)]
    for number in numbers:
        for precision in range(13):
            text = peerid.format_amount(number, precision)
            assert peerid.parse_amount(text, precision) == number
        if number >= 0:
            assert peerid.parse_odds(peerid.format_odds(number)) == number
            assert peerid.parse_percent(peerid.format_percent(number)) == number


def test_an_asset_is_read_once(sandbox: Sandbox) -> None:
    with Client(sandbox.url, client_id=4, client_secret="demo-secret-4") as client:
        asset = client.asset("PPY")
        assert asset == peerid.AssetInfo("1.3.0", "PPY", 5)
        assert client.asset("PPY") is asset
        with pytest.raises(peerid.InvalidArgument, match="no asset 'NONE'"):
            client.asset("NONE")


def test_warnings_are_returned() -> None:
    bet = _make(_OPERATIONS["bet_place"]).to_dict()
    assert peerid.check_operations(bet) == []
    (warning,) = peerid.check_operations({**bet, "backer_multiplier": 20050})
    assert "odds come in steps" in warning


def test_an_operation_is_a_value() -> None:
    first = _make(_OPERATIONS["transfer"])
    second = _make(_OPERATIONS["transfer"])
    assert first == second
    assert hash(first) == hash(second)
    assert first != _make(_OPERATIONS["bid"])
    assert first != first.to_dict()
    first.to_dict()["from"] = "1.2.99"
    assert first == second
    namespace = {"ops": ops}
    assert eval(repr(first), namespace) == first
    assert "ops.assert_(" in repr(_make(_OPERATIONS["assert"]))


def test_a_field_that_is_missing_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="from_"):
        ops.transfer(  # type: ignore[call-arg]
            fee_asset="1.3.0", to="1.2.3", amount={"amount": 1, "asset_id": "1.3.0"}
        )
