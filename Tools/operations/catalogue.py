"""The catalogue of operations, read from `Sources/PeerID/Operations/CatalogueText.swift`.

The notation is described at the head of that file. The library reads the same text with a reader of its own; the
Python tests build every operation from this model and let the library check it, so that the two cannot drift apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import NoReturn, Union


class CatalogueError(Exception):
    """The catalogue does not follow its notation."""


@dataclass(frozen=True)
class ObjectID:
    """The id of an object of one space, such as `1.2.31` of the space `1.2`."""

    space: str


@dataclass(frozen=True)
class Asset:
    """An amount of an asset: `{"amount": integer, "asset_id": "1.3.N"}`."""


@dataclass(frozen=True)
class Integer:
    """An integer with its limits; `None` is no limit."""

    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Number:
    """A number that may have a fraction."""

    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Text:
    """A text, and how long it may be."""

    maximum_length: int | None


@dataclass(frozen=True)
class URI:
    """A text that is a URI."""


@dataclass(frozen=True)
class Base64:
    """Bytes, written as base64."""


@dataclass(frozen=True)
class Choice:
    """One of a few texts."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Boolean:
    """True or false."""


class TimeUnit(Enum):
    """In what a point in time is counted from 1970."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True)
class Time:
    """A point in time."""

    unit: TimeUnit


@dataclass(frozen=True)
class Object:
    """An object with these keys."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class AnyObject:
    """An object whose keys the catalogue does not know."""


@dataclass(frozen=True)
class Array:
    """An array of one type, and how many elements it may have."""

    element: Type
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class Tuple:
    """An array of exactly these."""

    elements: tuple[Type, ...]


@dataclass(frozen=True)
class Named:
    """A type to which the catalogue gives a name."""

    name: str
    type: Type


Type = Union[
    ObjectID, Asset, Integer, Number, Text, URI, Base64, Choice, Boolean, Time, Object, AnyObject, Array, Tuple, Named
]


class Presence(Enum):
    """Whether a field has to be there."""

    REQUIRED = ""
    OPTIONAL = "?"
    UNUSABLE = "!"


@dataclass(frozen=True)
class Field:
    """A field of an operation or of an object in it."""

    name: str
    presence: Presence
    type: Type


@dataclass(frozen=True)
class Operation:
    """One operation of the chain."""

    id: int
    name: str
    is_known_to_server: bool
    fields: tuple[Field, ...]
    always_fails_because: str | None = None
    caution: str | None = None

    @property
    def usable_fields(self) -> list[Field]:
        """The fields that can be sent with success."""
        return [field for field in self.fields if field.presence is not Presence.UNUSABLE]


@dataclass(frozen=True)
class Catalogue:
    """All types with a name, and all operations in the order of their numbers."""

    types: tuple[Named, ...]
    operations: tuple[Operation, ...]


def read(file: Path) -> Catalogue:
    """Read the catalogue out of the Swift source that holds it."""
    literal = re.search(r'#"""\n(.*?)\n *"""#', file.read_text(encoding="utf-8"), re.DOTALL)
    if literal is None:
        raise CatalogueError(f'{file} holds no text between #""" and """#')
    types: dict[str, Named] = {}
    operations: list[Operation] = []
    for line in _unfolded(literal[1]):
        if line.startswith(("! ", "~ ")):
            if not operations:
                raise CatalogueError(f"a note without an operation above it: {line}")
            if line[0] == "!":
                operations[-1] = replace(operations[-1], always_fails_because=line[2:])
            else:
                operations[-1] = replace(operations[-1], caution=line[2:])
        elif line.startswith("$"):
            named = _Reader(line, types).named_type()
            types[named.name] = named
        else:
            operations.append(_Reader(line, types).operation())
    operations.sort(key=lambda operation: operation.id)
    return Catalogue(tuple(types.values()), tuple(operations))


def _unfolded(text: str) -> list[str]:
    """Join each line with the ones indented behind it; a note below an operation is a line of its own."""
    lines: list[str] = []
    for line in text.splitlines():
        content = line.strip()
        if not content:
            continue
        # The literal itself stands two columns to the right.
        if line.startswith("   ") and not content.startswith(("! ", "~ ")):
            lines[-1] += " " + content
        else:
            lines.append(content)
    return lines


