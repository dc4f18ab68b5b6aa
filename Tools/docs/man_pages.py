"""Generates a page with the man pages, as `man` shows them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

_HEAD = """# Man pages

The packages and `make install` install these pages.
"""


def page(root: Path) -> str:
    """Return the page."""
    parts = [_HEAD]
    for path in sorted((root / "docs/man").iterdir()):
        name, section = path.name.rsplit(".", 1)
        parts.append(f"## {name}({section})\n\n```text\n{text(path)}\n```\n")
    return "\n".join(parts)


def text(path: Path) -> str:
    """A man page as a terminal shows it. Warnings of the formatter are errors."""
    command = ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=88n", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if done.returncode != 0 or done.stderr:
        raise SystemExit(f"{path}: {done.stderr}")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
    return re.sub(r"\n{3,}", "\n\n", plain).strip("\n")
