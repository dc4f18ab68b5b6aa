"""PyInstaller hook: adds libpeerid and all modules of this package to a program."""

from __future__ import annotations

from PyInstaller.depend.bindepend import resolve_library_path
from PyInstaller.utils.hooks import collect_dynamic_libs, collect_submodules

NAME = "libpeerid.so.1"

# The library is loaded by its name at run time, so PyInstaller does not see it. The
# library of a wheel is in the package; any other one is put in the same place in the
# program.
binaries = collect_dynamic_libs("peerid", search_patterns=[f"{NAME}*"])
if not binaries:
    system = resolve_library_path(NAME)
    if system is None:
        raise SystemExit(f"{NAME} is neither in the package peerid nor in the system")
    binaries = [(system, "peerid/_lib")]

# `peerid.aio` and `peerid.stores` are imported when they are first used.
hiddenimports = collect_submodules("peerid", lambda name: "__pyinstaller" not in name)
