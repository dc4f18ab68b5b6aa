"""Reads the C interface from the symbol graphs that the Swift compiler writes."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import documentation
from documentation import DocComment

# A symbol of a symbol graph, as JSON.
Symbol = dict[str, Any]

_SCALARS = {
    "Bool": "bool",
    "UInt8": "uint8_t",
    "Int32": "int32_t",
    "UInt32": "uint32_t",
    "Int64": "int64_t",
    "UInt64": "uint64_t",
    "UInt": "size_t",
    "Double": "double",
}


class InterfaceError(Exception):
    """A declaration in the sources cannot be part of a C interface."""


@dataclass(frozen=True)
class CType:
    """A C type: its base, its kind, and for each pointer level, from the inside, whether the target is const."""

    base: str
    kind: str = "scalar"
    pointers: tuple[bool, ...] = ()

    @property
    def spelling(self) -> str:
        """The type without a name, such as `const char *`."""
        if not self.pointers:
            return self.base
        first = ("const " if self.pointers[0] else "") + self.base + " *"
        return first + "".join("const *" if const else "*" for const in self.pointers[1:])

    def declaring(self, name: str) -> str:
        """A declaration with this type, such as `const char *text`."""
        return self.spelling + ("" if self.pointers else " ") + name


_VOID = CType("void", "void")


@dataclass
class Parameter:
    """A parameter of a function or of a callback."""

    swift: str
    name: str
    type: CType

    @property
    def direction(self) -> str:
        """The direction of the data, in Doxygen's terms."""
        return "out" if self.name.startswith("out_") else "in"


@dataclass
class Declaration:
    """A published declaration: its C name, its doc comment, and its position in the sources."""

    name: str
    comment: DocComment
    path: str
    line: int


@dataclass
class Handle(Declaration):
    """An opaque struct; an immutable one is passed by `const` pointer."""

    immutable: bool = False


@dataclass
class Constant(Declaration):
    """A constant of an enum."""

    swift: str = ""
    value: int = 0


@dataclass
class Enum(Declaration):
    """An enum, which becomes constants in C."""

    constants: list[Constant] = field(default_factory=list)


@dataclass
class Function(Declaration):
    """An exported function."""

    parameters: list[Parameter] = field(default_factory=list)
    result: CType = _VOID

    @property
    def can_fail(self) -> bool:
        """Whether the function returns an error that the caller must check."""
        return self.result.base == "peerid_error" and self.name.startswith("peerid_")


@dataclass
class Callback(Function):
    """The type of a callback that C passes to the library."""


@dataclass
class Struct(Declaration):
    """A struct that the C program fills in, with its fields in order."""

    fields: list[Field] = field(default_factory=list)


@dataclass
class Field(Declaration):
    """A field of a struct."""

    type: CType = _VOID


@dataclass
class Interface:
    """All published declarations, in the order of the sources."""

    version: tuple[int, int, int]
    contract: DocComment
    sections: dict[str, DocComment]
    handles: list[Handle]
    enums: list[Enum]
    callbacks: list[Callback]
    structs: list[Struct]
    functions: list[Function]

    @property
    def declarations(self) -> list[Declaration]:
        """All declarations except the handles."""
        return [*self.enums, *self.callbacks, *self.structs, *self.functions]

    @property
    def error_constants(self) -> dict[str, str]:
        """The C names of error codes by their Swift names."""
        return {c.swift: c.name for enum in self.enums if enum.name == "peerid_code" for c in enum.constants}


