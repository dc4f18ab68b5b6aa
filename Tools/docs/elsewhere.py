"""Checks that a test runs each block that `programs` skips.

The comment before such a block names a test, a page of the documentation with the same block, or a target of make. The
file must exist, and one of the commands in Tools/scripts/parts.py must run it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pages import ROOT, Block, names

sys.path.insert(0, str(ROOT / "Tools/scripts"))
from parts import PARTS

_COMMANDS = [part.command for part in PARTS] + [part.check for part in PARTS if isinstance(part.check, str)]
_PATH = re.compile(r"[\w.-]+/[\w./-]*\w")
_TARGET = re.compile(r"`make ([a-z-]+)`")
# The page that lists everything that no test runs.
LIST = "docs/testing.md"


def fault(block: Block) -> str | None:
    """What is wrong with the reason for skipping a block; `None` if its test exists."""
    if "never run" in block.directives:
        page = f"](../{block.page})" if not block.page.startswith("docs/") else f"]({block.page[len('docs/') :]})"
        section = (ROOT / LIST).read_text("utf-8").partition("\n## What no test runs\n")[2].partition("\n## ")[0]
        own = "this page" if block.page == LIST else page
        return None if own in section else f"no test runs the block, and {LIST} does not list it"
    reason = block.directives["not run"]
    paths = _PATH.findall(reason)
    gone = [path for path in paths if not (ROOT / path).exists()]
    if gone:
        return f"{gone[0]}, which should run the block, does not exist"
    if any(map(runs, paths)) or any(map(_makes, _TARGET.findall(reason))):
        return None
    return f"the reason names no test that runs the block: {reason}"


def runs(path: str) -> bool:
    """Whether the tests run a file, directly or because it is in the folder of a test."""
    if path.endswith(".md"):
        return path in names()
    programs = [Path(word) for command in _COMMANDS for word in _PATH.findall(command) if (ROOT / word).is_file()]
    folders = [program.parent for program in programs if program.parts[0] != "Tools"]
    if "swift test" in _COMMANDS:
        folders += [Path("Tests/PeerIDTests"), Path("Tests/PeerIDSandboxTests")]
    return Path(path) in programs or any(Path(path).is_relative_to(folder) for folder in folders)


def _makes(target: str) -> bool:
    return any(re.search(rf"\bmake\b.* {target}( |$)", command) for command in _COMMANDS)
