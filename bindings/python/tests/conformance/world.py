"""The state of a running case: its variables, and the objects that it has created."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox import Sandbox

import peerid
from peerid.stores import BuiltinStore

from . import modes
from .failure import CaseFailure
from .modes import Mode

KINDS: dict[str, tuple[type, ...]] = {
    "client": (peerid.Client, modes.Client),
    "session": (peerid.Session, modes.Session),
    "store": (BuiltinStore,),
}


class World:
    def __init__(self, sandbox: Sandbox, folder: Path, mode: Mode) -> None:
        self.sandbox = sandbox
        self.mode = mode
        self.variables: dict[str, str] = {
            "url": sandbox.url,
            "port": sandbox.url.rpartition(":")[2],
            "folder": str(folder),
        }
        self._objects: dict[str, Any] = {}
        self._closing = ExitStack()

    def keep(self, name: str, made: Any) -> None:
        """Store an object under a name, and close it at the end of the case."""
        self._closing.callback(made.close)
        self._objects[name] = made

    def find(self, name: str, kind: str) -> Any:
        """Return the client, session or store with this name."""
        found = self._objects.get(name)
        if not isinstance(found, KINDS[kind]):
            raise CaseFailure(f"there is no {kind} '{name}'")
        return found

    def __enter__(self) -> World:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()
