"""The catalogue of operations, read from `catalogue.json`.

`catalogue.json` has three parts: `spaces`, the kind of object in each space of object ids; `types`, the objects,
choices and variants that several fields share; and `operations`. A field has a `name`, a `type` and limits: `min` and
`max` are those of the server's schema, `bits` is the size in the chain's format, `unit` is the unit or meaning of an
integer. `optional` fields may be omitted; with an `unusable` field the operation always fails, for the given reason.

An operation that `fails` cannot be serialized by the server. The chain refuses one that is `never` accepted, and
accepts one that is `proposal_only` only inside a proposal. `proposed` are the fields inside a proposal, where the
chain's names differ from the server's. `rules.py` describes the rules. Sources: measurements of the server's schema and
serializer (backend 0.11.2, peerplaysjs-lib dbae1ae), and the source of the chain's evaluators (9a267ee).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union


class CatalogueError(Exception):
    """The catalogue is invalid."""


@dataclass(frozen=True)
class ObjectID:
    """The id of an object of one space, such as `1.2.31` of the space `1.2`."""

    space: str


@dataclass(frozen=True)
class Asset:
    """An amount of an asset: `{"amount": integer, "asset_id": "1.3.N"}`."""


@dataclass(frozen=True)
class Integer:
    """An integer with its limits and unit; `None` means no limit."""

    minimum: int | None
    maximum: int | None
    unit: str | None


@dataclass(frozen=True)
class Text:
    """A string with a maximum length."""

    maximum_length: int | None


@dataclass(frozen=True)
class Form:
    """A string in a certain form: `uri`, `base64`, `key`, `hex` or `vote`."""

    name: str


@dataclass(frozen=True)
class Choice:
    """One of several strings."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True)
class Time:
    """A time in `seconds` or `milliseconds` since 1970."""

    unit: str


@dataclass(frozen=True)
class Object:
    """An object with these keys."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class AnyObject:
    """An object whose keys the catalogue does not list."""


@dataclass(frozen=True)
class Array:
    """An array with elements of one type, and limits for their number."""

    element: Type
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Tuple:
    """An array with exactly these elements; it has a name if their types alone do not identify it."""

    elements: tuple[Type, ...]
    name: str | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of a variant."""

    name: str
    type: Type | None
    fails: str | None


@dataclass(frozen=True)
class Variant:
    """An array of two elements: the number of a kind, and an object of that kind."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Named:
    """A type that has a name in the catalogue."""

    name: str
    type: Type
    about: str
    rules: tuple[dict[str, Any], ...] = ()


Type = Union[
    ObjectID, Asset, Integer, Text, Form, Choice, Boolean, Time, Object, AnyObject, Array, Tuple, Variant, Named
]


@dataclass(frozen=True)
class Field:
    """A field of an operation, or of an object in an operation."""

    name: str
    type: Type
    is_optional: bool
    unusable: str | None


@dataclass(frozen=True)
class Operation:
    """One operation of the chain."""

    id: int
    name: str
    payer: str
    fields: tuple[Field, ...]
    rules: tuple[dict[str, Any], ...]
    texts: dict[str, str] = field(hash=False)
    example: dict[str, Any] | None = field(hash=False)

    @property
    def usable_fields(self) -> list[Field]:
        """The fields that are not unusable."""
        return [field for field in self.fields if not field.unusable]

    @property
    def cannot_succeed_because(self) -> str | None:
        """Why no transaction sent through PeerID can contain the operation; `None` if one can."""
        return self.texts.get("never") or self.texts.get("fails")


@dataclass(frozen=True)
class Catalogue:
    """The spaces of object ids, all named types, and all operations, ordered by number."""

    spaces: dict[str, str]
    types: tuple[Named, ...]
    operations: tuple[Operation, ...]


def read(file: Path) -> Catalogue:
    """Read the catalogue."""
    source = json.loads(file.read_text(encoding="utf-8"))
    reader = _Reader()
    for entry in source["types"]:
        reader.types[entry["name"]] = reader.named(entry)
    operations = [reader.operation(entry) for entry in source["operations"]]
    if len({operation.id for operation in operations}) < len(operations):
        raise CatalogueError("two operations have the same number")
    operations.sort(key=lambda operation: operation.id)
    return Catalogue(source["spaces"], tuple(reader.types.values()), tuple(operations))


_TEXTS = ("fails", "never", "proposal_only", "not_proposed", "caution", "note")


class _Reader:
    def __init__(self) -> None:
        self.types: dict[str, Named] = {}

    def named(self, entry: dict[str, Any]) -> Named:
        type: Type
        if "values" in entry:
            type = Choice(tuple(entry["values"]))
        elif "kinds" in entry:
            type = Variant(tuple(self._kind(kind) for kind in entry["kinds"]))
        else:
            type = Object(self._fields(entry["fields"]))
        return Named(entry["name"], type, entry.get("about", ""), tuple(entry.get("rules", ())))

    def operation(self, entry: dict[str, Any]) -> Operation:
        texts = {key: entry[key] for key in _TEXTS if key in entry}
        return Operation(
            id=entry["id"],
            name=entry["name"],
            payer=entry["payer"],
            fields=self._fields(entry["fields"]),
            rules=tuple(entry.get("rules", ())),
            texts=texts,
            example=entry.get("example"),
        )

    def _kind(self, entry: dict[str, Any]) -> Kind:
        type: Type | None = None
        if "type" in entry:
            type = self._type(entry)
        elif "fields" in entry:
            type = Object(self._fields(entry["fields"]))
        return Kind(entry["name"], type, entry.get("fails"))

    def _fields(self, entries: list[dict[str, Any]]) -> tuple[Field, ...]:
        return tuple(
            Field(entry["name"], self._type(entry), "optional" in entry, entry.get("unusable")) for entry in entries
        )

    def _type(self, entry: dict[str, Any]) -> Type:
        name = entry["type"]
        minimum, maximum = entry.get("min"), entry.get("max")
        if name in ("integer", "number"):
            if "bits" in entry:
                minimum = 0 if minimum is None else minimum
                room = (1 << entry["bits"]) - 1
                maximum = room if maximum is None else min(maximum, room)
            return Integer(minimum, maximum, entry.get("unit"))
        if name == "list":
            return Array(self._type(entry["of"]), minimum, maximum)
        if name == "tuple":
            return Tuple(tuple(self._type(element) for element in entry["of"]), entry.get("name"))
        if name in ("uri", "base64", "key", "hex", "vote"):
            return Form(name)
        simple: dict[str, Type] = {
            "id": ObjectID(entry.get("space", "")),
            "asset": Asset(),
            "text": Text(maximum),
            "choice": Choice(tuple(entry.get("values", ()))),
            "boolean": Boolean(),
            "time": Time(entry.get("unit", "")),
            "object": AnyObject(),
            "proposed_operation": AnyObject(),
        }
        if name in simple:
            return simple[name]
        if name not in self.types:
            raise CatalogueError(f"there is no type '{name}' above")
        return self.types[name]
