"""Reads the fenced blocks of the documentation, and the comments before the blocks.

Man pages are included: their blocks are between .nf and .fi, and their comments begin with a dot. The comments:

<!-- not run: REASON -->     another test runs the block: the reason names the test, or a page with the same block
<!-- never run: REASON -->   no test runs the block, for this reason; docs/testing.md lists these pages
<!-- frame: NAME -->         the block is inserted into the program Tools/docs/frames/LANGUAGE-NAME.*
<!-- prints: PATTERN -->     a regular expression for the program's output
<!-- fails: STATUS -->       the exit status of the program
<!-- lines: COUNT -->        the maximum number of lines of the block
<!-- background -->          the commands run in the background until the end of the page
<!-- output -->              before a block of text: the output of the previous block; … matches anything
"""

from __future__ import annotations

import re
import subprocess
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The change log contains no instructions; the generator checks the examples of operations.
_OTHERS = {"CHANGELOG.md", "docs/operations.md"}
_DIRECTIVES = ("not run", "never run", "frame", "prints", "fails", "lines", "background", "output")

_OPEN = re.compile(r"( *)(```+)([^`\n]*)")
_CONTAINER = re.compile(r"[-*+] |\d+\. |(===|!!!|\?\?\?) ")
_COMMENT = re.compile(r" *<!-- ([a-z ]+)(?:: (.*?))? -->")


@dataclass
class Block:
    """A fenced block."""

    page: str
    line: int
    language: str
    title: str | None
    text: str
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The position of the block, for messages."""
        return f"{self.page}:{self.line}"


def names() -> list[str]:
    """The pages of the project."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md", "docs/man/*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return sorted(name for name in done.stdout.splitlines() if name not in _OTHERS and (ROOT / name).exists())


def _fenced(lines: list[str]) -> list[str]:
    """The lines of a man page, with fences around its blocks. A block that contains roff requests is not a program."""
    result = list(lines)
    begin = None
    for index, line in enumerate(lines):
        if line.startswith('.\\" '):
            result[index] = f"<!-- {line[4:]} -->"
        elif line == ".nf":
            begin = index
        elif line == ".fi" and begin is not None:
            inside = [
                re.sub(r"\\(e|-)", lambda m: "\\" if m[1] == "e" else "-", text) for text in lines[begin + 1 : index]
            ]
            if not any(text.startswith(".") for text in inside):
                text = "\n".join(inside)
                result[begin] = "```" + ("json" if text.startswith("{") else "c" if "peerid_error *" in text else "sh")
                result[begin + 1 : index] = inside
                result[index] = "```"
        elif line in (".PP", ".RS"):
            result[index] = ""
    return result


def blocks(name: str) -> list[Block]:
    """The blocks of a page. Indented lines that Markdown treats as code are a block without a language."""
    found: list[Block] = []
    directives: dict[str, str] = {}
    lines = (ROOT / name).read_text("utf-8").splitlines()
    if not name.endswith(".md"):
        lines = _fenced(lines)
    index = 0
    # In a list, tab or admonition, indented lines are text.
    nested = not name.endswith(".md")
    while index < len(lines):
        comment = _COMMENT.fullmatch(lines[index])
        opening = _OPEN.fullmatch(lines[index])
        if comment and comment[1] in _DIRECTIVES:
            directives[comment[1]] = comment[2] or ""
        elif opening:
            begin = index + 1
            closing = opening[1] + opening[2]
            index = next((i for i in range(begin, len(lines)) if lines[i] == closing), None)
            if index is None:
                raise SystemExit(f"{name}:{begin}: the block does not end")
            language, _, rest = opening[3].strip().partition(" ")
            title = re.search(r'title="(.*?)"', rest)
            text = textwrap.dedent("\n".join(lines[begin:index])) + "\n"
            found.append(Block(name, begin, language, title and title[1], text, directives))
            directives = {}
        elif lines[index].strip():
            directives = {}
            if not lines[index].startswith(" "):
                nested = not name.endswith(".md") or bool(_CONTAINER.match(lines[index]))
            elif lines[index].startswith("    ") and not nested and not lines[index - 1].strip():
                found.append(Block(name, index + 1, "", None, lines[index].strip() + "\n"))
        index += 1
    return found
