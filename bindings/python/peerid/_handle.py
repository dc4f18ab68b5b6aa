"""Objects of the library that Python owns."""

from __future__ import annotations

import ctypes
from operator import attrgetter
from typing import Any, Callable


class Handle:
    """One object of the library, freed when nothing refers to it any more.

    Python's reference count is the number of users: a call gets the handle itself and
    keeps it while it runs, so closing on another thread frees the object only after the
    call. Therefore no lock is needed. (The child of a fork could inherit a locked one.)
    """

    __slots__ = ("__weakref__", "_free", "pointer")

    def __init__(self, pointer: Any, free: Callable[[Any], None]) -> None:
        """Own an object.

        Args:
            pointer: the pointer to it; NULL for a handle that is filled through `out`.
            free: the function that frees it.
        """
        self.pointer = pointer
        # Keep the function: its module may be gone when the interpreter shuts down.
        self._free = free

    # What ctypes passes to the library in place of the handle. It is read in C, because
    # what a signal handler raises in a function of Python would become an
    # ArgumentError.
    _as_parameter_ = property(attrgetter("pointer"))

    @property
    def out(self) -> Any:
        """The place into which the library puts the object."""
        return ctypes.byref(self.pointer)

    def __del__(self) -> None:
        # A finalizer in the same cycle may still call: the library refuses NULL.
        pointer, self.pointer = self.pointer, type(self.pointer)()
        if pointer:
            self._free(pointer)
