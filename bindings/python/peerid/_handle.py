"""Objects of the library that Python owns."""

from __future__ import annotations

import ctypes
from operator import attrgetter
from typing import Any, Callable


class Handle:
    """One object of the library, given back when nothing refers to it any more.

    The count of references is the count of users: a call is given the handle itself and
    so holds it while it runs, and closing in another thread frees the object only after
    the call. That needs no lock, and so nothing that a fork could leave locked.
    """

    __slots__ = ("__weakref__", "_free", "pointer")

    def __init__(self, pointer: Any, free: Callable[[Any], None]) -> None:
        """Own an object.

        Args:
            pointer: the pointer to it; NULL for a handle to be filled through `out`.
            free: the function that gives it back.
        """
        self.pointer = pointer
        # The module of the function may be gone when the interpreter shuts down.
        self._free = free

    # What ctypes hands to the library in the place of the handle. It is read in C: what
    # a signal raises in a function of Python would become an ArgumentError.
    _as_parameter_ = property(attrgetter("pointer"))

    @property
    def out(self) -> Any:
        """The place into which the library puts the object."""
        return ctypes.byref(self.pointer)

    def __del__(self) -> None:
        pointer, self.pointer = self.pointer, None
        if pointer:
            self._free(pointer)
