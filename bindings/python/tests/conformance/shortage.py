"""Simulates shortages of the system, in a process started by with_shortages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .failure import CaseFailure


@contextmanager
def shortage(what: str) -> Iterator[None]:
    """Simulate a shortage for the library: see Tests/Conformance/shortage.c."""
    folder = os.environ.get("PEERID_SHORTAGES")
    if folder is None:
        message = "the runner was not started by Tests/Conformance/with_shortages"
        raise CaseFailure(message)
    switch = Path(folder) / what
    switch.touch()
    try:
        yield
    finally:
        switch.unlink()
