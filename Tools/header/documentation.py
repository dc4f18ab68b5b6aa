"""Parses the Markdown of doc comments and formats it as comments of another language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Union

_ITEM = re.compile(r"([-*+]|\d+\.) +(.*)")
_SECTIONS = ("ownership", "lifetime", "thread safety", "note", "warning", "source", "see also")


@dataclass
class Item:
    """A list entry: its marker (`-` or a number) and its blocks."""

    marker: str
    blocks: list[Block]


@dataclass
class Verbatim:
    """The lines of a fenced code block, including the fences."""

    lines: list[str]


# A paragraph, a list, or code.
Block = Union[str, list[Item], Verbatim]


def parse(lines: list[str]) -> list[Block]:
    """Parse paragraphs, nested lists and fenced code."""
    blocks: list[Block] = []
    paragraph: list[str] = []

    def close() -> None:
        if paragraph:
            blocks.append(" ".join(paragraph))
            paragraph.clear()

    at = 0
    while at < len(lines):
        text = lines[at].strip()
        at += 1
        if text.startswith("```"):
            close()
            end = next((i for i in range(at, len(lines)) if lines[i].strip().startswith("```")), len(lines) - 1) + 1
            blocks.append(Verbatim(lines[at - 1 : end]))
            at = end
        elif item := _ITEM.fullmatch(text):
            close()
            start = at
            while at < len(lines) and _continues(lines, at):
                at += 1
            body = lines[start:at]
            indent = min((_indentation(line) for line in body if _indentation(line)), default=0)
            content = [item[2]] + [line[min(indent, _indentation(line)) :] for line in body]
            entry = Item(item[1] if item[1][0].isdigit() else "-", parse(content))
            if blocks and isinstance(blocks[-1], list):
                blocks[-1].append(entry)
            else:
                blocks.append([entry])
        elif text:
            paragraph.append(text)
        else:
            close()
    close()
    return blocks


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" ")) if line.strip() else 0


def _continues(lines: list[str], at: int) -> bool:
    """Whether a line continues the list entry above it."""
    if lines[at].strip():
        starts_anew = _ITEM.fullmatch(lines[at].strip()) or lines[at].strip().startswith("```")
        return _indentation(lines[at]) > 1 or bool(lines[at - 1].strip() and not starts_anew)
    following = next((line for line in lines[at:] if line.strip()), "")
    return _indentation(following) > 1


@dataclass
class DocComment:
    """The parts of a doc comment.

    `errors` is an introduction and the causes, each with the Swift names of its codes.
    """

    description: list[Block] = field(default_factory=list)
    parameters: dict[str, list[Block]] = field(default_factory=dict)
    returns: list[Block] = field(default_factory=list)
    errors: tuple[list[Block], list[tuple[list[str], list[Block]]]] | None = None
    sections: dict[str, list[list[Block]]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The first sentence."""
        text = self.description[0] if self.description and isinstance(self.description[0], str) else ""
        head, dot, _ = text.partition(". ")
        return head + "." if dot else head


def read(lines: list[str]) -> DocComment:
    """Parse a doc comment."""
    comment = DocComment()
    for block in parse(lines):
        if isinstance(block, list):
            plain = [item for item in block if not _take_section(comment, item)]
            if plain:
                comment.description.append(plain)
        else:
            comment.description.append(block)
    return comment


def _take_section(comment: DocComment, item: Item) -> bool:
    """Store an entry such as `- Returns: text`; `False` if it is an ordinary list entry."""
    head, rest = _split(item)
    name = re.sub(r"^seealso$", "see also", head.lower())
    if name == "parameters":
        for entry in _items(rest):
            parameter, text = _split(entry)
            comment.parameters[parameter] = text
    elif name.startswith("parameter "):
        comment.parameters[head[len("parameter ") :]] = rest
    elif name == "returns":
        comment.returns = rest
    elif name == "errors":
        causes = []
        for entry in _items(rest):
            codes, text = _split(entry)
            names = [code.strip() for code in codes.split(",")]
            if all(re.fullmatch(r"`\w+`", code) for code in names):
                causes.append(([code.strip("`") for code in names], text))
            else:
                comment.mistakes.append("an entry under `Errors` is not of the form ``- `codeName`: cause``")
        comment.errors = ([block for block in rest if not isinstance(block, list)], causes)
    elif name in _SECTIONS:
        comment.sections.setdefault(name, []).append(rest)
    else:
        return False
    return True


