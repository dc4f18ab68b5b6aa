"""Refuses an interpreter that the library cannot call."""

from __future__ import annotations

import ctypes


def check_interpreter() -> None:
    """Refuse an interpreter that is not the first one of the process.

    Raises:
        ImportError: this is a subinterpreter.
    """
    api = ctypes.pythonapi
    api.PyInterpreterState_Get.restype = ctypes.c_void_p
    api.PyInterpreterState_GetID.argtypes = [ctypes.c_void_p]
    api.PyInterpreterState_GetID.restype = ctypes.c_int64
    if api.PyInterpreterState_GetID(api.PyInterpreterState_Get()) != 0:
        raise ImportError(
            "peerid runs in the main interpreter only, because callbacks from other "
            "threads reach no other one. mod_wsgi: set WSGIApplicationGroup %{GLOBAL}; "
            "uWSGI: set single-interpreter"
        )
