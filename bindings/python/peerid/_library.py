"""Finds and loads the shared library; refuses one of the wrong version."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from . import _prototypes
from ._interpreter import check_interpreter

_NAME = f"libpeerid.so.{_prototypes.VERSION_MAJOR}"
_VARIABLE = "PEERID_LIBRARY"


def _places() -> list[tuple[str, str]]:
    """The places to search, in this order, and their names in messages."""
    chosen = os.environ.get(_VARIABLE)
    if chosen:
        # If a library is named explicitly, no other one is used.
        return [(chosen, f"the environment variable {_VARIABLE}")]
    own = Path(__file__).with_name("_lib") / _NAME
    places = [(str(own), "this package")] if own.exists() else []
    return [*places, (_NAME, "the system's libraries")]


def _load() -> tuple[str, ctypes.CDLL, ctypes.PyDLL]:
    failures = []
    for path, place in _places():
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            failures.append(f"{place} ({path}): {error}")
            continue
        _check(library, path)
        quick = ctypes.PyDLL(path)
        _prototypes.declare(library)
        _prototypes.declare(quick)
        return path, library, quick
    raise ImportError(
        "libpeerid was not found; install it, install a wheel of this package that "
        f"contains it, or name it in {_VARIABLE}. Tried " + "; ".join(failures),
        name="peerid",
    )


def _check(library: ctypes.CDLL, path: str) -> None:
    """Refuse a library that lacks a function of this package."""
    try:
        number = int(library.peerid_library_version_number())
    except AttributeError:
        raise ImportError(f"{path} is not libpeerid", name="peerid") from None
    major = number // 10000
    if major == _prototypes.VERSION_MAJOR and number >= _prototypes.VERSION_NUMBER:
        return
    library.peerid_library_version.restype = ctypes.c_char_p
    version = (library.peerid_library_version() or b"?").decode()
    raise ImportError(
        f"the libpeerid at {path} is version {version}, and this package needs "
        f"{_prototypes.VERSION_STRING} or a newer one of version "
        f"{_prototypes.VERSION_MAJOR}.x",
        name="peerid",
    )


# `library` releases the global interpreter lock during a call. `quick` keeps it, for
# functions that only read constant data: releasing the lock would take longer than they
# do.
check_interpreter()
path, library, quick = _load()
