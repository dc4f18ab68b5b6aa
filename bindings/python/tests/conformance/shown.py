"""All that the package shows of calls: the lines of its log and the texts of errors.

They must not hold a secret, which Tests/Conformance/secrets.py checks when the run has
ended.
"""

from __future__ import annotations

import os


def note_shown(text: str) -> None:
    """Note a text in the file that the variable PEERID_SHOWN names."""
    path = os.environ.get("PEERID_SHOWN")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text + "\n")


def note_line(_level: int, line: str) -> None:
    """Note a line of the log."""
    note_shown(line)
