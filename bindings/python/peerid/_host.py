"""Checks of the environment in which the package would hang or crash.

The library calls functions of Python on its own threads.
"""

from __future__ import annotations

import sys
from typing import Any

from .errors import ConfigurationError

# What uWSGI reads as false.
_FALSE = ("false", "off", "no", "0")


def check_threads() -> None:
    """Refuse uWSGI without threads.

    Raises:
        ConfigurationError: only the threads of requests can run Python.
    """
    options = getattr(sys.modules.get("uwsgi"), "opt", None)
    if options is None or _has_threads(options):
        return
    raise ConfigurationError(
        "uWSGI runs Python without threads, so refreshes in the background would "
        "hang: start it with --enable-threads"
    )


def _has_threads(options: Any) -> bool:
    values = {_text(name): _text(value) for name, value in options.items()}
    # uWSGI takes any other value for true.
    is_enabled = values.get("enable-threads", "no").lower() not in _FALSE
    return is_enabled or int(values.get("threads", "0")) > 1


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def check_no_green_threads(store: object) -> None:
    """Refuse a store in Python where gevent or eventlet have replaced sockets.

    The library calls the store on its own threads. On these, a socket that belongs to
    the event loop of another thread fails or blocks forever.

    Raises:
        ConfigurationError: sockets or locks are replaced by those of green threads.
    """
    name = green_threads()
    if name is not None:
        raise ConfigurationError(
            f"{type(store).__name__} cannot be used with {name}'s monkey patches: "
            "a store in Python is called from threads of the library, in which "
            f"{name}'s sockets and locks do not work. Use a DirectoryStore, or a "
            "worker with real threads (gunicorn: --worker-class gthread)"
        )


def check_logger(log: object) -> None:
    """Refuse a logger whose locks gevent or eventlet have replaced.

    A thread of the library that waits for such a lock waits for the main thread, which
    may wait for the library.

    Raises:
        ConfigurationError: sockets or locks are replaced by those of green threads.
    """
    name = green_threads()
    if name is not None:
        raise ConfigurationError(
            f"a {type(log).__name__} cannot be used as `log` with {name}'s monkey "
            "patches: it is called on threads of the library, in which "
            f"{name}'s locks do not work. Pass a function that uses none, such as one "
            "that calls os.write"
        )


def green_threads() -> str | None:
    """Return the name of the package that has replaced sockets or locks."""
    for name, module, function in (
        ("gevent", "gevent.monkey", "is_module_patched"),
        ("eventlet", "eventlet.patcher", "is_monkey_patched"),
    ):
        is_patched = getattr(sys.modules.get(module), function, None)
        if is_patched and any(is_patched(part) for part in ("socket", "thread")):
            return name
    return None
