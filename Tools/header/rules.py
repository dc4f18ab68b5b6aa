"""What every published declaration has to be: named well, documented, and there for good."""

from __future__ import annotations

import re

from documentation import DocComment
from interface import Declaration, Function, Interface


def problems(interface: Interface) -> list[str]:
    """What is wrong with the interface, a line for each problem."""
    found: list[str] = []

    def report(declaration: Declaration, text: str) -> None:
        found.append(f"{declaration.path}:{declaration.line}: error: `{declaration.name}` {text}")

    constants = [constant for enum in interface.enums for constant in enum.constants]
    named = [*interface.handles, *interface.enums, *constants, *interface.callbacks, *interface.functions]
    owners: dict[str, Declaration] = {}
    for declaration in named:
        if declaration.name in owners:
            report(declaration, "is declared twice")
        owners[declaration.name] = declaration
        if not re.fullmatch(r"peerid(_[a-z0-9]+)+", declaration.name.lower()):
            report(declaration, "is not of the form `peerid_words`")
        if not declaration.comment.description:
            report(declaration, "has no doc comment")
    for enum in interface.enums:
        numbers = [constant.value for constant in enum.constants]
        if len(set(numbers)) < len(numbers):
            report(enum, "has two constants with one number")
    for function in [*interface.callbacks, *interface.functions]:
        for text in _of_function(function, function in interface.functions, interface.error_constants):
            report(function, text)
    return sorted(found)


def _of_function(function: Function, is_exported: bool, codes: dict[str, str]) -> list[str]:
    comment: DocComment = function.comment
    found = list(comment.mistakes)
    names = [parameter.swift for parameter in function.parameters]
    found += [f"does not document its parameter `{name}`" for name in names if not comment.parameters.get(name)]
    found += [f"documents `{name}`, which it does not have" for name in comment.parameters if name not in names]
    outputs = [parameter.name.startswith("out_") for parameter in function.parameters]
    if outputs != sorted(outputs):
        found.append("has an output that is not among its last parameters")
    if function.result.spelling != "void" and not comment.returns:
        found.append("does not say what it returns: add `- Returns:`")
    causes = comment.errors[1] if comment.errors else []
    for code in [code for cause in causes for code in cause[0]]:
        if code not in codes:
            found.append(f"documents the error code `{code}`, which does not exist")
    if is_exported and function.can_fail and not comment.errors:
        found.append("does not say how it fails: add `- Errors:`")
    is_call = function.result.spelling == "void" and not function.name.endswith("_free")
    if is_exported and (function.can_fail or is_call) and "thread safety" not in comment.sections:
        found.append("does not say who may call it: add `- Thread safety:`")
    return found


def broken_promises(old: str, new: str) -> list[str]:
    """The entries of the old list of prototypes that the new one lacks: the ABI only grows."""
    entries = set(new.splitlines())
    return [
        f"the ABI only grows: `{line}` is gone"
        for line in old.splitlines()
        if line[:1] not in "#" and line not in entries
    ]
