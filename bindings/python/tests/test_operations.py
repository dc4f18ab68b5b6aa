"""The typed operations against the library's own catalogue."""

from __future__ import annotations

import inspect
import keyword
from datetime import datetime, timezone
from typing import Any

import catalogue
import generate
import pytest
from sandbox import ROOT, Sandbox

import peerid
from peerid import Client, ops

_CATALOGUE = catalogue.read(ROOT / "Sources/PeerID/Operations/CatalogueText.swift")
_OPERATIONS = {operation.name: operation for operation in _CATALOGUE.operations}
_MOMENT = datetime(2030, 1, 1, tzinfo=timezone.utc)


def _constructor(name: str) -> Any:
    return getattr(ops, name + "_" if keyword.iskeyword(name) else name)


def _sample(type: catalogue.Type, *, times: bool = True) -> Any:
    """Makes a value of a type that the server takes."""
    if isinstance(type, catalogue.ObjectID):
        return f"{type.space}.7"
    if isinstance(type, catalogue.Asset):
        return {"amount": 5, "asset_id": "1.3.0"}
    if isinstance(type, catalogue.Integer):
        return type.maximum if type.maximum is not None else 3
    if isinstance(type, catalogue.Number):
        return 2.5
    if isinstance(type, catalogue.Boolean):
        return True
    if isinstance(type, catalogue.Choice):
        return type.values[-1]
    if isinstance(type, catalogue.Time):
        return _MOMENT if times else 1
    if isinstance(type, catalogue.URI):
        return "https://example.com/"
    if isinstance(type, catalogue.Base64):
        return "AAAA"
    if isinstance(type, catalogue.Text):
        return "TEXT"
    if isinstance(type, catalogue.AnyObject):
        return {}
    if isinstance(type, catalogue.Array):
        return [] if type.maximum == 0 else [_sample(type.element)]
    if isinstance(type, catalogue.Tuple):
        return tuple(_sample(element) for element in type.elements)
    if isinstance(type, catalogue.Named):
        return _sample(type.type)
    assert isinstance(type, catalogue.Object)
    return {field.name: _sample(field.type) for field in type.fields}


def _make(operation: catalogue.Operation, *, optional: bool) -> peerid.Operation:
    arguments = {
        field.name + "_" if keyword.iskeyword(field.name) else field.name: _sample(
            field.type
        )
        for field in operation.usable_fields
        if optional or field.presence is catalogue.Presence.REQUIRED
    }
    made = _constructor(operation.name)(**arguments)
    assert isinstance(made, peerid.Operation)
    return made


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
@pytest.mark.parametrize("optional", [True, False])
def test_the_library_takes_what_is_made(name: str, optional: bool) -> None:
    operation = _OPERATIONS[name]
    made = _make(operation, optional=optional)
    assert made.name == name
    if operation.always_fails_because:
        with pytest.raises(peerid.InvalidArgument, match="can never succeed"):
            peerid.check_operations(made)
    else:
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
    for note in (operation.caution, operation.always_fails_because):
        assert note is None or note in words


def test_the_sandbox_takes_them_all(sandbox: Sandbox) -> None:
    usable = [
        _make(operation, optional=False)
        for operation in _CATALOGUE.operations
        if operation.is_known_to_server and not operation.always_fails_because
    ]
    with Client(sandbox.url, client_id=8, client_secret="demo-secret-8") as client:
        session = client.login("alice", password="alice-password")
        for operation in usable:
            result = session.submit(operation)
            ((number, _),) = result.raw["trx"]["operations"]
            assert number == peerid.operation_id(operation.name)
    assert len(usable) == 110


def test_an_operation_is_a_value() -> None:
    first = _make(_OPERATIONS["transfer"], optional=False)
    second = _make(_OPERATIONS["transfer"], optional=False)
    assert first == second
    assert hash(first) == hash(second)
    assert first != _make(_OPERATIONS["bid"], optional=False)
    assert first != first.to_dict()
    first.to_dict()["from"] = "1.2.99"
    assert first == second
    namespace = {"ops": ops}
    assert eval(repr(first), namespace) == first
    assert "ops.assert_(" in repr(_make(_OPERATIONS["assert"], optional=False))


def test_a_field_that_is_missing_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="from_"):
        ops.transfer(  # type: ignore[call-arg]
            fee_asset="1.3.0", to="1.2.3", amount={"amount": 1, "asset_id": "1.3.0"}
        )