class _Reader:
    """Reads one line from left to right."""

    _token = re.compile(r"\s*(\.\.|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|.)")

    def __init__(self, line: str, types: dict[str, Named]) -> None:
        self.line = line
        self.types = types
        self.tokens = self._token.findall(line)
        self.place = 0

    def named_type(self) -> Named:
        self._expect("$")
        name = self._word()
        self._expect("=")
        named = Named(name, self._type())
        self._end()
        return named

    def operation(self) -> Operation:
        number = self._integer()
        is_known_to_server = not self._skip("*")
        name = self._word()
        self._expect(":")
        fields = self._fields()
        self._end()
        return Operation(number, name, is_known_to_server, fields)

    def _fields(self) -> tuple[Field, ...]:
        fields: list[Field] = []
        while True:
            name = self._word()
            mark = next((presence for presence in Presence if presence.value and self._skip(presence.value)), None)
            self._expect(":")
            fields.append(Field(name, mark or Presence.REQUIRED, self._type()))
            if not self._skip(","):
                return tuple(fields)

    def _type(self) -> Type:
        if self._skip("{"):
            return self._object()
        if self._skip("["):
            element = self._type()
            minimum, maximum = self._limits(";") if self._skip(";") else (None, None)
            self._expect("]")
            return Array(element, minimum, maximum)
        if self._skip("("):
            elements = [self._type()]
            while self._skip(","):
                elements.append(self._type())
            self._expect(")")
            return Tuple(tuple(elements))
        if self._skip("$"):
            name = self._word()
            if name not in self.types:
                self._fail(f"there is no type ${name} above")
            return self.types[name]
        if self._peek().isdigit():
            space = self._integer()
            self._expect(".")
            return ObjectID(f"{space}.{self._integer()}")
        return self._simple_type(self._word())

    def _object(self) -> Type:
        fields = () if self._skip("*") else self._fields()
        self._expect("}")
        return Object(fields) if fields else AnyObject()

    def _simple_type(self, word: str) -> Type:
        if word == "int":
            return Integer(*self._limits_in_parentheses())
        if word == "number":
            return Number(*self._limits_in_parentheses())
        if word == "string":
            return Text(self._limits_in_parentheses()[1])
        if word == "one":
            self._expect("(")
            values = [self._word()]
            while self._skip("|"):
                values.append(self._word())
            self._expect(")")
            return Choice(tuple(values))
        simple: dict[str, Type] = {
            "asset": Asset(),
            "bool": Boolean(),
            "uri": URI(),
            "base64": Base64(),
            "seconds": Time(TimeUnit.SECONDS),
            "milliseconds": Time(TimeUnit.MILLISECONDS),
        }
        if word not in simple:
            self._fail(f"there is no type '{word}'")
        return simple[word]

    def _limits_in_parentheses(self) -> tuple[int | None, int | None]:
        if not self._skip("("):
            return None, None
        limits = self._limits("(")
        self._expect(")")
        return limits

    def _limits(self, mark: str) -> tuple[int | None, int | None]:
        minimum = self._integer() if self._peek().isdigit() else None
        self._expect("..")
        maximum = self._integer() if self._peek().isdigit() else None
        if minimum is None and maximum is None:
            self._fail(f"limits without a number behind '{mark}'")
        return minimum, maximum

    def _peek(self) -> str:
        return str(self.tokens[self.place]) if self.place < len(self.tokens) else ""

    def _skip(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self.place += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._skip(token):
            self._fail(f"'{token}' is expected and not '{self._peek()}'")

    def _word(self) -> str:
        word = self._peek()
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word):
            self._fail(f"a word is expected and not '{word}'")
        self.place += 1
        return word

    def _integer(self) -> int:
        digits = self._peek()
        if not digits.isdigit():
            self._fail(f"a number is expected and not '{digits}'")
        self.place += 1
        return int(digits)

    def _end(self) -> None:
        if self._peek():
            self._fail(f"'{self._peek()}' is left over")

    def _fail(self, what: str) -> NoReturn:
        read_so_far = " ".join(self.tokens[: self.place])[-60:]
        raise CatalogueError(f"{what}, behind: {read_so_far}")