def snake_case(name: str) -> str:
    """`outResponse` becomes `out_response`, `httpURLBad` becomes `http_url_bad`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def extract(module: str, modules: Path, root: Path, scratch: Path) -> list[Symbol]:
    """Extract the symbol graph of a built module."""
    info = json.loads(subprocess.run(["swiftc", "-print-target-info"], check=True, capture_output=True).stdout)
    command = ["swift", "symbolgraph-extract", "-module-name", module, "-minimum-access-level", "public"]
    command += ["-I", str(modules), "-output-dir", str(scratch), "-target", info["target"]["unversionedTriple"]]
    for module_map in sorted((root / "Sources").glob("*/module.modulemap")):
        command += ["-Xcc", f"-fmodule-map-file={module_map}"]
    subprocess.run(command, check=True)
    symbols: list[Symbol] = json.loads((scratch / f"{module}.symbols.json").read_text(encoding="utf-8"))["symbols"]
    return symbols


class Reader:
    """Reads the interface from the symbols of the core and of the module that exports the C functions."""

    def __init__(self, root: Path, core: list[Symbol], exported: list[Symbol]) -> None:
        self._root = root
        self._core = sorted(core, key=self._place)
        self._exported = sorted(exported, key=self._place)
        self._types: dict[str, CType] = {}
        self._results: dict[str, CType] = {}
        self._immutable: set[str] = set()

    def read(self) -> Interface:
        """Read all declarations; raises `InterfaceError` for declarations that C cannot use."""
        version, contract, sections = {}, DocComment(), {}
        for symbol in self._core + self._exported:
            path = symbol["pathComponents"]
            if path == ["Contract"]:
                contract = documentation.read(self._lines(symbol))
            elif path[0] == "Contract":
                sections[path[1].lower()] = documentation.read(self._lines(symbol))
            elif path[0] == "Version" and path[-1] in ("major", "minor", "patch"):
                version[path[-1]] = self._number(symbol)
        aliases = [symbol for symbol in self._exported if symbol["kind"]["identifier"] == "swift.typealias"]
        handles = [self._handle(symbol) for symbol in aliases if self._text(symbol).endswith("= OpaquePointer")]
        callbacks = [symbol for symbol in aliases if ") -> " in self._text(symbol)]
        for symbol in callbacks:
            name = symbol["names"]["title"]
            self._types[name] = CType("peerid_" + snake_case(name), "callback")
        structs = [symbol for symbol in self._exported if self._is_published(symbol, "swift.struct")]
        for symbol in structs:
            # Swift cannot export a pointer to a Swift struct, so the sources use a typealias of a raw pointer.
            self._types[symbol["names"]["title"] + "Pointer"] = CType(self._c_name(symbol), "struct", (True,))
        enums = [symbol for symbol in self._core + self._exported if self._is_published(symbol, "swift.enum")]
        for symbol in enums:
            # C may pass any number, so only results have the type of an enum.
            self._results[symbol["names"]["title"] + "Number"] = CType(self._c_name(symbol), "enum")
        return Interface(
            (version["major"], version["minor"], version["patch"]),
            contract,
            sections,
            handles,
            [self._enum(symbol) for symbol in enums],
            [self._callback(symbol) for symbol in callbacks],
            [self._struct(symbol) for symbol in structs],
            [function for function in map(self._function, self._exported) if function],
        )

    def _place(self, symbol: Symbol) -> tuple[str, int]:
        location = symbol.get("location", {"uri": "", "position": {"line": 0}})
        return location["uri"].removeprefix(f"file://{self._root}/"), location["position"]["line"]

    def _declaration(self, name: str, symbol: Symbol) -> tuple[str, DocComment, str, int]:
        path, line = self._place(symbol)
        return name, documentation.read(self._lines(symbol)), path, line + 1

    @staticmethod
    def _lines(symbol: Symbol) -> list[str]:
        lines = [line["text"] for line in symbol.get("docComment", {"lines": []})["lines"]]
        return [line for line in lines if not line.startswith("C name:")]

    @staticmethod
    def _text(part: Symbol) -> str:
        return "".join(fragment["spelling"] for fragment in part["declarationFragments"])

    def _source(self, symbol: Symbol) -> str:
        path, line = self._place(symbol)
        return "\n".join((self._root / path).read_text(encoding="utf-8").split("\n")[line:])

    def _number(self, symbol: Symbol) -> int:
        """The number of a case or a constant, from the source, because the symbol graph does not contain it."""
        title = symbol["names"]["title"]
        found = re.match(r".*= (-?[\d_]+)$", self._source(symbol).split("\n")[0])
        if not found:
            raise InterfaceError(f"`{title}` needs an explicit integer: the number is part of the ABI")
        return int(found[1])

    def _handle(self, symbol: Symbol) -> Handle:
        title = symbol["names"]["title"]
        if not title.endswith("Handle"):
            raise InterfaceError(f"the handle `{title}` has to end in `Handle`")
        name = "peerid_" + snake_case(title.removesuffix("Handle"))
        immutable = any(line.startswith("Immutable") for line in self._lines(symbol))
        self._types[title] = CType(name, "handle", (False,))
        if immutable:
            self._immutable.add(name)
        return Handle(*self._declaration(name, symbol), immutable)

    @staticmethod
    def _c_name(symbol: Symbol) -> str:
        """The C name in a doc comment, or `None`."""
        lines = [line["text"] for line in symbol.get("docComment", {"lines": []})["lines"]]
        marked = next((line for line in lines if line.startswith("C name:")), "")
        return marked.removeprefix("C name:").strip(" `.")

    def _is_published(self, symbol: Symbol, kind: str) -> bool:
        return symbol["kind"]["identifier"] == kind and bool(self._c_name(symbol))

    def _members(self, symbol: Symbol, kind: str) -> list[Symbol]:
        owner = symbol["pathComponents"]
        members = [s for s in self._core + self._exported if s["pathComponents"][:-1] == owner]
        return [member for member in members if member["kind"]["identifier"] == kind]

    def _enum(self, symbol: Symbol) -> Enum:
        name = self._c_name(symbol)
        constants = []
        for case in self._members(symbol, "swift.enum.case"):
            swift = case["pathComponents"][1]
            constant = f"{name}_{snake_case(swift)}".upper()
            constants.append(Constant(*self._declaration(constant, case), swift, self._number(case)))
        return Enum(*self._declaration(name, symbol), constants)

    def _struct(self, symbol: Symbol) -> Struct:
        fields = []
        for member in self._members(symbol, "swift.property"):
            swift, text = member["pathComponents"][1], self._text(member).partition(": ")[2].split(" {")[0]
            parameter = self._parameter(swift, text, symbol["names"]["title"])
            fields.append(Field(*self._declaration(parameter.name, member), parameter.type))
        return Struct(*self._declaration(self._c_name(symbol), symbol), fields)

    def _callback(self, symbol: Symbol) -> Callback:
        """Read a callback. Only the source contains the names of its parameters."""
        title = symbol["names"]["title"]
        body, _, result = self._text(symbol).partition(" = (")[2].rpartition(") -> ")
        names = re.findall(r"_ (\w+):", self._source(symbol).split("->")[0])
        types = body.split(", ") if body else []
        if len(names) != len(types):
            raise InterfaceError(f"each parameter of the callback `{title}` needs a name: `_ name: Type`")
        parameters = [self._parameter(name, text, title) for name, text in zip(names, types, strict=True)]
        return Callback(
            *self._declaration(self._types[title].base, symbol),
            parameters,
            self._type(result, f"the result of `{title}`"),
        )

    def _function(self, symbol: Symbol) -> Function | None:
        exported = re.search(r'@_cdecl\("(\w+)"\)', self._text(symbol))
        if not exported:
            return None
        name = exported[1]
        signature = symbol["functionSignature"]
        parameters = [
            self._parameter(parameter["name"], self._text(parameter).partition(": ")[2], name)
            for parameter in signature.get("parameters", [])
        ]
        result = "".join(fragment["spelling"] for fragment in signature["returns"])
        return Function(*self._declaration(name, symbol), parameters, self._result(result, name))

    def _parameter(self, swift: str, text: str, owner: str) -> Parameter:
        subject = f"the parameter `{swift}` of `{owner}`"
        type_ = self._type(text, subject)
        if (type_.pointers or type_.kind == "callback") and not text.endswith("?"):
            raise InterfaceError(f"{subject}: every pointer from C is Optional, since C may pass NULL: write `{text}?`")
        if type_ == _VOID:
            raise InterfaceError(f"{subject}: a parameter cannot be Void")
        if type_.base in self._immutable and type_.pointers == (False,) and not owner.endswith("_free"):
            type_ = CType(type_.base, "handle", (True,))
        return Parameter(swift, snake_case(swift), type_)

    def _result(self, text: str, owner: str) -> CType:
        return self._results.get(text) or self._type(text, f"the result of `{owner}`")

    def _type(self, text: str, subject: str) -> CType:
        """The C type of a Swift type."""
        plain = text.removesuffix("?")
        if plain in ("Void", "()"):
            return _VOID
        if plain == text and plain in _SCALARS:
            return CType(_SCALARS[plain])
        if plain in self._types:
            return self._types[plain]
        if raw := re.fullmatch(r"Unsafe(Mutable)?RawPointer", plain):
            return CType("void", "void", (not raw[1],))
        if pointer := re.fullmatch(r"Unsafe(Mutable)?Pointer<(.+)>", plain):
            inner = CType("char") if pointer[2] == "CChar" else self._type(pointer[2], subject)
            if inner.pointers and not pointer[2].endswith("?"):
                raise InterfaceError(f"{subject}: every pointer from C is Optional: write `{pointer[2]}?`")
            return CType(inner.base, inner.kind, (*inner.pointers, not pointer[1]))
        raise InterfaceError(f"{subject}: the type `{text}` has no C form")
