"""Tells PyInstaller where its hook for this package is."""

from __future__ import annotations

from pathlib import Path


def hook_directories() -> list[str]:
    """Return the folders of PyInstaller hooks: this one."""
    return [str(Path(__file__).parent)]
