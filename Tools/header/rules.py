"""Checks the names and documentation of published declarations, and that none is removed."""

from __future__ import annotations

import re
from pathlib import PurePath

from c_files import SECTIONS, parameter_text
from interface import Declaration, Function, Interface

# Objects in function names besides the handles: `peerid_<object>_<verb>`, or `peerid_<object>_<property>`.
_OBJECTS = ("library", "operation", "option", "amount", "odds", "percent", "code", "outcome")

# Paragraphs with fewer characters may be repeated.
_SHORT = 60


def problems(interface: Interface) -> list[str]:
    """The problems of the interface, one line for each."""
    found: list[str] = []

    def report(declaration: Declaration, text: str) -> None:
        found.append(f"{declaration.path}:{declaration.line}: error: `{declaration.name}` {text}")

    members = [member for enum in interface.enums for member in enum.constants]
    fields = [field for struct in interface.structs for field in struct.fields]
    shown = {stem for stems in SECTIONS.values() for stem in stems}
    for declaration in interface.declarations:
        if PurePath(declaration.path).stem not in shown:
            report(declaration, "is in a file that no section shows: add it to `SECTIONS`")
    named = [*interface.handles, *interface.declarations, *members]
    owners: dict[str, Declaration] = {}
    for declaration in named:
        if declaration.name in owners:
            report(declaration, "is declared twice")
        owners[declaration.name] = declaration
        if not re.fullmatch(r"peerid(_[a-z0-9]+)+", declaration.name.lower()):
            report(declaration, "is not of the form `peerid_words`")
    texts: dict[str, Declaration] = {}
    for declaration in [*named, *fields]:
        comment = declaration.comment
        if not comment.description:
            report(declaration, "has no doc comment")
        sections = [block for part in comment.sections.values() for blocks in part for block in blocks]
        for text in [*comment.description, *sections]:
            if isinstance(text, str) and len(text) >= _SHORT:
                if text in texts:
                    report(declaration, f"repeats a paragraph of `{texts[text].name}`: say it once, in the contract")
                texts[text] = declaration
    for enum in interface.enums:
        numbers = [constant.value for constant in enum.constants]
        if len(set(numbers)) < len(numbers):
            report(enum, "has two constants with one number")
    objects = [*(handle.name for handle in interface.handles), *(f"peerid_{name}" for name in _OBJECTS)]
    symbols = {function.name for function in interface.functions}
    for function in interface.functions:
        if not any(function.name.startswith(f"{name}_") for name in objects):
            report(function, "is not of the form `peerid_<object>_<verb>`")
    for function in [*interface.callbacks, *interface.functions]:
        # An asynchronous function has the parameters of the blocking one.
        if function.name.removesuffix("_async") not in symbols - {function.name}:
            for text in _of_signature(function):
                report(function, text)
        for text in _of_comment(function, interface.error_constants):
            report(function, text)
    return sorted(found)


def _of_signature(function: Function) -> list[str]:
    """Missing parts of a function's comment."""
    found = []
    for parameter in function.parameters:
        is_own = parameter.type.kind == "handle" and function.name.startswith(f"{parameter.type.base}_")
        text = parameter_text(function, parameter)
        if not text and not is_own and parameter.name != "context":
            found.append(f"does not document its parameter `{parameter.swift}`")
        freed = f"`{parameter.type.base}_free`"
        if parameter.name.startswith("out_") and parameter.type.kind == "handle" and freed not in str(text):
            found.append(f"does not say that `{parameter.swift}` is freed with {freed}")
    if function.result.spelling != "void" and not function.can_fail and not function.comment.returns:
        found.append("does not say what it returns: add `- Returns:`")
    return found


def _of_comment(function: Function, codes: dict[str, str]) -> list[str]:
    """Errors in a function's comment."""
    found = list(function.comment.mistakes)
    names = [parameter.swift for parameter in function.parameters]
    found += [
        f"documents `{name}`, which it does not have" for name in function.comment.parameters if name not in names
    ]
    outputs = [parameter.name.startswith("out_") for parameter in function.parameters]
    if outputs != sorted(outputs):
        found.append("has an output that is not among its last parameters")
    causes = function.comment.errors[1] if function.comment.errors else []
    for code in [code for cause in causes for code in cause[0]]:
        if code not in codes:
            found.append(f"documents the error code `{code}`, which does not exist")
    return found


def unknown_names(header: str, interface: Interface) -> list[str]:
    """Errors for names in the header's comments that do not exist, for example after a rename."""
    constants = [constant.name for enum in interface.enums for constant in enum.constants]
    named = [*interface.handles, *interface.declarations]
    known = {*constants, *(declaration.name for declaration in named)}
    comments = " ".join(re.findall(r"/\*.*?\*/", header, re.DOTALL))
    pattern = r"\b(?:peerid(?:_[a-z0-9]+)+|PEERID_(?!VERSION_)(?:[A-Z0-9]+_)+[A-Z0-9]+)(?![A-Za-z0-9_])"
    mentioned = set(re.findall(pattern, comments))
    return [f"error: a comment mentions `{name}`, which does not exist" for name in sorted(mentioned - known)]


def broken_promises(old: str, new: str) -> list[str]:
    """Errors for prototypes that were removed or changed: the ABI only grows."""
    entries = set(new.splitlines())
    return [
        f"the ABI only grows: `{line}` is gone"
        for line in old.splitlines()
        if line[:1] not in "#" and line not in entries
    ]