def _items(blocks: list[Block]) -> list[Item]:
    return [item for block in blocks if isinstance(block, list) for item in block]


def _split(item: Item) -> tuple[str, list[Block]]:
    """The text before the first colon of an entry, and the blocks after it."""
    first = item.blocks[0] if item.blocks else ""
    head, colon, text = first.partition(":") if isinstance(first, str) else ("", "", "")
    return (head if colon else ""), ([text.strip()] if text.strip() else []) + item.blocks[1:]


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wrap a paragraph. Code in backticks stays on one line, and no line starts like a list or a heading."""
    words: list[str] = []
    in_code = False
    for piece in text.split():
        if in_code:
            words[-1] += " " + piece
        else:
            words.append(piece)
        in_code ^= piece.count("`") % 2 == 1
    lines = []
    line = first + words[0] if words else first
    for word in words[1:]:
        if len(line) + 1 + len(word) <= width or re.fullmatch(r"\d+\.|[-+*|]|#.*", word):
            line += " " + word
        else:
            lines.append(line)
            line = rest + word
    return [*lines, line]


def write(blocks: list[Block], width: int, first: str = "", rest: str = "") -> list[str]:
    """Format blocks, separated by empty lines except before a list."""
    lines: list[str] = []
    for index, block in enumerate(blocks):
        if index and not isinstance(block, list):
            lines.append("")
        if isinstance(block, str):
            lines += wrap(block, width, first if index == 0 else rest, rest)
            continue
        if index == 0 and first.strip():
            lines.append(first)
        if isinstance(block, Verbatim):
            lines += [rest + line for line in block.lines]
        else:
            for item in block:
                indent = " " * (len(item.marker) + 1)
                lines += write(item.blocks, width, rest + item.marker + " ", rest + indent)
    return [line.rstrip() for line in lines]


def doxygen(
    comment: DocComment,
    constants: dict[str, str],
    parameters: Sequence[tuple[str, str, list[Block]]] = (),
    indent: str = "",
    line_length: int = 96,
    opening: Sequence[str] = (),
    closing: Sequence[str] = (),
) -> list[str]:
    """Format a comment for Doxygen.

    `constants` maps the Swift names of error codes to their C names; `parameters` has the name,
    direction and text of each parameter.
    """
    width = line_length - len(indent) - len(" * ")
    groups = [list(opening), write(comment.description, width)]
    groups.append(
        [
            line
            for name, direction, text in parameters
            for line in write(text, width, f"@param[{direction}] {name} ", "  ")
        ]
    )
    groups.append(write(comment.returns, width, "@return ", "  "))
    if comment.errors:
        introduction, causes = comment.errors
        items = []
        for codes, text in causes:
            names = ", ".join(constants.get(code, code) for code in codes)
            items.append(Item("-", [f"{names}: {text[0]}", *text[1:]]))
        groups.append(["@par Errors", *write([*introduction, items] if items else introduction, width)])
    for section in _SECTIONS:
        group = []
        for blocks in comment.sections.get(section, []):
            if section in ("note", "warning", "see also"):
                group += write(blocks, width, f"@{section.split()[0]} ", "  ")
            else:
                lines = write(blocks, width)
                # A paragraph ends with a full stop.
                group += [
                    f"@par {section.capitalize()}",
                    *(line[:1].upper() + line[1:] for line in lines[:1]),
                    *lines[1:],
                ]
        groups.append(group)
    groups.append(list(closing))
    # Text must not end the comment, and must not look like the start of another one.
    lines = [line.replace("*/", "* /").replace("/*", "/ *") for group in groups if group for line in [*group, ""]][:-1]
    if len(lines) == 1 and len(indent) + len(lines[0]) + len("/**  */") <= line_length:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *[f"{indent} * {line}".rstrip() for line in lines], f"{indent} */"]
