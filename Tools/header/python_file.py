"""The output for Python: a module with the interface for ctypes."""

from __future__ import annotations

from c_files import NOTICE
from documentation import DocComment, wrap
from interface import CType, Function, Interface

# The default line length of formatters, so that they do not change the file.
_LINE_LENGTH = 88
_SCALARS = {"size_t": "ctypes.c_size_t"}


def module(interface: Interface) -> str:
    """Write bindings/python/peerid/_prototypes.py."""
    major, minor, patch = interface.version
    lines = f'''\
# {NOTICE}
"""The C interface of libpeerid for ctypes."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

# The version of the library that these prototypes belong to.
VERSION_MAJOR = {major}
VERSION_MINOR = {minor}
VERSION_PATCH = {patch}
VERSION_NUMBER = {major * 10_000 + minor * 100 + patch}
VERSION_STRING = "{major}.{minor}.{patch}"
'''.splitlines()
    for enum in interface.enums:
        lines += ["", *_comment(enum.comment, f"{enum.name}: ")]
        lines += [f"{constant.name.removeprefix('PEERID_')} = {constant.value}" for constant in enum.constants]
    for handle in interface.handles:
        lines += ["", "", *_comment(handle.comment), f"class {_name(handle.name)}(ctypes.Structure):", "    pass"]
    # Each handle has its own pointer type, so that ctypes refuses pointers to other objects.
    names = [_name(handle.name) for handle in interface.handles]
    lines += ["", "", "if TYPE_CHECKING:", *[f"    {name}Pointer = ctypes._Pointer[{name}]" for name in names]]
    lines += ["else:", *[f"    {name}Pointer = ctypes.POINTER({name})" for name in names]]
    for callback in interface.callbacks:
        # ctypes refuses a callback that returns a typed pointer.
        result = "ctypes.c_void_p" if callback.result.pointers else _type(callback.result)
        types = [result, *[_type(parameter.type) for parameter in callback.parameters]]
        lines += [
            "",
            *_comment(callback.comment),
            *_call(f"{_name(callback.name)} = ctypes.CFUNCTYPE(", types, "", ")"),
        ]
    for struct in interface.structs:
        lines += [
            "",
            "",
            *_comment(struct.comment),
            f"class {_name(struct.name)}(ctypes.Structure):",
            "    _fields_ = (",
        ]
        lines += [*[f'        ("{field.name}", {_type(field.type)}),' for field in struct.fields], "    )", ""]
    lines += ["", "# All functions: the symbol, the result type, and the parameter types."]
    lines.append("FUNCTIONS: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (")
    for function in interface.functions:
        lines += [*_comment(function.comment, indent="    "), *_row(function)]
    lines += ''')


def declare(library: ctypes.CDLL) -> None:
    """Declare the types of all functions of the library."""
    for symbol, restype, argtypes in FUNCTIONS:
        function = getattr(library, symbol)
        function.restype = restype
        function.argtypes = argtypes'''.splitlines()
    return "\n".join(lines) + "\n"


def _comment(comment: DocComment, prefix: str = "", indent: str = "") -> list[str]:
    """The first sentence of a doc comment."""
    return wrap(prefix + comment.summary, _LINE_LENGTH, f"{indent}# ", f"{indent}# ")


def _row(function: Function) -> list[str]:
    symbol, result = f'"{function.name}"', _type(function.result)
    types = [_type(parameter.type) for parameter in function.parameters]
    comma = "," if len(types) == 1 else ""
    line = f"    ({symbol}, {result}, ({', '.join(types)}{comma})),"
    if len(line) <= _LINE_LENGTH:
        return [line]
    return ["    (", f"        {symbol},", f"        {result},", *_call("(", types, "        ", f"{comma}),"), "    ),"]


def _call(opening: str, elements: list[str], indent: str, closing: str) -> list[str]:
    """Elements in parentheses, on one line or one on each line with a trailing comma, as formatters write them."""
    line = indent + opening + ", ".join(elements) + closing
    if len(line) <= _LINE_LENGTH:
        return [line]
    return [indent + opening, *[f"{indent}    {element}," for element in elements], indent + closing.removeprefix(",")]


def _name(c_name: str) -> str:
    """`peerid_log_handler` becomes `LogHandler`."""
    return "".join(word.capitalize() for word in c_name.removeprefix("peerid_").split("_"))


def _type(type_: CType) -> str:
    base, pointers = type_.base, type_.pointers
    if type_.kind in ("callback", "struct"):
        result = _name(base)
    elif not pointers:
        base = "int32_t" if type_.kind == "enum" else base
        result = "None" if base == "void" else _SCALARS.get(base, f"ctypes.c_{base.removesuffix('_t')}")
    else:
        # The innermost pointer has its own name in ctypes. `c_char_p` accepts `bytes`, which must not be modified.
        named = {"void": "ctypes.c_void_p", "char": "ctypes.c_char_p" if pointers[0] else None}
        pointer = _name(base) + "Pointer" if type_.kind == "handle" else named.get(base)
        if not pointer:
            return f"ctypes.POINTER({_type(CType(base, type_.kind, pointers[:-1]))})"
        result, pointers = pointer, pointers[1:]
    for _ in pointers:
        result = f"ctypes.POINTER({result})"
    return result
